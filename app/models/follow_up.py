from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class FollowUp(Base):
    """Something that is to be done for a patient: what, by whom, until when. It is closed with an outcome."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'done', 'cancelled')", name="status"),
        CheckConstraint("priority IN ('low', 'normal', 'high')", name="priority"),
        CheckConstraint("urgency IN ('none', 'routine', 'soon', 'urgent')", name="urgency"),
        CheckConstraint("source IN ('call', 'plan', 'escalation', 'other')", name="source"),
        CheckConstraint("(status = 'open') = (outcome = '')", name="outcome_when_closed"),
        Index("ix_follow_up_patient", "patient_id", "status"),
        Index("ix_follow_up_status", "status", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    what: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due_on: Mapped[date]  # in the clinic's zone
    priority: Mapped[str]
    urgency: Mapped[str]  # clinical; none: an errand
    source: Mapped[str]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    status: Mapped[str] = mapped_column(default="open")
    outcome: Mapped[str] = mapped_column(default="")  # of a cancelled one: why
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # What of a month it was handed over for ("2026-10 PLAN_UNSIGNED").
    about: Mapped[str | None] = mapped_column(info={"step": "0007"})
