"""The weekly plan and the call sheet with real keys, on a real encrypted clinic."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QToolButton

from app.services.promises import PromiseForm
from app.views.page_stack import Page
from app.views.paper_preview.preview import PaperPreview
from app.views.today.today_page import TodayPage
from app.views.today.week_view import WeekView
from app.views.widgets import ChoiceField
from tests.services.audit import events
from tests.views.at_the_desk import choose_file, is_shown, part
from tests.views.call_room import CTRL, KEY, SHIFT, CallRoom, call_room
from tests.views.clipping import clipped

MONDAY, TUESDAY, WEDNESDAY, FRIDAY = (date(2026, 11, day) for day in (23, 24, 25, 27))


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        context = made.context
        made.window.show_pages([Page("today", "Today", "list-todo", lambda: TodayPage(context))])
        made.settle()
        yield made


def open_week(room: CallRoom) -> WeekView:
    room.press(KEY.Key_W, CTRL | SHIFT)
    room.settle()
    view = room.window.stack.currentWidget()
    assert isinstance(view, WeekView)
    room.qtbot.waitUntil(lambda: room.focus_name() == "week_days")
    return view


def by_day(view: WeekView) -> dict[date, list[str]]:
    return {day.day: [row.name for row in day.rows] for day in view.days.rows if day.rows}


def test_the_week_says_who_is_called_when_and_which_days_are_closed(room: CallRoom) -> None:
    room.desk.cadence.plan(room.desk.actor, room.patients[0], WEDNESDAY)
    room.settle()
    view = open_week(room)
    assert by_day(view) == {MONDAY: ["Baker, Bruno", "Castro, Carla"], WEDNESDAY: ["Adams, Ada"]}
    lines = [view.days.words_at(position)[0] for position in range(view.days.rowCount())]
    assert lines[0] == "Mon 11/23 · today"
    assert lines[3] == "Thu 11/26 · closed: Thanksgiving Day"
    assert lines[5] == "Sat 11/28 · closed"
    assert part(room.window, "page_subtitle", QLabel).text() == "11/23/2026 to 11/29/2026 · 3 calls"
    assert not clipped(view)


def test_a_call_is_moved_with_keys_over_a_holiday_and_back(room: CallRoom) -> None:
    ada = room.patients[0]
    room.desk.cadence.plan(room.desk.actor, ada, WEDNESDAY)
    room.settle()
    view = open_week(room)
    room.press(KEY.Key_Down)
    room.press(KEY.Key_Down)
    room.press(KEY.Key_Return)
    assert room.focus_name() == "week_calls"
    room.press(KEY.Key_Right, CTRL)
    room.settle()
    assert by_day(view)[FRIDAY] == ["Adams, Ada"]
    assert room.window.notice.text() == "Moved the call with Adams, Ada to Fri 11/27/2026"
    view.day_list.setFocus()
    room.press(KEY.Key_Z, CTRL)
    room.settle()
    assert by_day(view)[WEDNESDAY] == ["Adams, Ada"]


def test_nothing_is_moved_before_today(room: CallRoom) -> None:
    view = open_week(room)
    room.press(KEY.Key_Return)
    room.press(KEY.Key_Left, CTRL)
    room.settle()
    assert room.window.notice.text() == "A call is planned for today or a later day."
    assert len(by_day(view)[MONDAY]) == 3


def test_a_promised_call_is_moved_in_its_own_panel_which_warns(room: CallRoom) -> None:
    begins = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    form = PromiseForm(begins, begins.replace(hour=17))
    room.desk.promises.promise(room.desk.actor, room.patients[0], form)
    room.settle()
    view = open_week(room)
    room.press(KEY.Key_Down)
    assert view.day_list.current_id == TUESDAY
    room.press(KEY.Key_Return)
    room.press(KEY.Key_Right, CTRL)
    room.settle()
    assert is_shown(room.window, "plan_promise")


def test_one_owners_calls(room: CallRoom) -> None:
    room.desk.cadence.set_owner(room.desk.actor, room.patients[:1], room.desk.actor.person_id)
    room.settle()
    view = open_week(room)
    whose = part(room.window, "week_whose", ChoiceField)
    whose.set_value("all")
    whose.edited.emit()
    room.settle()
    assert part(room.window, "week_owners", QLabel).text() == "nobody's 2 · Ana Alvarez 1"
    whose.set_value(room.desk.actor.person_id)
    whose.edited.emit()
    room.settle()
    assert [view.calls.words_at(0)[0], view.calls.rowCount()] == ["Adams, Ada", 1]


def test_the_next_week_is_turned_to_and_no_week_that_is_over(room: CallRoom) -> None:
    view = open_week(room)
    part(room.window, "week_before", QToolButton).click()
    room.settle()
    assert view.days.rows[0].day == MONDAY
    part(room.window, "week_after", QToolButton).click()
    room.settle()
    assert view.days.rows[0].day == date(2026, 11, 30)


def test_a_call_sheet_warns_that_it_leaves_the_clinic_and_is_audited(room: CallRoom, tmp_path: Path) -> None:
    open_week(room)
    room.window.commands.run("call_sheet")
    assert "leaves the encrypted clinic" in part(room.window, "call_sheet_leaves_text", QLabel).text()
    room.press(KEY.Key_S, CTRL)
    preview = part(room.window, "paper_preview", PaperPreview)
    room.qtbot.waitUntil(lambda: preview.is_shown, timeout=20_000)
    room.press(KEY.Key_S, CTRL)
    room.press(KEY.Key_Return)
    path = tmp_path / "sheet.pdf"
    choose_file(room.qtbot, room.window, path)
    room.settle()
    room.qtbot.waitUntil(path.exists)
    assert path.read_bytes().startswith(b"%PDF")
    told = [(facts.get("event"), facts.get("form")) for _, facts in events(room.desk, "call_sheet.print")]
    assert told == [(None, None), ("copy_leaves", "pdf")]


def test_the_call_sheet_is_a_command_on_today(room: CallRoom) -> None:
    room.window.commands.run("call_sheet")
    room.settle()
    assert is_shown(room.window, "call_sheet_panel")
