from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class TimeReview(Base):
    """That somebody else looked at one version of a hand-entered or estimated time entry. Only ever added."""

    __tablename__ = "time_review"
    __table_args__ = (UniqueConstraint("entry_id", "version", "by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str]
    version: Mapped[int]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    one_person_clinic: Mapped[bool]  # nobody else could have looked
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
