"""Reports as spreadsheets: numbers stay numbers, hostile text is disarmed, sums are those of the screen."""

import csv
import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from app.exchange.report_file import report_csv, report_xlsx
from app.rules.report import Report, ReportColumn, ReportTable

COLUMNS = (
    ReportColumn("day", "Day", "day"),
    ReportColumn("patient", "Patient"),
    ReportColumn("seconds", "Worked", "time"),
    ReportColumn("cents", "Estimate", "money"),
    ReportColumn("rate", "Reached", "rate"),
)
ROWS = (
    ("2026-10-05", '=HYPERLINK("x")', 3_725, 123_456, 673),
    ("2026-10-06", "Quill, Nora", None, 5, None),
)
TOTALS = ("All", "", 3_725, 123_461, "")
SHORT = ReportTable("A [short]: list/with\\odd*signs? and a very long name", COLUMNS, ROWS[:1])
REPORT = Report("x", "X", "October 2026", tables=(SHORT, ReportTable("Long", COLUMNS, ROWS, totals=TOTALS)))


def test_csv_holds_the_longest_list_with_units_named_and_formulas_disarmed() -> None:
    made = report_csv(REPORT)
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))
    assert rows[0][:5] == ["Day", "Patient", "Worked (seconds)", "Estimate", "Reached (per thousand)"]
    assert rows[1][:5] == ["2026-10-05", '\'=HYPERLINK("x")', "3725", "1234.56", "673"]
    assert rows[2][:5] == ["2026-10-06", "Quill, Nora", "", "0.05", ""]
    assert len(rows) == 3


def test_csv_holds_the_list_that_is_asked_for() -> None:
    assert len(report_csv(REPORT, 0).splitlines()) == 2
    with pytest.raises(IndexError):
        report_csv(REPORT, 2)


def test_xlsx_has_a_sheet_a_list_and_the_sums_at_the_end() -> None:
    book = load_workbook(io.BytesIO(report_xlsx(REPORT)))
    assert len(book.sheetnames) == 2
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    sheet = book[book.sheetnames[1]]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1] == (datetime(2026, 10, 5), '=HYPERLINK("x")', 3725, 1234.56, 673)  # noqa: DTZ001 - a sheet's day
    assert sheet["B2"].data_type in {"s", "inlineStr"}
    assert rows[3][0] == "All"
    assert rows[3][2:4] == (3725, 1234.61)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert report_xlsx(REPORT) == report_xlsx(REPORT)
    assert report_csv(REPORT) == report_csv(REPORT)
