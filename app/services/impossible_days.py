"""A month's impossible days, read from the time entries and from when each person was signed in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import AuditEvent, Patient, Person, TimeEntry
from app.rules.impossible_day import DayFinding, Kind, Stretch, WorkedTime, impossible_days
from app.rules.month import Month
from app.services.clinic_day import zone_of
from app.services.door import reads
from app.services.month_case import current_time
from app.services.patients import display_name
from app.storage.ledger import Ledger, Reading

_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class DayToLookAt:
    """A finding as a list shows it; `patients` are id and name, in the order of their names.

    `sentence` says whose day it is too, `what` does not.
    """

    kind: Kind
    day: date
    staff: str
    sentence: str
    what: str
    entries: tuple[str, ...]
    patients: tuple[tuple[int, str], ...]


class ImpossibleDays:
    """Finds what a person should look at; nothing here changes what counts."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("time.read")
    def month(self, reading: Reading, month: Month) -> tuple[DayToLookAt, ...]:
        """Return the month's findings, by day."""
        found = findings(reading.session, month)
        names = _names(reading.session, sorted({patient for each in found for patient in each.patients}))
        return tuple(
            DayToLookAt(
                kind=each.kind,
                day=each.day,
                staff=", ".join(each.staff),
                sentence=each.sentence,
                what=each.what[:1].upper() + each.what[1:],
                entries=each.entries,
                patients=tuple(sorted(((id_, names[id_]) for id_ in each.patients), key=lambda pair: pair[1])),
            )
            for each in found
        )

    @reads("time.read")
    def of_patient(self, reading: Reading, patient_id: int, month: Month) -> dict[str, tuple[str, ...]]:
        """Return what is odd about a patient's entries of a month: sentences by the entries' ids."""
        warnings: dict[str, list[str]] = defaultdict(list)
        for each in findings(reading.session, month):
            if patient_id in each.patients:
                for entry_id in each.entries:
                    warnings[entry_id].append(each.sentence)
        return {entry_id: tuple(sentences) for entry_id, sentences in warnings.items()}


def findings(session: Session, month: Month) -> tuple[DayFinding, ...]:
    """Return what is odd about the days of a month; each names its entries and patients."""
    zone = zone_of(session)
    begins, over = month.bounds(zone)
    work = [
        WorkedTime(row.entry_id, row.patient_id, row.staff, row.start_at, row.end_at, row.source)
        for row in session.execute(
            select(
                *(TimeEntry.entry_id, TimeEntry.patient_id, TimeEntry.staff),
                *(TimeEntry.start_at, TimeEntry.end_at, TimeEntry.source),
            ).where(~TimeEntry.withdrawn, *current_time(begins, over))
        )
    ]
    signed_in, known_from = _presence(session, begins, over)
    found = impossible_days(work, zone, signed_in, known_from)
    return tuple(each for each in found if month.first <= each.day <= month.last)


def _presence(
    session: Session, begins: datetime, over: datetime
) -> tuple[dict[str, list[Stretch]], dict[str, datetime]]:
    """Return, by name, from the first to the last trace of each sign-in around the stretch, and the first of all."""
    signed_in: dict[str, list[Stretch]] = defaultdict(list)
    known_from: dict[str, datetime] = {}
    margin = timedelta(days=1)
    for person in session.execute(select(Person.id, Person.name)):
        first = session.scalar(select(func.min(AuditEvent.at)).where(AuditEvent.actor_id == person.id))
        if first is None:
            continue
        known_from[person.name] = min(first, known_from.get(person.name, first))
        traces = (
            select(func.min(AuditEvent.at).label("start"), func.max(AuditEvent.at).label("end"))
            .where(AuditEvent.actor_id == person.id, AuditEvent.at.between(begins - margin, over + margin))
            .group_by(AuditEvent.session)
        )
        signed_in[person.name] += [(row.start, row.end) for row in session.execute(traces)]
    return signed_in, known_from


def _names(session: Session, ids: list[int]) -> dict[int, str]:
    names: dict[int, str] = {}
    for first in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(Patient.id, Patient.family_name, Patient.given_name, Patient.suffix).where(
                Patient.id.in_(ids[first : first + _AT_ONCE])
            )
        )
        names |= {row.id: display_name(row.family_name, row.given_name, row.suffix) for row in rows}
    return names
