from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.rules.month import Month, day_begins, day_ends, second_of, year_before

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(("text", "month"), [("2026-10", Month(2026, 10)), ("9999-12", Month(9999, 12))])
def test_month_is_read_and_written(text: str, month: Month) -> None:
    assert Month.parse(text) == month
    assert str(month) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "2026-1",
        "26-10",
        "2026/10",
        "2026-10-01",
        " 2026-10",
        "2026-10\n",
        "0000-10",
        "٢٠٢٦-10",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        Month.parse(text)


def test_months_follow_one_another() -> None:
    assert Month(2026, 12).next == Month(2027, 1)
    assert Month(2027, 1).previous == Month(2026, 12)
    assert Month(2026, 12) < Month(2027, 1)
    assert (Month(2028, 2).first, Month(2028, 2).last) == (date(2028, 2, 1), date(2028, 2, 29))
    assert Month(9999, 12).last == date.max
    assert Month.of(date(2026, 10, 31)) == Month(2026, 10)
    assert Month(2026, 10).contains(date(2026, 10, 31))
    assert not Month(2026, 10).contains(date(2025, 10, 31))


def test_bounds_are_local_midnights_across_a_clock_change() -> None:
    begins, over = Month(2026, 11).bounds(CHICAGO)  # clocks go back on 1 November at 02:00
    assert (begins, over) == (datetime(2026, 11, 1, 5, tzinfo=UTC), datetime(2026, 12, 1, 6, tzinfo=UTC))
    assert Month(2026, 11).second_bounds(CHICAGO) == (second_of(begins), second_of(over))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Chicago", date(2026, 3, 8), 23),
        ("America/Chicago", date(2026, 11, 1), 25),
        ("America/Chicago", date(2026, 10, 5), 24),
        ("America/Havana", date(2026, 3, 8), 23),  # the clock leaps from midnight to one
        ("America/Santiago", date(2026, 4, 4), 25),  # midnight comes twice
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("UTC", date.max, 24),
    ],
)
def test_a_local_day_is_as_long_as_the_clocks_make_it(zone: str, day: date, hours: float) -> None:
    local = ZoneInfo(zone)
    begins, ends = day_begins(day, local), day_ends(day, local)
    assert ends - begins == hours * 3600
    if day < date.max:
        assert datetime.fromtimestamp(begins, local).date() == day
        assert datetime.fromtimestamp(begins - 1, local).date() < day
        assert datetime.fromtimestamp(ends - 1, local).date() == day


def test_the_edges_of_the_calendar_can_be_counted() -> None:
    begins, over = Month(9999, 12).second_bounds(CHICAGO)
    assert over - begins == 31 * 86_400
    assert second_of(datetime.fromisoformat("0001-01-01T00:00:00+14:00")) < day_begins(date.min, ZoneInfo("UTC"))


def test_months_at_the_edges_of_the_calendar_have_bounds() -> None:
    for zone in (ZoneInfo("Etc/GMT+12"), ZoneInfo("Etc/GMT-14")):
        for month in (Month(1, 1), Month(9999, 12)):
            begins, over = month.bounds(zone)
            assert over - begins > timedelta(days=30)


def test_an_instant_without_offset_is_no_instant() -> None:
    with pytest.raises(TypeError):
        second_of(datetime(2026, 10, 1))  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize(
    ("day", "earlier"),
    [
        (date(2026, 10, 31), date(2025, 10, 31)),
        (date(2028, 2, 29), date(2027, 2, 28)),
        (date(2029, 2, 28), date(2028, 2, 28)),
        (date(1, 5, 5), date.min),
    ],
)
def test_a_year_before_is_the_same_calendar_day(day: date, earlier: date) -> None:
    assert year_before(day) == earlier
