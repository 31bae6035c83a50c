"""A window with patients to call and a nurse who presses keys, for the tests of calls and care plans."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.compose import open_desk
from app.services.call_rows import CallNow
from app.services.chart_forms import AllergyForm, MedicationForm
from app.services.desk import Desk
from app.services.enrolment_forms import ConsentForm, EnrolForm
from app.services.patient_form import ContactForm, PatientForm
from app.services.practitioners import PractitionerForm
from app.views.call.call_desk import CallDesk
from app.views.call.call_view import CallView
from app.views.feed import Feed
from app.views.idle import IdleWatch
from app.views.main_window import MainWindow
from app.views.page_context import PageContext
from app.views.page_stack import Page
from app.views.paper_preview.paper_view import PaperView
from app.views.patients.patients_page import PatientsPage
from app.views.tasks import Tasks
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.views.at_the_desk import is_shown, part

KEY = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
NPI = "1234567893"
BORN = date(1941, 5, 17)


@dataclass
class CallRoom:
    """The open clinic, its window on the list of patients, and the desk that times calls."""

    qtbot: QtBot
    window: MainWindow
    desk: Desk
    tasks: Tasks
    clock: FakeClock
    context: PageContext
    calls: CallDesk
    patients: list[int]
    opened: list[tuple[int, str]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the focus is."""
        target = QApplication.focusWidget() or self.window
        self.qtbot.keyClick(target, key, modifier)

    def write(self, text: str) -> None:
        """Type where the focus is."""
        target = QApplication.focusWidget()
        assert target is not None
        self.qtbot.keyClicks(target, text)

    def settle(self) -> None:
        """Wait until nothing asked so far is under way."""
        self.qtbot.waitUntil(lambda: self.tasks.is_idle and not self.calls._steps.is_busy, timeout=10_000)
        assert self.errors == []

    def live(self, seconds: int) -> None:
        """Let time pass at work: with touches, and heartbeats a little rarer than the program's own, as it forgives."""
        for _ in range(seconds // 25):
            self.beat_after(25)
            self.press(KEY.Key_Shift)
        self.clock.advance(seconds=seconds % 25)
        self.calls.bar.tick()

    def be_away(self, seconds: int) -> None:
        """Let time pass with heartbeats while nobody touches anything."""
        for _ in range(seconds // 25):
            self.beat_after(25)
        self.beat_after(seconds % 25)

    def beat_after(self, seconds: int) -> None:
        """Let time pass and the timer of the heartbeats fire."""
        self.clock.advance(seconds=seconds)
        self.calls._beats.timeout.emit()
        self.settle()

    @property
    def now(self) -> CallNow | None:
        """The call as the file has it."""
        return self.desk.calls.current(self.desk.actor)

    @property
    def view(self) -> CallView:
        """The call screen that is shown."""
        shown = self.window.stack.currentWidget()
        assert isinstance(shown, CallView)
        return shown

    @property
    def list_page(self) -> PatientsPage:
        shown = self.window.stack.currentWidget()
        assert isinstance(shown, PatientsPage)
        return shown

    def focus_name(self) -> str:
        """The object name of what has the focus."""
        shown: QWidget | None = QApplication.focusWidget()
        return shown.objectName() if shown is not None else ""


def add_patients(desk: Desk) -> list[int]:
    """Add three patients whom one may call, in the order of the list."""
    actor = desk.actor
    biller = desk.practitioners.add(actor, PractitionerForm(name="Dr. Mai Ito", npi=NPI, credential="MD"))
    made = []
    for given, family, born in (
        ("Ada", "Adams", BORN),
        ("Bruno", "Baker", date(1950, 11, 30)),
        ("Carla", "Castro", date(1938, 2, 8)),
    ):
        form = PatientForm(
            given_name=given,
            family_name=family,
            born_on=born,
            sex="female",
            mrn=f"M-{born.year}",
            phone="8025550144",
            phone_alternate="8025550199",
            language="English",
            call_from=time(9),
            call_until=time(12),
            call_days=("mon", "wed", "fri"),
            contacts=(ContactForm("Jo Adams", "daughter", "8025550177", may_discuss_care=True),),
        )
        patient_id = desk.patients.add(actor, form)
        today = desk.opened.ledger.clock.now().date()
        desk.enrolments.enrol(
            actor, patient_id, EnrolForm(biller, today - timedelta(days=60), last_seen_on=today - timedelta(days=90))
        )
        told = ConsentForm(True, True, True, True, given_on=today - timedelta(days=60))
        desk.enrolments.record_consent(actor, patient_id, told)
        made.append(patient_id)
    for words, directions in (("Lisinopril 20 mg", "once a day"), ("Metformin 500 mg", "twice a day with meals")):
        desk.chart.add_medication(actor, made[0], MedicationForm(words, directions=directions))
    desk.chart.add_allergy(actor, made[0], AllergyForm("Penicillin", reaction="hives"))
    return made


@contextmanager
def call_room(request: pytest.FixtureRequest, *, is_new: bool = True) -> Iterator[CallRoom]:
    """Sign in to the test's clinic and show its patients, the first one selected; a new clinic is given three."""
    ask = request.getfixturevalue
    qtbot, window, tasks, clock = ask("qtbot"), ask("window"), ask("tasks"), ask("clock")
    feed = Feed()
    desk = open_desk(ask("clinic_folder"), FIRST_PERSON.username, FIRST_PERSON.passphrase, ask("house"), feed.announce)
    patients = add_patients(desk) if is_new else desk.patients.ids(desk.actor)
    opened: list[tuple[int, str]] = []
    started: list[CallDesk] = []
    context = PageContext(
        desk=desk,
        tasks=tasks,
        feed=feed,
        window=window,
        preferences=ask("preferences"),
        open_chart=lambda patient_id, place, _month=None: opened.append((patient_id, place)),
        start_call=lambda patient_id: started[0].start(patient_id),  # noqa: PLW0108 - made below, with this
    )
    touches = IdleWatch(clock, window)
    touches.start(60)
    calls = CallDesk(context, lambda: touches.touched_ns)
    started.append(calls)
    window.show_pages([Page("patients", "Patients", "users", lambda: PatientsPage(context))])
    room = CallRoom(qtbot, window, desk, tasks, clock, context, calls, patients, opened)
    tasks.failed.connect(room.errors.append)
    room.settle()
    window.stack.focus_content()
    if isinstance(window.stack.currentWidget(), PatientsPage):
        qtbot.waitUntil(lambda: room.list_page.list.current_id == patients[0])
    room.settle()
    try:
        yield room
    finally:
        touches.stop()
        tasks.drain()
        calls.close()
        window.forget_pages()
        desk.close()


def ask_to_save(room: CallRoom) -> QFileDialog:
    """Wait for the paper in the preview, ask for a copy of it with keys, and return the question where to."""
    room.qtbot.waitUntil(lambda: any(each.isVisible() for each in room.window.findChildren(PaperView)), timeout=20_000)
    room.settle()
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: is_shown(room.window, "leave_agree"))
    part(room.window, "leave_agree", QPushButton).click()
    room.qtbot.waitUntil(lambda: bool(room.window.findChildren(QFileDialog)))
    return room.window.findChildren(QFileDialog)[-1]
