from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Person, Promise
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.services.call_rows import patient_name
from app.services.clinic_calendar import closed_days, working_days
from app.services.clinic_day import zone_of
from app.services.contact_log import Contact, contacts_between
from app.services.door import reads, writes
from app.services.local_words import span_in_words
from app.services.patients import patient_of
from app.services.staff import caller, names_of_staff
from app.storage.ledger import Ledger, Reading, Work

Standing = Literal["coming", "now", "missed", "kept", "late", "moved", "cancelled"]

EARLY = timedelta(minutes=15)
"""A call so long before the promised time still keeps the promise."""
LOOK_BACK = timedelta(days=62)
LONGEST = timedelta(hours=12)
FARTHEST = timedelta(days=366)
TAKEN_BACK = "Given by mistake, and taken back at once."


@dataclass(frozen=True, slots=True)
class PromiseForm:
    """A call that is to be promised, between two instants with an offset. `person_id` None: who promises will call."""

    from_at: datetime
    until_at: datetime
    reason: str = ""
    person_id: int | None = None
    call_id: int | None = None


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promised call, as it stands now.

    `standing`: "coming", "now" (inside its time), "missed" (over, and nobody called since), "kept", "late" (called, but
    after its time), "moved" (then `moved_to` is the new one) or "cancelled". Only the first three ask for something.
    """

    id: int
    patient_id: int
    patient: str
    from_at: datetime
    until_at: datetime
    person_id: int
    person: str
    reason: str
    made_by: str
    made_at: datetime
    standing: Standing
    moved_to: int | None = None
    closed_reason: str = ""

    @property
    def is_open(self) -> bool:
        return self.standing in ("coming", "now", "missed")


class WouldMovePromise(ClinicError):
    """The patient was promised a call already. `promise` is that one; to move it, ask again with `moving=True`."""

    def __init__(self, promise: PromiseRow, zone: ZoneInfo) -> None:
        self.promise = promise
        when = span_in_words(promise.from_at, promise.until_at, zone)
        reason = f" ({promise.reason})" if promise.reason else ""
        super().__init__(
            f"{promise.person} was to call this patient {when}{reason}. That call was promised: "
            "move it only if the patient knows."
        )


class NoSuchPromise(ClinicError):
    """There is no open promise with that number."""

    def __init__(self) -> None:
        super().__init__("This promised call is not open any more. Open the list again.")


class Promises:
    """Calls back that patients were promised. Whether one was kept is read from the calls that were made."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("today.read")
    def of_patient(self, reading: Reading, patient_id: int) -> tuple[PromiseRow, ...]:
        """Return a patient's promised calls, the latest first. Raises `NoSuchPatient`."""
        patient_of(reading.session, patient_id)
        rows = reading.session.scalars(
            select(Promise).where(Promise.patient_id == patient_id).order_by(Promise.from_at.desc(), Promise.id.desc())
        ).all()
        begins = min((row.from_at for row in rows), default=reading.now) - EARLY
        contacts = contacts_between(reading.session, begins, reading.now, patient_id).get(patient_id, [])
        names = names_of_staff(reading.session)
        patient = patient_name(reading.session, patient_id)
        return tuple(promise_row(row, contacts, reading.now, patient, names) for row in rows)

    @reads("today.read")
    def open(self, reading: Reading, *, mine: bool = True) -> tuple[PromiseRow, ...]:
        """Return the promises that still ask for a call, by their time; `mine`: those that are mine to keep."""
        found = [row for rows in open_promises(reading.session, reading.now).values() for row in rows]
        if mine:
            found = [row for row in found if row.person_id == reading.actor.person_id]
        found.sort(key=lambda row: (row.from_at, row.id))
        return tuple(replace(row, patient=patient_name(reading.session, row.patient_id)) for row in found)

    @reads("today.read")
    def doubts(self, reading: Reading, patient_id: int, form: PromiseForm) -> tuple[str, ...]:
        """Return what speaks against a promise that still can be given, as sentences; none when nothing does."""
        session, zone = reading.session, zone_of(reading.session)
        patient = patient_of(session, patient_id)
        there = form.from_at.astimezone(ZoneInfo(patient.time_zone) if patient.time_zone else zone)
        day = form.from_at.astimezone(zone).date()
        found = []
        if holiday := closed_days(session).name_on(day):
            found.append(f"The clinic is closed that day: {holiday}.")
        elif not working_days(session).has(day):
            found.append("The clinic does not work that day of the week.")
        if patient.call_from and patient.call_until and not patient.call_from <= there.time() < patient.call_until:
            found.append(
                f"The patient wants calls from {patient.call_from:%H:%M} to {patient.call_until:%H:%M}; "
                f"there it will be {there:%H:%M}."
            )
        person_id = form.person_id or reading.actor.person_id
        others = open_promises(session, reading.now)
        for row in (row for each in others.values() for row in each):
            if row.person_id == person_id and row.patient_id != patient_id and _meet(row, form):
                when = span_in_words(row.from_at, row.until_at, zone)
                found.append(f"{row.person} has promised another patient a call {when}.")
        return tuple(found)

    @writes("call.plan")
    def promise(self, work: Work, patient_id: int, form: PromiseForm, *, moving: bool = False) -> PromiseRow:
        """Promise a patient a call. Raises `FieldFaults`, or `WouldMovePromise` unless `moving` says that it is known.

        With `moving`, a promise that still is open gives way to this one and stays on record as moved.
        """
        patient_of(work.session, patient_id)
        work.about(patient_id)
        person, reason = _checked(work, form)
        standing = open_promises(work.session, work.now, patient_id).get(patient_id, [])
        waiting = [row for row in standing if row.standing != "missed"]
        if waiting and not moving:
            raise WouldMovePromise(waiting[0], zone_of(work.session))
        made = Promise(
            patient_id=patient_id,
            from_at=form.from_at,
            until_at=form.until_at,
            person_id=person.id,
            reason=reason,
            call_id=form.call_id,
            made_at=work.now,
            made_by=work.actor.person_id,
        )
        work.session.add(made)
        work.session.flush()
        for row in standing:
            old = work.session.get_one(Promise, row.id)
            old.status, old.moved_to_id, old.closed_at, old.closed_by = "moved", made.id, work.now, work.actor.person_id
        work.note(event="promise", promise=made.id, moved=[row.id for row in standing])
        return promise_row(made, (), work.now, patient_name(work.session, patient_id), names_of_staff(work.session))

    @writes("call.plan")
    def cancel(self, work: Work, promise_id: int, reason: str) -> None:
        """Take a promise back, for a reason. Raises `FieldFaults` (`reason`) or `NoSuchPromise`."""
        check = FormCheck()
        kept = check.line("reason", reason, needed="Say why this call is not needed any more.")
        check.finish()
        row = _open(work, promise_id)
        row.status, row.closed_at, row.closed_by, row.closed_reason = (
            "cancelled",
            work.now,
            work.actor.person_id,
            kept,
        )
        work.about(row.patient_id)
        work.note(event="cancel_promise", promise=row.id)

    @writes("call.plan")
    def take_back(self, work: Work, promise_id: int) -> None:
        """Undo a promising: what gave way to it stands again. Raises `NoSuchPromise` once it is not open any more."""
        row = _open(work, promise_id)
        row.status, row.closed_reason = "cancelled", TAKEN_BACK
        row.closed_at, row.closed_by = work.now, work.actor.person_id
        moved = work.session.scalars(select(Promise).where(Promise.moved_to_id == row.id, Promise.status == "moved"))
        given_back = [_reopened(each).id for each in moved]
        work.about(row.patient_id)
        work.note(event="take_promise_back", promise=row.id, given_back=given_back)

    @writes("call.plan")
    def give_again(self, work: Work, promise_id: int) -> None:
        """Undo a cancelling. Raises `NoSuchPromise`, or `WouldMovePromise` when another call was promised since."""
        row = work.session.get(Promise, promise_id)
        if row is None or row.status != "cancelled":
            raise NoSuchPromise
        waiting = open_promises(work.session, work.now, row.patient_id).get(row.patient_id, [])
        if waiting:
            raise WouldMovePromise(waiting[0], zone_of(work.session))
        _reopened(row)
        work.about(row.patient_id)
        work.note(event="give_promise_again", promise=row.id)


def open_promises(
    session: Session,
    now: datetime,
    patient_id: int | None = None,
    contacts: dict[int, list[Contact]] | None = None,
) -> dict[int, list[PromiseRow]]:
    """Return the promises that still ask for a call, by patient, in order of their time.

    `contacts` are those since `LOOK_BACK` where they are at hand. A promise missed before that is let go.
    """
    query = select(Promise).where(Promise.status == "open", Promise.until_at >= now - LOOK_BACK)
    if patient_id is not None:
        query = query.where(Promise.patient_id == patient_id)
    rows = session.scalars(query.order_by(Promise.from_at, Promise.id)).all()
    if not rows:
        return {}
    if contacts is None:
        contacts = contacts_between(session, now - LOOK_BACK - LONGEST - EARLY, now, patient_id)
    names = names_of_staff(session)
    found: dict[int, list[PromiseRow]] = {}
    for row in rows:
        shown = promise_row(row, contacts.get(row.patient_id, ()), now, "", names)
        if shown.is_open:
            found.setdefault(row.patient_id, []).append(shown)
    return found


def _open(work: Work, promise_id: int) -> Promise:
    row = work.session.get(Promise, promise_id)
    if row is None or row.status != "open":
        raise NoSuchPromise
    return row


def _reopened(row: Promise) -> Promise:
    row.status, row.moved_to_id, row.closed_at, row.closed_by, row.closed_reason = "open", None, None, None, ""
    return row


def promise_row(
    row: Promise, contacts: Sequence[Contact], now: datetime, patient: str, names: dict[int, str]
) -> PromiseRow:
    """Return a promise as it stands, by the patient's `contacts` in order of time."""
    return PromiseRow(
        id=row.id,
        patient_id=row.patient_id,
        patient=patient,
        from_at=row.from_at,
        until_at=row.until_at,
        person_id=row.person_id,
        person=names[row.person_id],
        reason=row.reason,
        made_by=names[row.made_by],
        made_at=row.made_at,
        standing=_standing(row, contacts, now),
        moved_to=row.moved_to_id,
        closed_reason=row.closed_reason,
    )


def _standing(row: Promise, contacts: Sequence[Contact], now: datetime) -> Standing:
    if row.status == "cancelled":
        return "cancelled"
    asked_until = now if row.closed_at is None else row.closed_at
    # Nothing keeps a promise that was not given yet, such as the call on which it was.
    begins = max(row.from_at - EARLY, row.made_at)
    called = next((contact.at for contact in contacts if begins <= contact.at < asked_until), None)
    if called is not None:
        return "kept" if called <= row.until_at else "late"
    if row.status == "moved":
        return "missed" if asked_until > row.until_at else "moved"
    if now < row.from_at:
        return "coming"
    return "now" if now <= row.until_at else "missed"


def _checked(work: Work, form: PromiseForm) -> tuple[Person, str]:
    if form.from_at.tzinfo is None or form.until_at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    check = FormCheck()
    reason = check.line("reason", form.reason)
    if form.until_at <= form.from_at:
        check.fault("until_at", "The promised time ends before it begins.")
    elif form.until_at - form.from_at > LONGEST:
        check.fault("until_at", "A promised time is at most 12 hours long.")
    elif form.until_at <= work.now:
        check.fault("until_at", "This time is over.")
    elif form.from_at - work.now > FARTHEST:
        check.fault("from_at", "This is more than a year away.")
    person = caller(work.session, form.person_id or work.actor.person_id, check, "person_id")
    check.finish()
    assert person is not None
    return person, reason


def _meet(row: PromiseRow, form: PromiseForm) -> bool:
    return row.from_at < form.until_at and form.from_at < row.until_at
