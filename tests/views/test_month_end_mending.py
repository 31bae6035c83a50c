"""From the month-end board to where something is mended and back to the same row, in the whole program."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.views.feed import Feed
from app.views.front_desk import FrontDesk
from app.views.month_end.month_end_page import MonthEndPage
from app.views.patients.patient_form import PatientFormView
from app.views.tasks import Tasks
from app.views.wiring import Wiring
from tests.conftest import FIRST_PERSON
from tests.services.clinic_month import OCTOBER, bring_in, enrolled, patient, ready, together
from tests.views.at_the_desk import CTRL, come_in, focus, press, start

KEY = Qt.Key
DEAD = {**ready("b", day=6), "patients": [patient("b", DEATHDATE="2026-09-20")]}
UNCOVERED = {**ready("c", day=7), "enrolment": [enrolled("c", coverage="none")]}
CLINIC = together(ready("a"), DEAD, UNCOVERED)


@pytest.fixture
def board(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, *, wiring: Wiring, tasks: Tasks, tmp_path: Path
) -> MonthEndPage:
    """October's board, the second patient's day of death and the third one's coverage to be looked at."""
    desk = wiring.open_desk(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, Feed().announce)
    bring_in(desk, tmp_path / "in", CLINIC)
    desk.close()
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    front_desk.window.go_to("month_end")
    page = front_desk.window.findChild(MonthEndPage)
    assert page is not None
    qtbot.waitUntil(lambda: tasks.is_idle and page.board is not None, timeout=20_000)
    press(qtbot, KEY.Key_PageUp, CTRL)
    qtbot.waitUntil(lambda: page.board is not None and page.board.month == OCTOBER, timeout=20_000)
    qtbot.waitUntil(lambda: tasks.is_idle, timeout=20_000)
    return page


@pytest.mark.parametrize(("place", "field"), [("patient", "died_on"), ("coverage", "coverage")])
def test_escape_from_the_patients_record_returns_to_the_row(
    qtbot: QtBot, front_desk: FrontDesk, tasks: Tasks, board: MonthEndPage, *, place: str, field: str
) -> None:
    stack = front_desk.window.stack
    for _ in range(10):
        press(qtbot, KEY.Key_F7)
        if board.card.place == place:
            break
    assert board.card.place == place
    row = board.patients.row
    assert row is not None
    for key in (KEY.Key_Escape, KEY.Key_S):  # left as it is, and saved
        press(qtbot, KEY.Key_Return)
        form = stack.currentWidget()
        assert isinstance(form, PatientFormView)
        qtbot.waitUntil(form.form.field(field).hasFocus, timeout=20_000)
        press(qtbot, key, CTRL if key == KEY.Key_S else Qt.KeyboardModifier.NoModifier)
        qtbot.waitUntil(lambda: stack.currentWidget() is board, timeout=20_000)
        qtbot.waitUntil(lambda: tasks.is_idle, timeout=20_000)
        assert focus() == "month_list"
        assert board.patients.row is not None
        assert board.patients.row.patient_id == row.patient_id
