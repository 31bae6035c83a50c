from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Person, TimeEntry
from app.rules.call_time import pieces
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.rules.month import Month
from app.rules.month_case import ACTIVITIES, CONTACTS, LONGEST_ENTRY_SECONDS, USED_FOR
from app.rules.timer import Span
from app.services.call_rows import role_on
from app.services.clinic_day import zone_of
from app.services.closed_month import require_open, touches_closed
from app.services.door import reads, writes
from app.services.entry_rows import EntryRow, entry_row, month_entries, new_entry_id, offset_minutes
from app.services.overlap import require_free
from app.services.own_time import own_time
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading, Work


class NoSuchEntry(ClinicError):
    """There is no time entry with that id."""

    def __init__(self) -> None:
        super().__init__("There is no such time entry. Open the list again.")


class NotYourEntry(ClinicError):
    """Somebody else's time, recorded in CareLoop: only they may change it."""

    def __init__(self, staff: str) -> None:
        super().__init__(f"This is the time of {staff}, who alone may change it.")


@dataclass(frozen=True, slots=True)
class EntryForm:
    """A stretch of work as somebody types it in: instants with an offset, and the words of MONTH_CASE.md.

    `person_id` is who did the work where it was not the one who types; that is marked on the packet.
    """

    start: datetime
    end: datetime
    activity: str
    contact: str = "none"
    note: str = ""
    works_in_us: bool = True
    used_for: str | None = None
    person_id: int | None = None


class TimeEntries:
    """The append-only ledger of minutes: a correction or a withdrawal is the next version, with who, when and why."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("time.read")
    def month(self, reading: Reading, patient_id: int, month: Month) -> tuple[EntryRow, ...]:
        """Return a patient's entries touching a month, by start, withdrawn ones too; each with its earlier versions."""
        patient_of(reading.session, patient_id)
        return month_entries(reading.session, patient_id, month, zone_of(reading.session))

    @writes("time.write")
    def add(self, work: Work, patient_id: int, form: EntryForm, reason: str) -> tuple[EntryRow, ...]:
        """Add time that no timer ran for, labelled manual for ever; cut in two at the clinic's month end.

        In a closed month it is kept as late: what was closed does not change by it. Raises `FieldFaults`, or
        `TimeOverlaps` (saying what is still free).
        """
        patient_of(work.session, patient_id)
        zone = zone_of(work.session)
        kept = _checked(form, reason, work.now)
        person = work.session.get(Person, form.person_id or work.actor.person_id)
        if person is None:
            raise ClinicError("Choose who did this work.")
        is_late = touches_closed(work.session, patient_id, kept.start, kept.end, zone)
        taken = own_time(work.session, person.id, person.name, kept.start, kept.end)
        require_free(kept.start, kept.end, taken, patient_id, zone)
        role = role_on(work.session, person.id, patient_id)
        rows = [
            TimeEntry(
                **_values(kept, zone, start, end),
                entry_id=new_entry_id(start),
                version=1,
                patient_id=patient_id,
                staff=person.name,
                credential=person.credential,
                role=role,
                source="manual",
                recorded_at=work.now,
                reason=reason.strip(),
                written_at=work.now,
                written_by=work.actor.name,
            )
            for start, end in _within_months(kept, zone, work.now)
        ]
        work.session.add_all(rows)
        work.session.flush()
        work.about(patient_id)
        work.note(event="add", seconds=sum((row.end_at - row.start_at).seconds for row in rows))
        if is_late:
            work.note(after_close=True)
        return tuple(entry_row(row) for row in rows)

    @writes("time.write")
    def correct(self, work: Work, entry_id: str, form: EntryForm, reason: str) -> EntryRow:
        """Write an entry's next version. Whose work it was stays; new times turn the timer's label into manual.

        Raises `FieldFaults`, `NoSuchEntry`, `NotYourEntry`, `TimeOverlaps` or `MonthClosed`.
        """
        before = _to_change(work, entry_id)
        zone = zone_of(work.session)
        kept = _checked(form, reason, work.now)
        if len(_within_months(kept, zone, work.now)) != 1:
            raise ClinicError("This would reach over the month's end. Correct it up to midnight and add the rest.")
        for start, end in ((before.start_at, before.end_at), (kept.start, kept.end)):
            require_open(work.session, before.patient_id, start, end, zone)
        moved = (before.start_at, before.end_at) != (kept.start, kept.end)
        if moved:
            person_id = work.session.scalar(select(Person.id).where(Person.name == before.staff))
            taken = own_time(work.session, person_id, before.staff, kept.start, kept.end, without_entry=before.entry_id)
            require_free(kept.start, kept.end, taken, before.patient_id, zone)
        changes = _values(kept, zone, kept.start, kept.end)
        if moved and before.source == "timer":
            changes |= {"source": "manual", "recorded_at": work.now}
        return self._next_version(work, before, reason, "correct", changes)

    @writes("time.write")
    def withdraw(self, work: Work, entry_id: str, reason: str) -> EntryRow:
        """Take an entry out of the count; it stays on record. Raises `NoSuchEntry`, `NotYourEntry` or `MonthClosed`."""
        before = _to_change(work, entry_id)
        require_open(work.session, before.patient_id, before.start_at, before.end_at, zone_of(work.session))
        return self._next_version(work, before, reason, "withdraw", {"withdrawn": True})

    @writes("time.write")
    def confirm(self, work: Work, entry_id: str, reason: str) -> EntryRow:
        """Say that time which was in doubt was worked; from then on it counts, labelled estimated for ever."""
        return self._decide(work, _to_change(work, entry_id), reason, keep=True)

    @writes("time.confirm")
    def review(self, work: Work, entry_id: str, reason: str, *, keep: bool) -> EntryRow:
        """Decide about anybody's time in doubt: it counts from now on, labelled estimated for ever, or is withdrawn.

        That it was unconfirmed, who decided and why stays on record. Raises as `confirm` and `withdraw` do.
        """
        return self._decide(work, _newest(work, entry_id), reason, keep=keep)

    def _decide(self, work: Work, before: TimeEntry, reason: str, *, keep: bool) -> EntryRow:
        if before.confirmed:
            raise ClinicError("This entry is not in doubt.")
        require_open(work.session, before.patient_id, before.start_at, before.end_at, zone_of(work.session))
        if not keep:
            return self._next_version(work, before, reason, "discard", {"withdrawn": True})
        if before.end_at > work.now:
            raise ClinicError("This entry lies in the future. Withdraw it and add the time by hand.")
        source = "estimated" if before.source == "timer" else before.source
        changes = {"confirmed": True, "source": source, "recorded_at": before.recorded_at or work.now}
        return self._next_version(work, before, reason, "confirm", changes)

    def _next_version(
        self, work: Work, before: TimeEntry, reason: str, event: str, changes: dict[str, object]
    ) -> EntryRow:
        check = FormCheck()
        kept = check.line("reason", reason, needed="Say why this entry is changed.")
        check.finish()
        columns = {column.key: getattr(before, column.key) for column in TimeEntry.__table__.columns}
        del columns["id"]
        after = TimeEntry(
            **columns
            | {
                # A version is somebody's act here, also of an entry that was imported.
                "import_id": None,
                "version": before.version + 1,
                "reason": kept,
                "written_at": work.now,
                "written_by": work.actor.name,
            }
            | changes
        )
        work.session.add(after)
        work.session.flush()
        work.about(after.patient_id)
        work.note(event=event, entry=after.entry_id, version=after.version)
        return entry_row(after, _versions(work.session, after.entry_id)[:-1])


def _newest(work: Work, entry_id: str) -> TimeEntry:
    """Return the newest version of an entry that still stands."""
    versions = _versions(work.session, entry_id)
    if not versions:
        raise NoSuchEntry
    newest = versions[-1]
    if newest.withdrawn:
        raise ClinicError("This entry was withdrawn and is not changed any more.")
    return newest


def _to_change(work: Work, entry_id: str) -> TimeEntry:
    """Return the newest version of an entry that the signed-in person may change."""
    newest = _newest(work, entry_id)
    first = _versions(work.session, entry_id)[0]
    if newest.source != "imported" and work.actor.name not in (newest.staff, first.written_by):
        raise NotYourEntry(newest.staff)
    return newest


def _versions(session: Session, entry_id: str) -> list[TimeEntry]:
    query = select(TimeEntry).where(TimeEntry.entry_id == entry_id).order_by(TimeEntry.version)
    return list(session.scalars(query))


def _checked(form: EntryForm, reason: str, now: datetime) -> EntryForm:
    check = FormCheck()
    check.line("reason", reason, needed="Say why this time is entered by hand.")
    if form.start.tzinfo is None or form.end.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    start, end = (each.astimezone(UTC).replace(microsecond=0) for each in (form.start, form.end))
    if end <= start:
        check.fault("end", "This ends before it begins.")
    elif end - start > timedelta(seconds=LONGEST_ENTRY_SECONDS):
        check.fault("end", "This is longer than 8 hours. Enter it in parts, as it was worked.")
    if end > now:
        check.fault("end", "This ends in the future. Time is entered when it is worked.")
    check.choice("activity", form.activity, ACTIVITIES, "Choose an activity from the list.")
    check.choice("contact", form.contact, CONTACTS, "Choose whether somebody was reached.")
    if form.used_for is not None:
        check.choice("used_for", form.used_for, USED_FOR, "Choose a service from the list, or none.")
    note = check.note("note", form.note)
    check.finish()
    return replace(form, start=start, end=end, note=note)


def _values(form: EntryForm, zone: ZoneInfo, start: datetime, end: datetime) -> dict[str, object]:
    return {
        "start_at": start,
        "end_at": end,
        "utc_offset_minutes": offset_minutes(start, zone),
        "activity": form.activity,
        "contact": form.contact,
        "note": form.note,
        "works_in_us": form.works_in_us,
        "used_for": form.used_for,
    }


def _within_months(form: EntryForm, zone: ZoneInfo, now: datetime) -> list[tuple[datetime, datetime]]:
    span = Span(form.activity, form.start, form.end, source="manual")
    return [(piece.start, piece.end) for piece in pieces([span], (), zone, now)]
