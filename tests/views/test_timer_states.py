"""Every state of the timer as a nurse meets it, with real keys on the real clinic."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app.services.timer_policies import TimerPolicy
from app.views.call.call_view import CallView
from app.views.call.idle_question import IdleReview
from app.views.call_bar import CallState
from app.views.chart.chart_view import ChartView
from app.views.preferences import HIDE_NAMES
from tests.views.at_the_desk import all_words, part
from tests.views.call_room import ALT, CTRL, KEY, NONE, SHIFT, CallRoom, call_room
from tests.views.clipping import clipped


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        yield made


def start_call(room: CallRoom) -> None:
    room.press(KEY.Key_F8)
    room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), CallView))
    room.settle()


def open_chart(room: CallRoom, patient: int = 0) -> ChartView:
    """Open a chart as the front desk does."""
    chart = ChartView(room.context, room.patients[patient])
    room.window.show_view(chart)
    room.calls.chart_opened(chart)
    room.settle()
    room.qtbot.waitUntil(lambda: room.focus_name() != "")
    return chart


def start_desk(room: CallRoom) -> ChartView:
    chart = open_chart(room)
    room.press(KEY.Key_F8, CTRL)
    room.settle()
    assert state(room) is CallState.DESK
    return chart


def asked(room: CallRoom) -> IdleReview:
    room.qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), IdleReview))
    shown = QApplication.activeWindow()
    assert isinstance(shown, IdleReview)
    return shown


def is_asked() -> bool:
    return any(isinstance(each, IdleReview) and each.isVisible() for each in QApplication.topLevelWidgets())


def choose(room: CallRoom, name: str) -> None:
    """Walk to an answer with Tab and press it."""
    for _ in range(6):
        if room.focus_name() == name:
            break
        room.press(KEY.Key_Tab)
    assert room.focus_name() == name
    room.press(KEY.Key_Space)
    room.settle()
    room.qtbot.waitUntil(lambda: not is_asked())


def state(room: CallRoom) -> CallState:
    """What the bar shows."""
    return room.calls.bar.state


def seconds(room: CallRoom) -> int:
    now = room.now
    assert now is not None
    return now.seconds


def test_desk_work_runs_on_the_chart_and_is_blue(room: CallRoom) -> None:
    chart = start_desk(room)
    assert room.window.stack.currentWidget() is chart
    assert (room.calls.bar.property("call"), part(room.window, "call_state", QLabel).text()) == ("desk", "Desk work")
    room.live(75)
    assert part(room.window, "call_seconds", QLabel).text() == "1:15"
    room.press(KEY.Key_F8)
    room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), CallView))
    room.settle()
    assert state(room) is CallState.WRAP_UP
    assert room.view.wrap_up is not None
    assert room.view.wrap_up.chosen == ""  # nobody was rung


def test_desk_work_asks_after_three_minutes_and_only_an_answer_ends_it(room: CallRoom) -> None:
    start_desk(room)
    room.live(50)
    room.be_away(150)
    assert not is_asked()
    room.be_away(50)
    shown = asked(room)
    assert state(room) is CallState.IDLE_REVIEW
    assert "Nobody has touched CareLoop for 3:20" in all_words(shown)
    for key, modifier in ((KEY.Key_Escape, NONE), (KEY.Key_Return, NONE), (KEY.Key_Space, NONE), (KEY.Key_K, NONE)):
        room.press(key, modifier)  # whoever comes back and types answers nothing
    room.qtbot.mouseClick(room.window, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    shown.close()
    room.settle()
    assert shown.isVisible()
    assert clipped(shown) == []
    choose(room, "idle_keep")
    assert state(room) is CallState.DESK
    assert seconds(room) == 250


def test_discarding_takes_exactly_the_idle_time_and_goes_on(room: CallRoom) -> None:
    start_desk(room)
    room.live(50)
    room.be_away(200)
    asked(room)
    choose(room, "idle_discard")
    assert seconds(room) == 50
    room.live(25)
    assert seconds(room) == 75


def test_discarding_and_stopping_opens_the_wrap_up(room: CallRoom) -> None:
    start_call(room)
    room.live(50)
    room.be_away(575)
    assert not is_asked()  # a nurse on the phone does not touch the keyboard
    room.be_away(50)
    assert "10:25" in all_words(asked(room))
    choose(room, "idle_stop")
    room.qtbot.waitUntil(lambda: state(room) is CallState.WRAP_UP)
    assert seconds(room) == 50
    room.window.activateWindow()
    room.qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    room.press(KEY.Key_2, ALT)
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    assert room.now is None


def test_nobody_answers_and_the_time_is_held_in_view(room: CallRoom) -> None:
    start_desk(room)
    room.live(50)
    room.be_away(500)
    shown = asked(room)
    assert "8:20 are held as unconfirmed and do not count" in all_words(shown)
    assert part(room.window, "call_seconds", QLabel).text() == "0:50"
    choose(room, "idle_keep")
    assert seconds(room) == 550
    now = room.now
    assert now is not None
    assert "estimated" in {span.source for span in now.timer.spans}


def test_a_gap_offers_the_same_three_answers_in_the_bar(room: CallRoom) -> None:
    start_call(room)
    room.live(25)
    room.beat_after(600)
    for name, words in (
        ("gap_keep", "Keep 10:00"),
        ("gap_discard", "Discard it and go on"),
        ("gap_stop", "Discard it and stop"),
    ):
        assert part(room.window, name, QPushButton).accessibleName() == words
    button = part(room.window, "gap_stop", QPushButton)
    button.setFocus()
    room.press(KEY.Key_Space)
    room.settle()
    assert state(room) is CallState.WRAP_UP
    assert seconds(room) == 25


@pytest.mark.parametrize(
    ("policy", "is_running", "is_offered"),
    [
        ("at_once", True, False),
        ("offer", False, True),
        ("manual", False, False),
    ],
)
def test_opening_a_chart_does_what_the_clinic_chose(
    room: CallRoom, policy: str, is_running: bool, is_offered: bool
) -> None:
    starts = dict.fromkeys(("nurse", "coordinator", "practitioner"), policy)
    room.desk.timer_policies.set_policy(room.desk.actor, TimerPolicy(starts=starts))  # type: ignore[arg-type]
    room.qtbot.waitUntil(lambda: room.calls.presence.policy.starts == starts)
    chart = open_chart(room)
    assert (state(room) is CallState.DESK) == is_running
    offers = [each for each in chart.findChildren(QWidget, "desk_offer") if each.isVisible()]
    assert bool(offers) == is_offered
    if is_offered:
        assert "Ctrl+F8" in all_words(offers[0])
    room.press(KEY.Key_F8, CTRL)
    room.settle()
    assert state(room) is CallState.DESK
    assert not any(each.isVisible() for each in offers)


def test_a_running_timer_is_never_moved_to_another_patient_in_silence(room: CallRoom) -> None:
    start_desk(room)
    room.live(25)
    open_chart(room, 1)
    room.press(KEY.Key_F8, CTRL)
    room.settle()
    now = room.now
    assert now is not None
    assert now.patient_id == room.patients[0]
    assert "A timer runs already" in room.window.notice.text()


def test_the_mini_bar_shows_the_call_above_all_and_no_name(room: CallRoom) -> None:
    start_call(room)
    room.live(50)
    room.press(KEY.Key_M, CTRL | SHIFT)
    mini = room.calls.mini.bar
    room.qtbot.waitUntil(mini.isActiveWindow)
    assert mini.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert mini.windowFlags() & Qt.WindowType.FramelessWindowHint
    said = all_words(mini)
    assert "On call" in said
    assert "0:50" in said
    assert "this month" in said
    assert "Adams" not in said
    assert mini.windowTitle() == "CareLoop"
    mini.names_button.setFocus()
    room.press(KEY.Key_Space)
    assert "Adams, Ada" in all_words(mini)
    room.context.preferences.keep_on(HIDE_NAMES, on=True)
    room.calls.bar.tick()
    assert "Adams" not in all_words(mini)
    assert clipped(mini) == []


def test_the_mini_bar_answers_to_keys_and_remembers_its_place(room: CallRoom) -> None:
    start_call(room)
    room.live(25)
    room.press(KEY.Key_M, CTRL | SHIFT)
    mini = room.calls.mini.bar
    room.qtbot.waitUntil(mini.isActiveWindow)
    mini.pause_button.setFocus()
    room.press(KEY.Key_F8, SHIFT)
    room.settle()
    assert state(room) is CallState.PAUSED
    assert "Paused" in all_words(mini)
    room.press(KEY.Key_Space)
    room.settle()
    assert state(room) is CallState.ON_CALL
    mini.move(120, 80)
    room.qtbot.waitUntil(lambda: room.context.preferences.place("mini_bar") == (120, 80))
    room.press(KEY.Key_M, CTRL | SHIFT)
    assert not mini.isVisible()
    room.window.activateWindow()
    room.qtbot.waitUntil(room.window.isActiveWindow)
    room.press(KEY.Key_M, CTRL | SHIFT)
    assert (mini.x(), mini.y()) == (120, 80)
    room.qtbot.waitUntil(mini.isActiveWindow)
    room.press(KEY.Key_F8)
    room.settle()
    assert state(room) is CallState.WRAP_UP


def test_the_mini_bar_asks_too_and_its_answer_counts(room: CallRoom) -> None:
    start_desk(room)
    room.live(25)
    room.press(KEY.Key_M, CTRL | SHIFT)
    mini = room.calls.mini.bar
    room.be_away(200)
    room.qtbot.waitUntil(mini.question.isVisible)
    mini.question.discard_button.click()
    room.settle()
    assert not mini.question.isVisible()
    assert not is_asked()
    assert seconds(room) == 25


def test_the_mini_bar_goes_with_the_last_call_and_comes_with_the_next(room: CallRoom) -> None:
    start_call(room)
    room.press(KEY.Key_M, CTRL | SHIFT)
    mini = room.calls.mini.bar
    assert mini.isVisible()
    room.window.activateWindow()
    room.qtbot.waitUntil(room.window.isActiveWindow)
    room.press(KEY.Key_2, ALT)
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    assert not mini.isVisible()
    room.press(KEY.Key_F8)
    room.settle()
    room.qtbot.waitUntil(mini.isVisible)


def test_a_place_on_a_screen_that_is_gone_is_not_used(room: CallRoom, tmp_path: Path) -> None:
    room.context.preferences.keep_place("mini_bar", 90_000, -4_000)
    start_call(room)
    room.press(KEY.Key_M, CTRL | SHIFT)
    mini = room.calls.mini.bar
    assert QApplication.primaryScreen().availableGeometry().contains(mini.geometry().center())
