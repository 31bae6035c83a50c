"""A call in the whole program: locking, leaving, and coming back."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.services.patient_form import PatientForm
from app.views.call.call_view import CallView
from app.views.call.questions import LeavingQuestion
from app.views.call_bar import CallState
from app.views.front_desk import FrontDesk
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.views.at_the_desk import all_words, come_in, part, press, start, wait_for, words, write
from tests.views.call_room import BORN, CTRL, KEY


@pytest.fixture
def calling(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> FrontDesk:
    """Signed in, on the list of patients, with a call running."""
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    desk = front_desk.desk
    assert desk is not None
    desk.patients.add(desk.actor, PatientForm(given_name="Ada", family_name="Adams", born_on=BORN))
    window = front_desk.window
    window.go_to("patients")
    wait_for(qtbot, window, "start_call")
    press(qtbot, KEY.Key_F8)
    qtbot.waitUntil(lambda: isinstance(window.stack.currentWidget(), CallView))
    return front_desk


def asked(qtbot: QtBot) -> LeavingQuestion:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), LeavingQuestion))
    shown = QApplication.activeWindow()
    assert isinstance(shown, LeavingQuestion)
    return shown


def test_the_locked_screen_tells_the_time_and_no_name(qtbot: QtBot, calling: FrontDesk, clock: FakeClock) -> None:
    clock.advance(seconds=25)
    press(qtbot, KEY.Key_L, CTRL)
    assert calling.is_locked
    assert words(calling.window, "lock_running") == "Timer running 00:25"
    assert "Adams" not in all_words(calling.window)
    write(qtbot, FIRST_PERSON.passphrase)
    press(qtbot, KEY.Key_Return)
    qtbot.waitUntil(lambda: not calling.is_locked, timeout=20_000)
    bar = calling.window.call_bar
    assert bar is not None
    assert bar.state is CallState.ON_CALL


def test_closing_the_window_asks_and_leaves_the_call_parked(
    qtbot: QtBot, calling: FrontDesk, clinic_folder: Path
) -> None:
    calling.window.close()
    assert calling.window.isVisible()
    qtbot.mouseClick(part(asked(qtbot), "leaving_park", QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not calling.window.isVisible(), timeout=10_000)
    assert calling.desk is None
    # The next sign-in finds it on the bar.
    start(qtbot, calling, clinic_folder)
    come_in(qtbot, calling)
    qtbot.waitUntil(lambda: calling.window.call_bar is not None and calling.window.call_bar.isVisible())
    waiting = part(calling.window, "call_waiting", QPushButton)
    assert waiting.accessibleName() == "1 call waits"


def test_signing_out_asks_and_may_finish_the_call_first(qtbot: QtBot, calling: FrontDesk) -> None:
    calling.sign_out()
    assert calling.desk is not None
    qtbot.mouseClick(part(asked(qtbot), "leaving_finish", QPushButton), Qt.MouseButton.LeftButton)
    wait_for(qtbot, calling.window, "wrap_up")
    calling.window.activateWindow()  # as a window manager does when the question closes
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    press(qtbot, KEY.Key_2, Qt.KeyboardModifier.AltModifier)
    press(qtbot, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: calling.window.call_bar is None or not calling.window.call_bar.isVisible())
    calling.sign_out()
    assert calling.desk is None
    assert calling.window.call_bar is None
    assert "Adams" not in all_words(calling.window)
