"""A whole plan with keys alone: four conditions from templates, edited, signed, revised, compared and printed."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.services.chart_forms import ConditionForm
from app.views.care_plan.care_plan_tab import CarePlanTab
from app.views.care_plan.compare_view import CompareView
from app.views.care_plan.template_picker import TemplatePicker
from tests.conftest import FIRST_PERSON
from tests.views.at_the_desk import is_shown
from tests.views.call_room import CTRL, KEY, CallRoom, ask_to_save, call_room
from tests.views.test_care_plan_tab import open_tab

FOUR = (
    ("I10", "Hypertension"),
    ("E11.22", "Type 2 diabetes with kidney disease"),
    ("I50.22", "Chronic systolic heart failure"),
    ("N18.31", "Chronic kidney disease, stage 3a"),
)
CHARACTERS_A_MINUTE = 40 * 5
"""Forty words of five keys."""
MOST_MINUTES = 10


class Hands:
    """Presses keys where the focus is, and counts every one of them."""

    def __init__(self, room: CallRoom) -> None:
        self._room = room
        self.count = 0

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.count += 1
        self._room.press(key, modifier)

    def write(self, text: str) -> None:
        self.count += len(text)
        self._room.write(text)

    def tab_to(self, name: str, *, back: bool = False) -> None:
        """Walk to a control; the walk counts key by key."""
        for _ in range(400):
            if self._room.focus_name() == name:
                return
            self.press(KEY.Key_Backtab if back else KEY.Key_Tab)
        raise AssertionError(f"Tab does not reach {name}, but {self._room.focus_name()}")


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        for code, words in FOUR:
            form = ConditionForm(words, code, confirmed=True, expected_12_months=True, significant_risk=True)
            made.desk.chart.add_condition(made.desk.actor, made.patients[0], form)
        made.settle()
        yield made


def start_from_templates(room: CallRoom, hands: Hands, tab: CarePlanTab) -> None:
    """Choose the templates of the four conditions, settle what pulls apart, and put them in."""
    editor = tab.editor
    assert editor is not None
    hands.tab_to("plan_templates_button", back=True)
    hands.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: bool(tab.findChildren(TemplatePicker)))
    (picker,) = tab.findChildren(TemplatePicker)
    room.qtbot.waitUntil(lambda: picker.summary.text().startswith("1") and picker.open_questions > 0)
    assert picker.keys == ["hypertension", "chronic_kidney_disease", "diabetes_type_2", "heart_failure"]
    while picker.open_questions:
        before = picker.open_questions
        hands.press(KEY.Key_Return, CTRL)  # takes the focus to what is still to be chosen
        assert room.focus_name().startswith("contradiction_")
        hands.press(KEY.Key_Space)
        assert picker.open_questions < before
    hands.press(KEY.Key_Return, CTRL)
    room.qtbot.waitUntil(lambda: editor.is_writing)
    room.settle()


def fill_in_the_blanks(room: CallRoom, hands: Hands, tab: CarePlanTab) -> None:
    """Go from gap to gap with F7 and type over what stands in brackets, until nothing is missing."""
    editor = tab.editor
    assert editor is not None
    for _ in range(80):
        if not editor.gaps:
            return
        hands.press(KEY.Key_F7)
        focus = QApplication.focusWidget()
        assert focus is not None
        hands.write("128/78" if "goals" in focus.objectName() else "Mercy")
    raise AssertionError([gap.sentence for gap in editor.gaps])


def sign(room: CallRoom, hands: Hands, tab: CarePlanTab) -> None:
    hands.tab_to("plan_sign_button", back=True)
    hands.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.focus_name() == "plan_passphrase_line")
    hands.write(FIRST_PERSON.passphrase)
    hands.press(KEY.Key_Return)
    room.qtbot.waitUntil(lambda: tab.reader is not None and tab.reader.isVisible(), timeout=20_000)
    room.settle()


def save_as_pdf(room: CallRoom, hands: Hands, target: Path) -> str:
    hands.press(KEY.Key_P, CTRL)
    dialog = ask_to_save(room)
    dialog.fileSelected.emit(str(target))
    dialog.close()
    dialog.deleteLater()
    room.qtbot.waitUntil(target.exists, timeout=20_000)
    room.settle()
    room.window.activateWindow()
    hands.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: room.focus_name() != "" and not is_shown(room.window, "paper_preview"))
    return "".join(page.extract_text() for page in PdfReader(BytesIO(target.read_bytes())).pages)


def test_a_plan_for_four_conditions_in_under_ten_minutes_of_typing(
    room: CallRoom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hands = Hands(room)
    tab = open_tab(room)
    hands.tab_to("plan_empty_action")
    hands.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: tab.editor is not None and tab.editor.isVisible())
    room.settle()
    start_from_templates(room, hands, tab)
    assert tab.editor is not None
    fill_in_the_blanks(room, hands, tab)
    # Every problem has its goal, every element of RULES.md §2.1 says something.
    assert {tab.editor.problems.table.words_at(row)[1] for row in range(len(tab.editor.problems.table.rows))} <= {
        *(f"{n} goals" for n in range(2, 12)),
        "1 goal",
        "",
    }
    sign(room, hands, tab)
    first = room.desk.care_plans.versions(room.desk.actor, room.patients[0])[0]
    assert (first.version, first.signed_by) == (1, "Ana Alvarez")
    printed = save_as_pdf(room, hands, tmp_path / "first.pdf")
    assert "Version 1" in printed

    hands.tab_to("plan_revise")
    hands.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: tab.editor is not None and tab.editor.isVisible())
    room.settle()
    assert tab.editor is not None
    hands.tab_to("plan_open_prognosis")
    hands.press(KEY.Key_Right)
    hands.press(KEY.Key_End, CTRL)
    hands.write(" Her daughter moves in this spring.")
    hands.tab_to("plan_compare_button", back=True)
    hands.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: bool(tab.findChildren(CompareView)))
    (compared,) = tab.findChildren(CompareView)
    room.qtbot.waitUntil(lambda: bool(compared.pairs))
    changed = [pair for pair in compared.pairs if pair.is_changed]
    assert [pair.key for pair in changed] == ["prognosis"]
    added = [run.text for line in changed[0].lines for run in line.new if run.mark == "added"]
    assert "".join(added).strip() == "Her daughter moves in this spring."
    hands.tab_to("plan_back", back=True)
    hands.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: tab.editor is not None and tab.editor.isVisible())
    room.settle()
    sign(room, hands, tab)
    second = room.desk.care_plans.versions(room.desk.actor, room.patients[0])[0]
    assert second.version == 2
    assert "Her daughter moves in" in save_as_pdf(room, hands, tmp_path / "second.pdf")
    minutes = hands.count / CHARACTERS_A_MINUTE
    with capsys.disabled():
        print(
            f"\nA plan for four conditions, signed, revised, compared, printed: {hands.count} keys, {minutes:.1f} min"
        )
    assert minutes < MOST_MINUTES
