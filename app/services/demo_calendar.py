"""The demo clinic's months, and who of the staff works when, so that nobody is in two places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.rules.errors import ClinicError
from app.rules.month import Month

_OPENS, _NOON, _AFTERNOON, _CLOSES, _LATEST = 8 * 3600, 12 * 3600, 12 * 3600 + 2700, 17 * 3600, 21 * 3600
_HOLIDAYS = frozenset({(1, 1), (6, 19), (7, 4), (12, 24), (12, 25)})

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Period:
    """The finished months, oldest first, and the running one where it follows. Nothing of `until` or later happened."""

    finished: tuple[Month, ...]
    running: Month | None
    until: date
    zone: ZoneInfo

    @property
    def first(self) -> Month:
        return self.finished[0]

    @property
    def through(self) -> Month:
        """The last finished month."""
        return self.finished[-1]

    @property
    def worked(self) -> tuple[Month, ...]:
        return self.finished if self.running is None else (*self.finished, self.running)

    @property
    def recent(self) -> frozenset[Month]:
        """The months in which each patient's story shows."""
        return frozenset({self.through, self.through.next})

    def happened(self, day: date) -> bool:
        return day < self.until


def period_of(months: int, through: Month | None, now: datetime, zone: ZoneInfo) -> Period:
    """Return the period of so many finished months up to `through`, or up to the last one finished at `now`.

    The month after is part of it while it runs, up to the end of yesterday, so that a whole day gives the same clinic.
    Raises `ClinicError` for a month that is not over.
    """
    today = now.astimezone(zone).date()
    running = Month.of(today)
    last = through or running.previous
    if last >= running:
        raise ClinicError(f"{last} is not over yet. A demo clinic's last month is a finished one: {running.previous}.")
    finished = [last]
    while len(finished) < months:
        finished.insert(0, finished[0].previous)
    if last.next == running:
        return Period(tuple(finished), running, today, zone)
    return Period(tuple(finished), None, last.next.first, zone)


def working_days(month: Month) -> list[date]:
    """Return the month's days from Monday to Friday without the fixed holidays."""
    days = (month.first + timedelta(days=number) for number in range((month.last - month.first).days + 1))
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS]


def workday(month: Month, number: int) -> date:
    """Return the month's working day of that number, from 1; the last one when there are fewer."""
    return (days := working_days(month))[min(number, len(days)) - 1]


def weekday(day: date) -> date:
    """Return the day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def at(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    """Return an instant of a day on the clinic's clock, in UTC."""
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


@dataclass(slots=True)
class Rota:
    """One month's working hours: each person's day is filled from the morning on, with a breath between two entries."""

    _zone: ZoneInfo
    _rng: Random
    _free: dict[tuple[str, date], int] = field(default_factory=dict)
    _booked: defaultdict[tuple[str, date], list[Stretch]] = field(default_factory=lambda: defaultdict(list))

    def book(self, staff: str, days: Sequence[date], seconds: int, busy: Sequence[Stretch]) -> datetime:
        """Return where `seconds` of a person's work begin: on the first of `days` with room, clear of `busy`."""
        for closes in (_CLOSES, _LATEST):  # a month with too much work has its evenings
            for day in days:
                begins = self._room(staff, day, seconds, busy, closes)
                if begins is not None:
                    return begins
        raise RuntimeError("the demo clinic has too few people for its patients")

    def take(self, staff: str, begins: datetime, seconds: int) -> bool:
        """Set a person's stretch aside where it falls, when they have nothing else then; tell whether they had not."""
        local = begins.astimezone(self._zone)
        day, ends = local.date(), begins + timedelta(seconds=seconds)
        if any(begins < taken_to and taken_from < ends for taken_from, taken_to in self._booked[staff, day]):
            return False
        after = local.hour * 3600 + local.minute * 60 + local.second + seconds + 60
        self._free[staff, day] = max(after, self._free.get((staff, day), _OPENS))
        self._booked[staff, day].append((begins, ends))
        return True

    def somebody_elses(self, staff: str, days: Sequence[date], mine: Sequence[Stretch]) -> Stretch | None:
        """Return an entry of this person that is none of `mine`, at least ten minutes long, on one of `days`."""
        for day in days:
            for begins, ends in self._booked[staff, day]:
                if (begins, ends) not in mine and ends - begins >= timedelta(minutes=10):
                    return begins, ends
        return None

    def _room(self, staff: str, day: date, seconds: int, busy: Sequence[Stretch], closes: int) -> datetime | None:
        free = self._free.get((staff, day), _OPENS + self._rng.randrange(0, 2400))
        for taken_from, taken_to in sorted(busy):
            begins = self._clear_of_noon(free, seconds)
            starts = self._instant(day, begins)
            if taken_from < starts + timedelta(seconds=seconds) and starts < taken_to:
                local = taken_to.astimezone(self._zone)
                free = local.hour * 3600 + local.minute * 60 + local.second + 60
        begins = self._clear_of_noon(free, seconds)
        if begins + seconds > closes:
            return None
        starts = self._instant(day, begins)
        self._free[staff, day] = begins + seconds + self._rng.randrange(50, 420)
        self._booked[staff, day].append((starts, starts + timedelta(seconds=seconds)))
        return starts

    def _instant(self, day: date, second: int) -> datetime:
        hour, rest = divmod(second, 3600)
        return datetime.combine(day, time(hour, rest // 60, rest % 60), self._zone).astimezone(UTC)

    @staticmethod
    def _clear_of_noon(begins: int, seconds: int) -> int:
        return _AFTERNOON if begins < _AFTERNOON and begins + seconds > _NOON else begins
