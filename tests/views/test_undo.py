"""Ctrl+Z, the notice and the named command take back what was done, and say when that is over."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.rules.errors import ClinicError
from app.views.main_window import MainWindow
from app.views.page_stack import Page
from app.views.tasks import Tasks
from app.views.undo import MOST_STEPS
from tests.views.at_the_desk import CTRL, press


class Board(QWidget):
    """A page on which numbers were written; each can be taken off again."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.numbers: list[int] = []
        self.line = QLineEdit(self)
        self.plain = QWidget(self)
        self.plain.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.addWidget(self.plain)
        column.addWidget(self.line)
        self._window = window

    def write(self, number: int, about: object = None) -> None:
        self.numbers.append(number)
        self._window.undo.offer(f"wrote {number}", lambda: self.numbers.remove(number), about=about)


@pytest.fixture
def board(window: MainWindow) -> Board:
    window.show_pages([Page("board", "Board", "flag", lambda: Board(window))])
    page = window.stack.currentWidget()
    assert isinstance(page, Board)
    page.plain.setFocus()
    return page


def waiter(qtbot: QtBot, tasks: Tasks) -> Callable[[], None]:
    return lambda: qtbot.waitUntil(lambda: tasks.is_idle)


def test_the_last_step_is_taken_back_first(board: Board, window: MainWindow, tasks: Tasks, qtbot: QtBot) -> None:
    settle = waiter(qtbot, tasks)
    board.write(1)
    board.write(2)
    assert window.notice.text() == "Wrote 2"
    assert window.commands.action("undo").text() == "Undo: wrote 2"
    press(qtbot, Qt.Key.Key_Z, CTRL)
    settle()
    assert board.numbers == [1]
    assert window.notice.text() == "Undone: wrote 2"
    press(qtbot, Qt.Key.Key_Z, CTRL)
    settle()
    assert board.numbers == []
    assert window.commands.action("undo").text() == "Undo"
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert window.notice.text() == "There is nothing to undo."


def test_two_quick_presses_take_back_two_steps(board: Board, tasks: Tasks, qtbot: QtBot) -> None:
    board.write(1)
    board.write(2)
    press(qtbot, Qt.Key.Key_Z, CTRL)
    press(qtbot, Qt.Key.Key_Z, CTRL)
    waiter(qtbot, tasks)()
    assert board.numbers == []


def test_the_notice_takes_back_its_own_step(board: Board, window: MainWindow, tasks: Tasks, qtbot: QtBot) -> None:
    board.write(1)
    qtbot.mouseClick(window.notice.button, Qt.MouseButton.LeftButton)
    waiter(qtbot, tasks)()
    assert board.numbers == []


def test_in_a_line_of_text_the_key_undoes_typing(board: Board, qtbot: QtBot) -> None:
    board.write(1)
    board.line.setFocus()
    qtbot.keyClicks(board.line, "x")
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert (board.line.text(), board.numbers) == ("", [1])
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert board.numbers == [1]


def test_what_became_final_says_so(board: Board, window: MainWindow, tasks: Tasks, qtbot: QtBot) -> None:
    board.write(1)
    board.write(2, about=("call", 7))
    window.undo.close_off("The note was signed.", about=("call", 7))
    qtbot.mouseClick(window.notice.button, Qt.MouseButton.LeftButton)
    assert window.notice.text() == "This cannot be undone any more: The note was signed."
    assert board.numbers == [1, 2]
    press(qtbot, Qt.Key.Key_Z, CTRL)
    waiter(qtbot, tasks)()
    assert board.numbers == [2]
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert window.notice.text() == "This cannot be undone any more: The note was signed."


def test_what_somebody_changed_since_says_so(board: Board, window: MainWindow, tasks: Tasks, qtbot: QtBot) -> None:
    def refuse() -> None:
        raise ClinicError("Ben Okoro has changed it since.")

    window.undo.offer("wrote 3", refuse)
    press(qtbot, Qt.Key.Key_Z, CTRL)
    waiter(qtbot, tasks)()
    assert window.notice.text() == "This cannot be undone any more. Ben Okoro has changed it since."


def test_locking_forgets_the_steps_and_says_so(board: Board, window: MainWindow, qtbot: QtBot) -> None:
    board.write(1)
    window.show_locked(QWidget())
    assert window.notice.text() == ""
    assert window.commands.action("undo").text() == "Undo"
    window.show_unlocked()
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert window.notice.text().startswith("The screen was locked since.")
    assert board.numbers == [1]


def test_only_so_many_steps_are_kept(board: Board, window: MainWindow, tasks: Tasks, qtbot: QtBot) -> None:
    for number in range(MOST_STEPS + 5):
        board.write(number)
    for _ in range(MOST_STEPS + 5):
        window.commands.run("undo")
    waiter(qtbot, tasks)()
    assert board.numbers == [0, 1, 2, 3, 4]
