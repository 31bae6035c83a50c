"""The enrolled patients with all that decides whom to call: a handful of queries, whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.models import Call, Clinic, Enrolment, Patient, Person, Practitioner, Stay, TouchPoint
from app.rules.cadence import Protocol, due_on, weekday_numbers
from app.rules.month import Month
from app.security.permissions import Actor
from app.services.cadence import anchor_of, is_done
from app.services.clinic_calendar import cadence_table, working_days
from app.services.contact_log import Contact, contacts_between, last_reached
from app.services.escalations import EscalationRow, escalation_rows
from app.services.follow_up_rows import FollowUpRow, follow_up_rows
from app.services.incomplete_cycles import IncompleteCycle, incomplete_cycles
from app.services.patients import display_name
from app.services.promises import EARLY, LONGEST, LOOK_BACK, PromiseRow, open_promises
from app.services.staff import names_of_staff
from app.services.standing_months import MonthStanding, StandingMonths


@dataclass(frozen=True, slots=True)
class CallHours:
    """When a patient wants to be called, on their own clock; `is_own`: they said so themselves. No days: any day."""

    from_time: time
    until_time: time
    weekdays: frozenset[int]
    is_own: bool

    def has(self, local: datetime) -> bool:
        """Whether a moment on the patient's clock is one of theirs."""
        if self.weekdays and local.weekday() not in self.weekdays:
            return False
        return self.from_time <= local.time() < self.until_time


@dataclass(frozen=True, slots=True)
class CaseloadPatient:
    """An enrolled, living patient as the caller sees them.

    `due_on` is the day of the next call, planned (`is_planned`) or by the protocol; None: nothing is planned.
    `contacts` are those of the last two months, in order; `cycles` those begun and never finished.
    `month` is None where the month's rules are not known.
    `owner_id` is None also for a person who left. `practitioner` is the biller's name.
    """

    patient_id: int
    name: str
    sort_name: str
    born_on: date
    phone: str
    phone_alternate: str
    language: str
    zone: ZoneInfo
    hours: CallHours
    practitioner: str
    risk_tier: str
    protocol: Protocol
    owner_id: int | None
    owner: str
    due_on: date | None
    is_planned: bool
    last_reached_at: datetime | None
    contacts: tuple[Contact, ...]
    promises: tuple[PromiseRow, ...]
    follow_ups: tuple[FollowUpRow, ...]
    escalations: tuple[EscalationRow, ...]
    cycles: tuple[IncompleteCycle, ...]
    month: MonthStanding | None
    is_in_hospital: bool
    is_open_call: bool

    @property
    def in_vain(self) -> int:
        """How often the patient was tried since they were last reached, within the last two months."""
        tried = 0
        for contact in reversed(self.contacts):
            if contact.reached:
                break
            tried += 1
        return tried


def caseload(
    session: Session, months: StandingMonths, actor: Actor, now: datetime, roles: Mapping[str, str]
) -> list[CaseloadPatient]:
    """Return all enrolled, living patients, by name. `roles` are the names of the matrix's roles."""
    clinic = session.get_one(Clinic, 1)
    zone = ZoneInfo(clinic.time_zone)
    today = now.astimezone(zone).date()
    month = Month.of(today)
    table, working = cadence_table(session), working_days(session)
    staff = names_of_staff(session)
    active = _active(session)
    rows = session.execute(_enrolled()).all()
    begins = min(month.bounds(zone)[0], now - LOOK_BACK - LONGEST - EARLY)
    contacts = contacts_between(session, begins, now)
    reached = _reached(session, [row.id for row in rows], contacts)
    promises = open_promises(session, now, contacts=contacts)
    plans = _plans(session)
    follow_ups = _by_patient(follow_up_rows(session, today))
    escalations = _by_patient(escalation_rows(session, now, actor, roles))
    cycles = _by_patient(incomplete_cycles(session, now, zone))
    standing = months.of(session, clinic, month)
    away = set(session.scalars(_stays_on(today)))
    on_call = set(session.scalars(select(Call.patient_id).where(Call.state.not_in(("finished", "discarded")))))
    found = []
    for row in rows:
        protocol = table.protocol_of(row.risk_tier, row.protocol)
        last = reached.get(row.id)
        plan = plans.get(row.id)
        is_planned = plan is not None and not is_done(plan[1], last)
        anchor = anchor_of(row.cadence_from, row.ccm_started_on)
        due = plan[0] if plan is not None and is_planned else None
        if due is None and anchor is not None:
            due = due_on(protocol, anchor, last and last.astimezone(zone).date(), working)
        owner_id = row.owner_id if row.owner_id in active else None
        own = row.call_from is not None and row.call_until is not None
        found.append(
            CaseloadPatient(
                patient_id=row.id,
                name=display_name(row.family_name, row.given_name, row.suffix),
                sort_name=row.sort_name,
                born_on=row.born_on,
                phone=row.phone,
                phone_alternate=row.phone_alternate,
                language=row.language,
                zone=ZoneInfo(row.time_zone) if row.time_zone else zone,
                hours=_hours(
                    row.call_from if own else table.calls_from,
                    row.call_until if own else table.calls_until,
                    row.call_days,
                    is_own=own or bool(row.call_days),
                ),
                practitioner=row.practitioner or f"NPI {row.npi}",
                risk_tier=row.risk_tier,
                protocol=protocol,
                owner_id=owner_id,
                owner=staff[owner_id] if owner_id is not None else "",
                due_on=due,
                is_planned=is_planned,
                last_reached_at=last,
                contacts=tuple(contacts.get(row.id, ())),
                promises=tuple(promises.get(row.id, ())),
                follow_ups=tuple(follow_ups.get(row.id, ())),
                escalations=tuple(escalations.get(row.id, ())),
                cycles=tuple(cycles.get(row.id, ())),
                month=standing.get(row.id),
                is_in_hospital=row.id in away,
                is_open_call=row.id in on_call,
            )
        )
    return found


def _enrolled() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Patient.id, Patient.family_name, Patient.given_name, Patient.suffix, Patient.sort_name, Patient.born_on),
            *(Patient.phone, Patient.phone_alternate, Patient.language, Patient.time_zone, Patient.call_from),
            *(Patient.call_until, Patient.call_days, Patient.risk_tier, Patient.protocol, Patient.cadence_from),
            *(Patient.owner_id, Enrolment.ccm_started_on, Practitioner.name.label("practitioner"), Practitioner.npi),
        )
        .join(Enrolment, Enrolment.patient_id == Patient.id)
        .join(Practitioner, Practitioner.id == Enrolment.practitioner_id)
        .where(Enrolment.status == "enrolled", Patient.died_on.is_(None))
        .order_by(Patient.sort_name, Patient.id)
    )


def _reached(
    session: Session, patient_ids: Sequence[int], contacts: Mapping[int, Sequence[Contact]]
) -> dict[int, datetime]:
    """Return when each patient was last reached; only for who was not lately is there a search of all their time."""
    found = {}
    for patient_id, tried in contacts.items():
        at = next((contact.at for contact in reversed(tried) if contact.reached), None)
        if at is not None:
            found[patient_id] = at
    others = [patient_id for patient_id in patient_ids if patient_id not in found]
    return found | last_reached(session, select(Patient.id).where(Patient.id.in_(others)))


def _plans(session: Session) -> dict[int, tuple[date, datetime]]:
    """Return, by patient, the plan made last that was not taken back: the day, and when it was made."""
    newest = select(func.max(TouchPoint.id)).where(TouchPoint.withdrawn_at.is_(None)).group_by(TouchPoint.patient_id)
    query = select(TouchPoint.patient_id, TouchPoint.due_on, TouchPoint.planned_at).where(TouchPoint.id.in_(newest))
    return {row.patient_id: (row.due_on, row.planned_at) for row in session.execute(query)}


def _stays_on(day: date) -> Select[int]:
    return select(Stay.patient_id).where(Stay.from_on <= day, (Stay.to_on.is_(None)) | (Stay.to_on >= day))


def _active(session: Session) -> frozenset[int]:
    return frozenset(session.scalars(select(Person.id).where(Person.active)))


_Row = TypeVar("_Row", FollowUpRow, EscalationRow, IncompleteCycle)


def _by_patient(rows: Iterable[_Row]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.patient_id].append(row)
    return found


@cache
def _hours(from_time: time, until_time: time, days: str, *, is_own: bool) -> CallHours:
    return CallHours(from_time, until_time, weekday_numbers([day for day in days.split(",") if day]), is_own)
