from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
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
        CheckConstraint("(state = 'running') = (stretch_at IS NOT NULL)", name="stretch_while_running"),
        # One running timer a person: the database itself refuses a second.
        Index("uq_call_running", "person_id", unique=True, sqlite_where=text("state = 'running'")),
        Index("ix_call_person_state", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)  # stands for the call where nothing about it may be readable
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    session: Mapped[str]  # whose sign-in timed it last; a running call of another session was left by a crash
    state: Mapped[str]
    activity: Mapped[str]
    started_at: Mapped[datetime]
    # The running stretch (rules/timer.Stretch): where it began, and what the clocks said then and at the last beat.
    stretch_at: Mapped[datetime | None]
    stretch_wall: Mapped[datetime | None]
    stretch_monotonic_ns: Mapped[int] = mapped_column(BigInteger, default=0)
    beat_monotonic_ns: Mapped[int] = mapped_column(BigInteger, default=0)
    boot_id: Mapped[str] = mapped_column(default="")
    beat_at: Mapped[datetime]  # the last second known to have been worked
    draft: Mapped[str] = mapped_column(default="{}")  # the note's sections as typed so far, JSON
    outcome: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")  # why it was discarded, or its minutes were corrected
    finished_at: Mapped[datetime | None]


class CallSpan(Base):
    """A stretch of a call during which the timer ran with one activity (rules/timer.Span)."""

    __tablename__ = "call_span"
    __table_args__ = (CheckConstraint("standing IN ('counted', 'doubtful', 'discarded')", name="standing"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    activity: Mapped[str]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime | None]  # None: running
    source: Mapped[str] = mapped_column(default="timer")  # timer | recovered | estimated
    standing: Mapped[str] = mapped_column(default="counted")  # counted | doubtful | discarded
    doubt: Mapped[str] = mapped_column(default="")  # silence | clock_jump | new_boot | idle
    reason: Mapped[str] = mapped_column(default="")
