"""The call sheet: whom to call, at which number and why, with room to write, for when the computer cannot be asked."""

from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead, made_line
from app.reports.page import Cell, Column, Flow, Row
from app.reports.pdf_text import Typesetter
from app.reports.sheet import MUTED, WARN
from app.reports.wording import clock, day
from app.rules.call_sheet import CallSheet, CallSheetDay, CallSheetRow

_ROOM = "Began ________  Ended ________  Outcome ______________________________"


def call_sheet_pdf(sheet: CallSheet) -> bytes:
    """The calls of each day in their order; each with lines to write on, to be typed in afterwards."""
    typesetter = Typesetter()
    flow = Flow(typesetter)
    letterhead(flow, sheet.clinic)
    flow.title("Call sheet", f"{_span(sheet)} · {sheet.whose}")
    for what, number in sheet.numbers:
        flow.paragraph(f"{what}: {number}")
    flow.paragraph(
        Cell(
            "Write down when each call began and ended, to the minute, and what came of it; enter it in CareLoop "
            "afterwards as time entered by hand. In an emergency: 911.",
            colour=MUTED,
        ),
        small=True,
    )
    for each in sheet.days:
        _day(flow, each)
    document = Document(f"CareLoop call sheet {sheet.making.packet_id}", typesetter)
    document.add(flow.pages, _furniture(sheet))
    return document.finished()


def _day(flow: Flow, each: CallSheetDay) -> None:
    flow.heading(f"{day(each.day)}: {len(each.rows)} to call", f"day{each.day}", level=0)
    if each.closed_for:
        flow.paragraph(Cell(f"The clinic is closed: {each.closed_for}", colour=WARN))
    columns = (
        Column(28, "Patient, date of birth"),
        Column(19, "Telephone"),
        Column(17, "Their hours"),
        Column(24, "Why"),
        Column(12, "Month m:ss", right=True),
    )
    flow.table(columns, [_patient(row) for row in each.rows], empty="Nobody is due.")


def _patient(row: CallSheetRow) -> Row:
    phones = "\n".join(phone for phone in (row.phone, row.phone_alternate) if phone) or "no number"
    hours = "\n".join(part for part in (row.hours, row.language) if part)
    to_go = ""
    if row.seconds_to_go is not None and row.next_code:
        to_go = f"\n{clock(row.seconds_to_go)} to {row.next_code}"
    counted = "–" if row.counted_seconds is None else clock(row.counted_seconds)
    known = " · ".join(
        part
        for part in (
            f"Last contact {day(row.last_contact_on)}" if row.last_contact_on else "Never reached",
            f"Calls: {row.owner}" if row.owner else "",
            *row.remarks,
        )
        if part
    )
    return Row(
        (Cell(f"{row.name}\n{day(row.born_on)}", bold=True), Cell(phones, bold=True), hours, row.why, counted + to_go),
        (Cell(known, colour=MUTED), _ROOM),
        below_from=0,
    )


def _span(sheet: CallSheet) -> str:
    if not sheet.days:
        return "no working day"
    first, last = sheet.days[0].day, sheet.days[-1].day
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def _furniture(sheet: CallSheet) -> Furniture:
    return Furniture(
        what=f"{sheet.clinic.name} · call sheet",
        whose=_span(sheet),
        foot="Contains PHI · destroy when entered",
        ident=sheet.making.packet_id,
        made=made_line(sheet.making, sheet.clinic.time_zone),
    )
