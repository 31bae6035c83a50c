"""Line fields that read dates, phones, whole numbers, money and lengths of time."""

import re
from datetime import date, time

from PySide6.QtGui import QFocusEvent

from app.views.widgets.fields import LineField


class DateField(LineField):
    """A day typed as MM/dd/yyyy, MMddyyyy or yyyy-MM-dd; value is a `date`, None when empty or not readable."""

    def __init__(self, *, earliest: date = date(1900, 1, 1), latest: date | None = None) -> None:
        """Take days from `earliest` to `latest`, both included; None is no limit."""
        super().__init__(hint="MM/DD/YYYY", max_length=20)
        self._earliest = earliest
        self._latest = latest

    def value(self) -> date | None:
        """Return the day."""
        return parse_date(self.text())

    def set_value(self, value: date | None) -> None:
        """Show `value` as MM/dd/yyyy."""
        super().set_value(None if value is None else format_date(value))

    def problem(self) -> str | None:
        """Return what is wrong with the day."""
        if not self.text().strip():
            return None
        day = self.value()
        if day is None:
            return self.tr("Type a day as MM/DD/YYYY, for example 03/09/1948.")
        if day < self._earliest:
            return self.tr("This is before {day}.").format(day=format_date(self._earliest))
        if self._latest is not None and day > self._latest:
            return self.tr("This is after {day}.").format(day=format_date(self._latest))
        return None

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        day = self.value()
        if day is not None:
            self.set_value(day)


class TimeField(LineField):
    """A time of day typed as 14:30, 2:30 pm or 2pm; value is a `time` in whole minutes."""

    def __init__(self) -> None:
        """Make an empty field."""
        super().__init__(hint="9:30 AM", max_length=10)

    def value(self) -> time | None:
        """Return the time of day."""
        return parse_time(self.text())

    def set_value(self, value: time | None) -> None:
        """Show `value` as 9:30 AM."""
        super().set_value(None if value is None else format_time(value))

    def problem(self) -> str | None:
        """Return what is wrong with the time."""
        if self.text().strip() and self.value() is None:
            return self.tr("Type a time as 9:30 AM or 14:30.")
        return None

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if (moment := self.value()) is not None:
            self.set_value(moment)


class PhoneField(LineField):
    """A phone number; ten digits are shown and returned as 802-555-0144, others as typed."""

    def __init__(self) -> None:
        """Make an empty field."""
        super().__init__(hint="802-555-0144", max_length=32)

    def value(self) -> str | None:
        """Return the number."""
        return format_phone(self.text()) or None

    def problem(self) -> str | None:
        """Return what is wrong with the number."""
        text = self.text().strip()
        number = re.sub(r"[ ().-]", "", _EXTENSION.sub("", text))
        if not text or _US_PHONE.fullmatch(number) or _ABROAD.fullmatch(number):
            return None
        return self.tr("A phone number has ten digits, or begins with + and the country.")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.set_value(self.value())


class NumberField(LineField):
    """A whole number from `least` to `most`, both included."""

    def __init__(self, *, least: int = 0, most: int = 1_000_000, hint: str = "") -> None:
        """Take whole numbers in the range."""
        super().__init__(hint=hint, max_length=12)
        self._least = least
        self._most = most

    def value(self) -> int | None:
        """Return the number."""
        text = self.text().strip().replace(",", "")
        return int(text) if re.fullmatch(r"-?[0-9]+", text) else None

    def problem(self) -> str | None:
        """Return what is wrong with the number."""
        if not self.text().strip():
            return None
        number = self.value()
        if number is None or not self._least <= number <= self._most:
            return self.tr("Type a whole number from {least} to {most}.").format(least=self._least, most=self._most)
        return None


class MoneyField(LineField):
    """An amount of dollars, typed as 66.30; value is whole cents."""

    def __init__(self) -> None:
        """Make an empty field."""
        super().__init__(hint="0.00", max_length=14)

    def value(self) -> int | None:
        """Return the amount in cents."""
        found = re.fullmatch(r"\$?\s*([0-9]{1,7})(?:\.([0-9]{2}))?", self.text().strip().replace(",", ""))
        return int(found[1]) * 100 + int(found[2] or 0) if found else None

    def set_value(self, value: int | None) -> None:
        """Show `value` cents as dollars."""
        super().set_value(None if value is None else f"{value // 100}.{value % 100:02d}")

    def problem(self) -> str | None:
        """Return what is wrong with the amount."""
        if self.text().strip() and self.value() is None:
            return self.tr("Type an amount as 66.30.")
        return None


class DurationField(LineField):
    """A length of time typed as m:ss or h:mm:ss, or as whole minutes; value is seconds."""

    def __init__(self, *, most: int = 86_400) -> None:
        """Take at most `most` seconds."""
        super().__init__(hint="m:ss", max_length=10)
        self._most = most

    def value(self) -> int | None:
        """Return the seconds."""
        return parse_duration(self.text())

    def set_value(self, value: int | None) -> None:
        """Show `value` seconds as m:ss."""
        super().set_value(None if value is None else format_duration(value))

    def problem(self) -> str | None:
        """Return what is wrong with the length."""
        if not self.text().strip():
            return None
        seconds = self.value()
        if seconds is None:
            return self.tr("Type minutes and seconds as 12:30.")
        if seconds > self._most:
            return self.tr("This is more than {most}.").format(most=format_duration(self._most))
        return None


_US_PHONE = re.compile(r"\+?1?[0-9]{10}")
_EXTENSION = re.compile(r" ?(x|ext\.?) ?[0-9]{1,6}$", re.IGNORECASE)
_ABROAD = re.compile(r"\+[0-9]{7,15}")


def parse_date(text: str) -> date | None:
    """Return the day in `text` (MM/dd/yyyy, MM-dd-yyyy, MMddyyyy or yyyy-MM-dd), None when it is none."""
    text = text.strip()
    if found := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text):
        year, month, day = found.groups()
    elif found := (
        re.fullmatch(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})", text)
        or re.fullmatch(r"([0-9]{2})()([0-9]{2})([0-9]{4})", text)
    ):
        month, _, day, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def format_date(day: date) -> str:
    """Return `day` as MM/dd/yyyy."""
    return f"{day.month:02d}/{day.day:02d}/{day.year:04d}"


def parse_time(text: str) -> time | None:
    """Return the time of day in `text` (14:30, 2:30 pm, 2pm), None when it is none."""
    found = re.fullmatch(r"([0-9]{1,2})(?::([0-9]{2}))?\s*([ap])?\.?m?\.?", text.strip().lower())
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def format_time(moment: time) -> str:
    """Return `moment` as 9:30 AM."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def parse_duration(text: str) -> int | None:
    """Return the seconds in `text` (m:ss, h:mm:ss, or whole minutes), None when it is none."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,4}", text):
        return int(text) * 60
    if found := re.fullmatch(r"([0-9]{1,4}):([0-5][0-9])", text):
        return int(found[1]) * 60 + int(found[2])
    if found := re.fullmatch(r"([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])", text):
        return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
    return None


def format_duration(seconds: int) -> str:
    """Return `seconds` as m:ss; minutes go on past sixty, so that they compare with 20, 40 and 60."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def format_phone(text: str) -> str:
    """Return ten digits as 802-555-0144; anything else without spaces around it."""
    number = re.sub(r"[ ().-]", "", text)
    if _US_PHONE.fullmatch(number):
        ten = number[-10:]
        return f"{ten[:3]}-{ten[3:6]}-{ten[6:]}"
    return text.strip()
