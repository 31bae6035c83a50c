"""When a patient is called next, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.services.local_words import WEEKDAYS
from app.services.promises import PromiseRow
from app.views.patients.standing import joined
from app.views.today.patient_today import PatientToday
from app.views.widgets import Tone, format_date, format_time


def next_touch(read: PatientToday) -> tuple[str, Tone, str]:
    """Say when the next call is due and by what: a promise, a plan, or the protocol."""
    cadence = read.cadence
    by = _tr("{protocol} protocol").format(protocol=cadence.effective.title)
    whose = _tr("{name}'s patient").format(name=cadence.owner) if cadence.owner else ""
    detail = joined((by, whose))
    if read.promises:
        first = read.promises[0]
        tone = Tone.INFO if first.standing == "coming" else Tone.WARN
        return promise_words(first, read.zone), tone, detail
    if cadence.due_on is None:
        return _tr("Nothing is planned."), Tone.WARN, detail
    day = f"{WEEKDAYS[cadence.due_on.weekday()]} {format_date(cadence.due_on)}"
    late = (read.today - cadence.due_on).days
    if cadence.last_reached_on is None and cadence.planned_on is None and late > 0:
        return _tr("First contact, waiting since {day}").format(day=format_date(cadence.due_on)), Tone.WARN, detail
    if cadence.planned_on is not None:
        words = _tr("Planned for {day}").format(day=day)
    else:
        words = _tr("Due {day}").format(day=day)
    if late > 0:
        words = joined((words, _tr("1 day late") if late == 1 else _tr("{n} days late").format(n=late)))
    return words, Tone.WARN if late > 0 else Tone.NEUTRAL, detail


def promise_words(row: PromiseRow, zone: ZoneInfo) -> str:
    """Return a promised call: when, by whom, why, and whether it was missed."""
    span = span_words(row.from_at, row.until_at, zone)
    state = {"missed": _tr("missed"), "now": _tr("now")}.get(row.standing, "")
    return joined((_tr("Promised {span}").format(span=span), row.person, row.reason, state))


def span_words(begins: datetime, over: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 11/24/2026, 2:00 PM to 3:00 PM"."""
    first, last = begins.astimezone(zone), over.astimezone(zone)
    day = f"{WEEKDAYS[first.weekday()]} {format_date(first.date())}"
    return _tr("{day}, {begins} to {over}").format(
        day=day, begins=format_time(first.time()), over=format_time(last.time())
    )


def _tr(words: str) -> str:
    return QCoreApplication.translate("TouchWords", words)
