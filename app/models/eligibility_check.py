from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class EligibilityCheck(Base):
    """That Medicare or the patient was asked whether a month can be billed, and what was answered. Only ever added."""

    __tablename__ = "eligibility_check"
    __table_args__ = (
        CheckConstraint("answer IN ('part_b', 'medicare_advantage', 'none', 'unclear')", name="answer"),
        CheckConstraint("other_biller IN ('no', 'yes', 'not_asked')", name="other_biller"),
        Index("ix_eligibility_check_patient", "patient_id", "asked_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    asked_on: Mapped[date]  # in the clinic's zone
    answer: Mapped[str]
    other_biller: Mapped[str]  # whether another practice gives care management
    how: Mapped[str] = mapped_column(default="")  # a portal, a telephone line, the patient
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
