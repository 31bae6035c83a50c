from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class AmendmentRequest(Base):
    """That a patient asked for their record to be amended (45 CFR 164.526). Never changed; events say what followed."""

    __tablename__ = "amendment_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    asked_on: Mapped[date]
    asked_by: Mapped[str]  # the patient, or who speaks for them
    record: Mapped[str]  # which part of the record it is about
    change: Mapped[str]  # what it should say
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
