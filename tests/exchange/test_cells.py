from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange import cells
from app.exchange.cells import CellFault
from app.rules.intake import Instant


@given(st.dates(date(1850, 1, 1), date(2199, 12, 31)))
def test_each_iso_date_is_read_and_its_american_form_is_the_same_day(on: date) -> None:
    assert cells.day(on.isoformat()) == on
    assert cells.day(cells.iso_of_us_day(f"{on.month}/{on.day}/{on.year}")) == on


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30", "2026-13-01", "2026-00-10", "0000-01-01", "9999-12-31", "1849-12-31", "2026-1-5", "20261005"),
        *(
            "10/05/2026",
            "2026-10-05T09:00:00",
            "5 Oct 2026",
            "٢٠٢٦-10-05",
            "2026-10-05 x",
            "46300",
            "-2026-10-05",
            "１",
        ),
    ],
)
def test_what_is_not_an_iso_date_is_a_fault(text: str) -> None:
    with pytest.raises(CellFault):
        cells.day(text)


def test_a_year_of_two_digits_is_a_fault_and_not_guessed() -> None:
    with pytest.raises(CellFault, match="two digits"):
        cells.iso_of_us_day("3/2/48")
    with pytest.raises(CellFault):
        cells.day(cells.iso_of_us_day("13/02/1948"))


@given(
    st.datetimes(datetime(1851, 1, 1), datetime(2199, 1, 1)),  # noqa: DTZ001 - the offset is drawn beside it
    st.integers(-14 * 60, 14 * 60),
)
def test_each_instant_keeps_its_moment_and_its_offset(local: datetime, minutes: int) -> None:
    written = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    read = cells.instant(written.isoformat())
    assert read == Instant(written.astimezone(UTC), minutes)
    assert read.as_written.isoformat() == written.isoformat()


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2026-10-05T14:00:00Z", 0),
        ("2026-10-05T14:00Z", 0),
        ("2026-10-05 09:00:00.000-05:00", -300),
        ("2026-10-05T09:00:00-0500", -300),
        ("2026-10-05T09:00:00-05", -300),
        ("2026-10-05T19:30:00+05:30", 330),
    ],
)
def test_spellings_of_one_instant(text: str, offset: int) -> None:
    assert cells.instant(text) == Instant(datetime(2026, 10, 5, 14, tzinfo=UTC), offset)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-10-05", "2026-10-05T09:00:00", "2026-10-05T24:00:00Z", "2026-10-05T09:60:00Z", "2026-10-05T09:00:60Z"),
        *("2026-10-05T09:00:00.5Z", "2026-10-05T09:00:00+15:00", "2026-10-05T09:00:00-05:60", "2026-02-30T09:00:00Z"),
        *("2026-10-05T09:00:00 CST", "1760000000", "9999-12-31T23:59:59-14:00", "2026-10-05T٠9:00:00Z"),
    ],
)
def test_what_is_not_an_instant_is_a_fault(text: str) -> None:
    with pytest.raises(CellFault):
        cells.instant(text)


@pytest.mark.parametrize(
    ("text", "zip_code"),
    [
        *(("91911.0", "91911"), ("2134.0", "02134"), ("2134", "02134"), ("612", "00612"), ("60502-1234", "60502-1234")),
        *(("605021234", "60502-1234"), ("0.0", ""), ("0", ""), ("00000", "")),
    ],
)
def test_zip_codes_that_a_spreadsheet_made_numbers_of(text: str, zip_code: str) -> None:
    assert cells.zip_code(text) == zip_code


@pytest.mark.parametrize("text", ["12", "9191a", "91911.5", "1e5", "-91911", "９１９１１", "919110"])
def test_what_is_not_a_zip_code_is_a_fault(text: str) -> None:
    with pytest.raises(CellFault):
        cells.zip_code(text)


@pytest.mark.parametrize(
    "bad", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\n", "\r", "\t", "\u202e", "\u2066", "\u200f", "\u2028", "\ud800"]
)
def test_a_line_of_text_holds_no_control_and_says_which_without_the_text(bad: str) -> None:
    with pytest.raises(CellFault) as fault:
        cells.line_of_text()(f"Quill{bad}Nora")
    assert "Quill" not in str(fault.value)
    assert str(fault.value).isprintable()


def test_a_note_keeps_its_lines_and_tabs_and_no_other_controls() -> None:
    assert cells.note("a\r\nb\rc\n\td \u200fה") == "a\nb\nc\n\td \u200fה"
    for bad in "\0\x0b\x1b\x9f\u202e\ud800":
        with pytest.raises(CellFault):
            cells.note(f"a{bad}b")


def test_text_that_is_too_long_is_a_fault_and_is_never_cut() -> None:
    assert cells.line_of_text(100)("x" * 100) == "x" * 100
    with pytest.raises(CellFault, match="longer than 100"):
        cells.line_of_text(100)("x" * 101)
    with pytest.raises(CellFault, match="64,000"):
        cells.note("x" * 64_001)


@pytest.mark.parametrize("text", ["Jürgen", "O'Brien", "Bertie593", "李", "María-José", "a & b <i>", "{0} %s", "=1"])
def test_names_stand_as_written(text: str) -> None:
    assert cells.line_of_text()(text) == text


@pytest.mark.parametrize(("text", "answer"), [("yes", True), ("YES", True), ("n", False), ("False", False)])
def test_answers(text: str, answer: bool) -> None:
    assert cells.yes_no(text) is answer


@pytest.mark.parametrize("text", ["maybe", "1", "0", "ja", "x", "уes"])
def test_what_is_no_answer_is_a_fault(text: str) -> None:
    with pytest.raises(CellFault):
        cells.yes_no(text)


@pytest.mark.parametrize(
    "text", ["Mars/Phobos", "../../etc/passwd", "/etc/passwd", "America", "CST6CDT ", "a" * 999, "America/"]
)
def test_what_is_not_a_time_zone_is_a_fault(text: str) -> None:
    assert cells.time_zone("America/Chicago") == "America/Chicago"
    with pytest.raises(CellFault):
        cells.time_zone(text)


def test_codes_that_a_spreadsheet_made_numbers_of_are_whole_again() -> None:
    assert cells.code("10509002.0") == "10509002"
    assert cells.code("124171000119105") == "124171000119105"
    assert cells.code("I50.20") == "I50.20"


def test_medicare_numbers_lose_their_hyphens() -> None:
    assert cells.mbi("1eg4-te5-mk73") == "1EG4TE5MK73"
