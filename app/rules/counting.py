"""Which seconds of a month count, and why each other one does not. Whole seconds on the UTC time line, no floats."""

import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from app.rules.month import day_begins, day_ends, second_of
from app.rules.month_case import MonthCase, OtherPatientTime, TimeEntry

# The order is the order of precedence: the first reason that applies to a second is the one it is left out for.
REASONS = (
    "X_NONCLINICAL",
    "X_ADMIN_ACTIVITY",
    "X_OFFSHORE",
    "X_EM_PART",
    "X_OTHER_SERVICE",
    "X_UNCONFIRMED",
    "X_PRECONSENT",
    "X_POSTDEATH",
    "X_INPATIENT",
    "X_SNF",
    "X_OTHER_PATIENT",
    "X_OVERLAP_STAFF",
)
_RANK = {reason: rank for rank, reason in enumerate(REASONS)}

Span = tuple[int, int]
"""A stretch of whole seconds since 1970-01-01T00:00Z: the first, and the first that is no longer in it."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Seconds of one entry within the month that are left out for one reason."""

    id: str
    reason: str
    seconds: int


@dataclass(frozen=True, slots=True)
class CountedSpan:
    """A stretch that counts, for one entry alone; no two overlap."""

    start: int
    end: int
    entry: TimeEntry

    @property
    def seconds(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class TimeCount:
    """What the month's entries come to. `spans` are in the order of time, `excluded` by id, then as in `REASONS`."""

    clinical_staff: int
    practitioner: int
    spans: tuple[CountedSpan, ...]
    excluded: tuple[Excluded, ...]

    @property
    def pooled(self) -> int:
        return self.clinical_staff + self.practitioner

    def counted_by_entry(self) -> dict[str, int]:
        """Return the counted seconds of each entry that has any, by its id."""
        seconds: dict[str, int] = defaultdict(int)
        for span in self.spans:
            seconds[span.entry.id] += span.seconds
        return dict(seconds)

    def any_on(self, day: date, zone: ZoneInfo) -> bool:
        """Tell whether a second of a local day counts."""
        begins, ends = day_begins(day, zone), day_ends(day, zone)
        return any(span.start < ends and begins < span.end for span in self.spans)


def count_time(case: MonthCase, counted_activities: frozenset[str]) -> TimeCount:
    """Return the month's counted seconds and the excluded ones, each second of an entry under exactly one heading.

    Care management time is counted once, for one patient, in one bucket, and only where it was used for nothing else
    (CPT care management guidelines; CMS CCM FAQ 2016 and 2017).
    """
    month = case.month.second_bounds(case.zone)
    bars = _bars(case)
    others = _starts_and_reach(case.other_patient_time)
    excluded: dict[tuple[str, int], int] = defaultdict(int)
    countable: list[tuple[TimeEntry, int, list[Span]]] = []
    for entry in case.time:
        start = second_of(entry.start)
        within = _clip((start, second_of(entry.end)), month)
        if within is None:
            continue
        reason = _reason_for_whole(entry, counted_activities)
        if reason is not None:
            excluded[entry.id, _RANK[reason]] += within[1] - within[0]
            continue
        left = [within]
        for barred_for, bar in [*bars, ("X_OTHER_PATIENT", (start, _reach(others.get(entry.staff), start)))]:
            left, lost = _cut(left, bar)
            if lost:
                excluded[entry.id, _RANK[barred_for]] += lost
        if left:
            countable.append((entry, start, left))
    spans = _one_taker_a_second(countable)
    for entry, seconds in _lost_to_another(countable, spans):
        excluded[entry.id, _RANK["X_OVERLAP_STAFF"]] += seconds
    return TimeCount(
        clinical_staff=sum(span.seconds for span in spans if span.entry.role == "clinical_staff"),
        practitioner=sum(span.seconds for span in spans if span.entry.role == "practitioner"),
        spans=tuple(spans),
        excluded=tuple(Excluded(id_, REASONS[rank], seconds) for (id_, rank), seconds in sorted(excluded.items())),
    )


def _reason_for_whole(entry: TimeEntry, counted_activities: frozenset[str]) -> str | None:  # noqa: PLR0911 - one a reason
    """Return the first reason that shuts out all of an entry whatever its hours, or None.

    Clinical staff only (CPT definition; CMS FAQ 2017); no clerical work; within the United States (42 CFR 411.9);
    nothing that was part of a visit or of another service (CPT; CMS CCM FAQ 2016); nothing still in question (policy).
    """
    if entry.role == "non_clinical":
        return "X_NONCLINICAL"
    if entry.activity not in counted_activities:
        return "X_ADMIN_ACTIVITY"
    if not entry.works_in_us:
        return "X_OFFSHORE"
    if entry.used_for == "visit":
        return "X_EM_PART"
    if entry.used_for is not None:
        return "X_OTHER_SERVICE"
    if not entry.confirmed:
        return "X_UNCONFIRMED"
    return None


def _bars(case: MonthCase) -> list[tuple[str, Span]]:
    """Return the stretches in which nothing counts for anyone, in the order of their reasons.

    Before consent (PFS CY2014 final rule; a bare day counts whole, by policy), after death, and the days of hospital
    inpatient and Part A SNF stays, whose care is paid to the facility (CMS CCM FAQ 2016; whole days by policy).
    """
    zone = case.zone
    bars: list[tuple[str, Span]] = []
    if case.consent is not None:
        given = case.consent.given
        consent = second_of(given) if isinstance(given, datetime) else day_begins(given, zone)
        bars.append(("X_PRECONSENT", (_EVER[0], consent)))
    if case.patient.died is not None:
        bars.append(("X_POSTDEATH", (day_ends(case.patient.died, zone), _EVER[1])))
    for kind, reason in (("inpatient", "X_INPATIENT"), ("snf_part_a", "X_SNF")):
        stays = (stay for stay in case.stays if stay.kind == kind)
        bars.extend((reason, (day_begins(stay.from_on, zone), day_ends(stay.to_on, zone))) for stay in stays)
    return bars


_EVER: Span = (-(10**12), 10**12)


def _starts_and_reach(others: Sequence[OtherPatientTime]) -> dict[str, tuple[list[int], list[int]]]:
    """Return, by staff, the starts of work on other patients in order, and how far all that began by then reaches."""
    by_staff: dict[str, list[Span]] = defaultdict(list)
    for other in others:
        by_staff[other.staff].append((second_of(other.start), second_of(other.end)))
    gathered = {}
    for staff, spans in by_staff.items():
        spans.sort()
        gathered[staff] = ([start for start, _ in spans], list(accumulate((end for _, end in spans), max)))
    return gathered


def _reach(others: tuple[list[int], list[int]] | None, start: int) -> int:
    """Return the second until which one of the staff is held by work on other patients that began at `start` or before.

    Such work, where it overlaps the entry at all, covers it from its start on; so one end says it all. Nobody's minute
    belongs to two patients (CMS CCM FAQ 2016: time counted once).
    """
    if others is None:
        return start
    starts, reach = others
    begun = bisect_right(starts, start)
    return reach[begun - 1] if begun else start


def _clip(span: Span, bounds: Span) -> Span | None:
    start, end = max(span[0], bounds[0]), min(span[1], bounds[1])
    return (start, end) if start < end else None


def _cut(spans: list[Span], bar: Span) -> tuple[list[Span], int]:
    """Return what is left of the spans outside `bar`, and how many seconds fell to it."""
    left: list[Span] = []
    lost = 0
    for start, end in spans:
        inside = _clip((start, end), bar)
        if inside is None:
            left.append((start, end))
            continue
        lost += inside[1] - inside[0]
        left.extend(part for part in ((start, inside[0]), (inside[1], end)) if part[0] < part[1])
    return left, lost


def _one_taker_a_second(countable: Sequence[tuple[TimeEntry, int, list[Span]]]) -> list[CountedSpan]:
    """Return the countable seconds, one entry for each: clinical staff before practitioner, earlier start, then id.

    Two people on one patient in one minute are one minute (CPT care management guidelines; CMS CCM FAQ 2016).
    """
    edges = sorted(
        (start, end, (entry.role != "clinical_staff", began, entry.id), number)
        for number, (entry, began, spans) in enumerate(countable)
        for start, end in spans
    )
    stops = sorted({edge for start, end, _, _ in edges for edge in (start, end)})
    taken: list[CountedSpan] = []
    waiting: list[tuple[tuple[bool, int, str], int, int]] = []
    coming = 0
    for now, until in pairwise(stops):
        while coming < len(edges) and edges[coming][0] <= now:
            _, end, rank, number = edges[coming]
            heapq.heappush(waiting, (rank, end, number))
            coming += 1
        while waiting and waiting[0][1] <= now:
            heapq.heappop(waiting)
        if waiting:
            _take(taken, now, until, countable[waiting[0][2]][0])
    return taken


def _take(taken: list[CountedSpan], start: int, end: int, entry: TimeEntry) -> None:
    if taken and taken[-1].end == start and taken[-1].entry is entry:
        start = taken.pop().start
    taken.append(CountedSpan(start, end, entry))


def _lost_to_another(
    countable: Sequence[tuple[TimeEntry, int, list[Span]]], spans: Iterable[CountedSpan]
) -> Iterable[tuple[TimeEntry, int]]:
    won: dict[str, int] = defaultdict(int)
    for span in spans:
        won[span.entry.id] += span.seconds
    for entry, _, left in countable:
        lost = sum(end - start for start, end in left) - won[entry.id]
        if lost:
            yield entry, lost
