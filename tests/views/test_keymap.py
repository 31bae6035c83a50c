import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.views.keymap import COMMANDS, MENUS, OUTCOMES, Command, Commands, clashes
from app.views.theme import RESOURCES

PROMISED = {
    "find": "Ctrl+K",
    "filter": "Ctrl+F",
    "call.toggle": "F8",
    "call.pause": "Shift+F8",
    "call.backdate": "Ctrl+Shift+F8",
    "save_next": "Ctrl+Return",
    "save_stay": "Ctrl+Shift+Return",
    "follow_up.new": "Ctrl+T",
    "escalate": "Ctrl+E",
    "outcome.2": "Alt+2",
    "activity.9": "Alt+Shift+9",
    "tab.8": "Ctrl+8",
    "blocker.next": "F7",
    "blocker.previous": "Shift+F7",
    "approve": "F9",
    "lock": "Ctrl+L",
    "help": "F1",
    "print": "Ctrl+P",
    "undo": "Ctrl+Z",
}


def test_keys_never_clash() -> None:
    assert clashes() == ()


def test_a_clash_is_seen() -> None:
    assert clashes(COMMANDS, {"help": "F8"}) == ("F8",)
    assert clashes((Command("a", "A", "File", "Alt+F"),)) == ("Alt+F",)
    assert clashes((Command("a", "A", "File", "Ctrl+Return"), Command("b", "B", "File", "Ctrl+Enter"))) == (
        "Ctrl+Enter",
    )


@pytest.mark.parametrize(("key", "shortcut"), PROMISED.items())
def test_the_promised_keys_are_there(key: str, shortcut: str) -> None:
    assert next(command.shortcut for command in COMMANDS if command.key == key) == shortcut


def test_no_command_is_a_bare_letter() -> None:
    shortcuts = [command.shortcut for command in COMMANDS if command.shortcut]
    assert [shortcut for shortcut in shortcuts if not re.match(r"(Ctrl|Alt|Shift)\+|F\d", shortcut)] == []


def test_every_command_has_a_menu_an_icon_that_exists_and_its_own_name() -> None:
    menus = {title for title, _ in MENUS}
    assert {command.menu for command in COMMANDS} <= menus
    assert len({command.key for command in COMMANDS}) == len(COMMANDS)
    icons = {command.icon for command in COMMANDS if command.icon}
    assert [icon for icon in icons if not (RESOURCES / "icons" / f"{icon}.svg").exists()] == []
    assert len(OUTCOMES) == 6


def test_commands_can_be_remapped(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    commands = Commands(window, remapped={"lock": "Ctrl+Shift+L"})
    assert commands.action("lock").shortcut() == QKeySequence("Ctrl+Shift+L")


def test_an_owner_out_of_view_does_not_answer(qtbot: QtBot) -> None:
    window, page = QMainWindow(), QWidget()
    window.setCentralWidget(page)
    qtbot.addWidget(window)
    commands = Commands(window)
    done: list[str] = []
    commands.on("refresh", page, lambda: done.append("page"))
    with qtbot.waitSignal(commands.not_answered):
        commands.run("refresh")
    window.show()
    commands.run("refresh")
    page.setEnabled(False)
    commands.run("refresh")
    page.setEnabled(True)
    commands.off(page)
    commands.run("refresh")
    assert done == ["page"]


def test_a_deleted_owner_is_forgotten(qtbot: QtBot) -> None:
    window, page = QMainWindow(), QWidget()
    qtbot.addWidget(window)
    window.setCentralWidget(page)
    window.show()
    commands = Commands(window)
    commands.on("refresh", page, lambda: None)
    gone: list[bool] = []
    page.destroyed.connect(lambda: gone.append(True))
    window.setCentralWidget(QWidget())
    qtbot.waitUntil(lambda: gone == [True])
    assert "refresh" not in {command.key for command in commands.answered()}


@pytest.mark.parametrize("title", ["month", "go"])
def test_keys_work_after_a_menu_was_open_while_nobody_answered_them(qtbot: QtBot, title: str) -> None:
    """The month's menu is empty then, which Qt does not show at all."""
    window, page = QMainWindow(), QWidget()
    window.setCentralWidget(page)
    qtbot.addWidget(window)
    commands = Commands(window)
    commands.fill_menus(window.menuBar())
    commands.allow(lambda key: key != "lock")
    commands.on("back", page, lambda: None)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    menu = window.menuBar().findChild(QMenu, f"menu_{title}")
    assert menu is not None
    menu.popup(QPoint(0, 0))
    assert not commands.action("approve").isVisible()
    assert menu.isVisible() == (title == "go")
    if menu.isVisible():
        qtbot.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(commands.action("approve").isVisible)
    done: list[str] = []
    for key in ("approve", "lock"):
        commands.on(key, page, lambda key=key: done.append(key))  # type: ignore[misc]
    qtbot.keyClick(page, Qt.Key.Key_F9)
    qtbot.keyClick(page, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert done == ["approve"]
