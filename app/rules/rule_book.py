"""The dated facts the rules work with: codes, thresholds, exclusive services, payments, and words for each finding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, Protocol, TypeVar

from app.rules.month import Month

Certainty = Literal["C", "L", "U"]
"""How sure the source is: certain, likely, unsure."""
Place = Literal["non_facility", "facility"]


class Dated(Protocol):
    """A row in force from a day on, until a last day where it has one."""

    @property
    def from_on(self) -> date: ...
    @property
    def until_on(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True)
class Provenance:
    """From when to when a row holds (`until_on` is its last day, None for no end), where it was read, and how sure."""

    from_on: date
    until_on: date | None
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Family(Provenance):
    """One of the CCM code families: a base code at so many whole minutes, an add-on for each full stretch after it."""

    name: str
    minutes_of: Literal["pooled", "practitioner"]
    base: str
    base_minutes: int
    add_on: str
    add_on_minutes: int
    add_on_cap: int | None
    mdm_levels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Activities(Provenance):
    """Kinds of work that all count, or all never count, toward the month's time."""

    counts: bool
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Setting(Provenance):
    """Where the practice bills from; `from_on` is the first day its rules are known."""

    name: str


@dataclass(frozen=True, slots=True)
class PractitionerKind(Provenance):
    """Whether a kind of practitioner may bill CCM, and the share of the fee schedule paid, in percent."""

    kind: str
    may_bill: bool
    percent_of_fee_schedule: int | None


@dataclass(frozen=True, slots=True)
class VisitCodes(Provenance):
    """Visit codes for a purpose: "initiating" CCM, or "same_day", a visit whose time must be apart from CCM's."""

    purpose: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SameMonth(Provenance):
    """A service beside CCM in a month, by who gave it: barred ("block"), to be looked at ("warn") or allowed ("ok")."""

    verdict: Literal["block", "warn", "ok"]
    finding: str | None
    codes: frozenset[str]
    by: frozenset[str]
    note: str


@dataclass(frozen=True, slots=True)
class ProgrammeFamily(Provenance):
    """A code family of another programme than CCM: base and add-on as in `Family`, of the minutes of one bucket."""

    programme: str
    name: Literal["staff", "practitioner"]
    minutes_of: Literal["clinical_staff", "practitioner"]
    base: str
    base_minutes: int
    add_on: str
    add_on_minutes: int
    add_on_cap: int | None


@dataclass(frozen=True, slots=True)
class ProgrammeMonth(SameMonth):
    """A service beside another programme than CCM, read as `SameMonth`."""

    programme: str


@dataclass(frozen=True, slots=True)
class Exclusive(Provenance):
    """Codes of one practice that are not billed in a month with any of `without`."""

    codes: frozenset[str]
    without: frozenset[str]
    note: str


@dataclass(frozen=True, slots=True)
class Code(Provenance):
    """A billing code in our own short words, with the minutes of a unit and the most units where there are any."""

    code: str
    programme: str
    label: str
    performed_by: str
    minutes: int | None
    unit_cap: int | None
    add_on_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Payment(Provenance):
    """The national amount of one unit before coinsurance and sequestration, in cents; None where it is not known."""

    code: str
    non_facility_cents: int | None
    facility_cents: int | None


@dataclass(frozen=True, slots=True)
class ConversionFactor(Provenance):
    """The fee schedule's dollars per relative value unit, in ten-thousandths of a dollar."""

    per_ten_thousand: int


@dataclass(frozen=True, slots=True)
class Adjustment(Provenance):
    """A share of an amount, in hundredths of a percent: coinsurance, sequestration."""

    name: str
    basis_points: int


@dataclass(frozen=True, slots=True)
class Check:
    """One of the checks a month goes through on the readiness board, in their order."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A blocker, warning or reason for exclusion in plain words, whose job it mostly is, and where it is mended.

    `owner` is nurse, practitioner, manager or admin; `place` a stable key of a screen part; `group` its `Check`'s key.
    """

    code: str
    sentence: str
    owner: str
    place: str
    group: str
    source: str


@dataclass(frozen=True, slots=True)
class MonthRules:
    """The rows in force in one month, gathered for use.

    `same_month` are those that find something, `beside` all that are known of services beside CCM.
    """

    families: tuple[Family, ...]
    counted_activities: frozenset[str]
    may_bill: frozenset[str]
    initiating_visits: frozenset[str]
    same_day_visits: frozenset[str]
    same_month: tuple[SameMonth, ...]
    beside: tuple[SameMonth, ...] = ()
    programme_families: tuple[ProgrammeFamily, ...] = ()
    programme_month: tuple[ProgrammeMonth, ...] = ()
    exclusive: tuple[Exclusive, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """All rows, and the version that names them: a label, and a hash of every value in them.

    `findings` are what the rules can say of a month; `board_findings` what the board warns of beside them, and
    `programme_findings` what can be said of other programmes than CCM.
    """

    version: str
    label: str
    first_known: Month
    settings: tuple[Setting, ...]
    families: tuple[Family, ...]
    activities: tuple[Activities, ...]
    practitioner_kinds: tuple[PractitionerKind, ...]
    visits: tuple[VisitCodes, ...]
    same_month: tuple[SameMonth, ...]
    codes: tuple[Code, ...]
    payments: tuple[Payment, ...]
    conversion_factors: tuple[ConversionFactor, ...]
    adjustments: tuple[Adjustment, ...]
    checks: tuple[Check, ...]
    findings: Mapping[str, Finding]
    board_findings: Mapping[str, Finding]
    programme_families: tuple[ProgrammeFamily, ...]
    programme_month: tuple[ProgrammeMonth, ...]
    programme_findings: Mapping[str, Finding]
    exclusive: tuple[Exclusive, ...]

    def for_month(self, month: Month) -> MonthRules:
        """Return the rows in force on the month's first day; later years keep the newest rows."""
        return _month_rules(self, month)

    def knows(self, month: Month, setting: str) -> bool:
        """Tell whether the rules of a month are known for a setting ("office", "facility", "rhc" or "fqhc")."""
        return month >= self.first_known and any(
            setting == row.name for row in _in_force(self.settings, max(month.first, self.first_known.first))
        )

    def finding(self, code: str) -> Finding:
        """Return how a finding of the rules, the board or another programme is said; KeyError for none of ours."""
        for known in (self.findings, self.board_findings):
            if code in known:
                return known[code]
        return self.programme_findings[code]

    def code(self, code: str, on: date) -> Code | None:
        return next((row for row in _in_force(self.codes, on) if row.code == code), None)

    def payment(self, code: str, on: date, place: Place = "non_facility") -> int | None:
        """Return the national estimate of one unit in cents, or None when it is not known; never the sum to charge."""
        row = next((row for row in _in_force(self.payments, on) if row.code == code), None)
        if row is None:
            return None
        return row.non_facility_cents if place == "non_facility" else row.facility_cents


def _in_force(rows: Iterable[D], on: date) -> Iterable[D]:
    return (row for row in rows if row.from_on <= on and (row.until_on is None or on <= row.until_on))


@lru_cache(maxsize=256)
def _month_rules(book: RuleBook, month: Month) -> MonthRules:
    day = month.first
    visits = list(_in_force(book.visits, day))
    return MonthRules(
        families=tuple(_in_force(book.families, day)),
        counted_activities=frozenset().union(*(row.names for row in _in_force(book.activities, day) if row.counts)),
        may_bill=frozenset(row.kind for row in _in_force(book.practitioner_kinds, day) if row.may_bill),
        initiating_visits=frozenset().union(*(row.codes for row in visits if row.purpose == "initiating")),
        same_day_visits=frozenset().union(*(row.codes for row in visits if row.purpose == "same_day")),
        same_month=tuple(row for row in _in_force(book.same_month, day) if row.finding is not None),
        beside=tuple(_in_force(book.same_month, day)),
        programme_families=tuple(_in_force(book.programme_families, day)),
        programme_month=tuple(_in_force(book.programme_month, day)),
        exclusive=tuple(_in_force(book.exclusive, day)),
    )
