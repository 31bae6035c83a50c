"""The note of a call written with real keys: phrases, marks, spelling, medicines and plan beside it, its copy."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QListView,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
    QWidget,
)
from sqlalchemy import select

from app.models import Base, Note, NoteMark, PlanSectionReview, Reconciliation
from app.services.follow_ups import FollowUpForm
from app.services.patient_form import PatientForm
from app.services.phrases import Phrases
from app.services.wrap_up import WrapUp
from app.views.call.call_view import CallView
from app.views.call.last_notes import LastNotes
from app.views.ehr_copy import SECONDS, EhrClipboard
from app.views.spell_check import Spelling
from app.views.theme import Theme
from tests.services.calling import WHOLE_NOTE
from tests.services.test_care_plans import sign_whole
from tests.views.at_the_desk import is_shown, part, wait_for
from tests.views.call_room import ALT, CTRL, KEY, SHIFT, CallRoom, call_room
from tests.views.clipping import clipped

T = TypeVar("T", bound=Base)


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        yield made


def rows(room: CallRoom, table: type[T]) -> list[T]:
    with room.desk.opened.ledger.reading(room.desk.actor, "note.read") as reading:
        columns: Any = table
        found = list(reading.session.scalars(select(table).order_by(columns.id)))
        reading.session.expunge_all()
        return found


def call(room: CallRoom, note: dict[str, str] | None = None) -> None:
    """Make a whole call with the first patient by the services alone."""
    made = room.desk.calls.start(room.desk.actor, room.patients[0])
    room.clock.advance(seconds=90)
    room.desk.calls.stop(room.desk.actor, made.call_id)
    room.desk.calls.finish(room.desk.actor, made.call_id, WrapUp("reached", note or WHOLE_NOTE))
    room.settle()


def start(room: CallRoom) -> None:
    room.press(KEY.Key_F8)
    room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), CallView))
    room.settle()


def field(room: CallRoom, key: str) -> QPlainTextEdit:
    """The field of a part, with the focus."""
    made = part(room.view, f"note_{key}", QPlainTextEdit)
    made.setFocus()
    return made


def test_a_slash_lists_phrases_and_what_follows_narrows_them(room: CallRoom) -> None:
    start(room)
    typed = field(room, "next_step")
    room.write("/")
    listed = part(room.view, "note_next_step_phrase_list", QListView)
    whole = listed.model().rowCount()
    assert whole == len(room.desk.phrases.filled(room.desk.actor, room.patients[0])["next_step"])
    assert typed.accessibleDescription().startswith(f"Phrase 1 of {whole}: ")
    room.write("knows whom")
    assert [listed.model().index(row, 0).data() for row in range(listed.model().rowCount())] == [
        "Knows when and whom to call before that."
    ]
    room.press(KEY.Key_Return)
    assert typed.toPlainText() == "Knows when and whom to call before that."
    assert not is_shown(room.view, "note_next_step_phrase_list")
    assert room.focus_name() == "note_next_step"
    room.write(" On 10/12 the day/night was the same.")  # a slash inside a word or a date lists nothing
    assert not is_shown(room.view, "note_next_step_phrase_list")


def test_phrases_are_walked_with_arrows_left_with_escape_and_opened_with_a_key(room: CallRoom) -> None:
    start(room)
    typed = field(room, "goals")
    phrases = room.desk.phrases.filled(room.desk.actor, room.patients[0])["goals"]
    room.press(KEY.Key_J, CTRL)
    assert is_shown(room.view, "note_goals_phrase_list")
    room.press(KEY.Key_Down)
    room.press(KEY.Key_Tab)
    assert typed.toPlainText() == phrases[1]
    assert room.focus_name() == "note_goals"  # Tab chose; the next one moves on
    room.press(KEY.Key_Return)
    room.write("/")
    room.press(KEY.Key_Escape)
    assert typed.toPlainText() == f"{phrases[1]}\n/"
    assert isinstance(room.window.stack.currentWidget(), CallView)  # Esc did not leave the call
    room.press(KEY.Key_Tab)
    assert room.focus_name() != "note_goals"


def test_blanks_of_a_phrase_are_filled_for_the_patient(room: CallRoom) -> None:
    phrases: Phrases = room.desk.phrases
    phrases.set_section(room.desk.actor, "coordination", ["Told {practitioner} about ", "Number of {clinic}: [none]"])
    start(room)
    typed = field(room, "coordination")
    room.write("/told")
    room.press(KEY.Key_Return)
    assert typed.toPlainText() == "Told Dr. Mai Ito about "


def test_no_change_is_marked_with_a_key_and_signed_as_a_review(room: CallRoom) -> None:
    call(room)
    room.clock.advance(days=10)
    start(room)
    (first,) = rows(room, Note)
    signed = first.signed_at.astimezone(room.view._sheet.clinic_zone)
    day = f"{signed:%m/%d/%Y}"
    for key in ("symptoms", "medications"):
        field(room, key)
        room.press(KEY.Key_N, CTRL | SHIFT)
        assert part(room.view, f"note_{key}_same", QToolButton).isChecked()
    for key in ("reason", "next_step"):  # each contact says these in its own words
        field(room, key)
        room.press(KEY.Key_N, CTRL | SHIFT)
        assert not is_shown(room.view, f"note_{key}_same")
    mark = part(room.view, "note_symptoms_same", QToolButton)
    assert mark.text().strip() == f"Same as {signed:%m/%d}"
    assert mark.accessibleName() == f"No change since {day}"
    assert day in mark.toolTip()
    assert part(room.view, "note_symptoms", QPlainTextEdit).toPlainText() == ""
    field(room, "medications")
    room.press(KEY.Key_N, CTRL | SHIFT)
    assert not part(room.view, "note_medications_same", QToolButton).isChecked()
    for key, text in (("reason", "Monthly call"), ("next_step", "Call in two weeks")):
        field(room, key)
        room.write(text)
    taken = part(room.view, "note_medications_adherence", QComboBox)
    taken.setFocus()
    room.press(KEY.Key_Down)
    assert taken.currentText() == "Taking as prescribed"
    assert not is_shown(room.view, "note_goals_same")  # the last note says nothing there
    room.press(KEY.Key_F8)
    room.press(KEY.Key_1, ALT)
    room.press(KEY.Key_Return, CTRL | SHIFT)
    room.settle()
    note = room.desk.notes.of_patient(room.desk.actor, room.patients[0])[0]
    assert dict(note.sections) == {
        "Reason for contact": "Monthly call",
        "Symptoms and changes": f"No change since {day}.",
        "Medications reviewed, adherence": "Taking as prescribed.",
        "Next step, and when": "Call in two weeks",
    }
    assert [(mark.section, mark.kind) for mark in rows(room, NoteMark)] == [
        ("symptoms", "no_change"),
        ("medications", "adherence"),
    ]


def test_a_mark_lives_in_the_draft_and_comes_back_with_it(room: CallRoom) -> None:
    call(room)
    start(room)
    field(room, "symptoms")
    room.press(KEY.Key_N, CTRL | SHIFT)
    room.view.draft.save_soon()
    room.settle()
    room.press(KEY.Key_Escape)
    room.window.back()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    room.calls._on_open_asked()
    room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), CallView))
    room.settle()
    assert part(room.view, "note_symptoms_same", QToolButton).isChecked()


def test_draft_kept_is_not_said_before_anything_was_typed(room: CallRoom) -> None:
    start(room)
    assert not is_shown(room.view, "draft_state")
    field(room, "reason")
    room.write("x")
    assert is_shown(room.view, "draft_state")
    room.view.draft.save_soon()
    room.settle()
    room.qtbot.waitUntil(lambda: part(room.view, "draft_state", QWidget).accessibleName() == "Draft kept")


def test_the_last_three_notes_open_where_they_are(room: CallRoom) -> None:
    for number in range(4):
        call(room, WHOLE_NOTE | {"reason": f"Call number {number}"})
        room.clock.advance(days=1)
    start(room)
    shown = part(room.view, "last_notes", LastNotes)
    lines = [each for each in shown.findChildren(QToolButton) if each.isVisible()]
    assert len(lines) == 3
    assert not is_shown(shown, "last_note_1_text")
    lines[0].setFocus()
    room.press(KEY.Key_Space)
    assert "Call number 3" in part(shown, "last_note_1_text", QLabel).text()
    room.press(KEY.Key_Space)
    assert not is_shown(shown, "last_note_1_text")


def test_medicines_are_gone_through_with_the_keyboard(room: CallRoom) -> None:
    start(room)
    room.press(KEY.Key_M, CTRL)
    wait_for(room.qtbot, room.view, "medicines_panel")
    assert "Not gone through here before." in part(room.view, "medicines_last", QLabel).text()
    room.settle()
    first, second = (row.id for row in room.desk.chart.medications(room.desk.actor, room.patients[0]))
    part(room.view, f"medicine_{first}_2", QRadioButton).setFocus()  # taken otherwise
    room.press(KEY.Key_Space)
    part(room.view, "medicines_rest", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert rows(room, Reconciliation) == []  # it has to be told how
    part(room.view, f"medicine_{first}_note", QWidget).setFocus()
    room.write("half a tablet")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    (row,) = room.desk.reconciliations.of_patient(room.desk.actor, room.patients[0])
    assert row.call_id == room.view.call_id
    assert {each.medication_id: (each.standing, each.note) for each in row.medicines} == {
        first: ("changed", "half a tablet"),
        second: ("taking", ""),
    }
    assert not is_shown(room.view, "medicines_panel")
    room.press(KEY.Key_M, CTRL)
    room.settle()
    assert "by Ana Alvarez" in part(room.view, "medicines_last", QLabel).text()


def test_the_plan_is_read_beside_the_call_and_its_sections_marked(room: CallRoom) -> None:
    sign_whole(room.desk, room.patients[0])
    room.clock.advance(days=3)
    start(room)
    room.press(KEY.Key_P, CTRL | SHIFT)
    wait_for(room.qtbot, room.view, "plan_panel")
    room.qtbot.waitUntil(lambda: room.focus_name().startswith("plan_same_"))
    plan = room.desk.plan_monitoring.in_force(room.desk.actor, room.patients[0])
    assert plan is not None
    for _ in plan.sections:
        assert room.focus_name().startswith("plan_same_")
        room.press(KEY.Key_Space)
        room.settle()
    looks = rows(room, PlanSectionReview)
    assert [look.section for look in looks] == [section.key for section in plan.sections]
    assert {look.call_id for look in looks} == {room.view.call_id}
    after = room.desk.plan_monitoring.in_force(room.desk.actor, room.patients[0])
    assert after is not None
    assert after.row.last_reviewed_on == after.today
    assert room.focus_name() == "plan_panel_edit"
    room.press(KEY.Key_Space)
    assert room.opened == [(room.patients[0], "care_plan")]


def spelling(room: CallRoom, key: str) -> Spelling:
    found = part(room.view, f"note_{key}", QPlainTextEdit).document().findChild(Spelling)
    assert isinstance(found, Spelling)
    return found


def test_slips_are_underlined_and_medicines_and_names_are_not(room: CallRoom) -> None:
    start(room)
    field(room, "symptoms")
    room.write("Ada says her ankles are swolen, takes metformin and lisinopril; call Jo back. Recieved")
    room.qtbot.waitUntil(lambda: spelling(room, "symptoms").wrong_words() == ["swolen"])  # the last one is being typed
    room.write(" ")
    room.qtbot.waitUntil(lambda: spelling(room, "symptoms").wrong_words() == ["swolen", "Recieved"])


def test_a_slip_is_put_right_or_learned_from_the_menu(room: CallRoom) -> None:
    start(room)
    typed = field(room, "symptoms")
    room.write("swolen zorbly ")
    room.qtbot.waitUntil(lambda: spelling(room, "symptoms").wrong_words() == ["swolen", "zorbly"])

    def menu_at(position: int) -> QMenu:
        cursor = typed.textCursor()
        cursor.setPosition(position)
        typed.setTextCursor(cursor)
        at = typed.cursorRect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, typed.viewport().mapToGlobal(at))
        QApplication.sendEvent(typed, event)
        found = QApplication.activePopupWidget()
        assert isinstance(found, QMenu)
        return found

    menu = menu_at(2)
    room.qtbot.waitUntil(lambda: any(each.objectName() == "spelling_suggestion_1" for each in menu.actions()))
    room.qtbot.keyClick(menu, KEY.Key_Return)  # the first one is chosen already
    assert typed.toPlainText().startswith("swollen zorbly")
    menu = menu_at(10)
    (add,) = (each for each in menu.actions() if each.objectName() == "spelling_add")
    assert add.text() == "Add “zorbly” to the clinic's dictionary"
    room.settle()
    menu.setActiveAction(add)
    room.qtbot.keyClick(menu, KEY.Key_Return)
    room.settle()
    assert room.desk.spelling.dictionary(room.desk.actor) == ("zorbly",)
    room.press(KEY.Key_End, CTRL)
    room.qtbot.waitUntil(lambda: spelling(room, "symptoms").wrong_words() == [])


def test_what_a_spanish_speaker_said_is_not_underlined(room: CallRoom) -> None:
    form: PatientForm = room.desk.patients.form(room.desk.actor, room.patients[0])
    room.desk.patients.edit(room.desk.actor, room.patients[0], replace(form, language="Spanish"))
    room.settle()
    start(room)
    typed = field(room, "symptoms")
    room.write("Dice que le duele la rodilla izquierda ")
    room.settle()
    assert typed.document().findChild(Spelling) is None


def copied(room: CallRoom) -> EhrClipboard:
    found = room.window.findChild(EhrClipboard)
    assert isinstance(found, EhrClipboard)
    return found


def saved_call(room: CallRoom) -> None:
    start(room)
    for key, text in WHOLE_NOTE.items():
        field(room, key)
        room.write(text)
    room.press(KEY.Key_F8)
    room.press(KEY.Key_1, ALT)
    room.press(KEY.Key_Return, CTRL | SHIFT)
    room.settle()


def test_a_note_is_copied_for_half_a_minute_and_marked_as_filed(room: CallRoom) -> None:
    saved_call(room)
    room.press(KEY.Key_C, CTRL | SHIFT)
    room.settle()
    clipboard = QGuiApplication.clipboard()
    assert "Adams" in clipboard.text()
    assert WHOLE_NOTE["symptoms"] in clipboard.text()
    assert f"{SECONDS} s" in part(room.view, "note_countdown", QLabel).text()
    seconds = copied(room).findChild(QTimer, "ehr_clipboard_seconds")
    assert isinstance(seconds, QTimer)
    assert (seconds.isActive(), seconds.interval()) == (True, 1000)
    for _ in range(SECONDS - 1):
        seconds.timeout.emit()
    assert "1 s" in part(room.view, "note_countdown", QLabel).text()
    assert clipboard.text()
    seconds.timeout.emit()
    assert clipboard.text() == ""
    assert not seconds.isActive()
    room.press(KEY.Key_F, CTRL | SHIFT)
    room.settle()
    (note,) = room.desk.notes.of_patient(room.desk.actor, room.patients[0])
    assert note.is_filed
    assert part(room.view, "note_filed_state", QWidget).accessibleName() == "Filed in the EHR"
    room.press(KEY.Key_Z, CTRL)
    room.settle()
    assert not room.desk.notes.note(room.desk.actor, note.id).is_filed
    room.qtbot.waitUntil(lambda: part(room.view, "note_filed_state", QWidget).accessibleName() == "Not filed yet")


def test_what_somebody_else_copied_meanwhile_stays(room: CallRoom) -> None:
    saved_call(room)
    room.press(KEY.Key_C, CTRL | SHIFT)
    room.settle()
    QGuiApplication.clipboard().setText("a shopping list")
    room.settle()
    assert copied(room).left == 0
    copied(room).clear()
    assert QGuiApplication.clipboard().text() == "a shopping list"


def test_locking_takes_the_note_off_the_clipboard(room: CallRoom) -> None:
    saved_call(room)
    room.press(KEY.Key_C, CTRL | SHIFT)
    room.settle()
    assert QGuiApplication.clipboard().text()
    room.window.show_locked(QWidget())
    assert QGuiApplication.clipboard().text() == ""


@pytest.mark.parametrize("percent", [100, 200])
def test_the_screen_has_room_for_its_words(room: CallRoom, theme: Theme, percent: int) -> None:
    call(room)
    room.desk.follow_ups.add(
        room.desk.actor,
        room.patients[0],
        FollowUpForm("Ask the pharmacy", room.clock.now().date() + timedelta(days=2)),
    )
    theme.scale_text(percent)
    start(room)
    room.settle()
    assert clipped(room.view) == []
    if percent == 100:
        assert room.view._area.verticalScrollBar().maximum() == 0  # all of it at 1366×768
