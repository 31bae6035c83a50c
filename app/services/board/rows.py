"""The board's rows: each patient's month with its state, what is missing, whose that is, and what it comes to."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, Packet
from app.rules.checks import CheckResult, check_results
from app.rules.families import Line
from app.rules.month import Month
from app.rules.month_case import MonthCase
from app.rules.packet_facts import VOID, total_cents
from app.rules.readiness import Readiness as Verdict
from app.rules.rule_book import Place, RuleBook
from app.services.approvals import approved_now, families_taken
from app.services.board.advice import advice
from app.services.board.handovers import Handed, handed
from app.services.board.holds import HELD, NOT_BILLED, Hold
from app.services.board.owners import Owners, owners
from app.services.judging import Judged
from app.services.packet_gathering import (
    charges_on,
    line_facts,
)

_STEPS = 3
READY, SHORT, BLOCKED, APPROVED, EXPORTED = "ready", "short", "blocked", "approved", "exported"
STATES = (SHORT, BLOCKED, READY, APPROVED, EXPORTED, HELD, NOT_BILLED)
"""The states of the board, in its order. Approved and exported months were ready; held ones may be anything beneath."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A blocker or warning: in words, whose job it mostly is, and where it is mended (see `rule_book.Finding`).

    `person` is who of that role answers for it, None and "" where nobody in particular does; `handed` is the open
    follow-up somebody has for it.
    """

    code: str
    sentence: str
    owner: str
    place: str
    group: str
    person_id: int | None = None
    person: str = ""
    handed: Handed | None = None


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
    family's, whatever else blocks; of approved and exported months those that are billed. `charge_cents` is what the
    clinic charges for them, `estimate_cents` what Medicare's national amounts come to (an estimate, never a charge);
    either is None where it is not known. `seconds_to_go` leads
    from `toward_seconds`, what the recommended family counts, to a unit of `next_code`; `steps` are the family's first
    thresholds in seconds. `excluded` has a row a reason, the longest first. `packet_no` is that of the packet made
    of it, draft or final, if any; `changed_since`: the record is no longer what the final packet says. `checks` are all
    of the board's, `hold` what keeps the month from being billed. `was` is the state on the board's day before, empty
    where there is none or it is the same.
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
    checks: tuple[CheckResult, ...] = ()
    hold: Hold | None = None
    was: str = ""

    @property
    def pooled_seconds(self) -> int:
        return self.staff_seconds + self.practitioner_seconds


@dataclass(frozen=True, slots=True)
class Board:
    """A month: its patients by name, and how many are in each of `STATES`. `is_over`: packets can be made of it.

    `since` is the day whose board the rows' `was` speak of, None where no earlier day was kept.
    """

    month: Month
    is_over: bool
    rule_version: str
    rows: tuple[BoardRow, ...]
    counts: Mapping[str, int]
    since: date | None = None


def board_rows(session: Session, clinic: Clinic, judged: list[Judged], book: RuleBook) -> list[BoardRow]:
    """Return the board's rows, by name."""
    if not judged:
        return []
    month = judged[0].case.month
    approved = approved_now(session, clinic, judged, book)
    beside = _Beside(
        charges_on(session, month.last),
        advice(session, month, ZoneInfo(clinic.time_zone)),
        owners(session),
        handed(session, month),
        families_taken(session, judged, approved),
    )
    packets = {
        row.patient_id: row.packet_no
        for row in session.execute(
            select(Packet.patient_id, Packet.packet_no).where(Packet.month == str(month), Packet.state != VOID)
        )
    }
    rows = [
        _row(each, book, beside, packets.get(each.patient.id), is_approved=each.patient.id in approved)
        for each in judged
    ]
    order = {each.patient.id: (each.patient.sort_name, each.patient.id) for each in judged}
    return sorted(rows, key=lambda row: order[row.patient_id])


def estimate_cents(case: MonthCase, result: Verdict, book: RuleBook) -> int | None:
    """Return what Medicare's national amounts for the recommended lines come to; see `estimate_of`."""
    return estimate_of(case, result.would_bill, result.date_of_service or case.month.last, book)


def estimate_of(case: MonthCase, lines: Sequence[Line], on: date, book: RuleBook) -> int | None:
    """Return what Medicare's national amounts for `lines` come to, floored; None where one is unknown.

    The share of the fee schedule that the practitioner's kind is paid is taken (42 CFR 414.52, 414.56); coinsurance,
    sequestration and locality are not. Never the sum to charge.
    """
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
    amounts = [(book.payment(line.code, on, place), line.units) for line in lines]
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


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the rows are made of beside the verdicts.

    Charges, the board's own warnings, owners, handed tasks, and what was approved instead of the recommended codes.
    """

    charges: Mapping[str, int]
    advice: Mapping[int, tuple[str, ...]]
    owners: Owners
    handed: Mapping[tuple[int, str], Handed]
    taken: Mapping[int, tuple[str, tuple[Line, ...]]]


def _row(each: Judged, book: RuleBook, beside: _Beside, packet_no: str | None, *, is_approved: bool) -> BoardRow:
    patient, result = each.patient, each.result
    threshold = result.next_threshold
    counted, steps = toward(result, book)
    family, billed = beside.taken.get(patient.id, (result.family, result.would_bill))
    lines = line_facts(((line.code, line.units) for line in billed), beside.charges)
    # A final packet is what it is: what the board would warn of today says nothing about it.
    own = beside.advice.get(patient.id, ()) if each.packet_no is None else ()
    warnings = (*result.warnings, *own)
    return BoardRow(
        patient_id=patient.id,
        case_id=patient.case_id,
        external_id=patient.external_id,
        mrn=patient.mrn,
        name=patient.listed,
        practitioner=patient.practitioner,
        npi=patient.npi,
        state=_state(each, is_approved=is_approved),
        verdict=result.verdict,
        family=family,
        staff_seconds=result.clinical_staff_seconds,
        practitioner_seconds=result.practitioner_seconds,
        lines=billed,
        charge_cents=total_cents(lines) if lines else None,
        estimate_cents=estimate_of(each.case, billed, result.date_of_service or each.case.month.last, book),
        blockers=_assigned(findings(result.blockers, book), each, beside),
        warnings=_assigned(findings(warnings, book), each, beside),
        excluded=excluded_time(result, book),
        toward_seconds=counted,
        steps=steps,
        next_code=threshold.code if threshold else None,
        seconds_to_go=seconds_to_go(result, book),
        packet_no=each.packet_no or packet_no,
        changed_since=each.changed_since,
        checks=check_results(result.blockers, warnings, book),
        hold=each.hold if each.packet_no is None else None,
    )


def _state(each: Judged, *, is_approved: bool) -> str:
    if each.packet_no is not None:
        return EXPORTED
    if each.hold is not None:
        return each.hold.kind
    return APPROVED if is_approved else each.result.verdict


def _assigned(found: tuple[FindingRow, ...], each: Judged, beside: _Beside) -> tuple[FindingRow, ...]:
    named = []
    for row in found:
        owner = beside.owners.of(row.owner, each.patient)
        task = beside.handed.get((each.patient.id, row.code))
        named.append(replace(row, person_id=owner.person_id, person=owner.name, handed=task))
    return tuple(named)


def since(row: BoardRow, before: Mapping[int, str]) -> BoardRow:
    was = before.get(row.patient_id, "")
    return replace(row, was=was) if was and was != row.state else row
