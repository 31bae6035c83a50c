"""The care plan on a chart, with real keys, through the real services."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from app.models import CarePlan, CarePlanEvent
from app.rules.care_plan import SectionText
from app.services.chart_forms import ConditionForm
from app.services.founding import unlock_again
from app.services.plan_rows import PlanDraft
from app.views.care_plan.care_plan_tab import CarePlanTab
from app.views.care_plan.plan_editor import PlanEditor
from app.views.chart.chart_view import ChartView
from app.views.theme import Theme
from tests.conftest import FIRST_PERSON
from tests.views.at_the_desk import part, wait_for
from tests.views.call_room import CTRL, KEY, SHIFT, CallRoom, ask_to_save, call_room
from tests.views.clipping import clipped

GOAL = {"what": "Blood pressure", "from": "152/90", "to": "130/80", "by_when": "March"}
FOR_ALL = {"about": "All problems"}
WHO = {"what": "Weigh every morning", "who": "Ana Alvarez, RN", "due": "daily"}


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        for code, words in (("I10", "Hypertension"), ("E11.9", "Type 2 diabetes")):
            form = ConditionForm(words, code, confirmed=True, expected_12_months=True, significant_risk=True)
            made.desk.chart.add_condition(made.desk.actor, made.patients[0], form)
        made.settle()
        yield made


def open_tab(room: CallRoom) -> CarePlanTab:
    view = ChartView(room.context, room.patients[0], "care_plan")
    room.window.show_view(view)
    tab = view.findChild(CarePlanTab)
    assert tab is not None
    room.qtbot.waitUntil(tab.isVisible)
    room.settle()
    return tab


def begin(room: CallRoom) -> tuple[CarePlanTab, PlanEditor]:
    """Open the tab of a patient without a plan and begin one with the key."""
    tab = open_tab(room)
    button = wait_for(room.qtbot, tab, "plan_empty_action")
    button.setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: tab.editor is not None and tab.editor.isVisible())
    room.settle()
    assert tab.editor is not None
    room.qtbot.waitUntil(lambda: room.focus_name().startswith("plan_"))
    return tab, tab.editor


def draft(room: CallRoom) -> PlanDraft:
    return room.desk.care_plans.draft(room.desk.actor, room.patients[0])


def section(room: CallRoom, key: str) -> SectionText:
    return next(each for each in draft(room).sections if each.key == key)


def state(editor: PlanEditor, key: str) -> str:
    return editor.sheet.frames[key].state.text


def words(room: CallRoom, name: str) -> str:
    return part(room.window, name, QLabel).text()


def fill(room: CallRoom, *, without: tuple[str, ...] = ()) -> None:
    """Fill every required part of the draft, as somebody did before."""
    plan = draft(room)
    filled = []
    for each in plan.sections:
        kind = next(kind for kind in plan.kinds if kind.key == each.key)
        items = {"goals": (GOAL | FOR_ALL,), "interventions": (WHO,)}.get(each.key, each.items)
        text = each.text or ("As agreed" if kind.required and not items else "")
        filled.append(each if each.key in without else SectionText(each.key, each.title, text, items, "", each.fields))
    room.desk.care_plans.save_draft(room.desk.actor, plan.plan_id, filled, plan.mark)


def sign(room: CallRoom, tab: CarePlanTab, passphrase: str = FIRST_PERSON.passphrase) -> None:
    part(tab, "plan_sign_button", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.focus_name() == "plan_passphrase_line")
    room.write(passphrase)
    room.press(KEY.Key_Return)
    room.settle()


def test_a_first_plan_begins_from_the_chart(room: CallRoom) -> None:
    _, editor = begin(room)
    problems = section(room, "problems")
    assert [item["what"] for item in problems.items] == ["Hypertension (I10)", "Type 2 diabetes (E11.9)"]
    assert [item["what"] for item in section(room, "medications").items] == ["Lisinopril 20 mg", "Metformin 500 mg"]
    # The first part that is missing is open, and what is missing is named.
    assert editor.editor is not None
    assert editor.editor.key == "prognosis"
    assert "2 of 9 required parts are done." in words(room, "plan_missing_text")
    assert "Expected outcome and prognosis, Measurable treatment goals" in words(room, "plan_missing_text")
    assert (state(editor, "problems"), state(editor, "prognosis")) == ("Done", "Missing")
    # The problems stand at the left, each with what is its own.
    assert [editor.problems.table.words_at(row) for row in range(2)] == [
        ("Hypertension (I10)", "No goal"),
        ("Type 2 diabetes (E11.9)", "No goal"),
    ]


def test_parts_are_walked_with_the_keys_and_what_is_typed_is_kept(room: CallRoom) -> None:
    _, editor = begin(room)
    assert room.focus_name() == "plan_text_prognosis"
    room.write("Stable with treatment")
    assert state(editor, "prognosis") == "Done"
    room.qtbot.waitUntil(lambda: section(room, "prognosis").text == "Stable with treatment", timeout=5000)
    editor.sheet.frames["prognosis"].head.setFocus()
    room.press(KEY.Key_Down)
    assert room.focus_name() == "plan_open_goals"
    room.press(KEY.Key_Right)
    assert room.focus_name() == "plan_add_goals"
    room.press(KEY.Key_Space)
    for text in ("Blood pressure", "152/90", "130/80", "March"):
        room.write(text)
        room.press(KEY.Key_Tab)
        if text == "Blood pressure":
            assert room.focus_name() == "plan_goals_1_from"
    assert room.focus_name() == "plan_goals_1_about"
    assert state(editor, "goals") == "To complete"  # no problem has it yet
    room.press(KEY.Key_End)  # the last on offer: all problems
    assert state(editor, "goals") == "Done"
    assert [editor.problems.table.words_at(row)[1] for row in (0, 2)] == ["1 goal", "1 goal"]
    room.press(KEY.Key_Escape)
    room.settle()
    kept = dict(section(room, "goals").items[0])
    assert kept.pop("ref")
    assert kept == GOAL | FOR_ALL


def test_tab_reaches_every_control_of_a_part_and_comes_back(room: CallRoom) -> None:
    """From one head to the next, through everything between them, and the same way back."""
    _, editor = begin(room)
    for key, wanted in (
        ("symptoms", ["plan_without_box", "plan_text_symptoms"]),
        ("community", ["plan_without_box", "plan_add_community", "plan_text_community"]),
    ):
        editor.open_part(key)
        head = editor.sheet.frames[key].head
        head.setFocus()
        walked = []
        for _ in wanted:
            room.press(KEY.Key_Tab)
            walked.append(room.focus_name())
        assert walked == wanted
        for name in reversed(wanted[:-1]):
            room.press(KEY.Key_Tab, SHIFT)
            assert room.focus_name() == name


def test_what_was_typed_in_a_part_is_taken_back_by_name(room: CallRoom) -> None:
    _, editor = begin(room)
    room.write("Stable")
    editor.open_part("symptoms", enter=True)
    room.write("Call when breathless")
    undo = part(editor, "plan_undo_symptoms", QPushButton)
    assert undo.text().strip() == "Undo: typing"
    undo.setFocus()
    room.press(KEY.Key_Space)
    assert editor.sections["symptoms"].text == ""
    assert editor.sections["prognosis"].text == "Stable"
    assert not any(button.isVisible() for button in editor.findChildren(QPushButton, "plan_undo_symptoms"))


def test_a_renamed_problem_keeps_its_goals(room: CallRoom) -> None:
    _, editor = begin(room)
    plan = draft(room)
    goal = GOAL | {"about": "Hypertension (I10)"}
    goals = next(each for each in plan.sections if each.key == "goals")
    editor.put([SectionText(goals.key, goals.title, goals.text, (goal,), "", goals.fields)], "as a test")
    editor.open_part("problems")
    part(editor, "plan_problems_1_what", QLineEdit).setFocus()
    room.press(KEY.Key_Home)
    room.write("Bad ")
    assert editor.sections["goals"].items[0]["about"] == "Bad Hypertension (I10)"
    assert editor.problems.table.words_at(0) == ("Bad Hypertension (I10)", "1 goal")


def test_an_item_that_lacks_who_is_responsible_is_named(room: CallRoom) -> None:
    _, editor = begin(room)
    editor.open_part("interventions")
    part(editor, "plan_add_interventions", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.write("Weigh every morning")
    assert words(room, "plan_section_gap").endswith("“Weigh every morning” needs responsible.")
    editor.go_to_next_gap()
    editor.open_part("interventions", enter=True)
    assert room.focus_name() == "plan_interventions_1_who"


def test_enter_begins_the_next_item_and_a_removed_one_comes_back(room: CallRoom) -> None:
    _, editor = begin(room)
    editor.open_part("medications")
    part(editor, "plan_medications_1_what", QLineEdit).setFocus()
    room.press(KEY.Key_Return)
    room.write("Aspirin 81 mg")
    assert editor.editor is not None
    assert editor.editor.items is not None
    names = [item["what"] for item in editor.editor.items.items()]
    assert names == ["Lisinopril 20 mg", "Aspirin 81 mg", "Metformin 500 mg"]
    room.qtbot.mouseClick(wait_for(room.qtbot, editor, "plan_medications_2_remove"), Qt.MouseButton.LeftButton)
    assert [item["what"] for item in editor.editor.items.items()] == ["Lisinopril 20 mg", "Metformin 500 mg"]
    room.press(KEY.Key_Z, CTRL)
    assert [item["what"] for item in editor.editor.items.items()] == names
    room.press(KEY.Key_Escape)
    room.settle()
    assert [item["what"] for item in section(room, "medications").items] == names


def test_a_part_that_does_not_apply_needs_a_reason(room: CallRoom) -> None:
    _, editor = begin(room)
    editor.open_part("community")
    box = wait_for(room.qtbot, editor, "plan_without_box")
    box.setFocus()
    room.press(KEY.Key_Space)
    assert room.focus_name() == "plan_without_reason"
    assert state(editor, "community") == "Missing"
    room.write("The family sees to transport")
    assert state(editor, "community") == "Not applicable"
    room.press(KEY.Key_Escape)
    room.settle()
    assert section(room, "community").not_applicable == "The family sees to transport"


def test_what_is_missing_is_one_key_away(room: CallRoom) -> None:
    tab, editor = begin(room)
    fill(room, without=("symptoms", "review"))
    tab._on_moved()  # opened again, as after somebody else wrote in it
    room.settle()
    assert tab.editor is not None
    assert tab.editor is not editor
    room.press(KEY.Key_F7)
    assert room.focus_name() == "plan_text_review"
    room.press(KEY.Key_F7)
    assert room.focus_name() == "plan_text_symptoms"
    room.write("Call when short of breath")
    part(tab, "plan_sign_button", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    assert room.focus_name() == "plan_text_review"
    assert not tab.host.is_open


def test_signing_makes_a_numbered_version_that_can_be_read_and_given(room: CallRoom) -> None:
    tab, _ = begin(room)
    fill(room)
    tab._on_moved()
    room.settle()
    assert tab.editor is not None
    tab.editor.open_part("prognosis")
    tab.editor.enter()
    room.press(KEY.Key_End, CTRL)
    room.write(", typed just before signing")
    sign(room, tab)
    room.qtbot.waitUntil(lambda: tab.reader is not None and tab.reader.isVisible())
    assert words(room, "plan_standing").startswith("Signed 11/23/2026 9:00 AM by Ana Alvarez, RN")
    assert words(room, "plan_read_prognosis") == "As agreed, typed just before signing"
    assert (
        words(room, "plan_read_goals")
        == "• Blood pressure · Now: 152/90 · Target: 130/80 · By: March · For: All problems"
    )
    assert tab.choice.currentText() == "Version 1, signed 11/23/2026"
    assert "needs a copy" in words(room, "plan_banner_text")
    button = part(tab, "plan_banner_action", QPushButton)
    button.setFocus()
    room.press(KEY.Key_Space)
    wait_for(room.qtbot, tab, "plan_copy_save")
    assert part(tab, "on", QLineEdit).text() == "11/23/2026"
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: not tab.host.is_open)
    room.settle()
    (row,) = room.desk.care_plans.versions(room.desk.actor, room.patients[0])
    assert (row.version, row.copy_method, row.signed_by) == (1, "paper", "Ana Alvarez")
    room.qtbot.waitUntil(lambda: not tab.banner.isVisible())


def test_a_wrong_passphrase_signs_nothing(room: CallRoom) -> None:
    tab, _ = begin(room)
    fill(room)
    tab._on_moved()
    room.settle()
    sign(room, tab, "seven quiet herons waded")
    assert "not right" in words(room, "plan_sign_problem_text")
    assert room.desk.care_plans.versions(room.desk.actor, room.patients[0]) == ()
    room.write(FIRST_PERSON.passphrase)
    room.press(KEY.Key_Return)
    room.qtbot.waitUntil(lambda: tab.reader is not None)


def test_a_review_without_a_change_is_recorded(room: CallRoom) -> None:
    tab, _ = begin(room)
    fill(room)
    tab._on_moved()
    room.settle()
    sign(room, tab)
    room.qtbot.waitUntil(lambda: tab.reader is not None)
    room.settle()
    room.clock.advance(days=30)
    part(tab, "plan_review", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.focus_name() == "confirm_action")
    room.press(KEY.Key_Space)
    room.settle()
    room.qtbot.waitUntil(lambda: "reviewed 12/23/2026" in words(room, "plan_standing"))


def test_the_next_version_is_written_from_the_last_and_both_can_be_read(room: CallRoom) -> None:
    tab, _ = begin(room)
    fill(room)
    tab._on_moved()
    room.settle()
    sign(room, tab)
    room.qtbot.waitUntil(lambda: tab.reader is not None)
    room.settle()
    part(tab, "plan_revise", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: tab.editor is not None)
    room.settle()
    assert tab.choice.currentText() == "Draft of version 2"
    assert tab.editor is not None
    assert tab.editor.gaps == ()
    tab.choice.setFocus()
    room.press(KEY.Key_Down)
    room.qtbot.waitUntil(lambda: tab.reader is not None)
    assert "Version 1" in tab.choice.currentText()
    # The draft is still there.
    room.press(KEY.Key_Up)
    room.qtbot.waitUntil(lambda: tab.editor is not None)
    part(tab, "plan_discard", QPushButton).click()
    room.qtbot.waitUntil(lambda: room.focus_name() == "confirm_cancel")
    part(QApplication.activeWindow() or tab, "confirm_action", QPushButton).click()
    room.qtbot.waitUntil(lambda: tab.reader is not None)
    room.settle()
    assert not room.desk.care_plans.has_draft(room.desk.actor, room.patients[0])


def test_a_plan_kept_outside_says_so_and_can_be_written_here(room: CallRoom) -> None:
    with room.desk.opened.ledger.writing(room.desk.actor, "import.run") as work:
        plan = CarePlan(patient_id=room.patients[0], status="imported", edited_at=work.now, signed_on=work.now.date())
        work.session.add(plan)
        work.session.flush()
        work.session.add(
            CarePlanEvent(
                care_plan_id=plan.id,
                kind="copy_given",
                happened_on=work.now.date(),
                method="mail",
                recorded_at=work.now,
            )
        )
    tab = open_tab(room)
    room.qtbot.waitUntil(lambda: tab.reader is not None)
    assert words(room, "plan_standing") == "Signed 11/23/2026 · copy given 11/23/2026 by mail"
    assert "kept outside CareLoop" in words(room, "plan_outside")
    assert not any(button.isVisible() for button in tab.findChildren(QPushButton, "plan_print"))
    part(tab, "plan_banner_action", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: tab.editor is not None)
    assert tab.choice.currentText() == "Draft of version 1"


def test_somebody_elses_change_is_not_written_over(room: CallRoom) -> None:
    tab, editor = begin(room)
    fill(room)  # as another person would, in the same draft
    room.write("Mine")
    room.qtbot.waitUntil(lambda: "changed this draft" in words(room, "plan_problem_text"), timeout=6000)
    assert section(room, "prognosis").text == "As agreed"
    part(tab, "plan_problem_action", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: tab.editor is not None and tab.editor is not editor)
    room.settle()
    assert tab.editor is not None
    assert tab.editor.gaps == ()


def test_locking_keeps_the_draft(room: CallRoom) -> None:
    begin(room)
    room.write("Typed just before")
    room.window.show_locked(QLabel("locked"))
    room.desk.opened.ledger.lock()
    unlock_again(room.desk.opened, FIRST_PERSON.passphrase)
    room.window.show_unlocked()
    room.settle()
    assert section(room, "prognosis").text == "Typed just before"
    assert part(room.window, "plan_text_prognosis", QPlainTextEdit).toPlainText() == "Typed just before"


def test_the_plan_is_saved_as_a_pdf_without_a_name_in_its_own(room: CallRoom, tmp_path: Path) -> None:
    tab, _ = begin(room)
    room.write("Stable with treatment")
    room.press(KEY.Key_P, CTRL)
    dialog = ask_to_save(room)
    chosen = dialog.selectedFiles()[0]
    assert Path(chosen).name == f"care-plan-{room.patients[0]}-draft.pdf"
    target = tmp_path / "plan.pdf"
    dialog.fileSelected.emit(str(target))
    dialog.close()
    room.qtbot.waitUntil(target.exists)
    room.settle()
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(target.read_bytes())).pages)
    assert "Stable with treatment" in text
    assert "DRAFT" in text
    assert tab.editor is not None


def test_who_may_not_sign_has_no_button(room: CallRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    may = type(room.context).may
    monkeypatch.setattr(
        type(room.context), "may", lambda self, action: action != "care_plan.sign" and may(self, action)
    )
    tab, _ = begin(room)
    assert not tab.bar.buttons["sign"].isVisible()


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_clipped(room: CallRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    tab, _ = begin(room)
    fill(room)
    tab._on_moved()
    room.settle()
    room.qtbot.waitUntil(lambda: clipped(tab) == [])
    tab.bar.buttons["sign"].click()
    room.qtbot.waitUntil(lambda: clipped(tab) == [])
    room.qtbot.waitUntil(lambda: room.focus_name() == "plan_passphrase_line")
    room.write(FIRST_PERSON.passphrase)
    room.press(KEY.Key_Return)
    room.qtbot.waitUntil(lambda: tab.reader is not None)
    room.settle()
    room.qtbot.waitUntil(lambda: clipped(tab) == [])
    assert room.window.size().toTuple() == (1366, 768)
