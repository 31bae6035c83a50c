from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Call(Base):
    """One piece of timed work on a patient, from the first key press to the saved wrap-up."""

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint(
            "state IN ('running', 'paused', 'parked', 'wrap_up', 'finished', 'discarded')",
            name="state",
        ),
        # One running timer a person: the database itself refuses a second.
        Index("uq_call_running", "person_id", unique=True, sqlite_where=text("state = 'running'")),
        Index("ix_call_person_state", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str]
    activity: Mapped[str]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]  # the last instant known to have been worked
    beat_monotonic_ns: Mapped[int]
    boot_id: Mapped[str]
    draft: Mapped[str] = mapped_column(default="{}")  # the note's sections as typed so far, JSON
    outcome: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]


class CallSpan(Base):
    """A stretch of a call during which the timer ran with one activity."""

    __tablename__ = "call_span"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    activity: Mapped[str]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime | None]  # None: running
    recovered: Mapped[bool] = mapped_column(default=False)  # its end came from the last heartbeat
