from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Call, Enrolment, Patient, Person, TouchPoint
from app.rules.cadence import TIERS, CadenceTable, Protocol, due_on
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.services.clinic_calendar import (
    NO_OWN_DAYS,
    ClosedDays,
    cadence_table,
    closed_days,
    federal_holidays,
    plain_name,
    put_closed_days,
    put_tiers,
    with_closed,
    with_open,
    working_days,
)
from app.services.clinic_day import day_at, zone_of
from app.services.contact_log import last_reached
from app.services.door import reads, writes
from app.services.patients import patient_of
from app.services.staff import caller, is_caller
from app.storage.ledger import Ledger, Reading, Work


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A holiday of a year. `is_worked`: a federal one on which the clinic works nevertheless."""

    day: date
    name: str
    is_federal: bool
    is_worked: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who calls patients, and how many enrolled ones are theirs."""

    person_id: int
    name: str
    credential: str
    patients: int


@dataclass(frozen=True, slots=True)
class CadenceForm:
    """How one patient is called. `risk_tier` is one of cadence.TIERS, `protocol` a key or empty for the tier's own.

    `starts_on` is the day the calls are counted from; None: the day CCM began. `owner_id` None: nobody's in particular.
    """

    risk_tier: str = ""
    protocol: str = ""
    starts_on: date | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class PatientCadence:
    """How a patient is called, and when next.

    `effective` is the protocol that holds. `due_on` is the next call's day, a planned one (`planned_on`) or by the
    protocol; None for who is not enrolled, has died, or has nothing planned. `owner` is empty when it is nobody's.
    """

    patient_id: int
    form: CadenceForm
    effective: Protocol
    owner: str
    starts_on: date | None
    last_reached_on: date | None
    planned_on: date | None
    due_on: date | None


class Cadence:
    """How often patients are called, by whom, and on which days the clinic works."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("clinic.read")
    def table(self, reading: Reading) -> CadenceTable:
        """Return the protocols and tiers, as the clinic set them."""
        return cadence_table(reading.session)

    @writes("clinic.edit")
    def set_tiers(self, work: Work, protocols: Mapping[str, str]) -> None:
        """Give tiers a protocol, by their keys. Raises `FieldFaults` (`tiers`)."""
        known = cadence_table(work.session).protocols
        if not set(protocols) <= set(TIERS) or not set(protocols.values()) <= set(known):
            raise FieldFaults({"tiers": "Choose a protocol of the list for each tier."})
        stands = {row.key: row.protocol for row in cadence_table(work.session).tiers}
        put_tiers(work.session, stands | dict(protocols))

    @writes("clinic.edit")
    def reset_tiers(self, work: Work) -> None:
        """Give each tier the protocol it comes with."""
        put_tiers(work.session, {})
        work.note(event="tiers_reset")

    @reads("clinic.read")
    def closed_days(self, reading: Reading) -> ClosedDays:
        """Return what the clinic made of the federal holidays."""
        return closed_days(reading.session)

    @writes("clinic.edit")
    def set_closed_days(self, work: Work, days: ClosedDays = NO_OWN_DAYS) -> None:
        """Put all that the clinic made of the holidays back as it was; without `days` the federal ones alone hold."""
        put_closed_days(work.session, days)

    @reads("clinic.read")
    def holidays(self, reading: Reading, year: int) -> tuple[HolidayRow, ...]:
        """Return a year's holidays, in order: the federal ones and the clinic's own."""
        if not 1990 <= year <= 2199:
            raise ClinicError("Holidays are known from 1990 to 2199.")
        days = closed_days(reading.session)
        rows = [
            HolidayRow(day, name, is_federal=True, is_worked=day not in days)
            for day, name in federal_holidays(year).items()
            if day not in days.closed
        ]
        rows += [
            HolidayRow(day, name, is_federal=False, is_worked=False)
            for day, name in days.closed.items()
            if day.year == year
        ]
        return tuple(sorted(rows, key=lambda row: row.day))

    @writes("clinic.edit")
    def close_on(self, work: Work, day: date, name: str = "") -> None:
        """Close the clinic on a day. A federal holiday that was taken away is given back. Raises `FieldFaults`."""
        check = FormCheck()
        check.day("day", day, needed="Choose a day.")
        is_federal = day in federal_holidays(day.year)
        kept = check.name("name", name, needed="" if is_federal else "Give the day a name.")
        check.finish()
        put_closed_days(work.session, with_closed(closed_days(work.session), day, kept))

    @writes("clinic.edit")
    def open_on(self, work: Work, day: date) -> None:
        """Work on a day that is a holiday, this one time."""
        put_closed_days(work.session, with_open(closed_days(work.session), day))

    @writes("clinic.edit")
    def keep_holiday(self, work: Work, name: str, *, kept: bool) -> None:
        """Keep a federal holiday every year, or work on it every year. Raises `FieldFaults` (`name`)."""
        plain = plain_name(name)
        year = day_at(work.session, work.now).year
        if plain not in {plain_name(each) for each in federal_holidays(year).values()}:
            raise FieldFaults({"name": "This is no federal holiday."})
        days = closed_days(work.session)
        put_closed_days(work.session, replace(days, never=days.never - {plain} if kept else days.never | {plain}))

    @reads("today.read")
    def owners(self, reading: Reading) -> tuple[Owner, ...]:
        """Return who can be given patients to call, by name."""
        return _owners(reading.session)

    @reads("owner.hand_over")
    def caseloads(self, reading: Reading) -> tuple[Owner, ...]:
        """Return the same to whoever hands patients over."""
        return _owners(reading.session)

    @reads("today.read")
    def of(self, reading: Reading, patient_id: int) -> PatientCadence:
        """Return how a patient is called, and when next. Raises `NoSuchPatient`."""
        return _of(reading.session, patient_of(reading.session, patient_id))

    @writes("call.plan")
    def set_for(
        self, work: Work, patient_id: int, form: CadenceForm, *, instead_of: CadenceForm | None = None
    ) -> PatientCadence:
        """Set a patient's tier, protocol and owner. Raises `FieldFaults` or `NoSuchPatient`.

        With `instead_of`, only while that still holds: so that undoing takes back one's own change, never another's.
        """
        patient = patient_of(work.session, patient_id)
        if instead_of is not None and instead_of != _form_of(patient):
            raise ClinicError("This was changed again since. Open the patient's chart to see how it stands.")
        check = FormCheck()
        check.choice("risk_tier", form.risk_tier, TIERS, "Choose a risk tier from the list.")
        protocols = ("", *cadence_table(work.session).protocols)
        check.choice("protocol", form.protocol, protocols, "Choose a protocol from the list.")
        check.day("starts_on", form.starts_on)
        if form.owner_id is not None and form.owner_id != patient.owner_id:
            caller(work.session, form.owner_id, check, "owner_id")
        check.finish()
        patient.risk_tier, patient.protocol = form.risk_tier, form.protocol
        patient.cadence_from, patient.owner_id = form.starts_on, form.owner_id
        work.session.flush()
        work.about(patient_id)
        return _of(work.session, patient)

    @writes("call.plan")
    def set_owner(self, work: Work, patient_ids: Sequence[int], owner_id: int | None) -> int:
        """Give patients to somebody to call, or to nobody; return how many changed. Raises `FieldFaults`."""
        if owner_id is not None:
            check = FormCheck()
            caller(work.session, owner_id, check, "owner_id")
            check.finish()
        changed = 0
        for patient_id in dict.fromkeys(patient_ids):
            patient = patient_of(work.session, patient_id)
            changed += patient.owner_id != owner_id
            patient.owner_id = owner_id
        work.note(event="owner", owner=owner_id, patients=changed)
        return changed

    @writes("owner.hand_over")
    def hand_over(
        self, work: Work, from_id: int | None, to_id: int | None, patient_ids: Sequence[int] | None = None
    ) -> tuple[int, ...]:
        """Give somebody's patients to somebody else (None: to nobody), all or those named; return whose owner changed.

        Only those who still are `from_id`'s: handing back the patients returned undoes it. Raises `FieldFaults`.
        """
        check = FormCheck()
        if from_id == to_id:
            check.fault("to_id", "Choose somebody else.")
        if to_id is not None:
            caller(work.session, to_id, check, "to_id")
        check.finish()
        query = select(Patient).where(Patient.owner_id.is_(None) if from_id is None else Patient.owner_id == from_id)
        wanted = None if patient_ids is None else set(patient_ids)
        if wanted is None:
            query = query.join(Enrolment, Enrolment.patient_id == Patient.id).where(Enrolment.status == "enrolled")
        moved = [row for row in work.session.scalars(query) if wanted is None or row.id in wanted]
        for patient in moved:
            patient.owner_id = to_id
        work.note(event="hand_over", from_owner=from_id, owner=to_id, patients=len(moved))
        return tuple(patient.id for patient in moved)

    @reads("today.read")
    def propose(self, reading: Reading, patient_id: int, outcome: str = "reached") -> date | None:
        """Return the day a wrap-up proposes for the next call, when one ended now with this outcome.

        After a reached one the protocol's next; after an attempt a day soon; None when there is nothing to propose.
        Raises `NoSuchPatient`.
        """
        session = reading.session
        patient = patient_of(session, patient_id)
        today, table = day_at(session, reading.now), cadence_table(session)
        if outcome in ("declined", "wrong_number") or not _is_called(session, patient):
            return None
        if outcome == "reached":
            protocol = table.protocol_of(patient.risk_tier, patient.protocol)
            return due_on(protocol, _anchor(session, patient) or today, today, working_days(session))
        return working_days(session).after(today, table.retry_after)

    @writes("call.plan")
    def plan(self, work: Work, patient_id: int, on: date, call_id: int | None = None) -> PatientCadence:
        """Plan a patient's next call for a day, in place of what was planned. Raises `FieldFaults` (`due_on`)."""
        patient = patient_of(work.session, patient_id)
        check = FormCheck()
        today = day_at(work.session, work.now)
        check.day("due_on", on)
        if on < today:
            check.fault("due_on", "A call is planned for today or a later day.")
        check.finish()
        if call_id is not None:
            call = work.session.get(Call, call_id)
            if call is None or call.patient_id != patient_id:
                raise ClinicError("This plan would hang on a call of another patient.")
        made = TouchPoint(
            patient_id=patient_id, due_on=on, call_id=call_id, planned_at=work.now, planned_by=work.actor.person_id
        )
        work.session.add(made)
        work.session.flush()
        work.about(patient_id)
        work.note(event="plan", touch_point=made.id)
        return _of(work.session, patient)

    @writes("call.plan")
    def withdraw_plan(self, work: Work, patient_id: int, on: date | None = None) -> PatientCadence:
        """Take back the day that was planned last; the one before it, or the protocol's own day, holds again.

        With `on`, only while that is the day. Raises `ClinicError` otherwise.
        """
        patient = patient_of(work.session, patient_id)
        plan = standing_plan(work.session, patient_id)
        if on is not None and (plan is None or plan.due_on != on):
            raise ClinicError("The call was planned anew since. Plan it again where it should be.")
        if plan is not None:
            plan.withdrawn_at = work.now
            work.session.flush()
            work.note(event="withdraw_plan", touch_point=plan.id)
        work.about(patient_id)
        return _of(work.session, patient)


def _owners(session: Session) -> tuple[Owner, ...]:
    counted = session.execute(
        select(Patient.owner_id, func.count())
        .join(Enrolment, Enrolment.patient_id == Patient.id)
        .where(Enrolment.status == "enrolled", Patient.owner_id.is_not(None))
        .group_by(Patient.owner_id)
    )
    owned = {row[0]: row[1] for row in counted}
    people = [person for person in session.scalars(select(Person)) if is_caller(person)]
    rows = [Owner(each.id, each.name, each.credential, owned.get(each.id, 0)) for each in people]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.person_id)))


def standing_plan(session: Session, patient_id: int) -> TouchPoint | None:
    """Return the plan that was made last and not taken back, also one that was called for since."""
    return session.scalars(
        select(TouchPoint)
        .where(TouchPoint.patient_id == patient_id, TouchPoint.withdrawn_at.is_(None))
        .order_by(TouchPoint.id.desc())
        .limit(1)
    ).one_or_none()


def _form_of(patient: Patient) -> CadenceForm:
    return CadenceForm(patient.risk_tier, patient.protocol, patient.cadence_from, patient.owner_id)


def _of(session: Session, patient: Patient) -> PatientCadence:
    zone = zone_of(session)
    reached = last_reached(session, select(Patient.id).where(Patient.id == patient.id)).get(patient.id)
    plan = standing_plan(session, patient.id)
    planned = plan.due_on if plan is not None and not is_done(plan.planned_at, reached) else None
    protocol = cadence_table(session).protocol_of(patient.risk_tier, patient.protocol)
    anchor = _anchor(session, patient)
    reached_on = reached and reached.astimezone(zone).date()
    due = planned
    if not _is_called(session, patient):
        due = None
    elif due is None and anchor is not None:
        due = due_on(protocol, anchor, reached_on, working_days(session))
    owner = session.get(Person, patient.owner_id) if patient.owner_id is not None else None
    return PatientCadence(
        patient_id=patient.id,
        form=_form_of(patient),
        effective=protocol,
        owner=owner.name if owner is not None else "",
        starts_on=anchor,
        last_reached_on=reached_on,
        planned_on=planned,
        due_on=due,
    )


def is_done(planned_at: datetime, reached_at: datetime | None) -> bool:
    """Whether a planned call was made: somebody was reached after it was planned."""
    return reached_at is not None and reached_at > planned_at


def anchor_of(cadence_from: date | None, ccm_started_on: date | None) -> date | None:
    """Return the day from which a patient's calls are counted."""
    return cadence_from or ccm_started_on


def _anchor(session: Session, patient: Patient) -> date | None:
    began = session.scalar(select(Enrolment.ccm_started_on).where(Enrolment.patient_id == patient.id))
    return anchor_of(patient.cadence_from, began)


def _is_called(session: Session, patient: Patient) -> bool:
    status = session.scalar(select(Enrolment.status).where(Enrolment.patient_id == patient.id))
    return status == "enrolled" and patient.died_on is None
