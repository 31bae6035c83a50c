"""The weekly plan in words."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QCoreApplication

from app.services.local_words import WEEKDAYS
from app.services.weekly_plan import PlannedDay, PlanRow
from app.views.widgets import format_date, format_duration, format_phone


def day_words(day: date) -> str:
    """Return "Mon 11/23/2026"."""
    return f"{WEEKDAYS[day.weekday()]} {format_date(day)}"


def day_line(day: PlannedDay, today: date) -> str:
    """Return a day as the list of days has it: "Thu 11/26 · Thanksgiving Day"."""
    short = f"{WEEKDAYS[day.day.weekday()]} {day.day:%m/%d}"
    said = _tr("today") if day.day == today else closed_words(day)
    return f"{short} · {said}" if said else short


def closed_words(day: PlannedDay) -> str:
    """Return why the clinic does not work on a day, empty when it does."""
    if day.closed_for:
        return _tr("closed: {holiday}").format(holiday=day.closed_for)
    return "" if day.is_working else _tr("closed")


def owners_words(rows: Sequence[PlanRow]) -> str:
    """Return how many calls each owner has, most first: "Rosa Delgado 12 · Ben Okoro 9 · nobody's 1"."""
    counted = Counter(row.owner or _tr("nobody's") for row in rows)
    return " · ".join(f"{name} {n:,}" for name, n in counted.most_common())


def why_words(row: PlanRow) -> str:
    """Return all that asks for the call."""
    return "; ".join(row.why)


def phone_words(row: PlanRow) -> str:
    """Return the number to dial."""
    return format_phone(row.phone) or _tr("no number")


def minutes_words(row: PlanRow) -> str:
    """Return the month's counted minutes as m:ss."""
    return "–" if row.month_seconds is None else format_duration(row.month_seconds)


def step_words(row: PlanRow) -> str:
    """Return how far the next step is: "1:20 left"."""
    return "–" if row.seconds_to_go is None else _tr("{time} left").format(time=format_duration(row.seconds_to_go))


def _tr(words: str) -> str:
    return QCoreApplication.translate("WeekWords", words)
