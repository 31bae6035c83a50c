"""What a call is joined to: scripts, follow-ups and escalations while it runs, and the next call when it ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QLineEdit, QPushButton, QToolButton
from sqlalchemy import select

from app.models import TouchPoint
from app.views.call.call_view import CallView
from tests.services.calling import WHOLE_NOTE
from tests.views.at_the_desk import is_shown, part
from tests.views.call_room import ALT, CTRL, KEY, SHIFT, CallRoom, call_room

TODAY = date(2026, 11, 23)


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        yield made


def start(room: CallRoom) -> CallView:
    room.press(KEY.Key_F8)
    room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), CallView))
    room.settle()
    return room.view


def said(room: CallRoom, name: str) -> str:
    return part(room.window, name, QLabel).text()


def plans(room: CallRoom) -> list[tuple[int, date, int | None]]:
    with room.desk.opened.ledger.reading(room.desk.actor, "today.read") as reading:
        rows = reading.session.scalars(select(TouchPoint).order_by(TouchPoint.id))
        return [(row.patient_id, row.due_on, row.call_id) for row in rows]


def test_the_opening_is_shown_in_spanish_beside_english(room: CallRoom) -> None:
    form = room.desk.patients.form(room.desk.actor, room.patients[0])
    room.desk.patients.edit(room.desk.actor, room.patients[0], replace(form, language="Spanish"))
    start(room)
    assert "May I speak with Ada Adams, please?" in said(room, "call_script")
    assert "¿Podría hablar con Ada Adams, por favor?" in said(room, "call_script_spanish")
    part(room.window, "call_scripts", QToolButton).click()
    room.qtbot.waitUntil(lambda: room.focus_name() == "scripts_which")
    assert "date of birth" in said(room, "scripts_english")
    part(room.window, "scripts_which", QComboBox).setFocus()
    room.press(KEY.Key_Down)
    assert "This message is not urgent." in said(room, "scripts_english")
    assert "Ada" not in said(room, "scripts_english")
    room.press(KEY.Key_Escape)
    assert not is_shown(room.window, "scripts")
    assert room.now is not None


def test_english_alone_where_english_is_spoken(room: CallRoom) -> None:
    start(room)
    assert not is_shown(room.window, "call_script_spanish")


def test_a_follow_up_and_an_escalation_hang_on_the_call_they_came_of(room: CallRoom) -> None:
    view = start(room)
    room.press(KEY.Key_T, CTRL)
    room.qtbot.waitUntil(lambda: room.focus_name() == "what")
    room.write("Send the log")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: not is_shown(room.window, "follow_up"))
    room.settle()
    assert room.focus_name() == "note_reason"
    (row,) = room.desk.follow_ups.rows(room.desk.actor)
    assert (row.what, row.source, row.call_id) == ("Send the log", "call", view.call_id)
    room.press(KEY.Key_E, CTRL)
    room.qtbot.waitUntil(lambda: room.focus_name() == "rule_key")
    room.press(KEY.Key_Down)
    room.press(KEY.Key_Tab)
    room.qtbot.waitUntil(lambda: room.focus_name() == "what")
    room.write("Pressure on the chest")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: not is_shown(room.window, "escalate"))
    room.settle()
    (raised,) = room.desk.escalations.rows(room.desk.actor)
    assert (raised.what, raised.call_id) == ("Pressure on the chest", view.call_id)


def test_saving_the_call_asks_before_it_drops_a_half_written_follow_up(room: CallRoom) -> None:
    start(room)
    room.press(KEY.Key_2, ALT)
    room.settle()
    room.press(KEY.Key_T, CTRL)
    room.qtbot.waitUntil(lambda: room.focus_name() == "what")
    room.write("Half")
    room.press(KEY.Key_Return, CTRL)
    room.qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), QDialog))
    question = QApplication.activeWindow()
    assert question is not None
    part(question, "confirm_cancel", QPushButton).click()
    room.settle()
    assert room.now is not None
    assert room.now.timer.state == "wrap_up"
    assert is_shown(room.window, "follow_up")


def test_the_wrap_up_proposes_the_next_call_and_saving_plans_it(room: CallRoom) -> None:
    view = start(room)
    room.press(KEY.Key_2, ALT)
    room.settle()
    assert part(room.window, "next_on", QLineEdit).text() == "11/25/2026"
    room.press(KEY.Key_1, ALT)
    room.settle()
    proposed = room.desk.cadence.propose(room.desk.actor, room.patients[0], "reached")
    assert proposed is not None
    assert part(room.window, "next_on", QLineEdit).text() == f"{proposed:%m/%d/%Y}"
    room.press(KEY.Key_6, ALT)
    room.settle()
    assert part(room.window, "next_on", QLineEdit).text() == ""
    room.press(KEY.Key_3, ALT)
    room.settle()
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    assert plans(room) == [(room.patients[0], date(2026, 11, 25), view.call_id)]
    assert room.desk.follow_ups.incomplete(room.desk.actor) == ()


def test_a_day_the_nurse_chose_stays_whatever_the_outcome(room: CallRoom) -> None:
    start(room)
    for key, text in WHOLE_NOTE.items():
        field = room.view.note.field(key)
        assert field is not None
        field.setFocus()
        room.write(text)
    room.press(KEY.Key_3, ALT)
    room.settle()
    line = part(room.window, "next_on", QLineEdit)
    line.setFocus()
    line.selectAll()
    room.write("12/09/2026")
    room.press(KEY.Key_1, ALT)
    room.settle()
    room.press(KEY.Key_Return, CTRL | SHIFT)
    room.settle()
    assert [day for _, day, _ in plans(room)] == [date(2026, 12, 9)]


@pytest.mark.parametrize(("typed", "told"), [("11/20/2026", "before"), ("12/09/2062", "after"), ("soon", "Type a day")])
def test_a_day_that_cannot_be_keeps_the_call_in_its_wrap_up(room: CallRoom, typed: str, told: str) -> None:
    start(room)
    room.press(KEY.Key_2, ALT)
    room.settle()
    line = part(room.window, "next_on", QLineEdit)
    line.setFocus()
    line.selectAll()
    room.write(typed)
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    assert told in said(room, "next_on_error")
    assert room.now is not None
    assert plans(room) == []


def test_an_empty_day_plans_nothing(room: CallRoom) -> None:
    start(room)
    room.press(KEY.Key_2, ALT)
    room.settle()
    line = part(room.window, "next_on", QLineEdit)
    line.setFocus()
    line.selectAll()
    room.press(KEY.Key_Delete)
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    assert room.now is None
    assert plans(room) == []
