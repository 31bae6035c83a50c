import re
from collections.abc import Callable
from datetime import date, datetime
from typing import NoReturn, TypeVar

from app.rules.errors import ClinicError

T = TypeVar("T")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(?P<fraction>\.[0-9]+)?)?(Z|[+-][0-9]{2}(:[0-9]{2})?)"
)


class FormError(ClinicError):
    """A case that does not fit the form: which case, which field, and why, in one line."""

    def __init__(self, case: str, field: str, reason: str) -> None:
        self.case = case
        self.field = field
        self.reason = reason
        super().__init__(f"{one_line(_short(case))}: {one_line(_short(field)) or 'the case'} {reason}")


class Misfit(Exception):
    """A fault found while a part of a form is read; the parts around it put their names before `field`."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(field, reason)

    def under(self, outer: str) -> "Misfit":
        return Misfit(f"{outer}.{self.field}" if self.field else outer, self.reason)


class Fields:
    """A JSON object of known fields, each read with its exact type; a fault raises `Misfit`, a default comes last."""

    __slots__ = ("_raw",)

    def __init__(self, raw: object, known: frozenset[str]) -> None:
        if not isinstance(raw, dict):
            raise Misfit("", "must be an object")
        if not raw.keys() <= known:
            raise Misfit(min(str(name) for name in raw.keys() - known), "is not a field of the form")
        self._raw: dict[str, object] = raw

    def text(self, name: str, *default: str) -> str:
        value = self._value(name, default)
        return value if isinstance(value, str) else _refuse(name, "must be text")

    def choice(self, name: str, known: tuple[str, ...], *default: str) -> str:
        value = self._value(name, default)
        if isinstance(value, str) and value in known:
            return value
        return _refuse(name, f"must be one of {', '.join(known)}")

    def choice_or_none(self, name: str, known: tuple[str, ...], *default: None) -> str | None:
        return None if self._value(name, default) is None else self.choice(name, known)

    def flag(self, name: str, *default: bool) -> bool:
        value = self._value(name, default)
        return value if isinstance(value, bool) else _refuse(name, "must be true or false")

    def day(self, name: str) -> date:
        return read_day(name, self._value(name, ()))

    def day_or_none(self, name: str, *default: None) -> date | None:
        value = self._value(name, default)
        return None if value is None else read_day(name, value)

    def instant(self, name: str) -> datetime:
        return read_instant(name, self._value(name, ()))

    def instant_or_none(self, name: str, *default: None) -> datetime | None:
        value = self._value(name, default)
        return None if value is None else read_instant(name, value)

    def instant_or_day(self, name: str) -> datetime | date:
        value = self._value(name, ())
        if isinstance(value, str) and _DAY.fullmatch(value):
            return read_day(name, value)
        return read_instant(name, value)

    def part(self, name: str, read: Callable[[object], T]) -> T:
        value = self._value(name, ())
        try:
            return read(value)
        except Misfit as fault:
            raise fault.under(name) from None

    def part_or_none(self, name: str, read: Callable[[object], T], *default: None) -> T | None:
        return None if self._value(name, default) is None else self.part(name, read)

    def each(self, name: str, read: Callable[[object], T], *default: list[object]) -> tuple[T, ...]:
        values = self._value(name, default)
        if not isinstance(values, list):
            _refuse(name, "must be a list")
        parts = []
        for position, value in enumerate(values):
            try:
                parts.append(read(value))
            except Misfit as fault:
                raise fault.under(f"{name}[{position}]") from None
        return tuple(parts)

    def _value(self, name: str, default: tuple[object, ...]) -> object:
        if name in self._raw:
            return self._raw[name]
        if default:
            return default[0]
        raise Misfit(name, "is missing")


def read_day(name: str, value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            _refuse(name, "is not a day of the calendar")
    return _refuse(name, "must be a date written as YYYY-MM-DD")


def read_instant(name: str, value: object) -> datetime:
    written = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        _refuse(name, "must be an ISO 8601 time with an offset, as 2026-10-05T09:00:00-05:00")
    if (written["fraction"] or "").strip(".0"):
        _refuse(name, "must be in whole seconds")
    try:
        return datetime.fromisoformat(written.string)
    except ValueError:
        return _refuse(name, "is not a time of the calendar")


def _refuse(name: str, reason: str) -> NoReturn:
    raise Misfit(name, reason)


def one_line(text: str) -> str:
    """Return the text with nothing in it that could break or recolour a terminal line."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:120]}…"
