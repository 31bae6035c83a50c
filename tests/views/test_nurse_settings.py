"""What the nurse's day runs on, set up with real keys through the real services."""

from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QToolButton, QWidget

from app.services.escalation_rules import default_rules
from app.services.note_sections import default_note_sections
from app.services.people import PersonForm
from app.views.page_stack import Page
from app.views.settings.list_pane import ListPane
from app.views.settings.phrases_section import as_lines, as_phrases
from app.views.settings.settings_page import SettingsPage
from app.views.widgets import ChoiceField
from tests.views.at_the_desk import focus_on, is_shown, part
from tests.views.call_room import CTRL, KEY, CallRoom, call_room

# The clock says Monday, 23 November 2026.


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        context = made.context
        made.window.show_pages([Page("settings", "Settings", "settings", lambda: SettingsPage(context))])
        made.settle()
        yield made


def page(room: CallRoom) -> SettingsPage:
    shown = room.window.stack.currentWidget()
    assert isinstance(shown, SettingsPage)
    return shown


def section(room: CallRoom, key: str) -> QWidget:
    """Walk to a section with the arrow keys, past the headings."""
    page(room).list.setFocus()
    room.press(KEY.Key_Home)
    for _ in range(page(room).keys.index(key)):
        room.press(KEY.Key_Down)
    room.settle()
    shown = page(room).open_section(key)
    assert shown is not None
    assert shown.isVisible()
    return shown


def open_row(room: CallRoom, key: str, row_id: object) -> ListPane:
    """Open a row of a section's list with Enter."""
    (pane,) = section(room, key).findChildren(ListPane)
    pane.view.setFocus()
    assert pane.view.pick(row_id)
    room.press(KEY.Key_Return)
    assert pane.host.is_open
    return pane


@pytest.mark.parametrize(
    ("key", "name", "row_id"),
    [("owners", "owners", None), ("scripts", "scripts_list", "voicemail"), ("phrases", "phrases", "reason")],
)
def test_a_button_opens_the_current_row(room: CallRoom, key: str, name: str, row_id: str | None) -> None:
    (pane,) = section(room, key).findChildren(ListPane)
    assert pane.view.pick(row_id or room.desk.actor.person_id)
    assert not pane.host.is_open
    assert is_shown(room.window, f"{name}_change")
    focus_on(room.qtbot, room.window, f"{name}_change")
    room.press(KEY.Key_Space)
    assert pane.host.is_open
    (title,) = (each.text() for each in pane.host.panel.findChildren(QLabel, "panel_title"))
    assert pane.table.words_at(pane.table.position_of(pane.view.current_id))[0] in title


def undo(room: CallRoom) -> None:
    """Ctrl+Z, away from any line of text."""
    page(room).list.setFocus()
    room.press(KEY.Key_Z, CTRL)
    room.settle()


def type_over(room: CallRoom, name: str, kind: type[QLineEdit | QPlainTextEdit], text: str) -> None:
    field = part(room.window, name, kind)
    field.setFocus()
    field.selectAll()
    room.write(text)


def test_sections_stand_in_groups_that_keys_step_over(room: CallRoom) -> None:
    listed = page(room).list
    texts = [listed.item(row).text() for row in range(listed.count())]
    assert [words for words in texts if words in ("The clinic", "The nurse's day", "This program")] == [
        "The clinic",
        "The nurse's day",
        "This program",
    ]
    section(room, "cadence")
    assert listed.currentItem().text() == "How often to call"
    room.press(KEY.Key_End)
    assert listed.currentItem().text() == "Check the file"


def test_a_tier_gets_another_protocol_and_goes_back(room: CallRoom) -> None:
    section(room, "cadence")
    choice = part(room.window, "low", ChoiceField)
    choice.setFocus()
    room.press(KEY.Key_Home)  # Weekly
    room.press(KEY.Key_S, CTRL)
    room.settle()
    room.qtbot.waitUntil(lambda: tiers(room)["low"] == "weekly")
    undo(room)
    assert tiers(room)["low"] == "monthly"
    choice.setFocus()
    room.press(KEY.Key_Home)
    room.press(KEY.Key_S, CTRL)
    room.settle()
    part(room.window, "cadence_default", QPushButton).setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    assert tiers(room) == {"high": "weekly", "rising": "biweekly", "low": "monthly", "": "monthly"}


def tiers(room: CallRoom) -> dict[str, str]:
    return {row.key: row.protocol for row in room.desk.cadence.table(room.desk.actor).tiers}


def test_all_of_somebodys_patients_change_hands_and_back(room: CallRoom) -> None:
    desk = room.desk
    desk.people.add(desk.actor, PersonForm("Ben Okoro", "RN", "ben", ("nurse",)), "four slow rivers bend east")
    ben = next(each.person_id for each in desk.cadence.owners(desk.actor) if each.name == "Ben Okoro")
    me = desk.actor.person_id
    desk.cadence.set_owner(desk.actor, room.patients[:2], me)
    room.settle()
    open_row(room, "owners", me)
    part(room.window, "to_id", ChoiceField).set_value(ben)
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert owned(room) == {me: 0, ben: 2}
    assert room.window.notice.text() == "Handed 2 patients of Ana Alvarez over to Ben Okoro"
    undo(room)
    assert owned(room) == {me: 2, ben: 0}


def owned(room: CallRoom) -> dict[int, int]:
    return {each.person_id: each.patients for each in room.desk.cadence.owners(room.desk.actor)}


def test_a_rule_is_changed_checked_moved_and_taken_back(room: CallRoom) -> None:
    desk = room.desk
    open_row(room, "escalation", "fall")
    type_over(room, "do_now", QPlainTextEdit, " ")
    room.press(KEY.Key_S, CTRL)
    assert part(room.window, "do_now_error", QLabel).text() == "What to do now, before the answer is needed."
    type_over(room, "do_now", QPlainTextEdit, "Ask whether anything hurts.")
    type_over(room, "minutes", QLineEdit, "0")
    room.press(KEY.Key_S, CTRL)
    assert is_shown(room.window, "minutes_error")
    type_over(room, "minutes", QLineEdit, "90")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    rule = next(rule for rule in desk.escalations.rules(desk.actor) if rule.key == "fall")
    assert (rule.do_now, rule.minutes, rule.to) == ("Ask whether anything hurts.", 90, "biller")
    undo(room)
    assert desk.escalations.rules(desk.actor) == default_rules()
    open_row(room, "escalation", "self_harm")
    part(room.window, "rule_up", QToolButton).setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    assert [rule.key for rule in desk.escalations.rules(desk.actor)][:2] == ["self_harm", "emergency"]
    part(room.window, "escalation_default", QPushButton).setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    assert desk.escalations.rules(desk.actor) == default_rules()


def test_a_rule_is_added_and_a_second_about_the_same_is_refused(room: CallRoom) -> None:
    desk = room.desk
    section(room, "escalation")
    part(room.window, "escalation_add", QPushButton).setFocus()
    room.press(KEY.Key_Return)
    type_over(room, "symptom", QLineEdit, "Another worry")
    type_over(room, "do_now", QPlainTextEdit, "Call the practitioner.")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert "Two rules cannot be about the same" in part(room.window, "escalation_panel_banner_text", QLabel).text()
    type_over(room, "symptom", QLineEdit, "New rash")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert desk.escalations.rules(desk.actor)[-1].symptom == "New rash"


def test_a_script_sounds_as_it_is_written_and_keeps_to_its_blanks(room: CallRoom) -> None:
    desk = room.desk
    open_row(room, "scripts", "voicemail")
    type_over(room, "english", QPlainTextEdit, "This is {nurse}.")
    assert part(room.window, "english_preview", QLabel).text() == "Sounds like: This is Ana Alvarez."
    type_over(room, "english", QPlainTextEdit, "For {patient_name}.")
    assert part(room.window, "english_preview", QLabel).text().startswith("There is no blank {patient_name} here.")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert part(room.window, "english_error", QLabel).text().startswith("There is no blank {patient_name} here.")
    type_over(room, "english", QPlainTextEdit, "This is {nurse}.")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    own = {row.key: row.english for row in desk.scripts.rows(desk.actor) if row.is_own}
    assert own == {"voicemail": "This is {nurse}."}
    room.qtbot.waitUntil(lambda: section(room, "scripts").findChildren(ListPane)[0].row("voicemail").is_own)
    open_row(room, "scripts", "voicemail")
    part(room.window, "script_default", QPushButton).setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    assert not any(row.is_own for row in desk.scripts.rows(desk.actor))
    undo(room)
    assert {row.key: row.english for row in desk.scripts.rows(desk.actor) if row.is_own} == own


def test_phrases_are_written_one_a_line(room: CallRoom) -> None:
    desk = room.desk
    before = desk.phrases.by_section(desk.actor)["reason"]
    open_row(room, "phrases", "reason")
    field = part(room.window, "phrases", QPlainTextEdit)
    assert as_phrases(field.toPlainText()) == list(before)
    field.setFocus()
    field.selectAll()
    room.write("Called as agreed.")
    room.press(KEY.Key_Return)
    room.write("About ...")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert desk.phrases.by_section(desk.actor)["reason"] == ("Called as agreed.", "About ")
    undo(room)
    assert desk.phrases.by_section(desk.actor)["reason"] == before


@pytest.mark.parametrize("phrases", [["All well."], ["About ", "All well."], []])
def test_lines_and_phrases_are_the_same(phrases: list[str]) -> None:
    assert as_phrases(as_lines(phrases)) == phrases


def test_a_holiday_is_worked_and_an_own_day_closed(room: CallRoom) -> None:
    desk = room.desk
    thanksgiving = date(2026, 11, 26)
    pane = open_row(room, "holidays", thanksgiving)
    focus_on(room.qtbot, pane, "holiday_work")
    room.press(KEY.Key_Return)
    room.settle()
    assert not closed_on(room, thanksgiving)
    undo(room)
    assert closed_on(room, thanksgiving)
    part(room.window, "holidays_add", QPushButton).setFocus()
    room.press(KEY.Key_Return)
    type_over(room, "day", QLineEdit, "11/27/2026")
    type_over(room, "name", QLineEdit, "Day after Thanksgiving")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert closed_on(room, date(2026, 11, 27))
    assert any(row.day.year == 2027 for row in pane.table.rows)
    part(room.window, "holidays_default", QPushButton).setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    assert not closed_on(room, date(2026, 11, 27))
    assert desk.cadence.closed_days(desk.actor).closed == {}


def closed_on(room: CallRoom, day: date) -> bool:
    return day in room.desk.cadence.closed_days(room.desk.actor)


def test_note_parts_go_back_to_the_default(room: CallRoom) -> None:
    desk = room.desk
    section(room, "notes")
    part(room.window, "note_part_1_remove", QToolButton).setFocus()
    room.press(KEY.Key_Return)
    room.press(KEY.Key_S, CTRL)
    room.settle()
    changed = desk.clinic.note_sections(desk.actor)
    assert len(changed) == len(default_note_sections()) - 1
    part(room.window, "notes_default", QPushButton).setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    assert desk.clinic.note_sections(desk.actor) == default_note_sections()
    undo(room)
    assert desk.clinic.note_sections(desk.actor) == changed


def test_what_is_typed_is_not_lost_unasked(room: CallRoom) -> None:
    open_row(room, "escalation", "fall")
    type_over(room, "symptom", QLineEdit, "Half a thought")
    assert not page(room).may_leave()
    room.qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    room.press(KEY.Key_Escape)
    assert part(room.window, "symptom", QLineEdit).text() == "Half a thought"


def test_lists_do_not_scroll_sideways_beside_their_panel(room: CallRoom) -> None:
    for key, row_id in (("escalation", "fall"), ("scripts", "opening"), ("phrases", "reason")):
        pane = open_row(room, key, row_id)
        room.qtbot.waitUntil(partial(no_scroll_bar, pane))
        pane.host.close_panel()


def no_scroll_bar(pane: ListPane) -> bool:
    return not pane.view.horizontalScrollBar().isVisible()
