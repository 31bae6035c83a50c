"""What a person at the front desk does with keys, for the tests that begin there."""

from datetime import date
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.services.patient_form import PatientForm
from app.views.front_desk import FrontDesk
from tests.conftest import FIRST_PERSON

W = TypeVar("W", bound=QWidget)
CANARY = "Zzyzkowski"
"""A family name that nothing but a leak can show."""
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Press a key where the focus is."""
    widget = QApplication.focusWidget() or QApplication.activeWindow()
    assert widget is not None
    qtbot.keyClick(widget, key, modifier)


def write(qtbot: QtBot, text: str) -> None:
    """Type where the focus is."""
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClicks(widget, text)


def part(parent: QWidget, name: str, kind: type[W]) -> W:
    """The visible widget of that object name; it must be there."""
    found = [widget for widget in parent.findChildren(kind, name) if widget.isVisible()]
    assert len(found) == 1, f"{len(found)} visible {name}"
    return found[0]


def is_shown(parent: QWidget, name: str) -> bool:
    return any(widget.isVisible() for widget in parent.findChildren(QWidget, name))


def words(parent: QWidget, name: str) -> str:
    """What the visible label `name` says."""
    return part(parent, name, QLabel).text()


def wait_for(qtbot: QtBot, parent: QWidget, name: str) -> QWidget:
    """Wait until `name` is in view and return it."""
    qtbot.waitUntil(lambda: is_shown(parent, name), timeout=20_000)
    return part(parent, name, QWidget)


def focus() -> str:
    """The object name of what has the focus."""
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def focus_on(qtbot: QtBot, parent: QWidget, name: str) -> None:
    """Walk with Tab until the control `name` has the focus."""
    for _ in range(200):
        focus = QApplication.focusWidget()
        if focus is not None and focus.objectName() == name and parent.isAncestorOf(focus):
            return
        press(qtbot, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {name}")


def start(qtbot: QtBot, front_desk: FrontDesk, folder: Path | None = None) -> None:
    """Show the window and wait until keys reach it."""
    front_desk.start(folder)
    front_desk.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)


def come_in(
    qtbot: QtBot,
    front_desk: FrontDesk,
    username: str = FIRST_PERSON.username,
    passphrase: str = FIRST_PERSON.passphrase,
) -> None:
    """Sign in with keys on the sign-in page that is shown, and wait for the window behind it."""
    qtbot.waitUntil(lambda: focus() == "sign_in_username")
    write(qtbot, username)
    press(qtbot, Qt.Key.Key_Tab)
    write(qtbot, passphrase)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: front_desk.desk is not None and not front_desk.window.is_locked, timeout=20_000)


def choose_file(qtbot: QtBot, window: QWidget, path: Path) -> None:
    """Choose `path` in the file dialog that is asked for, and come back to the window."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QFileDialog)
    dialog.selectFile(str(path))
    dialog.findChildren(QPushButton)[0].click()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)


def add_canary(front_desk: FrontDesk) -> int:
    """Add the patient whose name is looked for; return the id."""
    desk = front_desk.desk
    assert desk is not None
    form = PatientForm(given_name="Petronella", family_name=CANARY, born_on=date(1948, 3, 9), mrn="MRN-7", sex="female")
    return desk.patients.add(desk.actor, form)


def all_words(widget: QWidget) -> str:
    """Everything that `widget` and the visible widgets in it say, in any way a person could see or hear it."""
    said = []
    for each in (widget, *widget.findChildren(QWidget)):
        if not each.isVisible():
            continue
        said += [each.windowTitle(), each.toolTip(), each.accessibleName(), each.accessibleDescription()]
        for read in ("text", "toPlainText", "currentText", "title", "placeholderText"):
            answer = getattr(each, read, None)
            if callable(answer):
                said.append(str(answer()))
    return "\n".join(said)


def everything_in_view() -> str:
    """Everything that all visible windows of the program say."""
    return "\n".join(all_words(window) for window in QApplication.topLevelWidgets() if window.isVisible())
