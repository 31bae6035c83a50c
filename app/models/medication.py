from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Medication(Base):
    """A medicine on the chart."""

    __tablename__ = "medication"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    code: Mapped[str] = mapped_column(default="")  # RxNorm where known
    description: Mapped[str]
    dose: Mapped[str] = mapped_column(default="", server_default="")
    route: Mapped[str] = mapped_column(default="", server_default="")  # one of rules.medicine.ROUTES, or empty
    frequency: Mapped[str] = mapped_column(default="", server_default="")
    directions: Mapped[str] = mapped_column(default="")  # all of it in words, or what the fields above do not say
    prescriber: Mapped[str] = mapped_column(default="", server_default="")
    adherence: Mapped[str] = mapped_column(default="", server_default="")  # one of rules.medicine.ADHERENCE, or empty
    reason: Mapped[str] = mapped_column(default="")
    started_on: Mapped[date | None]
    stopped_on: Mapped[date | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
