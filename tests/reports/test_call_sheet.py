from app.reports.call_sheet import call_sheet_pdf
from app.rules.call_sheet import CallSheet, CallSheetDay, CallSheetRow
from tests.reports import reading, samples


def row(number: int, **changes: object) -> CallSheetRow:
    plain = {
        "name": f"Patient, Nr{number:03d}",
        "born_on": "1948-03-02",
        "phone": "(312) 555-0142",
        "phone_alternate": "",
        "hours": "09:00–12:00 Mon, Wed",
        "language": "Spanish",
        "why": "Monthly call",
        "owner": "Ana Alvarez",
    }
    return CallSheetRow(**(plain | changes))  # type: ignore[arg-type]


def sheet(*days: CallSheetDay) -> bytes:
    return call_sheet_pdf(
        CallSheet(samples.CLINIC, samples.MAKING, "All patients", days, (("Clinic", "(309) 555-0142"),))
    )


def test_a_row_says_all_of_a_patient() -> None:
    full = row(
        1,
        phone_alternate="(312) 555-0199",
        counted_seconds=1120,
        seconds_to_go=80,
        next_code="99490",
        last_contact_on="2026-11-02",
        remarks=("In hospital",),
    )
    text = reading.text(sheet(CallSheetDay("2026-11-23", (full,))))
    for told in (
        "Patient, Nr001 03/02/1948",
        "(312) 555-0142 (312) 555-0199",
        "09:00–12:00 Mon, Wed Spanish",
        "18:40 1:20 to 99490",
        "Last contact 11/02/2026 · Calls: Ana Alvarez · In hospital",
        "Clinic: (309) 555-0142",
    ):
        assert told in text


def test_what_is_not_known_is_said() -> None:
    text = reading.text(sheet(CallSheetDay("2026-11-23", (row(1, phone="", owner=""),), "Staff day")))
    assert "no number" in text
    assert "Never reached" in text
    assert "The clinic is closed: Staff day" in text


def test_long_sheets_repeat_their_head_and_lose_nobody() -> None:
    many = tuple(row(number, why="Follow-up: " + "a long reason " * 30) for number in range(60))
    pdf = sheet(CallSheetDay("2026-11-23", many), CallSheetDay("2026-11-24", ()))
    pages = reading.pages(pdf)
    assert len(pages) > 5
    whole = " ".join(pages)
    assert all(f"Nr{number:03d}" in whole for number in range(60))
    assert all("Patient, date of birth" in page for page in pages[1:-1])
    assert "Nobody is due." in pages[-1]
    assert [title for _, title, _ in reading.outline(pdf)] == ["11/23/2026: 60 to call", "11/24/2026: 0 to call"]


def test_hostile_text_prints_as_text() -> None:
    text = reading.text(sheet(CallSheetDay("2026-11-23", (row(1, name="<b>\u202eevil</b>", why="(" * 400),))))
    assert "<b>" in text
    assert "U+202E" in text
