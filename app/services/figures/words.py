"""What months, outcomes, activities and sources of time are called in reports."""

from app.rules.month import Month

MONTHS = "January February March April May June July August September October November December"
OUTCOMES = {
    "reached": "Reached",
    "no_answer": "No answer",
    "left_message": "Left message",
    "wrong_number": "Wrong number",
    "call_back": "Call back",
    "declined": "Declined",
    "attempt": "Attempt",
}
SOURCES = {
    "timer": "Timer",
    "manual": "Typed by hand",
    "estimated": "Start estimated",
    "recovered": "Recovered",
    "imported": "Imported",
}


def month_words(month: Month) -> str:
    """Return "October 2026"."""
    return f"{MONTHS.split()[month.month - 1]} {month.year}"


def short_month(month: Month) -> str:
    """Return "Oct 26"."""
    return f"{month_words(month)[:3]} {month.year % 100:02d}"


def span_words(first: Month, last: Month) -> str:
    """Return one month's name, or the first and the last."""
    return month_words(first) if first == last else f"{month_words(first)} to {month_words(last)}"


def plain(code: str) -> str:
    """Return a code word in plain words: `patient_call` is "Patient call"."""
    return (code[:1].upper() + code[1:]).replace("_", " ")


def hour_words(hour: int) -> str:
    """Return an hour of the day as "9 AM"."""
    return f"{(hour - 1) % 12 + 1} {'AM' if hour < 12 else 'PM'}"
