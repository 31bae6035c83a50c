"""Time entries as screens see them, and the one way a version of one is written."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import TimeEntry
from app.rules.month import Month
from app.services.month_case import current_time

_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One version of a time entry: instants in UTC; `utc_offset_minutes` is the local clock's at its start.

    `source` is timer, manual, estimated, recovered or imported, a label it never loses; `recorded_at` is when it was
    entered by hand. `earlier` runs from the first version on and is empty in those.
    """

    entry_id: str
    version: int
    patient_id: int
    start: datetime
    end: datetime
    utc_offset_minutes: int
    staff: str
    credential: str
    role: str
    activity: str
    contact: str
    source: str
    works_in_us: bool
    used_for: str | None
    note: str
    confirmed: bool
    signed: bool
    withdrawn: bool
    recorded_at: datetime | None
    reason: str
    written_at: datetime
    written_by: str
    call_id: int | None
    earlier: tuple["EntryRow", ...] = ()

    @property
    def seconds(self) -> int:
        return (self.end - self.start) // timedelta(seconds=1)

    @property
    def confirmed_by(self) -> str:
        """Who said that this time was worked after it had been held as unconfirmed; empty where it never was."""
        versions = (*self.earlier, self)
        sure = (after.written_by for before, after in pairwise(versions) if after.confirmed and not before.confirmed)
        return next(sure, "")


def new_entry_id(start: datetime) -> str:
    """Return an id for a new entry: its day, and eight digits that no other has."""
    return f"{start:%y%m%d}-{secrets.token_hex(4)}"


def offset_minutes(start: datetime, zone: ZoneInfo) -> int:
    """Return how far the clinic's clock was ahead of UTC."""
    offset = start.astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(minutes=1)


def entry_row(row: TimeEntry, earlier: Sequence[TimeEntry] = ()) -> EntryRow:
    """Return a stored version as screens see it."""
    return EntryRow(
        entry_id=row.entry_id,
        version=row.version,
        patient_id=row.patient_id,
        start=row.start_at,
        end=row.end_at,
        utc_offset_minutes=row.utc_offset_minutes,
        staff=row.staff,
        credential=row.credential,
        role=row.role,
        activity=row.activity,
        contact=row.contact,
        source=row.source,
        works_in_us=row.works_in_us,
        used_for=row.used_for,
        note=row.note,
        confirmed=row.confirmed,
        signed=row.signed,
        withdrawn=row.withdrawn,
        recorded_at=row.recorded_at,
        reason=row.reason,
        written_at=row.written_at,
        written_by=row.written_by,
        call_id=row.call_id,
        earlier=tuple(entry_row(each) for each in earlier),
    )


def month_entries(session: Session, patient_id: int, month: Month, zone: ZoneInfo) -> tuple[EntryRow, ...]:
    """Return a patient's entries that touch a month, withdrawn ones too, in order of time."""
    standing = session.scalars(
        select(TimeEntry)
        .where(TimeEntry.patient_id == patient_id, *current_time(*month.bounds(zone)))
        .order_by(TimeEntry.start_at, TimeEntry.entry_id)
    ).all()
    earlier: dict[str, list[TimeEntry]] = defaultdict(list)
    changed = [row.entry_id for row in standing if row.version > 1]
    for first in range(0, len(changed), _AT_ONCE):
        some = changed[first : first + _AT_ONCE]
        query = select(TimeEntry).where(TimeEntry.entry_id.in_(some)).order_by(TimeEntry.version)
        for row in session.scalars(query):
            earlier[row.entry_id].append(row)
    return tuple(entry_row(row, earlier[row.entry_id][:-1]) for row in standing)
