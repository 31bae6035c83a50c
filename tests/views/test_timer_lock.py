"""The timer behind a locked screen, in the whole program: it runs on, and asks there without a name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.services.call_rows import CallNow
from app.services.patient_form import PatientForm
from app.views.call.call_desk import CallDesk
from app.views.call.call_view import CallView
from app.views.call_bar import CallState
from app.views.front_desk import FrontDesk
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.test_time_entries import close_november
from tests.views.at_the_desk import (
    all_words,
    come_in,
    focus,
    focus_on,
    is_shown,
    part,
    press,
    start,
    wait_for,
    words,
    write,
)
from tests.views.call_room import BORN, CTRL, KEY


@pytest.fixture
def calling(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> FrontDesk:
    """Signed in, on the list of patients, with a call running whose heartbeats the test gives."""
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    desk = front_desk.desk
    assert desk is not None
    desk.patients.add(desk.actor, PatientForm(given_name="Ada", family_name="Adams", born_on=BORN))
    window = front_desk.window
    window.go_to("patients")
    wait_for(qtbot, window, "start_call")
    desk_of(front_desk)._beats.stop()
    return front_desk


def desk_of(front_desk: FrontDesk) -> CallDesk:
    calls = front_desk._calls
    assert calls is not None
    return calls


def ring(qtbot: QtBot, front_desk: FrontDesk) -> None:
    press(qtbot, KEY.Key_F8)
    qtbot.waitUntil(lambda: isinstance(front_desk.window.stack.currentWidget(), CallView), timeout=20_000)


@pytest.fixture
def live(qtbot: QtBot, calling: FrontDesk, clock: FakeClock) -> Callable[[int], None]:
    """`live(seconds)`: let time pass with heartbeats while nobody touches anything."""

    def pass_time(seconds: int) -> None:
        for _ in range(seconds // 25):
            clock.advance(seconds=25)
            desk_of(calling)._beats.timeout.emit()
            qtbot.waitUntil(lambda: calling._tasks.is_idle, timeout=20_000)

    return pass_time


def now(front_desk: FrontDesk) -> CallNow:
    desk = front_desk.desk
    assert desk is not None
    found = desk.calls.current(desk.actor)
    assert found is not None
    return found


def unlock(qtbot: QtBot, front_desk: FrontDesk) -> None:
    part(front_desk.window, "lock_passphrase_line", QLineEdit).setFocus()
    write(qtbot, FIRST_PERSON.passphrase)
    press(qtbot, KEY.Key_Return)
    qtbot.waitUntil(lambda: not front_desk.is_locked, timeout=20_000)
    qtbot.waitUntil(lambda: front_desk._tasks.is_idle and not desk_of(front_desk)._steps.is_busy, timeout=20_000)


@pytest.mark.parametrize(("answer", "seconds"), [("keep", 700), ("discard", 75)])
def test_the_locked_screen_asks_without_a_name_and_the_answer_holds(
    qtbot: QtBot, calling: FrontDesk, live: Callable[[int], None], answer: str, seconds: int
) -> None:
    ring(qtbot, calling)
    live(25)
    press(qtbot, KEY.Key_L, CTRL)
    assert calling.is_locked
    live(575)
    assert not is_shown(calling.window, "lock_idle")
    live(50)
    wait_for(qtbot, calling.window, "lock_idle")
    assert "Adams" not in all_words(calling.window)
    assert focus() == "lock_passphrase_line"  # who types the passphrase answers nothing with it
    focus_on(qtbot, calling.window, f"lock_idle_{answer}")
    press(qtbot, KEY.Key_Space)
    qtbot.waitUntil(lambda: not is_shown(calling.window, "lock_idle"))
    live(50)
    unlock(qtbot, calling)
    assert now(calling).seconds == seconds
    kept = {span.source for span in now(calling).timer.spans if span.standing == "counted"}
    assert kept == ({"timer", "estimated"} if answer == "keep" else {"timer"})


def test_who_comes_back_unanswered_is_asked_over_the_window(
    qtbot: QtBot, calling: FrontDesk, live: Callable[[int], None]
) -> None:
    ring(qtbot, calling)
    live(25)
    press(qtbot, KEY.Key_L, CTRL)
    live(1000)
    assert words(calling.window, "lock_running") == "Timer running 00:25"  # what is held does not count
    unlock(qtbot, calling)
    question = wait_for(qtbot, calling.window, "idle_review")
    assert "held as unconfirmed" in all_words(question)
    assert now(calling).seconds == 25
    part(calling.window, "idle_discard", QPushButton).click()
    qtbot.waitUntil(lambda: not is_shown(calling.window, "idle_review"))
    qtbot.waitUntil(lambda: desk_of(calling).bar.state is CallState.ON_CALL)


def test_the_automatic_lock_waits_for_the_question_and_no_longer(
    qtbot: QtBot, calling: FrontDesk, clock: FakeClock, live: Callable[[int], None]
) -> None:
    ring(qtbot, calling)
    live(700)  # the clinic's ten minutes are over, and the question is asked first
    calling._idle.idled.emit()
    assert not calling.is_locked
    assert is_shown(calling.window, "idle_review")
    live(225)
    calling._idle.idled.emit()
    assert calling.is_locked
    assert "Adams" not in all_words(calling.window)
    qtbot.waitUntil(lambda: is_shown(calling.window, "lock_idle"))


def test_a_closed_month_is_red_and_says_why(qtbot: QtBot, calling: FrontDesk, live: Callable[[int], None]) -> None:
    desk = calling.desk
    assert desk is not None
    close_november(desk, desk.patients.ids(desk.actor, "adams")[0])
    ring(qtbot, calling)
    bar = calling.window.call_bar
    assert bar is not None
    assert (bar.state, bar.property("call")) == (CallState.MONTH_CLOSED, "closed")
    assert words(calling.window, "call_state") == "Month closed: cannot be billed"
    live(50)
    assert words(calling.window, "call_seconds") == "0:50"
    assert bar.bar.seconds == 0
    press(qtbot, KEY.Key_F8)
    wait_for(qtbot, calling.window, "wrap_up")
    press(qtbot, KEY.Key_2, Qt.KeyboardModifier.AltModifier)
    press(qtbot, KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=20_000)


def test_the_days_to_look_at_are_found_by_name(qtbot: QtBot, calling: FrontDesk) -> None:
    press(qtbot, KEY.Key_K, CTRL)
    write(qtbot, "days to look")
    search = calling.window.search
    qtbot.waitUntil(lambda: search.is_open and search.hits.rowCount() > 0, timeout=20_000)
    press(qtbot, KEY.Key_Return)
    wait_for(qtbot, calling.window, "days_view")
