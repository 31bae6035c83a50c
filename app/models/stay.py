from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Stay(Base):
    """A hospital inpatient or Part A SNF stay, both days included."""

    __tablename__ = "stay"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str]  # inpatient | snf_part_a
    from_on: Mapped[date]
    to_on: Mapped[date | None]  # None: goes on
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
