import csv
import io
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.intake import preview, read_folder_or_files
from app.rules.intake import FileRefused, Intake
from tests.exchange.clinic_files import ALL, rows_taken, written

HEADERS = {name: text.splitlines()[0].split(",") for name, text in ALL.items()}
SOUND = sorted({cell for text in ALL.values() for row in csv.reader(io.StringIO(text)) for cell in row})
cell = (
    st.sampled_from(SOUND)
    | st.text(max_size=12)
    | st.sampled_from(["=1+1", "9" * 5_000, "1e9", "NaN", "-0", "2024-02-30"])
)


def outcome(path: Path) -> Intake | None:
    """What a person gets: values with named problems, or a refusal in words. Anything else fails the test."""
    try:
        return read_folder_or_files([path])
    except FileRefused:
        return None


@given(st.sampled_from(sorted(ALL)), st.data())
def test_any_cells_under_any_header_are_taken_or_named(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.lists(cell, min_size=1, max_size=len(HEADERS[name]) + 1), max_size=4))
    out = io.StringIO()
    csv.writer(out).writerows([HEADERS[name], *rows])
    content = out.getvalue().encode("utf-8", "surrogatepass")
    intake = outcome(written(tmp_path_factory.getbasetemp(), name, content))
    if intake is None:
        return
    (file,) = intake.files
    assert rows_taken(intake) + len(intake.rejected) == file.rows
    assert all(problem.reason.isprintable() and problem.line > 1 for problem in intake.rejected)
    for entry in intake.time_entries:
        assert timedelta(0) < entry.end.at - entry.start.at <= timedelta(hours=8)
    for patient in intake.patients:
        assert date(1850, 1, 1) <= patient.born_on <= date(2199, 12, 31)


@given(st.sampled_from(sorted(ALL)), st.data())
def test_a_file_damaged_anywhere_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    content = bytearray(ALL[name].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        cut = data.draw(st.integers(0, 20))
        content[at : at + cut] = data.draw(st.binary(max_size=8) | st.sampled_from([b'"', b"\n", b",", b"\xe9", b"\0"]))
        content = content or bytearray(b"x")
    path = written(tmp_path_factory.getbasetemp(), name, bytes(content))
    outcome(path)
    with suppress(FileRefused):
        preview(path, 5)


def test_a_large_file_is_read_in_seconds_and_each_bad_row_is_named(tmp_path: Path) -> None:
    text = "patient_id,kind,from,to\n" + "".join(
        f"p{n},inpatient,2026-10-{n % 31 + 1:02},{'' if n % 2 else 'never'}\n" for n in range(100_000)
    )
    intake = outcome(written(tmp_path, "stays.csv", text))
    assert intake is not None
    assert (len(intake.stays), len(intake.rejected)) == (50_000, 50_000)
    assert intake.rejected[-1].line == 100_000
