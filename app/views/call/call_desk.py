"""F8 and all that follows from it: the one who knows which of this person's calls runs, on every page."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.rules.call_time import OUTCOMES
from app.rules.errors import ClinicError
from app.rules.month_case import ACTIVITIES
from app.security.permissions import Actor
from app.services.call_rows import CallNow, RecoverableCall
from app.services.calls import MonthSeconds
from app.services.wrap_up import FinishedCall, WrapUp
from app.storage.ledger import Changes, ClinicLocked
from app.views import diagnostic_log
from app.views.call.bar_state import bar_state
from app.views.call.call_sheet import CallSheet, read_sheet
from app.views.call.call_view import CallView
from app.views.call.questions import ForgottenStart, LeavingQuestion
from app.views.call.recovery import RecoveryView
from app.views.call.steps import Steps, Work
from app.views.call.words import activity_words, saved_words
from app.views.call_bar import CallBar, CallBarState
from app.views.page_context import PageContext
from app.views.theme import set_shown
from app.views.widgets import ask_reason, format_duration

BEAT_EVERY_MS = 5000
_MOVES_MINUTES = ("time_entry", "consent", "enrolment", "stay", "packet")

Open = tuple[CallNow | None, tuple[CallNow, ...]]
"""The call of the bar, and the others that are open."""


class CallDesk(QObject):
    """Starts, parks, stops and writes up this person's calls; shows the call bar on every page.

    What a key asks is written first and shown afterwards, one step after the other (`Steps`). The timer runs by the
    call that the service returned and the clock; nothing here counts seconds.
    """

    def __init__(self, context: PageContext) -> None:
        """Take over the calls of who signed in: open ones come back to the bar, one left by a crash is asked about.

        To be made before the pages, whose own answers to a key then come before this one's.
        """
        super().__init__(context.window)
        self._context = context
        self._calls = context.desk.calls
        self._clock = context.desk.opened.ledger.clock
        self._now: CallNow | None = None
        self._others: tuple[CallNow, ...] = ()
        self._left_running: RecoverableCall | None = None
        self._zone = ZoneInfo("UTC")
        self._month: tuple[int, MonthSeconds] = (0, MonthSeconds())
        self._is_closed = False
        self._steps = Steps(context.tasks, self)
        self.bar = CallBar(self._bar_state)
        # Commands are answered from the key press on, before anything of the call is on screen.
        self._keys = QWidget(context.window)
        self._keys.setObjectName("call_keys")
        self._keys.setFixedSize(0, 0)
        self._keys.hide()
        self._beats = QTimer(self)
        self._beats.setObjectName("call_beats")
        self._beats.setInterval(BEAT_EVERY_MS)
        self._beats.timeout.connect(self._on_beat_due)
        self._connect()
        set_shown(self.bar, shown=False)
        self._beats.start()
        self._steps.ask(lambda: Work(self._read_at_sign_in, self._on_read_at_sign_in))

    def start(self, patient_id: int) -> None:
        """F8 on a patient: start a call, or go on with theirs, or stop the one that runs with them."""
        self._keys.show()
        self._steps.ask(partial(self._start, patient_id))

    def running_words(self) -> str:
        """Return what the locked screen says of the timer: never a name; empty while none runs."""
        if self._now is None or self._now.timer.state != "running":
            return ""
        minutes, seconds = divmod(self._now.timer.seconds_at(self._clock.monotonic_ns()), 60)
        return self.tr("Timer running {time}").format(time=f"{minutes:02d}:{seconds:02d}")

    def may_end(self, then: Callable[[], object]) -> bool:
        """Whether the person may leave now. While a timer runs they are asked; `then` follows if they go."""
        if self._context.window.is_locked or self._now is None or self._now.timer.state != "running":
            return True
        LeavingQuestion(
            self._context.window,
            on_finish=lambda: self._steps.ask(partial(self._stop, None)),
            on_park=lambda: self._steps.ask(partial(self._park, then)),
        ).open()
        return False

    def close(self) -> None:
        """Forget everything, at sign-out; who comes next sees nothing of it."""
        self._is_closed = True
        self._beats.stop()
        self._now, self._others, self._left_running = None, (), None
        window = self._context.window
        window.commands.off(self._keys)
        self._keys.deleteLater()
        self.bar.hide()
        if window.call_bar is self.bar:
            window.call_bar = None
        self.bar.deleteLater()
        self.deleteLater()

    # The steps. Each sees what the one before left.

    def _start(self, patient_id: int) -> Work | None:
        call = next((each for each in self._all() if each.patient_id == patient_id), None)
        if call is None:
            return Work(lambda: self._calls.start(self._actor, patient_id), self._on_started)
        if call.timer.state in ("running", "paused"):
            return self._stop(None)
        if call.timer.state == "parked":
            return self._go_on(call.call_id)
        return self._open(call.call_id)

    def _stop(self, outcome: str | None) -> Work | None:
        call = self._now
        if call is None or call.timer.state not in ("running", "paused"):
            return self._open(call.call_id, outcome) if call is not None else None
        view = self._view_of(call.call_id)
        if view is not None:
            view.draft.save_soon()  # before the stop, in the order asked
        call_id = call.call_id
        return Work(
            lambda: self._calls.stop(self._actor, call_id),
            lambda stopped: self._on_moved(stopped, outcome, open_it=True),
        )

    def _pause(self) -> Work | None:
        call = self._now
        if call is None:
            return None
        if call.timer.state == "running":
            return self._moved(lambda: self._calls.pause(self._actor, call.call_id))
        return self._go_on(call.call_id)

    def _go_on(self, call_id: int) -> Work:
        return self._moved(lambda: self._calls.take_up(self._actor, call_id), open_it=True)

    def _switch(self, activity: str) -> Work | None:
        call = self._now
        if call is None or call.timer.state not in ("running", "paused"):
            return None
        return self._moved(lambda: self._calls.switch_activity(self._actor, call.call_id, activity))

    def _answer(self, *, keep: bool) -> Work | None:
        call = self._now
        if call is None or not call.timer.doubts:
            return None
        return self._moved(lambda: self._calls.answer(self._actor, call.call_id, keep=keep))

    def _set_back(self, call_id: int, minutes: int, reason: str) -> Work:
        return self._moved(lambda: self._calls.set_start_back(self._actor, call_id, minutes, reason))

    def _park(self, then: Callable[[], object]) -> Work | None:
        call = self._now
        if call is None:
            then()
            return None
        return Work(lambda: self._calls.park(self._actor, call.call_id), lambda _: self._refreshed(then))

    def _discard(self, call_id: int, reason: str) -> Work:
        view = self._view_of(call_id)
        if view is not None:
            view.draft.forget()
        return Work(lambda: self._calls.discard(self._actor, call_id, reason), lambda _: self._on_discarded(call_id))

    def _finish(self, call_id: int, wrap_up: WrapUp, *, following: bool) -> Work:
        def failed(error: Exception) -> None:
            view = self._view_of(call_id)
            if view is not None and isinstance(error, ClinicError):
                view.show_refusal(error)
            else:
                self._context.tasks.failed.emit(error)

        return Work(
            lambda: self._calls.finish(self._actor, call_id, wrap_up),
            lambda finished: self._on_finished(wrap_up, finished, following=following),
            failed,
        )

    def _save(self, *, following: bool) -> None:
        """Ctrl+Enter: what the wrap-up in view asks for is saved, once the steps before it are through."""
        view = self._top_view()
        if view is not None:
            view.ask_save(following=following)

    def _outcome(self, outcome: str) -> Work | None:
        view = self._top_view()
        if view is not None and view.wrap_up is not None and view.saved is None:
            view.show_call(view.call, outcome)
            view.focus_first()
            return None
        return self._stop(outcome)

    def _recover(self, verb: Callable[[], CallNow]) -> Work:
        def failed(error: Exception) -> None:
            shown = self._context.window.stack.currentWidget()
            if isinstance(shown, RecoveryView) and isinstance(error, ClinicError):
                shown.show_refusal(error)
            else:
                self._context.tasks.failed.emit(error)

        return Work(verb, self._on_recovered, failed)

    def _open(self, call_id: int, outcome: str | None = None) -> Work | None:
        """Show a call's screen; read first where it is not there yet."""
        view = self._view_of(call_id)
        call = next((each for each in self._all() if each.call_id == call_id), None)
        if call is None:
            return None
        if view is not None:
            self._bring(view, call, outcome)
            return None
        return Work(partial(self._read_view, call_id), lambda read: self._show_view(read, outcome))

    # What the steps' work came to.

    def _on_started(self, call: CallNow) -> Work:
        if self._now is not None:
            self._others = (self._now, *self._others)
        self._now = call
        self._show_bar()
        return Work(partial(self._read_view, call.call_id), lambda read: self._show_view(read, None))

    def _on_moved(self, call: CallNow, outcome: str | None = None, *, open_it: bool = False) -> Work | None:
        self._others = tuple(each for each in self._all() if each.call_id != call.call_id)
        self._now = call
        self._show_bar()
        view = self._view_of(call.call_id)
        if view is not None:
            view.show_call(call, outcome)
        # A parked call may have come back, or another may have been parked for it.
        return Work(self._read_open, lambda read: self._on_open_read(read, call.call_id if open_it else 0, outcome))

    def _on_open_read(self, read: Open, open_id: int, outcome: str | None) -> Work | None:
        self._now, self._others = read
        self._show_bar()
        return self._open(open_id, outcome) if open_id else None

    def _on_finished(self, wrap_up: WrapUp, finished: FinishedCall, *, following: bool) -> Work:
        window = self._context.window
        view = self._view_of(finished.call_id)
        if view is not None:
            view.draft.forget()
        if following:
            window.notify(saved_words(wrap_up.outcome, finished.seconds, finished.left_out_seconds), "ready")
            page = window.go_to(window.open_page) if window.open_page else None
            pick_after = getattr(page, "pick_after", None)
            if pick_after is not None:
                pick_after(finished.patient_id)
        elif view is not None:
            view.show_saved(wrap_up, finished)
        return self._refreshed()

    def _on_discarded(self, call_id: int) -> Work:
        view = self._view_of(call_id)
        if view is not None and view is self._top_view():
            self._context.window.back()
        self._context.window.notify(self.tr("The call was discarded; its time is written nowhere."), "info")
        return self._refreshed()

    def _on_recovered(self, call: CallNow) -> Work | None:
        self._left_running = None
        if isinstance(self._context.window.stack.currentWidget(), RecoveryView):
            self._context.window.back()
        return self._on_moved(call, open_it=True)

    def _on_read_at_sign_in(self, read: tuple[RecoverableCall | None, Open, MonthSeconds, ZoneInfo]) -> None:
        self._left_running, (self._now, self._others), month, self._zone = read
        if self._now is not None:
            self._month = (self._now.patient_id, month)
        self._show_bar()
        if self._left_running is not None:
            self._show_recovery()

    def _show_view(self, read: tuple[CallNow, Open, CallSheet, MonthSeconds], outcome: str | None) -> None:
        call, (self._now, self._others), sheet, month = read
        self._month = (call.patient_id, month)
        old = self._top_view()
        if old is not None and old.saved is not None:
            self._context.window.back()
        view = CallView(self._context, call, sheet, month.counted_activities)
        view.save_asked.connect(
            lambda wrap_up, following: self._steps.ask(
                partial(self._finish, call.call_id, wrap_up, following=following)
            )
        )
        view.go_on_asked.connect(lambda: self._steps.ask(partial(self._go_on, call.call_id)))
        view.discard_asked.connect(partial(self._ask_discard, call.call_id))
        view.again_asked.connect(partial(self.start, call.patient_id))
        view.left.connect(self._on_left)
        commands = self._context.window.commands
        commands.on("call.toggle", view, partial(self.start, call.patient_id))
        self._bring(view, call, outcome)
        self._show_bar()

    # What comes from outside.

    def _on_beat_due(self) -> None:
        call = self._now
        if call is None or call.timer.state != "running":
            return
        if self._context.window.is_locked:
            journal, token = self._calls.journal, call.token
            self._context.tasks.run(lambda: journal.beat(token), failed=self._on_journal_failed)
        elif not self._steps.is_busy:
            call_id = call.call_id
            self._context.tasks.run(
                lambda: self._calls.beat(self._actor, call_id), self._on_beaten, self._on_beat_failed
            )

    def _on_beaten(self, call: CallNow) -> None:
        if self._now is not None and self._now.call_id == call.call_id and not self._steps.is_busy:
            self._now = call
            self.bar.tick()
            view = self._view_of(call.call_id)
            if view is not None:
                view.call = call

    def _on_beat_failed(self, error: Exception) -> None:
        if not isinstance(error, ClinicLocked):
            self._context.tasks.failed.emit(error)

    def _on_journal_failed(self, _error: Exception) -> None:
        # Nobody can mend it from a locked screen; after it, the silence is asked about.
        diagnostic_log.note("journal")

    def _on_unlocked(self) -> None:
        if self._now is not None:
            self._steps.ask(lambda: Work(self._read_after_lock, self._on_read_after_lock))

    def _on_read_after_lock(self, read: Open) -> Work | None:
        return self._on_open_read(read, 0, None)

    def _on_changed(self, changes: Changes) -> None:
        if self._now is not None and changes.touch(*_MOVES_MINUTES) and not self._context.window.is_locked:
            call = self._now
            self._context.tasks.run(
                lambda: (call.patient_id, self._calls.month_seconds(self._actor, call.patient_id, call.month)),
                self._on_month_read,
            )

    def _on_month_read(self, month: tuple[int, MonthSeconds]) -> None:
        self._month = month
        self.bar.tick()

    def _on_waiting_chosen(self, call_id: int) -> None:
        call = next((each for each in self._others if each.call_id == call_id), None)
        if call is not None:
            step = self._go_on if call.timer.state == "parked" else self._open
            self._steps.ask(partial(step, call_id))

    def _on_open_asked(self) -> None:
        if self._now is not None:
            self._steps.ask(partial(self._open, self._now.call_id))
        elif self._left_running is not None:
            self._show_recovery()

    def _on_left(self) -> None:
        self._context.window.back()

    def _on_set_back(self) -> None:
        call = self._now
        if call is not None and call.timer.state in ("running", "paused", "wrap_up"):
            ForgottenStart(
                self._context.window,
                lambda minutes, reason: self._steps.ask(partial(self._set_back, call.call_id, minutes, reason)),
            ).open()

    # Reading, on the database thread.

    def _read_open(self) -> Open:
        return self._calls.current(self._actor), self._calls.parked(self._actor)

    def _read_at_sign_in(self) -> tuple[RecoverableCall | None, Open, MonthSeconds, ZoneInfo]:
        desk = self._context.desk
        left = self._calls.recoverable(self._actor)
        now, others = self._read_open()
        month = self._calls.month_seconds(self._actor, now.patient_id, now.month) if now else MonthSeconds()
        return left[0] if left else None, (now, others), month, ZoneInfo(desk.clinic.clinic(self._actor).time_zone)

    def _read_after_lock(self) -> Open:
        """Take the locked hours' heartbeats in before anything else looks at the timer."""
        self._calls.take_in_journal(self._actor)
        now = self._calls.current(self._actor)
        if now is not None and now.timer.state == "running":
            self._calls.beat(self._actor, now.call_id)
        return self._read_open()

    def _read_view(self, call_id: int) -> tuple[CallNow, Open, CallSheet, MonthSeconds]:
        now, others = self._read_open()
        call = next(each for each in (now, *others) if each is not None and each.call_id == call_id)
        sheet = read_sheet(self._context.desk, call)
        return call, (now, others), sheet, self._calls.month_seconds(self._actor, call.patient_id, call.month)

    def _connect(self) -> None:
        window = self._context.window
        window.show_call_bar(self.bar)
        window.unlocked.connect(self._on_unlocked)
        self._context.feed.changed.connect(self._on_changed)
        ask = self._steps.ask
        bar = self.bar
        bar.pause_requested.connect(lambda: ask(self._pause))
        bar.finish_requested.connect(lambda: ask(partial(self._stop, None)))
        bar.open_requested.connect(self._on_open_asked)
        bar.activity_chosen.connect(lambda activity: ask(partial(self._switch, activity)))
        bar.waiting_chosen.connect(self._on_waiting_chosen)
        bar.gap_kept.connect(lambda: ask(partial(self._answer, keep=True)))
        bar.gap_discarded.connect(lambda: ask(partial(self._answer, keep=False)))
        on = partial(window.commands.on, owner=self._keys)
        on("call.toggle", handler=lambda: ask(partial(self._stop, None)))
        on("call.pause", handler=lambda: ask(self._pause))
        on("call.backdate", handler=self._on_set_back)
        on("save_next", handler=lambda: ask(partial(self._save, following=True)))
        on("save_stay", handler=lambda: ask(partial(self._save, following=False)))
        for number, outcome in enumerate(OUTCOMES, start=1):
            on(f"outcome.{number}", handler=partial(ask, partial(self._outcome, outcome)))
        for number, activity in enumerate(ACTIVITIES[:9], start=1):
            words = self.tr("Activity: {activity}").format(activity=activity_words(activity))
            window.commands.title(f"activity.{number}", words)
            on(f"activity.{number}", handler=partial(ask, partial(self._switch, activity)))

    @property
    def _actor(self) -> Actor:
        return self._context.desk.actor

    def _all(self) -> tuple[CallNow, ...]:
        return (() if self._now is None else (self._now,)) + self._others

    def _moved(self, verb: Callable[[], CallNow], *, open_it: bool = False) -> Work:
        return Work(verb, lambda call: self._on_moved(call, open_it=open_it))

    def _refreshed(self, then: Callable[[], object] | None = None) -> Work:
        def shown(read: Open) -> None:
            self._on_open_read(read, 0, None)
            if then is not None:
                then()

        return Work(self._read_open, shown)

    def _bring(self, view: CallView, call: CallNow, outcome: str | None) -> None:
        view.show_call(call, outcome)
        if self._context.window.stack.currentWidget() is not view:
            self._context.window.show_view(view)
        view.focus_first()

    def _show_recovery(self) -> None:
        left = self._left_running
        if left is None or isinstance(self._context.window.stack.currentWidget(), RecoveryView):
            return
        view = RecoveryView(left, self._zone)
        call_id, ask, calls = left.call_id, self._steps.ask, self._calls
        view.accepted.connect(lambda: ask(partial(self._recover, lambda: calls.recover_accept(self._actor, call_id))))
        view.resumed.connect(lambda: ask(partial(self._recover, lambda: calls.recover_resume(self._actor, call_id))))

        def add(until: datetime, reason: str) -> None:
            ask(partial(self._recover, lambda: calls.recover_with_gap(self._actor, call_id, reason, until)))

        view.gap_asked.connect(add)
        self._context.window.show_view(view)

    def _ask_discard(self, call_id: int) -> None:
        call = next((each for each in self._all() if each.call_id == call_id), None)
        if call is not None:
            ask_reason(
                self._context.window,
                self.tr("Discard this call?"),
                self.tr("Its {time} are written nowhere, and its note is gone.").format(
                    time=format_duration(call.timer.seconds_at(self._clock.monotonic_ns()))
                ),
                self.tr("Discard"),
                lambda reason: self._steps.ask(partial(self._discard, call_id, reason)),
                label=self.tr("Why"),
                danger=True,
            )

    def _view_of(self, call_id: int) -> CallView | None:
        stack = self._context.window.stack
        views = (stack.widget(at) for at in range(stack.count()))
        return next((view for view in views if isinstance(view, CallView) and view.call_id == call_id), None)

    def _top_view(self) -> CallView | None:
        shown = self._context.window.stack.currentWidget()
        return shown if isinstance(shown, CallView) else None

    def _show_bar(self) -> None:
        shown = bool(self._all()) or self._left_running is not None
        set_shown(self.bar, shown=shown)
        set_shown(self._keys, shown=bool(self._all()))
        self.bar.tick()

    def _bar_state(self) -> CallBarState:
        patient_id, month = self._month
        known = self._now is not None and self._now.patient_id == patient_id
        return bar_state(
            self._now,
            self._others,
            self._left_running,
            month=month if known else MonthSeconds(),
            monotonic_ns=self._clock.monotonic_ns(),
            zone=self._zone,
        )
