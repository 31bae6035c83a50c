"""The follow-ups page with real keys, through the real services, on a real encrypted clinic."""

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from app.services.escalations import EscalationForm
from app.services.follow_ups import FollowUpForm
from app.services.people import PersonForm
from app.views.follow_ups.follow_ups_page import FollowUpsPage
from app.views.page_stack import Page
from app.views.pages import pages_for
from app.views.theme import Theme
from app.views.widgets import ChoiceField
from tests.services.calling import ring
from tests.views.at_the_desk import is_shown, part
from tests.views.call_room import ALT, CTRL, KEY, CallRoom, call_room
from tests.views.clipping import clipped
from tests.views.patient_room import patient_room

# The clock says 15:00 UTC on Monday, 23 November 2026: 9 AM in Chicago.


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        desk, (ada, bruno, carla) = made.desk, made.patients
        desk.follow_ups.add(desk.actor, bruno, FollowUpForm("Send the log", date(2026, 11, 25)))
        desk.follow_ups.add(desk.actor, ada, FollowUpForm("Ask about refills", date(2026, 11, 20), urgency="urgent"))
        desk.escalations.escalate(desk.actor, carla, EscalationForm("fall", "Slipped in the bath"))
        show_page(made)
        yield made


def show_page(room: CallRoom) -> None:
    context = room.context
    room.window.show_pages([Page("follow_ups", "Follow-ups", "flag", lambda: FollowUpsPage(context))])
    room.settle()
    room.qtbot.waitUntil(lambda: room.focus_name() == "follow_ups_open_list")


def page(room: CallRoom) -> FollowUpsPage:
    shown = room.window.stack.currentWidget()
    assert isinstance(shown, FollowUpsPage)
    return shown


def said(room: CallRoom, name: str) -> str:
    return part(room.window, name, QLabel).text()


def cells(room: CallRoom, key: str) -> list[tuple[str, ...]]:
    table = page(room).sections[key].table
    return [table.words_at(position) for position in range(table.rowCount())]


def show_list(room: CallRoom, key: str) -> None:
    page(room).counters.buttons[key].click()


def type_and_save(room: CallRoom, panel: str, text: str) -> None:
    """Type into the panel's text and save it with its key."""
    room.qtbot.waitUntil(lambda: is_shown(room.window, panel))
    room.qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QPlainTextEdit))
    room.write(text)
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: not is_shown(room.window, panel))
    room.settle()


def test_what_is_late_stands_first(room: CallRoom) -> None:
    assert [row[:5] for row in cells(room, "open")] == [
        ("Ask about refills", "Adams, Ada", "11/20/2026, 3 d late", "Urgent", "Ana Alvarez"),
        ("Send the log", "Baker, Bruno", "11/25/2026", "Routine", "Ana Alvarez"),
    ]
    assert said(room, "page_subtitle") == "2 open, 1 late · 1 escalation waits for an answer"
    counts = [button.accessibleName() for button in page(room).counters.buttons.values()]
    assert counts == ["Open 2", "Overdue 1", "Escalations 1", "Not finished 0", "Closed 0"]
    assert said(room, "follow_ups_detail").startswith("Ask about refills\nWritten down by Ana Alvarez")


def test_nothing_is_closed_without_an_outcome(room: CallRoom) -> None:
    room.press(KEY.Key_Return)
    room.qtbot.waitUntil(lambda: room.focus_name() == "outcome")
    room.press(KEY.Key_S, CTRL)
    assert said(room, "outcome_error") == "What came of it is needed."
    type_and_save(room, "close_follow_up", "Refilled for 90 days")
    assert [row[0] for row in cells(room, "open")] == ["Send the log"]
    ((what, patient, outcome, _, by),) = cells(room, "closed")
    assert (what, patient, outcome, by) == ("Ask about refills", "Adams, Ada", "Refilled for 90 days", "Ana Alvarez")
    # The notice undoes it.
    part(room.window.notice, "notice_action", QPushButton).click()
    room.settle()
    room.qtbot.waitUntil(lambda: len(cells(room, "open")) == 2)


def test_what_is_not_needed_says_why(room: CallRoom) -> None:
    page(room).sections["open"].buttons["cancel"].click()
    type_and_save(room, "cancel_follow_up", "Moved to another pharmacy")
    assert cells(room, "closed")[0][2] == "Not needed: Moved to another pharmacy"


def test_a_follow_up_is_handed_to_somebody_else(room: CallRoom) -> None:
    desk = room.desk
    desk.people.add(desk.actor, PersonForm("Ben Okoro", "RN", "ben", ("nurse",)), "four slow rivers bend east")
    ben = next(each.person_id for each in desk.cadence.owners(desk.actor) if each.name == "Ben Okoro")
    page(room).sections["open"].buttons["edit"].click()
    room.qtbot.waitUntil(lambda: is_shown(room.window, "follow_up"))
    part(room.window, "owner_id", ChoiceField).set_value(ben)
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: not is_shown(room.window, "follow_up"))
    room.settle()
    assert cells(room, "open")[0][4] == "Ben Okoro"
    page(room).whose.set_value(ben)
    page(room).whose.edited.emit()
    assert [row[0] for row in cells(room, "open")] == ["Ask about refills"]


def test_a_new_one_begins_with_whose_it_is(room: CallRoom) -> None:
    room.press(KEY.Key_T, CTRL)
    room.qtbot.waitUntil(lambda: room.focus_name() == "patient_choice_search")
    room.write("castro")
    button = part(room.window, "patient_choice_go", QPushButton)
    room.qtbot.waitUntil(button.isEnabled)
    room.qtbot.keyClick(button, KEY.Key_Space)
    type_and_save(room, "follow_up", "Call the eye clinic")
    assert ("Call the eye clinic", "Castro, Carla") in [row[:2] for row in cells(room, "open")]


def test_an_escalation_is_answered_acted_on_and_closed(room: CallRoom) -> None:
    show_list(room, "escalations")
    buttons = page(room).sections["escalations"].buttons
    assert cells(room, "escalations")[0][2] == "Waits for answer"
    assert "Seen or said: Slipped in the bath" in said(room, "follow_ups_detail")
    assert (buttons["answer"].isEnabled(), buttons["close"].isEnabled()) == (True, False)
    buttons["answer"].click()
    type_and_save(room, "answer_escalation", "Come in tomorrow at nine")
    assert cells(room, "escalations")[0][2] == "Answered: act on it"
    assert (buttons["answer"].isEnabled(), buttons["close"].isEnabled()) == (False, True)
    buttons["close"].click()
    type_and_save(room, "close_escalation", "Seen, no fracture")
    assert cells(room, "escalations") == []


def test_an_escalation_raised_by_mistake_is_taken_back(room: CallRoom) -> None:
    show_list(room, "escalations")
    page(room).sections["escalations"].buttons["withdraw"].click()
    type_and_save(room, "withdraw_escalation", "Another patient")
    assert cells(room, "escalations") == []
    (row,) = room.desk.escalations.rows(room.desk.actor, state="all")
    assert (row.status, row.outcome) == ("withdrawn", "Another patient")


def test_a_contact_without_a_next_step_is_a_finding_until_one_is_planned(room: CallRoom) -> None:
    ring(room.desk, room.clock, room.patients[2], "left_message", seconds=20)
    room.qtbot.waitUntil(lambda: len(cells(room, "cycles")) == 1, timeout=10_000)
    show_list(room, "cycles")
    sentence, patient, _, person = cells(room, "cycles")[0]
    assert "nothing is planned" in sentence
    assert (patient, person) == ("Castro, Carla", "Ana Alvarez")
    page(room).sections["cycles"].buttons["plan"].click()
    room.qtbot.waitUntil(lambda: is_shown(room.window, "plan_call"))
    room.settle()
    part(room.window, "due_on", QLineEdit).setText("12/01/2026")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: cells(room, "cycles") == [], timeout=10_000)


def test_f8_calls_whose_follow_up_it_is(room: CallRoom) -> None:
    room.press(KEY.Key_F8)
    room.settle()
    assert room.now is not None
    assert room.now.patient_id == room.patients[0]
    room.press(KEY.Key_2, ALT)
    room.press(KEY.Key_Return, CTRL)
    room.settle()
    assert isinstance(room.window.stack.currentWidget(), FollowUpsPage)


def test_a_manager_looks_and_changes_nothing(request: pytest.FixtureRequest) -> None:
    with patient_room(request, roles=("manager",)) as room:
        assert "follow_ups" in [each.key for each in pages_for(room.context)]
        shown = FollowUpsPage(room.context)
        room.qtbot.addWidget(shown)
        assert {key for section in shown.sections.values() for key in section.buttons} == {"chart"}
        assert not hasattr(shown, "add_button")


@pytest.mark.parametrize("scale", [100, 200])
def test_everything_has_room(room: CallRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    QApplication.processEvents()
    assert clipped(page(room)) == []
    assert room.window.width() == 1366
    page(room).sections["open"].buttons["close"].click()
    room.qtbot.waitUntil(lambda: is_shown(room.window, "close_follow_up"))
    assert room.window.width() == 1366


def test_steps_are_taken_back_one_by_one_with_ctrl_z(room: CallRoom) -> None:
    room.press(KEY.Key_Return)
    type_and_save(room, "close_follow_up", "Refilled for 90 days")
    assert room.window.notice.text() == "Closed follow-up “Ask about refills”"
    page(room).sections["open"].list.setFocus()
    page(room).sections["open"].buttons["edit"].click()
    room.qtbot.waitUntil(lambda: is_shown(room.window, "follow_up"))
    line = part(room.window, "due_on", QLineEdit)
    line.setFocus()
    line.selectAll()
    room.write("12/01/2026")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: not is_shown(room.window, "follow_up"))
    room.settle()
    assert room.window.commands.action("undo").text() == "Undo: moved follow-up “Send the log” to 12/01/2026"
    page(room).sections["open"].list.setFocus()
    room.press(KEY.Key_Z, CTRL)
    room.settle()
    assert cells(room, "open")[0][2] == "11/25/2026"
    room.press(KEY.Key_Z, CTRL)
    room.settle()
    assert [row[0] for row in cells(room, "open")] == ["Ask about refills", "Send the log"]


def test_an_escalation_just_raised_is_taken_back_with_ctrl_z(room: CallRoom) -> None:
    show_list(room, "escalations")
    page(room).panels.escalate(room.patients[0])
    room.qtbot.waitUntil(lambda: is_shown(room.window, "escalate"))
    part(room.window, "rule_key", ChoiceField).set_value("fall")
    part(room.window, "what", QPlainTextEdit).setFocus()
    room.write("On the stairs")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: not is_shown(room.window, "escalate"))
    room.settle()
    assert len(cells(room, "escalations")) == 2
    page(room).sections["escalations"].list.setFocus()
    room.press(KEY.Key_Z, CTRL)
    room.settle()
    assert len(cells(room, "escalations")) == 1
