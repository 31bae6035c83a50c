"""Principal care management: a predicate of its own, on the same case, with the minutes that were used for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.rules import month_blockers as shared
from app.rules.counting import Excluded, TimeCount, count_time
from app.rules.evaluate import evaluate
from app.rules.facts import Facts
from app.rules.families import ORDER, FamilyLines, Line, Minutes, minutes_of
from app.rules.month_case import MonthCase
from app.rules.rule_book import ProgrammeFamily, RuleBook

PCM = "pcm"
_CCM_TIME = "ccm"  # what is kept for CCM is another service, seen from here

Verdict = Literal["ready", "short", "blocked", "none"]


@dataclass(frozen=True, slots=True)
class PcmReadiness:
    """What a month comes to as principal care. `verdict` is "none" where no time was used for it.

    `would_bill` is the recommended family's whatever blocks; `family` is "staff" or "practitioner", None where neither
    is legal. `blockers` are codes of the rule book.
    """

    verdict: Verdict
    family: str | None
    would_bill: tuple[Line, ...]
    alternatives: tuple[FamilyLines, ...]
    minutes: Minutes
    blockers: tuple[str, ...]
    excluded: tuple[Excluded, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.would_bill if self.verdict == "ready" else ()


def principal_care(case: MonthCase, book: RuleBook) -> PcmReadiness:
    """Return the verdict on the month as principal care (CPT 99424 to 99427; CY2022 PFS final rule).

    Consent, initiating visit, plan and practitioner are asked for as in CCM; the condition, the minutes, the code
    families and the services beside it are principal care's own. Never both with CCM by one practitioner.
    """
    rules = book.for_month(case.month)
    turned = as_principal_care(case)
    count = count_time(turned, rules.counted_activities)
    minutes = minutes_of(count)
    families = [family for family in rules.programme_families if family.programme == PCM]
    legal = _legal(families, minutes)
    chosen = _recommended(legal)
    facts = Facts(turned, rules, count, minutes, legal, chosen)
    blockers = {code for code, bars in _SHARED.items() if bars(facts)}
    blockers |= _own(facts, count)
    blockers |= _beside(case, book)
    return PcmReadiness(
        verdict=_verdict(blockers, turned),
        family=chosen.family if chosen else None,
        would_bill=chosen.lines if chosen else (),
        alternatives=tuple(lines for lines in legal if lines is not chosen),
        minutes=minutes,
        blockers=tuple(sorted(blockers)),
        excluded=tuple(row for row in count.excluded if row.id in _used(case)),
    )


def as_principal_care(case: MonthCase) -> MonthCase:
    """Return the case with the time used for principal care in the place of CCM's, and CCM's as another service's."""
    entries = tuple(
        replace(entry, used_for=None if entry.used_for == PCM else entry.used_for or _CCM_TIME) for entry in case.time
    )
    return replace(case, time=entries)


def _used(case: MonthCase) -> frozenset[str]:
    return frozenset(entry.id for entry in case.time if entry.used_for == PCM)


def _legal(families: Sequence[ProgrammeFamily], minutes: Minutes) -> tuple[FamilyLines, ...]:
    legal = []
    for family in families:
        have = minutes.practitioner if family.minutes_of == "practitioner" else minutes.clinical_staff
        if have < family.base_minutes:
            continue
        units = (have - family.base_minutes) // family.add_on_minutes
        if family.add_on_cap is not None:
            units = min(units, family.add_on_cap)
        base = Line(family.base, 1)
        legal.append(FamilyLines(family.name, (base, Line(family.add_on, units)) if units else (base,)))
    return tuple(sorted(legal, key=lambda lines: ORDER.index(lines.family)))


def _recommended(legal: Sequence[FamilyLines]) -> FamilyLines | None:
    """Return the family to bill, never chosen by price: the staff's where it is legal, as in CCM (policy)."""
    return legal[0] if legal else None


def _own(facts: Facts, count: TimeCount) -> set[str]:
    found = set()
    if not any(row.significant_risk for row in facts.active_conditions()):
        found.add("PCM_NO_CONDITION")
    if not facts.legal:
        found.add("PCM_TIME_LT_THRESHOLD")
    if any(not span.entry.signed for span in count.spans):
        found.add("TIME_UNSIGNED")
    return found


def _beside(case: MonthCase, book: RuleBook) -> set[str]:
    rows = [row for row in book.for_month(case.month).programme_month if row.programme == PCM]
    found = {
        row.finding
        for service in case.other_services
        for row in rows
        if row.finding and case.month.contains(service.on) and service.code in row.codes and service.by in row.by
    }
    if case.already_billed or evaluate(case, book).verdict == "ready":
        found.add("PCM_WITH_CCM")
    return found


def _verdict(blockers: set[str], turned: MonthCase) -> Verdict:
    if not any(entry.used_for is None for entry in turned.time):
        return "none"
    if not blockers:
        return "ready"
    return "short" if blockers == {"PCM_TIME_LT_THRESHOLD"} else "blocked"


_SHARED: Mapping[str, Callable[[Facts], bool]] = {
    code: bars
    for code, bars in shared.BLOCKERS.items()
    if code not in {"COND_LT_2", "COND_DURATION_OR_RISK", "TIME_LT_THRESHOLD", "TIME_UNSIGNED", "ALREADY_BILLED"}
}
