"""Facts of invented patients, for the papers' tests."""

from dataclasses import replace

from app.rules.packet_facts import (
    ApprovalFacts,
    AuditFacts,
    CarePlanFacts,
    ClinicFacts,
    ConditionFacts,
    ConsentFacts,
    ExclusionFacts,
    GateFacts,
    LineFacts,
    Making,
    PacketFacts,
    PatientFacts,
    PlanSection,
    PractitionerFacts,
    ReadinessFacts,
    ServiceFacts,
    StayFacts,
    TimeFacts,
    TimeVersionFacts,
    VisitFacts,
)

CLINIC = ClinicFacts(
    name="Prairie Family Medicine",
    time_zone="America/Chicago",
    address=("214 Harvest Lane", "Peoria, IL 61602"),
    phone="(309) 555-0142",
    tin="37-5550142",
    group_npi="1679576722",
    place_of_service="11",
)
ADA = PatientFacts(
    record_id="P-000417",
    name="Ada Łódź-Okafor",
    external_id="c2e8a89a-bc19-491e-a290-765168a87e6a",
    mrn="MRN 88121",
    claim_name="ŁÓDŹ-OKAFOR, ADA, M",
    born_on="1948-03-02",
    sex="F",
    mbi="1EG4TE5MK73",
    coverage="part_b",
    address=("9 Orchard Street", "Peoria, IL 61603"),
    phone="(309) 555-0199",
    account_no="A-5521",
)
DR_A = PractitionerFacts("1234567893", "José Núñez", "MD", "physician", "207Q00000X")
MAKING = Making("CL-2026-10-000417-1", "2026-11-02T15:04:00-06:00", "Maria Lopez", "0.1.0", state="final")

_TEXT = "Reviewed home glucose log with patient; teach-back of hypoglycemia signs done. Refill of metformin arranged."


def entry(number: int, seconds: int, **changes: object) -> TimeFacts:
    """A nurse's call on the number-th morning of the month, all of it counted unless changed."""
    day = 1 + number % 28
    minutes, rest = divmod(seconds, 60)
    plain = TimeFacts(
        id=f"t{number}",
        start=f"2026-10-{day:02d}T09:00:00-05:00",
        end=f"2026-10-{day:02d}T{9 + minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}-05:00",
        seconds=seconds,
        counted_seconds=seconds,
        person="Dana Whitfield",
        credential="RN",
        role="clinical_staff",
        activity="patient_call",
        contact="reached",
        source="timer",
        description=_TEXT,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def three_entries() -> tuple[TimeFacts, ...]:
    """A timed call, one partly lost to an overlap and edited since, and a practitioner's review."""
    edited = TimeVersionFacts(
        start="2026-10-06T09:00:00-05:00",
        end="2026-10-06T09:30:00-05:00",
        seconds=1800,
        activity="clerical",
        contact="none",
        description="Call",
        changed_at="2026-10-06T10:00:00-05:00",
        changed_by="Dana Whitfield",
        reason="stop pressed late; activity was wrong",
    )
    return (
        entry(4, 1515),
        entry(
            5,
            1200,
            counted_seconds=990,
            exclusions=(ExclusionFacts("X_OVERLAP_STAFF", 210),),
            source="manual",
            recorded_at="2026-10-06T10:00:00-05:00",
            earlier=(edited,),
        ),
        entry(9, 105, person="José Núñez", credential="MD", role="practitioner", activity="record_review"),
    )


def plan(paragraphs: int = 1) -> CarePlanFacts:
    titles = ("Problem list", "Expected outcome and prognosis", "Measurable goals", "Symptom management", "Medications")
    body = "Keep fasting glucose between 80 and 130 mg/dL; check twice a day and bring the log. " * 3
    sections = tuple(
        PlanSection(
            title, "\n".join([body] * paragraphs), ("A1c ≤ 7.0 by March (Dana Whitfield, RN)", "Walk 20 min a day")
        )
        for title in titles
    )
    none_needed = PlanSection("Community and social services", not_applicable="none needed, lives with daughter")
    return CarePlanFacts(
        version=3,
        author="Dana Whitfield, RN",
        signed_at="2026-08-14T11:20:00-05:00",
        signed_by="José Núñez",
        signed_credential="MD",
        reviewed_on="2026-08-14",
        review_due_on="2027-02-14",
        copy_given_on="2026-08-15",
        copy_method="paper, in person",
        content_hash="ab" * 32,
        sections=(*sections, none_needed),
    )


def conditions(count: int = 2) -> tuple[ConditionFacts, ...]:
    named = (
        ("E11.9", "Type 2 diabetes mellitus without complications", "Lifelong; on metformin since 2019."),
        ("I50.22", "Chronic systolic (congestive) heart failure", "Ejection fraction 35 %, two admissions in 2025."),
    )
    return tuple(
        ConditionFacts(
            icd10=code if at < 2 else f"{code[0]}{20 + at}",
            description=text,
            onset_on="2019-06-03",
            basis=basis,
            documented_by="José Núñez, MD",
        )
        for at in range(count)
        for code, text, basis in [named[at % 2]]
    )


GATES = (
    GateFacts("Eligibility", "Two or more chronic conditions", "pass", "E11.9, I50.22", "conditions"),
    GateFacts("Eligibility", "Medicare Part B in the month", "pass", "Part B", "patient", "E4"),
    GateFacts("Consent", "Given before the month's end", "pass", "01/05/2026, verbal", "consent", "K1"),
    GateFacts(
        "Care plan",
        "Reviewed within 12 months",
        "warn",
        "08/14/2026",
        "care plan",
        "W_PLAN_STALE",
        "Reviewed by phone; J. Núñez",
    ),
    GateFacts("Time", "First threshold reached", "pass", "43 min pooled", "time log", "T10"),
)


def ready(time: tuple[TimeFacts, ...]) -> ReadinessFacts:
    """Ready by the staff family, for entries that come to 40 to 59 minutes."""
    practitioner = sum(each.counted_seconds for each in time if each.role == "practitioner")
    staff = sum(each.counted_seconds for each in time) - practitioner
    lines = (LineFacts("99490", 1, 6613), LineFacts("99439", 1, 5044))
    return ReadinessFacts(
        "ready",
        "staff",
        lines,
        "2026-10-31",
        staff,
        practitioner,
        would_bill=lines,
        next_code="99439",
        minutes_to_go=17,
    )


def packet(**changes: object) -> PacketFacts:
    """Ada's October 2026: three entries, ready, approved, final."""
    time = three_entries()
    plain = PacketFacts(
        clinic=CLINIC,
        patient=ADA,
        month="2026-10",
        practitioner=DR_A,
        readiness=ready(time),
        rule_version="2026.1",
        making=MAKING,
        gates=GATES,
        conditions=conditions(),
        consent=ConsentFacts(
            given="2026-01-05T10:20:00-06:00",
            method="verbal",
            told=("availability", "cost_sharing", "one_practitioner", "right_to_stop"),
            taken_by="Dana Whitfield, RN",
            practitioner="José Núñez, MD",
            source="recorded in CareLoop",
        ),
        visit=VisitFacts(needed=False, last_seen_on="2025-12-11", ccm_started_on="2026-01-05"),
        care_plan=plan(),
        time=time,
        stays=(StayFacts("inpatient", "2026-10-20", "2026-10-22"),),
        services=(ServiceFacts("99214", "2026-10-12", "same_practitioner"),),
        same_month_asked_on="2026-10-30",
        approval=ApprovalFacts(
            name="José Núñez",
            at="2026-11-02T15:00:00-06:00",
            for_npi="1234567893",
            credential="MD",
            npi="1234567893",
            method="password entered again",
        ),
        audit=(
            AuditFacts(4021, "2026-10-06T10:00:00-05:00", "Dana Whitfield", "Changed a time entry", "30:00 to 20:00"),
            AuditFacts(4410, "2026-11-02T15:00:00-06:00", "José Núñez", "Approved the month", "2 codes, 43 min"),
        ),
        chain_head="9f" * 32,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]
