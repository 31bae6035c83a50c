"""A window on the reports of a small clinic, and a person who presses keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.compose import open_desk
from app.rules.month import Month
from app.services.desk import Desk
from app.services.people import PersonForm
from app.views.feed import Feed
from app.views.main_window import MainWindow
from app.views.page_context import PageContext
from app.views.page_stack import Page
from app.views.paper_preview.preview import PaperPreview
from app.views.reports.reports_page import ReportsPage
from app.views.tasks import Tasks
from tests.conftest import FIRST_PERSON
from tests.services.clinic_month import bring_in, entry, ready, together

KEY = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
OTHERS_PASSPHRASE = "four slow otters drift"


@dataclass
class ReportRoom:
    """The open clinic and its window on the reports."""

    qtbot: QtBot
    window: MainWindow
    desk: Desk
    tasks: Tasks
    opened: list[tuple[int, str]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    @property
    def page(self) -> ReportsPage:
        """The reports, in view or below a preview."""
        found = self.window.findChild(ReportsPage)
        assert found is not None
        return found

    @property
    def preview(self) -> PaperPreview:
        """The paper above them."""
        found = [view for view in self.window.findChildren(PaperPreview) if view.isVisible()]
        assert len(found) == 1
        return found[0]

    @property
    def previews(self) -> bool:
        return any(view.isVisible() for view in self.window.findChildren(PaperPreview))

    @property
    def focus(self) -> str:
        """The object name of what has the focus."""
        widget = QApplication.focusWidget()
        return widget.objectName() if widget is not None else ""

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the focus is, and wait for what follows from it."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.settle()

    def write(self, text: str) -> None:
        """Type where the focus is, then Enter."""
        target = QApplication.focusWidget()
        assert target is not None
        self.qtbot.keyClicks(target, text)
        self.press(KEY.Key_Return)

    def walk_to(self, key: str) -> None:
        """Walk down the list of reports with the arrow keys."""
        self.page.list.setFocus()
        keys = [kind.key for kind in self.page.kinds]
        for _ in keys:
            at = keys.index(self.page.kind.key)
            if at == keys.index(key):
                return
            self.press(KEY.Key_Down if at < keys.index(key) else KEY.Key_Up)
        raise AssertionError(f"the arrow keys do not reach {key}")

    def tab_to(self, name: str) -> None:
        """Walk with Tab until the control `name` has the focus."""
        for _ in range(60):
            if self.focus == name:
                return
            self.press(KEY.Key_Tab)
        raise AssertionError(f"Tab does not reach {name}")

    def settle(self) -> None:
        """Wait until nothing asked so far is under way."""
        self.qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=20_000)
        assert self.errors == []

    def offers(self, name: str) -> bool:
        """Whether the button `name` is in view."""
        return any(button.isVisible() for button in self.window.findChildren(QPushButton, name))

    def says(self, parent: QWidget) -> str:
        """All words of the labels in view."""
        return "\n".join(label.text() for label in parent.findChildren(QLabel) if label.isVisible())

    def choose_file(self, path: Path) -> None:
        """Answer the file dialog that is open, and come back to the window."""
        self.qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.selectFile(str(path))
        dialog.findChildren(QPushButton)[0].click()
        self.window.activateWindow()
        self.qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        self.settle()


@contextmanager
def report_room(request: pytest.FixtureRequest, *, roles: tuple[str, ...] = ()) -> Iterator[ReportRoom]:
    """Show the reports of a clinic of three patients to its one person, or to a second one with `roles`."""
    ask = request.getfixturevalue
    qtbot, window, tasks, house = (ask(name) for name in ("qtbot", "window", "tasks", "house"))
    folder, feed = ask("clinic_folder"), Feed()
    desk = open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house, feed.announce)
    late = {"time": [entry("late", "a", "14T10:00:00", "14T10:12:34", recorded_at="2026-10-18T08:00:00-05:00")]}
    files = together(ready("a"), ready("b", minutes=45, day=6), ready("c", minutes=9, day=7), late)
    bring_in(desk, ask("tmp_path") / "in", files)
    if roles:
        form = PersonForm(name="Mona Reyes", credential="MD", username="mona", roles=roles)
        desk.people.add(desk.actor, form, OTHERS_PASSPHRASE)
        desk.close()
        desk = open_desk(folder, "mona", OTHERS_PASSPHRASE, house, feed.announce)
    room = ReportRoom(qtbot, window, desk, tasks)

    def open_chart(patient_id: int, place: str, _month: Month | None = None, /) -> None:
        room.opened.append((patient_id, place))

    context = PageContext(
        desk=desk,
        tasks=tasks,
        feed=feed,
        window=window,
        preferences=ask("preferences"),
        open_chart=open_chart,
        start_call=lambda _: None,
    )
    tasks.failed.connect(room.errors.append)
    window.show_pages([Page("reports", "Reports", "file-chart-column", lambda: ReportsPage(context))])
    window.go_to("reports")
    room.settle()
    room.press(KEY.Key_PageUp, CTRL)  # October: the running month is November
    try:
        yield room
    finally:
        tasks.drain()
        tasks.close()
        window.forget_pages()
        desk.close()
