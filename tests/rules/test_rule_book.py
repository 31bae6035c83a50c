import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.assets import RESOURCES, load_rule_book, load_toml
from app.rules.counting import REASONS
from app.rules.month import Month
from app.rules.month_blockers import BLOCKERS
from app.rules.month_case import ACTIVITIES
from app.rules.month_warnings import WARNINGS
from app.rules.rule_book import Payment, Provenance
from app.rules.rule_tables import OWNERS, PLACES, RuleBookError, parse_rule_book

Tables = dict[str, Any]
BOOK = load_rule_book()


def shipped() -> Tables:
    return {path.stem: load_toml(f"rules/{path.name}") for path in sorted((RESOURCES / "rules").glob("*.toml"))}


def test_every_finding_the_rules_can_give_is_said_in_words() -> None:
    beside = {row.finding for row in BOOK.same_month if row.finding}
    assert set(BOOK.findings) == set(REASONS) | set(BLOCKERS) | set(WARNINGS) | beside
    for finding in BOOK.findings.values():
        assert finding.sentence.endswith(".")
        assert finding.source
        assert finding.owner in OWNERS
        assert finding.place in PLACES
    assert BOOK.finding("NO_CONSENT").place == "consent"


def test_every_check_of_the_board_has_findings_and_they_come_in_order() -> None:
    assert [check.key for check in BOOK.checks] == [
        *("consent", "conditions", "care_plan", "threshold", "overlap", "already_billed", "conflicting_service"),
        *("practitioner", "eligibility", "review"),
    ]
    assert {finding.group for finding in BOOK.findings.values()} == {check.key for check in BOOK.checks}


def test_every_row_names_its_source_and_how_sure_it_is() -> None:
    rows: list[Provenance] = [
        *(*BOOK.settings, *BOOK.families, *BOOK.activities, *BOOK.practitioner_kinds, *BOOK.visits, *BOOK.same_month),
        *(*BOOK.codes, *BOOK.payments, *BOOK.conversion_factors, *BOOK.adjustments),
    ]
    assert all(row.source and row.certainty in ("C", "L", "U") for row in rows)


@pytest.mark.parametrize(
    ("code", "on", "place", "cents"),
    [
        ("99490", date(2024, 3, 8), "non_facility", 6156),
        ("99490", date(2024, 3, 9), "non_facility", 6258),
        ("99490", date(2025, 12, 31), "non_facility", 6049),
        ("99490", date(2026, 10, 31), "non_facility", 6613),
        ("99490", date(2026, 10, 31), "facility", 4376),
        ("99490", date(2025, 10, 31), "facility", None),
        ("99439", date(2026, 10, 31), "non_facility", None),
        ("99490", date(2027, 1, 1), "non_facility", None),
        ("99490", date(2023, 12, 31), "non_facility", None),
        ("99999", date(2026, 1, 1), "non_facility", None),
    ],
)
def test_a_payment_is_the_years_or_unknown(code: str, on: date, place: Any, cents: int | None) -> None:  # noqa: ANN401
    assert BOOK.payment(code, on, place) == cents


def test_nothing_is_known_of_what_2027_pays() -> None:
    assert all(row.until_on is not None and row.until_on <= date(2026, 12, 31) for row in BOOK.payments)


def test_the_years_amounts_are_units_of_the_years_factor() -> None:
    """Each amount is a relative value of two decimals times the factor, as the fee schedule makes it."""
    factors = {(row.from_on, row.until_on): row.per_ten_thousand for row in BOOK.conversion_factors}

    def rvu_hundredths(row: Payment) -> int:
        per_year = factors.get((row.from_on, row.until_on)) or next(
            f for (on, _), f in factors.items() if on == row.from_on
        )
        assert row.non_facility_cents is not None
        nearest = round(row.non_facility_cents * 10_000 / per_year)
        assert abs(nearest * per_year - row.non_facility_cents * 10_000) <= 10_000, row.code
        return nearest

    ccm = {row.code: rvu_hundredths(row) for row in BOOK.payments if row.from_on == date(2025, 1, 1)}
    assert [ccm[code] for code in ("99490", "99439", "99487", "99489", "99491", "99437")] == [
        187,
        142,
        407,
        218,
        254,
        178,
    ]


def test_later_years_keep_the_newest_rules() -> None:
    assert BOOK.for_month(Month(2040, 1)) == BOOK.for_month(Month(2026, 1))
    assert [family.name for family in BOOK.for_month(Month(2026, 1)).families] == ["complex", "staff", "practitioner"]
    assert len(BOOK.for_month(Month(2026, 1)).counted_activities) == 12
    assert BOOK.for_month(Month(2026, 1)).may_bill == {"physician", "np", "pa", "cns", "cnm"}


def test_codes_carry_our_own_short_words() -> None:
    code = BOOK.code("99439", date(2026, 10, 1))
    assert code is not None
    assert (code.minutes, code.unit_cap, code.add_on_to) == (20, 2, ("99490",))
    assert BOOK.code("99439", date(2020, 12, 31)) is None
    assert BOOK.code("G0511", date(2025, 10, 1)) is None


def test_the_version_is_the_contents() -> None:
    assert parse_rule_book(shipped()).version == BOOK.version
    label, digest = BOOK.version.rsplit("-", 1)
    assert label == BOOK.label
    assert len(digest) == 12
    changed = shipped()
    changed["payments"]["payment"][0]["non_facility_cents"] += 1
    assert parse_rule_book(changed).version != BOOK.version


def _drop(table: str, rows: str, key: str) -> Callable[[Tables], object]:
    return lambda tables: tables[table][rows][0].pop(key)


def _put(table: str, rows: str, key: str, value: object) -> Callable[[Tables], object]:
    return lambda tables: tables[table][rows][0].update({key: value})


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (_drop("ccm", "family", "source"), "family row 1: source"),
        (_drop("ccm", "family", "certainty"), "family row 1: certainty"),
        (_drop("payments", "payment", "from"), "payment row 1: from"),
        (_put("ccm", "family", "certainty", "X"), "family row 1: certainty"),
        (_put("ccm", "family", "base_minutes", "60"), "family row 1: base_minutes"),
        (_put("ccm", "family", "base_minutes", True), "family row 1: base_minutes"),
        (_put("ccm", "family", "base_minute", 60), "family row 1: base_minute"),
        (_put("payments", "payment", "non_facility_cents", 61.56), "payment row 1: non_facility_cents"),
        (_put("payments", "payment", "until", date(2023, 1, 1)), "payment row 1"),
        (_put("services", "same_month", "codes", ["9949"]), "same_month row 1: codes"),
        (_put("services", "same_month", "codes", ["99427-99424"]), "same_month row 1: codes"),
        (_put("services", "same_month", "finding", "W_OTHER_BILLER"), "same_month row 1: finding"),
        (_put("services", "same_month", "finding", "UNSAID"), "same_month: UNSAID"),
        (_put("services", "same_month", "by", ["me"]), "same_month row 1: by"),
        (_put("findings", "finding", "owner", "doctor"), "finding row 1: owner"),
        (_put("findings", "finding", "group", "nowhere"), "finding: NO_CONSENT"),
        (_put("ccm", "activities", "names", ["care_plan"]), "activities"),
        (lambda tables: tables["payments"]["payment"].append(tables["payments"]["payment"][0]), "payment: two rows"),
        (lambda tables: tables["ccm"].update(surprise=[]), "surprise"),
        (lambda tables: tables.update(zebra={"payment": []}), "zebra"),
        (lambda tables: tables.pop("payments"), "payment"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_name(fault: Callable[[Tables], object], named: str) -> None:
    tables = copy.deepcopy(shipped())
    fault(tables)
    with pytest.raises(RuleBookError, match=named):
        parse_rule_book(tables)


def test_the_form_and_the_book_know_the_same_activities() -> None:
    assert {name for row in BOOK.activities for name in row.names} == set(ACTIVITIES)
