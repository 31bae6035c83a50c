"""The papers of a care plan with real keys: what is offered, how the patient's copy reads, and what it looks like."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from app.views.care_plan.papers_panel import PapersPanel
from app.views.paper_preview.paper_view import PaperView
from app.views.theme import Theme
from tests.services.test_care_plans import sign_whole
from tests.views.at_the_desk import is_shown, part
from tests.views.call_room import KEY, CallRoom, call_room
from tests.views.clipping import clipped
from tests.views.test_care_plan_tab import open_tab

SAID = {"what": "I check my blood pressure each day.", "es": "Me mido la presión cada día."}
ENGLISH_ALONE = {"what": "I walk to the mailbox."}


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        yield made


@pytest.fixture
def papers(room: CallRoom) -> PapersPanel:
    """The panel beside a draft with two sentences for the patient."""
    desk, patient = room.desk, room.patients[0]
    sign_whole(desk, patient)
    draft = desk.care_plans.draft(desk.actor, patient)
    sections = [
        replace(each, items=(SAID, ENGLISH_ALONE)) if each.key == "patient_do" else each for each in draft.sections
    ]
    desk.care_plans.save_draft(desk.actor, draft.plan_id, sections, draft.mark)
    open_tab(room)
    room.settle()
    button = part(room.window, "plan_papers_button", QPushButton)
    button.setFocus()
    room.press(KEY.Key_Space)
    room.settle()
    return part(room.window, "plan_papers", PapersPanel)


def test_it_says_how_the_patients_copy_reads_in_both_languages(papers: PapersPanel) -> None:
    assert part(papers, "papers_en_reading", QLabel).text().startswith("Reads at about grade")
    spanish = part(papers, "papers_es_reading", QLabel).text()
    assert "Reads easily." in spanish
    assert "Not in Spanish, printed in English: I walk to the mailbox." in spanish


def test_the_patients_copy_is_looked_at_before_it_leaves(room: CallRoom, papers: PapersPanel) -> None:
    part(papers, "papers_es_open", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: any(each.isVisible() for each in room.window.findChildren(PaperView)), timeout=20_000)
    room.settle()
    assert part(room.window, "paper_view", PaperView).pages == 1
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: is_shown(room.window, "plan_papers"))


def test_other_software_gets_a_file(room: CallRoom, papers: PapersPanel, tmp_path: Path) -> None:
    room.qtbot.mouseClick(part(papers, "papers_fhir_save", QPushButton), Qt.MouseButton.LeftButton)
    room.qtbot.waitUntil(lambda: bool(room.window.findChildren(QFileDialog)))
    (dialog,) = room.window.findChildren(QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == f"care-plan-{room.patients[0]}-draft.json"
    target = tmp_path / "plan.json"
    dialog.fileSelected.emit(str(target))
    dialog.close()
    room.qtbot.waitUntil(target.exists, timeout=20_000)
    room.settle()
    assert json.loads(target.read_bytes())["resourceType"] == "Bundle"


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_clipped(room: CallRoom, papers: PapersPanel, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    room.qtbot.waitUntil(lambda: clipped(papers) == [])
