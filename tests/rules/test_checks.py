import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assets import load_rule_book
from app.rules.checks import check_results
from app.rules.month_blockers import BLOCKERS
from app.rules.month_warnings import WARNINGS

BOOK = load_rule_book()
blockers = st.sets(st.sampled_from(sorted(BLOCKERS)))
warnings = st.sets(st.sampled_from(sorted({*WARNINGS, *BOOK.board_findings})))


@given(blockers, warnings)
def test_a_check_fails_exactly_where_something_blocks(found: set[str], beside: set[str]) -> None:
    results = check_results(found, beside, BOOK)
    assert [each.key for each in results] == [check.key for check in BOOK.checks]
    for each in results:
        blocks = any(BOOK.finding(code).group == each.key for code in found)
        warns = any(BOOK.finding(code).group == each.key for code in beside)
        assert each.state == ("fail" if blocks else "warn" if warns else "pass")
    assert sorted(code for each in results for code in each.codes) == sorted({*found, *beside})


def test_the_boards_own_findings_are_warnings_alone() -> None:
    assert all(code.startswith("W_") for code in BOOK.board_findings)
    results = check_results((), BOOK.board_findings, BOOK)
    assert {each.key for each in results if each.state == "warn"} == {"overlap", "eligibility", "review"}


def test_a_code_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(KeyError):
        check_results(("NOBODY",), (), BOOK)
