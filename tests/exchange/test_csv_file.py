import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange import csv_file
from app.exchange.csv_file import header_key, open_csv
from app.rules.errors import ClinicError
from app.rules.intake import FileRefused
from tests.exchange.clinic_files import written


def rows(path: Path) -> list[tuple[int, list[str]]]:
    return list(open_csv(path).records())


@pytest.mark.parametrize(
    ("encoding", "reported"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_names_survive_each_encoding_and_it_is_reported(tmp_path: Path, encoding: str, reported: str) -> None:
    file = open_csv(written(tmp_path, "a.csv", "ID,LAST\n1,Muñoz O’Brien\n".encode(encoding)))
    assert file.encoding == reported
    assert file.headers == ("ID", "LAST")
    assert list(file.records()) == [(2, ["1", "Muñoz O’Brien"])]


def test_big_endian_utf16_is_known_by_its_mark(tmp_path: Path) -> None:
    assert rows(written(tmp_path, "a.csv", b"\xfe\xff" + "a,b\né,2\n".encode("utf-16-be"))) == [(2, ["é", "2"])]


def test_bytes_that_cp1252_does_not_know_are_latin_1(tmp_path: Path) -> None:
    assert open_csv(written(tmp_path, "a.csv", b"a,b\n\xe9\x81,2\n")).encoding == "latin-1"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\r\n\n", "is empty"),
        (b"a,b\n1,\x002\n", "line 2 holds a NUL"),
        ("a,b\n1,2\n".encode("utf-16-le"), "NUL"),  # UTF-16 without its mark
        (b"\xff\xfe" + "a,b\n1,\0\n".encode("utf-16-le"), "line 2 holds a NUL"),
        (b"\xff\xfea", "damaged"),
        (b"\xef\xbb\xbfa,b\n\xe9,2\n", "damaged"),
        (b"PK\x03\x04whatever", "Excel"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PN\x01,\x02\n", "control characters"),
        (
            "a,b\nMuñoz,1\n".encode() + "Pérez,2\n".encode("cp1252"),
            "mixes two character encodings, one of them on line 2",
        ),
        (b'a,b\n1,2\n3,"never closed\n4,5\n6,7\n', "begins on line 3"),
        (b'a,b\n1,2\n"3\nand",4\n"5" and,6\n', "begins on line 5"),
        (b"a,b\n1,2\n3," + b"x" * 131_073 + b"\n", "131,072 characters in the row that begins on line 3"),
        (b"Name,DOB, name \n1,2,3\n", "“name” twice"),
        (b"First_Name,first name\n1,2\n", "twice"),
        (b",,,\n,,\n", "is empty"),
        (b"!,?,-\n1,2,3\n", "no column names"),
        (",".join(f"c{n}" for n in range(1_001)).encode(), "1,000 columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place_and_the_way_out(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = written(tmp_path, "time.csv", content)
    with pytest.raises(FileRefused) as refused:
        rows(path)
    assert says in refused.value.reason
    assert refused.value.file == "time.csv"
    assert refused.value.what_to_do.endswith(".")
    assert str(refused.value) == f"time.csv {refused.value.reason} {refused.value.what_to_do}"
    assert isinstance(refused.value, ClinicError)


def test_a_missing_file_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    if hasattr(os, "mkfifo"):  # not on Windows
        os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("gone.csv", "pipe.csv", "folder.csv"):
        with pytest.raises(FileRefused):
            open_csv(tmp_path / name)
    with pytest.raises(FileRefused):
        open_csv(Path("a\0b.csv"))


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "LARGEST_BYTES", 1_000_000)
    open_csv(written(tmp_path, "a.csv", b"a,b\n" + b"1,2\n" * 249_999))
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        open_csv(written(tmp_path, "a.csv", b"a,b\n" + b"1,2\n" * 250_000))


def test_lines_are_those_an_editor_shows(tmp_path: Path) -> None:
    text = '\n\na,b\r\n1,"two\nlines"\n\n,\n3,"and\r\nthree\n\nmore"\n4,5'
    assert [line for line, _ in rows(written(tmp_path, "a.csv", text))] == [4, 8, 12]


def test_a_file_of_an_old_macintosh_is_read(tmp_path: Path) -> None:
    assert rows(written(tmp_path, "a.csv", b"a,b\r1,2\r3,4")) == [(2, ["1", "2"]), (3, ["3", "4"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_outside_quotation_marks(tmp_path: Path, delimiter: str) -> None:
    other = ";" if delimiter == "," else ","
    text = f'"a{other}{other}{other}"{delimiter}b\n1{delimiter}"2{delimiter}3"\n'
    file = open_csv(written(tmp_path, "a.csv", text))
    assert file.delimiter == delimiter
    assert list(file.records()) == [(2, ["1", f"2{delimiter}3"])]


def test_the_separator_line_of_excel_is_understood(tmp_path: Path) -> None:
    file = open_csv(written(tmp_path, "a.csv", "sep=;\na,x;b\n1;2\n"))
    assert file.headers == ("a,x", "b")
    assert list(file.records()) == [(3, ["1", "2"])]


def test_headers_are_compared_without_capitals_spaces_and_marks() -> None:
    assert len({header_key(h) for h in ("Last Name", "last_name", " LASTNAME ", "Last-Name", "ｌａｓｔ name")}) == 1


def test_invisible_characters_in_headers_are_left_out(tmp_path: Path) -> None:
    assert open_csv(written(tmp_path, "a.csv", "a\u202eb,\u200bc\n")).headers == ("ab", "c")


@given(st.binary(max_size=300) | st.text(alphabet='ab",;\t\r\n\0é', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = written(tmp_path_factory.getbasetemp(), "any.csv", content)
    try:
        records = rows(path)
    except FileRefused:
        return
    lines = [line for line, _ in records]
    assert lines == sorted(set(lines))
    assert all(line <= 1 + content.count(b"\n") + content.count(b"\r") for line in lines)
