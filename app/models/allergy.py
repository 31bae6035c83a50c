from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Allergy(Base):
    """An allergy or intolerance on the chart."""

    __tablename__ = "allergy"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    code: Mapped[str] = mapped_column(default="")
    description: Mapped[str]
    kind: Mapped[str] = mapped_column(default="", server_default="")  # one of rules.medicine.ALLERGY_KINDS, or empty
    reaction: Mapped[str] = mapped_column(default="")
    severity: Mapped[str] = mapped_column(default="", server_default="")  # one of rules.medicine.SEVERITIES, or empty
    started_on: Mapped[date | None]
    stopped_on: Mapped[date | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
