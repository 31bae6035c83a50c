from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class OtherService(Base):
    """A service a patient had elsewhere in the month, or from us under another code."""

    __tablename__ = "other_service"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    code: Mapped[str]
    performed_on: Mapped[date]
    by: Mapped[str]  # same_practitioner | same_practice | other
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
