"""The claim register as a manager works it: keys, real services, a real closed month."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.compose import open_desk
from app.rules.claim_state import ACCEPTED, DENIED, EXPORTED, SUBMITTED, WRITTEN_OFF
from app.services.desk import Desk
from app.services.founding import House
from app.services.people import PersonForm
from app.views.clinic_zone import clinic_zone
from app.views.feed import Feed
from app.views.main_window import MainWindow
from app.views.month_end.register import RegisterView
from app.views.page_context import PageContext
from app.views.page_stack import Page
from app.views.paper_preview.preview import PaperPreview
from app.views.preferences import PreferenceStore
from app.views.settings.claims_section import ClaimsSection
from app.views.tasks import Tasks
from app.views.theme import Theme
from tests.exchange.claim_answers import Said, a_277ca
from tests.exchange.claims import segments, validate
from tests.services.clinic_month import OCTOBER
from tests.views.clipping import clipped

OTHERS_PASSPHRASE = "four slow otters drift"

KEY = Qt.Key
NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class Room:
    """The window with the register of October in it."""

    def __init__(self, request: pytest.FixtureRequest, desk: Desk) -> None:
        ask = request.getfixturevalue
        self.qtbot: QtBot = ask("qtbot")
        self.window: MainWindow = ask("window")
        self.tasks: Tasks = ask("tasks")
        preferences: PreferenceStore = ask("preferences")
        tasks, window = self.tasks, self.window
        self.desk = desk
        self.errors: list[Exception] = []
        self.charts: list[tuple[int, str]] = []
        tasks.failed.connect(self.errors.append)
        feed = Feed()
        desk.opened.ledger._on_commit = feed.announce
        self.context = PageContext(
            desk=desk,
            tasks=tasks,
            feed=feed,
            window=window,
            preferences=preferences,
            open_chart=lambda patient_id, place, _month=None: self.charts.append((patient_id, place)),
            start_call=lambda _: None,
        )
        window.show_pages([Page("claims", "Claims", "send", self.make)])
        self.settle()

    def make(self) -> QWidget:
        self.register = RegisterView(self.context, clinic_zone(self.context), OCTOBER)
        return self.register

    def leave(self) -> None:
        self.tasks.drain()
        self.tasks.close()
        self.window.forget_pages()

    def comes_to(self, *states: str) -> None:
        """Wait until the register shows these states, in any order."""
        self.qtbot.waitUntil(lambda: sorted(self.states) == sorted(states), timeout=20_000)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.tasks.is_idle, timeout=20_000)
        assert self.errors == []

    def click(self, name: str) -> None:
        """Press a button that is in view with the space bar."""
        button = next(each for each in self.window.findChildren(QPushButton, name) if each.isVisible())
        button.setFocus()
        self.qtbot.keyClick(button, KEY.Key_Space)
        self.settle()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.settle()

    def write(self, name: str, text: str) -> None:
        field = self.window.findChild(QWidget, name)
        assert field is not None, name
        target = field.focusProxy() or field
        target.setFocus()
        self.qtbot.keyClick(target, KEY.Key_A, CTRL)
        self.qtbot.keyClicks(target, text)

    def choose_file(self, path: Path) -> None:
        self.qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.selectFile(str(path))
        dialog.fileSelected.emit(str(path))
        dialog.close()
        self.window.activateWindow()
        self.qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        self.settle()

    def answer_yes(self) -> None:
        """Agree to the question that is asked."""
        self.click("confirm_action")

    @property
    def states(self) -> list[str]:
        return [row.state for row in self.register.rows]


@pytest.fixture
def room(request: pytest.FixtureRequest, closed_clinic: Desk) -> Iterator[Room]:
    made = Room(request, closed_clinic)
    yield made
    made.leave()


def make_file(room: Room, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    room.click("claim_make")
    room.answer_yes()
    room.choose_file(folder)
    room.comes_to(EXPORTED, EXPORTED)
    (file,) = folder.glob("837P-*.txt")
    return file


def test_a_file_is_made_with_keys_and_counts_once(room: Room, tmp_path: Path) -> None:
    assert len(room.register.rows) == 2
    file = make_file(room, tmp_path / "out")
    assert validate(file.read_bytes()).accepted
    room.comes_to(EXPORTED, EXPORTED)
    assert [each.name for each in (tmp_path / "out").iterdir()] == [file.name]
    room.click("claim_make")
    assert "No claim of this month is ready" in room.window.notice.text()


def test_answers_are_read_and_a_foreign_file_changes_nothing(room: Room, tmp_path: Path) -> None:
    file = make_file(room, tmp_path / "out")
    said = tmp_path / "answer.999"
    said.write_bytes(validate(file.read_bytes()).acknowledgement)
    room.click("claim_read")
    room.choose_file(said)
    assert "2 accepted" in room.register.banner.text()
    room.comes_to(SUBMITTED, SUBMITTED)

    control = segments(file.read_bytes())[0][13].lstrip("0")
    numbers = [row.claim_no for row in room.register.rows]
    said.write_bytes(a_277ca([Said(each) for each in numbers], control))
    room.click("claim_read")
    room.choose_file(said)
    room.comes_to(ACCEPTED, ACCEPTED)


def test_a_denial_is_typed_and_its_codes_are_checked(room: Room, tmp_path: Path) -> None:
    make_file(room, tmp_path / "out")
    room.click("claim_denied")
    room.write("codes", "nonsense")
    room.press(KEY.Key_S, CTRL)
    assert room.states == [EXPORTED, EXPORTED]
    room.write("codes", "CO-97 N386")
    room.press(KEY.Key_S, CTRL)
    room.comes_to(DENIED, EXPORTED)
    assert "CO-97: paid as part of another service" in room.register.card._facts.text()


def test_a_claim_is_written_off_with_a_reason(room: Room, tmp_path: Path) -> None:
    make_file(room, tmp_path / "out")
    room.click("claim_written_off")
    room.write("confirm_reason", "Moved away")
    room.answer_yes()
    room.comes_to(WRITTEN_OFF, EXPORTED)


def test_the_lists_and_the_search_narrow_it_down(room: Room) -> None:
    register = room.register
    register.search.setText("quill-b")
    room.press(KEY.Key_Return)
    room.qtbot.waitUntil(lambda: len(register.table.rows) == 1)
    register.counters.buttons["over"].click()
    room.qtbot.waitUntil(lambda: len(register.table.rows) == 0)
    assert register.empty.isVisible()


def test_the_audit_answer_and_the_data_sheet_open_in_the_preview(room: Room, tmp_path: Path) -> None:
    make_file(room, tmp_path / "out")
    for name in ("claim_answer", "claim_paper_sheet"):
        if name == "claim_answer":
            room.click(name)
        else:
            item = room.register.papers_button.menu().findChild(QAction, name)
            assert item is not None
            item.trigger()
        room.settle()
        preview = room.window.stack.currentWidget()
        assert isinstance(preview, PaperPreview)
        wait_for_paper(room, preview)
        room.window.back()
        room.settle()


def wait_for_paper(room: Room, preview: PaperPreview) -> None:
    room.qtbot.waitUntil(lambda: preview.is_shown, timeout=20_000)


def test_an_auditor_sees_and_cannot_act(request: pytest.FixtureRequest, closed_clinic: Desk, house: House) -> None:
    folder = closed_clinic.opened.file.folder
    form = PersonForm(name="Iris Vance", credential="", username="iris", roles=("auditor",))
    closed_clinic.people.add(closed_clinic.actor, form, OTHERS_PASSPHRASE)
    closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    closed_clinic.close()
    desk = open_desk(folder, "iris", OTHERS_PASSPHRASE, house)
    room = Room(request, desk)
    room.comes_to(EXPORTED, EXPORTED)
    assert not [each for each in room.register.findChildren(QPushButton) if each.isVisible()]
    room.leave()
    desk.close()


def test_nothing_is_clipped_at_any_size(room: Room, theme: Theme) -> None:
    room.window.resize(1366, 768)
    for scale in (100, 150, 200):
        theme.scale_text(scale)
        QApplication.processEvents()
        assert clipped(room.register) == []


def test_the_settings_are_checked_and_kept(room: Room) -> None:
    section = ClaimsSection(room.context)
    room.window.show_view(section)
    room.settle()
    assert section.form.values()["payer_id"] == "05102"
    room.write("payer_id", "05102-0000-1234")
    room.press(KEY.Key_S, CTRL)
    assert section.form.errors()
    room.write("payer_id", "05202")
    room.press(KEY.Key_S, CTRL)
    assert room.desk.claims.form(room.desk.actor).payer_id == "05202"
