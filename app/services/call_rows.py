"""A call between the clinic file and the timer of the rules, and what a screen is told of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Call, CallSpan, Enrolment, Patient, Person, Practitioner
from app.rules.month import Month
from app.rules.month_case import Role
from app.rules.performer import performer_role
from app.rules.timer import Span, Stretch, TimerState, recover
from app.services.closed_month import is_closed
from app.services.patients import display_name


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call as it stands. While it runs, `timer.seconds_at(clock.monotonic_ns())` tells its seconds without a query.

    `timer.state`, `timer.activity`, `timer.idle` (the question whether anybody is there) and `timer.doubts` (gaps that
    ask to be kept or discarded) are the timer's;
    `role` is as whom its minutes will count; `month_closed` says that they can no longer be billed.
    """

    call_id: int
    token: str
    patient_id: int
    patient: str
    timer: TimerState
    seconds: int
    started_at: datetime
    draft: Mapping[str, str]
    role: Role
    month: Month
    month_closed: bool


@dataclass(frozen=True, slots=True)
class RecoverableCall:
    """A call that a crash or a power cut left running: what is known of it, and the gap since its last heartbeat.

    `doubtful_seconds` wait to be kept or discarded and are not in `seconds`, as time in which nobody touched anything.
    """

    call_id: int
    patient_id: int
    patient: str
    activity: str
    started_at: datetime
    seconds: int
    last_beat_at: datetime
    gap_seconds: int
    draft: Mapping[str, str]
    doubtful_seconds: int = 0


def timer_of(session: Session, call: Call) -> TimerState:
    """Return the call's timer as it was stored."""
    spans = tuple(
        # The columns hold the words of the rules and nothing else.
        Span(row.activity, row.start_at, row.end_at, row.source, row.standing, row.doubt, row.reason)  # type: ignore[arg-type]
        for row in _span_rows(session, call)
    )
    stretch = None
    if call.stretch_at is not None and call.stretch_wall is not None:
        stretch = Stretch(
            call.stretch_at, call.stretch_wall, call.stretch_monotonic_ns, call.boot_id, call.beat_monotonic_ns
        )
    return TimerState(call.state, call.activity, spans, stretch)  # type: ignore[arg-type]


def store(session: Session, call: Call, timer: TimerState) -> None:
    """Write a timer into its call: the row, and the spans that are new or different."""
    call.state = timer.state
    call.activity = timer.activity
    call.beat_at = timer.worked_to or call.started_at
    call.stretch_at = call.stretch_wall = None
    if timer.stretch is not None:
        call.stretch_at, call.stretch_wall = timer.stretch.at, timer.stretch.wall
        call.stretch_monotonic_ns = timer.stretch.monotonic_ns
        call.beat_monotonic_ns = timer.stretch.beat_ns
        call.boot_id = timer.stretch.boot_id
    rows = _span_rows(session, call)
    for number, span in enumerate(timer.spans):
        if number == len(rows):
            rows.append(CallSpan(call_id=call.id))
            session.add(rows[number])
        row = rows[number]
        row.activity, row.start_at, row.end_at = span.activity, span.start, span.end
        row.source, row.standing, row.doubt, row.reason = span.source, span.standing, span.doubt, span.reason


def call_now(session: Session, call: Call, monotonic_ns: int, now: datetime, zone: ZoneInfo) -> CallNow:
    """Return what a screen shows of a call."""
    timer = timer_of(session, call)
    month = Month.of(now.astimezone(zone).date())
    return CallNow(
        call_id=call.id,
        token=call.token,
        patient_id=call.patient_id,
        patient=patient_name(session, call.patient_id),
        timer=timer,
        seconds=timer.seconds_at(monotonic_ns),
        started_at=call.started_at,
        draft=draft_of(call),
        role=role_on(session, call.person_id, call.patient_id),
        month=month,
        month_closed=is_closed(session, call.patient_id, month),
    )


def recoverable_call(session: Session, call: Call, now: datetime) -> RecoverableCall:
    """Return what is known of a call that was left running."""
    timer = recover(timer_of(session, call))
    return RecoverableCall(
        call_id=call.id,
        patient_id=call.patient_id,
        patient=patient_name(session, call.patient_id),
        activity=call.activity,
        started_at=call.started_at,
        seconds=timer.closed_seconds,
        doubtful_seconds=sum(span.seconds for span in timer.doubts),
        last_beat_at=call.beat_at,
        gap_seconds=max(0, int((now - call.beat_at).total_seconds())),
        draft=draft_of(call),
    )


def draft_of(call: Call) -> dict[str, str]:
    """Return the note's sections as typed so far, by key."""
    return {str(key): str(text) for key, text in json.loads(call.draft).items()}


def patient_name(session: Session, patient_id: int) -> str:
    """Return the patient's name as lists show it."""
    row = session.execute(
        select(Patient.given_name, Patient.family_name, Patient.suffix).where(Patient.id == patient_id)
    ).one()
    return display_name(row.family_name, row.given_name, row.suffix)


def role_on(session: Session, person_id: int, patient_id: int) -> Role:
    """Return as whom a person's minutes on a patient count."""
    person = session.get_one(Person, person_id)
    billing = session.scalar(
        select(Practitioner.person_id)
        .join(Enrolment, Enrolment.practitioner_id == Practitioner.id)
        .where(Enrolment.patient_id == patient_id)
    )
    return performer_role(person.roles, person.credential, bills_for_patient=billing == person_id)


def _span_rows(session: Session, call: Call) -> list[CallSpan]:
    return list(session.scalars(select(CallSpan).where(CallSpan.call_id == call.id).order_by(CallSpan.id)))
