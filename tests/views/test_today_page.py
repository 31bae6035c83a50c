"""The nurse's queue with real keys, through the real services, on a real encrypted clinic."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
)
from sqlalchemy import select

from app.models import Call
from app.services.follow_ups import FollowUpForm
from app.services.promises import PromiseForm
from app.services.time_entries import EntryForm
from app.views.page_stack import Page
from app.views.pages import pages_for
from app.views.patients.patients_page import PatientsPage
from app.views.theme import Theme
from app.views.today import queue_words
from app.views.today.queue_list import LEAST_REASON
from app.views.today.today_page import TodayPage
from tests.views.at_the_desk import is_shown, part
from tests.views.call_room import ALT, CTRL, KEY, CallRoom, call_room
from tests.views.clipping import clipped
from tests.views.patient_room import patient_room

# The clock says 15:00 UTC on Monday, 23 November 2026: 9 AM in Chicago.
TODAY = date(2026, 11, 23)
NEXT_TRY = date(2026, 11, 25)


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        show_today(made)
        yield made


def show_today(room: CallRoom) -> None:
    """Put the queue on the screen, as it is after signing in."""
    context = room.context
    room.window.show_pages(
        [
            Page("today", "Today", "list-todo", lambda: TodayPage(context)),
            Page("patients", "Patients", "users", lambda: PatientsPage(context)),
        ]
    )
    room.settle()
    room.qtbot.waitUntil(lambda: room.focus_name() == "queue_list")


def page(room: CallRoom) -> TodayPage:
    shown = room.window.stack.currentWidget()
    assert isinstance(shown, TodayPage)
    return shown


def names(room: CallRoom) -> list[str]:
    return [row.name for row in page(room).queue.table.rows]


def said(room: CallRoom, name: str) -> str:
    return part(room.window, name, QLabel).text()


def cells(room: CallRoom, position: int) -> dict[str, str]:
    table = page(room).queue.table
    keys = (column.key for column in table.columns)
    return dict(zip(keys, table.words_at(position), strict=True))


def shown_cells(room: CallRoom, position: int) -> dict[str, str]:
    """What is in view of a row, by column."""
    queue = page(room).queue
    hidden = {column.key for at, column in enumerate(queue.table.columns) if queue.list.isColumnHidden(at)}
    return {key: text for key, text in cells(room, position).items() if key not in hidden}


def counts(room: CallRoom) -> list[str]:
    return [button.accessibleName() for button in page(room).queue.filters.buttons.values()]


def asked(room: CallRoom) -> QDialog:
    room.qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), QDialog))
    shown = QApplication.activeWindow()
    assert isinstance(shown, QDialog)
    return shown


def work_on(room: CallRoom, patient: int, seconds: int) -> None:
    """Type in time of this month that reached the patient."""
    begins = datetime.fromisoformat("2026-11-20T15:00:00+00:00")
    form = EntryForm(begins, begins + timedelta(seconds=seconds), "patient_call", "reached")
    room.desk.time_entries.add(room.desk.actor, patient, form, "timer was off")


def outcomes(room: CallRoom) -> list[tuple[int, str]]:
    with room.desk.opened.ledger.reading(room.desk.actor, "time.read") as reading:
        calls = reading.session.scalars(select(Call).where(Call.state == "finished").order_by(Call.id))
        return [(call.patient_id, call.outcome) for call in calls]


def wait_for_calls(room: CallRoom, count: int) -> None:
    room.qtbot.waitUntil(lambda: len(outcomes(room)) == count, timeout=10_000)
    room.settle()


def test_the_queue_opens_on_whom_to_call_first(room: CallRoom) -> None:
    assert names(room) == ["Adams, Ada", "Baker, Bruno", "Castro, Carla"]
    room.window.resize(1920, 1080)
    assert shown_cells(room, 0) == {
        "why": "First contact, waiting since 09/24/2026",
        "name": "Adams, Ada",
        "phone": "802-555-0144",
        "window": "9 AM–12 PM · 9:00 AM",
        "minutes": "0:00",
        "step": "20:00 left",
        "last": "never",
        "language": "English",
        "flags": "Care plan due · Blocked",
    }
    assert said(room, "page_subtitle") == "Mon 11/23/2026 · 3 patients to call"
    assert said(room, "today_name") == "Adams, Ada"
    assert said(room, "today_born") == "Born 05/17/1941 · speaks English"
    assert said(room, "today_why_text") == "First contact, waiting since 09/24/2026"
    assert said(room, "today_window") == "Call Mon Wed Fri 9 AM–12 PM · 9:00 AM CST there now"
    assert said(room, "today_hours_text") == "Not enough calls yet: 0 of 5."
    assert said(room, "today_open_text") == "No follow-up or escalation."


def test_no_answer_three_times_in_a_row_is_three_keys_each(room: CallRoom) -> None:
    # No waiting between the keys of a call: however fast they come, each sees what the one before left.
    for position, patient in enumerate(room.patients):
        assert page(room).queue.list.current_id == patient
        room.press(KEY.Key_F8)
        room.press(KEY.Key_2, ALT)
        room.press(KEY.Key_Return, CTRL)
        wait_for_calls(room, position + 1)
        room.settle()
        assert isinstance(room.window.stack.currentWidget(), TodayPage)
        if position < 2:
            assert page(room).queue.list.current_id == room.patients[position + 1]
            assert room.focus_name() == "queue_list"
    assert outcomes(room) == [(patient, "no_answer") for patient in room.patients]
    assert not room.calls.bar.isVisible()
    # Each is called again two working days later: nobody is left to call today.
    assert {room.desk.cadence.of(room.desk.actor, each).planned_on for each in room.patients} == {NEXT_TRY}
    assert said(room, "queue_empty_text").startswith("Nobody is due now.")


def test_the_next_patient_is_the_one_below_although_the_queue_orders_itself_anew(room: CallRoom) -> None:
    room.press(KEY.Key_Down)
    room.press(KEY.Key_F8)
    room.settle()
    room.desk.follow_ups.add(room.desk.actor, room.patients[0], FollowUpForm("Later", TODAY, urgency="urgent"))
    room.press(KEY.Key_2, ALT)
    room.press(KEY.Key_Return, CTRL)
    room.qtbot.waitUntil(lambda: outcomes(room) == [(room.patients[1], "no_answer")], timeout=10_000)
    room.settle()
    assert page(room).queue.list.current_id == room.patients[2]


@pytest.mark.parametrize("is_wide", [False, True])
def test_the_queue_tells_last_contact_tries_and_language_without_scrolling(room: CallRoom, is_wide: bool) -> None:
    room.press(KEY.Key_F8)
    room.live(30)
    room.press(KEY.Key_2, ALT)
    room.press(KEY.Key_Return, CTRL)
    wait_for_calls(room, 1)
    work_on(room, room.patients[1], 600)
    room.window.resize(*((1920, 1080) if is_wide else (1366, 768)))
    page(room).queue.show_filter("first_contact")
    room.settle()
    queue = page(room).queue
    shown = shown_cells(room, names(room).index("Adams, Ada"))
    assert shown["attempts"] == "1"
    assert shown["last" if is_wide else "last_short"] == "never"
    assert shown["window" if is_wide else "window_short"] == ("9 AM–12 PM · 9:00 AM" if is_wide else "9a–12p · 9:00")
    assert shown.get("language") == ("English" if is_wide else None)
    assert {key.removesuffix("_short") for key in shown} >= {"why", "name", "phone", "minutes", "step", "flags"}
    room.qtbot.waitUntil(lambda: queue.list.horizontalScrollBar().maximum() == 0)
    heads = queue.list.horizontalHeader()
    assert heads.sectionSize(0) >= LEAST_REASON
    for at, column in enumerate(queue.table.columns):
        if column.key in shown:
            assert heads.sectionSize(at) > heads.fontMetrics().horizontalAdvance(column.title)


def test_a_row_says_the_same_in_few_letters(room: CallRoom) -> None:
    row = replace(page(room).queue.table.rows[0], last_contact_on=date(2026, 11, 2), attempts=2, flags=("hospital",))
    assert (queue_words.contact_short(row), queue_words.contact_tip(row)) == ("11/02", "Last reached 11/02/2026")
    assert queue_words.tries_tip(row) == "2 tries in vain this month"
    assert queue_words.marks_short(row) == "In hospital"
    for language, mark in (("Spanish", "Span."), ("Hmong", "Hmong")):
        there = replace(row, language=language)
        assert queue_words.marks_short(there) == f"{mark} · In hospital"
        assert queue_words.marks_spoken(there) == f"Speaks {language} · In hospital"


def test_minutes_and_the_way_to_the_next_step(room: CallRoom) -> None:
    work_on(room, room.patients[1], 1120)
    room.settle()
    page(room).queue.show_filter("close")
    assert names(room) == ["Baker, Bruno"]
    assert cells(room, 0)["minutes"] == "18:40"
    assert cells(room, 0)["step"] == "1:20 left"
    assert cells(room, 0)["last"] == "11/20/2026"
    assert said(room, "today_minutes_words") == "18:40 · 1:20 to 20 min"


def test_saved_filters_are_counted_and_walked_with_the_arrow_keys(room: CallRoom) -> None:
    assert counts(room) == [
        "My queue 3",
        "Promised now 0",
        "Due today 3",
        "Close (15:00–19:59) 0",
        "Needs first contact 3",
        "Call back 0",
        "No answer 3+ 0",
        "Unscheduled 0",
        "Plan due 3",
        "Ready 0",
    ]
    page(room).queue.filters.buttons[""].setFocus()
    room.press(KEY.Key_Right)
    assert page(room).queue.filters.key == "promised_now"
    assert said(room, "queue_empty_text") == "No patient is in this list."
    assert not is_shown(room.window, "today_card")
    room.qtbot.keyClick(part(room.window, "queue_empty_action", QPushButton), KEY.Key_Space)
    assert names(room) == ["Adams, Ada", "Baker, Bruno", "Castro, Carla"]
    assert is_shown(room.window, "today_card")


def test_ctrl_f_finds_in_the_list(room: CallRoom) -> None:
    room.press(KEY.Key_F, CTRL)
    room.write("brun")
    room.qtbot.waitUntil(lambda: names(room) == ["Baker, Bruno"])
    assert counts(room)[0] == "My queue 1"
    room.press(KEY.Key_Down)
    assert room.focus_name() == "queue_list"
    room.press(KEY.Key_F, CTRL)
    room.write("xx")
    room.qtbot.waitUntil(lambda: is_shown(room.window, "queue_empty"))
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: len(names(room)) == 3)


def test_names_are_hidden_and_this_computer_remembers(room: CallRoom) -> None:
    part(room.window, "today_hide_names", QToolButton).click()
    assert cells(room, 0)["name"] == "A. A. 1941"
    assert said(room, "today_name") == "A. A. 1941"
    assert "05/17" not in said(room, "today_born")
    room.window.forget_pages()
    show_today(room)
    assert cells(room, 1)["name"] == "B. B. 1950"
    assert page(room).hide_button.isChecked()


def test_a_follow_up_is_added_with_keys_and_shows_at_once(room: CallRoom) -> None:
    room.press(KEY.Key_T, CTRL)
    room.qtbot.waitUntil(lambda: room.focus_name() == "what")
    room.write("Ask the pharmacy about refills")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    room.qtbot.waitUntil(lambda: "refills" in said(room, "today_open_text"))
    (row,) = room.desk.follow_ups.rows(room.desk.actor, patient_id=room.patients[0])
    assert (row.what, row.due_on, row.owner) == ("Ask the pharmacy about refills", date(2026, 11, 30), "Ana Alvarez")
    assert room.focus_name() == "queue_list"
    assert "Follow-up open" in cells(room, 0)["flags"]


def test_an_escalation_says_what_to_do_now_and_goes_by_the_clinics_rules(room: CallRoom) -> None:
    room.press(KEY.Key_E, CTRL)
    room.qtbot.waitUntil(lambda: room.focus_name() == "rule_key")
    room.press(KEY.Key_Home)
    room.press(KEY.Key_Down)
    choice = part(room.window, "rule_key", QComboBox)
    rule = next(each for each in room.desk.escalations.rules(room.desk.actor) if each.key == choice.currentData())
    assert rule.do_now in said(room, "escalate_do_now_text")
    room.qtbot.waitUntil(lambda: "answer due" in said(room, "escalate_route"))
    part(room.window, "what", QPlainTextEdit).setFocus()
    room.write("Short of breath since breakfast")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    (row,) = room.desk.escalations.rows(room.desk.actor)
    assert (row.rule_key, row.what) == (rule.key, "Short of breath since breakfast")
    assert "answer due" in room.window.notice.text()
    room.qtbot.waitUntil(lambda: rule.symptom in said(room, "today_open_text"))


def test_a_call_is_planned_for_a_day(room: CallRoom) -> None:
    part(room.window, "today_plan", QPushButton).click()
    room.qtbot.waitUntil(lambda: is_shown(room.window, "plan_call"))
    part(room.window, "due_on", QLineEdit).setText("12/01/2026")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert room.desk.cadence.of(room.desk.actor, room.patients[0]).planned_on == date(2026, 12, 1)
    assert names(room) == ["Baker, Bruno", "Castro, Carla"]


def test_a_promised_call_is_not_moved_before_the_nurse_was_told(room: CallRoom) -> None:
    now = room.clock.now()
    form = PromiseForm(now + timedelta(minutes=30), now + timedelta(hours=1), "Blood pressure")
    room.desk.promises.promise(room.desk.actor, room.patients[0], form)
    room.settle()
    part(room.window, "today_plan", QPushButton).click()
    room.qtbot.waitUntil(lambda: is_shown(room.window, "plan_promise"))
    assert "Promised Mon 11/23/2026, 9:30 AM to 10:00 AM" in said(room, "plan_promise_text")
    for name, text in (("from_at", "10:30 AM"), ("until_at", "11:00 AM")):
        part(room.window, name, QLineEdit).setText(text)
    room.press(KEY.Key_S, CTRL)
    question = asked(room)
    assert "That call was promised" in part(question, "confirm_text", QLabel).text()
    (open_now,) = [row for row in room.desk.promises.of_patient(room.desk.actor, room.patients[0]) if row.is_open]
    assert open_now.from_at == form.from_at
    part(question, "confirm_action", QPushButton).click()
    room.qtbot.waitUntil(lambda: not is_shown(room.window, "plan_call"))
    room.settle()
    (open_now,) = [row for row in room.desk.promises.of_patient(room.desk.actor, room.patients[0]) if row.is_open]
    assert open_now.from_at == form.from_at + timedelta(hours=1)
    assert open_now.reason == "Blood pressure"


def test_a_promise_outside_the_patients_hours_is_asked_about(room: CallRoom) -> None:
    part(room.window, "today_plan", QPushButton).click()
    room.qtbot.waitUntil(lambda: is_shown(room.window, "plan_call"))
    part(room.window, "plan_kind_1", QRadioButton).click()
    for name, text in (("due_on", "11/25/2026"), ("from_at", "3 pm"), ("until_at", "4 pm")):
        part(room.window, name, QLineEdit).setText(text)
    room.press(KEY.Key_S, CTRL)
    question = asked(room)
    assert "The patient wants calls from 09:00 to 12:00" in part(question, "confirm_text", QLabel).text()
    part(question, "confirm_action", QPushButton).click()
    room.qtbot.waitUntil(lambda: not is_shown(room.window, "plan_call"))
    room.settle()
    (made,) = room.desk.promises.of_patient(room.desk.actor, room.patients[0])
    assert made.from_at.isoformat() == "2026-11-25T21:00:00+00:00"


def test_what_others_write_down_shows_at_once(room: CallRoom) -> None:
    follow_up = FollowUpForm("Look at the foot", TODAY - timedelta(days=2), urgency="urgent")
    room.desk.follow_ups.add(room.desk.actor, room.patients[2], follow_up)
    room.qtbot.waitUntil(lambda: names(room)[0] == "Castro, Carla", timeout=10_000)
    assert cells(room, 0)["why"] == "Follow-up: Look at the foot, 2 days late"
    assert page(room).queue.list.current_id == room.patients[0]  # whom the nurse looks at stays selected


def test_promised_calls_come_up_by_the_clock_alone(room: CallRoom) -> None:
    now = room.clock.now()
    form = PromiseForm(now + timedelta(minutes=30), now + timedelta(hours=1))
    room.desk.promises.promise(room.desk.actor, room.patients[1], form)
    room.settle()
    assert counts(room)[1] == "Promised now 0"
    room.clock.advance(minutes=31)
    page(room)._timer.timeout.emit()
    room.settle()
    assert counts(room)[1] == "Promised now 1"
    assert names(room)[0] == "Baker, Bruno"
    assert cells(room, 0)["why"] == "Promised now, until 10:00 AM"


def test_where_nobody_is_due_it_says_what_to_do(room: CallRoom) -> None:
    for patient in room.patients:
        room.desk.cadence.plan(room.desk.actor, patient, date(2026, 12, 1))
    room.qtbot.waitUntil(lambda: is_shown(room.window, "queue_empty"), timeout=10_000)
    assert said(room, "queue_empty_text").startswith("Nobody is due now.")
    assert said(room, "page_subtitle") == "Mon 11/23/2026 · 0 patients to call"
    part(room.window, "queue_empty_action", QPushButton).click()
    assert page(room).queue.filters.key == "close"


def test_a_new_patient_is_added_from_here(room: CallRoom) -> None:
    room.press(KEY.Key_N, CTRL)
    room.settle()
    assert is_shown(room.window, "family_name")
    assert room.window.open_page == "patients"


def test_who_may_not_call_has_no_queue(request: pytest.FixtureRequest) -> None:
    with patient_room(request, roles=("manager",)) as room:
        assert "today" not in [each.key for each in pages_for(room.context)]


@pytest.mark.parametrize("scale", [100, 200])
def test_everything_has_room(room: CallRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    QApplication.processEvents()
    assert clipped(page(room)) == []
    room.press(KEY.Key_T, CTRL)
    room.qtbot.waitUntil(lambda: is_shown(room.window, "follow_up"))
    room.qtbot.waitUntil(lambda: clipped(page(room).queue) == [])  # once the panel has slid in
