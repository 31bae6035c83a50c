from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.services.caseload import CaseloadPatient, caseload
from app.services.clinic_day import zone_of
from app.services.door import reads, writes
from app.services.plan_reviews import reviews_due
from app.services.standing_months import StandingMonths
from app.services.today_order import Reason, Why, is_mine, reason_of, sort_key
from app.storage.ledger import Ledger, Reading, Work

CLOSE_FROM, CLOSE_TO = 15 * 60, 20 * 60
"""Seconds of a month that is close to its first unit: 15:00 to 19:59."""
MANY_TRIES = 3
PLAN_DUE = frozenset({"PLAN_MISSING", "PLAN_UNSIGNED", "PLAN_COPY_NOT_GIVEN"})
"""What of a month makes a plan due, besides a review that is (plan_reviews): nobody reviews what was signed lately."""

FILTERS: Mapping[str, str] = MappingProxyType(
    {
        "": "My queue",
        "promised_now": "Promised now",
        "due_today": "Due today",
        "close": "Close (15:00–19:59)",
        "first_contact": "Needs first contact",
        "call_back": "Call back",
        "no_answer": "No answer 3+",
        "unscheduled": "Unscheduled",
        "plan_due": "Plan due",
        "ready": "Ready",
    }
)
"""The saved filters of the queue, in order, and what they are called."""

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "escalation": "Escalation open",
        "promise": "Call promised",
        "follow_up": "Follow-up open",
        "open_call": "Call not finished",
        "not_finished": "Contact not finished",
        "hospital": "In hospital",
        "no_phone": "No telephone number",
        "wrong_number": "Last number was wrong",
        "plan_due": "Care plan due",
        "blocked": "Blocked",
        "unscheduled": "Nothing planned",
    }
)
"""The marks a row may carry, in order, in words."""


@dataclass(frozen=True, slots=True)
class TodayRow:
    """A patient in the queue; all plain values.

    `why` is one of `Why`, `why_words` the same as a sentence. `local_time` is "HH:MM" on the patient's own clock with
    its zone's letters; `can_be_called`: it is one of their hours (`window` None: they named none). `month_seconds` are
    the counted ones, `seconds_to_go` leads to `next_code`; both None where the month's rules are not known, the latter
    also past the last unit. `verdict` is the rules' (ready, short, blocked or empty). `attempts` are this month's calls
    in vain, `in_vain` those since the patient was last reached. `flags` are keys of `FLAGS`, `filters` of `FILTERS`.
    """

    patient_id: int
    name: str
    born_on: date
    why: Why
    why_words: str
    phone: str
    phone_alternate: str
    window: tuple[time, time] | None
    call_days: tuple[int, ...]
    local_time: str
    can_be_called: bool
    month_seconds: int | None
    next_code: str | None
    seconds_to_go: int | None
    verdict: str
    last_contact_on: date | None
    attempts: int
    in_vain: int
    language: str
    due_on: date | None
    days_overdue: int
    risk_tier: str
    protocol: str
    owner_id: int | None
    owner: str
    practitioner: str
    promised_at: datetime | None
    flags: tuple[str, ...]
    filters: frozenset[str]


class Today:
    """The queue: whom to call now, and why."""

    def __init__(self, ledger: Ledger, months: StandingMonths) -> None:
        self._ledger = ledger
        self._months = months

    @reads("today.read")
    def queue(
        self,
        reading: Reading,
        which: str = "",
        *,
        mine: bool = True,
    ) -> tuple[TodayRow, ...]:
        """Return the patients of a saved filter, by its key in `FILTERS`, in the order to call them.

        Without one: those with something to do today. `mine`: my patients, those nobody owns, and whoever waits for
        something of mine. Raises `ValueError` for a filter that there is not.
        """
        if which not in FILTERS:
            raise ValueError(f"there is no filter {which!r}")
        return tuple(row for row in self._rows(reading, mine=mine) if which in row.filters)

    @reads("today.read")
    def everyone(self, reading: Reading, *, mine: bool = True) -> tuple[TodayRow, ...]:
        """Return all enrolled patients in the queue's order, to be filtered by `TodayRow.filters` and counted."""
        return self._rows(reading, mine=mine)

    @writes("today.read", audited=False)
    def keep_months(self, work: Work) -> bool:
        """Keep what the patients' months come to, so that the next sign-in need not work all of them out anew."""
        return self._months.keep(work.session)

    def _rows(self, reading: Reading, *, mine: bool) -> tuple[TodayRow, ...]:
        zone = zone_of(reading.session)
        roles = self._ledger.permissions.roles
        me = reading.actor.person_id
        reviews = reviews_due(reading.session, reading.now.astimezone(zone).date())
        found = []
        for patient in caseload(reading.session, self._months, reading.actor, reading.now, roles):
            reason = reason_of(patient, me, reading.now, zone)
            if not mine or is_mine(patient, reason, me):
                found.append((sort_key(patient, reason, reading.now, zone), patient, reason))
        found.sort(key=lambda each: each[0])
        return tuple(
            _row(patient, reason, reading.now, zone, review_due=patient.patient_id in reviews)
            for _, patient, reason in found
        )


def _row(patient: CaseloadPatient, reason: Reason, now: datetime, zone: ZoneInfo, *, review_due: bool) -> TodayRow:
    today = now.astimezone(zone).date()
    local = now.astimezone(patient.zone)
    month, hours = patient.month, patient.hours
    first = today.replace(day=1)
    reached_on = patient.last_reached_at and patient.last_reached_at.astimezone(zone).date()
    attempts = sum(not each.reached and each.at.astimezone(zone).date() >= first for each in patient.contacts)
    filters = _filters(patient, reason, today, review_due=review_due)
    return TodayRow(
        patient_id=patient.patient_id,
        name=patient.name,
        born_on=patient.born_on,
        why=reason.why,
        why_words=reason.words,
        phone=patient.phone,
        phone_alternate=patient.phone_alternate,
        window=(hours.from_time, hours.until_time) if hours.is_own else None,
        call_days=tuple(sorted(hours.weekdays)),
        local_time=f"{local:%H:%M} {local.tzname()}",
        can_be_called=hours.has(local),
        month_seconds=month.seconds if month is not None else None,
        next_code=month.next_code if month is not None else None,
        seconds_to_go=month.seconds_to_go if month is not None else None,
        verdict=month.verdict if month is not None else "",
        last_contact_on=reached_on,
        attempts=attempts,
        in_vain=patient.in_vain,
        language=patient.language,
        due_on=patient.due_on,
        days_overdue=max(0, (today - patient.due_on).days) if patient.due_on is not None else 0,
        risk_tier=patient.risk_tier,
        protocol=patient.protocol.key,
        owner_id=patient.owner_id,
        owner=patient.owner,
        practitioner=patient.practitioner,
        promised_at=patient.promises[0].from_at if patient.promises else None,
        flags=_flags(patient, filters),
        filters=filters,
    )


def _filters(patient: CaseloadPatient, reason: Reason, today: date, *, review_due: bool) -> frozenset[str]:
    month = patient.month
    last = patient.contacts[-1] if patient.contacts else None
    standings = {row.standing for row in patient.promises}
    due = patient.due_on is not None and patient.due_on <= today
    holds = {
        "": bool(reason.why),
        "promised_now": bool(standings & {"now", "missed"}),
        "due_today": due or any(row.due_on <= today for row in patient.follow_ups),
        "close": month is not None and CLOSE_FROM <= month.seconds < CLOSE_TO,
        "first_contact": patient.last_reached_at is None,
        "call_back": bool(patient.promises) or (last is not None and last.outcome == "call_back"),
        "no_answer": patient.in_vain >= MANY_TRIES,
        "unscheduled": patient.due_on is None and not patient.promises,
        "plan_due": review_due or (month is not None and bool(PLAN_DUE & (month.blockers | month.warnings))),
        "ready": month is not None and month.verdict == "ready",
    }
    return frozenset(key for key, held in holds.items() if held)


def _flags(patient: CaseloadPatient, filters: frozenset[str]) -> tuple[str, ...]:
    last = patient.contacts[-1] if patient.contacts else None
    holds = {
        "escalation": bool(patient.escalations),
        "promise": bool(patient.promises),
        "follow_up": bool(patient.follow_ups),
        "open_call": patient.is_open_call,
        "not_finished": any(cycle.kind == "no_next_step" for cycle in patient.cycles),
        "hospital": patient.is_in_hospital,
        "no_phone": not patient.phone and not patient.phone_alternate,
        "wrong_number": last is not None and last.outcome == "wrong_number",
        "plan_due": "plan_due" in filters,
        "blocked": patient.month is not None and patient.month.verdict == "blocked",
        "unscheduled": "unscheduled" in filters,
    }
    return tuple(flag for flag in FLAGS if holds[flag])
