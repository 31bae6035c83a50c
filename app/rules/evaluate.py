from datetime import date

from app.rules.counting import count_time
from app.rules.facts import Facts
from app.rules.families import legal_families, minutes_of, next_threshold, recommended
from app.rules.form import FormError
from app.rules.month_blockers import BLOCKERS
from app.rules.month_case import MonthCase
from app.rules.month_warnings import WARNINGS
from app.rules.readiness import Readiness, Verdict
from app.rules.rule_book import RuleBook
from app.rules.same_month import same_month_findings


def evaluate(case: MonthCase, book: RuleBook) -> Readiness:
    """Return the verdict on a patient's month: the same case and rule book always give the same result.

    Raises `FormError` for the field `month` when the book does not know the month for the case's setting.
    """
    refuse_unknown_month(case, book)
    facts = gather_facts(case, book)
    beside = same_month_findings(facts)
    blockers = {code for code, bars in BLOCKERS.items() if bars(facts)}
    blockers |= {code for code in beside if not code.startswith("W_")}
    warnings = {code for code, applies in WARNINGS.items() if applies(facts)}
    warnings |= {code for code in beside if code.startswith("W_")}
    chosen = facts.chosen
    return Readiness(
        id=case.id,
        month=case.month,
        verdict=_verdict(blockers),
        family=chosen.family if chosen else None,
        would_bill=chosen.lines if chosen else (),
        alternatives=tuple(lines for lines in facts.legal if lines is not chosen),
        date_of_service=date_of_service(case),
        clinical_staff_seconds=facts.count.clinical_staff,
        practitioner_seconds=facts.count.practitioner,
        minutes=facts.minutes,
        next_threshold=next_threshold(chosen, facts.minutes, facts.rules.families),
        blockers=tuple(sorted(blockers)),
        warnings=tuple(sorted(warnings)),
        excluded=facts.count.excluded,
    )


def gather_facts(case: MonthCase, book: RuleBook) -> Facts:
    """Return the case with its counted time and legal families."""
    rules = book.for_month(case.month)
    count = count_time(case, rules.counted_activities)
    minutes = minutes_of(count)
    legal = legal_families(minutes, case.mdm, case.month, rules.families)
    return Facts(case, rules, count, minutes, legal, recommended(legal, minutes, rules.families))


def refuse_unknown_month(case: MonthCase, book: RuleBook) -> None:
    """Raise `FormError` for a month before the rules' first known one for its setting; later years carry forward."""
    if not book.knows(case.month, case.setting):
        name = f'case "{case.id}"' if case.id else "the case"
        raise FormError(name, "month", f"is before the first whose rules are known for {case.setting}")


def date_of_service(case: MonthCase) -> date | None:
    """Return the month's last day, or the day of death in it; None when the patient died before the month.

    The date the threshold was met or any later one in the month will do (CMS CCM FAQ 2016); never after death.
    """
    died = case.patient.died
    if died is None or died > case.month.last:
        return case.month.last
    return died if died >= case.month.first else None


def _verdict(blockers: set[str]) -> Verdict:
    if not blockers:
        return "ready"
    return "short" if blockers == {"TIME_LT_THRESHOLD"} else "blocked"
