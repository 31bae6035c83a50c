"""Everything before a clinic is open: choosing it, making it, signing in, recovering, restoring."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from app.rules.errors import ClinicError
from app.security.slots import KeyFileDamaged
from app.services.desk import Desk
from app.storage.clinic_file import require_clinic
from app.storage.vault import ClinicDamaged
from app.views.errors import sentence
from app.views.feed import Feed
from app.views.file_choice import ask_folder
from app.views.first_run.kit import emergency_kit
from app.views.first_run.wizard import FirstRun
from app.views.gate import Gate
from app.views.main_window import MainWindow
from app.views.preferences import PreferenceStore
from app.views.recovery_page import NextKeyPage, RecoveryPage
from app.views.restore_page import RestorePage
from app.views.sign_in_page import SignInPage
from app.views.tasks import Tasks
from app.views.welcome import Welcome
from app.views.wiring import Wiring


class Entrance(QObject):
    """Walks a person from the start of the program to an open clinic, one screen in place of the other.

    `signed_in` carries the desk, from then on the receiver's to close, and the key of the page to begin with, empty for
    the first one.
    """

    signed_in = Signal(object, str)

    def __init__(
        self, window: MainWindow, tasks: Tasks, feed: Feed, preferences: PreferenceStore, wiring: Wiring
    ) -> None:
        """Show the screens in `window`."""
        super().__init__(window)
        self._window = window
        self._tasks = tasks
        self._feed = feed
        self._preferences = preferences
        self._wiring = wiring
        self._desk: Desk | None = None
        self._screen: Gate | FirstRun | None = None

    def show_welcome(self) -> None:
        """Let the person choose a clinic, or make one."""
        page = Welcome(self._last())
        page.last_requested.connect(self.show_sign_in)
        page.browse_requested.connect(self._on_browse)
        page.create_requested.connect(self.show_first_run)
        page.demo_requested.connect(self.show_demo)
        page.restore_requested.connect(lambda: self.show_restore(None))
        self._show(page)

    def show_sign_in(self, folder: Path, username: str = "") -> None:
        """Ask who opens the clinic in `folder`."""
        demo = self._wiring.demo
        is_demo = folder == demo.folder
        page = SignInPage(folder, username, demo.people if is_demo else (), demo.passphrase if is_demo else "")
        page.sign_in_requested.connect(partial(self._on_sign_in_requested, folder))
        page.recovery_requested.connect(lambda: self.show_recovery(folder, page.username.value() or ""))
        page.restore_requested.connect(lambda: self.show_restore(folder))
        page.other_clinic_requested.connect(self.show_welcome)
        self._show(page)
        if username:
            page.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_demo(self) -> None:
        """Open the demo clinic's sign-in; made first where it is not there yet."""
        demo = self._wiring.demo
        if demo.folder.exists():
            self.show_sign_in(demo.folder)
            return
        page = Welcome(self._last())
        self._show(page)
        page.show_busy(self.tr("Making the demo clinic, once. This takes a minute or less."))
        job = self._tasks.run_long(
            lambda progress: demo.make(demo.folder, progress),
            lambda _: self.show_sign_in(demo.folder),
            self._on_failed,
        )
        job.cancelled.connect(self.show_welcome)
        page.progress.watch(self.tr("Demo clinic"), job)

    def show_first_run(self) -> None:
        """Set up a new clinic."""
        wizard = FirstRun(self._tasks, self._wiring, self._feed.announce)
        wizard.left.connect(self.show_welcome)
        wizard.finished.connect(self._on_first_run_finished)
        self._show(wizard)

    def show_recovery(self, folder: Path, username: str) -> None:
        """Ask for the recovery key of the clinic in `folder`."""
        page = RecoveryPage(folder, username, self._tasks, self._wiring.common_passphrases)
        page.recovery_requested.connect(partial(self._on_recovery_requested, folder))
        page.left.connect(lambda: self.show_sign_in(folder, username))
        self._show(page)

    def show_restore(self, folder: Path | None) -> None:
        """Ask for a backup, and restore it into `folder` or a new one."""
        page = RestorePage(folder, _unused(self._wiring.clinics_folder / self.tr("Restored clinic")))
        page.restore_requested.connect(self._on_restore_requested)
        page.left.connect(lambda: self.show_sign_in(folder) if folder else self.show_welcome())
        self._show(page)

    def close(self) -> None:
        """Give a clinic back that was opened but not handed over."""
        if isinstance(self._screen, FirstRun):
            self._screen.give_back()
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    def _on_browse(self) -> None:
        start = self._last() or self._wiring.clinics_folder
        ask_folder(self._window, self.tr("Choose the clinic's folder"), self._on_folder_chosen, start=start.parent)

    def _on_folder_chosen(self, folder: Path) -> None:
        try:
            require_clinic(folder)
        except ClinicError as error:
            self._show_problem(sentence(error))
            return
        self.show_sign_in(folder)

    def _on_sign_in_requested(self, folder: Path, username: str, passphrase: str) -> None:
        open_desk, tell = self._wiring.open_desk, self._feed.announce
        self._tasks.run(
            lambda: open_desk(folder, username, passphrase, tell),
            self._on_opened,
            self._on_sign_in_failed,
        )

    def _on_opened(self, desk: Desk) -> None:
        self._hand_over(desk)

    def _on_sign_in_failed(self, error: Exception) -> None:
        if isinstance(self._screen, SignInPage) and isinstance(error, ClinicError):
            self._screen.show_refusal(sentence(error), restore=isinstance(error, ClinicDamaged | KeyFileDamaged))
            return
        self._on_failed(error)

    def _on_recovery_requested(self, folder: Path, words: str, username: str, passphrase: str) -> None:
        wiring, tell = self._wiring, self._feed.announce

        def recover() -> tuple[str, Desk]:
            fresh = wiring.recover(folder, words, username, passphrase)
            return fresh, wiring.open_desk(folder, username, passphrase, tell)

        self._tasks.run(recover, self._on_recovered, self._on_failed)

    def _on_recovered(self, recovered: tuple[str, Desk]) -> None:
        words, desk = recovered
        self._desk = desk
        clinic = desk.clinic.clinic(desk.actor)
        kit = emergency_kit(
            clinic.name,
            clinic.time_zone,
            words,
            made_by=desk.actor.name,
            made_at=self._wiring.clock.now(),
            program_version=self._wiring.version,
        )
        page = NextKeyPage(words, self._tasks, lambda: self._wiring.emergency_kit(kit))
        page.kept.connect(lambda: self._hand_over(desk))
        self._show(page)

    def _on_restore_requested(self, backup: Path, folder: Path, username: str, passphrase: str, words: str) -> None:
        restore = self._wiring.restore
        self._tasks.run(
            lambda: restore(backup, folder, username, passphrase, words),
            lambda _: self._on_restored(folder, username),
            self._on_failed,
        )

    def _on_restored(self, folder: Path, username: str) -> None:
        self.show_sign_in(folder, username)
        if isinstance(self._screen, SignInPage):
            self._screen.show_problem(self.tr("The backup was restored. Sign in as it was then."), "ready")

    def _on_first_run_finished(self, desk: Desk, page: str) -> None:
        self._hand_over(desk, page)

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, ClinicError):
            self._show_problem(sentence(error))
            return
        self._show_problem(self.tr("This did not work. Nothing was changed."))
        self._tasks.failed.emit(error)

    def _hand_over(self, desk: Desk, page: str = "") -> None:
        self._desk = None
        self._screen = None
        self._remember(desk.opened.file.folder)
        self.signed_in.emit(desk, page)

    def _show(self, screen: "Gate | FirstRun") -> None:
        self._screen = screen
        self._window.show_locked(screen)

    def _show_problem(self, text: str) -> None:
        screen = self._screen
        if isinstance(screen, RecoveryPage | RestorePage):
            screen.show_refusal(text)
        elif isinstance(screen, Gate):
            screen.show_problem(text)

    def _last(self) -> Path | None:
        kept = self._preferences.load().last_clinic
        return Path(kept) if kept and Path(kept).is_dir() else None

    def _remember(self, folder: Path) -> None:
        self._preferences.save(replace(self._preferences.load(), last_clinic=str(folder)))


def _unused(folder: Path) -> Path:
    """Return `folder`, or with a number behind it the first that does not exist."""
    found, number = folder, 2
    while found.exists():
        found, number = folder.with_name(f"{folder.name} {number}"), number + 1
    return found
