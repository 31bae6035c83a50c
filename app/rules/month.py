import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_DAY_SECONDS = 86_400
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in the clinic's time zone, by which service is counted and billed (CPT 99490)."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Return the month written as "YYYY-MM"; ValueError for anything else."""
        written = _WRITTEN.fullmatch(text)
        if written is None or written[1] == "0000":
            raise ValueError("not a month written as YYYY-MM")
        return cls(int(written[1]), int(written[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        if (self.year, self.month) == (date.max.year, date.max.month):
            return date.max
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def contains(self, day: date) -> bool:
        return day.year == self.year and day.month == self.month

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the instants, in UTC, at which the month begins and at which it is over (not in it).

        What lies beyond the calendar's ends is the calendar's end.
        """
        begins, over = self.second_bounds(zone)
        return _instant(begins), _instant(over)

    def second_bounds(self, zone: ZoneInfo) -> tuple[int, int]:
        """Return the month's first second and the first second after it, counted from 1970-01-01T00:00Z."""
        return day_begins(self.first, zone), day_ends(self.last, zone)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def _instant(second: int) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=second)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if second < 0 else datetime.max.replace(tzinfo=UTC)


def second_of(instant: datetime) -> int:
    """Return the whole seconds from 1970-01-01T00:00Z to an instant with an offset; TypeError when it has none."""
    return (instant - _EPOCH) // _SECOND


def day_begins(day: date, zone: ZoneInfo) -> int:
    """Return the first second of a local day; where clocks skip midnight that is the second of the change."""
    offset = datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset() or timedelta()
    return (day.toordinal() - _EPOCH_DAY) * _DAY_SECONDS - offset // _SECOND


def day_ends(day: date, zone: ZoneInfo) -> int:
    """Return the first second after a local day."""
    if day < date.max:
        return day_begins(day + timedelta(days=1), zone)
    offset = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone).utcoffset() or timedelta()
    return (day.toordinal() + 1 - _EPOCH_DAY) * _DAY_SECONDS - offset // _SECOND


def year_before(day: date) -> date:
    """Return the same calendar day a year earlier; 29 February gives 28 February."""
    if day.year == date.min.year:
        return date.min
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
