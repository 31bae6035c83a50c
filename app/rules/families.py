"""Which code families a month's minutes make legal, how many units, and which family is recommended."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.rules.counting import TimeCount
from app.rules.month import Month
from app.rules.month_case import MedicalDecisionMaking
from app.rules.rule_book import Family

COMPLEX, STAFF, PRACTITIONER = "complex", "staff", "practitioner"
ORDER = (COMPLEX, STAFF, PRACTITIONER)


@dataclass(frozen=True, slots=True)
class Minutes:
    """Whole minutes: seconds are summed first and floored once on each sum; nothing is ever rounded up."""

    clinical_staff: int
    practitioner: int
    pooled: int


@dataclass(frozen=True, slots=True)
class Line:
    """A claim line."""

    code: str
    units: int


@dataclass(frozen=True, slots=True)
class FamilyLines:
    """A legal family and what it would bill; no line has 0 units."""

    family: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class NextThreshold:
    """The next unit in reach and the whole minutes still to go."""

    code: str
    minutes_to_go: int


def minutes_of(count: TimeCount) -> Minutes:
    """Return the floored minutes of each sum.

    The midpoint rule does not apply to care management (CPT time rule exception; CMS CCM FAQ 2016).
    """
    return Minutes(count.clinical_staff // 60, count.practitioner // 60, count.pooled // 60)


def is_documented(mdm: MedicalDecisionMaking | None, family: Family, month: Month) -> bool:
    """Tell whether decision making of the needed level was documented within the month (CPT 99487; MLN909188)."""
    return (
        mdm is not None
        and mdm.level in family.mdm_levels
        and mdm.documented_on is not None
        and month.contains(mdm.documented_on)
    )


def legal_families(
    minutes: Minutes, mdm: MedicalDecisionMaking | None, month: Month, families: Sequence[Family]
) -> tuple[FamilyLines, ...]:
    """Return each family whose criteria the month meets, in the order complex, staff, practitioner.

    Exactly one of them may be billed for a patient and month (CPT; CY2015 to CY2022 PFS final rules). Practitioner time
    may count as staff time (CMS CCM FAQ 2017), so complex and staff look at the pool; staff time never counts as the
    practitioner's own (CPT 99491).
    """
    legal = [
        FamilyLines(family.name, _lines(family, _minutes_for(family, minutes)))
        for family in families
        if _minutes_for(family, minutes) >= family.base_minutes
        and (not family.mdm_levels or is_documented(mdm, family, month))
    ]
    return tuple(sorted(legal, key=lambda lines: ORDER.index(lines.family)))


def recommended(legal: Sequence[FamilyLines], minutes: Minutes, families: Sequence[Family]) -> FamilyLines | None:
    """Return the family to bill, never chosen by price (policy).

    Complex where its criteria are documented; else the practitioner's own where staff alone would not reach a unit;
    else staff; else the practitioner's own.
    """
    by_name = {lines.family: lines for lines in legal}
    staff = next((family for family in families if family.name == STAFF), None)
    choices = [COMPLEX, STAFF, PRACTITIONER]
    if staff is None or minutes.clinical_staff < staff.base_minutes:
        choices = [COMPLEX, PRACTITIONER, STAFF]
    return next((by_name[name] for name in choices if name in by_name), None)


def next_threshold(chosen: FamilyLines | None, minutes: Minutes, families: Sequence[Family]) -> NextThreshold | None:
    """Return the next unit of the chosen family, or of staff when none is legal; None where its units are capped."""
    name = STAFF if chosen is None else chosen.family
    family = next((family for family in families if family.name == name), None)
    if family is None:
        return None
    have = _minutes_for(family, minutes)
    if have < family.base_minutes:
        return NextThreshold(family.base, family.base_minutes - have)
    units = _add_on_units(family, have)
    if units == family.add_on_cap:
        return None
    return NextThreshold(family.add_on, family.base_minutes + (units + 1) * family.add_on_minutes - have)


def _minutes_for(family: Family, minutes: Minutes) -> int:
    return minutes.pooled if family.minutes_of == "pooled" else minutes.practitioner


def _add_on_units(family: Family, minutes: int) -> int:
    """Return the full add-on stretches after the base (CPT 99439 at most twice; 99489 and 99437 without a cap)."""
    units = (minutes - family.base_minutes) // family.add_on_minutes
    return units if family.add_on_cap is None else min(units, family.add_on_cap)


def _lines(family: Family, minutes: int) -> tuple[Line, ...]:
    units = _add_on_units(family, minutes)
    base = Line(family.base, 1)
    return (base, Line(family.add_on, units)) if units else (base,)
