import pytest

from app.reports import wording


def test_money_time_and_days() -> None:
    assert [wording.money(cents) for cents in (6613, 0, 5, 123456789, -50, None)] == [
        *("$66.13", "$0.00", "$0.05", "$1,234,567.89", "−$0.50", "–")
    ]
    assert [wording.clock(seconds) for seconds in (0, 59, 1120, 7200)] == ["0:00", "0:59", "18:40", "120:00"]
    assert [wording.long_clock(seconds) for seconds in (0, 1120, 7261)] == ["0:00:00", "0:18:40", "2:01:01"]
    assert wording.day("2026-10-14") == "10/14/2026"
    assert wording.month_name("2026-01") == "January 2026"


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        ("2026-10-14T18:40:00-05:00", "10/14/2026 18:40 CDT"),
        ("2026-12-01T05:30:00+00:00", "11/30/2026 23:30 CST"),
        ("2026-12-01T05:30:00Z", "11/30/2026 23:30 CST"),
        ("2026-10-14", "10/14/2026"),
        (None, "not recorded"),
    ],
)
def test_instants_are_the_clinics(instant: str | None, shown: str) -> None:
    assert wording.moment(instant, "America/Chicago") == shown


def test_codes_of_the_rules_have_sentences() -> None:
    assert wording.finding("PLAN_COPY_NOT_GIVEN") == "Copy of the care plan was not given in time"
    assert wording.finding("W_SOMETHING_NEW") == "W_SOMETHING_NEW"
    assert wording.words("patient_call") == "Patient call"
    assert wording.words("") == "not recorded"
