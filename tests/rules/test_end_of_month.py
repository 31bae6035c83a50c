import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.end_of_month import EndOfMonth, Need, end_of_month

needs = st.lists(
    st.builds(
        Need,
        key=st.integers(1, 10_000),
        rank=st.none() | st.integers(0, 30),
        seconds=st.integers(1, 3600),
    ),
    max_size=30,
    unique_by=lambda need: need.key,
)
hours = st.integers(0, 20_000)


@given(needs, hours)
def test_everybody_stands_in_exactly_one_place(listed: list[Need], budget: int) -> None:
    plan = end_of_month(listed, budget)
    assert sorted((*plan.served, *plan.beyond, *plan.nothing_due)) == sorted(need.key for need in listed)


@given(needs, hours)
def test_the_hours_are_never_overdrawn_and_say_what_serving_takes(listed: list[Need], budget: int) -> None:
    plan = end_of_month(listed, budget)
    seconds = {need.key: need.seconds for need in listed}
    assert plan.seconds == sum(seconds[key] for key in plan.served) <= budget


@given(needs, hours)
def test_nobody_with_nothing_due_is_ever_served(listed: list[Need], budget: int) -> None:
    plan = end_of_month(listed, budget)
    assert set(plan.nothing_due) == {need.key for need in listed if need.rank is None}


@given(needs, hours)
def test_nobody_is_served_before_somebody_in_greater_need(listed: list[Need], budget: int) -> None:
    plan = end_of_month(listed, budget)
    rank = {need.key: need.rank for need in listed}
    order = [(rank[key] or 0, key) for key in (*plan.served, *plan.beyond)]
    assert order == sorted(order)


@given(needs, hours, hours)
def test_more_hours_never_leave_anybody_out(listed: list[Need], budget: int, more: int) -> None:
    fewer, longer = end_of_month(listed, budget), end_of_month(listed, budget + more)
    assert longer.served[: len(fewer.served)] == fewer.served


@given(needs, hours, st.randoms(use_true_random=False))
def test_the_order_they_are_given_in_says_nothing(listed: list[Need], budget: int, chance: object) -> None:
    shuffled = list(listed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert end_of_month(shuffled, budget) == end_of_month(listed, budget)


def test_somebody_in_need_is_not_passed_over_for_a_shorter_call() -> None:
    plan = end_of_month([Need(1, 0, 1200), Need(2, 1, 4000), Need(3, 2, 60)], 1500)
    assert plan == EndOfMonth((1,), (2, 3), (), 1200)


def test_time_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        end_of_month([], -1)
    with pytest.raises(ValueError, match="takes time"):
        end_of_month([Need(1, None, 0)], 10)
