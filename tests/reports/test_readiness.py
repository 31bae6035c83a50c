from dataclasses import replace

from app.reports.readiness import readiness_pdf
from app.rules.packet_facts import LineFacts, PractitionerFacts
from app.rules.papers import MissingThing, ReadinessReport, ReadinessRow
from tests.reports import reading, samples


def row(name: str, state: str, **changes: object) -> ReadinessRow:
    plain = ReadinessRow(replace(samples.ADA, name=name, record_id=f"P-{name}"), state, 1230, 45, samples.DR_A)
    return replace(plain, **changes)  # type: ignore[arg-type]


ROWS = (
    row("Short One", "short", next_code="99490", seconds_to_go=75, missing=(MissingThing("Call again"),)),
    row(
        "Ready One",
        "ready",
        lines=(LineFacts("99490", 1), LineFacts("99439", 2)),
        expected_cents=16701,
        status="Approved",
    ),
    row(
        "Blocked One",
        "blocked",
        practitioner=PractitionerFacts("1234567893"),
        missing=(
            MissingThing("Care plan is not signed", "José Núñez", "PLAN_UNSIGNED"),
            MissingThing("No consent", "Dana"),
        ),
        warnings=("Care plan was last reviewed more than 12 months ago",),
    ),
    row("Ready Two", "ready", lines=(LineFacts("99491", 1),)),
)


def report(rows: tuple[ReadinessRow, ...]) -> bytes:
    return readiness_pdf(ReadinessReport(samples.CLINIC, "2026-10", samples.MAKING, "2026.1", rows))


def test_groups_counts_and_estimates() -> None:
    text = reading.text(report(ROWS))
    assert "✓ Ready 2 42:30 $167.01 ✗ Blocked 1 21:15 – ○ Short 1 21:15 – All 4 85:00 $167.01" in text
    assert text.index("Ready: 2") < text.index("Ready One") < text.index("Blocked: 1") < text.index("Blocked One")
    assert text.index("Blocked One") < text.index("Short: 1") < text.index("Short One")
    assert "Estimate: what Medicare's national amounts come to" in text


def test_each_patient_says_what_is_missing_and_whose_it_is() -> None:
    text = reading.text(report(ROWS))
    assert "Ready One José Núñez, MD 99490 ×1, 99439 ×2 21:15 $167.01 Record P-Ready One · Approved" in text
    assert "Short One José Núñez, MD – 21:15 1:15 to 99490 – Record P-Short One ○ Call again → nobody yet" in text
    assert "Blocked One NPI 1234567893" in text
    assert "✗ Care plan is not signed → José Núñez (PLAN_UNSIGNED) ✗ No consent → Dana ▲ Care plan was last" in text


def test_a_long_board_repeats_its_head_and_numbers_its_pages() -> None:
    many = tuple(
        row(f"Patient Nr{at:03d}", "blocked", missing=(MissingThing("No consent", "Dana"),)) for at in range(120)
    )
    pages = reading.pages(report(many))
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"page {number} of {len(pages)}" in page
        assert "Contains PHI" in page
    assert all("Patient Practitioner Codes × units" in page for page in pages[1:-1])
    assert all(f"Patient Nr{at:03d}" in " ".join(pages) for at in range(120))
    assert "No patient." in pages[-1]


def test_an_empty_month_prints() -> None:
    assert "All 0 0:00 –" in reading.text(report(()))
