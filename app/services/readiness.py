from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, Packet, Patient, Practitioner
from app.rules.case_json import case_to_json
from app.rules.errors import ClinicError
from app.rules.families import Line
from app.rules.month import Month
from app.rules.month_case import MonthCase
from app.rules.packet_facts import VOID, Making, total_cents
from app.rules.papers import MissingThing, ReadinessReport, ReadinessRow
from app.rules.readiness import Readiness as Verdict
from app.rules.rule_book import Place, RuleBook
from app.services.approvals import approved_now
from app.services.door import reads, writes
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

_AT_ONCE = 300
_STEPS = 3
READY, SHORT, BLOCKED, APPROVED, EXPORTED = "ready", "short", "blocked", "approved", "exported"
STATES = (SHORT, BLOCKED, READY, APPROVED, EXPORTED)
"""The states of the board, in its order. Approved and exported months were ready."""


class NoSuchCase(ClinicError):
    """The id is of nobody who has a case for the month."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A blocker or warning: in words, whose job it mostly is, and where it is mended (see `rule_book.Finding`)."""

    code: str
    sentence: str
    owner: str
    place: str
    group: str


@dataclass(frozen=True, slots=True)
class ExcludedTime:
    """Seconds of a month that do not count for one reason: in words, and where it is mended if it is a mistake."""

    sentence: str
    place: str
    seconds: int


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A patient on the board.

    `name` is as lists have it. `state` is one of `STATES`, `verdict` the rules' own. `lines` are the recommended
    family's, whatever else blocks. `charge_cents` is what the clinic charges for them, `estimate_cents` what Medicare's
    national amounts come to (an estimate, never a charge); either is None where it is not known. `seconds_to_go` leads
    from `toward_seconds`, what the recommended family counts, to a unit of `next_code`; `steps` are the family's first
    thresholds in seconds. `excluded` has a row a reason, the longest first. `packet_no` is that of the packet made
    of it, draft or final, if any; `changed_since`: the record is no longer what the final packet says.
    """

    patient_id: int
    case_id: str
    external_id: str | None
    mrn: str
    name: str
    practitioner: str
    npi: str
    state: str
    verdict: str
    family: str | None
    staff_seconds: int
    practitioner_seconds: int
    lines: tuple[Line, ...]
    charge_cents: int | None
    estimate_cents: int | None
    blockers: tuple[FindingRow, ...]
    warnings: tuple[FindingRow, ...]
    excluded: tuple[ExcludedTime, ...]
    toward_seconds: int
    steps: tuple[int, ...]
    next_code: str | None
    seconds_to_go: int | None
    packet_no: str | None
    changed_since: bool

    @property
    def pooled_seconds(self) -> int:
        return self.staff_seconds + self.practitioner_seconds


@dataclass(frozen=True, slots=True)
class Board:
    """A month: its patients by name, and how many are in each of `STATES`. `is_over`: packets can be made of it."""

    month: Month
    is_over: bool
    rule_version: str
    rows: tuple[BoardRow, ...]
    counts: Mapping[str, int]


class Readiness:
    """Who can be billed for a month, who cannot, and why. Every method raises `MonthUnknown`."""

    def __init__(self, ledger: Ledger, book: RuleBook, program_version: str) -> None:
        self._ledger = ledger
        self._book = book
        self._program_version = program_version

    @reads("readiness.read")
    def board(self, reading: Reading, month: Month) -> Board:
        """Return the month's board, live until its packets are made."""
        clinic = clinic_of(reading.session)
        rows = board_rows(reading.session, clinic, judge(reading.session, clinic, month, self._book), self._book)
        counts = Counter(row.state for row in rows)
        return Board(
            month=month,
            is_over=reading.now >= month.bounds(ZoneInfo(clinic.time_zone))[1],
            rule_version=self._book.version,
            rows=tuple(rows),
            counts={state: counts[state] for state in STATES},
        )

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


def board_rows(session: Session, clinic: Clinic, judged: list[Judged], book: RuleBook) -> list[BoardRow]:
    """Return the board's rows, by name."""
    if not judged:
        return []
    month = judged[0].case.month
    approved = approved_now(session, clinic, judged, book)
    charges = charges_on(session, month.last)
    packets = {
        row.patient_id: row.packet_no
        for row in session.execute(
            select(Packet.patient_id, Packet.packet_no).where(Packet.month == str(month), Packet.state != VOID)
        )
    }
    rows = [
        _row(each, book, charges, packets.get(each.patient.id), is_approved=each.patient.id in approved)
        for each in judged
    ]
    order = {each.patient.id: (each.patient.sort_name, each.patient.id) for each in judged}
    return sorted(rows, key=lambda row: order[row.patient_id])


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
                status=row.state.capitalize() if row.state in (APPROVED, EXPORTED) else None,
            )
        )
    return ReadinessReport(clinic_facts(clinic), str(month), making, book.version, tuple(rows))


def estimate_cents(case: MonthCase, result: Verdict, book: RuleBook) -> int | None:
    """Return what Medicare's national amounts for the recommended lines come to, floored; None where one is unknown.

    The share of the fee schedule that the practitioner's kind is paid is taken (42 CFR 414.52, 414.56); coinsurance,
    sequestration and locality are not. Never the sum to charge.
    """
    on = result.date_of_service or case.month.last
    place: Place = "facility" if case.setting == "facility" else "non_facility"
    kind = case.billing_practitioner.kind
    percent = next(
        (
            row.percent_of_fee_schedule
            for row in book.practitioner_kinds
            if row.kind == kind and row.from_on <= on and (row.until_on is None or on <= row.until_on)
        ),
        None,
    )
    amounts = [(book.payment(line.code, on, place), line.units) for line in result.would_bill]
    if not amounts or percent is None:
        return None
    total = 0
    for cents, units in amounts:
        if cents is None:
            return None
        total += cents * units * percent // 100
    return total


def findings(codes: Iterable[str], book: RuleBook) -> tuple[FindingRow, ...]:
    """Return blockers or warnings in words, in the order of the board's checks."""
    order = {check.key: place for place, check in enumerate(book.checks)}
    found = [book.finding(code) for code in codes]
    found.sort(key=lambda finding: (order[finding.group], finding.code))
    return tuple(FindingRow(each.code, each.sentence, each.owner, each.place, each.group) for each in found)


def excluded_time(result: Verdict, book: RuleBook) -> tuple[ExcludedTime, ...]:
    """Return what of the month does not count, added up by reason."""
    seconds: Counter[str] = Counter()
    for row in result.excluded:
        seconds[row.reason] += row.seconds
    said = [(book.finding(reason), left_out) for reason, left_out in seconds.most_common()]
    return tuple(ExcludedTime(found.sentence, found.place, left_out) for found, left_out in said)


def toward(result: Verdict, book: RuleBook) -> tuple[int, tuple[int, ...]]:
    """Return the seconds that count for the recommended family, else clinical staff care, and its first thresholds."""
    families = book.for_month(result.month).families
    family = next(row for row in families if row.name == (result.family or "staff"))
    own = family.minutes_of == "practitioner"
    seconds = result.practitioner_seconds + (0 if own else result.clinical_staff_seconds)
    return seconds, tuple(60 * (family.base_minutes + more * family.add_on_minutes) for more in range(_STEPS))


def seconds_to_go(result: Verdict, book: RuleBook) -> int | None:
    """Return the seconds from what counts now to the next unit."""
    threshold = result.next_threshold
    if threshold is None:
        return None
    seconds, _ = toward(result, book)
    return (seconds // 60 + threshold.minutes_to_go) * 60 - seconds


def _row(
    each: Judged, book: RuleBook, charges: Mapping[str, int], packet_no: str | None, *, is_approved: bool
) -> BoardRow:
    patient, result = each.patient, each.result
    threshold = result.next_threshold
    counted, steps = toward(result, book)
    lines = line_facts(((line.code, line.units) for line in result.would_bill), charges)
    state: str = result.verdict
    if each.packet_no is not None:
        state = EXPORTED
    elif is_approved:
        state = APPROVED
    return BoardRow(
        patient_id=patient.id,
        case_id=patient.case_id,
        external_id=patient.external_id,
        mrn=patient.mrn,
        name=patient.listed,
        practitioner=patient.practitioner,
        npi=patient.npi,
        state=state,
        verdict=result.verdict,
        family=result.family,
        staff_seconds=result.clinical_staff_seconds,
        practitioner_seconds=result.practitioner_seconds,
        lines=result.would_bill,
        charge_cents=total_cents(lines) if lines else None,
        estimate_cents=estimate_cents(each.case, result, book),
        blockers=findings(result.blockers, book),
        warnings=findings(result.warnings, book),
        excluded=excluded_time(result, book),
        toward_seconds=counted,
        steps=steps,
        next_code=threshold.code if threshold else None,
        seconds_to_go=seconds_to_go(result, book),
        packet_no=each.packet_no or packet_no,
        changed_since=each.changed_since,
    )


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
