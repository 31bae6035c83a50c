"""The checks a month goes through on the board: they group what the rules found, and decide nothing themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from app.rules.rule_book import RuleBook

CheckState = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of the board. `codes` are the findings under it, what blocks first.

    It fails where something blocks, warns where something is to be looked at, and passes otherwise.
    """

    key: str
    sentence: str
    state: CheckState
    codes: tuple[str, ...]


def check_results(blockers: Iterable[str], warnings: Iterable[str], book: RuleBook) -> tuple[CheckResult, ...]:
    """Return every check in its order. `warnings` may hold the board's own; KeyError for a code that is none of ours.

    A month short of time alone fails one check, for it cannot be billed; its verdict stays "short".
    """
    failed, warned = _by_group(blockers, book), _by_group(warnings, book)
    results = []
    for check in book.checks:
        blocking, beside = failed.get(check.key, ()), warned.get(check.key, ())
        state: CheckState = "fail" if blocking else "warn" if beside else "pass"
        results.append(CheckResult(check.key, check.sentence, state, (*blocking, *beside)))
    return tuple(results)


def _by_group(codes: Iterable[str], book: RuleBook) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code in sorted(set(codes)):
        group = book.finding(code).group
        found[group] = (*found.get(group, ()), code)
    return found
