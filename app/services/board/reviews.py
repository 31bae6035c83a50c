"""Hand-entered and estimated time, looked over by somebody else than the one whose time it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.models import TimeEntry, TimeReview
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.clinic_day import zone_of
from app.services.door import reads, writes
from app.services.month_case import current_time, newest_version
from app.services.patients import patient_of
from app.services.people import is_one_person_clinic
from app.storage.ledger import Ledger, Reading, Work

BY_HAND = ("manual", "estimated")
"""Sources of time that no timer measured from its start to its end."""


class NotYours(ClinicError):
    """Time is looked over by somebody else than the one who worked or entered it."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One hand-entered entry that waits for a look: when, how long, whose, entered by whom, and why.

    `is_mine`: it is the reader's own, so that somebody else must look.
    """

    entry_id: str
    version: int
    start: datetime
    seconds: int
    staff: str
    entered_by: str
    source: str
    activity: str
    reason: str
    note: str
    is_mine: bool


def waiting_for_review(session: Session, month: Month, zone: ZoneInfo) -> frozenset[int]:
    """Return the patients with hand-entered time in the month that nobody else has looked over."""
    return frozenset(session.scalars(select(TimeEntry.patient_id).where(*_waiting(month, zone)).distinct()))


class TimeReviews:
    """Looking over time that was entered by hand."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("time.read")
    def waiting(self, reading: Reading, patient_id: int, month: Month) -> tuple[ReviewRow, ...]:
        """Return a patient's hand-entered time of the month that waits for a look, in order of time."""
        session = reading.session
        alone = is_one_person_clinic(session)
        rows = session.scalars(
            select(TimeEntry)
            .where(TimeEntry.patient_id == patient_id, *_waiting(month, zone_of(session)))
            .order_by(TimeEntry.start_at)
        )
        name = reading.actor.name
        return tuple(
            ReviewRow(
                entry_id=row.entry_id,
                version=row.version,
                start=row.start_at,
                seconds=(row.end_at - row.start_at) // timedelta(seconds=1),
                staff=row.staff,
                entered_by=row.written_by,
                source=row.source,
                activity=row.activity,
                reason=row.reason,
                note=row.note,
                is_mine=not alone and name in (row.staff, row.written_by),
            )
            for row in rows
        )

    @writes("time.review")
    def review(self, work: Work, patient_id: int, month: Month) -> int:
        """Keep that the patient's hand-entered time of the month was looked over as it is now; return how many entries.

        Time of one's own is left for somebody else; where one person is the whole clinic that is said openly in the
        record. Raises `NoSuchPatient`, or `NotYours` where all of it is one's own.
        """
        session = work.session
        patient_of(session, patient_id)
        alone = is_one_person_clinic(session)
        rows = session.scalars(
            select(TimeEntry).where(TimeEntry.patient_id == patient_id, *_waiting(month, zone_of(session)))
        ).all()
        others = [row for row in rows if alone or work.actor.name not in (row.staff, row.written_by)]
        if rows and not others:
            raise NotYours("This is time of your own, or time that you entered. Somebody else must look it over.")
        for row in others:
            session.add(
                TimeReview(
                    entry_id=row.entry_id,
                    version=row.version,
                    patient_id=patient_id,
                    one_person_clinic=alone,
                    at=work.now,
                    by=work.actor.person_id,
                )
            )
        work.about(patient_id)
        work.note(month=str(month), entries=len(others))
        return len(others)


def _waiting(month: Month, zone: ZoneInfo) -> tuple[ColumnElement[bool], ...]:
    reviewed = exists().where(TimeReview.entry_id == TimeEntry.entry_id, TimeReview.version == TimeEntry.version)
    return (
        TimeEntry.source.in_(BY_HAND),
        ~TimeEntry.withdrawn,
        *current_time(*month.bounds(zone)),
        newest_version(),
        ~reviewed,
    )
