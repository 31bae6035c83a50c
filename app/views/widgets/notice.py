"""What just happened, said once in a corner, with the way back."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, scaled, set_kind

SHOWN_SECONDS = 8


class Notice(QFrame):
    """One line over the bottom of `place`, gone after a while, never while the mouse or the focus is on it.

    A newer notice replaces an older one. `acted` follows a press on its button, for example Undo.
    """

    acted = Signal()

    def __init__(self, place: QWidget) -> None:
        """Wait hidden over `place`."""
        super().__init__(place)
        self._place = place
        self._on_action: Callable[[], object] | None = None
        self.setObjectName("notice")
        self._text = safe_text.label("", name="notice_text")
        self.button: QPushButton = safe_text.button("", name="notice_action", kind="quiet", on_click=self.act)
        self.close_button = safe_text.tool_button(
            self.tr("Close notice"), name="notice_close", icon=icon("x"), on_click=self.hide
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        place.installEventFilter(self)
        self.hide()

    def text(self) -> str:
        """Return what is or was last said."""
        return self._text.text()

    def say(
        self,
        text: str,
        kind: str = "info",
        action: str = "",
        on_action: Callable[[], object] | None = None,
        seconds: int = SHOWN_SECONDS,
    ) -> None:
        """Say `text` for `seconds` (0: until closed); `kind` is info, ready, warn or block."""
        set_kind(self, kind, key="banner")
        self._on_action = on_action
        self._text.setText(text)
        self.setAccessibleName(text)
        safe_text.set_button_text(self.button, action)
        self.button.setVisible(bool(action))
        self.show()
        self._settle()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._timer.stop()
        if seconds:
            self._timer.start(seconds * 1000)

    def act(self) -> None:
        """Do what the button offers."""
        on_action, self._on_action = self._on_action, None
        self.hide()
        if on_action is not None:
            on_action()
            self.acted.emit()

    def forget(self) -> None:
        """Hide and drop what was said and offered."""
        self._on_action = None
        self._text.setText("")
        self.setAccessibleName("")
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._place and event.type() == QEvent.Type.Resize and self.isVisible():
            self._settle()
        return super().eventFilter(watched, event)

    def _on_timeout(self) -> None:
        if self.underMouse() or self.isAncestorOf(self.focusWidget() or self._place):
            self._timer.start(2000)
        else:
            self.hide()

    def _settle(self) -> None:
        wide = min(scaled(70 * GRID), self._place.width() - 4 * GRID)
        layout = self.layout()
        high = max(layout.totalHeightForWidth(wide) if layout else 0, self.minimumSizeHint().height())
        left = (self._place.width() - wide) // 2
        self.setGeometry(left, self._place.height() - high - 2 * GRID, wide, high)
