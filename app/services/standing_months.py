"""What the running month of every patient comes to, kept between two looks so that a look is quick."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.models import AuditEvent, Clinic, StandingMonth, TimeEntry
from app.rules.month import Month
from app.rules.month_case import LONGEST_ENTRY_SECONDS
from app.rules.rule_book import RuleBook
from app.services.clinic_day import zone_of
from app.services.judging import Judged, judge
from app.services.readiness import seconds_to_go

_NAMED_AT_MOST = 200  # more are as quickly judged all together

# Events about nobody, after which every month still is what it was.
_BESIDE = frozenset(
    {
        *("session.use", "password.change", "lock.edit", "call_sheet.print", "call.plan", "readiness.read"),
        *("backup.make", "integrity.check", "audit.read"),
    }
)


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """A patient's running month: the seconds that count, those to the next unit and its code, and the verdict.

    `has_unit`: the first threshold is passed. `blockers` and `warnings` are codes of the rule book.
    """

    seconds: int
    next_code: str | None
    seconds_to_go: int | None
    has_unit: bool
    verdict: str
    blockers: frozenset[str]
    warnings: frozenset[str]


class StandingMonths:
    """The verdicts of one month. Only patients whom the audit trail names since the last look are judged anew."""

    def __init__(self, book: RuleBook, program_version: str) -> None:
        self._book = book
        self._made_by = f"{program_version} {book.version}"
        self._lock = Lock()
        self._kept_seq = 0
        self._month: Month | None = None
        self._seq = 0
        self._known: dict[int, MonthStanding] = {}

    def of(self, session: Session, clinic: Clinic, month: Month) -> Mapping[int, MonthStanding]:
        """Return each case's month, by patient; nothing where the month's rules are not known."""
        if not self._book.knows(month, clinic.setting):
            return {}
        with self._lock:
            if self._month is None:
                self._recall(session, month)
            newest = session.scalar(select(func.max(AuditEvent.seq))) or 0
            named = self._named_since(session) if month == self._month and newest >= self._seq else None
            if named is None:
                self._known = {
                    each.patient.id: self._standing(each) for each in judge(session, clinic, month, self._book)
                }
            elif named:
                ids = named | _in_the_same_hands(session, month, named)
                judged = judge(session, clinic, month, self._book, ids)
                self._known = {key: kept for key, kept in self._known.items() if key not in ids}
                self._known |= {each.patient.id: self._standing(each) for each in judged}
            self._month, self._seq = month, newest
            return dict(self._known)

    def keep(self, session: Session) -> bool:
        """Keep what is known for the next sign-in, in the encrypted file; tell whether there was anything new."""
        with self._lock:
            if self._month is None or self._seq == self._kept_seq:
                return False
            row = session.get(StandingMonth, 1) or StandingMonth(id=1)
            row.month, row.seq, row.made_by = str(self._month), self._seq, self._made_by
            row.months = {str(patient_id): _as_stored(standing) for patient_id, standing in self._known.items()}
            session.add(row)
            self._kept_seq = self._seq
            return True

    def _recall(self, session: Session, month: Month) -> None:
        row = session.get(StandingMonth, 1)
        # Other rules, another program: it may have come to something else then.
        if row is not None and (row.month, row.made_by) == (str(month), self._made_by):
            self._month, self._seq, self._kept_seq = month, row.seq, row.seq
            self._known = {int(patient_id): _from_stored(stored) for patient_id, stored in row.months.items()}

    def _named_since(self, session: Session) -> set[int] | None:
        """Return the patients of all events since the last look; None when one of them may be about anybody."""
        events = session.execute(
            select(AuditEvent.patient_id, AuditEvent.action)
            .where(AuditEvent.seq > self._seq, AuditEvent.outcome == "ok")
            .distinct()
        ).all()
        if any(event.patient_id is None and event.action not in _BESIDE for event in events):
            return None
        named = {event.patient_id for event in events if event.patient_id is not None}
        return named if len(named) <= _NAMED_AT_MOST else None

    def _standing(self, each: Judged) -> MonthStanding:
        result = each.result
        return MonthStanding(
            seconds=result.clinical_staff_seconds + result.practitioner_seconds,
            next_code=result.next_threshold.code if result.next_threshold else None,
            seconds_to_go=seconds_to_go(result, self._book),
            has_unit=result.family is not None,
            verdict=result.verdict,
            blockers=frozenset(result.blockers),
            warnings=frozenset(result.warnings),
        )


def _as_stored(standing: MonthStanding) -> list[Any]:
    return [
        standing.seconds,
        standing.next_code,
        standing.seconds_to_go,
        standing.has_unit,
        standing.verdict,
        sorted(standing.blockers),
        sorted(standing.warnings),
    ]


def _from_stored(stored: list[Any]) -> MonthStanding:
    seconds, code, to_go, has_unit, verdict, blockers, warnings = stored
    return MonthStanding(seconds, code, to_go, has_unit, verdict, frozenset(blockers), frozenset(warnings))


def _in_the_same_hands(session: Session, month: Month, patients: set[int]) -> set[int]:
    """Return others for whom somebody's work in the month overlaps work on one of `patients`, in any version of it.

    A second of somebody's counts for one patient alone, so that what is written about one can change the other.
    """
    begins, over = month.bounds(zone_of(session))
    mine, other = aliased(TimeEntry), aliased(TimeEntry)
    longest = timedelta(seconds=LONGEST_ENTRY_SECONDS)
    query = (
        select(other.patient_id)
        .join(mine, (mine.staff == other.staff) & (mine.start_at < other.end_at) & (other.start_at < mine.end_at))
        .where(mine.patient_id.in_(sorted(patients)), mine.start_at >= begins - longest, mine.start_at < over)
        .where(other.start_at >= begins - 2 * longest, other.start_at < over + longest)
        .where(other.patient_id != mine.patient_id)
        .distinct()
    )
    return set(session.scalars(query))
