from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Consent(Base):
    """A consent as it was taken. The newest row of a patient is the one in force."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    given_on: Mapped[date]  # the day in the clinic's zone
    given_at: Mapped[datetime | None]  # None: only the day is known
    method: Mapped[str]  # verbal | written
    told_availability: Mapped[bool]
    told_cost_sharing: Mapped[bool]
    told_one_practitioner: Mapped[bool]
    told_right_to_stop: Mapped[bool]
    practitioner_npi: Mapped[str]
    taken_by: Mapped[str] = mapped_column(default="")
    revoked_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
