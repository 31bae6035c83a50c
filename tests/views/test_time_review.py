"""Time in doubt is decided where it is listed, and keeps its label; days that cannot have been are shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from app.models import TimeEntry
from app.views.chart.days_view import DaysView
from app.views.chart.time_tab import TimeTab
from tests.views.clipping import clipped
from tests.views.patient_room import KEY, PatientRoom, patient_room

NINE = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(params=[("coordinator",), ("manager",)], ids=["coordinator", "manager"])
def reviewer(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request, roles=request.param) as made:
        yield made


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request) as made:
        yield made


def worked(
    room: PatientRoom, patient_id: int, entry_id: str, minutes: int = 10, *, start: int = 0, **facts: object
) -> None:
    """Time of Ana Alvarez on 11/20/2026, `start` minutes after 9 AM in Chicago."""
    begins = NINE + timedelta(minutes=start)
    columns: dict[str, object] = {
        "entry_id": entry_id,
        "version": 1,
        "patient_id": patient_id,
        "start_at": begins,
        "end_at": begins + timedelta(minutes=minutes),
        "utc_offset_minutes": -360,
        "staff": "Ana Alvarez",
        "credential": "RN",
        "role": "clinical_staff",
        "activity": "record_review",
        "contact": "none",
        "source": "timer",
        "written_at": room.clock.now(),
        "written_by": "Ana Alvarez",
        **facts,
    }
    # As the wrap-up of her call wrote it; the service would have the signed-in person do so.
    with room.desk.opened.ledger.writing(room.desk.actor, "patient.edit") as work:
        work.session.add(TimeEntry(**columns))


def time_tab(room: PatientRoom, patient_id: int) -> TimeTab:
    tab = room.open_chart(patient_id, "time").tabs.currentWidget()
    assert isinstance(tab, TimeTab)
    room.qtbot.waitUntil(lambda: tab.entries.table.rowCount() > 0)
    return tab


def decide(room: PatientRoom, button: str, reason: str) -> None:
    room.click(f"time_entries_{button}")
    room.fill("reason", reason)
    save = next(each for each in room.window.findChildren(QPushButton) if each.isVisible() and each.text() == "Save")
    save.setFocus()
    room.press(KEY.Key_Return)
    room.settle()


def test_somebody_else_confirms_time_in_doubt_and_it_says_so_for_ever(reviewer: PatientRoom) -> None:
    patient = reviewer.add("Baker", mrn="B-7")
    worked(reviewer, patient, "e1", confirmed=False)
    tab = time_tab(reviewer, patient)
    assert tab.entries.table.words_at(0)[6] == "Unconfirmed"
    decide(reviewer, "confirm", "The lab rang back")
    name = reviewer.desk.actor.name
    label = f"Estimated, unconfirmed until confirmed by {name}"
    reviewer.qtbot.waitUntil(lambda: tab.entries.table.words_at(0)[6] == "Confirmed later")
    assert label in tab.detail.text()
    assert "The lab rang back" in tab.detail.text()
    assert not tab.entries.buttons["confirm"].isEnabled()


def test_somebody_else_discards_time_in_doubt(reviewer: PatientRoom) -> None:
    patient = reviewer.add("Baker", mrn="B-7")
    worked(reviewer, patient, "e1", confirmed=False)
    tab = time_tab(reviewer, patient)
    button = "withdraw" if "withdraw" in tab.entries.buttons else "discard"
    decide(reviewer, button, "She was at lunch")
    reviewer.qtbot.waitUntil(lambda: tab.entries.table.words_at(0)[3] == "Withdrawn")
    assert tab.entries.table.words_at(0)[6] == "Unconfirmed"


def test_an_entry_on_an_impossible_day_warns_and_leads_to_the_list(room: PatientRoom) -> None:
    first, second = room.add("Baker", mrn="B-7"), room.add("Castro", mrn="C-7")
    worked(room, first, "e1")
    worked(room, second, "e2", start=5)
    tab = time_tab(room, first)
    room.qtbot.waitUntil(tab.odd_days.isVisible)
    assert "Look at this day: Ana Alvarez: 5:00 recorded twice, in entries that overlap." in tab.detail.text()
    assert tab.entries.table.words_at(0)[3].endswith("Look at this day")
    tab.odd_days.button.setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    view = room.shown
    assert isinstance(view, DaysView)
    room.qtbot.waitUntil(lambda: view.days.table.rowCount() == 2)
    assert [view.days.table.words_at(row)[2] for row in (0, 1)] == ["Baker, Ann", "Castro, Ann"]
    assert clipped(view) == []
    view.days.list.pick(1)
    view.days.list.setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    assert room.chart.patient_id == second
    assert isinstance(room.chart.tabs.currentWidget(), TimeTab)


def test_a_month_without_oddities_says_so(room: PatientRoom) -> None:
    patient = room.add("Baker", mrn="B-7")
    worked(room, patient, "e1")
    tab = time_tab(room, patient)
    assert not tab.odd_days.isVisible()
    view = DaysView(room.context)
    room.window.show_view(view)
    room.settle()
    assert view.days.table.rowCount() == 0
    assert room.find(QWidget, "days_empty").isVisible()
