"""Who is ready, who is not, and why: the board as a report."""

from dataclasses import replace

from app.rules.month import Month
from app.rules.packet_facts import Making
from app.rules.papers import ReadinessReport
from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, totals_of
from app.services.board.rows import READY, STATES, BoardRow, board_rows
from app.services.figures.look import Look
from app.services.figures.words import month_words, plain
from app.services.readiness import report_of

_OWNERS = {"nurse": "Nurse", "practitioner": "Practitioner", "manager": "Office manager", "admin": "Administrator"}
_COLUMNS = (
    ReportColumn("patient", "Patient", share=22),
    ReportColumn("practitioner", "Practitioner", share=16),
    ReportColumn("state", "State", share=9),
    ReportColumn("seconds", "Counted", "time", share=9),
    ReportColumn("codes", "Codes", share=13),
    ReportColumn("estimate", "Estimate", "money", share=10),
    ReportColumn("missing", "Missing", share=34),
    ReportColumn("owner", "Whose", share=13),
)


def readiness(look: Look) -> Report:
    """Return the month's board: counts by state, what is missing most, and a row a patient."""
    month = look.wanted.first
    rows = _rows(look, month)
    counted = {state: sum(row.state == state for row in rows) for state in STATES}
    known = [row.estimate_cents for row in rows if row.verdict == READY and row.estimate_cents is not None]
    missing: dict[str, tuple[str, str, int]] = {}
    for row in rows:
        for found in row.blockers:
            sentence, owner, number = missing.get(found.code, (found.sentence, found.owner, 0))
            missing[found.code] = (sentence, owner, number + 1)
    lacking = sorted(missing.values(), key=lambda each: (-each[2], each[0]))
    table = ReportTable(
        "Patients",
        _COLUMNS,
        tuple(_cells(row) for row in rows),
        about=tuple(row.patient_id for row in rows),
        note="Estimate: what Medicare's national amounts come to for the codes named, not what will be paid.",
        empty="No patient of this month.",
    )
    return Report(
        look.kind.key,
        look.kind.title,
        month_words(month),
        notes=look.unknown_months(),
        figures=(
            *(Figure(plain(state), counted[state]) for state in STATES),
            Figure("Ready months, estimate", sum(known), "money"),
        ),
        charts=(
            Chart(
                "Patients by state",
                "bar",
                "count",
                tuple(plain(state) for state in STATES),
                (Series("Patients", tuple(counted[state] for state in STATES)),),
            ),
        ),
        tables=(
            ReportTable(
                "What is missing",
                (
                    ReportColumn("what", "What", share=60),
                    ReportColumn("owner", "Whose", share=20),
                    ReportColumn("patients", "Patients", "count", share=10),
                ),
                tuple((sentence, _OWNERS.get(owner, owner), number) for sentence, owner, number in lacking),
                empty="Nothing is missing.",
            ),
            replace(table, totals=totals_of(table.columns, table.rows)),
        ),
        names_patients=bool(rows),
    )


def readiness_paper(look: Look, making: Making) -> ReadinessReport:
    """Return the board as its own paper, with every missing thing under its patient."""
    month = look.wanted.first
    judged = look.judged(month, look.patients())
    return report_of(look.session, look.clinic, month, judged, look.book, making=making)


def _rows(look: Look, month: Month) -> list[BoardRow]:
    who = look.patients()
    found = board_rows(look.session, look.clinic, look.judged(month, who), look.book)
    return [replace(row, name=who[row.patient_id].name) for row in found]


def _cells(row: BoardRow) -> tuple[str | int | None, ...]:
    owners = dict.fromkeys(_OWNERS.get(found.owner, found.owner) for found in row.blockers)
    return (
        row.name,
        row.practitioner,
        plain(row.state),
        row.pooled_seconds,
        ", ".join(line.code if line.units == 1 else f"{line.code} × {line.units}" for line in row.lines) or None,
        row.estimate_cents,
        " ".join(found.sentence for found in row.blockers) or None,
        ", ".join(owners) or None,
    )
