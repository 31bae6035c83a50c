"""A patient in one look: standing, consent, plan, the running month, and what is missing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import CarePlan, Clinic, Consent, Enrolment, Patient, Practitioner, TimeEntry
from app.rules.month import Month
from app.rules.month_case import TOLD
from app.rules.rule_book import RuleBook
from app.services.chart import condition_rows
from app.services.clinic_day import day_at
from app.services.door import reads
from app.services.judging import clinic_of, judge
from app.services.month_case import current_time
from app.services.patients import patient_of
from app.services.plan_in_force import StandingPlan, standing_plans
from app.services.readiness import FindingRow, findings, toward
from app.storage.ledger import Ledger, Reading

STAFF_STEPS = (1200, 2400, 3600)


@dataclass(frozen=True, slots=True)
class ConsentGlance:
    """The consent in force, or the last one. `given_at` is on the clinic's clock, None when only the day is known.

    `told` are those of month_case.TOLD that were told; `for_biller`: it names the practitioner who bills now.
    """

    given_on: date
    given_at: datetime | None
    method: str
    told: tuple[str, ...]
    taken_by: str
    practitioner: str
    for_biller: bool
    revoked_on: date | None


@dataclass(frozen=True, slots=True)
class PlanGlance:
    """The care plan. `version` is None for one kept outside (`is_imported`) or never signed."""

    version: int | None
    is_imported: bool
    has_draft: bool
    signed_on: date | None
    last_reviewed_on: date | None
    copy_given_on: date | None
    copy_method: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Seconds of an entry that do not count, and why in words."""

    reason: str
    seconds: int
    place: str


@dataclass(frozen=True, slots=True)
class MonthGlance:
    """A patient's month as the rules see it now, or as it was billed (`packet_no`).

    `verdict` is empty for a patient who has no case: never enrolled, or declined. `excluded` is by entry id. `reached`
    and `attempts` count calls, `last_reached_on` is a day of this month. `toward_seconds` are what the recommended
    family counts, `steps` its first thresholds in seconds.
    """

    month: Month
    verdict: str = ""
    staff_seconds: int = 0
    practitioner_seconds: int = 0
    next_code: str | None = None
    seconds_to_go: int | None = None
    toward_seconds: int = 0
    steps: tuple[int, ...] = STAFF_STEPS
    lines: tuple[tuple[str, int], ...] = ()
    blockers: tuple[FindingRow, ...] = ()
    warnings: tuple[FindingRow, ...] = ()
    excluded: Mapping[str, tuple[Exclusion, ...]] = field(default_factory=dict)
    reached: int = 0
    attempts: int = 0
    last_reached_on: date | None = None
    packet_no: str | None = None

    @property
    def pooled_seconds(self) -> int:
        return self.staff_seconds + self.practitioner_seconds


@dataclass(frozen=True, slots=True)
class Overview:
    """A patient in one look. `status` is enrolled, declined or stopped; empty: never asked."""

    patient_id: int
    today: date
    status: str
    practitioner: str
    ccm_started_on: date | None
    ended_on: date | None
    ended_reason: str
    consent: ConsentGlance | None
    plan: PlanGlance | None
    chronic_conditions: int
    month: MonthGlance


class Overviews:
    """What a chart's first page says. Raises `NoSuchPatient`."""

    def __init__(self, ledger: Ledger, book: RuleBook) -> None:
        self._ledger = ledger
        self._book = book

    @reads("patient.list")
    def of(self, reading: Reading, patient_id: int) -> Overview:
        """Return the patient's overview, with the month that runs at the clinic."""
        session = reading.session
        patient_of(session, patient_id)
        today = day_at(session, reading.now)
        clinic = clinic_of(session)
        standing = session.execute(
            select(Enrolment, Practitioner)
            .join(Practitioner, Practitioner.id == Enrolment.practitioner_id)
            .where(Enrolment.patient_id == patient_id)
        ).one_or_none()
        enrolment, biller = standing if standing is not None else (None, None)
        return Overview(
            patient_id=patient_id,
            today=today,
            status=enrolment.status if enrolment else "",
            practitioner=_shown(biller) if biller else "",
            ccm_started_on=enrolment.ccm_started_on if enrolment else None,
            ended_on=enrolment.ended_on if enrolment else None,
            ended_reason=enrolment.ended_reason if enrolment else "",
            consent=_consent(session, patient_id, biller.npi if biller else "", ZoneInfo(clinic.time_zone)),
            plan=_plan(session, patient_id, Month.of(today).last),
            chronic_conditions=sum(row.counts for row in condition_rows(session, patient_id)),
            month=_month(session, clinic, patient_id, Month.of(today), self._book),
        )

    @reads("time.read")
    def month(self, reading: Reading, patient_id: int, month: Month) -> MonthGlance:
        """Return one month of the patient: what counts, what does not, and what is missing. Raises `MonthUnknown`."""
        patient_of(reading.session, patient_id)
        return _month(reading.session, clinic_of(reading.session), patient_id, month, self._book)


def _consent(session: Session, patient_id: int, biller_npi: str, zone: ZoneInfo) -> ConsentGlance | None:
    row = session.scalars(
        select(Consent).where(Consent.patient_id == patient_id).order_by(Consent.id.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    told = (row.told_availability, row.told_cost_sharing, row.told_one_practitioner, row.told_right_to_stop)
    named = session.scalars(select(Practitioner).where(Practitioner.npi == row.practitioner_npi)).one_or_none()
    return ConsentGlance(
        given_on=row.given_on,
        given_at=row.given_at and row.given_at.astimezone(zone),
        method=row.method,
        told=tuple(thing for thing, said in zip(TOLD, told, strict=True) if said),
        taken_by=row.taken_by,
        practitioner=_shown(named) if named else f"NPI {row.practitioner_npi}",
        for_biller=row.practitioner_npi == biller_npi,
        revoked_on=row.revoked_on,
    )


def _plan(session: Session, patient_id: int, last: date) -> PlanGlance | None:
    scope = select(Patient.id).where(Patient.id == patient_id)
    has_draft = bool(
        session.scalar(select(func.count()).where(CarePlan.patient_id == patient_id, CarePlan.status == "draft"))
    )
    stands: StandingPlan | None = standing_plans(session, scope, last).get(patient_id)
    if stands is None:
        return None
    row = session.get(CarePlan, stands.plan_id) if stands.plan_id is not None else None
    return PlanGlance(
        version=row.version if row is not None else None,
        is_imported=row is not None and row.status == "imported",
        has_draft=has_draft,
        signed_on=stands.signed_on,
        last_reviewed_on=stands.last_reviewed_on,
        copy_given_on=stands.copy_given_on,
        copy_method=stands.copy_method,
    )


def _month(session: Session, clinic: Clinic, patient_id: int, month: Month, book: RuleBook) -> MonthGlance:
    zone = ZoneInfo(clinic.time_zone)
    reached, attempts, last = _contacts(session, patient_id, month, zone)
    judged = judge(session, clinic, month, book, [patient_id])
    if not judged:
        return MonthGlance(month, reached=reached, attempts=attempts, last_reached_on=last)
    result = judged[0].result
    threshold = result.next_threshold
    counted, steps = toward(result, book)
    excluded: dict[str, list[Exclusion]] = defaultdict(list)
    for each in result.excluded:
        found = book.finding(each.reason)
        excluded[each.id].append(Exclusion(found.sentence, each.seconds, found.place))
    return MonthGlance(
        month=month,
        verdict=result.verdict,
        staff_seconds=result.clinical_staff_seconds,
        practitioner_seconds=result.practitioner_seconds,
        next_code=threshold.code if threshold else None,
        seconds_to_go=(counted // 60 + threshold.minutes_to_go) * 60 - counted if threshold else None,
        toward_seconds=counted,
        steps=steps,
        lines=tuple((line.code, line.units) for line in result.would_bill),
        blockers=findings(result.blockers, book),
        warnings=findings(result.warnings, book),
        excluded={entry_id: tuple(each) for entry_id, each in excluded.items()},
        reached=reached,
        attempts=attempts,
        last_reached_on=last,
        packet_no=judged[0].packet_no,
    )


def _contacts(session: Session, patient_id: int, month: Month, zone: ZoneInfo) -> tuple[int, int, date | None]:
    """Return how many calls reached somebody, how many were tries, and the last day of reaching."""
    rows = session.execute(
        select(TimeEntry.call_id, TimeEntry.entry_id, TimeEntry.contact, TimeEntry.start_at)
        .where(TimeEntry.patient_id == patient_id, ~TimeEntry.withdrawn, TimeEntry.contact != "none")
        .where(*current_time(*month.bounds(zone)))
    ).all()
    calls = {
        kind: {row.call_id or row.entry_id for row in rows if row.contact == kind} for kind in ("reached", "attempt")
    }
    last = max((row.start_at.astimezone(zone).date() for row in rows if row.contact == "reached"), default=None)
    return len(calls["reached"]), len(calls["attempt"]), last


def _shown(practitioner: Practitioner) -> str:
    return practitioner.name or f"NPI {practitioner.npi}"
