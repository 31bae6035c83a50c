"""Instants and numbers as people read them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def clock_in_words(at: datetime, zone: ZoneInfo) -> str:
    """Return "2:05 PM"."""
    local = at.astimezone(zone)
    return f"{(local.hour - 1) % 12 + 1}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def day_in_words(day: date) -> str:
    """Return "Tue 11/24/2026"."""
    return f"{WEEKDAYS[day.weekday()]} {day:%m/%d/%Y}"


def span_in_words(begins: datetime, over: datetime, zone: ZoneInfo) -> str:
    """Return "on Tue 11/24/2026 from 2:00 PM to 3:00 PM"."""
    first = begins.astimezone(zone).date()
    return f"on {day_in_words(first)} from {clock_in_words(begins, zone)} to {clock_in_words(over, zone)}"


def days_in_words(number: int) -> str:
    """Return "1 day" or "3 days"."""
    return "1 day" if number == 1 else f"{number} days"


def phone_in_words(phone: str) -> str:
    """Return ten digits as "(312) 555-0142"; anything else as it came."""
    if len(phone) == 10 and phone.isdecimal():
        return f"({phone[:3]}) {phone[3:6]}-{phone[6:]}"
    return phone


def minutes_in_words(seconds: int) -> str:
    """Return seconds as m:ss, minutes going on past sixty."""
    return f"{seconds // 60}:{seconds % 60:02d}"
