"""Reports as spreadsheets: the same numbers as on the screen, for who goes on counting."""

from datetime import date
from decimal import Decimal

from app.exchange.csv_text import Cell, csv_bytes
from app.exchange.xlsx_file import XlsxSheet, xlsx_bytes
from app.rules.report import Report, ReportColumn, ReportTable, Value

_LONGEST_NAME = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def report_csv(report: Report, number: int | None = None) -> bytes:
    """Return one list of a report, by default its longest, without its sums. Time is in whole seconds.

    Raises:
        IndexError: for a number that is no list's.
    """
    table = report.tables[number] if number is not None else max(report.tables, key=lambda each: len(each.rows))
    return csv_bytes(_titles(table), (_cells(table, row) for row in table.rows))


def report_xlsx(report: Report) -> bytes:
    """Return a sheet a list, with its sums at the end. Time is in whole seconds."""
    return xlsx_bytes(
        [
            XlsxSheet(
                f"{number} {table.title}".translate(_NOT_IN_NAMES)[:_LONGEST_NAME],
                _titles(table),
                [_cells(table, row) for row in table.rows],
                [_cells(table, table.totals)] if table.totals else (),
            )
            for number, table in enumerate(report.tables, 1)
        ]
    )


def _titles(table: ReportTable) -> list[str]:
    return [_title(column) for column in table.columns]


def _title(column: ReportColumn) -> str:
    """Return a column's title with its unit, where a bare number would not say it."""
    unit = {"time": "seconds", "rate": "per thousand"}.get(column.kind)
    return f"{column.title} ({unit})" if unit else column.title


def _cells(table: ReportTable, row: tuple[Value, ...]) -> list[Cell]:
    return [_cell(column, value) for column, value in zip(table.columns, row, strict=True)]


def _cell(column: ReportColumn, value: Value) -> Cell:
    if column.kind == "money" and isinstance(value, int):
        return Decimal(value).scaleb(-2)
    if column.kind == "day" and isinstance(value, str) and value[4:5] == "-":
        return date.fromisoformat(value)
    return value
