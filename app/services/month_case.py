"""From the clinic file to month cases: a handful of queries for all patients at once, whatever their number."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.models import Condition, Consent, Enrolment, Mdm, OtherService, Patient, Practitioner, Stay, TimeEntry
from app.rules import month_case as case
from app.rules.month import Month
from app.rules.month_case import LONGEST_ENTRY_SECONDS, TOLD, MonthCase
from app.services.patients import display_name
from app.services.plan_in_force import StandingPlan, standing_plans

_NAMED_AT_MOST = 500  # more patients than this are not named one by one in a statement
_STRETCHES_AT_ONCE = 100
_SECOND = timedelta(seconds=1)

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class PatientRef:
    """Whose case it is, as lists and papers name them.

    `case_id` is the id in the files the patient came from, else "p" and the clinic's own number. `name` is as papers
    have it, `listed` as lists do. `practitioner` is the biller's name, or "NPI …" of one known by that alone.
    """

    id: int
    case_id: str
    external_id: str | None
    mrn: str
    name: str
    listed: str
    sort_name: str
    practitioner_id: int
    npi: str
    practitioner: str


def gather(
    session: Session, month: Month, zone: str, setting: str, patient_ids: Collection[int] | None = None
) -> list[tuple[PatientRef, MonthCase]]:
    """Return the month's case of each patient who is or was enrolled, in the order of `case_id`; or of those named.

    Who declined has no case. `zone` is the clinic's IANA time zone, `setting` one of MONTH_CASE's words. What comes out
    is what is on record now; months with a final packet are answered from what was frozen then (`judging`).
    """
    if patient_ids is not None and len(patient_ids) > _NAMED_AT_MOST:
        wanted = set(patient_ids)
        return [each for each in gather(session, month, zone, setting) if each[0].id in wanted]
    scope = _scope(patient_ids)
    place = ZoneInfo(zone)
    conditions = _conditions(session, scope)
    consents = _consents(session, scope, place)
    plans = standing_plans(session, scope, month.last)
    decisions = _decisions(session, scope, month)
    stays = _stays(session, scope, month)
    services = _services(session, scope, month)
    time, others = _time(session, month, place, patient_ids)
    gathered = []
    for row in session.execute(_enrolled(patient_ids)):
        ref = _ref(row)
        consent = consents.get(ref.id)
        gathered.append(
            (
                ref,
                MonthCase(
                    id=ref.case_id,
                    month=month,
                    time_zone=zone,
                    setting=setting,
                    patient=case.Patient(row.born_on, row.died_on),
                    coverage=row.coverage,
                    conditions=tuple(conditions.get(ref.id, ())),
                    # A start that is not on record cannot be before the consent, nor after the month that is judged.
                    ccm_started_on=row.ccm_started_on or (_day(consent) if consent else month.first),
                    patient_new=row.patient_new,
                    last_seen_on=row.last_seen_on,
                    initiating_visit=case.InitiatingVisit(row.visit_on, row.visit_code, row.visit_ccm_discussed)
                    if row.visit_on
                    else None,
                    consent=consent,
                    care_plan=_care_plan(plans.get(ref.id)),
                    billing_practitioner=case.BillingPractitioner(ref.npi, ref.npi, row.billing_kind or row.kind),
                    mdm=decisions.get(ref.id),
                    time=tuple(time.get(ref.id, ())),
                    other_patient_time=tuple(others.get(ref.id, ())),
                    stays=tuple(stays.get(ref.id, ())),
                    other_services=tuple(services.get(ref.id, ())),
                ),
            )
        )
    return sorted(gathered, key=lambda each: each[0].case_id)


def paper_name(given: str, family: str, suffix: str) -> str:
    """Return a patient's name as papers print it: given, family, suffix."""
    return " ".join(part for part in (given, family, suffix) if part)


def current_time(begins: datetime, over: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a row of `TimeEntry` is an entry's newest version and touches the stretch.

    No entry is longer than eight hours, which keeps the search within the index.
    """
    return (
        TimeEntry.start_at >= begins - timedelta(seconds=LONGEST_ENTRY_SECONDS),
        TimeEntry.start_at < over,
        TimeEntry.end_at > begins,
        newest_version(),
    )


def newest_version() -> ColumnElement[bool]:
    """Return the condition under which a row of `TimeEntry` is an entry's newest version."""
    later = aliased(TimeEntry)
    return ~exists().where(later.entry_id == TimeEntry.entry_id, later.version > TimeEntry.version)


def local_instant(at: datetime, offset_minutes: int) -> datetime:
    """Return an instant on the clock it was written by, in whole seconds."""
    return at.astimezone(_clock(offset_minutes)).replace(microsecond=0)


def _scope(patient_ids: Collection[int] | None) -> Select[int]:
    scope = select(Enrolment.patient_id).where(Enrolment.status != "declined")
    return scope if patient_ids is None else scope.where(Enrolment.patient_id.in_(sorted(patient_ids)))


def _enrolled(patient_ids: Collection[int] | None) -> Select[*tuple[Any, ...]]:
    enrolled = (
        select(
            Patient.id,
            Patient.external_id,
            Patient.mrn,
            Patient.given_name,
            Patient.family_name,
            Patient.suffix,
            Patient.sort_name,
            Patient.born_on,
            Patient.died_on,
            Patient.coverage,
            Enrolment.ccm_started_on,
            Enrolment.patient_new,
            Enrolment.last_seen_on,
            Enrolment.visit_on,
            Enrolment.visit_code,
            Enrolment.visit_ccm_discussed,
            Enrolment.billing_kind,
            Practitioner.id.label("practitioner_id"),
            Practitioner.npi,
            Practitioner.kind,
            Practitioner.name.label("practitioner_name"),
        )
        .join(Enrolment, Enrolment.patient_id == Patient.id)
        .join(Practitioner, Practitioner.id == Enrolment.practitioner_id)
        .where(Enrolment.status != "declined")
    )
    return enrolled if patient_ids is None else enrolled.where(Patient.id.in_(sorted(patient_ids)))


def _ref(row: AnyRow) -> PatientRef:
    return PatientRef(
        id=row.id,
        case_id=row.external_id or f"p{row.id}",
        external_id=row.external_id,
        mrn=row.mrn,
        name=paper_name(row.given_name, row.family_name, row.suffix),
        listed=display_name(row.family_name, row.given_name, row.suffix),
        sort_name=row.sort_name,
        practitioner_id=row.practitioner_id,
        npi=row.npi,
        practitioner=row.practitioner_name or f"NPI {row.npi}",
    )


def _conditions(session: Session, scope: Select[int]) -> dict[int, list[case.Condition]]:
    found: dict[int, list[case.Condition]] = defaultdict(list)
    for row in session.execute(
        select(
            Condition.patient_id,
            Condition.code,
            Condition.expected_12_months,
            Condition.significant_risk,
            Condition.resolved_on,
        )
        .where(Condition.confirmed, Condition.code_system == "icd10", Condition.patient_id.in_(scope))
        .order_by(Condition.id)
    ):
        found[row.patient_id].append(
            case.Condition(row.code, row.expected_12_months, row.significant_risk, row.resolved_on)
        )
    return found


def _consents(session: Session, scope: Select[int], zone: ZoneInfo) -> dict[int, case.Consent]:
    newest = select(func.max(Consent.id)).where(Consent.patient_id.in_(scope)).group_by(Consent.patient_id)
    found = {}
    for row in session.scalars(select(Consent).where(Consent.id.in_(newest))):
        given = row.given_on if row.given_at is None else row.given_at.astimezone(zone).replace(microsecond=0)
        told = (row.told_availability, row.told_cost_sharing, row.told_one_practitioner, row.told_right_to_stop)
        found[row.patient_id] = case.Consent(
            given=given,
            method=row.method,
            told=tuple(thing for thing, said in zip(TOLD, told, strict=True) if said),
            practitioner=row.practitioner_npi,
            revoked_on=row.revoked_on,
        )
    return found


def _care_plan(plan: StandingPlan | None) -> case.CarePlan | None:
    if plan is None:
        return None
    return case.CarePlan(plan.signed_on, plan.last_reviewed_on, plan.copy_given_on)


def _decisions(session: Session, scope: Select[int], month: Month) -> dict[int, case.MedicalDecisionMaking]:
    """Return, by patient, the newest decision making documented in the month, else the newest of all."""
    found: dict[int, case.MedicalDecisionMaking] = {}
    for row in session.execute(
        select(Mdm.patient_id, Mdm.level, Mdm.documented_on).where(Mdm.patient_id.in_(scope)).order_by(Mdm.id)
    ):
        known = found.get(row.patient_id)
        in_month = row.documented_on is not None and month.contains(row.documented_on)
        if in_month or known is None or not (known.documented_on and month.contains(known.documented_on)):
            found[row.patient_id] = case.MedicalDecisionMaking(row.level, row.documented_on)
    return found


def _stays(session: Session, scope: Select[int], month: Month) -> dict[int, list[case.Stay]]:
    """Return the stays that touch the month; one that goes on is given the month's last day."""
    found: dict[int, list[case.Stay]] = defaultdict(list)
    for row in session.execute(
        select(Stay.patient_id, Stay.kind, Stay.from_on, Stay.to_on)
        .where(Stay.from_on <= month.last, Stay.patient_id.in_(scope))
        .where((Stay.to_on.is_(None)) | (Stay.to_on >= month.first))
        .order_by(Stay.from_on, Stay.id)
    ):
        found[row.patient_id].append(case.Stay(row.kind, row.from_on, row.to_on or month.last))
    return found


def _services(session: Session, scope: Select[int], month: Month) -> dict[int, list[case.OtherService]]:
    found: dict[int, list[case.OtherService]] = defaultdict(list)
    for row in session.execute(
        select(OtherService.patient_id, OtherService.code, OtherService.performed_on, OtherService.by)
        .where(OtherService.performed_on.between(month.first, month.last), OtherService.patient_id.in_(scope))
        .order_by(OtherService.performed_on, OtherService.id)
    ):
        found[row.patient_id].append(case.OtherService(row.code, row.performed_on, row.by))
    return found


def _time(
    session: Session, month: Month, zone: ZoneInfo, patient_ids: Collection[int] | None
) -> tuple[dict[int, list[case.TimeEntry]], dict[int, list[case.OtherPatientTime]]]:
    """Return each patient's entries, and those of the same people on others that overlap them; in order of time."""
    entries = select(
        TimeEntry.entry_id,
        TimeEntry.patient_id,
        TimeEntry.start_at,
        TimeEntry.end_at,
        TimeEntry.utc_offset_minutes,
        TimeEntry.staff,
        TimeEntry.role,
        TimeEntry.activity,
        TimeEntry.contact,
        TimeEntry.works_in_us,
        TimeEntry.used_for,
        TimeEntry.confirmed,
        TimeEntry.signed,
        TimeEntry.recorded_at,
    ).where(~TimeEntry.withdrawn, *current_time(*month.bounds(zone)))
    if patient_ids is None:
        found = session.execute(entries).all()
    else:
        named = TimeEntry.patient_id.in_(sorted(patient_ids))
        own = found = session.execute(entries.where(named)).all()
        for first in range(0, len(own), _STRETCHES_AT_ONCE):
            met = or_(*(_same_hands(row) for row in own[first : first + _STRETCHES_AT_ONCE]))
            found = [*found, *session.execute(entries.where(~named, met))]
    rows = sorted({row.entry_id: row for row in found}.values(), key=lambda row: (row.start_at, row.entry_id))
    time: dict[int, list[case.TimeEntry]] = defaultdict(list)
    for row in rows:
        time[row.patient_id].append(_entry(row))
    return time, _overlapping(rows)


def _same_hands(row: AnyRow) -> ColumnElement[bool]:
    """Return the condition for entries of the same person that overlap `row`; it stays within an index."""
    earliest = row.start_at - timedelta(seconds=LONGEST_ENTRY_SECONDS)
    return and_(
        TimeEntry.staff == row.staff,
        TimeEntry.start_at >= earliest,
        TimeEntry.start_at < row.end_at,
        TimeEntry.end_at > row.start_at,
    )


def _entry(row: AnyRow) -> case.TimeEntry:
    recorded = row.recorded_at
    return case.TimeEntry(
        id=row.entry_id,
        start=_begun(row.start_at, row.utc_offset_minutes),
        end=local_instant(row.end_at, row.utc_offset_minutes),
        staff=row.staff,
        role=row.role,
        activity=row.activity,
        contact=row.contact,
        works_in_us=row.works_in_us,
        used_for=row.used_for,
        confirmed=row.confirmed,
        signed=row.signed,
        recorded_at=recorded and local_instant(recorded, row.utc_offset_minutes),
    )


def _overlapping(rows: Iterable[AnyRow]) -> dict[int, list[case.OtherPatientTime]]:
    """Walk all entries in order of their starts, person by person, and note whose overlap on two patients.

    Work on somebody else that overlaps none of a patient's entries cannot take a second of theirs, and is left out.
    """
    running: dict[str, list[AnyRow]] = defaultdict(list)
    met: dict[int, dict[str, AnyRow]] = defaultdict(dict)
    for row in rows:
        open_still = [other for other in running[row.staff] if other.end_at > row.start_at]
        for other in open_still:
            if other.patient_id != row.patient_id:
                met[row.patient_id][other.entry_id] = other
                met[other.patient_id][row.entry_id] = row
        running[row.staff] = [*open_still, row]
    return {
        patient_id: [
            case.OtherPatientTime(
                other.staff,
                _begun(other.start_at, other.utc_offset_minutes),
                local_instant(other.end_at, other.utc_offset_minutes),
            )
            for other in sorted(others.values(), key=lambda other: (other.start_at, other.end_at, other.entry_id))
        ]
        for patient_id, others in met.items()
    }


def _begun(at: datetime, offset_minutes: int) -> datetime:
    """Return a start in whole seconds: a second that was not worked whole is not counted."""
    whole = local_instant(at, offset_minutes)
    return whole if at.microsecond == 0 else whole + _SECOND


def _day(consent: case.Consent) -> date:
    return consent.given.date() if isinstance(consent.given, datetime) else consent.given


@cache
def _clock(offset_minutes: int) -> timezone:
    return UTC if offset_minutes == 0 else timezone(timedelta(minutes=offset_minutes))
