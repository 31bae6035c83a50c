from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import assets
from app.rules.cadence import Protocol, WorkingDays, due_days, due_on, parse_cadence

TABLE = parse_cadence(assets.load_toml("cadence.toml"), {})
WEEKLY, BIWEEKLY, MONTHLY, NONE = (TABLE.protocols[key] for key in ("weekly", "biweekly", "monthly", "none"))
ANY_DAY = WorkingDays(frozenset(range(7)), frozenset())
MONDAY_TO_FRIDAY = WorkingDays(TABLE.weekdays, frozenset())

days = st.dates(date(2023, 1, 1), date(2030, 12, 31))


def test_a_month_after_the_31st_is_the_last_day_of_each_short_month() -> None:
    found = list(islice(due_days(MONTHLY, date(2026, 1, 31), None, ANY_DAY), 6))
    assert [day.isoformat()[5:] for day in found] == ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"]


def test_without_any_contact_the_first_day_is_due_however_long_ago() -> None:
    assert due_on(WEEKLY, date(2020, 1, 6), None, MONDAY_TO_FRIDAY) == date(2020, 1, 6)


@pytest.mark.parametrize(
    ("contact", "due"),
    [
        (date(2026, 10, 5), date(2026, 10, 12)),  # on the day
        (date(2026, 10, 7), date(2026, 10, 12)),  # late: the rhythm stays
        (date(2026, 10, 10), date(2026, 10, 19)),  # two days early: that was it
        (date(2026, 10, 9), date(2026, 10, 12)),  # three days early: it was not
    ],
)
def test_weekly_days_stand_on_their_day_of_the_week(contact: date, due: date) -> None:
    assert due_on(WEEKLY, date(2026, 1, 5), contact, ANY_DAY) == due


def test_a_call_at_the_end_of_a_month_is_not_the_next_months() -> None:
    assert due_on(MONTHLY, date(2026, 1, 5), date(2026, 9, 30), ANY_DAY) == date(2026, 10, 5)
    assert due_on(MONTHLY, date(2026, 1, 5), date(2026, 10, 1), ANY_DAY) == date(2026, 11, 5)


def test_a_weekend_and_a_holiday_move_the_day_to_the_next_working_day() -> None:
    closed = WorkingDays(TABLE.weekdays, frozenset({date(2026, 11, 26), date(2026, 11, 27)}))
    assert due_on(WEEKLY, date(2026, 11, 19), date(2026, 11, 19), closed) == date(2026, 11, 30)
    assert due_on(WEEKLY, date(2026, 11, 14), date(2026, 11, 8), closed) == date(2026, 11, 16)


def test_a_monthly_day_is_not_moved_out_of_its_month() -> None:
    assert due_on(MONTHLY, date(2026, 10, 31), None, MONDAY_TO_FRIDAY) == date(2026, 10, 30)


def test_who_is_called_only_as_planned_has_nothing_due() -> None:
    assert due_on(NONE, date(2026, 1, 5), None, MONDAY_TO_FRIDAY) is None


def test_a_clinic_that_never_works_still_has_a_day() -> None:
    assert due_on(WEEKLY, date(2026, 1, 5), None, WorkingDays(frozenset(), frozenset())) == date(2026, 1, 5)


@given(st.sampled_from((WEEKLY, BIWEEKLY, MONTHLY)), days, st.none() | days)
def test_the_next_call_is_after_the_last_one_and_never_much_later_than_the_protocol_says(
    protocol: Protocol, anchor: date, contact: date | None
) -> None:
    due = due_on(protocol, anchor, contact, MONDAY_TO_FRIDAY)
    assert due is not None
    assert MONDAY_TO_FRIDAY.has(due)
    if contact is not None and contact >= anchor:
        assert due > contact
        longest = {"weekly": 7, "biweekly": 14, "monthly": 31}[protocol.key]
        assert due - contact <= timedelta(days=longest + protocol.early_days + 3)


@given(days, st.integers(0, 40))
def test_a_monthly_protocol_leaves_no_month_out(anchor: date, after: int) -> None:
    found = list(islice(due_days(MONTHLY, anchor, anchor + timedelta(days=after), MONDAY_TO_FRIDAY), 14))
    months = [day.year * 12 + day.month for day in found]
    assert months == list(range(months[0], months[0] + 14))


def test_tiers_take_the_clinics_protocol_and_a_patients_own_comes_first() -> None:
    own = parse_cadence(assets.load_toml("cadence.toml"), {"rising": "monthly"})
    assert TABLE.protocol_of("rising", "").key == "biweekly"
    assert own.protocol_of("rising", "").key == "monthly"
    assert own.protocol_of("rising", "weekly").key == "weekly"
    assert own.protocol_of("of another program", "gone").key == "monthly"
