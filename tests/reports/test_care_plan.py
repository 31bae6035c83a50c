from dataclasses import replace

from app.reports.care_plan import care_plan_pdf
from app.rules.packet_facts import CarePlanFacts, PlanSection
from app.rules.papers import CarePlanPrint
from tests.reports import reading, samples

PAPER = CarePlanPrint(
    samples.CLINIC,
    samples.ADA,
    samples.plan(),
    samples.MAKING,
    samples.DR_A,
    ("E11.9 Diabetes", "I50.22 Heart failure"),
)


def test_a_signed_version_prints_whole_with_its_signature() -> None:
    text = reading.text(care_plan_pdf(PAPER))
    for fact in (
        *("Version 3", "Ada Łódź-Okafor", "1EG4-TE5-MK73", "E11.9 Diabetes; I50.22 Heart failure", "ab" * 32),
        *("Problem list", "Measurable goals", "Walk 20 min a day", "none needed, lives with daughter"),
        *("Signed electronically by José Núñez, MD on 08/14/2026 11:20 CDT.", "Signature: José Núñez, MD"),
        *("Copy given 08/15/2026, paper, in person", "Contains PHI · patient record P-000417 · page 1 of"),
    ):
        assert fact in text
    assert "DRAFT" not in text


def test_an_unsigned_plan_is_a_draft_on_every_page() -> None:
    plan = replace(samples.plan(12), signed_at=None, signed_by=None)
    pages = reading.pages(care_plan_pdf(replace(PAPER, plan=plan)))
    assert len(pages) > 2
    assert all("DRAFT – not signed" in page for page in pages)
    assert "Not signed." in pages[-1]


def test_empty_and_outside_plans_say_so() -> None:
    empty = CarePlanFacts(sections=(PlanSection("Goals"),))
    assert "Goals Nothing entered." in reading.text(care_plan_pdf(replace(PAPER, plan=empty)))
    assert "This version has no text." in reading.text(care_plan_pdf(replace(PAPER, plan=CarePlanFacts())))
    outside = reading.text(care_plan_pdf(replace(PAPER, plan=CarePlanFacts(kept_outside=True))))
    assert "The text of this plan is kept outside CareLoop" in outside
