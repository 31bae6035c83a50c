"""Days that cannot have been as they are recorded, or that look copied: for a person to look at, never a verdict.

Auditors look for the same (OIG work on CCM, 2019 and 2021): one person's overlapping time, two people at one patient,
more work than time at work, and blocks that are all alike. What counts is decided elsewhere and is not changed by it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["own_overlap", "same_block", "two_people", "more_than_signed_in", "same_length", "long_day"]
KINDS: tuple[Kind, ...] = (
    *("own_overlap", "same_block", "two_people", "more_than_signed_in", "same_length", "long_day"),
)

LONGEST_DAY = 12 * 3600
"""Seconds; more recorded work of one person on one day is looked at (policy)."""
ALIKE = 3
"""So many hand-entered times of one length, by one person on one day, are looked at (policy)."""
SLACK = 60
"""Seconds by which recorded work may exceed the time signed in: starts and ends are whole seconds of many entries."""

_BY_HAND = frozenset({"manual", "estimated"})
_ELSEWHERE = "imported"

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class WorkedTime:
    """An entry as it stands: aware instants, who worked, on whom, and how it came to be (timer, manual, …)."""

    entry_id: str
    patient_id: int
    staff: str
    start: datetime
    end: datetime
    source: str

    @property
    def seconds(self) -> int:
        return (self.end - self.start) // timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DayFinding:
    """What is odd about a day of the clinic's calendar: whose, in which entries, on whom.

    `seconds` are those that overlap, that were recorded, or that each of the like entries lasts; `beside` are the
    seconds signed in or the ceiling, else 0.
    """

    kind: Kind
    day: date
    staff: tuple[str, ...]
    entries: tuple[str, ...]
    patients: tuple[int, ...]
    seconds: int
    beside: int = 0

    @property
    def sentence(self) -> str:
        """Whose day is odd, and what is odd about it, in words; no patient is named."""
        return f"{' and '.join(self.staff)}: {self.what}"

    @property
    def what(self) -> str:
        """What is odd, in words, without saying whose."""
        time, beside = _duration(self.seconds), _duration(self.beside)
        return {
            "own_overlap": f"{time} recorded twice, in entries that overlap.",
            "same_block": f"the same start and length on {len(self.patients)} patients ({time} each).",
            "two_people": f"{time} on the same patient at the same time.",
            "more_than_signed_in": f"{time} of work recorded, but signed in for {beside}.",
            "same_length": f"{len(self.entries)} times entered by hand, each exactly {time}.",
            "long_day": f"{time} of work recorded on one day, over {beside}.",
        }[self.kind]


def impossible_days(
    work: Iterable[WorkedTime],
    zone: ZoneInfo,
    signed_in: Mapping[str, Sequence[Stretch]],
    known_from: Mapping[str, datetime],
) -> tuple[DayFinding, ...]:
    """Return what is odd about the days of `work`, by day.

    `signed_in` are the stretches during which each person used the program, `known_from` when they first did: earlier
    days, people who never signed in, and imported time are not held against them.
    """
    by_staff: dict[str, list[WorkedTime]] = defaultdict(list)
    by_patient: dict[int, list[WorkedTime]] = defaultdict(list)
    for each in sorted(work, key=lambda each: (each.start, each.end, each.entry_id)):
        by_staff[each.staff].append(each)
        by_patient[each.patient_id].append(each)
    found: list[DayFinding] = []
    for staff, theirs in by_staff.items():
        found += _own_overlaps(staff, theirs, zone)
        found += _days(staff, theirs, zone, signed_in.get(staff, ()), known_from.get(staff))
        found += _alike(staff, theirs, zone)
    for on_one in by_patient.values():
        found += _two_people(on_one, zone)
    return tuple(sorted(found, key=lambda each: (each.day, KINDS.index(each.kind), each.staff, each.entries)))


def _own_overlaps(staff: str, theirs: Sequence[WorkedTime], zone: ZoneInfo) -> list[DayFinding]:
    by_day: dict[tuple[Kind, date], list[tuple[WorkedTime, WorkedTime]]] = defaultdict(list)
    for first, second in _pairs(theirs):
        is_same = (first.start, first.end) == (second.start, second.end) and first.patient_id != second.patient_id
        by_day["same_block" if is_same else "own_overlap", _day(second.start, zone)].append((first, second))
    return [
        _of_pairs(kind, day, (staff,), pairs, min(pairs[0][0].seconds, pairs[0][1].seconds) if is_block else None)
        for (kind, day), pairs in by_day.items()
        for is_block in (kind == "same_block",)
    ]


def _two_people(on_one: Sequence[WorkedTime], zone: ZoneInfo) -> list[DayFinding]:
    by_day: dict[tuple[date, tuple[str, ...]], list[tuple[WorkedTime, WorkedTime]]] = defaultdict(list)
    for first, second in _pairs(on_one):
        if first.staff != second.staff:
            by_day[_day(second.start, zone), tuple(sorted((first.staff, second.staff)))].append((first, second))
    return [_of_pairs("two_people", day, staff, pairs) for (day, staff), pairs in by_day.items()]


def _days(
    staff: str, theirs: Sequence[WorkedTime], zone: ZoneInfo, signed_in: Sequence[Stretch], known_from: datetime | None
) -> list[DayFinding]:
    by_day: dict[date, list[tuple[WorkedTime, Stretch]]] = defaultdict(list)
    for each in theirs:
        for day, stretch in _within_days((each.start, each.end), zone):
            by_day[day].append((each, stretch))
    here: dict[date, list[Stretch]] = defaultdict(list)
    for stretch in signed_in:
        for day, part in _within_days(stretch, zone):
            here[day].append(part)
    found = []
    for day, parts in by_day.items():
        whole = _covered([stretch for _, stretch in parts])
        if whole > LONGEST_DAY:
            found.append(_of_day("long_day", day, staff, [each for each, _ in parts], (whole, LONGEST_DAY)))
        ours = [(each, stretch) for each, stretch in parts if each.source != _ELSEWHERE]
        timed, present = _covered([stretch for _, stretch in ours]), _covered(here[day])
        if known_from is not None and day >= _day(known_from, zone) and timed > present + SLACK:
            found.append(_of_day("more_than_signed_in", day, staff, [each for each, _ in ours], (timed, present)))
    return found


def _alike(staff: str, theirs: Sequence[WorkedTime], zone: ZoneInfo) -> list[DayFinding]:
    by_length: dict[tuple[date, int], list[WorkedTime]] = defaultdict(list)
    for each in theirs:
        if each.source in _BY_HAND:
            by_length[_day(each.start, zone), each.seconds].append(each)
    return [
        _of_day("same_length", day, staff, like, (seconds, 0))
        for (day, seconds), like in by_length.items()
        if len(like) >= ALIKE
    ]


def _pairs(ordered: Sequence[WorkedTime]) -> Iterable[tuple[WorkedTime, WorkedTime]]:
    """Yield every two that share a second; `ordered` by start."""
    going_on: list[WorkedTime] = []
    for each in ordered:
        going_on = [before for before in going_on if before.end > each.start]
        yield from ((before, each) for before in going_on)
        going_on.append(each)


def _of_pairs(
    kind: Kind,
    day: date,
    staff: tuple[str, ...],
    pairs: Sequence[tuple[WorkedTime, WorkedTime]],
    seconds: int | None = None,
) -> DayFinding:
    every = {each.entry_id: each for pair in pairs for each in pair}
    shared = _covered([(max(a.start, b.start), min(a.end, b.end)) for a, b in pairs])
    patients = tuple(sorted({each.patient_id for each in every.values()}))
    return DayFinding(kind, day, staff, tuple(sorted(every)), patients, shared if seconds is None else seconds)


def _of_day(kind: Kind, day: date, staff: str, entries: Sequence[WorkedTime], seconds: tuple[int, int]) -> DayFinding:
    ids = tuple(sorted({each.entry_id for each in entries}))
    patients = tuple(sorted({each.patient_id for each in entries}))
    return DayFinding(kind, day, (staff,), ids, patients, *seconds)


def _covered(stretches: Sequence[Stretch]) -> int:
    """Return the whole seconds that the stretches cover, each once."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return sum((end - start) // timedelta(seconds=1) for start, end in joined)


def _within_days(stretch: Stretch, zone: ZoneInfo) -> Iterable[tuple[date, Stretch]]:
    start, end = stretch
    cuts = [start]
    day = _day(start, zone)
    while (over := _midnight_after(day, zone)) < end:
        cuts.append(over)
        day += timedelta(days=1)
    cuts.append(end)
    return [(_day(first, zone), (first, last)) for first, last in pairwise(cuts) if first < last]


def _midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
