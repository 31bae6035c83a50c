"""From the tables of `resources/rules/*.toml`, already read, to a `RuleBook`. Every fault names its table and row."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal, TypeVar, cast, get_args

from app.rules import month_case as words
from app.rules.month import Month
from app.rules.rule_book import (
    Activities,
    Adjustment,
    Certainty,
    Check,
    Code,
    ConversionFactor,
    Exclusive,
    Family,
    Finding,
    Payment,
    PractitionerKind,
    ProgrammeFamily,
    ProgrammeMonth,
    RuleBook,
    SameMonth,
    Setting,
    VisitCodes,
)

T = TypeVar("T")
OWNERS = ("nurse", "practitioner", "manager", "admin")
PLACES = (
    "consent",
    "conditions",
    "care_plan",
    "enrolment",
    "time",
    "mdm",
    "coverage",
    "practitioner",
    "services",
    "stays",
    "patient",
    "clinic",
    "eligibility",
    "mbi",
    "review",
)
_RANGE = re.compile(r"([A-Z]?)([0-9]{4,5})-([A-Z]?)([0-9]{4,5})")
_CODE = re.compile(r"[0-9A-Z][0-9]{4}")


class RuleBookError(ValueError):
    """A rule table that cannot be used: which table, which row, and why."""


def parse_rule_book(tables: Mapping[str, object]) -> RuleBook:
    """Return the rule book of tables, by file name without ending ("ccm", "services", …), as `tomllib` reads them.

    Raises `RuleBookError` for a missing or unknown key, a wrong type, a row without source and certainty, or two rows
    of one thing in force on one day.
    """
    parts: dict[str, object] = {}
    for name, table in tables.items():
        if not isinstance(table, dict) or parts.keys() & table.keys():
            raise RuleBookError(f"{name}: not a table of its own")
        parts.update(table)
    head = _Row("edition", parts.pop("edition", None))
    label, first_known = head.text("label"), Month.parse(head.text("first_known_month"))
    head.end()
    checks = tuple(_rows(parts, "check", _check))
    book = RuleBook(
        version=f"{label}-{_digest(tables)}",
        label=label,
        first_known=first_known,
        settings=tuple(_rows(parts, "setting", _setting)),
        families=tuple(_rows(parts, "family", _family)),
        activities=tuple(_rows(parts, "activities", _activities)),
        practitioner_kinds=tuple(_rows(parts, "practitioner_kind", _practitioner_kind)),
        visits=tuple(_rows(parts, "visit", _visit)),
        same_month=tuple(_rows(parts, "same_month", _same_month)),
        codes=tuple(_rows(parts, "code", _code)),
        payments=tuple(_rows(parts, "payment", _payment)),
        conversion_factors=tuple(_rows(parts, "conversion_factor", _conversion_factor)),
        adjustments=tuple(_rows(parts, "adjustment", _adjustment)),
        checks=checks,
        findings={finding.code: finding for finding in _rows(parts, "finding", _finding)},
        board_findings={finding.code: finding for finding in _rows(parts, "board_finding", _finding)},
        programme_families=tuple(_rows(parts, "programme_family", _programme_family)),
        programme_month=tuple(_rows(parts, "programme_month", _programme_month)),
        programme_findings={finding.code: finding for finding in _rows(parts, "programme_finding", _finding)},
        exclusive=tuple(_rows(parts, "exclusive", _exclusive)),
    )
    if parts:
        raise RuleBookError(f"{min(parts)}: no such table is known")
    _refuse_gaps(book)
    return book


def _digest(tables: Mapping[str, object]) -> str:
    """Return twelve hexadecimal digits that change whenever any value in the tables does."""
    canonical = json.dumps(tables, sort_keys=True, separators=(",", ":"), default=date.isoformat)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _refuse_gaps(book: RuleBook) -> None:
    """Refuse what would make the rules say one thing twice, or nothing."""
    known = [name for row in book.activities for name in row.names]
    if sorted(known) != sorted(words.ACTIVITIES):
        raise RuleBookError("activities: each activity of the form must stand in exactly one row")
    if {row.kind for row in book.practitioner_kinds} != set(words.KINDS):
        raise RuleBookError("practitioner_kind: each kind of the form must have a row")
    if {row.name for row in book.settings} != set(words.SETTINGS):
        raise RuleBookError("setting: each setting of the form must have a row")
    groups = {check.key for check in book.checks}
    said = {row.finding for row in book.same_month if row.finding is not None}
    if unsaid := said - book.findings.keys():
        raise RuleBookError(f"same_month: {min(unsaid)} is not among the findings")
    if unsaid := {row.finding for row in book.programme_month if row.finding} - book.programme_findings.keys():
        raise RuleBookError(f"programme_month: {min(unsaid)} is not among the findings")
    said_at_all = (*book.findings.values(), *book.board_findings.values(), *book.programme_findings.values())
    if adrift := [finding.code for finding in said_at_all if finding.group not in groups]:
        raise RuleBookError(f"finding: {adrift[0]} belongs to no check")
    _refuse_overlap("payment", [(row.code, row.from_on, row.until_on) for row in book.payments])
    _refuse_overlap("code", [(row.code, row.from_on, row.until_on) for row in book.codes])
    _refuse_overlap("family", [(row.name, row.from_on, row.until_on) for row in book.families])
    own = [(f"{row.programme} {row.name}", row.from_on, row.until_on) for row in book.programme_families]
    _refuse_overlap("programme_family", own)


def _refuse_overlap(table: str, rows: list[tuple[str, date, date | None]]) -> None:
    ordered = sorted(rows, key=lambda row: row[:2])
    for (name, _, until_on), (following, from_on, _) in pairwise(ordered):
        if name == following and (until_on is None or from_on <= until_on):
            raise RuleBookError(f"{table}: two rows of {name} on {from_on}")


class _Row:
    """One row of a table, each key read once; `end` refuses what nobody asked for."""

    def __init__(self, name: str, raw: object) -> None:
        if not isinstance(raw, dict):
            raise RuleBookError(f"{name}: must be a table")
        self._name = name
        self._raw = dict(raw)

    def text(self, key: str) -> str:
        return self._typed(key, str)

    def flag(self, key: str) -> bool:
        return self._typed(key, bool)

    def number(self, key: str) -> int:
        value = self._typed(key, int)
        if isinstance(value, bool) or value < 0:
            raise self.fault(key, "must be a whole number")
        return value

    def number_or_none(self, key: str) -> int | None:
        return self.number(key) if key in self._raw else None

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._typed(key, list)
        if not all(isinstance(value, str) for value in values) or len(set(values)) != len(values):
            raise self.fault(key, "must be a list of different words")
        return tuple(values)

    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in known:
            raise self.fault(key, f"must be one of {', '.join(known)}")
        return value

    def some_of(self, key: str, known: tuple[str, ...]) -> frozenset[str]:
        values = frozenset(self.texts(key))
        if not values <= set(known):
            raise self.fault(key, f"must be of {', '.join(known)}")
        return values

    def codes(self, key: str) -> frozenset[str]:
        return frozenset(code for text in self.texts(key) for code in self._expanded(key, text))

    def has(self, key: str) -> bool:
        return key in self._raw

    def provenance(self) -> tuple[date, date | None, str, Certainty]:
        from_on = self._typed("from", date)
        until_on = self._typed("until", date) if self.has("until") else None
        source = self.text("source")
        if not source or (until_on is not None and until_on < from_on):
            raise self.fault("source", "must name a source, and until must not be before from")
        return from_on, until_on, source, cast("Certainty", self.one_of("certainty", get_args(Certainty)))

    def end(self) -> None:
        if self._raw:
            raise self.fault(min(self._raw), "is not known here")

    def fault(self, key: str, reason: str) -> RuleBookError:
        return RuleBookError(f"{self._name}: {key} {reason}")

    def _typed(self, key: str, kind: type[T]) -> T:
        value = self._raw.pop(key, None)
        if not isinstance(value, kind):
            raise self.fault(key, f"must be given, as {kind.__name__}")
        return value

    def _expanded(self, key: str, text: str) -> Iterator[str]:
        """Yield the code, or every code of a range written "99424-99427"."""
        span = _RANGE.fullmatch(text)
        if span is None:
            if not _CODE.fullmatch(text):
                raise self.fault(key, "must hold five-character codes")
            yield text
            return
        letter, low, last_letter, high = span.groups()
        if letter != last_letter or len(low) != len(high) or len(letter + low) != 5 or int(low) > int(high):
            raise self.fault(key, "must hold ranges of one kind of code, low to high")
        yield from (f"{letter}{number:0{len(low)}d}" for number in range(int(low), int(high) + 1))


def _rows(parts: dict[str, object], table: str, read: Callable[[_Row], T]) -> Iterator[T]:
    raw = parts.pop(table, None)
    if not isinstance(raw, list) or not raw:
        raise RuleBookError(f"{table}: must be given, with at least one row")
    for position, values in enumerate(raw, 1):
        row = _Row(f"{table} row {position}", values)
        yield read(row)
        row.end()


def _setting(row: _Row) -> Setting:
    return Setting(*row.provenance(), name=row.one_of("name", words.SETTINGS))


def _family(row: _Row) -> Family:
    return Family(
        *row.provenance(),
        name=row.one_of("name", ("complex", "staff", "practitioner")),
        minutes_of=cast('Literal["pooled", "practitioner"]', row.one_of("minutes_of", ("pooled", "practitioner"))),
        base=row.text("base"),
        base_minutes=row.number("base_minutes"),
        add_on=row.text("add_on"),
        add_on_minutes=row.number("add_on_minutes"),
        add_on_cap=row.number_or_none("add_on_cap"),
        mdm_levels=row.some_of("mdm_levels", words.MDM_LEVELS) if row.has("mdm_levels") else frozenset(),
    )


def _activities(row: _Row) -> Activities:
    return Activities(*row.provenance(), counts=row.flag("counts"), names=row.some_of("names", words.ACTIVITIES))


def _practitioner_kind(row: _Row) -> PractitionerKind:
    return PractitionerKind(
        *row.provenance(),
        kind=row.one_of("kind", words.KINDS),
        may_bill=row.flag("may_bill"),
        percent_of_fee_schedule=row.number_or_none("percent_of_fee_schedule"),
    )


def _visit(row: _Row) -> VisitCodes:
    return VisitCodes(
        *row.provenance(), purpose=row.one_of("purpose", ("initiating", "same_day")), codes=row.codes("codes")
    )


def _same_month(row: _Row) -> SameMonth:
    verdict = row.one_of("verdict", ("block", "warn", "ok"))
    finding = row.text("finding") if row.has("finding") else None
    if finding is not None and (verdict == "warn") != finding.startswith("W_"):
        raise row.fault("finding", "must begin with W_ where the verdict is to warn, and only there")
    return SameMonth(
        *row.provenance(),
        verdict=cast('Literal["block", "warn", "ok"]', verdict),
        finding=finding,
        codes=row.codes("codes"),
        by=row.some_of("by", words.SERVICE_BY),
        note=row.text("note") if row.has("note") else "",
    )


def _programme_family(row: _Row) -> ProgrammeFamily:
    return ProgrammeFamily(
        *row.provenance(),
        programme=row.text("programme"),
        name=cast('Literal["staff", "practitioner"]', row.one_of("name", ("staff", "practitioner"))),
        minutes_of=cast(
            'Literal["clinical_staff", "practitioner"]', row.one_of("minutes_of", ("clinical_staff", "practitioner"))
        ),
        base=row.text("base"),
        base_minutes=row.number("base_minutes"),
        add_on=row.text("add_on"),
        add_on_minutes=row.number("add_on_minutes"),
        add_on_cap=row.number_or_none("add_on_cap"),
    )


def _programme_month(row: _Row) -> ProgrammeMonth:
    programme = row.text("programme")
    read = _same_month(row)
    return ProgrammeMonth(
        read.from_on,
        read.until_on,
        read.source,
        read.certainty,
        verdict=read.verdict,
        finding=read.finding,
        codes=read.codes,
        by=read.by,
        note=read.note,
        programme=programme,
    )


def _exclusive(row: _Row) -> Exclusive:
    return Exclusive(*row.provenance(), codes=row.codes("codes"), without=row.codes("without"), note=row.text("note"))


def _code(row: _Row) -> Code:
    return Code(
        *row.provenance(),
        code=row.text("code"),
        programme=row.text("programme"),
        label=row.text("label"),
        performed_by=row.text("performed_by"),
        minutes=row.number_or_none("minutes"),
        unit_cap=row.number_or_none("unit_cap"),
        add_on_to=row.texts("add_on_to") if row.has("add_on_to") else (),
    )


def _payment(row: _Row) -> Payment:
    return Payment(
        *row.provenance(),
        code=row.text("code"),
        non_facility_cents=row.number_or_none("non_facility_cents"),
        facility_cents=row.number_or_none("facility_cents"),
    )


def _conversion_factor(row: _Row) -> ConversionFactor:
    return ConversionFactor(*row.provenance(), per_ten_thousand=int(Decimal(row.text("dollars")) * 10_000))


def _adjustment(row: _Row) -> Adjustment:
    return Adjustment(*row.provenance(), name=row.text("name"), basis_points=row.number("basis_points"))


def _check(row: _Row) -> Check:
    return Check(row.text("key"), row.text("sentence"))


def _finding(row: _Row) -> Finding:
    return Finding(
        code=row.text("code"),
        sentence=row.text("sentence"),
        owner=row.one_of("owner", OWNERS),
        place=row.one_of("place", PLACES),
        group=row.text("group"),
        source=row.text("source"),
    )
