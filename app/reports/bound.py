"""A month's packets bound in one PDF: index sheet, packets, the patients not billed. Drawn in one go, never merged."""

from collections.abc import Callable, Sequence

from app.reports.document import Cancelled, Document, Furniture
from app.reports.masthead import letterhead, made_line, named, watermark
from app.reports.packet import furniture, packet_pages
from app.reports.page import Cell, Column, Flow, Row
from app.reports.pdf_text import Typesetter
from app.reports.sheet import MUTED, Page
from app.reports.wording import clock, long_clock, moment, money, month_name
from app.rules.packet_facts import FINAL, PacketFacts, total_cents
from app.rules.papers import BoundIndex, NotBilled, bound_totals

_INDEX_COLUMNS = (
    Column(7, "#"),
    Column(27, "Patient"),
    Column(17, "Record"),
    Column(17, "Codes"),
    Column(11, "m:ss", right=True),
    Column(12, "Charge", right=True),
    Column(9, "Sheet", right=True),
)


def bound_pdf(
    facts: Sequence[PacketFacts],
    index: BoundIndex,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> bytes:
    """All packets in the given order in one file: index in front, bookmarks by patient and part, not billed at the end.

    `progress` is told (packets done, packets in all); `cancelled` is asked before each packet.

    Raises:
        Cancelled: `cancelled` said yes.
        FactsDisagree: a packet's entries do not add up.
    """
    typesetter = Typesetter()
    document = Document(f"CareLoop packets {index.month} {index.making.packet_id}", typesetter)
    blank = _index_pages(facts, index, typesetter, [0] * len(facts), 0)
    document.add_later(blank, _furniture(index), "index")
    sheets = []
    for number, each in enumerate(facts, 1):
        if cancelled():
            raise Cancelled
        sheets.append(document.count + 1)
        document.add(packet_pages(each, typesetter, f"p{number}"), furniture(each))
        if progress:
            progress(number, len(facts))
    document.add(_not_billed_pages(index, typesetter), _furniture(index))
    filled = _index_pages(facts, index, typesetter, sheets, document.count)
    assert len(filled) == len(blank), "page numbers have their own column, so they cannot move a row"
    document.fill(filled, "index")
    return document.finished()


def _index_pages(
    facts: Sequence[PacketFacts], index: BoundIndex, typesetter: Typesetter, sheets: Sequence[int], count: int
) -> list[Page]:
    totals = bound_totals(facts)
    flow = Flow(typesetter)
    letterhead(flow, index.clinic)
    flow.mark("Index", "index", 0)
    flow.title("Chronic care management: packets of the month", month_name(index.month))
    unfinished = sum(each.making.state != FINAL for each in facts)
    flow.facts(
        [
            ("Packets", f"{len(facts)}" + (f", {unfinished} of them not final" if unfinished else "")),
            ("Not billed", f"{len(index.not_billed)}"),
            ("Time that counts", long_clock(totals.pooled_seconds)),
            ("Charges", money(totals.charge_cents) if totals.charge_cents is not None else "Not all codes have one"),
            ("Made", moment(index.making.made_at, index.clinic.time_zone)),
            ("By", index.making.made_by),
            ("Sheets in all", f"{count}"),
            ("Bound document", index.making.packet_id),
        ]
    )
    flow.subheading("Totals by code")
    codes = [Row((Cell(line.code, bold=True), f"{line.units:,}", money(line.charge_cents))) for line in totals.units]
    flow.table(
        (Column(40, "Code"), Column(30, "Units", right=True), Column(30, "Charge", right=True)), codes, empty="No code."
    )
    flow.subheading("Packets")
    rows = [_index_row(number, each, sheet) for number, (each, sheet) in enumerate(zip(facts, sheets, strict=True), 1)]
    flow.table(_INDEX_COLUMNS, rows, empty="No packet.")
    return flow.pages


def _index_row(number: int, facts: PacketFacts, sheet: int) -> Row:
    state = "" if facts.making.state == FINAL else f" ({facts.making.state})"
    return Row(
        (
            str(number),
            facts.patient.name + state,
            facts.patient.record_id,
            ", ".join(f"{line.code} ×{line.units}" for line in facts.readiness.lines) or "–",
            clock(facts.readiness.pooled_seconds),
            money(total_cents(facts.readiness.lines)),
            str(sheet),
        ),
        (Cell(f"Billed by {named(facts.practitioner)}", colour=MUTED),),
        link=f"p{number}",
    )


def not_billed_pdf(_packets: Sequence[PacketFacts], index: BoundIndex) -> bytes:
    """The patients of the month without a packet, and every reason, as a paper of its own."""
    typesetter = Typesetter()
    document = Document(f"CareLoop not billed {index.month}", typesetter)
    document.add(_not_billed_pages(index, typesetter, alone=True), _furniture(index))
    return document.finished()


def _not_billed_pages(index: BoundIndex, typesetter: Typesetter, *, alone: bool = False) -> list[Page]:
    flow = Flow(typesetter)
    if alone:
        letterhead(flow, index.clinic)
        flow.title("Chronic care management: not billed", month_name(index.month))
    flow.heading("Not billed", "not-billed", level=0)
    flow.paragraph("Patients enrolled in this month for whom no packet is bound, and why.")
    rows = [_not_billed_row(each) for each in index.not_billed]
    columns = (Column(26, "Patient"), Column(18, "Record"), Column(46, "Why"), Column(10, "m:ss", right=True))
    flow.table(columns, rows, empty="Every enrolled patient has a packet.")
    return flow.pages


def _not_billed_row(row: NotBilled) -> Row:
    why = "\n".join(row.reasons) or "No reason given"
    return Row((row.patient.name, row.patient.record_id, why, clock(row.pooled_seconds)))


def _furniture(index: BoundIndex) -> Furniture:
    return Furniture(
        what=f"{index.clinic.name} · CCM packets",
        whose=month_name(index.month),
        foot="Contains PHI · all patients of the month",
        ident=index.making.packet_id,
        made=made_line(index.making, index.clinic.time_zone),
        watermark=watermark(index.making),
    )
