"""Reports on paper: what the screen shows, with letterhead, page numbers, and when and by whom it was made."""

from collections.abc import Sequence

from app.reports.chart import draw_chart
from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead, made_line
from app.reports.page import Cell, Column, Flow, Row
from app.reports.pdf_text import Typesetter
from app.reports.sheet import MUTED
from app.rules.report import Figure, Part, ReportPaper, ReportTable, written

_MANY_COLUMNS = 8


def report_pdf(paper: ReportPaper) -> bytes:
    """The report: its figures, its charts, its text, its tables."""
    report = paper.report
    typesetter = Typesetter()
    flow = Flow(typesetter)
    letterhead(flow, paper.clinic)
    flow.mark(report.title, report.key, 0)
    flow.title(report.title, report.scope)
    if report.figures:
        _figures(flow, report.figures)
    for note in report.notes:
        flow.paragraph(Cell(note, colour=MUTED), small=True)
    for chart in report.charts:
        draw_chart(flow, chart)
    for number, part in enumerate(report.parts, 1):
        _part(flow, part, f"part{number}")
    for number, table in enumerate(report.tables, 1):
        flow.heading(_headed(table), f"table{number}")
        _table(flow, table)
    document = Document(f"CareLoop report {paper.making.packet_id}", typesetter)
    document.add(flow.pages, _furniture(paper))
    return document.finished()


def _figures(flow: Flow, figures: Sequence[Figure]) -> None:
    flow.facts([(each.name, Cell(written(each.value, each.kind), bold=True)) for each in figures])


def _part(flow: Flow, part: Part, key: str) -> None:
    flow.heading(part.title, key)
    for paragraph in part.paragraphs:
        flow.paragraph(paragraph)
    for number, item in enumerate(part.items, 1):
        flow.item(f"{number}." if part.numbered else "•", item)
    if part.table is not None:
        flow.space(4)
        _table(flow, part.table)


def _headed(table: ReportTable) -> str:
    return f"{table.title}: {len(table.rows):,}"


def _table(flow: Flow, table: ReportTable) -> None:
    columns = [Column(float(each.share), each.title, right=each.is_number) for each in table.columns]
    kinds = [each.kind for each in table.columns]
    rows = [Row(tuple(written(value, kind) for value, kind in zip(row, kinds, strict=True))) for row in table.rows]
    if table.totals:
        totals = tuple(
            "" if value is None else written(value, kind) for value, kind in zip(table.totals, kinds, strict=True)
        )
        rows.append(Row(totals, bold=True, shaded=True))
    flow.table(columns, rows, empty=table.empty, dense=len(columns) > _MANY_COLUMNS)
    if table.note:
        flow.paragraph(Cell(table.note, colour=MUTED), small=True)


def _furniture(paper: ReportPaper) -> Furniture:
    report = paper.report
    return Furniture(
        what=f"{paper.clinic.name} · {report.title}",
        whose=report.scope,
        foot="Contains PHI" if report.names_patients else "No patient is named",
        ident=paper.making.packet_id,
        made=made_line(paper.making, paper.clinic.time_zone),
    )
