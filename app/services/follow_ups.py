from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.models import Call, Escalation, FollowUp
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.services.clinic_day import day_at, zone_of
from app.services.door import reads, writes
from app.services.follow_up_rows import PRIORITIES, SOURCES, URGENCIES, FollowUpRow, State, follow_up_rows
from app.services.incomplete_cycles import IncompleteCycle, incomplete_cycles
from app.services.patients import patient_of
from app.services.plan_follow_ups import follow_on, take_back_following
from app.services.staff import caller
from app.storage.ledger import Ledger, Reading, Work

__all__ = ["ChangedSince", "FollowUpForm", "FollowUpRow", "FollowUps", "IncompleteCycle", "NoSuchFollowUp", "NotOpen"]


TAKEN_BACK = "Added by mistake, and taken back at once."
_CHANGED = ("what", "due_on", "owner_id", "priority", "urgency", "source", "call_id", "escalation_id")


@dataclass(frozen=True, slots=True)
class FollowUpForm:
    """Something to be done for a patient. `owner_id` None: who writes it down.

    `priority`, `urgency` and `source` are words of `follow_up_rows`; `call_id` and `escalation_id` say what it came of,
    `about` for what of a month it was handed over ("2026-10 PLAN_UNSIGNED").
    """

    what: str = ""
    due_on: date | None = None
    owner_id: int | None = None
    priority: str = "normal"
    urgency: str = "routine"
    source: str = "other"
    call_id: int | None = None
    escalation_id: int | None = None
    about: str | None = None


class NoSuchFollowUp(ClinicError):
    """There is no follow-up with that number."""

    def __init__(self) -> None:
        super().__init__("There is no such follow-up. Open the list again.")


class NotOpen(ClinicError):
    """It was closed, and what is closed is not changed."""

    def __init__(self) -> None:
        super().__init__("This follow-up is closed. Open it again first, or add a new one.")


class ChangedSince(ClinicError):
    """It is not any more as it was left; taking the step back would undo somebody else's."""

    def __init__(self) -> None:
        super().__init__("It was changed again since. Look at it in the list, and change it there.")


class FollowUps:
    """What is to be done for patients, by whom and until when. Nothing is closed without an outcome."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("follow_up.read")
    def rows(
        self, reading: Reading, *, state: State = "open", patient_id: int | None = None, owner_id: int | None = None
    ) -> tuple[FollowUpRow, ...]:
        """Return follow-ups, of one patient or owner where given: overdue first, then by urgency, day and priority."""
        today = day_at(reading.session, reading.now)
        return tuple(follow_up_rows(reading.session, today, state=state, patient_id=patient_id, owner_id=owner_id))

    @reads("follow_up.read")
    def incomplete(self, reading: Reading, *, mine: bool = False) -> tuple[IncompleteCycle, ...]:
        """Return contacts that were begun and not finished, the oldest first; `mine`: those that are mine to finish."""
        found = incomplete_cycles(reading.session, reading.now, zone_of(reading.session))
        return tuple(each for each in found if not mine or each.person_id in (None, reading.actor.person_id))

    @writes("follow_up.work")
    def add(self, work: Work, patient_id: int, form: FollowUpForm) -> FollowUpRow:
        """Write a follow-up down. Raises `FieldFaults` or `NoSuchPatient`."""
        return write_down(work, patient_id, form)

    @writes("follow_up.work")
    def edit(self, work: Work, follow_up_id: int, form: FollowUpForm) -> FollowUpRow:
        """Change an open follow-up, also to another owner or day. Raises `FieldFaults`, `NoSuchFollowUp`, `NotOpen`."""
        row = _open(work, follow_up_id)
        _put(work, row, form)
        return _saved(work, row, "edit")

    @writes("follow_up.work")
    def close(self, work: Work, follow_up_id: int, outcome: str) -> FollowUpRow:
        """Say that it is done, and what came of it. Raises `FieldFaults` (`outcome`), `NoSuchFollowUp` or `NotOpen`."""
        return _closed(work, follow_up_id, outcome, "done", "Say what came of it.")

    @writes("follow_up.work")
    def cancel(self, work: Work, follow_up_id: int, reason: str) -> FollowUpRow:
        """Say that it is not needed any more, and why. Raises as `close`."""
        return _closed(work, follow_up_id, reason, "cancelled", "Say why it is not needed any more.")

    @writes("follow_up.work")
    def reopen(self, work: Work, follow_up_id: int) -> FollowUpRow:
        """Undo a closing. Raises `NoSuchFollowUp`."""
        row = _named(work, follow_up_id)
        row.status, row.outcome, row.closed_at, row.closed_by = "open", "", None, None
        take_back_following(work, row)
        return _saved(work, row, "reopen")

    @writes("follow_up.work")
    def take_back(self, work: Work, added: FollowUpRow) -> FollowUpRow:
        """Undo an adding: it stays on record as not needed. Raises `ChangedSince` once anything of it was changed."""
        row = _as_left(work, added)
        row.outcome, row.status = TAKEN_BACK, "cancelled"
        row.closed_at, row.closed_by = work.now, work.actor.person_id
        return _saved(work, row, "take_back")

    @writes("follow_up.work")
    def put_back(self, work: Work, before: FollowUpRow, after: FollowUpRow) -> FollowUpRow:
        """Undo a change: it is again as `before`. Raises `ChangedSince` unless it still is as `after`."""
        row = _as_left(work, after)
        for field in _CHANGED:
            setattr(row, field, getattr(before, field))
        return _saved(work, row, "put_back")


def write_down(work: Work, patient_id: int, form: FollowUpForm) -> FollowUpRow:
    """Add a follow-up within open work. Raises `FieldFaults` or `NoSuchPatient`."""
    patient_of(work.session, patient_id)
    row = FollowUp(
        patient_id=patient_id, made_at=work.now, made_by=work.actor.person_id, status="open", about=form.about
    )
    _put(work, row, form)
    work.session.add(row)
    return _saved(work, row, "add")


def _put(work: Work, row: FollowUp, form: FollowUpForm) -> None:
    check = FormCheck()
    what = check.note("what", form.what)
    if not what and "what" not in check.faults:
        check.fault("what", "Say what is to be done.")
    due_on = check.day("due_on", form.due_on, needed="Choose until when it is to be done.")
    owner = caller(work.session, form.owner_id or work.actor.person_id, check, "owner_id")
    priority = check.choice("priority", form.priority, PRIORITIES, "Choose a priority from the list.")
    urgency = check.choice("urgency", form.urgency, URGENCIES, "Choose an urgency from the list.")
    source = check.choice("source", form.source, SOURCES, "Choose where it comes from.")
    check.finish()
    if due_on is None or owner is None:
        raise FieldFaults({"due_on": "Choose until when it is to be done."})
    call = work.session.get(Call, form.call_id) if form.call_id is not None else None
    escalation = work.session.get(Escalation, form.escalation_id) if form.escalation_id is not None else None
    for number, origin in ((form.call_id, call), (form.escalation_id, escalation)):
        if number is not None and (origin is None or origin.patient_id != row.patient_id):
            raise ClinicError("This follow-up would hang on a call or an escalation of another patient.")
    row.what, row.due_on, row.owner_id = what, due_on, owner.id
    row.priority, row.urgency, row.source = priority, urgency, source
    row.call_id, row.escalation_id = form.call_id, form.escalation_id


def _closed(
    work: Work, follow_up_id: int, outcome: str, status: Literal["done", "cancelled"], needed: str
) -> FollowUpRow:
    row = _open(work, follow_up_id)
    row.outcome = outcome_of(outcome, needed)
    row.status, row.closed_at, row.closed_by = status, work.now, work.actor.person_id
    if status == "done":
        work.session.flush()
        follow_on(work, row, day_at(work.session, work.now))
    return _saved(work, row, status)


def outcome_of(text: str, needed: str, field: str = "outcome") -> str:
    """Return an outcome fit to be stored. Raises `FieldFaults`, with the sentence `needed` for an empty one."""
    check = FormCheck()
    kept = check.note(field, text)
    if not kept and field not in check.faults:
        check.fault(field, needed)
    check.finish()
    return kept


def _named(work: Work, follow_up_id: int) -> FollowUp:
    row = work.session.get(FollowUp, follow_up_id)
    if row is None:
        raise NoSuchFollowUp
    return row


def _as_left(work: Work, left: FollowUpRow) -> FollowUp:
    row = _open(work, left.id)
    if any(getattr(row, field) != getattr(left, field) for field in _CHANGED):
        raise ChangedSince
    return row


def _open(work: Work, follow_up_id: int) -> FollowUp:
    row = _named(work, follow_up_id)
    if row.status != "open":
        raise NotOpen
    return row


def _saved(work: Work, row: FollowUp, event: str) -> FollowUpRow:
    work.session.flush()
    work.about(row.patient_id)
    work.note(event=event, follow_up=row.id)
    return follow_up_rows(work.session, day_at(work.session, work.now), state="all", follow_up_id=row.id)[0]
