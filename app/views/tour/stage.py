"""The program as it is started for a person, with clinics, settings and log in a folder that goes with it."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from PySide6.QtCore import QAbstractAnimation, QPropertyAnimation, QSettings, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.services.desk import Desk
from app.views import diagnostic_log
from app.views.call.call_desk import BEAT_EVERY_MS, CallDesk
from app.views.errors import CrashReport, Faults
from app.views.front_desk import FrontDesk
from app.views.main_window import MainWindow
from app.views.preferences import PreferenceStore, ThemeChoice
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.views.tour.album import Album
from app.views.tour.clock import TourClock
from app.views.tour.hands import CTRL, Hands, Key, TourStopped
from app.views.tour.people import ZONE, Worker
from app.views.wiring import WireWindow, Wiring

USUAL = QSize(1366, 768)
_SCREEN = {"name": "tour", "x": 0, "y": 0, "width": 1920, "height": 1080, "logicalDpi": 96, "logicalBaseDpi": 96}


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a step of the tour works with."""

    desk: FrontDesk
    theme: Theme
    hands: Hands
    album: Album
    clock: TourClock
    wiring: Wiring
    machine: Path

    @property
    def clinic(self) -> Desk:
        """The open clinic. A step looks at it to know when something is done; it changes nothing there."""
        if self.desk.desk is None:
            raise TourStopped("no clinic is open")
        return self.desk.desk

    def picture(self, name: str, words: str) -> None:
        """Keep a picture once everything asked for is there, and what was said before has gone again."""
        self.hands.settle()
        # A page laid out anew for another text size may have asked for more room meanwhile.
        self.desk.window.resize(self.desk.window.property("tour_size") or USUAL)
        self.hands.settle()
        self.desk.window.notice.forget()
        self.album.add(self.desk.window, name, words)

    def go_to(self, page: str) -> None:
        """Open a page of the rail with its key."""
        position = self.desk.window.stack.keys.index(page) + 1
        self.hands.press(Key(Key.Key_0 + position), CTRL | Qt.KeyboardModifier.ShiftModifier)
        self.hands.wait(lambda: self.desk.window.open_page == page, f"the page {page}")
        self.hands.settle()

    def sign_in(self, username: str, passphrase: str) -> None:
        """Type user name and passphrase into the sign-in that is shown."""
        hands = self.hands
        hands.fill("sign_in_username", username)
        hands.fill("sign_in_passphrase_line", passphrase)
        hands.press(Key.Key_Return)
        hands.wait(lambda: self.desk.desk is not None and not self.desk.window.is_locked, "the clinic to open")
        hands.settle()

    def sign_out(self) -> None:
        """End the session through the search box, where every command is found by its name."""
        self.find("Sign out")
        self.hands.see("sign_in_button")

    def find(self, words: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Find a patient or a command by how it begins: Ctrl+K, type, Enter, or with Ctrl a call."""
        hands, search = self.hands, self.desk.window.search
        hands.press(Key.Key_K, CTRL)
        hands.write(words)

        def found() -> list[str]:
            return [str(search.hits.index(row).data()) for row in range(search.hits.rowCount())]

        hands.wait(lambda: search.is_open and any(each.startswith(words) for each in found()), f"{words} to be found")
        hands.press(Key.Key_Down, times=next(at for at, each in enumerate(found()) if each.startswith(words)))
        hands.press(Key.Key_Return, modifier)
        hands.settle()

    def sign_in_at(self, hour: int, minute: int, worker: Worker, day: date | None = None) -> None:
        """Let time pass until somebody comes in at this time of the clinic's day, or another day."""
        here = self.clock.now().astimezone(ZONE)
        self.clock.let_pass_until(datetime.combine(day or here.date(), time(hour, minute), tzinfo=ZONE))
        self.sign_in(worker.username, worker.passphrase)

    def talk(self, minutes: int, seconds: int = 0) -> None:
        """Let a call go on, with the heartbeats that the program's own timer asks for every five seconds."""
        whole, rest = divmod(minutes * 60 + seconds, 5)
        for beats in range(1, whole + 1):
            self.clock.let_pass(seconds=5)
            self._beat()
            if beats % 12 == 0:
                self.hands.press(Key.Key_Shift)  # whoever is at work touches the keyboard now and then
        self.clock.let_pass(seconds=rest)
        self._calls.bar.tick()

    def sleep(self, minutes: int) -> None:
        """Let time pass without a heartbeat, as when the computer sleeps; the next one sees the gap."""
        self.clock.let_pass(minutes=minutes)
        self._beat()

    def look(self, choice: ThemeChoice = ThemeChoice.LIGHT, text_percent: int = 100, size: QSize = USUAL) -> None:
        """Show everything in other colours, larger text, or another window."""
        self.theme.choose(choice)
        self.theme.scale_text(text_percent)
        self.desk.window.setProperty("tour_size", size)
        self.desk.window.resize(size)
        self.hands.settle()

    @property
    def _calls(self) -> CallDesk:
        calls = self.desk.window.findChild(CallDesk)
        if calls is None:
            raise TourStopped("nobody works on calls")
        return calls

    def _beat(self) -> None:
        beats = next(each for each in self._calls.findChildren(QTimer) if each.interval() == BEAT_EVERY_MS)
        beats.timeout.emit()
        self.hands.wait(self.hands.is_quiet, "the heartbeat to be written")


@contextmanager
def stage(album: Album, wiring_of: WireWindow, clock: TourClock) -> Iterator[Stage]:
    """Start the program without a display, and give everything back at the end."""
    with tempfile.TemporaryDirectory(prefix="careloop-tour-") as made:
        machine = Path(made)
        app = _application(machine)
        wiring = wiring_of(clock, machine / "data")
        diagnostic_log.start(machine / "log")
        faults = Faults(wiring.version)
        crashes: list[CrashReport] = []
        faults.crashed.connect(crashes.append)
        faults.install()
        tasks = Tasks()
        theme = Theme(app, ThemeChoice.LIGHT)
        preferences = PreferenceStore(QSettings(str(machine / "settings.ini"), QSettings.Format.IniFormat))
        desk = FrontDesk(theme, preferences, tasks, faults, wiring)
        desk.window.resize(USUAL)
        hands = Hands(
            desk.window, lambda: tasks.is_idle and not _moves(desk.window), lambda: crashes[0].text() if crashes else ""
        )
        try:
            desk.start()
            desk.window.activateWindow()
            hands.wait(desk.window.isActiveWindow, "the window")
            yield Stage(desk, theme, hands, album, clock, wiring, machine)
        finally:
            tasks.close()
            desk.close()
            desk.window.deleteLater()
            faults.uninstall()
            diagnostic_log.stop()


def _moves(window: MainWindow) -> bool:
    """Whether something in the window is sliding into its place."""
    running = QAbstractAnimation.State.Running
    return any(each.state() == running for each in window.findChildren(QPropertyAnimation))


def _application(machine: Path) -> QApplication:
    """Return the application, with a screen large enough, and with nothing written to the person's own settings."""
    for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, str(machine / "settings"))
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    if os.environ.get("QT_QPA_PLATFORM", "offscreen") == "offscreen":
        screens = machine / "screens.json"
        screens.write_text(json.dumps({"synchronousWindowSystemEvents": False, "screens": [_SCREEN]}), encoding="utf-8")
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screens}"
    app = QApplication(["careloop"])
    app.setApplicationName("CareLoop")
    app.setCursorFlashTime(0)  # a picture is not to depend on the moment
    return app
