"""How one cell's text becomes a value. Each reader takes stripped text, empty or not, and raises `CellFault`."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.rules.intake import Instant

T = TypeVar("T")
D = TypeVar("D")

LONGEST_NAME = 100
LONGEST_LINE = 500
LONGEST_NOTE = 64_000
FIRST_YEAR = 1850
LAST_YEAR = 2199  # within what every later addition of days, months and offsets can bear

_INVISIBLE = (
    "\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff"  # line and text-direction controls, half characters
)
_NOT_IN_A_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f{_INVISIBLE}]")
_NOT_IN_A_NOTE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}]")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_US_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")
_STAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?"
    r"(?:Z|([+-])([0-9]{2})(?::?([0-9]{2}))?)"
)
_ZIP = re.compile(r"([0-9]{3,5})(?:\.0+)?|([0-9]{5})-?([0-9]{4})(?:\.0+)?")
_NO_ZIP = re.compile(r"0+(\.0+)?")
_WHOLE_AS_FLOAT = re.compile(r"([0-9]+)\.0+")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_YES_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
_SEXES = {
    "f": "female",
    "female": "female",
    "m": "male",
    "male": "male",
    "o": "other",
    "x": "other",
    "other": "other",
    "u": "unknown",
    "unknown": "unknown",
}


class CellFault(Exception):
    """Why a cell's text is not the value its column holds: words that follow the column's name, without the text."""


def line_of_text(longest: int = LONGEST_LINE) -> Callable[[str], str]:
    """One line of text, kept as written; empty stays empty."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise CellFault(f"is longer than {longest} characters")
        if bad := _NOT_IN_A_LINE.search(text):
            raise CellFault(_named(bad[0]))
        return text

    return read


def note(text: str) -> str:
    """Text of several lines; line ends become LF."""
    if len(text) > LONGEST_NOTE:
        raise CellFault(f"is longer than {LONGEST_NOTE:,} characters")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if bad := _NOT_IN_A_NOTE.search(text):
        raise CellFault(_named(bad[0]))
    return text


def required(read: Callable[[str], T]) -> Callable[[str], T]:
    """The same reader, for which an empty cell is a fault."""

    def read_filled(text: str) -> T:
        if not text:
            raise CellFault("is empty")
        return read(text)

    return read_filled


def optional(read: Callable[[str], T], empty: D) -> Callable[[str], T | D]:
    """The same reader, for which an empty cell means `empty`."""

    def read_or_empty(text: str) -> T | D:
        return read(text) if text else empty

    return read_or_empty


def word(allowed: tuple[str, ...]) -> Callable[[str], str]:
    """One of a fixed set of words; capitals do not matter."""

    def read(text: str) -> str:
        folded = text.lower()
        if folded not in allowed:
            raise CellFault(f"is none of {', '.join(allowed)}")
        return folded

    return read


def yes_no(text: str) -> bool:
    """`yes` or `no` (also y, n, true, false)."""
    if (answer := _YES_NO.get(text.lower())) is None:
        raise CellFault("is neither yes nor no")
    return answer


@lru_cache(maxsize=50_000)
def day(text: str) -> date:
    """An ISO date, ASCII digits only."""
    found = _DAY.fullmatch(text)
    if not found:
        raise CellFault("is not a date like 2026-10-05")
    return _date_of(int(found[1]), int(found[2]), int(found[3]))


def day_or_stamp(text: str) -> date:
    """An ISO date, or the date of an ISO date and time as other exports write it."""
    stamp = _STAMP.fullmatch(text)
    return day(stamp[1] if stamp else text)


def iso_of_us_day(text: str) -> str:
    """A month/day/year date as ISO text; anything else as it is, for the next reader to judge."""
    found = _US_DAY.fullmatch(text)
    if not found:
        return text
    if len(found[3]) == 2:
        raise CellFault("has a year of two digits")
    return f"{found[3]}-{int(found[1]):02}-{int(found[2]):02}"


def instant(text: str) -> Instant:
    """A date and time with an offset from UTC, to the whole second."""
    found = _INSTANT.fullmatch(text)
    if not found:
        raise CellFault("is not a date and time with an offset, like 2026-10-05T09:00:00-05:00")
    hours, minutes, seconds = int(found[2]), int(found[3]), int(found[4] or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise CellFault("is not a time of day")
    if (found[5] or "").strip(".0"):
        raise CellFault("has a fraction of a second")
    offset = int(found[7] or 0) * 60 + int(found[8] or 0)
    if offset > 14 * 60 or int(found[8] or 0) > 59:
        raise CellFault("has an offset that no place has")
    if found[6] == "-":
        offset = -offset
    on = day(found[1])
    written = datetime(on.year, on.month, on.day, hours, minutes, seconds, tzinfo=UTC)
    return Instant(written - timedelta(minutes=offset), offset)


def day_or_instant(text: str) -> date | Instant:
    """A bare date, or an instant."""
    return day(text) if _DAY.fullmatch(text) else instant(text)


def zip_code(text: str) -> str:
    """A US ZIP code. Spreadsheets make floats of them and lose leading zeros: `2134.0` is 02134, `0.0` is unknown."""
    if _NO_ZIP.fullmatch(text):
        return ""
    found = _ZIP.fullmatch(text)
    if not found:
        raise CellFault("is not a ZIP code")
    return found[1].zfill(5) if found[1] else f"{found[2]}-{found[3]}"


def code(text: str) -> str:
    """A code of any system as written; a number that a spreadsheet made a float of is whole again."""
    found = _WHOLE_AS_FLOAT.fullmatch(text)
    return line_of_text(40)(found[1] if found else text)


def mbi(text: str) -> str:
    """A Medicare number without hyphens and spaces, in capitals; whether it is a possible one is judged elsewhere."""
    return line_of_text(20)(text.upper().replace("-", "").replace(" ", ""))


def sex(text: str) -> str:
    """Administrative sex in FHIR's words."""
    if (known := _SEXES.get(text.lower())) is None:
        raise CellFault("is none of female, male, other, unknown")
    return known


@lru_cache(maxsize=1_000)
def time_zone(text: str) -> str:
    """An IANA zone name that this machine's time zone data knows."""
    if len(text) <= 64 and _ZONE.fullmatch(text):
        try:
            return ZoneInfo(text).key
        except (KeyError, OSError, ValueError):
            pass
    raise CellFault("is not a time zone like America/Chicago")


def _date_of(year: int, month: int, day_of_month: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellFault(f"has a year before {FIRST_YEAR} or after {LAST_YEAR}")
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise CellFault("is not a day of the calendar") from None


def _named(character: str) -> str:
    if character in "\r\n":
        return "holds a line break"
    return f"holds a character that cannot be shown (U+{ord(character):04X})"
