from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.impossible_day import LONGEST_DAY, DayFinding, Stretch, WorkedTime, impossible_days

CHICAGO = ZoneInfo("America/Chicago")
NINE = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
ALL_DAY: dict[str, list[Stretch]] = {
    name: [(NINE - timedelta(hours=6), NINE + timedelta(hours=12))] for name in ("Ana", "Bo")
}


def worked(
    entry: str, start: int, minutes: int, *, patient: int = 1, staff: str = "Ana", source: str = "timer"
) -> WorkedTime:
    begins = NINE + timedelta(minutes=start)
    return WorkedTime(entry, patient, staff, begins, begins + timedelta(minutes=minutes), source)


def found(*work: WorkedTime, signed_in: dict[str, list[Stretch]] | None = None) -> list[DayFinding]:
    known = {name: NINE - timedelta(days=9) for name in ("Ana", "Bo")}
    return list(impossible_days(work, CHICAGO, ALL_DAY if signed_in is None else signed_in, known))


def test_a_day_of_honest_work_is_not_mentioned() -> None:
    assert found(worked("a", 0, 12), worked("b", 12, 9, patient=2), worked("c", 30, 7, source="manual")) == []
    assert found(worked("a", 0, 12), worked("b", 0, 12, patient=2, staff="Bo")) == []


def test_one_person_on_two_patients_at_once() -> None:
    (day,) = found(worked("a", 0, 12), worked("b", 10, 9, patient=2))
    assert day == DayFinding("own_overlap", MONDAY, ("Ana",), ("a", "b"), (1, 2), 120)
    assert day.sentence == "Ana: 2:00 recorded twice, in entries that overlap."


def test_the_same_block_on_several_patients() -> None:
    (day,) = found(*(worked(f"e{n}", 0, 20, patient=n) for n in (1, 2, 3)))
    assert (day.kind, day.patients, day.seconds) == ("same_block", (1, 2, 3), 1200)
    assert day.sentence == "Ana: the same start and length on 3 patients (20:00 each)."


def test_two_people_on_one_patient() -> None:
    (day,) = found(worked("a", 0, 12), worked("b", 5, 20, staff="Bo"))
    assert (day.kind, day.staff, day.seconds) == ("two_people", ("Ana", "Bo"), 420)


@pytest.mark.parametrize(("source", "kinds"), [("timer", ["more_than_signed_in"]), ("imported", [])])
def test_more_work_than_time_at_work(source: str, kinds: list[str]) -> None:
    here = {"Ana": [(NINE, NINE + timedelta(minutes=30)), (NINE + timedelta(minutes=20), NINE + timedelta(minutes=40))]}
    work = [worked("a", 0, 30, source=source), worked("b", 100, 30, source=source)]
    days = found(*work, signed_in=here)
    assert [day.kind for day in days] == kinds
    if kinds:
        assert (days[0].seconds, days[0].beside) == (3600, 2400)
    assert found(worked("a", 0, 40), signed_in=here) == []


def test_days_before_somebody_first_signed_in_are_not_held_against_them() -> None:
    work = [worked("a", 0, 30)]
    assert list(impossible_days(work, CHICAGO, {}, {})) == []
    assert list(impossible_days(work, CHICAGO, {}, {"Ana": NINE + timedelta(days=1)})) == []
    assert len(impossible_days(work, CHICAGO, {}, {"Ana": NINE})) == 1


def test_times_entered_by_hand_that_are_all_alike() -> None:
    alike = [worked(f"e{n}", 60 * n, 20, patient=n, source="manual") for n in range(3)]
    (day,) = found(*alike)
    assert (day.kind, day.entries, day.seconds) == ("same_length", ("e0", "e1", "e2"), 1200)
    assert found(*alike[:2]) == []
    assert found(*(worked(f"e{n}", 60 * n, 20, patient=n) for n in range(3))) == []


def test_a_day_longer_than_anybody_works() -> None:
    here = {"Ana": [(NINE - timedelta(hours=9), NINE + timedelta(hours=15))]}
    work = [worked(f"e{n}", 61 * n - 300, 60, patient=n) for n in range(13)]
    (day,) = found(*work, signed_in=here)
    assert (day.kind, day.seconds, day.beside) == ("long_day", 13 * 3600, LONGEST_DAY)


def test_work_over_midnight_belongs_to_two_days() -> None:
    begins = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)  # 23:30 in Chicago
    night = WorkedTime("n", 1, "Ana", begins, begins + timedelta(hours=1), "timer")
    known = {"Ana": NINE - timedelta(days=2)}
    days = impossible_days([night], CHICAGO, {"Ana": [(begins, begins + timedelta(minutes=40))]}, known)
    assert [(day.day, day.seconds, day.beside) for day in days] == [(date(2026, 11, 24), 1800, 600)]


PIECES = st.lists(
    st.builds(
        worked,
        st.uuids().map(str),
        st.integers(0, 300),
        st.integers(1, 60),
        patient=st.integers(1, 3),
        staff=st.sampled_from(["Ana", "Bo"]),
        source=st.sampled_from(["timer", "manual", "imported"]),
    ),
    max_size=12,
)


@given(PIECES)
def test_an_overlap_is_found_exactly_where_a_second_is_shared(work: list[WorkedTime]) -> None:
    seconds: Counter[tuple[str, int]] = Counter()
    for each in work:
        start = (each.start - NINE) // timedelta(seconds=1)
        seconds.update((each.staff, at) for at in range(start, start + each.seconds, 60))
    shared = {staff for (staff, _), times in seconds.items() if times > 1}
    days = impossible_days(work, CHICAGO, ALL_DAY, {})
    assert {day.staff[0] for day in days if day.kind in ("own_overlap", "same_block")} == shared
    for day in days:
        assert len(day.entries) >= 1
        assert day.seconds > 0
        assert day.sentence.endswith(".")


@given(PIECES, st.randoms())
def test_the_order_of_entries_makes_no_difference(work: list[WorkedTime], chance: object) -> None:
    shuffled = sorted(work, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert impossible_days(work, CHICAGO, ALL_DAY, {}) == impossible_days(shuffled, CHICAGO, ALL_DAY, {})
