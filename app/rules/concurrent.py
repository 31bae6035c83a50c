"""The services recorded beside CCM in a month, each held against what is known of it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.rules.month_case import MonthCase, OtherService
from app.rules.rule_book import Exclusive, MonthRules, RuleBook, SameMonth

_ORDER = {"block": 0, "warn": 1, "ok": 2}
OWN = ("same_practitioner", "same_practice")
"""Whose services are one practice's, seen from the biller."""


@dataclass(frozen=True, slots=True)
class Concurrent:
    """A service beside CCM. `verdict` is "unknown" where the rule book has no row for it, or none for who gave it."""

    code: str
    label: str
    programme: str
    on: date
    by: str
    verdict: Literal["block", "warn", "ok", "unknown"]
    finding: str | None
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Two codes on record in one month that the practice does not bill together, and why."""

    code: str
    other: str
    note: str
    source: str


def concurrent(case: MonthCase, book: RuleBook) -> tuple[Concurrent, ...]:
    """Return every service of the month beside CCM, in order of day and code (PFS and CPT, by row)."""
    rules = book.for_month(case.month)
    found = [_held_against(service, rules, book) for service in case.other_services if case.month.contains(service.on)]
    return tuple(sorted(found, key=lambda row: (row.on, row.code, row.by)))


def clashes(case: MonthCase, book: RuleBook) -> tuple[Clash, ...]:
    """Return the pairs of the practice's own services that exclude one another, by the rule book's rows."""
    own = sorted({row.code for row in case.other_services if case.month.contains(row.on) and row.by in OWN})
    rows: tuple[Exclusive, ...] = book.for_month(case.month).exclusive
    pairs = [(code, other) for code in own for other in own]
    return tuple(
        Clash(code, other, row.note, row.source)
        for row in rows
        for code, other in pairs
        if code in row.codes and other in row.without
    )


def _held_against(service: OtherService, rules: MonthRules, book: RuleBook) -> Concurrent:
    rows = [row for row in rules.beside if service.code in row.codes and service.by in row.by]
    row: SameMonth | None = min(rows, key=lambda each: _ORDER[each.verdict], default=None)
    known = book.code(service.code, service.on)
    return Concurrent(
        code=service.code,
        label=known.label if known else "",
        programme=known.programme if known else "",
        on=service.on,
        by=service.by,
        verdict=row.verdict if row else "unknown",
        finding=row.finding if row else None,
        note=row.note if row else "",
        source=row.source if row else "",
    )
