"""When the mini bar is in view: while a call is open, and for who asked for it."""

from PySide6.QtCore import QObject
from shiboken6 import delete, isValid

from app.views.call.idle_question import IdleAsk
from app.views.call.mini_bar import MiniBar
from app.views.call_bar import CallBarState
from app.views.page_context import PageContext
from app.views.preferences import HIDE_NAMES

KEYS = ("call.toggle", "call.pause", "call.mini_bar", "lock")
"""Commands whose keys work in the mini bar too."""
_WANTED = "mini_bar"


class MiniDock(QObject):
    """Brings the mini bar and puts it away; the wish is kept on this computer."""

    def __init__(self, context: PageContext, parent: QObject) -> None:
        """Make the bar, hidden."""
        super().__init__(parent)
        self._preferences = context.preferences
        self._window = context.window
        self._is_due = False
        self.bar = MiniBar(context.preferences, [context.window.commands.action(key) for key in KEYS])
        self.bar.attach_requested.connect(self.put_away)

    def toggle(self) -> None:
        """Show the bar, go to it, or put it away when one is in it."""
        if self.bar.isVisible() and self.bar.isActiveWindow():
            self.put_away()
            return
        self._preferences.keep_on(_WANTED, on=True)
        if self._is_due:
            self.bar.bring()

    def put_away(self) -> None:
        """Hide it until it is asked for again."""
        self._preferences.keep_on(_WANTED, on=False)
        self.bar.hide()
        self._window.activateWindow()

    def follow(self, *, is_due: bool) -> None:
        """Show it with the first call, where it is wanted, and hide it after the last."""
        is_new, self._is_due = is_due and not self._is_due, is_due
        if not isValid(self.bar):
            return
        if not is_due:
            self.bar.hide()
        elif is_new and self._preferences.is_on(_WANTED) and not self._window.is_locked:
            self.bar.bring()
            self._window.activateWindow()

    def show_state(self, shown: CallBarState, asked: IdleAsk) -> None:
        """Show the state, where it is in view."""
        if isValid(self.bar) and self.bar.isVisible():
            self.bar.show_state(shown, asked, are_names_allowed=not self._preferences.is_on(HIDE_NAMES))

    def call_to_window(self) -> None:
        """Bring the main window up, where the wrap-up is written."""
        if self._window.isMinimized():
            self._window.showNormal()
        self._window.raise_()
        self._window.activateWindow()

    def close(self) -> None:
        """Take it away for good, and at once: Python's garbage, on whatever thread, must not find it."""
        if isValid(self.bar):
            self.bar.hide()
            delete(self.bar)
