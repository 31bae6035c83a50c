"""F8 and all that follows from it: the one who knows which of this person's calls runs, on every page."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.rules.call_time import OUTCOMES
from app.rules.errors import ClinicError
from app.rules.month_case import ACTIVITIES
from app.rules.timer import Choice
from app.security.permissions import Actor
from app.services.call_rows import CallNow, RecoverableCall
from app.services.timer_policies import TimerPolicy
from app.services.wrap_up import FinishedCall, WrapUp
from app.storage.ledger import Changes, ClinicLocked
from app.views.call.bar_state import MonthTotal, bar_state, read_month
from app.views.call.call_reads import (
    AtSignIn,
    ForView,
    OpenCalls,
    read_after_lock,
    read_at_sign_in,
    read_for_view,
    read_open,
)
from app.views.call.call_screens import CallScreens
from app.views.call.desk_offer import DESK_ACTIVITY, DeskOffer
from app.views.call.idle_question import KEEP, STOP
from app.views.call.mini_dock import MiniDock
from app.views.call.presence import Presence
from app.views.call.questions import ForgottenStart, LeavingQuestion
from app.views.call.steps import Steps, Work
from app.views.call.words import activity_words, saved_words
from app.views.call_bar import CallBar, CallBarState
from app.views.chart.chart_view import ChartView
from app.views.page_context import PageContext
from app.views.theme import set_shown
from app.views.widgets import ask_reason, format_duration

BEAT_EVERY_MS = 5000
_MOVES_MINUTES = ("time_entry", "consent", "enrolment", "stay", "packet")


class CallDesk(QObject):
    """Starts, parks, stops and writes up this person's calls; shows the call bar on every page.

    What a key asks is written first and shown afterwards, one step after the other (`Steps`). The timer runs by the
    call that the service returned and the clock; nothing here counts seconds.
    """

    def __init__(self, context: PageContext, touched_ns: Callable[[], int]) -> None:
        """Take over the calls of who signed in: open ones come back to the bar, one left by a crash is asked about.

        To be made before the pages, whose own answers to a key then come before this one's. `touched_ns` returns the
        monotonic count at the last touch of keyboard or mouse.
        """
        super().__init__(context.window)
        self._context = context
        self._calls = context.desk.calls
        self._clock = context.desk.opened.ledger.clock
        self._open = OpenCalls()
        self._left_running: RecoverableCall | None = None
        self._zone = ZoneInfo("UTC")
        self._month = MonthTotal()
        self._steps = Steps(context.tasks, self)
        self._screens = CallScreens(context, self)
        self.presence = Presence(context, lambda: self._open.now, touched_ns, self)
        """What a locked screen says and asks of the running call."""
        self._offer = DeskOffer(context.window.commands, self)
        self.bar = CallBar(self._bar_state)
        self.mini = MiniDock(context, self)
        # Commands are answered from the key press on, before anything of the call is on screen.
        self._keys = QWidget(context.window)
        self._keys.setObjectName("call_keys")
        self._keys.setFixedSize(0, 0)
        self._keys.hide()
        self._beats = QTimer(self)
        self._beats.setInterval(BEAT_EVERY_MS)
        self._beats.timeout.connect(self._on_beat_due)
        self._connect()
        self._answer_commands()
        set_shown(self.bar, shown=False)
        self._beats.start()
        self._steps.ask(lambda: Work(partial(read_at_sign_in, context.desk), self._on_read_at_sign_in))

    def start(self, patient_id: int) -> None:
        """F8 on a patient: start a call, or go on with theirs, or stop the one that runs with them."""
        self._keys.show()
        self._steps.ask(partial(self._start, patient_id))

    def chart_opened(self, chart: ChartView) -> None:
        """Start or offer the desk timer on a chart that was just opened, as the clinic chose for this person's role."""
        roles, is_timing = frozenset(self._actor.roles), self._is_timing
        self._offer.chart_opened(chart, self.presence.policy, roles, is_timing=is_timing)

    def may_end(self, then: Callable[[], object]) -> bool:
        """Whether the person may leave now. While a timer runs they are asked; `then` follows if they go."""
        call = self._open.now
        if self._context.window.is_locked or call is None or call.timer.state != "running":
            return True
        LeavingQuestion(
            self._context.window,
            on_finish=lambda: self._steps.ask(partial(self._stop, None)),
            on_park=lambda: self._steps.ask(partial(self._park, then)),
        ).open()
        return False

    def close(self) -> None:
        """Forget everything, at sign-out; who comes next sees nothing of it."""
        self._beats.stop()
        self._open, self._left_running = OpenCalls(), None
        window = self._context.window
        window.commands.off(self._keys)
        self._keys.deleteLater()
        self.bar.hide()
        if window.call_bar is self.bar:
            window.call_bar = None
        self.bar.deleteLater()
        self.presence.end()
        self.mini.close()
        self.deleteLater()

    def _on_read_at_sign_in(self, read: AtSignIn) -> None:
        self._left_running, self._open = read.left_running, read.calls
        self._month, self._zone = read.month, read.zone
        self.presence.policy = read.policy
        self._show_bar()
        if self._left_running is not None:
            self._screens.show_recovery(self._left_running, self._zone)

    def _on_started(self, call: CallNow) -> Work:
        self._open = self._open.begun(call)
        self._show_bar()
        return self._reading_view(call.call_id, None)

    def _on_view_read(self, read: ForView, outcome: str | None) -> None:
        self._open, self._month = read.calls, read.month
        self._screens.open(read, outcome)
        self._show_bar()

    def _on_moved(self, call: CallNow, outcome: str | None = None, *, open_it: bool = False) -> Work | None:
        self._open = self._open.begun(call)
        self._show_bar()
        self._screens.follow(call, outcome)
        # Another call may have been parked for it.
        return self._reading(lambda: self._show(call.call_id, outcome) if open_it else None)

    def _on_finished(self, wrap_up: WrapUp, finished: FinishedCall, *, following: bool) -> Work:
        if following:
            words = saved_words(wrap_up.outcome, finished.seconds, finished.left_out_seconds)
            self._context.window.notify(words, "ready")
        self._screens.show_finished(wrap_up, finished, following=following)
        return self._reading()

    def _on_discarded(self, call_id: int) -> Work:
        self._screens.close(call_id)
        self._context.window.notify(self.tr("The call was discarded; its time is written nowhere."), "info")
        return self._reading()

    def _on_recovered(self, call: CallNow) -> Work | None:
        self._left_running = None
        self._screens.close_recovery()
        return self._on_moved(call, open_it=True)

    def _on_not_finished(self, call_id: int, error: Exception) -> None:
        view = self._screens.view_of(call_id)
        if view is not None and isinstance(error, ClinicError):
            view.show_refusal(error)
        else:
            self._context.tasks.failed.emit(error)

    def _on_not_recovered(self, error: Exception) -> None:
        shown = self._screens.recovery()
        if shown is not None and isinstance(error, ClinicError):
            shown.show_refusal(error)
        else:
            self._context.tasks.failed.emit(error)

    def _on_beat_due(self) -> None:
        call = self._open.now
        if call is None or call.timer.state != "running":
            return
        run = self._context.tasks.run
        if self._context.window.is_locked:
            self.presence.beat_locked(call.token)
        elif not self._steps.is_busy:
            beat = partial(self._calls.beat, self._actor, call.call_id, self.presence.touched_ns)
            run(beat, self._on_beaten, self._on_beat_failed)

    def _on_beaten(self, call: CallNow) -> None:
        now = self._open.now
        if now is not None and now.call_id == call.call_id and not self._steps.is_busy:
            self._open = OpenCalls(call, self._open.others)
            self.bar.tick()

    def _on_beat_failed(self, error: Exception) -> None:
        if not isinstance(error, ClinicLocked):
            self._context.tasks.failed.emit(error)

    def _on_unlocked(self) -> None:
        self.presence.unlock()
        if self._open.now is not None:
            self._steps.ask(lambda: Work(partial(read_after_lock, self._context.desk), self._on_open_read))

    def _on_open_read(self, read: OpenCalls) -> None:
        self._open = read
        self._show_bar()

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting") and not self._context.window.is_locked:
            self._context.tasks.run(
                partial(self._context.desk.timer_policies.policy, self._actor), self._on_policy_read
            )
        call = self._open.now
        if call is not None and changes.touch(*_MOVES_MINUTES) and not self._context.window.is_locked:
            self._context.tasks.run(partial(read_month, self._context.desk, call), self._on_month_read)

    def _on_policy_read(self, policy: TimerPolicy) -> None:
        self.presence.policy = policy

    def _on_mini_bar(self) -> None:
        self.mini.toggle()
        self.bar.tick()

    def _on_mini_finish(self) -> None:
        self.mini.call_to_window()
        self._steps.ask(partial(self._stop, None))

    def _on_desk_asked(self, patient_id: int) -> None:
        self._keys.show()
        self._steps.ask(partial(self._start_desk, patient_id))

    def _on_desk_started(self, call: CallNow) -> Work:
        # The chart stays in view: nothing of a call's screen is needed to read it.
        self._open = self._open.begun(call)
        self._show_bar()
        return Work(partial(read_month, self._context.desk, call), self._on_month_read)

    def _on_month_read(self, month: MonthTotal) -> None:
        self._month = month
        self.bar.tick()

    def _on_waiting_chosen(self, call_id: int) -> None:
        call = self._open.call(call_id)
        if call is not None:
            step = self._go_on if call.timer.state == "parked" else self._show
            self._steps.ask(partial(step, call_id))

    def _on_open_asked(self) -> None:
        if self._open.now is not None:
            self._steps.ask(partial(self._show, self._open.now.call_id))
        elif self._left_running is not None:
            self._screens.show_recovery(self._left_running, self._zone)

    def _on_save_asked(self, call_id: int, wrap_up: WrapUp, following: bool) -> None:  # noqa: FBT001 - a signal's
        self._steps.ask(partial(self._finish, call_id, wrap_up, following=following))

    def _on_discard_asked(self, call_id: int) -> None:
        call = self._open.call(call_id)
        if call is None:
            return
        time = format_duration(call.timer.seconds_at(self._clock.monotonic_ns()))
        ask_reason(
            self._context.window,
            self.tr("Discard this call?"),
            self.tr("Its {time} are written nowhere, and its note is gone.").format(time=time),
            self.tr("Discard"),
            lambda reason: self._steps.ask(partial(self._discard, call_id, reason)),
            label=self.tr("Why"),
            danger=True,
        )

    def _on_gap_asked(self, call_id: int, until: datetime, reason: str) -> None:
        self._recover(lambda: self._calls.recover_with_gap(self._actor, call_id, reason, until))

    def _on_set_back(self) -> None:
        call = self._open.now
        if call is not None:
            ForgottenStart(
                self._context.window,
                lambda minutes, reason: self._steps.ask(partial(self._set_back, call.call_id, minutes, reason)),
            ).open()

    def _start(self, patient_id: int) -> Work | None:
        call = self._open.with_patient(patient_id)
        if call is None:
            return Work(lambda: self._calls.start(self._actor, patient_id), self._on_started)
        if call.timer.state in ("running", "paused"):
            return self._stop(None)
        return self._go_on(call.call_id) if call.timer.state == "parked" else self._show(call.call_id)

    def _stop(self, outcome: str | None) -> Work | None:
        call = self._open.now
        if call is None or call.timer.state not in ("running", "paused"):
            return self._show(call.call_id, outcome) if call is not None else None
        view = self._screens.view_of(call.call_id)
        if view is not None:
            view.draft.save_soon()  # before the stop, in the order asked
        return self._moving(lambda: self._calls.stop(self._actor, call.call_id), outcome, open_it=True)

    def _pause(self) -> Work | None:
        call = self._open.now
        if call is None:
            return None
        if call.timer.state == "running":
            return self._moving(lambda: self._calls.pause(self._actor, call.call_id))
        return self._go_on(call.call_id)

    def _go_on(self, call_id: int) -> Work:
        return self._moving(lambda: self._calls.take_up(self._actor, call_id), open_it=True)

    def _switch(self, activity: str) -> Work | None:
        call = self._open.now
        if call is None or call.timer.state not in ("running", "paused"):
            return None
        return self._moving(lambda: self._calls.switch_activity(self._actor, call.call_id, activity))

    def _start_desk(self, patient_id: int) -> Work | None:
        """Time desk work on a patient; a timer that runs is never moved to another patient in silence."""
        if self._is_timing:
            self._context.window.notify(self.tr("A timer runs already. Finish or pause it first."), "warn")
            return None
        call = self._open.with_patient(patient_id)
        if call is not None and call.timer.state in ("paused", "parked"):
            return self._go_on(call.call_id)
        return Work(lambda: self._calls.start(self._actor, patient_id, DESK_ACTIVITY), self._on_desk_started)

    def _answer(self, choice: Choice) -> Work | None:
        """Answer what is asked of the call: the idle question and its gaps, or the gaps of one that rests."""
        call = self._open.now
        if call is None or (call.timer.idle is None and not call.timer.doubts):
            return None
        if call.timer.state == "running":
            is_over = choice == STOP
            return self._moving(lambda: self._calls.review(self._actor, call.call_id, choice), open_it=is_over)
        return self._moving(lambda: self._calls.answer(self._actor, call.call_id, keep=choice == KEEP))

    def _set_back(self, call_id: int, minutes: int, reason: str) -> Work:
        return self._moving(lambda: self._calls.set_start_back(self._actor, call_id, minutes, reason))

    def _park(self, then: Callable[[], object]) -> Work | None:
        call = self._open.now
        if call is None:
            then()
            return None
        return Work(lambda: self._calls.park(self._actor, call.call_id), lambda _: self._reading(then))

    def _discard(self, call_id: int, reason: str) -> Work:
        view = self._screens.view_of(call_id)
        if view is not None:
            view.draft.forget()
        return Work(lambda: self._calls.discard(self._actor, call_id, reason), lambda _: self._on_discarded(call_id))

    def _finish(self, call_id: int, wrap_up: WrapUp, *, following: bool) -> Work:
        view = self._screens.view_of(call_id)
        next_on = view.next_on if view is not None else None
        return Work(
            partial(self._write_up, call_id, wrap_up, next_on),
            lambda finished: self._on_finished(wrap_up, finished, following=following),
            partial(self._on_not_finished, call_id),
        )

    def _write_up(self, call_id: int, wrap_up: WrapUp, next_on: date | None) -> FinishedCall:
        """Save a wrap-up, then plan the next call; a plan that is refused takes nothing of the call back."""
        finished = self._calls.finish(self._actor, call_id, wrap_up)
        if next_on is not None:
            try:
                self._context.desk.cadence.plan(self._actor, finished.patient_id, next_on, call_id)
            except ClinicError as error:
                self._context.tasks.failed.emit(error)
        return finished

    def _recover(self, verb: Callable[[], CallNow]) -> None:
        self._steps.ask(lambda: Work(verb, self._on_recovered, self._on_not_recovered))

    def _save(self, *, following: bool) -> None:
        """Ctrl+Enter: what the wrap-up in view asks for is saved, once the steps before it are through."""
        view = self._screens.top()
        if view is not None:
            view.ask_save(following=following)

    def _outcome(self, outcome: str) -> Work | None:
        view = self._screens.top()
        if view is not None and view.wrap_up is not None and view.saved is None:
            self._screens.bring(view, view.call, outcome)
            return None
        return self._stop(outcome)

    def _show(self, call_id: int, outcome: str | None = None) -> Work | None:
        """Show a call's screen; read first where it is not there yet."""
        call, view = self._open.call(call_id), self._screens.view_of(call_id)
        if call is None:
            return None
        if view is None:
            return self._reading_view(call_id, outcome)
        self._screens.bring(view, call, outcome)
        return None

    def _moving(self, verb: Callable[[], CallNow], outcome: str | None = None, *, open_it: bool = False) -> Work:
        return Work(verb, lambda call: self._on_moved(call, outcome, open_it=open_it))

    def _reading_view(self, call_id: int, outcome: str | None) -> Work:
        return Work(partial(read_for_view, self._context.desk, call_id), lambda read: self._on_view_read(read, outcome))

    def _reading(self, then: Callable[[], object] | None = None) -> Work:
        """Read the open calls anew, and then do `then`, which may be more work."""

        def shown(read: OpenCalls) -> Work | None:
            self._on_open_read(read)
            following = then() if then is not None else None
            return following if isinstance(following, Work) else None

        return Work(partial(read_open, self._context.desk), shown)

    @property
    def _actor(self) -> Actor:
        return self._context.desk.actor

    def _connect(self) -> None:
        window, bar, screens, ask = self._context.window, self.bar, self._screens, self._steps.ask
        mini = self.mini.bar
        window.show_call_bar(bar)
        window.unlocked.connect(self._on_unlocked)
        self._context.feed.changed.connect(self._on_changed)
        bar.pause_requested.connect(lambda: ask(self._pause))
        bar.finish_requested.connect(lambda: ask(partial(self._stop, None)))
        bar.open_requested.connect(self._on_open_asked)
        bar.activity_chosen.connect(lambda activity: ask(partial(self._switch, activity)))
        bar.waiting_chosen.connect(self._on_waiting_chosen)
        for answered in (bar.gap_answered, self.presence.answered, mini.idle_answered):
            answered.connect(lambda choice: ask(partial(self._answer, choice)))
        bar.detach_requested.connect(self._on_mini_bar)
        mini.pause_requested.connect(lambda: ask(self._pause))
        mini.finish_requested.connect(self._on_mini_finish)
        self._offer.asked.connect(self._on_desk_asked)
        screens.toggled.connect(self.start)
        screens.save_asked.connect(self._on_save_asked)
        screens.go_on_asked.connect(lambda call_id: ask(partial(self._go_on, call_id)))
        screens.discard_asked.connect(self._on_discard_asked)
        accept, resume = self._calls.recover_accept, self._calls.recover_resume
        screens.recovery_accepted.connect(lambda call_id: self._recover(partial(accept, self._actor, call_id)))
        screens.recovery_resumed.connect(lambda call_id: self._recover(partial(resume, self._actor, call_id)))
        screens.gap_asked.connect(self._on_gap_asked)

    def _answer_commands(self) -> None:
        commands, ask = self._context.window.commands, self._steps.ask
        on = partial(commands.on, owner=self._keys)
        on("call.toggle", handler=lambda: ask(partial(self._stop, None)))
        on("call.pause", handler=lambda: ask(self._pause))
        on("call.mini_bar", handler=self._on_mini_bar)
        on("call.backdate", handler=self._on_set_back)
        on("save_next", handler=lambda: ask(partial(self._save, following=True)))
        on("save_stay", handler=lambda: ask(partial(self._save, following=False)))
        for number, outcome in enumerate(OUTCOMES, start=1):
            on(f"outcome.{number}", handler=partial(ask, partial(self._outcome, outcome)))
        for number, activity in enumerate(ACTIVITIES[:9], start=1):
            words = self.tr("Activity: {activity}").format(activity=activity_words(activity))
            commands.title(f"activity.{number}", words)
            on(f"activity.{number}", handler=partial(ask, partial(self._switch, activity)))

    def _show_bar(self) -> None:
        is_any = bool(self._open.all())
        set_shown(self.bar, shown=is_any or self._left_running is not None)
        set_shown(self._keys, shown=is_any)
        self._offer.follow(is_timing=self._is_timing)
        self.mini.follow(is_due=is_any)
        self.bar.tick()

    @property
    def _is_timing(self) -> bool:
        call = self._open.now
        return call is not None and call.timer.state == "running"

    def _bar_state(self) -> CallBarState:
        now = self._open.now
        known = now is not None and now.patient_id == self._month.patient_id
        shown = bar_state(
            now,
            self._open.others,
            self._left_running,
            month=self._month if known else MonthTotal(),
            monotonic_ns=self._clock.monotonic_ns(),
            zone=self._zone,
        )
        self.presence.follow()
        self.mini.show_state(shown, self.presence.ask())
        return shown
