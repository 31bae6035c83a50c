"""Rows as the reader of files hands them over, and the month cases they must come to."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from app.rules import month_case as case
from app.rules.intake import (
    Instant,
    Intake,
    IntakeAllergy,
    IntakeCondition,
    IntakeEnrolment,
    IntakeKind,
    IntakeMedication,
    IntakePatient,
    IntakeService,
    IntakeStay,
    IntakeTimeEntry,
    RowAt,
    SourceFile,
)
from app.rules.month import Month
from app.rules.month_case import ACTIVITIES, CONTACTS, COVERAGES, KINDS, MDM_LEVELS, ROLES, SERVICE_BY, USED_FOR

OCTOBER = Month(2026, 10)
ZONE = "America/Chicago"
AT = RowAt("test.csv", 2)

PATIENT = IntakePatient(
    at=AT,
    patient_id="p1",
    mrn="",
    mbi="",
    prefix="",
    given_name="Ann",
    family_name="Lee",
    suffix="",
    born_on=date(1948, 3, 2),
    died_on=None,
    sex="female",
    coverage=None,
    address_line1="1 Elm",
    address_line2="",
    city="Cicero",
    state="Illinois",
    zip="60804",
    phone="(312) 555-0142",
    phone_alternate="n/a",
    language="",
    time_zone="",
)
ENROLMENT = IntakeEnrolment(
    at=AT,
    patient_id="p1",
    billing_npi="1234567893",
    billing_kind="physician",
    ccm_started_on=date(2026, 1, 5),
    new_patient=False,
    last_seen_on=date(2025, 12, 11),
    visit_on=None,
    visit_code="",
    visit_ccm_discussed=False,
    consent_on=date(2026, 1, 5),
    consent_at=None,
    consent_method="verbal",
    told_availability=True,
    told_cost_sharing=True,
    told_one_practitioner=True,
    told_right_to_stop=True,
    consent_npi="1234567893",
    revoked_on=None,
    plan_signed_on=date(2026, 1, 6),
    plan_reviewed_on=date(2026, 8, 1),
    plan_copy_given_on=date(2026, 1, 7),
    coverage="part_b",
    mdm_level=None,
    mdm_documented_on=None,
    died_on=None,
    has_plan=True,
)
CONDITION = IntakeCondition(
    at=AT,
    patient_id="p1",
    code_system="snomed",
    code="44054006",
    description="Diabetes",
    onset_on=date(2020, 1, 1),
    resolved_on=None,
    qualifying=False,
    expected_12_months=None,
    significant_risk=None,
)
QUALIFYING = replace(
    CONDITION, code_system="icd10", code="E11.9", qualifying=True, expected_12_months=True, significant_risk=True
)
MEDICATION = IntakeMedication(AT, "p1", "860975", "Metformin", "one a day", "diabetes", date(2020, 1, 1), None)
ALLERGY = IntakeAllergy(AT, "p1", "91935009", "Peanuts", "rash", date(1990, 1, 1), None)
STAY = IntakeStay(AT, "p1", "inpatient", date(2026, 10, 3), date(2026, 10, 5))
SERVICE = IntakeService(AT, "p1", "G0181", date(2026, 10, 3), "other")


def entry(entry_id: str = "e1", patient_id: str = "p1", minute: int = 0, seconds: int = 600) -> IntakeTimeEntry:
    """An entry of clinical staff on 5 October 2026, `minute` minutes after 09:00 in Chicago."""
    start = datetime(2026, 10, 5, 14, 0, tzinfo=UTC) + timedelta(minutes=minute)
    return IntakeTimeEntry(
        at=AT,
        entry_id=entry_id,
        patient_id=patient_id,
        start=Instant(start, -300),
        end=Instant(start + timedelta(seconds=seconds), -300),
        staff="Bo Lind",
        credential="LPN",
        role="clinical_staff",
        activity="patient_call",
        contact="reached",
        works_in_us=True,
        used_for=None,
        note="Feels well.",
        signed=True,
        recorded_at=None,
    )


ALL_KINDS = Intake(
    patients=(PATIENT,),
    conditions=(CONDITION, QUALIFYING, replace(QUALIFYING, code="I10", description="Hypertension")),
    medications=(MEDICATION,),
    allergies=(ALLERGY,),
    enrolments=(replace(ENROLMENT, mdm_level="high", mdm_documented_on=date(2026, 10, 4)),),
    time_entries=(entry(),),
    stays=(STAY,),
    services=(SERVICE,),
)


def source(content: str, name: str = "test.csv", kind: IntakeKind = "patients", rows: int = 1) -> SourceFile:
    """A file that was read."""
    return SourceFile(name, hashlib.sha256(content.encode()).hexdigest(), kind, rows, "utf-8", ",")


_days = st.dates(date(2024, 6, 1), date(2026, 11, 30))
_maybe_days = st.none() | _days
_october = st.integers(0, 30 * 86_400).map(
    lambda second: datetime(2026, 10, 1, 6, tzinfo=UTC) + timedelta(seconds=second)
)
_npis = st.sampled_from(["1234567893", "1679576722", "123", ""])


@st.composite
def enrolments(draw: st.DrawFn, patient_id: str) -> IntakeEnrolment:
    """Any row that the reader lets through: contradictions and all."""
    consent = draw(st.none() | _days | _october)
    visit_on = draw(_maybe_days)
    flags = [draw(st.booleans()) for _ in range(7)]
    return replace(
        ENROLMENT,
        patient_id=patient_id,
        billing_npi=draw(_npis),
        billing_kind=draw(st.sampled_from(KINDS)),
        ccm_started_on=draw(_days),
        new_patient=flags[0],
        last_seen_on=draw(_maybe_days),
        visit_on=visit_on,
        visit_code=draw(st.sampled_from(["", "G0439", "99211"])),
        visit_ccm_discussed=flags[1],
        consent_on=None if isinstance(consent, datetime) else consent,
        consent_at=Instant(consent, -300) if isinstance(consent, datetime) else None,
        consent_method=draw(st.sampled_from(["verbal", "written"])) if consent else None,
        told_availability=flags[2],
        told_cost_sharing=flags[3],
        told_one_practitioner=flags[4],
        told_right_to_stop=flags[5],
        consent_npi=draw(_npis),
        revoked_on=draw(_maybe_days),
        plan_signed_on=draw(_maybe_days),
        plan_reviewed_on=draw(_maybe_days),
        plan_copy_given_on=draw(_maybe_days),
        coverage=draw(st.none() | st.sampled_from(COVERAGES)),
        mdm_level=draw(st.none() | st.sampled_from(MDM_LEVELS)),
        mdm_documented_on=draw(_maybe_days),
        died_on=draw(_maybe_days),
        has_plan=flags[6],
    )


@st.composite
def intakes(draw: st.DrawFn) -> Intake:
    """A few patients with everything a clinic's files may say of them, and rows of somebody nobody knows."""
    known = [f"p{number}" for number in range(draw(st.integers(1, 3)))]
    anyone = st.sampled_from([*known, "nobody"])
    conditions = st.builds(
        lambda who, code, resolved, flags: replace(
            QUALIFYING,
            patient_id=who,
            code=code,
            resolved_on=resolved,
            expected_12_months=flags[0],
            significant_risk=flags[1],
        ),
        anyone,
        st.sampled_from(["E11.9", "I10", "J44.9"]),
        _maybe_days,
        st.tuples(st.booleans(), st.booleans()),
    )
    entries = st.builds(_entry, anyone, _october, st.integers(1, 7200), st.randoms(use_true_random=False))
    stays = st.builds(
        lambda who, first, days: replace(STAY, patient_id=who, from_on=first, to_on=first + timedelta(days=days)),
        anyone,
        st.dates(date(2026, 10, 1), date(2026, 10, 31)),
        st.integers(0, 9),
    )
    services = st.builds(
        lambda who, code, on, by: IntakeService(AT, who, code, on, by),
        anyone,
        st.sampled_from(["99490", "G0181", "99214"]),
        st.dates(date(2026, 10, 1), date(2026, 10, 31)),
        st.sampled_from(SERVICE_BY),
    )
    return Intake(
        patients=tuple(
            replace(PATIENT, patient_id=who, coverage=draw(st.none() | st.sampled_from(COVERAGES))) for who in known
        ),
        conditions=tuple(draw(st.lists(conditions, max_size=6, unique=True))),
        enrolments=tuple(draw(enrolments(who)) for who in [*known, "nobody"] if draw(st.booleans())),
        time_entries=_numbered(draw(st.lists(entries, max_size=8))),
        stays=tuple(draw(st.lists(stays, max_size=3, unique=True))),
        services=tuple(draw(st.lists(services, max_size=3, unique=True))),
    )


def case_of(intake: Intake, patient_id: str) -> case.MonthCase:
    """The month case that the rows themselves are, by the words of the month case alone."""
    (patient,) = (row for row in intake.patients if row.patient_id == patient_id)
    (row,) = (row for row in intake.enrolments if row.patient_id == patient_id)
    told = {
        "availability": row.told_availability,
        "cost_sharing": row.told_cost_sharing,
        "one_practitioner": row.told_one_practitioner,
        "right_to_stop": row.told_right_to_stop,
    }
    given = row.consent_at.at if row.consent_at else row.consent_on
    return case.MonthCase(
        id=patient_id,
        month=OCTOBER,
        time_zone=ZONE,
        patient=case.Patient(patient.born_on, row.died_on or patient.died_on),
        coverage=row.coverage or patient.coverage or "part_b",
        conditions=tuple(
            case.Condition(c.code, bool(c.expected_12_months), bool(c.significant_risk), c.resolved_on)
            for c in intake.conditions
            if c.patient_id == patient_id and c.qualifying
        ),
        ccm_started_on=row.ccm_started_on,
        patient_new=row.new_patient,
        last_seen_on=row.last_seen_on,
        initiating_visit=case.InitiatingVisit(row.visit_on, row.visit_code, row.visit_ccm_discussed)
        if row.visit_on
        else None,
        consent=case.Consent(
            given,
            row.consent_method or "",
            tuple(thing for thing, said in told.items() if said),
            row.consent_npi,
            row.revoked_on,
        )
        if given
        else None,
        care_plan=case.CarePlan(row.plan_signed_on, row.plan_reviewed_on, row.plan_copy_given_on)
        if row.has_plan
        else None,
        billing_practitioner=case.BillingPractitioner(row.billing_npi, row.billing_npi, row.billing_kind),
        mdm=case.MedicalDecisionMaking(row.mdm_level, row.mdm_documented_on) if row.mdm_level else None,
        time=tuple(_case_entry(t) for t in intake.time_entries if t.patient_id == patient_id),
        stays=tuple(
            case.Stay(s.kind, s.from_on, s.to_on or OCTOBER.last) for s in intake.stays if s.patient_id == patient_id
        ),
        other_services=tuple(
            case.OtherService(s.code, s.performed_on, s.by) for s in intake.services if s.patient_id == patient_id
        ),
    )


def in_one_order(found: case.MonthCase) -> case.MonthCase:
    """The same case with its lists in an order of their own, and without other patients' time."""
    return replace(
        found,
        conditions=tuple(sorted(found.conditions, key=repr)),
        time=tuple(sorted(found.time, key=lambda row: row.id)),
        stays=tuple(sorted(found.stays, key=repr)),
        other_services=tuple(sorted(found.other_services, key=repr)),
        other_patient_time=(),
    )


def _entry(who: str, start: datetime, seconds: int, pick: object) -> IntakeTimeEntry:
    choose = pick.choice  # type: ignore[attr-defined]
    recorded = choose([None, Instant(start + timedelta(days=1), 0)])
    return IntakeTimeEntry(
        at=AT,
        entry_id="",
        patient_id=who,
        start=Instant(start, choose([-300, 0, 330])),
        end=Instant(start + timedelta(seconds=seconds), -300),
        staff=choose(["Bo Lind", "Di Park", "1234567893"]),
        credential=choose(["RN", ""]),
        role=choose(ROLES),
        activity=choose(ACTIVITIES),
        contact=choose(CONTACTS),
        works_in_us=choose([True, False]),
        used_for=choose([None, *USED_FOR]),
        note="",
        signed=choose([True, False]),
        recorded_at=recorded,
    )


def _numbered(entries: Sequence[IntakeTimeEntry]) -> tuple[IntakeTimeEntry, ...]:
    return tuple(replace(row, entry_id=f"e{number}") for number, row in enumerate(entries))


def _case_entry(row: IntakeTimeEntry) -> case.TimeEntry:
    return case.TimeEntry(
        id=row.entry_id,
        start=row.start.at,
        end=row.end.at,
        staff=row.staff,
        role=row.role,  # type: ignore[arg-type]
        activity=row.activity,
        contact=row.contact,  # type: ignore[arg-type]
        works_in_us=row.works_in_us,
        used_for=row.used_for,
        confirmed=True,
        signed=row.signed,
        recorded_at=row.recorded_at.at if row.recorded_at is not None else None,
    )
