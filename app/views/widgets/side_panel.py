"""A panel at the right in place of a dialog: what it is about stays in view."""

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, animation_ms, scaled
from app.views.widgets.layout import scrolling


class PanelHost(QWidget):
    """Shows a main widget, and beside it one panel at a time.

    `closed` follows every closing. Esc in the panel and its close button ask `may_close` first, where a page can say
    no (for example to keep an edited form).
    """

    closed = Signal()

    def __init__(self, main: QWidget) -> None:
        """Show `main` alone."""
        super().__init__()
        self._may_close: Callable[[], bool] | None = None
        self._content: QWidget | None = None
        self._came_from: QWidget | None = None
        self._title = safe_text.label("", "heading", name="panel_title")
        self.close_button = safe_text.tool_button(
            self.tr("Close panel"),
            name="panel_close",
            icon=icon("x"),
            tip=self.tr("Close (Esc)"),
            on_click=self.close_panel,
        )
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        self.panel = QFrame()
        self.panel.setObjectName("side_panel")
        self.panel.setProperty("kind", "panel")
        self._column = QVBoxLayout(self.panel)
        self._column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._column.setSpacing(2 * GRID)
        self._column.addLayout(head)
        self.panel.hide()
        self._slide = QPropertyAnimation(self.panel, b"maximumWidth", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(main, 1)
        row.addWidget(self.panel)

    @property
    def is_open(self) -> bool:
        """Whether a panel is shown."""
        return not self.panel.isHidden()

    def open_panel(
        self,
        title: str,
        content: QWidget,
        *,
        width: int = 54 * GRID,
        may_close: Callable[[], bool] | None = None,
    ) -> None:
        """Show `content` under `title`, `width` pixels wide at 100 % text, and move the focus into it.

        The host owns `content` from now on and deletes it when the panel closes. A panel already open is replaced.
        """
        if self._content is None:
            self._came_from = QApplication.focusWidget()
        self._drop_content()
        self._may_close = may_close
        self._title.setText(title)
        self.panel.setAccessibleName(title)
        self._content = content
        self._column.addWidget(scrolling(content), 1)
        wide = min(scaled(width), max(self.width() * 6 // 10, 40 * GRID)) if self.width() > 0 else scaled(width)
        self.panel.setMinimumWidth(0)
        self.panel.show()
        self._move_to(wide)
        (first_input(content) or self.close_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def close_panel(self) -> None:
        """Close the panel unless its owner says no; the focus returns where it came from."""
        if self._content is None or (self._may_close is not None and not self._may_close()):
            return
        self._slide.stop()
        self.panel.hide()
        self._drop_content()
        if self._came_from is not None and self._came_from.isVisible():
            self._came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        self._came_from = None
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_open:
            self.close_panel()
            return
        super().keyPressEvent(event)

    def _move_to(self, wide: int) -> None:
        milliseconds = animation_ms(self)
        if milliseconds == 0:
            self.panel.setFixedWidth(wide)
            return
        self._slide.stop()
        self.panel.setMaximumWidth(wide // 2)
        self._slide.setDuration(milliseconds)
        self._slide.setStartValue(wide // 2)
        self._slide.setEndValue(wide)
        self._slide.finished.connect(self._on_slid, Qt.ConnectionType.UniqueConnection)
        self._slide.start()

    def _on_slid(self) -> None:
        self.panel.setMinimumWidth(self.panel.maximumWidth())

    def _drop_content(self) -> None:
        if self._content is None:
            return
        area = self._column.takeAt(self._column.count() - 1)
        widget = area.widget() if area is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        self._content = None
        self._may_close = None


def first_input(content: QWidget) -> QWidget | None:
    """Return the first control in `content` that Tab would reach, None when there is none."""
    candidate: QWidget | None = content
    for _ in range(1 + len(content.findChildren(QWidget))):
        if candidate is None:
            return None
        reached = candidate.focusPolicy() & Qt.FocusPolicy.TabFocus and candidate.focusProxy() is None
        inside = candidate is content or content.isAncestorOf(candidate)
        if reached and inside and candidate.isEnabled() and candidate.isVisibleTo(content):
            return candidate
        candidate = candidate.nextInFocusChain()
    return None
