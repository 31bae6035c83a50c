from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.views.call_bar import CallBar, CallBarState, CallState
from app.views.theme import Theme
from app.views.widgets import page_layout

Show = Callable[..., None]
ACTIVITIES = (("call", "Phone call"), ("review", "Record review"))
ON_CALL = CallBarState(CallState.ON_CALL, "Okafor & <b>Sons</b>", 367, 1120, ACTIVITIES, "call")


def words(bar: CallBar, name: str) -> str:
    label = bar.findChild(QLabel, name)
    assert label is not None
    return label.text() if label.isVisible() else ""


def test_a_running_call_shows_all_there_is_to_know(show: Show) -> None:
    bar = CallBar()
    show(bar, 1200, 60)
    bar.show_state(ON_CALL)
    assert words(bar, "call_state") == "On call"
    assert words(bar, "call_seconds") == "6:07"
    assert bar.bar.accessibleName() == "18:40 · 1:20 to 20 min"
    assert bar.patient_button.accessibleName() == "Okafor & <b>Sons</b>"
    assert bar.activity.value() == "call"


def test_every_press_is_a_request(show: Show, qtbot: QtBot) -> None:
    bar = CallBar()
    show(bar, 1200, 60)
    bar.show_state(ON_CALL)
    for button, signal in (
        (bar.pause_button, bar.pause_requested),
        (bar.finish_button, bar.finish_requested),
        (bar.patient_button, bar.open_requested),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    bar.activity.setFocus()
    with qtbot.waitSignal(bar.activity_chosen) as chosen:
        qtbot.keyClick(bar.activity, Qt.Key.Key_Down)
    assert chosen.args == ["review"]


def test_showing_an_activity_is_not_choosing_it(show: Show, qtbot: QtBot) -> None:
    bar = CallBar()
    show(bar, 1200, 60)
    with qtbot.assertNotEmitted(bar.activity_chosen):
        bar.show_state(ON_CALL)


@pytest.mark.parametrize("state", list(CallState))
def test_every_state_has_a_word_of_its_own(show: Show, state: CallState) -> None:
    bar = CallBar()
    show(bar, 1200, 60)
    seen = {}
    for each in CallState:
        bar.show_state(CallBarState(each, "Okafor", 1, 1))
        seen[each] = words(bar, "call_state")
    assert seen[state]
    assert list(seen.values()).count(seen[state]) == 1


def test_pause_becomes_resume(show: Show) -> None:
    bar = CallBar()
    show(bar, 1200, 60)
    bar.show_state(ON_CALL)
    assert bar.pause_button.accessibleName() == "Pause"
    bar.show_state(CallBarState(CallState.PAUSED, "Okafor", 367, 1120))
    assert bar.pause_button.accessibleName() == "Resume"
    bar.show_state(CallBarState(CallState.WRAP_UP, "Okafor", 367, 1120))
    assert not bar.pause_button.isVisible()


def test_the_bar_asks_once_a_second_and_keeps_no_time_itself(show: Show, qtbot: QtBot) -> None:
    told = iter(range(1000))
    bar = CallBar(lambda: CallBarState(CallState.ON_CALL, "Okafor", next(told), 1120))
    show(bar, 1200, 60)
    bar.tick()
    assert words(bar, "call_seconds") == "0:00"
    qtbot.waitUntil(lambda: words(bar, "call_seconds") == "0:01", timeout=3000)


def test_a_narrow_bar_folds_instead_of_clipping(show: Show, qtbot: QtBot, theme: Theme) -> None:
    bar, holder = CallBar(), QWidget()
    page_layout(holder).addWidget(bar)
    show(holder, 1400, 90)
    bar.show_state(ON_CALL)
    assert bar.finish_button.y() < bar.patient_button.geometry().bottom()
    theme.scale_text(200)
    holder.resize(1100, 200)
    qtbot.waitUntil(lambda: bar.finish_button.y() > bar.patient_button.geometry().bottom())
    assert holder.width() == 1100
