"""What stands in the place of a plan while it is made: templates, the interview; and what a signed one shows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton, QRadioButton, QToolButton
from sqlalchemy import text

from app.models import Condition
from app.rules.care_plan import SectionText
from app.services.chart_forms import ConditionForm, MedicationForm
from app.services.plan_history import ProgressForm
from app.storage.vault import open_engine
from app.views.care_plan.care_plan_tab import CarePlanTab
from app.views.care_plan.compare_view import CompareView
from app.views.care_plan.interview import PlanInterview
from app.views.care_plan.marked_text import MarkedText
from app.views.care_plan.plan_editor import PlanEditor
from app.views.care_plan.template_picker import TemplatePicker
from app.views.chart.chart_view import ChartView
from app.views.theme import Theme
from app.views.widgets import ChoiceField
from tests.services.test_care_plans import TODAY
from tests.views.at_the_desk import is_shown, part, wait_for
from tests.views.call_room import ALT, CTRL, KEY, CallRoom, call_room
from tests.views.clipping import clipped
from tests.views.test_care_plan_tab import begin, draft, fill, section, sign, words


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        for code, said in (("I50.22", "Heart failure"), ("N18.31", "Chronic kidney disease, stage 3a")):
            form = ConditionForm(said, code, confirmed=True, expected_12_months=True, significant_risk=True)
            made.desk.chart.add_condition(made.desk.actor, made.patients[0], form)
        made.settle()
        yield made


def signed(room: CallRoom) -> CarePlanTab:
    """A signed plan on the screen."""
    tab, _ = begin(room)
    fill(room)
    tab._on_moved()
    room.settle()
    sign(room, tab)
    room.qtbot.waitUntil(lambda: tab.reader is not None and tab.reader.isVisible())
    room.settle()
    return tab


def says(room: CallRoom, name: str, wanted: str) -> bool:
    return words(room, name) == wanted


def picker_of(room: CallRoom, tab: CarePlanTab) -> TemplatePicker:
    part(tab, "plan_templates_button", QPushButton).click()
    room.qtbot.waitUntil(lambda: bool(tab.findChildren(TemplatePicker)))
    (picker,) = tab.findChildren(TemplatePicker)
    room.qtbot.waitUntil(lambda: bool(picker.keys) and bool(picker.summary.text()))
    room.settle()
    return picker


def test_lines_that_pull_apart_stand_side_by_side_and_have_to_be_chosen(room: CallRoom) -> None:
    tab, editor = begin(room)
    picker = picker_of(room, tab)
    assert picker.keys == ["heart_failure", "chronic_kidney_disease"]
    assert picker.open_questions >= 1
    picker.pour_button.click()
    assert not editor.is_writing  # nothing is put in before all is chosen
    left, right = (part(picker, f"contradiction_fluids_{side}", QRadioButton) for side in (0, 1))
    assert "limit on fluids" in words(room, "contradiction_fluids_0_words")
    assert "drink water through the day" in words(room, "contradiction_fluids_1_words")
    assert left.y() == right.y()
    right.click()
    for card in picker._cards.values():
        if not card.isHidden() and card.objectName() != "contradiction_fluids":
            card.buttons[-1].click()
    assert picker.open_questions == 0
    picker.pour_button.click()
    room.qtbot.waitUntil(lambda: editor.is_writing)
    said = "\n".join(each.text for each in editor.sections.values())
    assert "Drinks through the day" in said
    assert "Fluids: limited to" not in said
    # Taken back by name, part by part.
    editor.undo("prognosis")
    assert editor.sections["prognosis"].text == ""
    assert editor.sections["symptoms"].text != ""


def test_a_template_is_added_to_a_draft_that_says_something(room: CallRoom) -> None:
    tab, editor = begin(room)
    room.write("Stable with treatment")
    picker = picker_of(room, tab)
    for key, box in picker._boxes.items():
        box.setChecked(key == "osteoporosis")
    room.settle()
    room.press(KEY.Key_Return, CTRL)
    room.qtbot.waitUntil(lambda: editor.is_writing)
    assert editor.sections["prognosis"].text.startswith("Stable with treatment\n")
    assert any("Bone" in item["what"] or "bone" in str(item) for item in editor.sections["goals"].items)


def test_the_interview_fills_the_plan_one_question_at_a_time(room: CallRoom) -> None:
    tab, editor = begin(room)
    part(tab, "plan_interview_button", QPushButton).click()
    (interview,) = tab.findChildren(PlanInterview)
    room.qtbot.waitUntil(lambda: room.focus_name() == "interview_answer")
    assert words(room, "interview_question").startswith("What matters most to you?")
    assert words(room, "interview_place").startswith("Measurable treatment goals · question 1 of 22")
    room.write("Walk to church")
    room.press(KEY.Key_Return, CTRL)
    assert words(room, "interview_question").startswith("Which of your health problems")
    room.write("Short breath on the stairs")
    room.press(KEY.Key_Return, CTRL)
    room.press(KEY.Key_Left, ALT)
    assert interview.answer.toPlainText() == "Short breath on the stairs"
    part(tab, "interview_language_1", QRadioButton).click()
    assert words(room, "interview_question").startswith("¿Cuál de sus problemas")
    part(tab, "interview_end", QPushButton).click()
    room.qtbot.waitUntil(lambda: editor.is_writing)
    room.qtbot.waitUntil(lambda: "stairs" in section(room, "symptoms").text, timeout=6000)
    assert section(room, "symptoms").text == "What troubles the patient most: Short breath on the stairs"
    assert section(room, "goals").items[0]["what"] == "Walk to church"


def test_escape_ends_the_interview_and_keeps_the_answer_the_next_one_leaves_the_chart(room: CallRoom) -> None:
    tab, editor = begin(room)
    part(tab, "plan_interview_button", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.focus_name() == "interview_answer")
    room.write("Walk to church")
    room.press(KEY.Key_Escape)
    assert editor.is_writing
    assert editor.sections["goals"].items[0]["what"] == "Walk to church"
    assert tab.isAncestorOf(room.window.focusWidget())
    room.press(KEY.Key_Escape)
    assert room.list_page.isVisible()
    room.settle()
    assert section(room, "goals").items[0]["what"] == "Walk to church"


def test_an_answer_is_kept_when_another_page_is_opened(room: CallRoom) -> None:
    tab, _ = begin(room)
    part(tab, "plan_interview_button", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.focus_name() == "interview_answer")
    room.write("Walk to church")
    room.window.go_to("patients")
    room.settle()
    assert section(room, "goals").items[0]["what"] == "Walk to church"


@pytest.mark.parametrize("from_tab_bar", [False, True])
def test_escape_closes_the_templates_before_the_chart(room: CallRoom, from_tab_bar: bool) -> None:
    tab, editor = begin(room)
    part(tab, "plan_templates_button", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.focus_name().startswith("template_"))
    if from_tab_bar:
        chart = room.window.stack.currentWidget()
        assert isinstance(chart, ChartView)
        chart.tabs.tabBar().setFocus()
    room.press(KEY.Key_Escape)
    assert editor.is_writing
    assert not tab.isHidden()
    room.press(KEY.Key_Escape)
    assert room.list_page.isVisible()


def test_escape_goes_back_from_two_versions_side_by_side(room: CallRoom) -> None:
    tab = signed(room)
    part(tab, "plan_revise", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: tab.editor is not None)
    room.settle()
    part(tab, "plan_compare_button", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.settle()
    part(tab, "plan_compare_new", ChoiceField).setFocus()
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: tab.editor is not None)
    room.settle()
    room.press(KEY.Key_Escape)
    assert room.list_page.isVisible()


def test_a_value_is_added_to_a_goal_without_a_signature(room: CallRoom) -> None:
    tab = signed(room)
    before = room.desk.care_plans.versions(room.desk.actor, room.patients[0])
    part(tab, "plan_goal_1_add", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    wait_for(room.qtbot, tab, "plan_progress_save")
    room.write("144/86")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: not tab.host.is_open)
    room.qtbot.waitUntil(lambda: is_shown(tab, "plan_goal_1_values"))
    assert words(room, "plan_goal_1_values") == "11/23/2026: 144/86"
    assert is_shown(tab, "plan_goal_1_chart")
    assert "Measured: Blood pressure, 144/86" in words(room, "plan_month_2026-11_done")
    assert room.desk.care_plans.versions(room.desk.actor, room.patients[0]) == before
    # A wrong one is corrected, with a reason.
    part(tab, "plan_goal_1_add", QPushButton).click()
    wait_for(room.qtbot, tab, "plan_progress_save")
    part(tab, "plan_progress_1_correct", QToolButton).click()
    value = part(tab, "value", QLineEdit)
    value.selectAll()
    room.write("134/86")
    room.press(KEY.Key_S, CTRL)
    wait_for(room.qtbot, tab, "note_error")
    part(tab, "note", QLineEdit).setFocus()
    room.write("Read wrongly")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: is_shown(tab, "plan_goal_1_values"))
    room.qtbot.waitUntil(partial(says, room, "plan_goal_1_values", "11/23/2026: 134/86"))
    # And one that was never this patient's is taken back.
    part(tab, "plan_goal_1_add", QPushButton).click()
    wait_for(room.qtbot, tab, "plan_progress_save")
    part(tab, "plan_progress_2_correct", QToolButton).click()
    part(tab, "plan_progress_take_back", QPushButton).click()
    assert room.focus_name() == "note"
    room.write("Another patient's")
    part(tab, "plan_progress_take_back", QPushButton).click()
    room.qtbot.waitUntil(lambda: is_shown(tab, "plan_goal_1_none"))


def test_two_versions_stand_side_by_side_with_the_words_marked(room: CallRoom) -> None:
    tab = signed(room)
    plan = draft(room)
    changed = [replace(each, text="As agreed by all") if each.key == "prognosis" else each for each in plan.sections]
    room.desk.care_plans.save_draft(room.desk.actor, plan.plan_id, changed, plan.mark)
    tab.refresh()
    room.settle()
    assert not is_shown(tab, "plan_compare_button")  # one signed version alone has nothing beside it
    tab.choice.setFocus()
    room.press(KEY.Key_Up)
    room.qtbot.waitUntil(lambda: tab.editor is not None and tab.editor.isVisible())
    part(tab, "plan_compare_button", QPushButton).click()
    room.qtbot.waitUntil(lambda: bool(tab.findChildren(CompareView)))
    (view,) = tab.findChildren(CompareView)
    room.qtbot.waitUntil(lambda: words(room, "plan_compare_summary").startswith("1 of "))
    new = part(view, "plan_pair_prognosis_0_new", MarkedText)
    assert [(run.text, run.mark) for run in new.runs] == [("As agreed", "same"), (" by all", "added")]
    assert new.accessibleName() == "As agreed added:  by all"
    assert {view.old.currentText(), view.new.currentText()} == {"Version 1, signed 11/23/2026", "Draft of version 2"}


def test_which_version_was_in_force_on_a_day(room: CallRoom) -> None:
    tab = signed(room)
    day = part(tab, "plan_day", QLineEdit)
    day.setFocus()
    for typed, wanted in (
        ("11/22/2026", "No plan was in force on 11/22/2026."),
        ("12/31/2026", "In force on 12/31/2026: Version 1, signed 11/23/2026."),
    ):
        day.selectAll()
        room.write(typed)
        room.press(KEY.Key_Return)
        room.qtbot.waitUntil(partial(says, room, "plan_in_force", wanted))


def test_an_altered_version_says_so(room: CallRoom) -> None:
    tab = signed(room)
    assert not is_shown(tab, "plan_altered")
    file = room.desk.opened.file
    raw = open_engine(file.database, file.key, guarded=False)
    with raw.connect() as connection:
        connection.execute(text("DROP TRIGGER care_plan_signed_never_changed"))
        connection.execute(text("UPDATE care_plan SET content = replace(content, '130/80', '190/99')"))
        connection.commit()
    raw.dispose()
    tab.refresh()
    room.qtbot.waitUntil(lambda: is_shown(tab, "plan_altered"))
    assert "version 1 was changed outside CareLoop" in words(room, "plan_altered_text")


def test_follow_ups_of_the_plan_are_shown_with_it(room: CallRoom) -> None:
    tab, _ = begin(room)
    fill(room)
    plan = draft(room)
    dated = {"what": "Call each week", "who": "Ana Alvarez, RN", "due": "Every month", "due_on": "12/01/2026"}
    sections = [replace(s, items=(dated,)) if s.key == "interventions" else s for s in plan.sections]
    room.desk.care_plans.save_draft(room.desk.actor, plan.plan_id, sections, plan.mark)
    tab._on_moved()
    room.settle()
    sign(room, tab)
    room.qtbot.waitUntil(lambda: is_shown(tab, "plan_task_1"))
    assert words(room, "plan_task_1") == "• Call each week · Ana Alvarez · due 12/01/2026 · open"


def test_who_and_what_for_are_chosen_by_typing_them(room: CallRoom) -> None:
    _, editor = begin(room)
    editor.open_part("interventions", enter=True)
    room.press(KEY.Key_Space)
    for typed in ("Call", "Ana", "Ev", "1/5/2027", "All"):
        room.write(typed)
        room.press(KEY.Key_Tab)
    (item,) = editor.sections["interventions"].items
    assert {key: said for key, said in item.items() if key != "ref"} == {
        "what": "Call",
        "who": "Ana Alvarez, RN",
        "due": "Every month",
        "due_on": "01/05/2027",
        "about": "All problems",
    }
    # Anybody else is named by hand.
    who = part(editor, "plan_interventions_1_who", ChoiceField)
    who.setFocus()
    room.press(KEY.Key_End)
    assert room.focus_name() == "plan_interventions_1_who_name"
    room.write("The daughter")
    assert editor.sections["interventions"].items[0]["who"] == "The daughter"


def test_what_repeats_gets_its_next_days_at_once(room: CallRoom) -> None:
    _, editor = begin(room)
    rows = (
        {"what": "Call", "who": "Ana Alvarez, RN", "due": "Every month"},
        {"what": "Order labs", "who": "Ana Alvarez, RN", "due": "Every 6 months", "due_on": "01/05/2027"},
        {"what": "After a hospital stay", "who": "Ana Alvarez, RN", "due": "When it happens"},
    )
    kept = editor.sections["interventions"]
    editor.put([SectionText(kept.key, kept.title, "", rows, "", kept.fields)], "a test")
    editor.open_part("interventions")
    part(editor, "plan_days_interventions", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    days = [item.get("due_on", "") for item in editor.sections["interventions"].items]
    assert days == ["12/23/2026", "01/05/2027", ""]
    assert part(editor, "plan_undo_interventions", QPushButton).text().strip() == "Undo: next days set"
    editor.undo("interventions")
    assert "due_on" not in editor.sections["interventions"].items[0]


def crowd(room: CallRoom) -> PlanEditor:
    """A draft with forty problems, each with a goal, and sixty medicines."""
    with room.desk.opened.ledger.writing(room.desk.actor, "chart.edit") as work:
        for number in range(38):
            said = f"Condition number {number} with quite a long name of its own"
            work.session.add(
                Condition(patient_id=room.patients[0], code_system="none", description=said, confirmed=True)
            )
    for number in range(58):
        medicine = MedicationForm(f"Medicine {number} extended release 500 mg", directions="twice a day with meals")
        room.desk.chart.add_medication(room.desk.actor, room.patients[0], medicine)
    _, editor = begin(room)
    problems = [item["what"] for item in editor.sections["problems"].items]
    goals = tuple({"what": f"Goal {n}", "to": "5", "about": words} for n, words in enumerate(problems))
    kept = editor.sections["goals"]
    editor.put([SectionText(kept.key, kept.title, "", goals, "", kept.fields)], "a crowd")
    return editor


@pytest.mark.parametrize("scale", [100, 200])
def test_forty_conditions_and_sixty_medicines_still_lay_out(room: CallRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    editor = crowd(room)
    assert (len(editor.sections["problems"].items), len(editor.sections["medications"].items)) == (40, 60)
    assert len(editor.problems.table.rows) == 80
    for key in ("problems", "medications", "goals"):
        editor.open_part(key, enter=True)
        room.qtbot.waitUntil(lambda: clipped(room.window) == [])
    room.settle()
    assert room.window.size().toTuple() == (1366, 768)


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_clipped(room: CallRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    tab, editor = begin(room)
    picker = picker_of(room, tab)
    room.qtbot.waitUntil(lambda: clipped(tab) == [])
    part(picker, "template_cancel", QPushButton).click()
    part(tab, "plan_interview_button", QPushButton).click()
    room.qtbot.waitUntil(lambda: clipped(tab) == [])
    editor.show_plan()
    fill(room)
    tab._on_moved()
    room.settle()
    sign(room, tab)
    room.qtbot.waitUntil(lambda: tab.reader is not None and tab.reader.isVisible())
    goal = room.desk.plan_history.goals(room.desk.actor, room.patients[0])[0]
    for value, days in (("152/90", 30), ("144/86", 2)):
        form = ProgressForm(value, TODAY - timedelta(days=days))
        room.desk.plan_history.record_progress(room.desk.actor, room.patients[0], goal.ref, form)
    room.qtbot.waitUntil(lambda: is_shown(tab, "plan_goal_1_chart"))
    room.qtbot.waitUntil(lambda: clipped(tab) == [])
    assert room.window.size().toTuple() == (1366, 768)
