"""A month's entries joined with what the rules say of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.services.entry_rows import EntryRow
from app.services.overview import Exclusion, MonthGlance
from app.views.call.words import activity_words
from app.views.chart.entry_form import contact_words
from app.views.patients.standing import joined, moment_words
from app.views.widgets import Tone, format_date, format_duration, format_time

_SOURCES = {
    "timer": "Timer",
    "manual": "By hand",
    "estimated": "Estimated",
    "recovered": "Recovered",
    "imported": "Imported",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry of a month: its seconds within the month, how many of them count, and why the others do not.

    `oddities` say why somebody should look at its day; they change nothing of what counts.
    """

    entry: EntryRow
    seconds: int
    counted: int
    excluded: tuple[Exclusion, ...]
    is_judged: bool
    oddities: tuple[str, ...] = ()


def judged_entries(
    entries: Iterable[EntryRow],
    glance: MonthGlance,
    zone: ZoneInfo,
    oddities: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> list[Judged]:
    """Return the entries in order of time; without a case (never enrolled) nothing counts.

    `oddities` are the impossible days' sentences by entry id.
    """
    begins, over = glance.month.bounds(zone)
    rows = []
    for entry in entries:
        inside = (min(entry.end, over) - max(entry.start, begins)).total_seconds()
        seconds = 0 if entry.withdrawn else max(int(inside), 0)
        excluded = glance.excluded.get(entry.entry_id, ())
        is_judged = bool(glance.verdict)
        counted = max(seconds - sum(each.seconds for each in excluded), 0) if is_judged else 0
        odd = () if entry.withdrawn else oddities.get(entry.entry_id, ())
        rows.append(Judged(entry, seconds, counted, excluded, is_judged, odd))
    return rows


def state_words(row: Judged) -> str:
    """Say whether an entry counts, with the first reason why it does not, and whether its day is to be looked at."""
    if row.oddities:
        return _tr("{state}. Look at this day").format(state=_counts_words(row))
    return _counts_words(row)


def _counts_words(row: Judged) -> str:
    if row.entry.withdrawn:
        return _tr("Withdrawn")
    if not row.is_judged:
        return _tr("Not enrolled")
    if not row.excluded:
        return _tr("Counted")
    reason = row.excluded[0].reason.rstrip(".")
    return reason if not row.counted else _tr("Part: {reason}").format(reason=reason)


def state_tone(row: Judged) -> Tone:
    """Return the chip's tone."""
    if row.oddities:
        return Tone.WARN
    if row.entry.withdrawn or not row.is_judged:
        return Tone.NEUTRAL
    if not row.excluded:
        return Tone.READY
    return Tone.INFO if row.counted else Tone.WARN


def start_words(row: Judged, zone: ZoneInfo) -> str:
    """Return the day and the clock's time at which the work began."""
    return moment_words(row.entry.start.astimezone(zone))


def when_words(row: Judged, zone: ZoneInfo) -> str:
    """Return the day and the clock's times."""
    start, end = row.entry.start.astimezone(zone), row.entry.end.astimezone(zone)
    return f"{format_date(start.date())} {format_time(start.time())} – {format_time(end.time())}"


def source_words(source: str) -> str:
    """Return how an entry came to be."""
    return _tr(_SOURCES.get(source, source))


def label_words(entry: EntryRow) -> str:
    """Return how an entry came to be, in a word or two; that it was ever unconfirmed goes before all else."""
    if not entry.confirmed:
        return _tr("Unconfirmed")
    return _tr("Confirmed later") if entry.confirmed_by else source_words(entry.source)


def how_words(entry: EntryRow) -> str:
    """Return how an entry came to be, and whether it was ever held as unconfirmed: a label it never loses."""
    if not entry.confirmed:
        return _tr("{source}, unconfirmed").format(source=source_words(entry.source))
    if entry.confirmed_by:
        words = _tr("{source}, unconfirmed until confirmed by {name}")
        return words.format(source=source_words(entry.source), name=entry.confirmed_by)
    return source_words(entry.source)


def detail_words(row: Judged, zone: ZoneInfo) -> str:
    """Return everything about an entry, line by line."""
    entry = row.entry
    lines = [
        when_words(row, zone),
        joined((activity_words(entry.activity), contact_words(entry.contact))),
        joined((entry.staff, entry.credential, how_words(entry))),
        *(_tr("Look at this day: {sentence}").format(sentence=each) for each in row.oddities),
    ]
    lines += [
        _tr("Not counted {time}: {reason}").format(time=format_duration(each.seconds), reason=each.reason)
        for each in row.excluded
    ]
    if not entry.signed:
        lines.append(_tr("Not signed by who worked it."))
    if entry.recorded_at is not None:
        at = moment_words(entry.recorded_at.astimezone(zone))
        lines.append(_tr("Entered {at} by {name}.").format(at=at, name=entry.written_by))
    if entry.reason:
        lines.append(_tr("Reason: {reason}").format(reason=entry.reason))
    if entry.note:
        lines += ["", entry.note]
    if entry.earlier:
        lines += ["", _tr("Earlier versions")]
        lines += [
            _version(before, after, zone)
            for before, after in zip(entry.earlier, (*entry.earlier[1:], entry), strict=True)
        ]
    return "\n".join(lines)


def _version(before: EntryRow, after: EntryRow, zone: ZoneInfo) -> str:
    start, end = before.start.astimezone(zone), before.end.astimezone(zone)
    return _tr("{day} {start} – {end}, {activity}; replaced {at} by {name}: {reason}").format(
        day=format_date(start.date()),
        start=format_time(start.time()),
        end=format_time(end.time()),
        activity=activity_words(before.activity),
        at=moment_words(after.written_at.astimezone(zone)),
        name=after.written_by,
        reason=after.reason,
    )


def _tr(words: str) -> str:
    return QCoreApplication.translate("TimeRows", words)
