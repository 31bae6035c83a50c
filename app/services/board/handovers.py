"""Findings of the board handed to somebody as a follow-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import FollowUp
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.rule_book import RuleBook
from app.services.clinic_day import day_at
from app.services.door import reads, writes
from app.services.follow_up_rows import FollowUpRow
from app.services.follow_ups import FollowUpForm, write_down
from app.services.staff import callers, names_of_staff
from app.storage.ledger import Ledger, Reading, Work

SOON = timedelta(days=2)


class AlreadyHanded(ClinicError):
    """Somebody has the task already."""

    def __init__(self, handed: "Handed") -> None:
        super().__init__(f"{handed.to} has this task already, until {handed.due_on:%m/%d/%Y}. Change it in Follow-ups.")


@dataclass(frozen=True, slots=True)
class Handed:
    """A finding that somebody has as an open follow-up."""

    follow_up_id: int
    to: str
    due_on: date


@dataclass(frozen=True, slots=True)
class HandOver:
    """A task of the board for somebody: which finding, to whom, until when; `more` is said beside the finding."""

    code: str
    owner_id: int
    due_on: date | None
    more: str = ""


def handed(session: Session, month: Month) -> Mapping[tuple[int, str], Handed]:
    """Return, by patient and finding, the open follow-ups that were handed over for a month."""
    prefix = f"{month} "
    names = names_of_staff(session)
    rows = session.execute(
        select(FollowUp.id, FollowUp.patient_id, FollowUp.about, FollowUp.owner_id, FollowUp.due_on).where(
            FollowUp.status == "open", FollowUp.about.startswith(prefix, autoescape=True)
        )
    )
    return {
        (row.patient_id, str(row.about).removeprefix(prefix)): Handed(row.id, names[row.owner_id], row.due_on)
        for row in rows
    }


class HandOvers:
    """Handing what is missing to whoever is to mend it."""

    def __init__(self, ledger: Ledger, book: RuleBook) -> None:
        self._ledger = ledger
        self._book = book

    @reads("readiness.read")
    def people(self, reading: Reading) -> tuple[tuple[int, str], ...]:
        """Return, by name, those who can be handed a task."""
        return callers(reading.session)

    @reads("readiness.read")
    def due(self, reading: Reading) -> date:
        """Return the day that is proposed for a task."""
        return day_at(reading.session, reading.now) + SOON

    @writes("month.assign")
    def hand(self, work: Work, patient_id: int, month: Month, task: HandOver) -> FollowUpRow:
        """Write the finding down as a follow-up of its owner's.

        Raises `FieldFaults` (`owner_id`, `due_on`, `what`), `NoSuchPatient`, or `AlreadyHanded` while one is open.
        """
        finding = self._book.finding(task.code)
        known = handed(work.session, month).get((patient_id, task.code))
        if known is not None:
            raise AlreadyHanded(known)
        more = f"\n{task.more.strip()}" if task.more.strip() else ""
        form = FollowUpForm(
            what=f"{month.first:%B %Y}: {finding.sentence}{more}",
            due_on=task.due_on,
            owner_id=task.owner_id,
            urgency="none",
            about=f"{month} {task.code}",
        )
        return write_down(work, patient_id, form)
