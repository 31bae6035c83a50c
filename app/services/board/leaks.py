"""What a month stands to lose, and why: patients, minutes and an estimate of the money, by cause."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.models import Enrolment, Note, NoteFiling, Patient
from app.rules.evaluate import evaluate
from app.rules.families import Line
from app.rules.month import Month
from app.rules.rule_book import RuleBook
from app.services.board.holds import HELD, NOT_BILLED
from app.services.board.rows import EXPORTED, READY, BoardRow, board_rows, estimate_cents, estimate_of
from app.services.caseload import CaseloadPatient, caseload
from app.services.clinic_day import zone_of
from app.services.door import reads
from app.services.incomplete_cycles import incomplete_cycles
from app.services.judging import Judged, clinic_of, judge
from app.services.local_words import day_in_words, minutes_in_words
from app.services.standing_months import StandingMonths
from app.storage.ledger import Ledger, Reading

CAUSES = (
    "no_call_planned",
    "consent_pending",
    "plan",
    "doubtful_time",
    "unreachable",
    "cycles",
    "follow_ups",
    "notes",
)
"""Why something may be lost, in the order of the screen."""
PENDING_AFTER = timedelta(days=14)
TRIED_IN_VAIN = 3
_PLAN = ("PLAN_MISSING", "PLAN_UNSIGNED", "PLAN_COPY_NOT_GIVEN")
_SETTLED = (EXPORTED, HELD, NOT_BILLED)


@dataclass(frozen=True, slots=True)
class LeakingPatient:
    """A patient of a leak: what it is in words, and where it is mended.

    `seconds` is work of the month that would go unbilled, `cents` the estimate that goes with it: 0 where the month can
    be billed as it is, None where no amount is known.
    """

    patient_id: int
    name: str
    detail: str
    place: str
    seconds: int
    cents: int | None


@dataclass(frozen=True, slots=True)
class Leak:
    """All patients of one of `CAUSES`, those with the most at stake first."""

    cause: str
    patients: tuple[LeakingPatient, ...]

    @property
    def seconds(self) -> int:
        return sum(row.seconds for row in self.patients)

    @property
    def cents(self) -> int:
        return sum(row.cents or 0 for row in self.patients)

    @property
    def unknown(self) -> int:
        """How many patients have something at stake whose amount is not known."""
        return sum(row.cents is None for row in self.patients)


@dataclass(frozen=True, slots=True)
class LeakReport:
    """A month's leaks. The sums count a patient once, by the most that is at stake under any cause.

    `patients` are those with something at stake; of a month that can be billed as it is, nothing is.
    """

    month: Month
    leaks: tuple[Leak, ...]
    patients: int
    seconds: int
    cents: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is looked at: the month's rows and verdicts, the caseload where the month runs, and the day."""

    month: Month
    rows: Mapping[int, BoardRow]
    judged: Mapping[int, Judged]
    patients: Mapping[int, CaseloadPatient]
    book: RuleBook
    today: date
    zone: ZoneInfo

    @property
    def is_running(self) -> bool:
        return Month.of(self.today) == self.month


class Leaks:
    """What is about to be lost, so that it is mended in time. Nothing here asks anybody to fill minutes up."""

    def __init__(self, ledger: Ledger, book: RuleBook, months: StandingMonths) -> None:
        self._ledger = ledger
        self._book = book
        self._months = months

    @reads("readiness.read")
    def of(self, reading: Reading, month: Month) -> LeakReport:
        """Return the month's leaks. Raises `MonthUnknown`. Held, closed and settled months lose nothing."""
        session = reading.session
        scene = self._scene(reading, month)
        found = {
            "no_call_planned": _no_call_planned(scene),
            "consent_pending": _consent_pending(session, scene),
            "plan": _plan(scene),
            "doubtful_time": _doubtful_time(scene),
            "unreachable": _unreachable(scene),
            "cycles": _cycles(session, reading.now, scene),
            "follow_ups": _follow_ups(scene),
            "notes": _notes(session, scene),
        }
        leaks = tuple(Leak(cause, tuple(sorted(found[cause], key=_most_first))) for cause in CAUSES)
        return _report(month, leaks)

    def _scene(self, reading: Reading, month: Month) -> _Scene:
        session = reading.session
        clinic = clinic_of(session)
        zone = zone_of(session)
        today = reading.now.astimezone(zone).date()
        judged = judge(session, clinic, month, self._book)
        rows = [row for row in board_rows(session, clinic, judged, self._book) if row.state not in _SETTLED]
        names = self._ledger.permissions.roles
        patients = (
            caseload(session, self._months, reading.actor, reading.now, names) if Month.of(today) == month else []
        )
        return _Scene(
            month=month,
            rows={row.patient_id: row for row in rows},
            judged={each.patient.id: each for each in judged},
            patients={patient.patient_id: patient for patient in patients},
            book=self._book,
            today=today,
            zone=zone,
        )


def has_call_before(patient: CaseloadPatient, last: date, zone: ZoneInfo) -> bool:
    """Whether a call is promised, planned or due by a day."""
    if patient.due_on is not None and patient.due_on <= last:
        return True
    return any(row.from_at.astimezone(zone).date() <= last for row in patient.promises)


def _no_call_planned(scene: _Scene) -> Iterator[LeakingPatient]:
    for row in scene.rows.values():
        if row.verdict != "short":
            continue
        patient = scene.patients.get(row.patient_id)
        if patient is not None and has_call_before(patient, scene.month.last, scene.zone):
            continue
        if scene.is_running and patient is None:
            continue  # stopped or dead: nobody is to be called
        if not scene.is_running and not row.pooled_seconds:
            continue  # nothing was worked that could be lost
        said = "no call is planned before the month ends" if scene.is_running else "the month is over"
        to_go = row.seconds_to_go or 0
        yield _leaking(scene, row, f"{minutes_in_words(to_go)} short; {said}", "time")


def _consent_pending(session: Session, scene: _Scene) -> Iterator[LeakingPatient]:
    waiting = [row for row in scene.rows.values() if any(found.code == "NO_CONSENT" for found in row.blockers)]
    began = _begun(session, scene.zone)
    for row in waiting:
        since = began.get(row.patient_id)
        if since is not None and scene.today - since > PENDING_AFTER:
            yield _leaking(scene, row, f"Consent pending since {day_in_words(since)}", "consent")


def _plan(scene: _Scene) -> Iterator[LeakingPatient]:
    for row in scene.rows.values():
        missing = [found for found in row.blockers if found.code in _PLAN]
        if missing:
            yield _leaking(scene, row, missing[0].sentence, "care_plan")


def _doubtful_time(scene: _Scene) -> Iterator[LeakingPatient]:
    for row in scene.rows.values():
        each = scene.judged[row.patient_id]
        unconfirmed = sum(left.seconds for left in each.result.excluded if left.reason == "X_UNCONFIRMED")
        unsigned = any(found.code == "TIME_UNSIGNED" for found in row.blockers)
        late = any(found.code == "W_LATE_ENTRY" for found in row.warnings)
        if unconfirmed:
            cents = _if_confirmed(scene, each)
            detail = f"{minutes_in_words(unconfirmed)} is not confirmed and does not count"
            yield LeakingPatient(row.patient_id, row.name, detail, "time", unconfirmed, cents)
        elif unsigned:
            yield _leaking(scene, row, "Counted time is not signed", "time")
        elif late:
            yield _leaking(scene, row, "Time was entered more than 72 hours late: have its reason ready", "time")


def _if_confirmed(scene: _Scene, each: Judged) -> int | None:
    """Return what the estimate gains if all time were confirmed, None where an amount is not known."""
    case = replace(each.case, time=tuple(replace(entry, confirmed=True) for entry in each.case.time))
    then = estimate_cents(case, evaluate(case, scene.book), scene.book)
    now = estimate_cents(each.case, each.result, scene.book) if each.result.would_bill else 0
    return None if then is None or now is None else max(0, then - now)


def _unreachable(scene: _Scene) -> Iterator[LeakingPatient]:
    for row in scene.rows.values():
        patient = scene.patients.get(row.patient_id)
        if patient is not None and patient.in_vain >= TRIED_IN_VAIN and row.verdict != READY:
            yield _leaking(scene, row, f"Tried {patient.in_vain} times without an answer", "overview")


def _cycles(session: Session, now: datetime, scene: _Scene) -> Iterator[LeakingPatient]:
    if not scene.is_running:
        return
    said: dict[int, list[str]] = defaultdict(list)
    for cycle in incomplete_cycles(session, now, scene.zone):
        said[cycle.patient_id].append(cycle.sentence)
    for patient_id, sentences in said.items():
        if patient_id in scene.rows:
            more = f" And {len(sentences) - 1} more." if len(sentences) > 1 else ""
            yield _leaking(scene, scene.rows[patient_id], f"{sentences[0]}{more}", "overview")


def _follow_ups(scene: _Scene) -> Iterator[LeakingPatient]:
    for patient in scene.patients.values():
        late = [row for row in patient.follow_ups if row.is_overdue]
        row = scene.rows.get(patient.patient_id)
        if late and row is not None:
            oldest = min(each.due_on for each in late)
            count = "1 follow-up" if len(late) == 1 else f"{len(late)} follow-ups"
            yield _leaking(scene, row, f"{count} overdue, the oldest since {day_in_words(oldest)}", "overview")


def _notes(session: Session, scene: _Scene) -> Iterator[LeakingPatient]:
    later, newest = aliased(Note), aliased(NoteFiling)
    filed = (
        select(newest.is_filed).where(newest.note_id == Note.id).order_by(newest.id.desc()).limit(1).scalar_subquery()
    )
    begins, over = scene.month.bounds(scene.zone)
    counts = session.execute(
        select(Note.patient_id, func.count())
        .where(Note.signed_at >= begins, Note.signed_at < over, ~exists().where(later.amends_id == Note.id))
        .where(func.coalesce(filed, 0) == 0)
        .group_by(Note.patient_id)
    )
    for patient_id, count in counts:
        row = scene.rows.get(patient_id)
        if row is not None:
            said = "1 note is" if count == 1 else f"{count} notes are"
            yield LeakingPatient(patient_id, row.name, f"{said} not in the EHR yet", "time", 0, 0)


def _leaking(scene: _Scene, row: BoardRow, detail: str, place: str) -> LeakingPatient:
    """Return a patient with what is at stake: nothing while the month can be billed, else all of its work so far."""
    if row.verdict == READY:
        return LeakingPatient(row.patient_id, row.name, detail, place, 0, 0)
    cents = row.estimate_cents if row.lines else _first_step(scene, row)
    return LeakingPatient(row.patient_id, row.name, detail, place, row.pooled_seconds, cents)


def _first_step(scene: _Scene, row: BoardRow) -> int | None:
    case = scene.judged[row.patient_id].case
    code = row.next_code or "99490"
    return estimate_of(case, (Line(code, 1),), case.month.last, scene.book)


def _begun(session: Session, zone: ZoneInfo) -> dict[int, date]:
    """Return, by patient, the day on which CCM began, or else on which they were added."""
    rows = session.execute(
        select(Enrolment.patient_id, Enrolment.ccm_started_on, Patient.added_at).join(
            Patient, Patient.id == Enrolment.patient_id
        )
    )
    return {row.patient_id: row.ccm_started_on or row.added_at.astimezone(zone).date() for row in rows}


def _most_first(row: LeakingPatient) -> tuple[object, ...]:
    return (-(row.cents or 0), -row.seconds, row.name, row.patient_id)


def _report(month: Month, leaks: Iterable[Leak]) -> LeakReport:
    kept = tuple(leaks)
    most: dict[int, list[LeakingPatient]] = defaultdict(list)
    for leak in kept:
        for row in leak.patients:
            most[row.patient_id].append(row)
    known = {key: [row.cents for row in rows if row.cents is not None] for key, rows in most.items()}
    return LeakReport(
        month=month,
        leaks=kept,
        patients=sum(any(row.seconds or row.cents != 0 for row in rows) for rows in most.values()),
        seconds=sum(max(row.seconds for row in rows) for rows in most.values()),
        cents=sum(max(cents, default=0) for cents in known.values()),
        unknown=sum(not cents for cents in known.values()),
    )
