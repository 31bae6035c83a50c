"""Minutes on the reports are those of the ledger and of the board, to the second."""

from pathlib import Path

import pytest

from app.rules.month import Month
from app.services.desk import Desk
from tests.services.clinic_month import OCTOBER, bring_in, entry, patient, ready, together
from tests.services.figures.asked import column, figure, look, table, total


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """Two ready patients, one who declined, work over midnight, overlaps, clerical, late and typed time."""
    files = together(
        ready("a"),
        ready("b", day=6),
        {
            "patients": [patient("d")],
            "time": [
                entry("night", "a", "10T23:50:00", "11T00:20:30", staff="Rosa Delgado"),
                entry("over", "a", "2026-10-31T23:59:10-05:00", "2026-11-01T00:10:00-05:00", staff="Rosa Delgado"),
                entry("clerk", "a", "12T09:00:00", "12T09:10:00", activity="clerical", contact="none"),
                entry("twice", "b", "05T09:10:00", "05T09:40:00"),
                entry("late", "b", "14T10:00:00", "14T10:12:34", recorded_at="2026-10-18T08:00:00-05:00"),
                entry("nobody", "d", "15T10:00:00", "15T10:05:00", contact="attempt"),
            ],
        },
    )
    bring_in(desk, tmp_path / "in", files)
    return desk


def test_counted_seconds_are_the_boards_and_worked_seconds_the_ledgers(clinic: Desk) -> None:
    board = clinic.readiness.board(clinic.actor, OCTOBER)
    report = look(clinic, "staff_time")
    counted = sum(row.pooled_seconds for row in board.rows)
    assert figure(report, "Counted") == counted
    # What the ledger holds of October: every entry's seconds within it, counted by hand.
    worked = 1500 + 1500 + 1830 + 50 + 600 + 1800 + 754 + 300
    assert figure(report, "Worked") == worked
    for name in ("By day", "By person"):
        assert total(table(report, name), "worked") == worked
        assert total(table(report, name), "counted") == counted
        assert total(table(report, name), "not_counted") == worked - counted
    assert total(table(report, "Not counted"), "seconds") == worked - counted


def test_work_over_midnight_is_split_between_its_days(clinic: Desk) -> None:
    days = table(look(clinic, "staff_time"), "By day")
    worked = {(row[0], row[1]): row[2] for row in days.rows}
    assert worked["2026-10-10", "Rosa Delgado"] == 600
    assert worked["2026-10-11", "Rosa Delgado"] == 1230
    assert worked["2026-10-31", "Rosa Delgado"] == 50
    november = table(look(clinic, "staff_time", Month(2026, 11)), "By day")
    assert [(row[0], row[2]) for row in november.rows] == [("2026-11-01", 600)]


def test_two_months_are_the_sum_of_each(clinic: Desk) -> None:
    both = look(clinic, "staff_time", Month(2026, 11), first=OCTOBER)
    alone = [look(clinic, "staff_time", month) for month in (OCTOBER, Month(2026, 11))]
    for name in ("Worked", "Counted", "Late"):
        assert figure(both, name) == sum(int(figure(each, name) or 0) for each in alone)


def test_one_person_alone_can_be_asked_for(clinic: Desk) -> None:
    people = {words: key for key, words in clinic.reports.choices(clinic.actor).people}
    report = look(clinic, "staff_time", person_id=people["Ana Alvarez"])
    assert figure(report, "Worked") == 0
    assert table(report, "By day").rows == ()


def test_late_time_is_named_with_how_late_it_was(clinic: Desk) -> None:
    found = table(look(clinic, "late_time"), "Entries")
    assert column(found, "patient") == ["Quill-b, Nora"]
    assert column(found, "worked") == [754]
    assert column(found, "days") == [3]
    assert column(found, "how") == ["Imported, late"]
    assert total(found, "worked") == 754


def test_time_of_who_is_not_enrolled_is_worked_and_never_counted(clinic: Desk) -> None:
    why = {row[0]: row[1] for row in table(look(clinic, "staff_time"), "Not counted").rows}
    assert why["The patient is not enrolled."] == 300
