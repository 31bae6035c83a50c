"""Why a month can be billed or not, line by line: each rule, where it stands, and what the record says for it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.rules.concurrent import Clash, Concurrent, clashes, concurrent
from app.rules.facts import Facts
from app.rules.families import Line, is_documented
from app.rules.month import second_of
from app.rules.packet_facts import ClinicFacts, GateFacts, Making, PatientFacts, PractitionerFacts
from app.rules.pcm import PcmReadiness, principal_care
from app.rules.readiness import Readiness
from app.rules.rule_book import Family, RuleBook


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Seconds of an entry that do not count, for one reason, and where that stands."""

    reason: str
    sentence: str
    source: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """One time entry: its id, when it was, whose, and what became of each of its seconds in the month.

    `seconds` are those within the month; `counted` and the `left_out` add up to them.
    """

    id: str
    start: datetime
    end: datetime
    staff: str
    role: str
    activity: str
    contact: str
    seconds: int
    counted: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class ExplainedFamily:
    """A code family: what it needs, what the month has, and what it would bill where it is legal.

    `standing` is "recommended", "alternative" or "not_met".
    """

    name: str
    standing: str
    needs: str
    has: str
    lines: tuple[Line, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A month explained. `rules` are the gate sheet's rows; the seconds are those that count.

    `pcm` is the month as principal care, None where no time was used for it; `g0506` what bars one on record.
    `is_supposed`: something in it is not on record, but was asked about ("what if").
    """

    month: str
    verdict: str
    lines: tuple[Line, ...]
    would_bill: tuple[Line, ...]
    staff_seconds: int
    practitioner_seconds: int
    families: tuple[ExplainedFamily, ...]
    rules: tuple[GateFacts, ...]
    entries: tuple[ExplainedEntry, ...]
    services: tuple[Concurrent, ...]
    clashes: tuple[Clash, ...]
    rule_version: str
    estimate_cents: int | None = None
    pcm: PcmReadiness | None = None
    g0506: tuple[str, ...] | None = None
    packet_no: str | None = None
    is_supposed: bool = False


@dataclass(frozen=True, slots=True)
class ExplanationPaper:
    """An explanation to be printed: of whose month, for whom it is billed, and the sentences of codes it names."""

    clinic: ClinicFacts
    patient: PatientFacts
    practitioner: PractitionerFacts
    making: Making
    explanation: Explanation
    sentences: Mapping[str, str]
    supposed: str = ""


def explained_families(facts: Facts, result: Readiness) -> tuple[ExplainedFamily, ...]:
    """Return every CCM family of the month, the recommended one first, then what is legal, then what is not met."""
    legal = {lines.family: lines.lines for lines in facts.legal}
    rank = {"recommended": 0, "alternative": 1, "not_met": 2}
    found = []
    for family in facts.rules.families:
        standing = "not_met"
        if family.name in legal:
            standing = "recommended" if family.name == result.family else "alternative"
        found.append(
            ExplainedFamily(
                family.name,
                standing,
                _needs(family),
                _has(family, facts),
                legal.get(family.name, ()),
                family.source,
            )
        )
    return tuple(sorted(found, key=lambda each: (rank[each.standing], each.name)))


def explained_entries(facts: Facts, result: Readiness, book: RuleBook) -> tuple[ExplainedEntry, ...]:
    """Return every entry with a second in the month, in order of time; what is left out is the result's own."""
    begins, over = facts.case.month.second_bounds(facts.case.zone)
    counted = facts.count.counted_by_entry()
    left_out: dict[str, list[LeftOut]] = defaultdict(list)
    for row in result.excluded:
        finding = book.finding(row.reason)
        left_out[row.id].append(LeftOut(row.reason, finding.sentence, finding.source, row.seconds))
    found = []
    for entry in sorted(facts.case.time, key=lambda each: (second_of(each.start), each.id)):
        seconds = min(second_of(entry.end), over) - max(second_of(entry.start), begins)
        if seconds <= 0:
            continue
        found.append(
            ExplainedEntry(
                id=entry.id,
                start=entry.start,
                end=entry.end,
                staff=entry.staff,
                role=entry.role,
                activity=entry.activity,
                contact=entry.contact,
                seconds=seconds,
                counted=counted.get(entry.id, 0),
                left_out=tuple(left_out[entry.id]),
            )
        )
    return tuple(found)


def explained(facts: Facts, result: Readiness, rules: tuple[GateFacts, ...], book: RuleBook) -> Explanation:
    """Return the explanation of a judged month; `rules` are its gate sheet."""
    case = facts.case
    pcm = principal_care(case, book)
    return Explanation(
        month=str(case.month),
        verdict=result.verdict,
        lines=result.lines,
        would_bill=result.would_bill,
        staff_seconds=result.clinical_staff_seconds,
        practitioner_seconds=result.practitioner_seconds,
        families=explained_families(facts, result),
        rules=rules,
        entries=explained_entries(facts, result, book),
        services=concurrent(case, book),
        clashes=clashes(case, book),
        rule_version=book.version,
        pcm=pcm if pcm.verdict != "none" else None,
    )


def _needs(family: Family) -> str:
    whose = "the practitioner's own" if family.minutes_of == "practitioner" else "staff and practitioner together"
    mdm = f"; {' or '.join(sorted(family.mdm_levels, reverse=True))} decision making documented in the month"
    cap = f", at most {family.add_on_cap}" if family.add_on_cap is not None else ""
    return (
        f"{family.base}: {family.base_minutes} full minutes, {whose}{mdm if family.mdm_levels else ''}; "
        f"{family.add_on} for each further {family.add_on_minutes}{cap}"
    )


def _has(family: Family, facts: Facts) -> str:
    minutes = facts.minutes
    have = minutes.practitioner if family.minutes_of == "practitioner" else minutes.pooled
    said = f"{have} full minutes"
    if family.mdm_levels:
        documented = is_documented(facts.case.mdm, family, facts.case.month)
        said += "; decision making documented" if documented else "; no such decision making documented in the month"
    return said
