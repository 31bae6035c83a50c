import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import assets
from app.rules.icd10 import CodeSet
from app.rules.icd10_order_file import NotAnOrderFile, parse_order_file, year_of_name

NAME = "icd10cm-order-2028.txt"


def order_file(codes: CodeSet) -> list[str]:
    """The program's own codes, written as the official file writes them."""
    rows = [line.split("\t") for line in codes.lines]
    return [
        f"{number:05} {code:<7} {billable} {title[:60]:<60} {title}"
        for number, (code, billable, _, title, _) in enumerate(rows, 1)
    ]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return order_file(assets.load_code_set())


def test_an_official_file_is_read_whole(lines: list[str]) -> None:
    shipped = assets.load_code_set()
    read = parse_order_file(NAME, ("\r\n".join(lines) + "\r\n").encode())
    assert (read.year, len(read), read.billable_count) == (2028, len(shipped), shipped.billable_count)
    assert [line.split("\t")[3] for line in read.lines] == [line.split("\t")[3] for line in shipped.lines]


def test_a_file_in_the_older_encoding_keeps_its_accents(lines: list[str]) -> None:
    read = parse_order_file(NAME, "\n".join(lines).encode("cp1252"))
    row = read.row("H81.01")
    assert row is not None
    assert row.title.startswith("Ménière")


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("icd10cm-order-2027.txt", 2027),
        ("icd10cm_order_2026.txt", 2026),
        ("icd10cm-order-April-2028.txt", 2028),
        ("ICD10CM_ORDER_2029.TXT", 2029),
    ],
)
def test_the_year_is_in_the_name(name: str, year: int) -> None:
    assert year_of_name(name) == year


@pytest.mark.parametrize(
    "name", ["codes.txt", "icd10cm-codes-2027.txt", "icd10pcs_order_2027.txt", "order-2027.txt", ""]
)
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(NotAnOrderFile, match="of which year"):
        year_of_name(name)


def test_what_is_wrong_is_named(lines: list[str]) -> None:
    cut = lines[:50_000]
    gap = lines[:41] + lines[42:]
    without = [line for line in lines if not line[6:].startswith("U")]
    letters = [f"{number:05}{line[5:]}" for number, line in enumerate(without, 1)]
    turned = [line[:14] + "1" + line[15:] if line[6:14] == "E11     " else line for line in lines]
    twice = [*lines, f"{len(lines) + 1:05}{lines[-1][5:]}"]
    for wrong, message in (
        (cut, "billable codes"),
        (gap, "Line 42 of this file has number 43"),
        ([*lines[:9], "hello", *lines[9:]], "Line 10 of this file is not a line"),
        (turned, "calls E11 billable although E11"),
        (twice, "a code twice"),
        (letters, "letters from A to Z"),
    ):
        with pytest.raises(NotAnOrderFile, match=message):
            parse_order_file(NAME, "\n".join(wrong).encode())


@given(content=st.binary(max_size=300))
def test_any_other_file_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnOrderFile):
        parse_order_file(NAME, content)
