"""Enter presses the button that has the focus, and the focus stays near a button that goes away."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.views import safe_text
from app.views.icons import icon
from tests.views.at_the_desk import CTRL, press

KEY = Qt.Key


class Board(QWidget):
    """A search line far away, and a part with three buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[str] = []
        self.search = QLineEdit()
        near = QWidget()
        self.first = safe_text.button("First", name="first", on_click=lambda: self.pressed.append("first"))
        self.save = safe_text.button("Save", name="save", on_click=lambda: self.pressed.append("save"))
        self.tool = safe_text.tool_button(
            "Tool", name="tool", icon=icon("x"), on_click=lambda: self.pressed.append("tool")
        )
        inside = QVBoxLayout(near)
        for each in (self.first, self.save, self.tool):
            inside.addWidget(each)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(near)


@pytest.fixture
def board(show: Callable[..., None]) -> Board:
    made = Board()
    show(made)
    return made


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Enter, KEY.Key_Space])
def test_enter_and_space_press_the_button_with_the_focus(board: Board, qtbot: QtBot, key: KEY) -> None:
    for part in (board.save, board.tool):
        part.setFocus()
        press(qtbot, key)
    assert board.pressed == ["save", "tool"]


def test_enter_with_another_key_does_not(board: Board, qtbot: QtBot) -> None:
    board.save.setFocus()
    press(qtbot, KEY.Key_Return, CTRL)
    assert board.pressed == []


@pytest.mark.parametrize("gone", ["setEnabled", "setVisible"])
def test_the_focus_stays_near_a_button_that_goes(board: Board, gone: str) -> None:
    board.tool.setFocus()
    getattr(board.tool, gone)(False)
    assert QApplication.focusWidget() is board.first
    getattr(board.first, gone)(False)
    assert QApplication.focusWidget() is board.save


def test_tab_goes_on_as_ever(board: Board, qtbot: QtBot) -> None:
    board.tool.setFocus()
    press(qtbot, KEY.Key_Tab)
    assert QApplication.focusWidget() is board.search
