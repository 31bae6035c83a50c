"""The clinic's rules for the timer, set with keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.views.front_desk import FrontDesk
from app.views.settings.settings_page import SettingsPage
from app.views.settings.timer_section import TimerSection
from app.views.theme import Theme
from tests.views.at_the_desk import come_in, part, press, start, write
from tests.views.clipping import clipped


@pytest.fixture
def section(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> TimerSection:
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    front_desk.window.go_to("settings")
    shown = part(front_desk.window, "settings_page", SettingsPage).open_section("timer")
    assert isinstance(shown, TimerSection)
    qtbot.waitUntil(lambda: shown.form.values().get("nurse") == "offer", timeout=20_000)
    return shown


def test_the_minutes_and_the_start_are_saved_and_hold_at_once(
    qtbot: QtBot, section: TimerSection, front_desk: FrontDesk
) -> None:
    minutes = next(each for each in section.findChildren(QLineEdit) if "idle_desk_minutes" in each.objectName())
    minutes.setFocus()
    minutes.selectAll()
    write(qtbot, "16")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk = front_desk.desk
    assert desk is not None
    assert section.form.errors()  # never so long that idle time alone could be billed
    assert desk.timer_policies.policy(desk.actor).idle_desk_minutes == 3
    minutes.selectAll()
    write(qtbot, "5")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: desk.timer_policies.policy(desk.actor).idle_desk_minutes == 5, timeout=20_000)
    calls = front_desk._calls
    assert calls is not None
    qtbot.waitUntil(lambda: calls.presence.policy.idle_desk_minutes == 5, timeout=20_000)


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_clipped(section: TimerSection, theme: Theme, qtbot: QtBot, scale: int) -> None:
    theme.scale_text(scale)
    qtbot.wait(50)
    named = [each.accessibleName() for each in section.findChildren(QPushButton) if each.isVisible()]
    assert all(named)
    assert clipped(section) == []
