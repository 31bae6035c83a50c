from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Escalation(Base):
    """A symptom or worry handed to somebody who must answer in time, as the clinic's rule said when it was raised."""

    __tablename__ = "escalation"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'answered', 'closed', 'withdrawn')", name="status"),
        CheckConstraint("status <> 'open' OR answered_at IS NULL", name="open_without_answer"),
        CheckConstraint("status NOT IN ('closed', 'withdrawn') OR outcome <> ''", name="outcome_when_closed"),
        Index("ix_escalation_patient", "patient_id", "status"),
        Index("ix_escalation_status", "status", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    rule_key: Mapped[str]  # of the clinic's rules then
    symptom: Mapped[str]  # the rule's words then
    do_now: Mapped[str] = mapped_column(default="")
    is_emergency: Mapped[bool] = mapped_column(default=False)
    what: Mapped[str]  # what was seen or said
    to_role: Mapped[str]  # a role of the matrix
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # None: anybody of the role
    due_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    raised_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    status: Mapped[str] = mapped_column(default="open")
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(default="")  # of a withdrawn one: why
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
