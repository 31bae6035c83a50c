"""A window on the month-end board of a small clinic, and a person who presses keys."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.compose import open_desk
from app.rules.month import Month
from app.services.desk import Desk
from app.services.people import PersonForm
from app.services.readiness import BoardRow
from app.views.feed import Feed
from app.views.main_window import MainWindow
from app.views.month_end.month_end_page import MonthEndPage
from app.views.page_context import PageContext
from app.views.page_stack import Page
from app.views.pages import NEEDED_ACTIONS
from app.views.patients.patients_page import PatientsPage
from app.views.tasks import Tasks
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.clinic_month import bring_in

KEY = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PASSPHRASE = FIRST_PERSON.passphrase
OTHERS_PASSPHRASE = "four slow otters drift"


class Chart(QWidget):
    """Stands for a patient's chart: something with a focus of its own above the page."""

    def __init__(self) -> None:
        super().__init__()
        line = QLineEdit()
        line.setObjectName("chart_line")
        QVBoxLayout(self).addWidget(line)


@dataclass
class MonthRoom:
    """The open clinic and its window on the board."""

    qtbot: QtBot
    window: MainWindow
    desk: Desk
    tasks: Tasks
    clock: FakeClock
    context: PageContext
    opened: list[tuple[int, str]] = field(default_factory=list)
    months: list[Month | None] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    @property
    def page(self) -> MonthEndPage:
        """The board, in view or below something."""
        page = self.window.findChild(MonthEndPage)
        assert page is not None
        return page

    @property
    def rows(self) -> dict[str, BoardRow]:
        """The rows that are listed, by name."""
        return {row.name: row for row in self.page.patients.table.rows}

    @property
    def current(self) -> str:
        """The name in the current row."""
        row = self.page.patients.row
        return row.name if row is not None else ""

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the focus is, and wait for what follows from it."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.settle()

    def write(self, text: str) -> None:
        """Type where the focus is."""
        target = QApplication.focusWidget()
        assert target is not None
        self.qtbot.keyClicks(target, text)

    def go_to(self, name: str, backwards: bool = False) -> None:
        """Walk with Tab until the control `name` has the focus."""
        for _ in range(80):
            if self.focus == name:
                return
            self.press(KEY.Key_Backtab if backwards else KEY.Key_Tab, SHIFT if backwards else NONE)
        raise AssertionError(f"Tab does not reach {name}")

    @property
    def focus(self) -> str:
        """The object name of what has the focus."""
        widget = QApplication.focusWidget()
        return widget.objectName() if widget is not None else ""

    def settle(self) -> None:
        """Wait until nothing asked so far is under way, and no news waits to be read."""
        self.qtbot.waitUntil(
            lambda: self.tasks.is_idle and not self.page._settle.isActive(),
            timeout=20_000,
        )
        assert self.errors == []

    def says(self, name: str) -> str:
        """What the visible label `name` says; empty when there is none in view."""
        found = [label.text() for label in self.window.findChildren(QLabel, name) if label.isVisible()]
        return found[0] if found else ""

    def offers(self, name: str) -> bool:
        """Whether the button `name` is in view."""
        return any(button.isVisible() for button in self.window.findChildren(QPushButton, name))

    def notice(self) -> str:
        return self.window.notice.text()

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
def month_room(
    request: pytest.FixtureRequest,
    files: Mapping[str, Sequence[Mapping[str, str]]],
    *,
    roles: tuple[str, ...] = (),
) -> Iterator[MonthRoom]:
    """Bring `files` into the test's clinic and show its board to its one person, or to a second one with `roles`."""
    ask = request.getfixturevalue
    qtbot, window, tasks, clock, house = (ask(name) for name in ("qtbot", "window", "tasks", "clock", "house"))
    folder, feed = ask("clinic_folder"), Feed()
    desk = open_desk(folder, FIRST_PERSON.username, PASSPHRASE, house, feed.announce)
    if files:
        bring_in(desk, ask("tmp_path") / "in", files)
    if roles:
        form = PersonForm(name="Mona Reyes", credential="MD", username="mona", roles=roles)
        desk.people.add(desk.actor, form, OTHERS_PASSPHRASE)
        desk.close()
        desk = open_desk(folder, "mona", OTHERS_PASSPHRASE, house, feed.announce)
    opened: list[tuple[int, str]] = []
    months: list[Month | None] = []

    def open_chart(patient_id: int, place: str, month: Month | None = None, /) -> None:
        opened.append((patient_id, place))
        months.append(month)
        window.show_view(Chart())

    context = PageContext(
        desk=desk,
        tasks=tasks,
        feed=feed,
        window=window,
        preferences=ask("preferences"),
        open_chart=open_chart,
        start_call=lambda _: None,
    )
    window.commands.allow(lambda key: key not in NEEDED_ACTIONS or context.may(NEEDED_ACTIONS[key]))
    pages = [Page("month_end", "Month-end", "calendar-check", lambda: MonthEndPage(context))]
    if context.may("patient.list"):
        pages.append(Page("patients", "Patients", "users", lambda: PatientsPage(context)))
    window.show_pages(pages)
    room = MonthRoom(qtbot, window, desk, tasks, clock, context, opened, months)
    tasks.failed.connect(room.errors.append)
    room.settle()
    try:
        yield room
    finally:
        tasks.drain()
        tasks.close()
        window.forget_pages()
        desk.close()


def cover(desk: Desk, patient_id: int, coverage: str) -> None:
    """Correct a patient's coverage, as the chart would."""
    form = desk.patients.form(desk.actor, patient_id)
    desk.patients.edit(desk.actor, patient_id, replace(form, coverage=coverage))


def text_of(path: Path) -> str:
    """The words of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)
