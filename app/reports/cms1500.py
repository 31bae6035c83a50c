"""Claims on paper: text alone for the pre-printed form, a page to set the printer by, a data sheet to type from.

Medicare takes only the original form, so its lines are never drawn here.
"""

import io
import os
from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas

from app.reports.cms1500_boxes import Box, boxes, forms_of
from app.reports.document import Document, Furniture
from app.reports.page import Cell, Column, Flow, Row
from app.reports.pdf_text import Typesetter, paint_typed
from app.reports.sheet import BLOCK, HEIGHT, MUTED, WIDTH
from app.reports.wording import day, money, month_name
from app.rules.claim_facts import ClaimFacts
from app.rules.claim_gaps import claim_gaps

_SIZE = 12.0  # points; each sign 7.2 points wide: ten to the inch
_COLUMN, _LINE = 7.2, 12.0
_LEFT, _TOP = 24.0, 20.0  # where column 1 begins and the first line's space; the rest is the printer's offset
_TENTH = 72 / 254  # of a millimetre, in points


def claim_forms_pdf(claims: Sequence[ClaimFacts], right: int = 0, down: int = 0) -> bytes:
    """Return the text of the forms, a page each, moved `right` and `down` by tenths of a millimetre.

    A claim of more than six lines takes several forms, each with its own total. The same claims give the same bytes.
    """
    pages = [boxes(facts, lines) for facts in claims for lines in forms_of(facts)]
    return _typed("CareLoop claim forms", pages, right, down)


def calibration_pdf(right: int = 0, down: int = 0) -> bytes:
    """Return a page without a patient: a mark at the first sign of boxes in all corners, to be held against a form."""
    marks = [
        Box("1", "Medicare", 8, 1, 1, "X"),
        Box("1a", "Insured's number", 8, 50, 17, "1A - COLUMN 50"),
        Box("2", "Patient's name", 10, 1, 28, "2 - COLUMN 1"),
        Box("3", "Sex F", 10, 47, 1, "X"),
        Box("12", "Signature", 29, 7, 17, "12 - COLUMN 7"),
        Box("", "How to print", 32, 7, 60, "PRINT AT ACTUAL SIZE (100 PERCENT), NOT FITTED TO THE PAGE"),
        Box("21", "Diagnosis A", 38, 3, 8, "21A"),
        Box("21", "Diagnosis D", 38, 42, 8, "21D"),
        *(Box("24", f"Line {number}", 42 + 2 * number, 1, 2, f"{number:02d}") for number in range(1, 7)),
        *(Box("24F", f"Line {number}", 42 + 2 * number, 50, 8, "    0 00") for number in range(1, 7)),
        Box("25", "Tax number", 56, 1, 15, "25 - COLUMN 1"),
        Box("28", "Total", 56, 52, 8, "    0 00"),
        Box("33", "Billing", 58, 50, 28, "33 - COLUMN 50"),
        Box("33a", "Billing NPI", 61, 50, 10, "0123456789"),
    ]
    return _typed("CareLoop claim form calibration", [marks], right, down)


def place_of(box: Box, right: int = 0, down: int = 0) -> tuple[float, float]:
    """Return where a box's text begins: points from the page's left, and from its lower edge to the baseline."""
    x = _LEFT + (box.column - 1) * _COLUMN + right * _TENTH
    y = HEIGHT - _TOP - box.line * _LINE - down * _TENTH
    return x, y


def data_sheets_pdf(claims: Sequence[ClaimFacts]) -> bytes:
    """Return a sheet a claim: which text goes into which box, and what is missing. It does not look like the form."""
    typesetter = Typesetter()
    document = Document("CareLoop claim data sheets", typesetter)
    for number, facts in enumerate(claims, 1):
        flow = Flow(typesetter)
        _sheet(flow, facts, f"c{number}")
        document.add(flow.pages, _furniture(facts))
    return document.finished()


def _typed(title: str, pages: Sequence[Sequence[Box]], right: int, down: int) -> bytes:
    os.environ.pop("SOURCE_DATE_EPOCH", None)  # reportlab would date the file by it, and print other bytes
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1, lang="en-US")
    canvas.setTitle(title)
    canvas.setAuthor("CareLoop")
    canvas.setCreator("CareLoop")
    canvas.setSubject("")
    for page in pages:
        paint_typed(canvas, _SIZE, ((*place_of(box, right, down), box.printed) for box in page))
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _sheet(flow: Flow, facts: ClaimFacts, key: str) -> None:
    who = facts.subscriber
    flow.mark(f"{who.party.family}, {who.party.given} · {month_name(facts.month)}", key, 0)
    flow.title("CMS-1500 (02/12) data sheet", f"{month_name(facts.month)} · claim {facts.claim_no}")
    flow.facts(
        [
            ("Patient", f"{who.party.family}, {who.party.given}"),
            ("Packet", facts.packet_no),
            ("Date of service", day(facts.served_on) if facts.served_on else "not recorded"),
            ("Total charge", money(facts.cents)),
        ]
    )
    for gap in claim_gaps(facts):
        flow.paragraph(Cell(gap.text, bold=True, colour=BLOCK))
    forms = forms_of(facts)
    for number, lines in enumerate(forms, 1):
        if len(forms) > 1:
            flow.heading(f"Form {number} of {len(forms)}", f"{key}.{number}")
        flow.table((Column(9, "Box"), Column(36, "Content"), Column(55, "Text")), _rows(boxes(facts, lines)))
    cut = [box for lines in forms for box in boxes(facts, lines) if box.is_cut]
    for box in cut:
        flow.paragraph(
            Cell(f"Box {box.number}: the form has room for {box.room} signs: “{box.printed}”.", colour=BLOCK)
        )
    flow.paragraph(
        Cell(
            "A data sheet to type or check a claim by. Medicare takes only the original form, not a print that looks "
            "like it. Boxes that CCM leaves blank are left out. The form has room for twelve diagnoses and six lines.",
            colour=MUTED,
        ),
        small=True,
    )


def _rows(found: Sequence[Box]) -> list[Row]:
    return [Row((Cell(box.number, bold=True), box.name, " ".join(box.text.split()))) for box in found]


def _furniture(facts: ClaimFacts) -> Furniture:
    who = facts.subscriber
    return Furniture(
        what=f"{facts.billing.party.family} · claim data sheet · {month_name(facts.month)}",
        whose=f"{who.party.family}, {who.party.given} · born {day(who.born_on) if who.born_on else 'not recorded'}",
        foot="Contains PHI",
        ident=f"claim {facts.claim_no}",
        made=f"Made of packet {facts.packet_no}",
    )
