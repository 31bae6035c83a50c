"""A window on a real clinic with its patients page, and a person who presses keys, for the tests of patient screens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.compose import open_desk
from app.rules.month import Month
from app.services.desk import Desk
from app.services.enrolment_forms import EnrolForm
from app.services.patient_form import PatientForm
from app.services.people import PersonForm
from app.services.practitioners import PractitionerForm
from app.views.chart.chart_view import ChartView
from app.views.feed import Feed
from app.views.main_window import MainWindow
from app.views.page_context import PageContext
from app.views.page_stack import Page
from app.views.patients.patients_page import PatientsPage
from app.views.tasks import Tasks
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock

W = TypeVar("W", bound=QWidget)
KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@dataclass
class PatientRoom:
    """The open clinic and its window on the list of patients."""

    qtbot: QtBot
    window: MainWindow
    desk: Desk
    tasks: Tasks
    clock: FakeClock
    context: PageContext
    called: list[int] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    @property
    def shown(self) -> QWidget:
        """The page or view in front."""
        shown = self.window.stack.currentWidget()
        assert shown is not None
        return shown

    @property
    def page(self) -> PatientsPage:
        assert isinstance(self.shown, PatientsPage)
        return self.shown

    @property
    def chart(self) -> ChartView:
        assert isinstance(self.shown, ChartView)
        return self.shown

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the focus is."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def write(self, text: str) -> None:
        """Type where the focus is."""
        target = QApplication.focusWidget()
        assert target is not None
        self.qtbot.keyClicks(target, text)

    def click(self, name: str) -> None:
        """Press the button called `name`."""
        self.qtbot.mouseClick(self.find(QPushButton, name), Qt.MouseButton.LeftButton)

    def fill(self, name: str, text: str) -> None:
        """Type `text` into the field called `name`, in place of what is there."""
        target = self.find(QWidget, name)
        target.setFocus()
        self.qtbot.keyClick(target, KEY.Key_A, CTRL)
        self.qtbot.keyClick(target, KEY.Key_Delete)
        self.qtbot.keyClicks(target, text)

    def find(self, kind: type[W], name: str) -> W:
        """Return the visible widget called `name`."""
        found = next((each for each in self.window.findChildren(kind, name) if each.isVisible()), None)
        assert found is not None, name
        return found

    def settle(self) -> None:
        """Wait until nothing asked so far is under way; no error may have come of it."""
        self.qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=20_000)
        self.tasks.drain()  # the last job may still be telling its other listeners
        QApplication.processEvents()
        assert self.errors == []

    def open_chart(self, patient_id: int, place: str = "overview") -> ChartView:
        """Open a chart as the front desk does, and wait until it has been read."""
        self.context.open_chart(patient_id, place)
        self.qtbot.waitUntil(lambda: isinstance(self.shown, ChartView) or place in ("coverage", "patient"))
        self.settle()
        return self.chart

    def add(self, family: str, given: str = "Ann", **more: object) -> int:
        fields = {"family_name": family, "given_name": given, "born_on": date(1948, 3, 2)} | more
        form = PatientForm(**fields)  # type: ignore[arg-type]
        return self.desk.patients.add(self.desk.actor, form)

    def practitioner(self) -> int:
        return self.desk.practitioners.add(self.desk.actor, PractitionerForm(name="Mai Ito", npi="1234567893"))

    def enrol(self, patient_id: int, practitioner_id: int) -> None:
        form = EnrolForm(practitioner_id, date(2026, 1, 5), last_seen_on=date(2025, 12, 11))
        self.desk.enrolments.enrol(self.desk.actor, patient_id, form)


@contextmanager
def patient_room(request: pytest.FixtureRequest, *, roles: tuple[str, ...] = ()) -> Iterator[PatientRoom]:
    """Sign in to the test's clinic and show its patients; with `roles`, as somebody who has only those."""
    ask = request.getfixturevalue
    feed = Feed()
    username, passphrase = FIRST_PERSON.username, FIRST_PERSON.passphrase
    if roles:
        username, passphrase = "other", "four slow rivers bend east"
        owner = open_desk(ask("clinic_folder"), FIRST_PERSON.username, FIRST_PERSON.passphrase, ask("house"))
        _add_person(owner, username, passphrase, roles)
        owner.close()
    desk = open_desk(ask("clinic_folder"), username, passphrase, ask("house"), feed.announce)
    called: list[int] = []
    window = ask("window")

    def open_chart(patient_id: int, place: str, month: Month | None = None, /) -> None:
        window.show_view(ChartView(context, patient_id, place, month))

    context = PageContext(desk, ask("tasks"), feed, window, ask("preferences"), open_chart, called.append)
    room = PatientRoom(ask("qtbot"), window, desk, ask("tasks"), ask("clock"), context, called)
    room.tasks.failed.connect(room.errors.append)
    window.show_pages([Page("patients", "Patients", "users", lambda: PatientsPage(context))])
    room.settle()
    try:
        yield room
    finally:
        room.tasks.drain()
        window.forget_pages()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        desk.close()


def _add_person(desk: Desk, username: str, passphrase: str, roles: tuple[str, ...]) -> None:
    desk.people.add(desk.actor, PersonForm(name="Nora Other", username=username, roles=roles), passphrase)
