from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, Patient, Practitioner
from app.rules.case_json import case_to_json
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.packet_facts import Making
from app.rules.papers import MissingThing, ReadinessReport, ReadinessRow
from app.rules.rule_book import RuleBook
from app.security.permissions import Actor
from app.services.board import days
from app.services.board.holds import HELD, NOT_BILLED
from app.services.board.rows import (
    APPROVED,
    BLOCKED,
    EXPORTED,
    READY,
    SHORT,
    STATES,
    Board,
    BoardRow,
    ExcludedTime,
    FindingRow,
    board_rows,
    estimate_cents,
    excluded_time,
    findings,
    seconds_to_go,
    since,
    toward,
)
from app.services.clinic_day import day_at
from app.services.door import composed, reads, writes
from app.services.judging import Judged, clinic_of, judge
from app.services.packet_gathering import (
    charges_on,
    clinic_facts,
    line_facts,
    local_iso,
    patient_facts,
    practitioner_facts,
)
from app.storage.ledger import Ledger, Reading, Work

__all__ = [
    "APPROVED",
    "BLOCKED",
    "EXPORTED",
    "HELD",
    "NOT_BILLED",
    "READY",
    "SHORT",
    "STATES",
    "Board",
    "BoardRow",
    "ExcludedTime",
    "FindingRow",
    "NoSuchCase",
    "Readiness",
    "board_rows",
    "estimate_cents",
    "excluded_time",
    "findings",
    "report_of",
    "seconds_to_go",
    "toward",
]

_AT_ONCE = 300
_VERDICTS = ("ready", "short", "blocked")
READ = "readiness.read"


class NoSuchCase(ClinicError):
    """The id is of nobody who has a case for the month."""


class Readiness:
    """Who can be billed for a month, who cannot, and why. Every method raises `MonthUnknown`."""

    def __init__(self, ledger: Ledger, book: RuleBook, program_version: str) -> None:
        self._ledger = ledger
        self._book = book
        self._program_version = program_version

    @composed(READ)
    def board(self, actor: Actor, month: Month) -> Board:
        """Return the month's board, live until its packets are made; it is kept as the day's, to look back at."""
        with self._ledger.reading(actor, READ) as reading:
            session = reading.session
            clinic = clinic_of(session)
            today = day_at(session, reading.now)
            before = days.day_before(session, month, today)
            found = board_rows(session, clinic, judge(session, clinic, month, self._book), self._book)
            states = {row.patient_id: row.state for row in found}
            is_news = days.is_kept(month, today) and bool(states) and days.kept_on(session, month, today) != states
            is_over = reading.now >= month.bounds(ZoneInfo(clinic.time_zone))[1]
        if is_news:
            # Nothing is decided by it and nobody waits for it, so that it is neither announced nor noted in the trail.
            with self._ledger.writing(actor, READ, audited=False) as work:
                days.keep(work.session, month, today, states)
        rows = found if before is None else [since(row, before.states) for row in found]
        counts = Counter(states.values())
        return Board(
            month=month,
            is_over=is_over,
            rule_version=self._book.version,
            rows=tuple(rows),
            counts={state: counts[state] for state in STATES},
            since=before.day if before is not None else None,
        )

    @reads("readiness.read")
    def history(self, reading: Reading, month: Month) -> tuple[days.DayCounts, ...]:
        """Return how many patients were in each state, for each day on which the board was looked at."""
        return days.history(reading.session, month)

    @reads("readiness.read")
    def results(self, reading: Reading, month: Month) -> list[dict[str, object]]:
        """Return the rules' result for each case, as `evaluate` prints it, in the order of their ids."""
        judged = judge(reading.session, clinic_of(reading.session), month, self._book)
        return [each.result.to_json() for each in judged]

    @writes("case.export")
    def case(self, work: Work, patient: str, month: Month) -> dict[str, object]:
        """Return a patient's month as a case for the rules (MONTH_CASE), by the id it has there. Raise `NoSuchCase`.

        It leaves the encrypted file, so the trail notes it.
        """
        found = _named(work.session, patient)
        judged = judge(work.session, clinic_of(work.session), month, self._book, found)
        if not judged:
            raise NoSuchCase("No patient with this id is or was enrolled; the id is the one that `readiness` prints.")
        work.about(judged[0].patient.id)
        work.note(month=str(month))
        return case_to_json(judged[0].case)

    @writes("readiness.read")
    def report(self, work: Work, month: Month) -> ReadinessReport:
        """Return the board as a paper, of now. It leaves the encrypted file, so the trail notes it."""
        clinic = clinic_of(work.session)
        judged = judge(work.session, clinic, month, self._book)
        making = Making(
            packet_id=f"CL-{month}-readiness",
            made_at=local_iso(work.now, clinic.time_zone),
            made_by=work.actor.name,
            program_version=self._program_version,
        )
        work.note(month=str(month), paper="readiness")
        return report_of(work.session, clinic, month, judged, self._book, making=making)


def report_of(
    session: Session, clinic: Clinic, month: Month, judged: list[Judged], book: RuleBook, *, making: Making
) -> ReadinessReport:
    """Return the board as a paper."""
    patients = _patients(session, [each.patient.id for each in judged])
    billers = {row.id: row for row in session.scalars(select(Practitioner))}
    cases = {each.patient.id: each for each in judged}
    charges = charges_on(session, month.last)
    rows = []
    for row in board_rows(session, clinic, judged, book):
        each = cases[row.patient_id]
        rows.append(
            ReadinessRow(
                patient=patient_facts(patients[row.patient_id]),
                state=row.verdict,
                staff_seconds=row.staff_seconds,
                practitioner_seconds=row.practitioner_seconds,
                practitioner=practitioner_facts(
                    billers[each.patient.practitioner_id], each.case.billing_practitioner.kind
                ),
                lines=line_facts(((line.code, line.units) for line in row.lines), charges),
                expected_cents=row.estimate_cents,
                next_code=row.next_code,
                seconds_to_go=row.seconds_to_go,
                missing=tuple(MissingThing(found.sentence, found.owner, found.code) for found in row.blockers),
                warnings=tuple(found.sentence for found in row.warnings),
                status=row.state.replace("_", " ").capitalize() if row.state not in _VERDICTS else None,
            )
        )
    return ReadinessReport(clinic_facts(clinic), str(month), making, book.version, tuple(rows))


def _named(session: Session, case_id: str) -> list[int]:
    """Return the patient whose cases bear this id: the one in the files they came from, else "p" and our number."""
    found = session.scalar(select(Patient.id).where(Patient.external_id == case_id))
    if found is None and case_id[:1] == "p" and case_id[1:].isdecimal() and len(case_id) < 19:
        found = session.scalar(select(Patient.id).where(Patient.id == int(case_id[1:]), Patient.external_id.is_(None)))
    return [] if found is None else [found]


def _patients(session: Session, ids: Sequence[int]) -> dict[int, Patient]:
    found: dict[int, Patient] = {}
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        found |= {row.id: row for row in session.scalars(select(Patient).where(Patient.id.in_(some)))}
    return found
