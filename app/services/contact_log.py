"""Who was called and what came of it: calls made here, and the contacts of imported or typed time."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from app.models import Call, TimeEntry
from app.services.month_case import current_time, newest_version

REACHED, ATTEMPT = "reached", "attempt"
NOBODY_THERE = frozenset({"no_answer", "left_message", ATTEMPT})
"""Outcomes for which nobody answered; an imported contact that is no more than an attempt is one of them."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A try to speak to a patient. `outcome` is one of call_time.OUTCOMES, or "attempt" where no more is on record."""

    patient_id: int
    at: datetime
    outcome: str
    call_id: int | None

    @property
    def reached(self) -> bool:
        return self.outcome == REACHED

    @property
    def answered(self) -> bool:
        """Whether somebody picked up."""
        return self.outcome not in NOBODY_THERE


def contacts_between(
    session: Session, begins: datetime, over: datetime, patient_id: int | None = None
) -> dict[int, list[Contact]]:
    """Return the contacts that began between two instants, by patient, in order of time.

    Whether a call reached somebody is what its time entries say now, which may have been corrected; a call without any
    is what its outcome says.
    """
    found: dict[tuple[int, int | str], Contact] = {}
    entries = (
        select(TimeEntry.patient_id, TimeEntry.call_id, TimeEntry.entry_id, TimeEntry.contact, TimeEntry.start_at)
        .add_columns(Call.outcome)
        .outerjoin(Call, Call.id == TimeEntry.call_id)
        .where(TimeEntry.contact != "none", ~TimeEntry.withdrawn, *current_time(begins, over))
        .order_by(TimeEntry.start_at, TimeEntry.id)
    )
    if patient_id is not None:
        entries = entries.where(TimeEntry.patient_id == patient_id)
    for whose, call_id, entry_id, contact, start_at, ended in session.execute(entries):  # thousands: no names
        key = (whose, call_id or entry_id)
        known = found.get(key)
        outcome = REACHED if contact == REACHED else _attempt(ended)
        if known is None or (outcome == REACHED and not known.reached):
            at = known.at if known is not None else start_at
            found[key] = Contact(whose, at, outcome, call_id)
    calls = select(Call.patient_id, Call.id, Call.outcome, Call.started_at).where(
        Call.state == "finished", Call.outcome != "", Call.started_at >= begins, Call.started_at < over, ~_has_time()
    )
    if patient_id is not None:
        calls = calls.where(Call.patient_id == patient_id)
    for called in session.execute(calls):
        found[called.patient_id, called.id] = Contact(called.patient_id, called.started_at, called.outcome, called.id)
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for each in sorted(found.values(), key=lambda each: each.at):
        if begins <= each.at < over:
            contacts[each.patient_id].append(each)
    return contacts


def last_reached(session: Session, patients: Select[int]) -> dict[int, datetime]:
    """Return when each patient was last reached; who never was is left out. `patients` selects their ids."""
    ids = patients.subquery()
    patient_id = ids.columns[0]
    by_time = (
        select(TimeEntry.start_at)
        .where(TimeEntry.patient_id == patient_id, TimeEntry.contact == REACHED, ~TimeEntry.withdrawn)
        .where(newest_version())
        .order_by(TimeEntry.start_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    by_call = (
        select(func.max(Call.started_at))
        .where(Call.patient_id == patient_id, Call.state == "finished", Call.outcome == REACHED, ~_has_time())
        .scalar_subquery()
    )
    found = {}
    for known_id, entered, called in session.execute(select(patient_id, by_time, by_call)):
        if entered is not None or called is not None:
            found[known_id] = max(at for at in (entered, called) if at is not None)
    return found


def _has_time() -> ColumnElement[bool]:
    return exists().where(TimeEntry.call_id == Call.id)


def _attempt(outcome: str | None) -> str:
    """Return a call's own word for an attempt; a call that was corrected to one has none."""
    return outcome if outcome and outcome != REACHED else ATTEMPT
