"""Whether anybody is there: when the call's owner last touched the program, and what is asked when they did not."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.rules import timer as machine
from app.rules.timer import Moment, TimerState
from app.services.call_rows import CallNow
from app.services.call_steps import ON_THE_LOCKED_SCREEN
from app.services.timer_policies import TimerPolicy
from app.views import diagnostic_log
from app.views.call.idle_question import KEEP, IdleAsk, IdleReview, idle_ask
from app.views.page_context import PageContext


class Presence(QObject):
    """Asks over the window while the clinic is open, and knows what the locked screen is to ask.

    While it is locked nobody can say who they are: touches do not count then, only answers. The timer is followed by
    the same machine that the service applies to the journal afterwards.
    """

    answered = Signal(str)

    def __init__(
        self,
        context: PageContext,
        call: Callable[[], CallNow | None],
        touched_ns: Callable[[], int],
        parent: QObject,
    ) -> None:
        """Follow the call that `call` returns; `touched_ns` returns the monotonic count at the last touch."""
        super().__init__(parent)
        self._window = context.window
        self._tasks = context.tasks
        self._journal = context.desk.calls.journal
        self._clock = context.desk.opened.ledger.clock
        self._call = call
        self._touched_ns = touched_ns
        self._dialog: IdleReview | None = None
        self._behind: TimerState | None = None
        self._frozen_ns = 0
        self.policy = TimerPolicy()
        """The clinic's limits; whoever reads them sets them."""
        self._window.locking.connect(self._on_locking)

    @property
    def touched_ns(self) -> int:
        """The count at the last touch of somebody who is known."""
        return self._frozen_ns if self._behind is not None else self._touched_ns()

    @property
    def holds_the_lock(self) -> bool:
        """Whether the automatic lock waits: a timer runs, and nobody has left its idle question unanswered yet."""
        timer = self._timer
        return timer is not None and timer.state == "running" and not timer.is_held

    def running_words(self) -> str:
        """Return what the locked screen says of the timer: never a name; empty while none runs."""
        timer = self._timer
        if timer is None or timer.state != "running":
            return ""
        minutes, seconds = divmod(timer.seconds_at(self._clock.monotonic_ns()), 60)
        return self.tr("Timer running {time}").format(time=f"{minutes:02d}:{seconds:02d}")

    def ask(self) -> IdleAsk:
        """Return what is to be asked about a timer that runs without anybody there; never a name."""
        return idle_ask(self._timer, self._clock.monotonic_ns())

    def follow(self) -> None:
        """Ask over the window what is to be asked, and take the question away when it is answered."""
        if self._window.is_locked:
            return
        asked = self.ask()
        if asked.words and self._dialog is None:
            self._dialog = IdleReview(self._window)
            self._dialog.answered.connect(self.answered)
            self._dialog.ask(asked)
            self._dialog.open()
            QApplication.alert(self._window)  # who works in another window sees it in the task bar
        elif asked.words and self._dialog is not None:
            self._dialog.ask(asked)
        else:
            self._end_dialog()

    def beat_locked(self, token: str) -> None:
        """Note a heartbeat behind the locked screen, and look whether the question is due."""
        touched_ns = self.touched_ns
        if self._behind is not None:
            now = self._moment()
            beaten = machine.beat(self._behind, now)
            self._behind = machine.watch(beaten, now, touched_ns, self.policy.idle_seconds(beaten.activity))
        self._tasks.run(partial(self._journal.beat, token, touched_ns), failed=self._on_journal_failed)

    def answer_locked(self, choice: str) -> None:
        """Take an answer (keep or discard) from the locked screen into the journal, where something is asked."""
        call, touched_ns = self._call(), self.touched_ns
        if call is None or self._behind is None or self._behind.idle is None:
            return
        kept: machine.Choice = "keep" if choice == KEEP else "discard"
        now = self._moment()
        self._behind = machine.review(self._behind, now, kept, reason=ON_THE_LOCKED_SCREEN, is_sure=False)
        self._frozen_ns = now.monotonic_ns
        self._tasks.run(partial(self._journal.beat, call.token, touched_ns, kept), failed=self._on_journal_failed)

    def unlock(self) -> None:
        """Leave the timer to the clinic's file again."""
        self._behind = None

    def end(self) -> None:
        """Forget everything, at sign-out."""
        self._behind = None
        self._end_dialog()

    def _on_locking(self) -> None:
        call = self._call()
        self._frozen_ns = self._touched_ns()
        self._behind = call.timer if call is not None and call.timer.state == "running" else None

    def _on_journal_failed(self, _error: Exception) -> None:
        # Nobody can mend it from a locked screen; after it, the silence is asked about.
        diagnostic_log.note("journal")

    @property
    def _timer(self) -> TimerState | None:
        call = self._call()
        return self._behind or (call.timer if call is not None else None)

    def _end_dialog(self) -> None:
        if self._dialog is not None:
            dialog, self._dialog = self._dialog, None
            dialog.end()

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.monotonic_ns(), self._clock.boot_id())
