import csv
import io
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.csv_file import open_csv
from app.exchange.csv_text import GUARD_MARK, csv_bytes, guarded, unguarded
from tests.exchange.clinic_files import written

hostile = st.text(max_size=40) | st.text(alphabet="'=+-@\t\r\n ＝﹢\ufeff\u200b\"a;,", max_size=8)
writable = hostile.filter(lambda text: "\0" not in text and not any(unicodedata.category(c) == "Cs" for c in text))


@given(hostile)
def test_no_text_begins_as_a_formula_and_each_comes_back(text: str) -> None:
    out = guarded(text)
    seen = unicodedata.normalize("NFKC", out).lstrip(" \r\n\t\0\ufeff")
    assert seen[:1] not in {"=", "+", "-", "@"} or seen == ""
    assert out[:1] not in {"\t", "\r"}
    assert unguarded(out) == text


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("x")',
        "+1 (555) 010-0100",
        "-1",
        "@x",
        "\t=1",
        "\r=1",
        "\n@x",
        "＝1",
        " =1",
        "\u200b=1",
        "'=1",
        "''@",
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "O'Brien", "'tis", "a=b", "2026-10-05", "1", "é", "'"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert guarded(text) == text


@given(st.lists(st.tuples(writable, st.integers(-9, 9)), max_size=4))
def test_an_export_read_again_holds_the_same_cells(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]
) -> None:
    content = csv_bytes(["note", "units"], rows)
    assert content == csv_bytes(["note", "units"], iter(rows))
    file = open_csv(written(tmp_path_factory.getbasetemp(), "out.csv", content))
    assert file.headers == ("note", "units", GUARD_MARK)
    assert [cells[:2] for _, cells in file.records()] == [[note, str(units)] for note, units in rows]


def test_numbers_dates_and_answers_are_written_as_such() -> None:
    content = csv_bytes(
        ["a", "b", "c", "d", "e", "f"],
        [[-5, Decimal("-1.50"), date(2026, 10, 5), datetime(2026, 10, 5, 9, tzinfo=UTC), True, None]],
        marked=False,
    )
    assert content == (
        b'\xef\xbb\xbf"a","b","c","d","e","f"\r\n"-5","-1.50","2026-10-05","2026-10-05T09:00:00+00:00","yes",""\r\n'
    )


def test_a_foreign_reader_sees_every_text_guarded() -> None:
    content = csv_bytes(["=h"], [["=1+1"], ["plain"]])
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["'=h", GUARD_MARK],
        ["'=1+1", ""],
        ["plain", ""],
    ]


def test_apostrophes_of_a_file_that_is_not_ours_are_kept(tmp_path: Path) -> None:
    file = open_csv(written(tmp_path, "theirs.csv", "note\n'=1\n"))
    assert list(file.records()) == [(2, ["'=1"])]


def test_text_that_no_file_can_hold_is_replaced() -> None:
    assert b"a\xef\xbf\xbdb" in csv_bytes(["x"], [["a\0b"]])


@pytest.mark.parametrize("cell", [datetime(2026, 10, 5, 9), Decimal("NaN")])  # noqa: DTZ001 - the fault is the point
def test_what_has_no_plain_meaning_is_a_fault_of_ours(cell: datetime | Decimal) -> None:
    with pytest.raises(ValueError, match=r"offset|finite"):
        csv_bytes(["x"], [[cell]])


def test_a_row_of_another_length_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="as long as"):
        csv_bytes(["x", "y"], [["1"]])
