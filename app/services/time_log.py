"""The time log of packets: entries with their text, their earlier versions, and what of each counts."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Note, TimeEntry
from app.rules.facts import Facts
from app.rules.month import Month, second_of
from app.rules.packet_facts import ExclusionFacts, TimeFacts, TimeVersionFacts
from app.rules.readiness import Readiness
from app.services.month_case import current_time, local_instant

_AT_ONCE = 300
_BY_HAND = frozenset({"manual", "estimated"})


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """An entry's newest version, the ones before it in order, and its text."""

    row: TimeEntry
    earlier: tuple[TimeEntry, ...]
    text: str


def entries_of(session: Session, ids: Sequence[int], month: Month, zone: str) -> dict[int, list[LoggedEntry]]:
    """Return each patient's entries of the month, withdrawn ones too, in order of time."""
    standing = session.scalars(
        select(TimeEntry)
        .where(TimeEntry.patient_id.in_(ids), *current_time(*month.bounds(ZoneInfo(zone))))
        .order_by(TimeEntry.start_at, TimeEntry.entry_id)
    ).all()
    versions: dict[str, list[TimeEntry]] = defaultdict(list)
    for row in _versions(session, [row.entry_id for row in standing if row.version > 1]):
        versions[row.entry_id].append(row)
    notes = _notes(session, [row.call_id for row in standing if row.call_id is not None and not row.note])
    found: dict[int, list[LoggedEntry]] = defaultdict(list)
    for row in standing:
        earlier = tuple(version for version in versions[row.entry_id] if version.version < row.version)
        found[row.patient_id].append(LoggedEntry(row, earlier, row.note or notes.get(row.call_id or 0, "")))
    return found


def time_log(
    entries: Iterable[LoggedEntry], facts: Facts, result: Readiness, closed_at: datetime | None = None
) -> tuple[TimeFacts, ...]:
    """Return the log of one patient's month; what counts is the rules' word, each second under one heading.

    What was first written after `closed_at` is marked.
    """
    counted = facts.count.counted_by_entry()
    begins, over = facts.case.month.second_bounds(facts.case.zone)
    judged = {entry.id: entry for entry in facts.case.time}
    excluded: dict[str, list[ExclusionFacts]] = defaultdict(list)
    for left_out in result.excluded:
        excluded[left_out.id].append(ExclusionFacts(left_out.reason, left_out.seconds))
    log = []
    for each in entries:
        row, first = each.row, (*each.earlier, each.row)[0]
        entry = judged.get(row.entry_id)
        seconds = min(second_of(entry.end), over) - max(second_of(entry.start), begins) if entry is not None else 0
        by_another = row.source in _BY_HAND and first.written_by != row.staff
        log.append(
            TimeFacts(
                id=row.entry_id,
                start=local_instant(row.start_at, row.utc_offset_minutes).isoformat(),
                end=local_instant(row.end_at, row.utc_offset_minutes).isoformat(),
                seconds=seconds,
                counted_seconds=counted.get(row.entry_id, 0),
                person=row.staff,
                role=row.role,
                activity=row.activity,
                source=row.source,
                credential=row.credential or None,
                contact=row.contact,
                description=each.text,
                used_for=row.used_for,
                after_close=closed_at is not None and first.written_at > closed_at,
                signed=row.signed,
                confirmed=row.confirmed,
                recorded_at=local_instant(row.recorded_at, row.utc_offset_minutes).isoformat()
                if row.recorded_at
                else None,
                entered_by=first.written_by if by_another else None,
                entered_reason=(first.reason or None) if by_another else None,
                withdrawn=row.withdrawn,
                exclusions=tuple(excluded.get(row.entry_id, ())),
                earlier=_replaced((*each.earlier, row)),
            )
        )
    return tuple(log)


def _replaced(rows: Sequence[TimeEntry]) -> tuple[TimeVersionFacts, ...]:
    """Return each version but the newest, with who replaced it, when and why."""
    return tuple(
        TimeVersionFacts(
            start=local_instant(row.start_at, row.utc_offset_minutes).isoformat(),
            end=local_instant(row.end_at, row.utc_offset_minutes).isoformat(),
            seconds=second_of(row.end_at) - second_of(row.start_at),
            activity=row.activity,
            contact=row.contact,
            description=row.note,
            changed_at=local_instant(after.written_at, after.utc_offset_minutes).isoformat(),
            changed_by=after.written_by,
            reason=after.reason,
            confirmed=row.confirmed,
        )
        for row, after in pairwise(rows)
    )


def _versions(session: Session, entry_ids: Sequence[str]) -> Iterable[TimeEntry]:
    for first in range(0, len(entry_ids), _AT_ONCE):
        some = entry_ids[first : first + _AT_ONCE]
        yield from session.scalars(select(TimeEntry).where(TimeEntry.entry_id.in_(some)).order_by(TimeEntry.version))


def _notes(session: Session, call_ids: Sequence[int]) -> dict[int, str]:
    """Return the text of each call's note; a later note of a call amends the ones before."""
    found: dict[int, str] = {}
    for first in range(0, len(call_ids), _AT_ONCE):
        some = call_ids[first : first + _AT_ONCE]
        for row in session.scalars(select(Note).where(Note.call_id.in_(some)).order_by(Note.id)):
            if row.call_id is not None:
                found[row.call_id] = "\n".join(f"{title}: {text}" for title, text in json.loads(row.content) if text)
    return found
