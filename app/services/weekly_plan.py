from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.models import Clinic
from app.rules.call_sheet import CallSheet, CallSheetDay, CallSheetRow
from app.rules.errors import ClinicError
from app.rules.packet_facts import Making
from app.security.permissions import Actor
from app.services.caseload import CallHours, CaseloadPatient, caseload
from app.services.clinic_calendar import closed_days, working_days
from app.services.clinic_day import zone_of
from app.services.door import composed, reads, writes
from app.services.local_words import WEEKDAYS, clock_in_words, phone_in_words
from app.services.packet_gathering import clinic_facts, local_iso
from app.services.standing_months import StandingMonths
from app.services.today_order import due_words, follow_up_words, is_mine, reason_of, sort_key
from app.storage.ledger import Ledger, Reading, Work

MOST_DAYS = 14


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A patient on a day of the plan. `why` are the reasons in words; `promised_at` where a call was promised.

    `is_due`: the cadence or a planned call falls on the day, not a promise or follow-up alone.
    """

    patient_id: int
    name: str
    born_on: date
    why: tuple[str, ...]
    is_due: bool
    promised_at: datetime | None
    phone: str
    language: str
    owner_id: int | None
    owner: str
    month_seconds: int | None
    seconds_to_go: int | None
    next_code: str | None


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day and whom to call on it, in order. `closed_for` names a holiday; what is late stands on today."""

    day: date
    is_working: bool
    closed_for: str
    rows: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """Seven days from a Monday on. `unscheduled` counts patients for whom nothing is planned at all."""

    monday: date
    days: tuple[PlannedDay, ...]
    unscheduled: int


class WeeklyPlan:
    """Whom to call on which day; on paper for when the power is out."""

    def __init__(
        self,
        ledger: Ledger,
        months: StandingMonths,
        *,
        program_version: str,
        make_sheet: Callable[[CallSheet], bytes],
    ) -> None:
        self._ledger = ledger
        self._months = months
        self._program_version = program_version
        self._make_sheet = make_sheet

    @reads("today.read")
    def week(self, reading: Reading, of: date | None = None, *, mine: bool = True) -> WeekPlan:
        """Return the week of a day, by default of today; past days are empty, for what is late stands on today."""
        today = reading.now.astimezone(zone_of(reading.session)).date()
        day = today if of is None else of
        monday = day - timedelta(days=day.weekday())
        days = [monday + timedelta(days=number) for number in range(7)]
        patients = self._patients(reading, mine=mine)
        planned = _planned(patients, reading, days)
        closed, working = closed_days(reading.session), working_days(reading.session)
        return WeekPlan(
            monday=monday,
            days=tuple(
                PlannedDay(
                    day,
                    working.has(day),
                    closed.name_on(day),
                    tuple(_plan_row(patient, found) for patient, found in planned.get(day, ())),
                )
                for day in days
            ),
            unscheduled=sum(patient.due_on is None and not patient.promises for patient in patients),
        )

    @composed("call_sheet.print")
    def call_sheet(self, actor: Actor, first: date | None = None, *, days: int = 1, mine: bool = True) -> bytes:
        """Return the call sheet of so many days (1 to 14) as a PDF, by default today's. It is noted in the trail."""
        return self._make_sheet(self._sheet(actor, first, days=days, mine=mine))

    @writes("call_sheet.print")
    def leave(self, work: Work, form: str, purpose: str) -> None:
        """Note that a copy of a call sheet leaves the encrypted file now, printed or as a PDF, and why (a key)."""
        work.note(event="copy_leaves", paper="call_sheet", form=form, purpose=purpose)

    @writes("call_sheet.print")
    def _sheet(self, work: Work, first: date | None, *, days: int, mine: bool) -> CallSheet:
        if not 1 <= days <= MOST_DAYS:
            raise ClinicError(f"A call sheet is for 1 to {MOST_DAYS} days.")
        session = work.session
        clinic = session.get_one(Clinic, 1)
        today = work.now.astimezone(zone_of(session)).date()
        begins = first or today
        if begins < today:
            raise ClinicError("A call sheet is for today or later days.")
        wanted = [begins + timedelta(days=number) for number in range(days)]
        planned = _planned(self._patients(work, mine=mine), work, wanted)
        closed, working = closed_days(session), working_days(session)
        sheet = CallSheet(
            clinic=clinic_facts(clinic),
            making=Making(
                packet_id=f"CL-{begins}-calls",
                made_at=local_iso(work.now, clinic.time_zone),
                made_by=work.actor.name,
                program_version=self._program_version,
            ),
            whose=f"Patients of {work.actor.name}" if mine else "All patients",
            days=tuple(
                CallSheetDay(
                    day.isoformat(),
                    tuple(
                        _sheet_row(patient, found, work.now, zone_of(session))
                        for patient, found in planned.get(day, ())
                    ),
                    closed.name_on(day),
                )
                for day in wanted
                if planned.get(day) or working.has(day) or day in closed
            ),
            numbers=tuple(
                (what, phone_in_words(phone))
                for what, phone in (("Clinic", clinic.phone), ("Outside of hours", clinic.after_hours_phone))
                if phone
            ),
        )
        work.note(paper="call_sheet", days=days, patients=sum(len(day.rows) for day in sheet.days))
        return sheet

    def _patients(self, reading: Reading, *, mine: bool) -> list[CaseloadPatient]:
        """Return the patients in the queue's order of now."""
        zone, me = zone_of(reading.session), reading.actor.person_id
        roles = self._ledger.permissions.roles
        found = []
        for patient in caseload(reading.session, self._months, reading.actor, reading.now, roles):
            reason = reason_of(patient, me, reading.now, zone)
            if not mine or is_mine(patient, reason, me):
                found.append((sort_key(patient, reason, reading.now, zone), patient))
        found.sort(key=lambda each: each[0])
        return [patient for _, patient in found]


@dataclass(slots=True)
class _Found:
    """What falls on one day for one patient."""

    why: list[str]
    is_due: bool = False
    promised_at: datetime | None = None


def _planned(
    patients: Iterable[CaseloadPatient], reading: Reading, days: list[date]
) -> dict[date, list[tuple[CaseloadPatient, _Found]]]:
    """Return, by day, who is to be called and why; promises by their time first, the others in the order given."""
    zone = zone_of(reading.session)
    today = reading.now.astimezone(zone).date()
    planned: dict[date, list[tuple[CaseloadPatient, _Found]]] = defaultdict(list)
    for patient in patients:
        for day, found in _days_of(patient, today, zone).items():
            if days[0] <= day <= days[-1]:
                planned[day].append((patient, found))
    for rows in planned.values():
        # Stable: among those without a promise the queue's order stays.
        rows.sort(key=lambda row: (row[1].promised_at is None, row[1].promised_at or reading.now))
    return planned


def _days_of(patient: CaseloadPatient, today: date, zone: ZoneInfo) -> dict[date, _Found]:
    """Return what a patient is to be called for, by day; what is late falls on today."""
    found: dict[date, _Found] = defaultdict(lambda: _Found([]))
    for promise in patient.promises:
        day = promise.from_at.astimezone(zone).date()
        on = found[max(day, today)]
        span = f"{clock_in_words(promise.from_at, zone)} to {clock_in_words(promise.until_at, zone)}"
        when = span if day >= today else f"{day:%m/%d} {span}"
        on.why.append(f"Promised {when}" + (": missed" if promise.standing == "missed" else ""))
        on.promised_at = min(on.promised_at or promise.from_at, promise.from_at)
    for row in patient.follow_ups:
        found[max(row.due_on, today)].why.append(follow_up_words(row))
    for escalation in patient.escalations:
        if escalation.status == "answered":
            found[today].why.append(f"{escalation.answered_by} answered: {escalation.symptom}")
        elif escalation.is_overdue:
            found[today].why.append(f"No answer from {escalation.to} yet: {escalation.symptom}")
    for cycle in patient.cycles:
        if cycle.escalation_id is None:
            found[today].why.append(cycle.brief)
    if patient.due_on is not None:
        on = found[max(patient.due_on, today)]
        on.why.append(due_words(patient, today))
        on.is_due = True
    return found


def _plan_row(patient: CaseloadPatient, found: _Found) -> PlanRow:
    month = patient.month
    return PlanRow(
        patient_id=patient.patient_id,
        name=patient.name,
        born_on=patient.born_on,
        why=tuple(found.why),
        is_due=found.is_due,
        promised_at=found.promised_at,
        phone=patient.phone,
        language=patient.language,
        owner_id=patient.owner_id,
        owner=patient.owner,
        month_seconds=month.seconds if month is not None else None,
        seconds_to_go=month.seconds_to_go if month is not None else None,
        next_code=month.next_code if month is not None else None,
    )


def _sheet_row(patient: CaseloadPatient, found: _Found, now: datetime, zone: ZoneInfo) -> CallSheetRow:
    month = patient.month
    remarks = []
    if patient.is_in_hospital:
        remarks.append("In hospital")
    if patient.in_vain:
        remarks.append(f"Tried in vain since: {patient.in_vain}")
    if now.astimezone(patient.zone).utcoffset() != now.astimezone(zone).utcoffset():
        remarks.append(f"Their clock: {now.astimezone(patient.zone):%Z}")
    reached = patient.last_reached_at
    return CallSheetRow(
        name=patient.name,
        born_on=patient.born_on.isoformat(),
        phone=phone_in_words(patient.phone),
        phone_alternate=phone_in_words(patient.phone_alternate),
        hours=_hours(patient.hours),
        language=patient.language,
        why="; ".join(found.why),
        owner=patient.owner,
        counted_seconds=month.seconds if month is not None else None,
        seconds_to_go=month.seconds_to_go if month is not None else None,
        next_code=month.next_code if month is not None else None,
        last_contact_on=reached.astimezone(zone).date().isoformat() if reached is not None else None,
        remarks=tuple(remarks),
    )


def _hours(hours: CallHours) -> str:
    if not hours.is_own:
        return ""
    days = ", ".join(WEEKDAYS[day] for day in sorted(hours.weekdays))
    return " ".join(part for part in (f"{hours.from_time:%H:%M}–{hours.until_time:%H:%M}", days) if part)
