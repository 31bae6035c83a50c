"""When a patient is to be called next: a protocol's days, kept off the days on which the clinic is closed."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import count
from typing import Any, Literal

from dateutil.relativedelta import relativedelta

Every = Literal["week", "month"]

TIERS = ("high", "rising", "low", "")
"""The risk tiers, most in need first; empty: not judged yet."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 60  # days; a clinic closed for longer is called on the day itself


@dataclass(frozen=True, slots=True)
class Protocol:
    """How often somebody is called: every `count` weeks or months; a count of 0 brings nothing due by itself.

    A call up to `early_days` before the day it is due still is that call.
    """

    key: str
    title: str
    every: Every
    count: int
    early_days: int

    @property
    def days(self) -> int:
        """About how many days lie between two calls: what protocols are ordered by; 0 when nothing comes due."""
        return self.count * (7 if self.every == "week" else 30)


@dataclass(frozen=True, slots=True)
class Tier:
    """A risk tier, and the protocol of who has none of their own."""

    key: str
    title: str
    protocol: str


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days on which the clinic works: its days of the week (0 is Monday) without its holidays."""

    weekdays: frozenset[int]
    holidays: Container[date]

    def has(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """Return the day itself, or the next one on which the clinic works."""
        return self._nearest(day, _DAY)

    def on_or_before(self, day: date) -> date:
        """Return the day itself, or the last one before it on which the clinic works."""
        return self._nearest(day, -_DAY)

    def after(self, day: date, number: int) -> date:
        """Return the working day of that number after `day`: 1 is the next one."""
        for _ in range(number):
            day = self.on_or_after(day + _DAY)
        return day

    def _nearest(self, day: date, step: timedelta) -> date:
        tried = day
        for _ in range(_LONGEST_CLOSURE):
            if self.has(tried):
                return tried
            tried += step
        return day


@dataclass(frozen=True, slots=True)
class CadenceTable:
    """The protocols and tiers there are, and the clinic's ordinary week.

    `calls_from` and `calls_until` bound the calls of a day on the patient's own clock, where they named no hours.
    """

    protocols: Mapping[str, Protocol]
    tiers: tuple[Tier, ...]
    weekdays: frozenset[int]
    calls_from: time
    calls_until: time
    closes_at: time
    retry_after: int

    def protocol_of(self, tier: str, own: str) -> Protocol:
        """Return the protocol of a patient: their own, else their tier's."""
        if own in self.protocols:
            return self.protocols[own]
        return self.protocols[next(row.protocol for row in self.tiers if row.key in (tier, ""))]


def due_on(protocol: Protocol, anchor: date, last_contact: date | None, working: WorkingDays) -> date | None:
    """Return the day of the next call by a protocol, a working day; None when it brings nothing due by itself.

    Its days are counted from `anchor`. Without a contact the first of them is due; else the first after the contact
    that the contact was not already: one made a little early is that day's call. A monthly call is never the earlier
    month's, for CCM is judged by calendar months; so each month has its day, in short months the last one.
    """
    return next(due_days(protocol, anchor, last_contact, working), None)


def due_days(protocol: Protocol, anchor: date, last_contact: date | None, working: WorkingDays) -> Iterator[date]:
    """Yield the day that `due_on` returns and those after it, without an end, in order."""
    if not protocol.count:
        return
    for number in count(_first(protocol, anchor, last_contact)):
        day = _occurrence(protocol, anchor, number)
        if last_contact is None or _still_due(protocol, day, last_contact):
            yield _moved(protocol, day, working)


def parse_cadence(table: Mapping[str, Any], tiers: Mapping[str, str]) -> CadenceTable:
    """Return the cadence of `resources/cadence.toml`, with the protocols that the clinic gave to tiers."""
    protocols = {row["key"]: Protocol(**row) for row in table["protocol"]}
    chosen = [tiers.get(row["key"], row["protocol"]) for row in table["tier"]]
    rows = tuple(
        Tier(row["key"], row["title"], own if own in protocols else row["protocol"])
        for row, own in zip(table["tier"], chosen, strict=True)
    )
    if sorted(row.key for row in rows) != sorted(TIERS) or not {row.protocol for row in rows} <= set(protocols):
        raise ValueError("the cadence names a tier or a protocol that there is not")
    calendar = table["calendar"]
    return CadenceTable(
        protocols,
        rows,
        weekday_numbers(calendar["weekdays"]),
        time.fromisoformat(calendar["calls_from"]),
        time.fromisoformat(calendar["calls_until"]),
        time.fromisoformat(calendar["closes_at"]),
        int(calendar["retry_after"]),
    )


def weekday_numbers(names: Sequence[str]) -> frozenset[int]:
    """Return days of the week as numbers, Monday first from 0."""
    return frozenset(WEEKDAYS.index(name) for name in names)


def _first(protocol: Protocol, anchor: date, last_contact: date | None) -> int:
    """Return the number of a day that is surely not after the one due."""
    if last_contact is None or last_contact <= anchor:
        return 0
    if protocol.every == "week":
        passed = (last_contact - anchor).days // 7
    else:
        passed = (last_contact.year - anchor.year) * 12 + last_contact.month - anchor.month
    return max(0, passed // protocol.count)


def _occurrence(protocol: Protocol, anchor: date, number: int) -> date:
    """Return a protocol's day of that number. From the anchor each time: a short month must not shorten the next."""
    if protocol.every == "week":
        return anchor + timedelta(weeks=number * protocol.count)
    return anchor + relativedelta(months=number * protocol.count)


def _still_due(protocol: Protocol, day: date, contact: date) -> bool:
    if day <= contact:
        return False
    if protocol.every == "month" and (day.year, day.month) != (contact.year, contact.month):
        return True
    return contact < day - timedelta(days=protocol.early_days)


def _moved(protocol: Protocol, day: date, working: WorkingDays) -> date:
    """Return the next working day; for a monthly call that would leave its month, the last one before."""
    after = working.on_or_after(day)
    if protocol.every == "month" and after.month != day.month:
        before = working.on_or_before(day)
        return before if before.month == day.month else after
    return after
