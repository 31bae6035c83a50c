"""The queue in words: short ones for cells, whole ones for the card and for screen readers."""

from collections.abc import Sequence
from datetime import date, time

from PySide6.QtCore import QCoreApplication

from app.services.today import FLAGS, TodayRow
from app.views.patients.standing import joined, weekdays
from app.views.widgets import Tone, format_date, format_duration, format_phone, format_time

_TONES = {
    "escalation_to_answer": Tone.BLOCK,
    "escalation_answered": Tone.INFO,
    "escalation_overdue": Tone.BLOCK,
    "promise_missed": Tone.WARN,
    "promise_now": Tone.WARN,
    "follow_up_overdue": Tone.WARN,
    "follow_up_due": Tone.INFO,
    "not_finished": Tone.WARN,
    "due": Tone.INFO,
    "promise_today": Tone.INFO,
    "errand_due": Tone.NEUTRAL,
    "": Tone.NEUTRAL,
}


_SAID_BY_REASON = {
    "escalation_to_answer": "escalation",
    "escalation_answered": "escalation",
    "escalation_overdue": "escalation",
    "promise_missed": "promise",
    "promise_now": "promise",
    "promise_today": "promise",
    "follow_up_overdue": "follow_up",
    "follow_up_due": "follow_up",
    "errand_due": "follow_up",
    "not_finished": "not_finished",
}
"""The mark that says no more than the reason."""
_SHORT_WORD = 5


def shown_name(name: str, born_on: date, *, hidden: bool) -> str:
    """Return a patient's name, or, where names are hidden from who looks over a shoulder, initials and birth year."""
    if not hidden:
        return name
    family, _, given = name.partition(",")
    initials = " ".join(f"{part.strip()[0].upper()}." for part in (given, family) if part.strip())
    return f"{initials} {born_on.year}"


def why_tone(row: TodayRow) -> Tone:
    """Return how pressing a row is."""
    return _TONES[row.why]


def phone_words(row: TodayRow) -> str:
    """Return the number to dial first."""
    return format_phone(row.phone or row.phone_alternate) or _tr("no number")


def clock_words(row: TodayRow, *, with_zone: bool = False) -> str:
    """Return what the patient's clock says."""
    clock, _, zone = row.local_time.partition(" ")
    shown = format_time(time.fromisoformat(clock))
    return f"{shown} {zone}" if with_zone and zone else shown


def window_words(row: TodayRow) -> str:
    """Return the hours a patient asked for, and their local time: "9–11 AM · 10:04 AM"."""
    hours = _hours(*row.window) if row.window is not None else _tr("any")
    return joined((hours, clock_words(row)))


def window_short(row: TodayRow) -> str:
    """Return the same in the shortest form that is still read: "9a–12p · 10:04"."""
    hours = "–".join(_short_time(at) for at in row.window) if row.window is not None else _tr("any")
    return joined((hours, clock_words(row).partition(" ")[0]))


def window_line(row: TodayRow) -> str:
    """Return the same with days and zone, and whether now is such an hour, as the card says it."""
    days = [words for at, (_, words) in enumerate(weekdays()) if at in row.call_days]
    asked = " ".join((*(days if len(days) < 7 else ()), *((_hours(*row.window),) if row.window is not None else ())))
    outside = "" if row.can_be_called else _tr("not a good hour now")
    there = _tr("{time} there now").format(time=clock_words(row, with_zone=True))
    return joined((_tr("Call {hours}").format(hours=asked) if asked else _tr("Call at any hour"), there, outside))


def minutes_words(row: TodayRow) -> str:
    """Return the month's counted minutes as m:ss."""
    return "–" if row.month_seconds is None else format_duration(row.month_seconds)


def step_words(row: TodayRow) -> str:
    """Return how far the next step is: "1:20 left"; a dash past the last one."""
    return "–" if row.seconds_to_go is None else _tr("{time} left").format(time=format_duration(row.seconds_to_go))


def step_short(row: TodayRow) -> str:
    """Return the same for a column whose head says what it is."""
    return "–" if row.seconds_to_go is None else format_duration(row.seconds_to_go)


def step_tip(row: TodayRow) -> str:
    """Return which step that is."""
    if row.seconds_to_go is None or row.next_code is None:
        return ""
    return _tr("{time} more to {code}").format(time=format_duration(row.seconds_to_go), code=row.next_code)


def contact_words(row: TodayRow) -> str:
    """Return the day the patient was last reached."""
    return format_date(row.last_contact_on) if row.last_contact_on is not None else _tr("never")


def contact_short(row: TodayRow) -> str:
    """Return the same without the year, which the tip says: "11/02"."""
    return f"{row.last_contact_on:%m/%d}" if row.last_contact_on is not None else _tr("never")


def contact_tip(row: TodayRow) -> str:
    """Return the same as a sentence."""
    if row.last_contact_on is None:
        return _tr("Never reached")
    return _tr("Last reached {day}").format(day=format_date(row.last_contact_on))


def tries_words(row: TodayRow) -> str:
    """Return the calls in vain of this month."""
    return str(row.attempts) if row.attempts else ""


def tries_tip(row: TodayRow) -> str:
    """Return the same as a sentence."""
    if not row.attempts:
        return ""
    if row.attempts == 1:
        return _tr("1 try in vain this month")
    return _tr("{n} tries in vain this month").format(n=row.attempts)


def flags_words(row: TodayRow) -> str:
    """Return the marks of a row in words, the gravest first, without the one that the reason says already."""
    said = _SAID_BY_REASON.get(row.why, "")
    return _marks(row, [flag for flag in row.flags if flag != said])


def flags_spoken(row: TodayRow) -> str:
    """Return all marks, or that there are none."""
    return _marks(row, row.flags) or _tr("No marks")


def marks_short(row: TodayRow) -> str:
    """Return the beginning of the language a patient is called in, where it is not English, and the marks: "Span."."""
    language = "" if row.language.casefold() == "english" else row.language
    if len(language) > _SHORT_WORD:
        language = f"{language[: _SHORT_WORD - 1]}."
    return joined((language, flags_words(row)))


def marks_spoken(row: TodayRow) -> str:
    """Return the language and all marks in whole words."""
    language = _tr("Speaks {language}").format(language=row.language) if row.language else ""
    return joined((language, flags_spoken(row)))


def _marks(row: TodayRow, flags: Sequence[str]) -> str:
    outside = () if row.can_be_called else (_tr("Not a good hour"),)
    return joined((*outside, *(_tr(FLAGS[flag]) for flag in flags)))


def _hours(begins: time, over: time) -> str:
    same_half = (begins.hour < 12) == (over.hour < 12)
    return f"{_hour(begins, half=not same_half)}–{_hour(over, half=True)}"


def _hour(at: time, *, half: bool) -> str:
    minutes = f":{at:%M}" if at.minute else ""
    return f"{(at.hour - 1) % 12 + 1}{minutes}" + (f" {'AM' if at.hour < 12 else 'PM'}" if half else "")


def _short_time(at: time) -> str:
    minutes = f":{at:%M}" if at.minute else ""
    return f"{(at.hour - 1) % 12 + 1}{minutes}{'a' if at.hour < 12 else 'p'}"


def _tr(words: str) -> str:
    return QCoreApplication.translate("QueueWords", words)
