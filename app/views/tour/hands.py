"""The hands and eyes of whoever takes the tour: keys, a mouse, and waiting for what is to be seen."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QLineEdit, QWidget

W = TypeVar("W", bound=QWidget)
Key = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LOOK_EVERY_MS = 5
SELDOM_MS = 50
"""Looked after so often once something takes longer, so that looking does not hold it up."""
PATIENCE_SECONDS = 60
"""How long something may take on a slow machine before the tour gives up on it."""


class TourStopped(Exception):
    """A step of the tour cannot be done; the words say what was waited for or not found."""


class Hands:
    """Presses keys where the focus is, as a person would, and never touches what cannot be seen."""

    def __init__(self, window: QWidget, is_quiet: Callable[[], bool], trouble: Callable[[], str]) -> None:
        """Work on `window`. `is_quiet` says that no work is under way, `trouble` names a crash, or is empty."""
        self._window = window
        self.is_quiet = is_quiet
        self._trouble = trouble

    def wait(self, fact: Callable[[], object], words: str, seconds: int = PATIENCE_SECONDS) -> None:
        """Let the program run until `fact` is true. Raises `TourStopped` with `words` when it never is."""
        patience = QDeadlineTimer(seconds * 1000)
        pause = LOOK_EVERY_MS
        while True:
            if trouble := self._trouble():
                raise TourStopped(trouble)
            if fact():
                return
            if patience.hasExpired():
                raise TourStopped(f"waited in vain for {words}")
            self._let_run(pause)
            pause = min(pause + 1, SELDOM_MS)

    def settle(self) -> None:
        """Let the program finish what was asked of it."""
        self.wait(self.is_quiet, "the program to finish its work")
        self._let_run(LOOK_EVERY_MS)  # what the last result has set off
        self.wait(self.is_quiet, "the program to finish its work")

    def press(self, key: Key, modifier: Qt.KeyboardModifier = NONE, times: int = 1) -> None:
        """Press a key where the focus is."""
        for _ in range(times):
            QTest.keyClick(self._focus(), key, modifier)

    def write(self, text: str) -> None:
        """Type where the focus is."""
        QTest.keyClicks(self._focus(), text)

    def click(self, name: str) -> None:
        """Click the control `name` with the mouse, in its middle."""
        target = self.part(name)
        self.wait(target.isEnabled, f"{name} to be ready")
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, NONE, target.rect().center())

    def click_at(self, target: QWidget, place: QPoint, *, twice: bool = False) -> None:
        """Click a place in a list."""
        (QTest.mouseDClick if twice else QTest.mouseClick)(target, Qt.MouseButton.LeftButton, NONE, place)

    def tab_to(self, name: str, *, back: bool = False) -> None:
        """Walk with Tab, or back with Shift+Tab, until the control `name` has the focus."""
        self.see(name)
        for _ in range(300):
            focus = QApplication.focusWidget()
            if focus is not None and name in (focus.objectName(), _proxied(focus)):
                return
            self.press(Key.Key_Backtab if back else Key.Key_Tab, SHIFT if back else NONE)
        raise TourStopped(f"Tab does not reach {name}")

    def fill(self, name: str, text: str) -> None:
        """Go to the field `name` with Tab and type over what stands in it."""
        self.tab_to(name)
        if isinstance(self._focus(), QLineEdit):
            self.press(Key.Key_A, CTRL)
        self.write(text)

    def choose(self, name: str, words: str) -> None:
        """Go to the list of choices `name` with Tab and pick what begins with `words`, by its first word."""
        self.tab_to(name)
        self.write(words.partition(" ")[0])  # a space would open the list
        chosen = self.one(QComboBox, name).currentText()
        if not chosen.startswith(words):
            raise TourStopped(f"{name} offers no {words}")

    def tick(self, name: str) -> None:
        """Go to a box or a button with Tab and press Space."""
        self.tab_to(name)
        self.press(Key.Key_Space)

    def see(self, name: str, seconds: int = PATIENCE_SECONDS) -> QWidget:
        """Wait until the widget `name` is in view and return it."""
        self.wait(lambda: self.is_shown(name), name, seconds)
        self.settle()
        return self.part(name)

    def is_shown(self, name: str) -> bool:
        """Whether a widget of that name can be seen."""
        return any(widget.isVisible() for widget in self._top().findChildren(QWidget, name))

    def part(self, name: str) -> QWidget:
        """Return the one visible widget `name`."""
        return self.one(QWidget, name)

    def one(self, kind: type[W], name: str) -> W:
        """Return the one visible widget `name` of a kind."""
        found = [widget for widget in self._top().findChildren(kind, name) if widget.isVisible()]
        if len(found) != 1:
            raise TourStopped(f"there are {len(found)} {name} in view, not one")
        return found[0]

    def read(self, name: str) -> str:
        """Return what the label `name` says."""
        return self.one(QLabel, name).text()

    def wait_for_words(self, name: str, words: str) -> None:
        """Wait until the label `name` says something with `words` in it."""
        self.see(name)
        self.wait(lambda: self.is_shown(name) and words in self.read(name), f"{name} to say “{words}”")

    def answer_file_dialog(self, path: Path) -> None:
        """Type a path into the file dialog that was asked for, and take it."""
        self.wait(_file_dialog_has_focus, "the file dialog")
        # To the line itself: the list of proposals that opens below it is a window of its own.
        line = self.one(QLineEdit, "fileNameEdit")
        QTest.keyClick(line, Key.Key_A, CTRL)
        QTest.keyClicks(line, str(path))
        QTest.keyClick(line, Key.Key_Return)
        self.wait(lambda: QApplication.activeModalWidget() is None, "the file dialog to close")
        self._window.activateWindow()  # which elsewhere the window manager does
        self.wait(self._window.isActiveWindow, "the window behind the file dialog")
        self.settle()

    def _let_run(self, milliseconds: int) -> None:
        """Run the program's events for so long; the other threads run meanwhile, which they would not in `qWait`."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def _top(self) -> QWidget:
        return QApplication.activeModalWidget() or self._window

    def _focus(self) -> QWidget:
        focus = QApplication.focusWidget() or QApplication.activeWindow()
        if focus is None:
            raise TourStopped("nothing has the focus")
        return focus


def _file_dialog_has_focus() -> bool:
    dialog, focus = QApplication.activeModalWidget(), QApplication.focusWidget()
    return isinstance(dialog, QFileDialog) and focus is not None and dialog.isAncestorOf(focus)


def _proxied(focus: QWidget) -> str:
    """Return the name of the control that the focused one stands for."""
    parent = focus.parentWidget()
    return parent.objectName() if parent is not None and parent.focusProxy() is focus else ""
