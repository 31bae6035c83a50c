"""A window, its parts and its preferences, made new for every test."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.compose import wiring_of_window
from app.services.demo import DemoPlan, create_demo
from app.services.founding import House
from app.views.errors import Faults
from app.views.front_desk import FrontDesk
from app.views.main_window import MainWindow
from app.views.preferences import PreferenceStore, ThemeChoice
from app.views.search_box import Hit
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.views.wiring import Tell, Wiring


@pytest.fixture
def preferences(tmp_path: Path) -> PreferenceStore:
    return PreferenceStore(QSettings(str(tmp_path / "preferences.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    made.choose(ThemeChoice.LIGHT)
    made.scale_text(100)
    made.deleteLater()


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


@pytest.fixture
def found() -> list[Hit]:
    """What the search box finds; a test fills it."""
    return []


@pytest.fixture
def window(
    qtbot: QtBot, theme: Theme, preferences: PreferenceStore, tasks: Tasks, found: list[Hit]
) -> Iterator[MainWindow]:
    def find(text: str) -> list[Hit]:
        return [hit for hit in found if text.casefold() in hit.title.casefold()]

    made = MainWindow(theme, preferences, tasks, find)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    tasks.close()


@pytest.fixture
def show(qtbot: QtBot, theme: Theme) -> Callable[..., None]:
    """`show(widget, width, height)`: put a widget on the screen, active."""

    kept = []

    def shown(widget: QWidget, width: int = 640, height: int = 480) -> None:
        kept.append(widget)
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)

    return shown


@pytest.fixture
def wiring(house: House, tmp_path: Path) -> Wiring:
    """What the window is handed, with clinics kept under the test's own folder, and a small demo clinic."""
    made = wiring_of_window(house, tmp_path / "data")

    def make_demo(folder: Path, tell: Tell) -> None:
        folder.parent.mkdir(parents=True)
        create_demo(folder, house, DemoPlan(patients=12, months=1), lambda done, total: tell(done, total, ""))

    return replace(made, demo=replace(made.demo, make=make_demo))


@pytest.fixture
def front_desk(
    qtbot: QtBot, theme: Theme, preferences: PreferenceStore, tasks: Tasks, wiring: Wiring
) -> Iterator[FrontDesk]:
    """The whole program but its process; a test starts it."""
    made = FrontDesk(theme, preferences, tasks, Faults("0.1.0"), wiring)
    qtbot.addWidget(made.window)
    made.window.resize(1366, 768)
    yield made
    tasks.close()
    made.close()
