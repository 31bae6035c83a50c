"""What reports say of a month that is closed: what it was closed with, whatever came in afterwards."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.rules.month import Month
from app.services.desk import Desk
from app.services.time_entries import EntryForm
from tests.services.clinic_month import OCTOBER, bring_in, entry, number_of
from tests.services.closed import two_closed_patients
from tests.services.figures.asked import column, figure, look, table

NOVEMBER = Month(2026, 11)
CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture
def closed(desk: Desk, tmp_path: Path) -> Desk:
    two_closed_patients(desk, tmp_path)
    return desk


def test_its_minutes_stand_as_they_were_closed(closed: Desk, tmp_path: Path) -> None:
    before = look(closed, "staff_time")
    bring_in(closed, tmp_path / "more", {"time": [entry("after", "a", "20T09:00:00", "20T09:30:00")]})
    after = look(closed, "staff_time")
    board = closed.readiness.board(closed.actor, OCTOBER)
    assert figure(after, "Counted") == figure(before, "Counted") == sum(row.pooled_seconds for row in board.rows)
    assert table(after, "By day").rows == table(before, "By day").rows


def test_its_claims_are_counted_by_code_in_the_year(closed: Desk) -> None:
    report = look(closed, "years", NOVEMBER)
    assert figure(report, "Months closed 2026") == 2
    codes = table(report, "Claims by code")
    assert [(row[0], row[2], row[3]) for row in codes.rows] == [("99490", 0, 2)]


def test_its_packets_are_disclosures_about_each_of_its_patients(closed: Desk) -> None:
    found = table(look(closed, "disclosures", NOVEMBER), "Copies that left")
    at = column(found, "what").index("Month’s packets, 2026-10")
    assert (column(found, "patient")[at], column(found, "purpose")[at]) == ("2 patients", "Payment")
    one = look(closed, "disclosures", NOVEMBER, text=f"P-{number_of(closed, 'a'):06d}")
    assert "Month’s packets, 2026-10" in column(table(one, "Copies that left"), "what")
    nobody = look(closed, "disclosures", NOVEMBER, text="P-999999")
    assert "Month’s packets, 2026-10" not in column(table(nobody, "Copies that left"), "what")


def test_typed_time_is_marked_with_its_reason(closed: Desk) -> None:
    form = EntryForm(
        datetime(2026, 11, 20, 9, 0, tzinfo=CHICAGO), datetime(2026, 11, 20, 9, 10, tzinfo=CHICAGO), "record_review"
    )
    closed.time_entries.add(closed.actor, number_of(closed, "a"), form, "The computer was being repaired.")
    found = table(look(closed, "late_time", NOVEMBER), "Entries")
    assert column(found, "how") == ["Typed by hand"]
    assert column(found, "worked") == [600]
    days = table(look(closed, "staff_time", NOVEMBER), "By day")
    assert column(days, "by_hand") == [600]
