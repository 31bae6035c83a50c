"""Reports as tests ask for them."""

from typing import Any

from app.rules.month import Month
from app.rules.report import Report, ReportTable, Value
from app.services.desk import Desk
from app.services.figures.kinds import Wanted
from tests.services.clinic_month import OCTOBER


def look(desk: Desk, key: str, month: Month = OCTOBER, **narrowed: Any) -> Report:  # noqa: ANN401 - fields of Wanted
    """Return a report of one month, or of `first` to it."""
    return desk.reports.look(desk.actor, key, Wanted(narrowed.pop("first", month), month, **narrowed))


def table(report: Report, title: str) -> ReportTable:
    return next(each for each in report.tables if each.title == title)


def column(found: ReportTable, key: str) -> list[Value]:
    """Return the values of one column."""
    at = [each.key for each in found.columns].index(key)
    return [row[at] for row in found.rows]


def total(found: ReportTable, key: str) -> Value:
    return found.totals[[each.key for each in found.columns].index(key)]


def figure(report: Report, name: str) -> Value:
    return next(each.value for each in report.figures if each.name == name)
