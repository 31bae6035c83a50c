"""Calls timed with real keys, through the real services, on a real encrypted clinic."""

import json
import time
from collections.abc import Iterator
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPlainTextEdit, QPushButton, QToolButton, QWidget
from sqlalchemy import select

from app.models import Base, Call, Note, TimeEntry
from app.services.founding import unlock_again
from app.views.call.call_view import CallView
from app.views.call.recovery import RecoveryView
from app.views.call_bar import CallState
from app.views.chart.chart_view import ChartView
from app.views.theme import Theme
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import WHOLE_NOTE
from tests.views.at_the_desk import all_words, part, wait_for
from tests.views.call_room import ALT, CTRL, KEY, SHIFT, CallRoom, call_room
from tests.views.clipping import clipped

T = TypeVar("T", bound=Base)


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        yield made


def rows(room: CallRoom, table: type[T]) -> list[T]:
    with room.desk.opened.ledger.reading(room.desk.actor, "time.read") as reading:
        columns: Any = table
        found = list(reading.session.scalars(select(table).order_by(columns.id)))
        reading.session.expunge_all()
        return found


def start(room: CallRoom) -> None:
    """F8 on the selected patient, and wait for the call screen."""
    room.press(KEY.Key_F8)
    room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), CallView))
    room.settle()


def words(room: CallRoom, name: str) -> str:
    return part(room.window, name, QLabel).text()


def write_note(room: CallRoom) -> None:
    for key, text in WHOLE_NOTE.items():
        part(room.view, f"note_{key}", QPlainTextEdit).setFocus()
        room.write(text)


NEEDED = ("Reason for contact", "Symptoms and changes", "Medications reviewed, adherence", "Next step, and when")


def missing_parts(room: CallRoom) -> list[str]:
    """The required parts of the note that the wrap-up names."""
    buttons = room.view.findChildren(QPushButton)
    return [each.accessibleName() for each in buttons if "missing_" in each.objectName() and each.isVisible()]


def asked(room: CallRoom) -> QDialog:
    """The small window that asks something."""
    room.qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), QDialog))
    shown = QApplication.activeWindow()
    assert isinstance(shown, QDialog)
    return shown


def test_no_answer_is_three_key_presses(room: CallRoom) -> None:
    # No waiting between them: however fast they come, each sees what the one before left.
    room.press(KEY.Key_F8)
    room.press(KEY.Key_2, ALT)
    room.press(KEY.Key_Return, CTRL)
    room.qtbot.waitUntil(lambda: len(rows(room, Call)) == 1 and rows(room, Call)[0].state == "finished")
    room.settle()
    assert rows(room, Call)[0].outcome == "no_answer"
    assert rows(room, Call)[0].patient_id == room.patients[0]
    assert room.list_page.list.current_id == room.patients[1]
    assert room.focus_name() == "patients_list"
    assert not room.calls.bar.isVisible()


def test_no_answer_at_a_persons_pace_keeps_the_attempt_as_clerical_time(room: CallRoom) -> None:
    start(room)
    room.live(42)
    room.press(KEY.Key_2, ALT)
    room.settle()
    assert room.view.wrap_up is not None
    assert room.view.wrap_up.chosen == "no_answer"
    assert words(room, "wrap_up_seconds") == "0:42"
    assert "clerical" in words(room, "wrap_up_counts")
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    (entry,) = rows(room, TimeEntry)
    assert ((entry.end_at - entry.start_at).seconds, entry.activity, entry.contact) == (42, "clerical", "attempt")
    assert rows(room, Note) == []
    assert "No answer, 0:42" in room.window.notice.text()


def test_the_timer_runs_soon_after_the_key(room: CallRoom) -> None:
    start(room)
    room.press(KEY.Key_2, ALT)
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    before = time.perf_counter()
    room.press(KEY.Key_F8)
    room.qtbot.waitUntil(lambda: room.calls.bar.state is CallState.ON_CALL)
    # Promised are 150 ms, and alone it takes far less; a machine that also runs other tests is given more.
    assert time.perf_counter() - before < 0.5


def test_a_reached_call_from_the_key_to_the_signed_note(room: CallRoom) -> None:
    start(room)
    assert words(room, "call_name") == "Adams, Ada"
    assert words(room, "call_born") == "Born 05/17/1941 · MRN M-1941"
    assert "Lisinopril 20 mg – once a day" in all_words(part(room.view, "call_medicines", QWidget))
    assert "Penicillin – hives" in all_words(part(room.view, "call_allergies", QWidget))
    assert "May I speak with Ada Adams, please?" in words(room, "call_script")
    assert "Ana Alvarez, RN, from Lakeside Family Clinic" in words(room, "call_script")
    assert room.focus_name() == "note_reason"
    room.live(372)
    assert words(room, "call_seconds") == "6:12"
    room.press(KEY.Key_F8)
    room.settle()
    assert room.calls.bar.state is CallState.WRAP_UP
    room.press(KEY.Key_Return, CTRL)
    assert "Choose how the call ended" in words(room, "wrap_up_problem_text")
    room.press(KEY.Key_1, ALT)
    room.settle()
    room.qtbot.waitUntil(lambda: missing_parts(room) == list(NEEDED))
    assert room.focus_name() == "note_reason"
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    assert words(room, "note_reason_error") == "Reason for contact is needed."
    assert room.focus_name() == "note_reason"
    write_note(room)
    room.press(KEY.Key_Return, CTRL | SHIFT)
    room.settle()
    assert words(room, "saved_words") == "Reached, 6:12"
    (note,) = rows(room, Note)
    assert json.loads(note.content)[0] == ["Reason for contact", "Monthly call"]
    (entry,) = rows(room, TimeEntry)
    assert ((entry.end_at - entry.start_at).seconds, entry.activity, entry.contact) == (372, "patient_call", "reached")
    # The note of a saved call takes no more keys.
    part(room.view, "note_reason", QPlainTextEdit).setFocus()
    room.write("x")
    assert part(room.view, "note_reason", QPlainTextEdit).toPlainText() == "Monthly call"


def test_f8_again_after_saving_begins_another_call_with_the_same_patient(room: CallRoom) -> None:
    start(room)
    room.press(KEY.Key_3, ALT)
    room.settle()
    room.press(KEY.Key_Return, CTRL | SHIFT)
    room.settle()
    room.press(KEY.Key_F8)
    room.settle()
    assert room.now is not None
    assert room.now.patient_id == room.patients[0]
    assert room.view.call_id == room.now.call_id
    room.press(KEY.Key_Escape)
    assert room.list_page is not None


def test_a_button_names_what_is_missing_and_goes_there(room: CallRoom) -> None:
    start(room)
    room.press(KEY.Key_1, ALT)
    room.settle()
    button = wait_for(room.qtbot, room.view, "missing_medications")
    button.setFocus()
    room.press(KEY.Key_Space)
    assert room.focus_name() == "note_medications"
    room.write("All taken")
    assert not button.isVisible()


def test_pause_and_resume(room: CallRoom) -> None:
    start(room)
    room.live(60)
    room.press(KEY.Key_F8, SHIFT)
    room.settle()
    assert room.calls.bar.state is CallState.PAUSED
    room.clock.advance(minutes=5)
    room.calls.bar.tick()
    assert words(room, "call_seconds") == "1:00"
    room.press(KEY.Key_F8, SHIFT)
    room.settle()
    room.live(30)
    assert words(room, "call_seconds") == "1:30"


def test_alt_shift_switches_the_activity(room: CallRoom) -> None:
    start(room)
    room.live(60)
    room.press(KEY.Key_7, ALT | SHIFT)
    room.settle()
    assert room.now is not None
    assert room.now.timer.activity == "record_review"
    assert room.calls.bar.state is CallState.DESK
    assert room.calls.bar.activity.value() == "record_review"
    room.live(30)
    room.press(KEY.Key_F8)
    room.settle()
    assert room.now is not None
    assert [span.activity for span in room.now.timer.spans] == ["patient_call", "record_review"]


def test_another_patient_rings(room: CallRoom) -> None:
    start(room)
    room.write("First")
    room.live(100)
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: room.focus_name() == "patients_list")
    room.press(KEY.Key_Down)
    room.press(KEY.Key_F8)
    room.qtbot.waitUntil(lambda: room.calls.bar.patient_button.accessibleName() == "Baker, Bruno")
    room.settle()
    assert [(call.patient_id, call.timer.state) for call in room.desk.calls.parked(room.desk.actor)] == [
        (room.patients[0], "parked")
    ]
    room.live(20)
    assert part(room.window, "call_waiting", QPushButton).accessibleName() == "1 call waits"
    (waiting,) = room.calls.bar.waiting_button.menu().actions()
    assert waiting.text() == "Adams, Ada: parked at 1:40"
    waiting.trigger()
    room.settle()
    assert room.calls.bar.patient_button.accessibleName() == "Adams, Ada"
    assert part(room.view, "note_reason", QPlainTextEdit).toPlainText() == "First"
    room.live(20)
    assert words(room, "call_seconds") == "2:00"
    assert [(call.patient_id, call.timer.state) for call in room.desk.calls.parked(room.desk.actor)] == [
        (room.patients[1], "parked")
    ]


def test_f8_on_the_patient_who_is_on_the_phone_stops_the_call(room: CallRoom) -> None:
    start(room)
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: room.focus_name() == "patients_list")
    room.press(KEY.Key_F8)
    room.settle()
    assert room.view.wrap_up is not None
    assert len(rows(room, Call)) == 1


def test_back_from_the_wrap_up_to_the_call(room: CallRoom) -> None:
    start(room)
    room.live(60)
    room.press(KEY.Key_F8)
    room.settle()
    room.press(KEY.Key_F8, SHIFT)
    room.settle()
    assert room.calls.bar.state is CallState.ON_CALL
    assert room.view.wrap_up is None
    room.live(30)
    assert words(room, "call_seconds") == "1:30"


def test_minutes_are_corrected_only_with_a_reason(room: CallRoom) -> None:
    start(room)
    room.live(372)
    room.press(KEY.Key_3, ALT)
    room.settle()
    part(room.view, "wrap_up_correct", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    assert room.focus_name() == "corrected_minutes"
    room.write("4")
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    assert words(room, "reason_error") == "Why the timer is not right is needed."
    assert room.focus_name() == "reason"
    room.write("Talked to a colleague")
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    (entry,) = rows(room, TimeEntry)
    assert ((entry.end_at - entry.start_at).seconds, entry.source, entry.reason) == (
        240,
        "manual",
        "Talked to a colleague",
    )


def test_discarding_needs_a_reason(room: CallRoom) -> None:
    start(room)
    room.live(60)
    room.press(KEY.Key_F8)
    room.settle()
    part(room.view, "wrap_up_discard", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.focus_name() == "confirm_reason")
    part(asked(room), "confirm_action", QPushButton).click()
    assert room.now is not None
    part(asked(room), "confirm_reason", QPlainTextEdit).setFocus()
    room.write("Wrong patient")
    part(asked(room), "confirm_action", QPushButton).click()
    room.qtbot.waitUntil(lambda: rows(room, Call)[0].state == "discarded")
    room.settle()
    assert rows(room, Call)[0].reason == "Wrong patient"
    assert rows(room, TimeEntry) == []
    assert room.list_page is not None
    assert not room.calls.bar.isVisible()


def test_the_note_is_kept_two_seconds_after_the_last_key(room: CallRoom) -> None:
    start(room)
    room.write("Half a sen")
    room.qtbot.waitUntil(lambda: room.now is not None and room.now.draft == {"reason": "Half a sen"}, timeout=5000)


def test_leaving_the_call_screen_keeps_the_note_and_comes_back_to_it(room: CallRoom) -> None:
    start(room)
    room.write("Left at once")
    room.press(KEY.Key_Escape)
    room.settle()
    assert room.now is not None
    assert room.now.draft == {"reason": "Left at once"}
    room.qtbot.mouseClick(room.calls.bar.patient_button, Qt.MouseButton.LeftButton)
    room.settle()
    assert part(room.view, "note_reason", QPlainTextEdit).toPlainText() == "Left at once"


def test_locking_keeps_the_note_and_the_timer_and_takes_the_journal_in(room: CallRoom) -> None:
    start(room)
    room.write("Typed just before")
    room.live(60)
    assert room.calls.presence.running_words() == "Timer running 01:00"
    lock = QLabel("locked")
    room.window.show_locked(lock)
    room.desk.opened.ledger.lock()
    for _ in range(24):
        room.beat_after(5)
    assert room.calls.presence.running_words() == "Timer running 03:00"
    assert len(room.desk.calls.journal.beats()) == 24
    unlock_again(room.desk.opened, FIRST_PERSON.passphrase)
    room.window.show_unlocked()
    room.settle()
    assert room.desk.calls.journal.beats() == ()
    assert room.now is not None
    assert room.now.timer.doubts == ()
    assert room.now.draft == {"reason": "Typed just before"}
    room.calls.bar.tick()
    assert words(room, "call_seconds") == "3:00"
    assert part(room.view, "note_reason", QPlainTextEdit).toPlainText() == "Typed just before"


def test_a_sleep_is_asked_about_and_kept_or_discarded(room: CallRoom) -> None:
    start(room)
    room.live(50)
    room.beat_after(600)
    assert "asleep or busy for 10:00" in words(room, "gap_text")
    assert words(room, "call_seconds") == "0:50"
    # The question is there on every page, and Esc does not answer it.
    room.press(KEY.Key_Escape)
    assert "asleep" in words(room, "gap_text")
    room.qtbot.mouseClick(room.calls.bar.question.keep_button, Qt.MouseButton.LeftButton)
    room.settle()
    assert not room.calls.bar.question.isVisible()
    assert words(room, "call_seconds") == "10:50"
    room.beat_after(600)
    room.qtbot.mouseClick(room.calls.bar.question.discard_button, Qt.MouseButton.LeftButton)
    room.settle()
    assert words(room, "call_seconds") == "10:50"
    room.live(10)
    assert words(room, "call_seconds") == "11:00"


def test_a_jump_of_the_clock_is_asked_about(room: CallRoom) -> None:
    start(room)
    room.live(30)
    room.clock.jump(minutes=20)
    room.beat_after(5)
    assert "clock jumped" in words(room, "gap_text")


def test_the_month_grows_with_the_call_and_stays_when_it_is_saved(room: CallRoom) -> None:
    start(room)
    room.live(600)
    assert room.calls.bar.bar.accessibleName() == "10:00 · 10:00 to 20 min"
    write_note(room)
    room.press(KEY.Key_1, ALT)
    room.settle()
    room.press(KEY.Key_Return, CTRL | SHIFT)
    room.settle()
    room.press(KEY.Key_F8)
    room.settle()
    room.live(60)
    assert room.calls.bar.bar.accessibleName() == "11:00 · 9:00 to 20 min"
    # Clerical work never counts, so the month stands still.
    room.calls.bar.activity.setFocus()
    room.calls.bar.activity.set_value("clerical")
    room.calls.bar.activity.edited.emit()
    room.settle()
    room.live(60)
    assert room.calls.bar.bar.accessibleName() == "11:00 · 9:00 to 20 min"
    assert words(room, "call_seconds") == "2:00"


def test_a_forgotten_start_is_set_back_with_a_reason(room: CallRoom) -> None:
    room.clock.advance(hours=1)
    start(room)
    room.live(60)
    room.press(KEY.Key_F8, CTRL | SHIFT)
    room.qtbot.waitUntil(lambda: room.focus_name() == "back_minutes")
    room.write("5")
    room.press(KEY.Key_Tab)
    room.write("Was dialling already")
    part(asked(room), "back_add", QPushButton).click()
    room.settle()
    room.calls.bar.tick()
    assert words(room, "call_seconds") == "6:00"


def test_leaving_while_a_call_runs_is_asked_about(room: CallRoom) -> None:
    start(room)
    room.live(60)
    left: list[bool] = []
    assert not room.calls.may_end(lambda: left.append(True))
    room.qtbot.mouseClick(part(asked(room), "leaving_stay", QPushButton), Qt.MouseButton.LeftButton)
    assert room.now is not None
    assert room.now.timer.state == "running"
    assert not room.calls.may_end(lambda: left.append(True))
    room.qtbot.mouseClick(part(asked(room), "leaving_park", QPushButton), Qt.MouseButton.LeftButton)
    room.qtbot.waitUntil(lambda: left == [True])
    room.settle()
    assert [call.timer.state for call in room.desk.calls.parked(room.desk.actor)] == ["parked"]
    assert room.calls.may_end(lambda: None)


def test_finishing_instead_of_leaving_opens_the_wrap_up(room: CallRoom) -> None:
    start(room)
    room.press(KEY.Key_Escape)
    assert not room.calls.may_end(lambda: None)
    room.qtbot.mouseClick(part(asked(room), "leaving_finish", QPushButton), Qt.MouseButton.LeftButton)
    room.settle()
    assert room.view.wrap_up is not None


def test_the_number_is_copied(room: CallRoom) -> None:
    start(room)
    part(room.view, "call_copy_first", QToolButton).click()
    assert QGuiApplication.clipboard().text() == "802-555-0144"
    QGuiApplication.clipboard().clear()


def test_outside_the_call_window_is_said(room: CallRoom) -> None:
    start(room)
    assert "outside" not in words(room, "call_window")
    room.clock.advance(hours=4)
    room.view._patient._timer.timeout.emit()
    assert "1:00 PM" in words(room, "call_window")
    assert "outside the call window" in words(room, "call_window")


def test_nothing_of_a_call_is_in_titles(room: CallRoom) -> None:
    start(room)
    assert room.window.windowTitle() == "CareLoop"
    assert "Adams" in all_words(room.window)


def test_closing_forgets_the_call(room: CallRoom) -> None:
    start(room)
    room.calls.close()
    assert room.window.call_bar is None
    assert room.calls.presence.running_words() == ""


@pytest.fixture
def crashed(request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[CallRoom]:
    """Signed in again, ten minutes after a call of 2:05 with a draft was cut off."""
    with call_room(request) as before:
        start(before)
        before.write("Cut off")
        before.live(125)
        before.qtbot.waitUntil(lambda: before.now is not None and bool(before.now.draft), timeout=5000)
    clock.advance(minutes=10)
    with call_room(request, is_new=False) as made:
        yield made


def recovery(room: CallRoom) -> RecoveryView:
    room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), RecoveryView))
    shown = room.window.stack.currentWidget()
    assert isinstance(shown, RecoveryView)
    return shown


def test_after_a_crash_the_call_is_offered_back_and_accepted(crashed: CallRoom) -> None:
    shown = recovery(crashed)
    assert "2:05 are safe" in words(crashed, "recovery_words")
    assert "10:00 passed" in words(crashed, "recovery_gap")
    assert crashed.calls.bar.state is CallState.RECOVERED
    # It can wait: the bar leads back to it.
    crashed.press(KEY.Key_Escape)
    assert crashed.list_page is not None
    crashed.qtbot.mouseClick(crashed.calls.bar.patient_button, Qt.MouseButton.LeftButton)
    shown = recovery(crashed)
    shown.accept_button.setFocus()
    crashed.press(KEY.Key_Space)
    crashed.qtbot.waitUntil(lambda: isinstance(crashed.window.stack.currentWidget(), CallView))
    crashed.settle()
    assert words(crashed, "wrap_up_seconds") == "2:05"
    assert part(crashed.view, "note_reason", QPlainTextEdit).toPlainText() == "Cut off"


def decide(room: CallRoom) -> RecoveryView:
    """Walk with Tab to the bar's button and press it."""
    for _ in range(80):
        if room.focus_name() == "call_decide":
            break
        room.press(KEY.Key_Tab)
    assert room.focus_name() == "call_decide"
    room.press(KEY.Key_Space)
    return recovery(room)


def test_the_bar_has_a_button_to_decide_about_a_recovered_call(crashed: CallRoom) -> None:
    recovery(crashed)
    crashed.press(KEY.Key_Escape)
    assert crashed.list_page is not None
    assert part(crashed.calls.bar, "call_decide", QPushButton).text() == "Decide…"
    # Also where something else was opened above the question.
    decide(crashed)
    crashed.window.show_view(ChartView(crashed.context, crashed.patients[0]))
    crashed.settle()
    shown = decide(crashed)
    shown.accept_button.setFocus()
    crashed.press(KEY.Key_Space)
    crashed.qtbot.waitUntil(lambda: isinstance(crashed.window.stack.currentWidget(), CallView))
    crashed.settle()
    assert not crashed.calls.bar.decide_button.isVisible()


def test_after_a_crash_the_timer_may_go_on(crashed: CallRoom) -> None:
    recovery(crashed).resume_button.setFocus()
    crashed.press(KEY.Key_Space)
    crashed.qtbot.waitUntil(lambda: crashed.calls.bar.state is CallState.ON_CALL)
    crashed.settle()
    crashed.live(35)
    assert words(crashed, "call_seconds") == "2:40"


def test_after_a_crash_the_gap_is_added_with_a_reason(crashed: CallRoom) -> None:
    shown = recovery(crashed)
    assert shown.gap.text() == "10:00"
    shown.gap_button.setFocus()
    crashed.press(KEY.Key_Space)
    assert words(crashed, "reason_error") == "What was done in it is needed."
    crashed.write("Talked on")
    shown.gap.setText("4:00")
    shown.gap_button.setFocus()
    crashed.press(KEY.Key_Space)
    crashed.qtbot.waitUntil(lambda: isinstance(crashed.window.stack.currentWidget(), CallView))
    crashed.settle()
    assert words(crashed, "wrap_up_seconds") == "6:05"


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_clipped(room: CallRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    start(room)
    room.live(60)
    room.qtbot.waitUntil(lambda: clipped(room.view) == [])
    assert room.window.size().toTuple() == (1366, 768)
    room.press(KEY.Key_1, ALT)
    room.settle()
    part(room.view, "wrap_up_correct", QPushButton).click()
    room.qtbot.waitUntil(lambda: clipped(room.view) == [])
    room.press(KEY.Key_F8, SHIFT)
    room.settle()
    room.beat_after(600)
    assert room.calls.bar.question.isVisible()
    room.qtbot.waitUntil(lambda: clipped(room.calls.bar) == [])


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_clipped_after_a_crash(crashed: CallRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    shown = recovery(crashed)
    crashed.qtbot.waitUntil(lambda: clipped(shown) == [])
    crashed.qtbot.waitUntil(lambda: clipped(crashed.calls.bar) == [])
    assert crashed.calls.bar.decide_button.isVisible()
    assert crashed.window.size().toTuple() == (1366, 768)
