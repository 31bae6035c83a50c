"""Why a patient is to be called now, and who comes first. Clinical need outranks minutes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from app.services.caseload import CaseloadPatient
from app.services.follow_up_rows import FollowUpRow
from app.services.local_words import clock_in_words, day_in_words, days_in_words

Why = Literal[
    "escalation_to_answer",
    "escalation_answered",
    "escalation_overdue",
    "promise_missed",
    "promise_now",
    "follow_up_overdue",
    "follow_up_due",
    "not_finished",
    "due",
    "promise_today",
    "errand_due",
    "",
]
"""Why a patient is in the queue; the first that applies. Empty: nothing is to be done today."""

_PLACE: dict[Why, int] = {
    "escalation_to_answer": 0,
    "escalation_answered": 0,
    "escalation_overdue": 0,
    "promise_missed": 1,
    "promise_now": 1,
    "follow_up_overdue": 2,
    "follow_up_due": 3,
    "not_finished": 4,
    "due": 5,
    "promise_today": 6,
    "errand_due": 7,
    "": 8,
}
_CALLS = {"weekly": "Weekly call", "biweekly": "Two-week call", "monthly": "Monthly call"}
_PRESSING = {"urgent": 0, "soon": 1, "routine": 2, "none": 3}
_NEVER = date.max
_ALL_DONE = 1 << 30


@dataclass(frozen=True, slots=True)
class Reason:
    """The foremost reason to call, in words, and whose errand it is; None: whoever's patient it is."""

    why: Why
    words: str
    person_id: int | None = None


def reason_of(patient: CaseloadPatient, actor_id: int, now: datetime, zone: ZoneInfo) -> Reason:
    """Return why a patient is to be called, to the person who looks. `zone` is the clinic's."""
    today = now.astimezone(zone).date()
    found = [
        *_escalations(patient, actor_id, today, zone),
        *_promises(patient, now, zone),
        *_follow_ups(patient, today),
        *_not_finished(patient),
        *_due(patient, today),
    ]
    return min(found, key=lambda reason: _PLACE[reason.why], default=Reason("", _nothing(patient)))


def sort_key(patient: CaseloadPatient, reason: Reason, now: datetime, zone: ZoneInfo) -> tuple[object, ...]:
    """Return what the queue is ordered by.

    After the reason: promises by their time, follow-ups by urgency and day; then those not tried today yet, those who
    can be called at this hour, the closer protocol, the fewest seconds to the first threshold, and the longest overdue.
    """
    today = now.astimezone(zone).date()
    first = patient.promises[0].from_at if patient.promises and _PLACE[reason.why] == 1 else now
    pressing = min(
        ((_PRESSING[row.urgency], row.due_on) for row in patient.follow_ups if row.due_on <= today),
        default=(9, _NEVER),
    )
    month = patient.month
    to_go = month.seconds_to_go if month is not None and not month.has_unit else None
    return (
        _PLACE[reason.why],
        first,
        pressing if reason.why in ("follow_up_overdue", "follow_up_due") else (9, _NEVER),
        tried_today(patient, today, zone),
        not patient.hours.has(now.astimezone(patient.zone)),
        patient.protocol.days or 365,
        _ALL_DONE if to_go is None else to_go,
        patient.due_on or _NEVER,
        patient.sort_name,
        patient.patient_id,
    )


def is_mine(patient: CaseloadPatient, reason: Reason, me: int) -> bool:
    """Whether a patient belongs into somebody's queue: theirs, nobody's, or waiting for something they said or owe."""
    if patient.owner_id is None or me in (patient.owner_id, reason.person_id):
        return True
    owed = {row.person_id for row in patient.promises} | {row.owner_id for row in patient.follow_ups}
    owed |= {cycle.person_id for cycle in patient.cycles if cycle.person_id is not None}
    owed |= {row.raised_by_id for row in patient.escalations}
    return me in owed or any(row.may_answer for row in patient.escalations)


def follow_up_words(row: FollowUpRow) -> str:
    """Return a follow-up as a reason to call."""
    late = f", {days_in_words(row.days_overdue)} late" if row.is_overdue else ""
    return f"Follow-up: {_short(row.what)}{late}"


def tried_today(patient: CaseloadPatient, today: date, zone: ZoneInfo) -> bool:
    """Whether the last try was today: whoever did not answer an hour ago can wait for the others."""
    return bool(patient.contacts) and patient.contacts[-1].at.astimezone(zone).date() == today


def _escalations(patient: CaseloadPatient, actor_id: int, today: date, zone: ZoneInfo) -> list[Reason]:
    found = []
    for row in patient.escalations:
        due = row.due_at.astimezone(zone).date()
        clock = clock_in_words(row.due_at, zone)
        when = clock if due == today else f"{due:%m/%d}, {clock}"
        if row.status == "answered":
            found.append(Reason("escalation_answered", f"{row.answered_by} answered: {row.symptom}", row.raised_by_id))
        elif row.may_answer:
            found.append(Reason("escalation_to_answer", f"Answer by {when}: {row.symptom}", actor_id))
        elif row.is_overdue:
            found.append(Reason("escalation_overdue", f"No answer from {row.to} by {when}", row.raised_by_id))
    return found


def _promises(patient: CaseloadPatient, now: datetime, zone: ZoneInfo) -> list[Reason]:
    found = []
    for row in patient.promises:
        begins, over = clock_in_words(row.from_at, zone), clock_in_words(row.until_at, zone)
        day = row.from_at.astimezone(zone).date()
        if row.standing == "missed":
            when = begins if day == now.astimezone(zone).date() else f"{day:%m/%d} {begins}"
            found.append(Reason("promise_missed", f"Promised {when}: missed", row.person_id))
        elif row.standing == "now":
            found.append(Reason("promise_now", f"Promised now, until {over}", row.person_id))
        elif day == now.astimezone(zone).date():
            found.append(Reason("promise_today", f"Promised for {begins}", row.person_id))
    return found


def _follow_ups(patient: CaseloadPatient, today: date) -> list[Reason]:
    found = []
    for row in patient.follow_ups:
        if row.due_on > today:
            continue
        why: Why = "errand_due"
        if row.is_clinical:
            why = "follow_up_overdue" if row.is_overdue else "follow_up_due"
        found.append(Reason(why, follow_up_words(row), row.owner_id))
    return found


def due_words(patient: CaseloadPatient, today: date) -> str:
    """Return the call that a patient's plan or protocol asks for, and since when it waits."""
    late = max(0, (today - patient.due_on).days) if patient.due_on is not None else 0
    if patient.last_reached_at is None and not patient.is_planned:
        # Nobody is late for a call that never was: what helps is since when they are in the program without one.
        return f"First contact, waiting since {patient.due_on:%m/%d/%Y}" if late else "First contact"
    kind = "Planned call" if patient.is_planned else _CALLS.get(patient.protocol.key, "Call by protocol")
    return f"{kind}, {days_in_words(late)} late" if late else kind


def _not_finished(patient: CaseloadPatient) -> list[Reason]:
    """Return the contacts that were begun and not finished; escalations have reasons of their own."""
    return [
        Reason("not_finished", cycle.brief, cycle.person_id) for cycle in patient.cycles if cycle.escalation_id is None
    ]


def _due(patient: CaseloadPatient, today: date) -> list[Reason]:
    if patient.due_on is None or patient.due_on > today:
        return []
    words = due_words(patient, today)
    is_plain = patient.due_on == today and words != "First contact"
    return [Reason("due", f"{words}, today" if is_plain else words)]


def _nothing(patient: CaseloadPatient) -> str:
    if patient.promises:
        return "Promised for a later day"
    return "Nothing planned" if patient.due_on is None else f"Next call {day_in_words(patient.due_on)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
