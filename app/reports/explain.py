"""A patient's month explained on paper: why it can be billed or not, by which rule, on what evidence."""

from datetime import datetime

from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead, made_line, named
from app.reports.page import Cell, Column, Flow, Row
from app.reports.pdf_text import Colour, Typesetter
from app.reports.sheet import BLOCK, MUTED, READY, TEXT, WARN
from app.reports.wording import clock, day, money, month_name, words
from app.rules.concurrent import Concurrent
from app.rules.explanation import ExplainedEntry, Explanation, ExplanationPaper
from app.rules.families import Line
from app.rules.packet_facts import GateFacts

_SIGNS: dict[str, tuple[str, str, Colour]] = {
    "block": ("✗", "Not met", BLOCK),
    "warn": ("▲", "Look at", WARN),
    "pass": ("✓", "Met", READY),
    "ok": ("✓", "Allowed", READY),
    "unknown": ("?", "No rule known", MUTED),
}
_VERDICTS = {
    "ready": "Can be billed",
    "short": "Short of time",
    "blocked": "Cannot be billed",
    "none": "Nothing to bill",
}
_BY = {"same_practitioner": "the same practitioner", "same_practice": "this practice", "other": "another practice"}
_STANDINGS = {"recommended": "Recommended", "alternative": "Also possible", "not_met": "Not met"}


def explanation_pdf(paper: ExplanationPaper) -> bytes:
    """Set the explanation: the verdict, the code families, every rule with its source, every entry, services beside."""
    typesetter = Typesetter()
    flow = Flow(typesetter)
    shown = paper.explanation
    letterhead(flow, paper.clinic)
    flow.mark(paper.patient.name, "explanation", 0)
    flow.title("Why this month can be billed or not", f"{paper.patient.name} · {month_name(shown.month)}")
    _verdict(flow, paper)
    _families(flow, shown)
    _rules(flow, shown)
    _entries(flow, shown)
    _services(flow, shown)
    _programmes(flow, paper)
    document = Document(f"CareLoop explanation {shown.month} {paper.making.packet_id}", typesetter)
    document.add(flow.pages, _furniture(paper))
    return document.finished()


def _verdict(flow: Flow, paper: ExplanationPaper) -> None:
    shown = paper.explanation
    if shown.is_supposed:
        flow.paragraph(
            Cell(f"What if: {paper.supposed}. This is not on record and nothing of it is stored.", colour=WARN)
        )
    flow.facts(
        (
            ("Verdict", Cell(_VERDICTS.get(shown.verdict, shown.verdict), bold=True)),
            ("Practitioner", named(paper.practitioner)),
            ("Codes", _codes(shown.lines) if shown.lines else "None now"),
            ("If all is mended", _codes(shown.would_bill) if shown.would_bill else "No code is reached"),
            ("Staff, counted", clock(shown.staff_seconds)),
            ("Practitioner, counted", clock(shown.practitioner_seconds)),
            ("Estimate", money(shown.estimate_cents)),
            ("Packet", shown.packet_no or "none final"),
        )
    )
    note = "The estimate is what Medicare's national amounts come to, before coinsurance; never the sum to charge."
    flow.paragraph(Cell(note, colour=MUTED), small=True)


def _families(flow: Flow, shown: Explanation) -> None:
    flow.heading("Code families: exactly one is billed", "families")
    columns = (Column(18, "Family"), Column(42, "Needs"), Column(24, "The month has"), Column(16, "Lines"))
    rows = [
        Row(
            (
                Cell(f"{words(family.name)}\n{_STANDINGS[family.standing]}", bold=family.standing == "recommended"),
                family.needs,
                family.has,
                _codes(family.lines) or "–",
            ),
            (Cell(family.source, colour=MUTED),),
        )
        for family in shown.families
    ]
    flow.table(columns, rows)


def _rules(flow: Flow, shown: Explanation) -> None:
    flow.heading("Every rule, and what the record says", "rules")
    columns = (Column(12, "State"), Column(48, "Rule"), Column(40, "Evidence"))
    group = ""
    rows: list[Row] = []
    for rule in shown.rules:
        if rule.group != group:
            group = rule.group
            rows.append(Row((Cell(group, bold=True),), wide=True, shaded=True))
        rows.append(_rule(rule))
    flow.table(columns, rows, dense=True)


def _rule(rule: GateFacts) -> Row:
    sign, word, colour = _SIGNS[rule.state]
    bold = rule.state != "pass"
    return Row(
        (
            Cell(f"{sign} {word}", bold=bold, colour=colour),
            Cell(rule.check, bold=bold, colour=TEXT),
            rule.evidence or "",
        ),
        (Cell(rule.source or "", colour=MUTED),),
    )


def _entries(flow: Flow, shown: Explanation) -> None:
    flow.heading("Every time entry, to the second", "entries")
    columns = (
        Column(17, "Entry"),
        Column(23, "Start, end"),
        Column(36, "Whose, what"),
        Column(12, "In month", right=True),
        Column(12, "Counted", right=True),
    )
    flow.table(
        columns, [_entry(entry) for entry in shown.entries], empty="No time entry touches the month.", dense=True
    )


def _entry(entry: ExplainedEntry) -> Row:
    left_out = (
        Cell(f"✗ {clock(left.seconds)} not counted: {left.sentence} {left.source}.", colour=WARN)
        for left in entry.left_out
    )
    return Row(
        (
            entry.id,
            f"{_instant(entry.start)} – {entry.end:%H:%M:%S}",
            f"{entry.staff}, {words(entry.role).lower()}: {words(entry.activity).lower()}",
            clock(entry.seconds),
            Cell(clock(entry.counted), bold=True),
        ),
        tuple(left_out),
    )


def _services(flow: Flow, shown: Explanation) -> None:
    flow.heading("Services beside it in the month", "services", room=60)
    columns = (Column(14, "Code"), Column(14, "Day"), Column(24, "By"), Column(48, "What is known of it"))
    flow.table(columns, [_service(row) for row in shown.services], empty="None on record.", dense=True)
    for clash in shown.clashes:
        flow.paragraph(Cell(f"✗ {clash.code} with {clash.other}: {clash.note} {clash.source}.", colour=BLOCK))


def _service(row: Concurrent) -> Row:
    sign, word, colour = _SIGNS[row.verdict]
    known = " ".join(part for part in (f"{sign} {word}.", row.note) if part)
    cells = (Cell(row.code, bold=True), day(row.on.isoformat()), _BY[row.by], Cell(known, colour=colour))
    return Row(cells, (Cell(" · ".join(part for part in (row.label, row.source) if part), colour=MUTED),))


def _programmes(flow: Flow, paper: ExplanationPaper) -> None:
    shown = paper.explanation
    if shown.pcm is None and shown.g0506 is None:
        return
    flow.heading("Other programmes", "programmes", room=60)
    if shown.pcm is not None:
        said = _VERDICTS[shown.pcm.verdict]
        codes = f": {_codes(shown.pcm.would_bill)}" if shown.pcm.would_bill else ""
        flow.paragraph(Cell(f"Principal care management: {said.lower()}{codes}.", bold=True))
        flow.items([paper.sentences[code] for code in shown.pcm.blockers])
    if shown.g0506 is not None:
        said = "nothing bars it" if not shown.g0506 else "it cannot be billed"
        flow.paragraph(Cell(f"G0506, assessment and care planning beyond the visit: {said}.", bold=True))
        flow.items([paper.sentences[code] for code in shown.g0506])


def _codes(lines: tuple[Line, ...]) -> str:
    return ", ".join(f"{line.code} ×{line.units}" for line in lines)


def _instant(at: datetime) -> str:
    return f"{at:%m/%d/%Y %H:%M:%S}"


def _furniture(paper: ExplanationPaper) -> Furniture:
    shown = paper.explanation
    return Furniture(
        what=f"{paper.clinic.name} · why a month can be billed or not",
        whose=f"{month_name(shown.month)} · record {paper.patient.record_id}",
        foot="Contains PHI · " + ("supposed, not on record" if shown.is_supposed else "as of the time below"),
        ident=paper.making.packet_id,
        made=made_line(paper.making, paper.clinic.time_zone, shown.rule_version),
    )
