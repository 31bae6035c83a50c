"""The readiness report: who is ready for the month, who is not, why, and who is to mend it."""

from collections.abc import Sequence

from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead, made_line, named
from app.reports.page import Cell, Column, Flow, Row
from app.reports.pdf_text import Colour, Typesetter
from app.reports.sheet import BLOCK, MUTED, READY, WARN
from app.reports.wording import clock, moment, money, month_name
from app.rules import papers
from app.rules.papers import ReadinessReport, ReadinessRow

_GROUPS: tuple[tuple[str, str, str, Colour], ...] = (
    (papers.READY, "Ready", "✓", READY),
    (papers.BLOCKED, "Blocked", "✗", BLOCK),
    (papers.SHORT, "Short", "○", WARN),
)


def readiness_pdf(report: ReadinessReport) -> bytes:
    """The month's board on paper: counts on top, then Ready, Blocked and Short in the order given."""
    typesetter = Typesetter()
    flow = Flow(typesetter)
    letterhead(flow, report.clinic)
    flow.mark("Readiness", "readiness", 0)
    flow.title("Readiness of the month", month_name(report.month))
    _counts(flow, report)
    for state, name, sign, _colour in _GROUPS:
        rows = [row for row in report.rows if row.state == state]
        flow.heading(f"{sign} {name}: {len(rows)}", state)
        _group(flow, rows, sign)
    document = Document(f"CareLoop readiness {report.month} {report.making.packet_id}", typesetter)
    document.add(flow.pages, _furniture(report))
    return document.finished()


def _counts(flow: Flow, report: ReadinessReport) -> None:
    rows = []
    for state, name, sign, colour in _GROUPS:
        group = [row for row in report.rows if row.state == state]
        seconds = sum(row.pooled_seconds for row in group)
        rows.append(
            Row((Cell(f"{sign} {name}", bold=True, colour=colour), str(len(group)), clock(seconds), _expected(group)))
        )
    everyone = sum(row.pooled_seconds for row in report.rows)
    rows.append(Row(("All", str(len(report.rows)), clock(everyone), _expected(report.rows)), bold=True, shaded=True))
    columns = (
        Column(40, "State"),
        Column(20, "Patients", right=True),
        Column(20, "m:ss", right=True),
        Column(20, "Estimate", right=True),
    )
    flow.table(columns, rows)
    note = (
        "Estimate: what Medicare's national amounts come to for the codes named, not what will be paid; patients whose "
        f"amount is not known are left out of sums. As of {moment(report.making.made_at, report.clinic.time_zone)}."
    )
    flow.paragraph(Cell(note, colour=MUTED), small=True)


def _expected(rows: Sequence[ReadinessRow]) -> str:
    known = [row.expected_cents for row in rows if row.expected_cents is not None]
    return money(sum(known)) if known else "–"


def _group(flow: Flow, rows: Sequence[ReadinessRow], sign: str) -> None:
    columns = (
        Column(31, "Patient"),
        Column(21, "Practitioner"),
        Column(20, "Codes × units"),
        Column(10, "m:ss", right=True),
        Column(15, "To go", right=True),
        Column(13, "Estimate", right=True),
    )
    flow.table(columns, [_patient(row, sign) for row in rows], empty="No patient.")


def _patient(row: ReadinessRow, sign: str) -> Row:
    record = f"Record {row.patient.record_id}" + (f" · {row.status}" if row.status else "")
    missing = (
        f"{sign} {thing.text} → {thing.owner or 'nobody yet'}" + (f" ({thing.code})" if thing.code else "")
        for thing in row.missing
    )
    warnings = (Cell(f"▲ {warning}", colour=WARN) for warning in row.warnings)
    to_go = f"{clock(row.seconds_to_go)} to {row.next_code}" if row.next_code and row.seconds_to_go is not None else ""
    return Row(
        (
            Cell(row.patient.name, bold=True),
            named(row.practitioner) if row.practitioner else "",
            ", ".join(f"{line.code} ×{line.units}" for line in row.lines) or "–",
            clock(row.pooled_seconds),
            to_go,
            money(row.expected_cents),
        ),
        (Cell(record, colour=MUTED), *missing, *warnings),
        below_from=0,
    )


def _furniture(report: ReadinessReport) -> Furniture:
    return Furniture(
        what=f"{report.clinic.name} · readiness",
        whose=month_name(report.month),
        foot="Contains PHI · all patients of the month",
        ident=report.making.packet_id,
        made=made_line(report.making, report.clinic.time_zone, report.rule_version),
    )
