from hypothesis import given
from hypothesis import strategies as st

from app.rules.reachability import Attempt, best_hours


def tried(hour: int, answered: int, times: int) -> list[Attempt]:
    return [Attempt(hour, number < answered) for number in range(times)]


def test_little_is_said_of_few_calls() -> None:
    found = best_hours(tried(9, 3, 4))
    assert (found.is_known, found.bands) == (False, ())
    assert found.in_words() == "Not enough calls yet: 4 of 5."


def test_the_best_hours_are_explained_by_what_happened_in_them() -> None:
    found = best_hours([*tried(9, 3, 3), *tried(10, 2, 3), *tried(15, 0, 4)])
    assert (found.bands[0].from_hour, found.bands[0].answered, found.bands[0].tried) == (9, 5, 6)
    assert found.in_words().startswith("Answered 5 of 6 times between 9 and 11 AM")


def test_one_lucky_call_does_not_beat_many_good_ones() -> None:
    found = best_hours([*tried(10, 8, 9), *tried(20, 1, 1), *tried(14, 1, 6)])
    assert found.bands[0].from_hour in (9, 10)


def test_nobody_ever_answered() -> None:
    assert best_hours(tried(9, 0, 7)).in_words() == "Nobody answered any of 7 calls."


def test_words_around_noon_and_midnight() -> None:
    assert "between 11 AM and 1 PM" in best_hours([*tried(12, 5, 5), *tried(11, 5, 5), *tried(18, 0, 5)]).in_words()


@given(st.lists(st.builds(Attempt, st.integers(0, 23), st.booleans()), max_size=60))
def test_bands_say_nothing_but_what_happened(attempts: list[Attempt]) -> None:
    found = best_hours(attempts)
    assert found.tried == len(attempts)
    for band in found.bands:
        inside = [each for each in attempts if band.from_hour <= each.hour < band.until_hour]
        assert band.tried == len(inside) >= 2
        assert band.answered == sum(each.answered for each in inside) > 0
        # No worse than at other hours: the share of the whole is no higher.
        assert band.answered * found.tried >= found.answered * band.tried - found.tried
    if len(found.bands) == 2:
        one, two = sorted(found.bands, key=lambda band: band.from_hour)
        assert one.until_hour <= two.from_hour
