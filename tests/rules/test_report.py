import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.report import (
    Chart,
    ReportColumn,
    ReportTable,
    Series,
    in_ranges,
    ranges,
    rate,
    shortly,
    totals_of,
    written,
)


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (None, "money", "–"),
        (0, "time", "0:00:00"),
        (3_725, "time", "1:02:05"),
        (360_059, "time", "100:00:59"),
        (123_456, "money", "$1,234.56"),
        (-5, "money", "−$0.05"),
        (673, "rate", "67.3 %"),
        (12_345, "count", "12,345"),
        ("2026-10-05", "day", "10/05/2026"),
        ("2026-10-05T00:09:00-05:00", "moment", "10/05/2026 12:09 AM"),
        ("2026-10-05T13:30:00-05:00", "moment", "10/05/2026 1:30 PM"),
        ("All", "day", "All"),
        ("=cmd()", "text", "=cmd()"),
    ],
)
def test_values_are_written_as_people_read_them(value: str | int | None, kind: str, words: str) -> None:
    assert written(value, kind) == words


def test_at_a_bar_time_and_money_are_cut_never_rounded_up() -> None:
    assert (shortly(3_659, "time"), shortly(199, "money"), shortly(999, "rate")) == ("1:00", "$1", "99 %")


def test_a_rate_of_nothing_is_not_known() -> None:
    assert (rate(0, 0), rate(2, 3), rate(3, 3)) == (None, 666, 1000)


@given(st.sets(st.integers(1, 200)))
def test_ranges_hold_exactly_the_ids_they_were_made_of(ids: set[int]) -> None:
    words = ranges(ids)
    assert {number for number in range(1, 220) if in_ranges(number, words)} == ids


def test_sums_stand_under_numbers_only_and_leave_out_what_is_not_known() -> None:
    columns = (ReportColumn("a", "A"), ReportColumn("b", "B", "money"), ReportColumn("c", "C", "rate"))
    assert totals_of(columns, [("x", 5, 900), ("y", None, 100), ("z", 7, None)]) == ("All", 12, "")
    assert totals_of(columns, []) == ()


def test_a_table_whose_rows_do_not_fit_is_refused() -> None:
    columns = (ReportColumn("a", "A"), ReportColumn("b", "B"))
    with pytest.raises(ValueError, match="not as long"):
        ReportTable("T", columns, (("one",),))
    with pytest.raises(ValueError, match="more or fewer patients"):
        ReportTable("T", columns, (("one", "two"),), about=(1, 2))


def test_a_chart_says_every_value_and_stacks_to_its_top() -> None:
    series = (Series("Counted", (60, None)), Series("Not counted", (30, 3_600)))
    chart = Chart("Time", "stacked", "time", ("1", "2"), series)
    assert chart.top == 3_600
    assert chart.in_words() == "Time. 1: Counted 0:01:00, Not counted 0:00:30; 2: Not counted 1:00:00."
    with pytest.raises(ValueError, match="not as long"):
        Chart("T", "bar", "count", ("1",), (Series("S", (1, 2)),))
