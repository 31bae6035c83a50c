"""The call screens above the page: one for each call, brought up, followed and closed."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from app.services.call_rows import CallNow, RecoverableCall
from app.services.wrap_up import FinishedCall, WrapUp
from app.views.call.call_reads import ForView
from app.views.call.call_view import CallView
from app.views.call.recovery import RecoveryView
from app.views.page_context import PageContext


class CallScreens(QObject):
    """Shows calls in the window; what is pressed there comes out as signals with the call's or the patient's id.

    `save_asked` carries the call, its `WrapUp`, and whether the next patient follows. `gap_asked` carries a recovered
    call, until when its gap was worked, and why.
    """

    toggled = Signal(int)
    save_asked = Signal(int, object, bool)
    go_on_asked = Signal(int)
    discard_asked = Signal(int)
    recovery_accepted = Signal(int)
    recovery_resumed = Signal(int)
    gap_asked = Signal(int, object, str)

    def __init__(self, context: PageContext, parent: QObject) -> None:
        """Show calls in the context's window."""
        super().__init__(parent)
        self._context = context
        self._window = context.window

    def view_of(self, call_id: int) -> CallView | None:
        """Return a call's screen, where it is open."""
        stack = self._window.stack
        views = (stack.widget(at) for at in range(stack.count()))
        return next((view for view in views if isinstance(view, CallView) and view.call_id == call_id), None)

    def top(self) -> CallView | None:
        """Return the call's screen that is shown, None while something else is."""
        shown = self._window.stack.currentWidget()
        return shown if isinstance(shown, CallView) else None

    def recovery(self) -> RecoveryView | None:
        """Return the question about a recovered call, while it is shown."""
        shown = self._window.stack.currentWidget()
        return shown if isinstance(shown, RecoveryView) else None

    def open(self, read: ForView, outcome: str | None) -> None:
        """Show a call's screen anew, in place of one that is saved."""
        old = self.top()
        if old is not None and old.saved is not None:
            self._window.back()
        call_id, patient_id = read.call.call_id, read.call.patient_id
        view = CallView(self._context, read.call, read.sheet, read.month.counted)
        view.save_asked.connect(partial(self.save_asked.emit, call_id))
        view.go_on_asked.connect(partial(self.go_on_asked.emit, call_id))
        view.discard_asked.connect(partial(self.discard_asked.emit, call_id))
        view.again_asked.connect(partial(self.toggled.emit, patient_id))
        view.left.connect(self._on_left)
        self._window.commands.on("call.toggle", view, partial(self.toggled.emit, patient_id))
        self.bring(view, read.call, outcome)

    def bring(self, view: CallView, call: CallNow, outcome: str | None) -> None:
        """Bring a call's screen to the top, showing the call as it stands."""
        view.show_call(call, outcome)
        if self._window.stack.currentWidget() is not view:
            self._window.show_view(view)
        view.focus_first()

    def follow(self, call: CallNow, outcome: str | None = None) -> None:
        """Let a call's screen, where there is one, show the call as it stands."""
        view = self.view_of(call.call_id)
        if view is not None:
            view.show_call(call, outcome)

    def show_finished(self, wrap_up: WrapUp, finished: FinishedCall, *, following: bool) -> None:
        """Go back to the list with the next patient selected, or show what was saved."""
        view = self.view_of(finished.call_id)
        if view is not None:
            view.draft.forget()
        if following:
            page = self._window.go_to(self._window.open_page) if self._window.open_page else None
            pick_after = getattr(page, "pick_after", None)
            if pick_after is not None:
                pick_after(finished.patient_id)
        elif view is not None:
            view.show_saved(wrap_up, finished)

    def close(self, call_id: int) -> None:
        """Close a call's screen if it is on top."""
        view = self.view_of(call_id)
        if view is not None and view is self.top():
            self._window.back()

    def show_recovery(self, left: RecoverableCall, zone: ZoneInfo) -> None:
        """Ask what becomes of a call that was left running."""
        stack = self._window.stack
        below = next((view for at in range(stack.count()) if isinstance(view := stack.widget(at), RecoveryView)), None)
        if below is not None:
            if below is not stack.currentWidget():
                self._window.show_view(below)
            stack.focus_content()
            return
        view = RecoveryView(left, zone)
        view.accepted.connect(partial(self.recovery_accepted.emit, left.call_id))
        view.resumed.connect(partial(self.recovery_resumed.emit, left.call_id))

        def add(until: datetime, reason: str) -> None:
            self.gap_asked.emit(left.call_id, until, reason)

        view.gap_asked.connect(add)
        self._window.show_view(view)

    def close_recovery(self) -> None:
        """Take the question away."""
        if self.recovery() is not None:
            self._window.back()

    def _on_left(self) -> None:
        self._window.back()
