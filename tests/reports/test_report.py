"""Reports on paper: every value, every place of a chart, heads on every page, nothing lost and nothing run."""

import itertools
from dataclasses import replace

from app.reports.chart import tone_of
from app.reports.report import report_pdf
from app.rules.report import Chart, Figure, Part, Report, ReportColumn, ReportPaper, ReportTable, Series, Tone
from tests.reports.reading import outline, pages, text, tight
from tests.reports.samples import CLINIC, MAKING

HOSTILE = "<b>O'Brien</b> & =cmd|'/C calc'!A1 \u202e王 𝒵"
COLUMNS = (
    ReportColumn("patient", "Patient", share=30),
    ReportColumn("seconds", "Worked", "time", share=12),
    ReportColumn("cents", "Estimate", "money", share=12),
)


def report(rows: int = 3) -> Report:
    made = tuple((f"Quill-{number:03d}, Nora", number * 60, number * 100) for number in range(1, rows + 1))
    return Report(
        "staff_time",
        "Staff time by day",
        "October 2026",
        notes=("Counted is what the rules count.",),
        figures=(Figure("Worked", 3_725, "time"), Figure("Ready months", 12)),
        charts=(
            Chart(
                "Time by day",
                "stacked",
                "time",
                ("1", "2", "3"),
                (Series("Counted", (3_600, 1_800, None), "ready"), Series("Not counted", (600, 0, 60), "muted")),
            ),
            Chart("Served", "line", "count", ("Jan", "Feb"), (Series("2025", (4, 7)), Series("2026", (5, None)))),
            Chart("Money", "bar", "money", ("99490", "99439"), (Series("Estimate", (123_456, 500)),)),
        ),
        parts=(Part("1. First part", ("A paragraph.",), ("First step.", "Second step."), numbered=True),),
        tables=(ReportTable("Entries", COLUMNS, made, totals=("All", 60, None), note="A note below."),),
        names_patients=True,
    )


def printed(made: Report) -> bytes:
    return report_pdf(ReportPaper(CLINIC, MAKING, made))


def test_all_that_the_screen_says_is_on_the_paper() -> None:
    words = text(printed(report()))
    for said in ("Staff time by day", "October 2026", "1:02:05", "Counted is what the rules count.", CLINIC.name):
        assert said in words
    for said in ("Time by day", "Counted", "Not counted", "1:10", "0:30", "$1,234", "99439", "2025", "2026", "Feb"):
        assert said in words
    for said in ("1. First part", "A paragraph.", "Second step.", "Quill-003, Nora", "0:03:00", "$3.00", "All"):
        assert said in words
    assert "A note below." in words
    assert "page 1 of" in words
    assert "Contains PHI" in words


def test_a_long_list_keeps_its_heads_and_its_last_row() -> None:
    made = pages(printed(report(rows=400)))
    listed = [page for page in made if "Quill-" in page]
    assert len(listed) > 3
    assert all("Patient Worked Estimate" in page for page in listed)
    whole = " ".join(made)
    assert all(f"Quill-{number:03d}" in whole for number in range(1, 401))
    assert all(f"page {number} of {len(made)}" in page for number, page in enumerate(made, 1))


def test_bookmarks_lead_to_each_list_and_part() -> None:
    titles = [title for _, title, _ in outline(printed(report()))]
    assert titles == ["Staff time by day", "1. First part", "Entries: 3"]


def test_the_same_report_prints_the_same_bytes() -> None:
    assert printed(report()) == printed(report())


def test_hostile_text_prints_as_it_is_in_lists_and_charts() -> None:
    chart = Chart(HOSTILE, "bar", "count", (HOSTILE,), (Series(HOSTILE, (1,)), Series("b", (2,))))
    table = ReportTable(HOSTILE, COLUMNS, ((HOSTILE, 1, 2),))
    words = tight(text(printed(replace(report(), title=HOSTILE, charts=(chart,), tables=(table,)))))
    assert tight("<b>O'Brien</b> & =cmd|'/C calc'!A1") in words
    assert "U+202E" in words
    assert "U+738B" in words


def test_what_is_empty_says_so() -> None:
    bare = Report("x", "Nothing", "October 2026", tables=(ReportTable("Entries", COLUMNS, (), empty="Nothing here."),))
    words = text(printed(bare))
    assert "Nothing here." in words
    assert "No patient is named" in words


def test_each_tone_has_a_grey_of_its_own() -> None:
    def grey(tone: Tone) -> float:
        red, green, blue = tone_of(tone)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    greys = sorted(grey(tone) for tone in ("accent", "ready", "warn", "muted"))
    assert all(after - before > 0.08 for before, after in itertools.pairwise(greys))
