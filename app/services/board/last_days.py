"""The honest end-of-month plan: with so many nurse hours left, which clinically due patients can still be served."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import TimeEntry
from app.rules.end_of_month import Need, end_of_month
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.board.holds import standing_holds
from app.services.caseload import CaseloadPatient, caseload
from app.services.clinic_day import zone_of
from app.services.door import reads
from app.services.local_words import day_in_words
from app.services.month_case import current_time
from app.services.standing_months import StandingMonths
from app.storage.ledger import Ledger, Reading

LOOK_BACK = timedelta(days=180)
USUAL_SECONDS = 10 * 60
"""How long a call is taken to be in a clinic that has made none yet."""
MOST_HOURS = 400
_PRESSING = {"urgent": 0, "soon": 1, "routine": 2}


class MonthOver(ClinicError):
    """There are no hours left in a month that is over, and none yet in one that has not begun."""

    def __init__(self, month: Month) -> None:
        super().__init__(f"{month} is not the month that runs now: there are no hours to plan in it.")


@dataclass(frozen=True, slots=True)
class Due:
    """A patient in the plan: why they are due, and how long a call with them usually takes.

    `seconds_to_go` says for information how much counted time the month still wants; the plan does not ask it.
    """

    patient_id: int
    name: str
    owner: str
    why: str
    usual_seconds: int
    seconds_to_go: int | None


@dataclass(frozen=True, slots=True)
class LastDays:
    """The plan for so many seconds: `served` in the order of need, `beyond` for whom they do not suffice.

    `let_go` are short of minutes with nothing clinically due: their month is let go. `seconds` is what serving takes.
    """

    month: Month
    served: tuple[Due, ...]
    beyond: tuple[Due, ...]
    let_go: tuple[Due, ...]
    seconds: int


class EndOfMonthPlan:
    """Plans the month's last hours by clinical need. It never asks for minutes, and never proposes to fill them up."""

    def __init__(self, ledger: Ledger, months: StandingMonths) -> None:
        self._ledger = ledger
        self._months = months

    @reads("readiness.read")
    def plan(self, reading: Reading, month: Month, hours: int) -> LastDays:
        """Return the plan for `hours` of nurse time (0 to 400) in the month that runs. Raises `MonthOver`."""
        if not 0 <= hours <= MOST_HOURS:
            raise ClinicError(f"Give the hours that are left as a number from 0 to {MOST_HOURS}.")
        session = reading.session
        zone = zone_of(session)
        today = reading.now.astimezone(zone).date()
        if Month.of(today) != month:
            raise MonthOver(month)
        held = standing_holds(session, month)
        # Whose month is kept from being billed is served by need as anybody is.
        patients = caseload(session, self._months, reading.actor, reading.now, self._ledger.permissions.roles)
        usual = usual_seconds(session, reading.now)
        clinics = usual.get(None, USUAL_SECONDS)
        reasons = {each.patient_id: clinical_need(each, month.last, today, zone) for each in patients}
        order = sorted(
            (need[0], each.sort_name, each.patient_id) for each in patients if (need := reasons[each.patient_id])
        )
        rank = {patient_id: place for place, (_, _, patient_id) in enumerate(order)}
        needs = [
            Need(each.patient_id, rank.get(each.patient_id), usual.get(each.patient_id, clinics)) for each in patients
        ]
        plan = end_of_month(needs, hours * 3600)
        rows = {
            each.patient_id: _due(each, reasons[each.patient_id], usual.get(each.patient_id, clinics))
            for each in patients
        }
        short = {
            each.patient_id
            for each in patients
            if each.patient_id not in held and each.month is not None and each.month.blockers == {"TIME_LT_THRESHOLD"}
        }
        return LastDays(
            month=month,
            served=tuple(rows[key] for key in plan.served),
            beyond=tuple(rows[key] for key in plan.beyond),
            let_go=tuple(rows[key] for key in plan.nothing_due if key in short),
            seconds=plan.seconds,
        )


Rank = tuple[int, int, date]


def clinical_need(patient: CaseloadPatient, last: date, today: date, zone: ZoneInfo) -> tuple[Rank, str] | None:
    """Return how pressing a patient's need is until a day and why, None where nothing is due. Minutes are not asked.

    Escalations first, then promised calls, clinical follow-ups that are overdue, those due by then, and calls by the
    protocol or planned.
    """
    found: list[tuple[Rank, str]] = []
    for raised in patient.escalations:
        day = raised.due_at.astimezone(zone).date()
        found.append(
            ((0, 0, day), f"Escalation: {'answered' if raised.status == 'answered' else 'waits for an answer'}")
        )
    for promise in patient.promises:
        day = promise.from_at.astimezone(zone).date()
        if day <= last:
            found.append(((1, 0, day), f"Promised a call on {day_in_words(day)}"))
    for task in patient.follow_ups:
        if task.is_clinical and task.due_on <= last:
            late = "overdue" if task.due_on < today else "due"
            place = 2 if task.due_on < today else 3
            rank = (place, _PRESSING.get(task.urgency, 2), task.due_on)
            found.append((rank, f"Clinical follow-up {late} {day_in_words(task.due_on)}"))
    if patient.due_on is not None and patient.due_on <= last:
        kind = "First contact" if patient.last_reached_at is None else f"{patient.protocol.title} call"
        found.append(((4, patient.protocol.days or 365, patient.due_on), f"{kind} due {day_in_words(patient.due_on)}"))
    return min(found, default=None)


def usual_seconds(session: Session, now: datetime) -> dict[int | None, int]:
    """Return how long a call that reached somebody usually is: the lower median by patient, and under None of all."""
    rows = session.execute(
        select(TimeEntry.patient_id, TimeEntry.start_at, TimeEntry.end_at).where(
            TimeEntry.contact == "reached", ~TimeEntry.withdrawn, *current_time(now - LOOK_BACK, now)
        )
    )
    seconds: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        taken = max(1, (row.end_at - row.start_at) // timedelta(seconds=1))
        seconds[row.patient_id].append(taken)
        seconds[None].append(taken)
    return {key: median_low(found) for key, found in seconds.items()}


def _due(patient: CaseloadPatient, need: tuple[Rank, str] | None, usual: int) -> Due:
    return Due(
        patient_id=patient.patient_id,
        name=patient.name,
        owner=patient.owner,
        why=need[1] if need else "Nothing due",
        usual_seconds=usual,
        seconds_to_go=patient.month.seconds_to_go if patient.month and not patient.month.has_unit else None,
    )
