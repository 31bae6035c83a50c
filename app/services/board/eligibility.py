"""When a patient's eligibility was asked, of whom, and what was answered: evidence beside the coverage on record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import EligibilityCheck, Person
from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.month import Month
from app.services.clinic_day import day_at
from app.services.door import reads, writes
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading, Work

ANSWERS = ("part_b", "medicare_advantage", "none", "unclear")
OTHER_BILLERS = ("no", "yes", "not_asked")


@dataclass(frozen=True, slots=True)
class EligibilityForm:
    """That somebody asked. `answer` is one of `ANSWERS`; `other_biller` of `OTHER_BILLERS`; `how`: where it was asked.

    `other_biller` says whether another practice gives the patient care management.
    """

    asked_on: date | None = None
    answer: str = "part_b"
    other_biller: str = "not_asked"
    how: str = ""


@dataclass(frozen=True, slots=True)
class EligibilityRow:
    """One asking, as it was recorded; `by` is a name."""

    asked_on: date
    answer: str
    other_biller: str
    how: str
    at: datetime
    by: str


def asked_for(session: Session, month: Month) -> frozenset[int]:
    """Return the patients whose eligibility was asked for a month: in it, or in the month after, when it is closed."""
    rows = session.scalars(
        select(EligibilityCheck.patient_id)
        .where(EligibilityCheck.asked_on >= month.first, EligibilityCheck.asked_on <= month.next.last)
        .distinct()
    )
    return frozenset(rows)


class Eligibility:
    """Asking whether a month can be billed, and keeping that it was asked."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("readiness.read")
    def rows(self, reading: Reading, patient_id: int) -> tuple[EligibilityRow, ...]:
        """Return every asking for a patient, the newest first."""
        rows = reading.session.execute(
            select(EligibilityCheck, Person.name)
            .join(Person, Person.id == EligibilityCheck.by)
            .where(EligibilityCheck.patient_id == patient_id)
            .order_by(EligibilityCheck.asked_on.desc(), EligibilityCheck.id.desc())
        )
        return tuple(
            EligibilityRow(row.asked_on, row.answer, row.other_biller, row.how, row.at, name) for row, name in rows
        )

    @writes("eligibility.record")
    def record(self, work: Work, patient_ids: Sequence[int], form: EligibilityForm) -> int:
        """Keep that eligibility was asked for these patients, with one answer for all; return how many.

        Raises `FieldFaults` (`asked_on`, `answer`, `other_biller`, `how`) or `NoSuchPatient`. Coverage is not changed.
        """
        check = FormCheck()
        today = day_at(work.session, work.now)
        asked_on = check.day("asked_on", form.asked_on, needed="Give the day on which it was asked.", latest=today)
        answer = check.choice("answer", form.answer, ANSWERS, "Choose what was answered.")
        other = check.choice("other_biller", form.other_biller, OTHER_BILLERS, "Choose an answer of the list.")
        how = check.line("how", form.how)
        check.finish()
        if asked_on is None:
            raise FieldFaults({"asked_on": "Give the day on which it was asked."})
        wanted = sorted(set(patient_ids))
        for patient_id in wanted:
            patient_of(work.session, patient_id)
            work.session.add(
                EligibilityCheck(
                    patient_id=patient_id,
                    asked_on=asked_on,
                    answer=answer,
                    other_biller=other,
                    how=how,
                    at=work.now,
                    by=work.actor.person_id,
                )
            )
        if len(wanted) == 1:
            work.about(wanted[0])
        work.note(asked_on=asked_on.isoformat(), patients=len(wanted))
        return len(wanted)


def newest_asked(session: Session, patient_ids: Collection[int]) -> dict[int, date]:
    """Return, by patient, the last day on which eligibility was asked."""
    rows = session.execute(
        select(EligibilityCheck.patient_id, EligibilityCheck.asked_on)
        .where(EligibilityCheck.patient_id.in_(sorted(patient_ids)))
        .order_by(EligibilityCheck.asked_on)
    )
    return {row.patient_id: row.asked_on for row in rows}
