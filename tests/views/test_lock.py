import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.services.people import PersonForm
from app.storage.ledger import ClinicLocked
from app.views import safe_text
from app.views.front_desk import FrontDesk
from app.views.idle import IdleWatch
from app.views.tasks import Tasks
from app.views.widgets import ask
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.views.at_the_desk import (
    CANARY,
    CTRL,
    add_canary,
    come_in,
    everything_in_view,
    focus,
    focus_on,
    part,
    press,
    start,
    wait_for,
    words,
    write,
)

ENTER, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Space


@pytest.fixture
def at_work(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> FrontDesk:
    """Ana at work, with a patient of hers in view."""
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    front_desk.window.go_to("patients")
    add_canary(front_desk)
    qtbot.waitUntil(lambda: CANARY in everything_in_view(), timeout=20_000)
    return front_desk


def lock(qtbot: QtBot, front_desk: FrontDesk) -> None:
    press(qtbot, Qt.Key.Key_L, CTRL)
    assert front_desk.is_locked
    assert part(front_desk.window, "lock_passphrase_line", QLineEdit).hasFocus()


def unlock(qtbot: QtBot, front_desk: FrontDesk) -> None:
    write(qtbot, FIRST_PERSON.passphrase)
    press(qtbot, ENTER)
    qtbot.waitUntil(lambda: not front_desk.window.is_locked, timeout=20_000)


def test_locking_hides_every_name_and_closes_the_file(qtbot: QtBot, at_work: FrontDesk) -> None:
    desk = at_work.desk
    assert desk is not None
    lock(qtbot, at_work)
    assert CANARY not in everything_in_view()
    with pytest.raises(ClinicLocked):
        desk.patients.count(desk.actor)
    assert not any(desk.opened.file.key.audit), "the key is still in memory"


def test_locking_hides_dialogs_and_unlocking_brings_them_back(qtbot: QtBot, at_work: FrontDesk) -> None:
    asked = ask(at_work.window, f"Stop the call with {CANARY}?", "Its time is kept.", "Stop", lambda: None)
    assert asked.isVisible()
    assert CANARY in everything_in_view()
    at_work.window.lock_requested.emit()
    assert CANARY not in everything_in_view()
    assert not asked.isVisible()
    unlock(qtbot, at_work)
    assert asked.isVisible()


def test_a_dialog_that_opens_behind_the_lock_stays_hidden_until_it_is_unlocked(
    qtbot: QtBot, at_work: FrontDesk
) -> None:
    lock(qtbot, at_work)
    late = ask(at_work.window, f"{CANARY} was changed elsewhere", "Read it again.", "Read", lambda: None)
    qtbot.waitUntil(lambda: not late.isVisible())
    assert CANARY not in everything_in_view()
    part(at_work.window, "lock_passphrase_line", QLineEdit).setFocus()
    unlock(qtbot, at_work)
    qtbot.waitUntil(late.isVisible)


def test_what_is_typed_stays_through_a_lock(qtbot: QtBot, at_work: FrontDesk) -> None:
    focus_on(qtbot, at_work.window, "patients_search")
    write(qtbot, "petro")
    lock(qtbot, at_work)
    unlock(qtbot, at_work)
    assert part(at_work.window, "patients_search", QLineEdit).text() == "petro"
    assert focus() == "patients_search"


def test_a_wrong_passphrase_keeps_it_locked(qtbot: QtBot, at_work: FrontDesk) -> None:
    lock(qtbot, at_work)
    write(qtbot, "seven quiet herons wave")
    press(qtbot, ENTER)
    wait_for(qtbot, at_work.window, "lock_screen_banner")
    assert words(at_work.window, "lock_screen_banner_text") == "The passphrase is not right."
    assert at_work.is_locked
    unlock(qtbot, at_work)
    desk = at_work.desk
    assert desk is not None
    assert desk.patients.count(desk.actor) == 1


def test_another_person_cannot_unlock_it(qtbot: QtBot, at_work: FrontDesk) -> None:
    desk = at_work.desk
    assert desk is not None
    desk.people.add(desk.actor, PersonForm("Nina Park", "LPN", "nina", ("nurse",)), "four lanterns drift north")
    lock(qtbot, at_work)
    write(qtbot, "four lanterns drift north")
    press(qtbot, ENTER)
    wait_for(qtbot, at_work.window, "lock_screen_banner")
    assert at_work.is_locked


def test_keys_do_nothing_behind_the_lock(qtbot: QtBot, at_work: FrontDesk) -> None:
    lock(qtbot, at_work)
    for key, modifier in (
        (Qt.Key.Key_K, CTRL),
        (Qt.Key.Key_N, CTRL),
        (Qt.Key.Key_F8, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
    ):
        press(qtbot, key, modifier)
    assert at_work.window.is_locked
    assert CANARY not in everything_in_view()


def test_signing_out_from_the_lock_leaves_nothing_for_the_next(qtbot: QtBot, at_work: FrontDesk) -> None:
    asked = ask(at_work.window, f"Stop the call with {CANARY}?", "Its time is kept.", "Stop", lambda: None)
    gone: list[bool] = []
    asked.destroyed.connect(lambda: gone.append(True))
    at_work.window.lock_requested.emit()
    late = ask(at_work.window, f"{CANARY} again", "", "Read", lambda: None)
    late.destroyed.connect(lambda: gone.append(True))
    focus_on(qtbot, at_work.window, "lock_sign_out")
    press(qtbot, SPACE)
    wait_for(qtbot, at_work.window, "sign_in")
    qtbot.waitUntil(lambda: len(gone) == 2)
    come_in(qtbot, at_work)
    assert "Stop the call" not in everything_in_view()


def test_the_screen_locks_itself_after_the_clinics_minutes(qtbot: QtBot, at_work: FrontDesk, clock: FakeClock) -> None:
    clock.advance(minutes=9, seconds=30)
    qtbot.waitUntil(lambda: words(at_work.window, "status_lock") == "Locks in 1 min")
    assert not at_work.is_locked
    press(qtbot, Qt.Key.Key_Down)
    clock.advance(minutes=9, seconds=30)
    qtbot.waitUntil(lambda: words(at_work.window, "status_lock") == "Locks in 1 min")
    assert not at_work.is_locked
    clock.advance(seconds=40)
    qtbot.waitUntil(lambda: at_work.is_locked)
    assert CANARY not in everything_in_view()


def test_an_administrator_changes_the_minutes_and_it_holds_at_once(
    qtbot: QtBot, at_work: FrontDesk, clock: FakeClock
) -> None:
    desk = at_work.desk
    assert desk is not None
    desk.clinic.set_lock_after_minutes(desk.actor, 3)
    qtbot.waitUntil(lambda: words(at_work.window, "status_lock") == "Locks in 3 min")
    clock.advance(minutes=3)
    qtbot.waitUntil(lambda: at_work.is_locked)


def test_what_the_program_does_by_itself_is_no_touch(qtbot: QtBot, at_work: FrontDesk, clock: FakeClock) -> None:
    clock.advance(minutes=9, seconds=50)
    at_work.window.go_to("settings")
    at_work.window.notify("Backup made", "ready")
    clock.advance(seconds=20)
    qtbot.waitUntil(lambda: at_work.is_locked)


def test_a_running_timer_is_shown_without_a_name_and_delays_the_lock(
    qtbot: QtBot, at_work: FrontDesk, clock: FakeClock
) -> None:
    desk = at_work.desk
    assert desk is not None
    patient_id = desk.patients.ids(desk.actor, CANARY.lower())[0]
    at_work.start_call(patient_id)
    wait_for(qtbot, at_work.window, "call_bar")
    assert at_work._calls is not None
    at_work._calls._beats.stop()  # a heartbeat after the clock's leaps would rightly find a silence
    clock.advance(minutes=12)
    qtbot.wait(1500)  # two looks of the idle watch, which must do nothing
    assert not at_work.is_locked
    clock.advance(minutes=3, seconds=1)
    qtbot.waitUntil(lambda: at_work.is_locked)
    shown = part(at_work.window, "lock_running", QLabel)
    assert shown.text() == "Timer running 15:01"
    clock.advance(seconds=61)
    qtbot.waitUntil(lambda: shown.text() == "Timer running 16:02")
    assert CANARY not in everything_in_view()


def test_work_cut_short_by_the_lock_says_nothing_of_a_locked_clinic(
    qtbot: QtBot, at_work: FrontDesk, tasks: Tasks
) -> None:
    desk = at_work.desk
    assert desk is not None
    is_locked = threading.Event()

    def work() -> int:
        is_locked.wait(20)
        return desk.patients.count(desk.actor)

    tasks.run(work)
    lock(qtbot, at_work)
    is_locked.set()
    qtbot.waitUntil(lambda: tasks.is_idle)
    unlock(qtbot, at_work)
    assert "locked" not in at_work.window.notice.text()


def test_sleep_counts_as_idle(qtbot: QtBot, clock: FakeClock) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    watch = IdleWatch(clock, holder)
    watch.start(10)
    clock.advance(hours=8)  # the suspend-aware clock goes on while the machine sleeps
    with qtbot.waitSignal(watch.idled):
        pass
    assert watch.idle_minutes == 480
    watch.stop()


def test_a_window_of_its_own_is_held_back_too(qtbot: QtBot, at_work: FrontDesk) -> None:
    lock(qtbot, at_work)
    late = QDialog()
    qtbot.addWidget(late)
    QVBoxLayout(late).addWidget(safe_text.label(CANARY))
    late.show()
    qtbot.waitUntil(lambda: not late.isVisible())
    assert CANARY not in everything_in_view()
