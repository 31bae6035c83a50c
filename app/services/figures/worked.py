"""Every entry of a month with its seconds: worked, counted, and the reason for each that does not count.

A patient's closed month stands as it was closed; open ones are as on record now. So the counted seconds of a month are
those of the board, to the second.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.models import Practitioner, TimeEntry
from app.rules.counting import count_time
from app.rules.month import Month, day_ends, second_of
from app.rules.month_case import TimeEntry as CaseEntry
from app.services.figures.look import Look
from app.services.month_case import current_time

LATE_AFTER_SECONDS = 72 * 3600
"""As `W_LATE_ENTRY`: written more than 72 hours after the work."""
NO_CASE = "NO_CASE"
"""In place of the rules' reasons: the patient has no month that is judged."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of an entry on one local day."""

    day: date
    worked: int
    counted: int


@dataclass(frozen=True, slots=True)
class Worked:
    """An entry within a month. `left_out` are (reason, seconds) that do not count; `waited` seconds to the writing.

    `staff` is who did it, `written_by` who wrote it down. `source` is timer, manual, estimated, recovered, imported.
    """

    entry_id: str
    patient_id: int
    staff: str
    activity: str
    start: datetime
    source: str
    written_by: str
    reason: str
    recorded_at: datetime | None
    waited: int
    confirmed: bool
    pieces: tuple[Piece, ...]
    left_out: tuple[tuple[str, int], ...]

    @property
    def worked(self) -> int:
        return sum(piece.worked for piece in self.pieces)

    @property
    def counted(self) -> int:
        return sum(piece.counted for piece in self.pieces)

    @property
    def is_late(self) -> bool:
        return self.waited > LATE_AFTER_SECONDS

    @property
    def is_by_hand(self) -> bool:
        return self.source in ("manual", "estimated")


def worked_in(look: Look, month: Month) -> list[Worked]:
    """Return the month's entries in order of time, withdrawn ones left out; nothing of a month that is not known."""
    cases = look.cases(month)
    if not look.book.knows(month, look.clinic.setting):
        return []
    activities = look.book.for_month(month).counted_activities
    written = _written(look, month)
    billers = {row.npi: row.name for row in look.session.scalars(select(Practitioner)) if row.name}
    bounds = month.second_bounds(look.zone)
    found: list[Worked] = []
    for patient_id, case in cases:
        count = count_time(case, activities)
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for span in count.spans:
            spans[span.entry.id].append((span.start, span.end))
        left_out: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for gone in count.excluded:
            left_out[gone.id].append((gone.reason, gone.seconds))
        for entry in case.time:
            made = _worked(
                entry,
                patient_id,
                written.get(entry.id),
                _pieces(entry, spans.get(entry.id, ()), bounds, look.zone),
                tuple(left_out.get(entry.id, ())),
            )
            found.append(_named(made, billers))
    have_case = {patient_id for patient_id, _ in cases}
    found += [
        _named(_without_case(row, bounds, look.zone), billers)
        for row in written.values()
        if row.patient_id not in have_case and not row.withdrawn
    ]
    return sorted((each for each in found if each.pieces), key=lambda each: (each.start, each.entry_id))


def _written(look: Look, month: Month) -> dict[str, TimeEntry]:
    rows = look.session.scalars(select(TimeEntry).where(*current_time(*month.bounds(look.zone))))
    return {row.entry_id: row for row in rows}


def _worked(
    entry: CaseEntry,
    patient_id: int,
    row: TimeEntry | None,
    pieces: tuple[Piece, ...],
    left_out: tuple[tuple[str, int], ...],
) -> Worked:
    waited = 0 if entry.recorded_at is None else max(0, second_of(entry.recorded_at) - second_of(entry.end))
    return Worked(
        entry.id,
        patient_id,
        entry.staff,
        entry.activity,
        entry.start,
        row.source if row is not None else "imported",
        row.written_by if row is not None else "",
        row.reason if row is not None else "",
        entry.recorded_at,
        waited,
        entry.confirmed,
        pieces,
        left_out,
    )


def _without_case(row: TimeEntry, bounds: tuple[int, int], zone: ZoneInfo) -> Worked:
    entry = CaseEntry(
        row.entry_id,
        row.start_at,
        row.end_at,
        row.staff,
        row.role,  # type: ignore[arg-type]  # one of the words of MONTH_CASE, as the intake checked
        row.activity,
        recorded_at=row.recorded_at,
        confirmed=row.confirmed,
    )
    pieces = _pieces(entry, (), bounds, zone)
    return _worked(entry, row.patient_id, row, pieces, ((NO_CASE, sum(piece.worked for piece in pieces)),))


def _named(made: Worked, billers: dict[str, str]) -> Worked:
    """Return it with the name of a practitioner whose imported time carries the NPI."""
    if made.staff not in billers:
        return made
    return Worked(
        **{name: getattr(made, name) for name in Worked.__slots__ if name != "staff"}, staff=billers[made.staff]
    )


def _pieces(
    entry: CaseEntry, spans: Iterable[tuple[int, int]], bounds: tuple[int, int], zone: ZoneInfo
) -> tuple[Piece, ...]:
    """Return the entry's seconds within the month, day by local day."""
    worked: dict[date, int] = defaultdict(int)
    counted: dict[date, int] = defaultdict(int)
    # A second that was not worked whole is not counted: starts are rounded up, ends down.
    begins, ends = max(second_of(entry.start), bounds[0]), min(second_of(entry.end), bounds[1])
    for day, seconds in _by_day(begins, ends, zone):
        worked[day] += seconds
    for start, end in spans:
        for day, seconds in _by_day(start, end, zone):
            counted[day] += seconds
    return tuple(Piece(day, worked[day], counted[day]) for day in sorted(worked))


def _by_day(begins: int, ends: int, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    while begins < ends:
        day = datetime.fromtimestamp(begins, UTC).astimezone(zone).date()
        until = min(ends, day_ends(day, zone))
        yield day, until - begins
        begins = until
