from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Enrolment(Base):
    """A patient's standing in the programme; one row a patient, its history is in the audit trail."""

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), unique=True)
    status: Mapped[str]  # enrolled | declined | stopped
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), index=True)
    billing_kind: Mapped[str] = mapped_column(default="")  # as an imported row has it; empty: the practitioner's own
    ccm_started_on: Mapped[date | None]
    patient_new: Mapped[bool] = mapped_column(default=False)
    last_seen_on: Mapped[date | None]
    visit_on: Mapped[date | None]
    visit_code: Mapped[str] = mapped_column(default="")
    visit_ccm_discussed: Mapped[bool] = mapped_column(default=False)
    ended_on: Mapped[date | None]  # declined or stopped on
    ended_reason: Mapped[str] = mapped_column(default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
