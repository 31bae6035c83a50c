"""The window's life: somebody comes in, works, locks, goes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.rules.errors import ClinicError
from app.rules.month import Month
from app.security.slots import WrongPassphrase
from app.services.clinic_settings import LONGEST_LOCK_AFTER
from app.services.desk import Desk
from app.services.founding import unlock_again
from app.storage.ledger import Changes, ClinicLocked
from app.views.call.call_desk import CallDesk
from app.views.call.idle_question import IdleAsk
from app.views.chart.chart_view import RECORD_FIELDS, ChartView
from app.views.chart.days_view import DaysView
from app.views.entrance import Entrance
from app.views.errors import Faults, sentence
from app.views.feed import Feed
from app.views.idle import IdleWatch
from app.views.lock_screen import Curtain, LockScreen
from app.views.main_window import MainWindow
from app.views.page_context import PageContext
from app.views.pages import NEEDED_ACTIONS, pages_for
from app.views.patients.patient_form import PatientFormView
from app.views.preferences import PreferenceStore
from app.views.search_box import Hit
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.views.widgets import format_date
from app.views.wiring import Wiring

BACKUP_LATE = timedelta(days=3)


class FrontDesk(QObject):
    """Owns the window and whatever clinic is open in it; the only one who knows the pages by name."""

    def __init__(
        self, theme: Theme, preferences: PreferenceStore, tasks: Tasks, faults: Faults, wiring: Wiring
    ) -> None:
        """Make the window; nothing is shown before `start`."""
        super().__init__()
        self.window = MainWindow(theme, preferences, tasks, self._find)
        self.feed = Feed(self)
        self._tasks = tasks
        self._faults = faults
        self._preferences = preferences
        self._wiring = wiring
        self._desk: Desk | None = None
        self._context: PageContext | None = None
        self._calls: CallDesk | None = None
        self._lock_screen: LockScreen | None = None
        self._lock_after = 0
        self._was_interrupted = False
        self._zone = ZoneInfo("UTC")
        self._curtain = Curtain(self.window)
        self._idle = IdleWatch(wiring.clock, self)
        self.entrance = Entrance(self.window, tasks, self.feed, preferences, wiring)
        self.entrance.signed_in.connect(self._on_signed_in)
        self._idle.idled.connect(self._on_idled)
        self._idle.left.connect(lambda minutes: self.window.show_status(lock_in_minutes=minutes))
        self.feed.changed.connect(self._on_changed)
        tasks.failed.connect(self._on_failed)
        faults.known.connect(lambda text: self.window.notify(text, "warn"))
        window = self.window
        window.hit_opened.connect(lambda hit: self.open_chart(hit.key, "overview"))
        window.call_asked.connect(lambda hit: self.start_call(hit.key))
        window.lock_requested.connect(self.lock)
        window.sign_out_requested.connect(self.sign_out)
        window.closing.connect(self.close)
        window.may_close = self._may_close
        window.commands.on("about", window.status, self._on_about)
        window.commands.on("month.days", window.status, self._on_days)

    @property
    def desk(self) -> Desk | None:
        """The open clinic of who is signed in, None while nobody is."""
        return self._desk

    @property
    def is_locked(self) -> bool:
        """Whether somebody is signed in behind a locked screen."""
        return self._lock_screen is not None

    def start(self, folder: Path | None = None) -> None:
        """Show the window: the sign-in to `folder`, else the welcome."""
        if folder is not None:
            self.entrance.show_sign_in(folder)
        else:
            self.entrance.show_welcome()
        self.window.show()

    def open_chart(self, patient_id: int, place: str, month: Month | None = None, /) -> None:
        """Show a patient's chart at a place of mending, in a month; one that is open already comes to the top.

        Where no chart is open, a place on the patient's record opens the record alone: Esc is to lead back to where
        one came from, such as the row of the month-end, and not to a chart that nobody asked for.
        """
        context, stack = self._context, self.window.stack
        if context is None or not context.may("patient.open"):
            return
        views = (stack.widget(at) for at in range(stack.count()))
        shown = next((view for view in views if isinstance(view, ChartView) and view.patient_id == patient_id), None)
        if shown is None and place in RECORD_FIELDS and context.may("patient.edit"):
            self.window.show_view(PatientFormView(context, patient_id, RECORD_FIELDS[place]))
        elif shown is None:
            chart = ChartView(context, patient_id, place, month)
            self.window.show_view(chart)
            if self._calls is not None:
                self._calls.chart_opened(chart)
        else:
            self.window.show_view(shown)
            if month is not None:
                shown.show_month(month)
            shown.go_to(place)

    def start_call(self, patient_id: int) -> None:
        """F8 on a patient: start a call with them, or go on with theirs, or stop the one that runs."""
        if self._calls is not None:
            self._calls.start(patient_id)

    def lock(self) -> None:
        """Hide everything, close the clinic's file and overwrite its key; the same person unlocks it."""
        if self._desk is None or self.is_locked:
            return
        self._idle.stop()
        calls = self._calls
        screen = LockScreen(self._desk.actor.name, self._running_words, calls.presence.ask if calls else IdleAsk)
        if calls is not None:
            screen.idle_answered.connect(calls.presence.answer_locked)
        screen.unlock_requested.connect(self._on_unlock_requested)
        screen.sign_out_requested.connect(self.sign_out)
        self._lock_screen = screen
        self.window.show_locked(screen)
        self._curtain.draw()
        self._desk.opened.ledger.lock()

    def sign_out(self) -> None:
        """End the session and ask who comes next."""
        if self._desk is None or not self._may_end(self.sign_out):
            return
        folder = self._desk.opened.file.folder
        self._leave()
        self.entrance.show_sign_in(folder)

    def close(self) -> None:
        """Give everything back, at the end of the program."""
        self._leave()
        self.entrance.close()

    def _on_signed_in(self, desk: Desk, page: str) -> None:
        self._desk = desk
        context = PageContext(
            desk=desk,
            tasks=self._tasks,
            feed=self.feed,
            window=self.window,
            preferences=self._preferences,
            open_chart=self.open_chart,
            start_call=self.start_call,
        )
        self._context = context
        self.window.commands.allow(lambda key: key not in NEEDED_ACTIONS or context.may(NEEDED_ACTIONS[key]))
        self._lock_after = 0
        self._show_who()
        pages = pages_for(context)
        self.window.show_unlocked()
        if context.may("call.work"):
            self._calls = CallDesk(
                context, lambda: self._idle.touched_ns
            )  # before the pages: their own answer to a key comes first
        start = "patients" if page == "import" else page  # the import window opens above the list it fills
        self.window.show_pages(pages, start if any(start == each.key for each in pages) else "")
        if page == "import":
            self.window.commands.run("patient.import")
        self._make_daily_backup()

    def _on_unlock_requested(self, passphrase: str) -> None:
        desk = self._desk
        if desk is not None:
            opened = desk.opened
            self._tasks.run(lambda: unlock_again(opened, passphrase), self._on_unlocked, self._on_unlock_failed)

    def _on_unlocked(self, _: object) -> None:
        if not self.is_locked:
            return
        self._lock_screen = None
        self._curtain.open()  # first: it would hold back what the window shows again
        self.window.show_unlocked()
        if self._was_interrupted:
            self._was_interrupted = False
            self.window.notify(
                self.tr("Something was still running when the screen locked, and was not finished. Do it again."),
                "warn",
            )
        self._idle.start(self._lock_after)
        self._make_daily_backup()

    def _on_unlock_failed(self, error: Exception) -> None:
        screen = self._lock_screen
        if screen is None:
            return
        if isinstance(error, WrongPassphrase):
            screen.show_refusal(self.tr("The passphrase is not right."))
        elif isinstance(error, ClinicError):
            screen.show_refusal(sentence(error))
        else:
            screen.show_refusal(self.tr("It could not be opened."))
            self._faults.report(error)

    def _on_failed(self, error: Exception) -> None:
        if self.window.is_locked and isinstance(error, ClinicError):
            # Work that was under way when the key went. What reads begins anew; what writes was taken back whole.
            self._was_interrupted |= not isinstance(error, ClinicLocked)
            return
        self._faults.report(error)

    def _on_about(self) -> None:
        words = self.tr(
            "CareLoop {version}: chronic care management on this computer alone. Open source, Apache License 2.0."
        )
        self.window.notify(words.format(version=self._wiring.version), seconds=0)

    def _on_days(self) -> None:
        if self._context is not None:
            self.window.show_view(DaysView(self._context))

    def _on_idled(self) -> None:
        # A nurse on the phone does not touch the keyboard: while a timer runs, the lock waits until nobody has answered
        # its idle question, but never longer than it ever may.
        waits = self._calls is not None and self._calls.presence.holds_the_lock
        if not waits or self._idle.idle_minutes >= LONGEST_LOCK_AFTER:
            self.lock()

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("clinic", "person", "setting") and not self.is_locked:
            self._show_who()

    def _may_close(self) -> bool:
        return self._desk is None or self._may_end(self.window.close)

    def _may_end(self, then: Callable[[], object]) -> bool:
        """Whether the session may end now; whoever must be asked first is asked, and `then` follows their yes."""
        if self.is_locked:
            return True
        return self.window.stack.may_leave() and (self._calls is None or self._calls.may_end(then))

    def _leave(self) -> None:
        self._idle.stop()
        desk, self._desk, self._context = self._desk, None, None
        self._was_interrupted = False
        if desk is None:
            return
        self._lock_screen = None
        self.window.show_locked(QWidget())
        if self._calls is not None:
            self._calls.close()
            self._calls = None
        self.window.forget_pages()
        self._curtain.drop()
        self.window.show_status(person="", clinic="", backup="", lock_in_minutes=None)
        desk.close()

    def _show_who(self) -> None:
        desk = self._desk
        if desk is None:
            return
        clinic = desk.clinic.clinic(desk.actor)
        self._zone = ZoneInfo(clinic.time_zone)
        self.window.show_status(person=desk.actor.name, clinic=clinic.name)
        minutes = desk.clinic.lock_after_minutes(desk.actor)
        if minutes != self._lock_after:
            self._lock_after = minutes
            self._idle.start(minutes)

    def _make_daily_backup(self) -> None:
        desk = self._desk
        if desk is not None:
            self._tasks.run(lambda: desk.backups.make_daily(desk.actor), self._on_backup, self._on_backup_failed)

    def _on_backup(self, _: object) -> None:
        desk = self._desk
        if desk is not None and not self.is_locked:
            self._tasks.run(lambda: desk.backups.newest(desk.actor), self._on_newest_backup)

    def _on_backup_failed(self, error: Exception) -> None:
        if not self.window.is_locked:  # else it was cut short, and is made after unlocking
            self._on_backup(None)
            self._faults.report(error)

    def _on_newest_backup(self, newest: datetime | None) -> None:
        late = newest is None or self._wiring.clock.now() - newest >= BACKUP_LATE
        when = self.tr("none yet") if newest is None else format_date(newest.astimezone(self._zone).date())
        self.window.show_status(backup=when, is_backup_late=late)

    def _running_words(self) -> str:
        return self._calls.presence.running_words() if self._calls is not None else ""

    def _find(self, text: str) -> Sequence[Hit]:
        """Answer the search box, on the database thread."""
        desk = self._desk
        if desk is None or not desk.opened.ledger.may(desk.actor, "patient.list"):
            return ()
        found = desk.patients.find(desk.actor, text)
        born = self.tr("Born {day}")
        return [
            Hit(
                "patient",
                hit.id,
                hit.name,
                " · ".join(part for part in (born.format(day=format_date(hit.born_on)), hit.mrn) if part),
            )
            for hit in found
        ]
