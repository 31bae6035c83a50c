"""The call bar as a small window above all others, for who works in another program's window meanwhile."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QMouseEvent, QMoveEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.call.idle_question import IdleAsk, IdleQuestion
from app.views.call_bar import LOOKS, CallBarState, CallState
from app.views.icons import icon
from app.views.preferences import PreferenceStore
from app.views.theme import GRID, Role, fit_scale, scaled, set_kind, set_shown, tabular
from app.views.widgets import Picture, format_duration

SHOW_NAMES, PLACE = "mini_bar_names", "mini_bar"
"""The switch under which it is kept that names are shown, and the place under which the window's is."""
_SETTLED_MS = 300


class MiniBar(QWidget):
    """State, m:ss, the month's total, Pause and Finish; the name only where somebody chose to see it here.

    It has no frame, is dragged by any part that is no button, and remembers where it was put. It counts nothing: it
    shows what `show_state` is given.
    """

    pause_requested = Signal()
    finish_requested = Signal()
    attach_requested = Signal()
    idle_answered = Signal(str)

    def __init__(self, preferences: PreferenceStore, actions: Iterable[QAction]) -> None:
        """Make a hidden window; the keys of `actions` work in it as in the main one."""
        flags = Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
        super().__init__(None, flags)
        self.setObjectName("mini_bar")
        self.setWindowTitle("CareLoop")
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)  # else it goes when another program is used
        self.setAccessibleName(self.tr("Mini call bar"))
        self._preferences = preferences
        self._state: CallBarState = CallBarState(CallState.IDLE)
        self._are_names_allowed = True
        self._dragged_from: QPoint | None = None
        for each in actions:
            self.addAction(each)
        self._frame = QFrame()
        self._picture = Picture()
        self._word = safe_text.label("", "strong", name="mini_state", wrap=False)
        self._name = safe_text.label("", name="mini_name", elide=True)
        self._session = safe_text.label("", "number", name="mini_seconds", wrap=False)
        self._session.setFont(tabular(self._session.font()))
        self._month = safe_text.label("", "muted", name="mini_month", wrap=False)
        self.pause_button = safe_text.button(
            self.tr("Pause"), name="mini_pause", icon=icon("pause"), on_click=self.pause_requested.emit
        )
        self.finish_button = safe_text.button(
            self.tr("Finish"),
            name="mini_finish",
            kind="primary",
            icon=icon("square", Role.ON_ACCENT),
            tip=self.tr("Finish and write up (F8)"),
            on_click=self.finish_requested.emit,
        )
        self.names_button = safe_text.tool_button(
            self.tr("Show the name"), name="mini_names", icon=icon("eye"), checkable=True, on_click=self._on_names
        )
        self.attach_button = safe_text.tool_button(
            self.tr("Put the mini bar away"), name="mini_attach", icon=icon("x"), on_click=self.attach_requested.emit
        )
        self.question = IdleQuestion(name="mini_idle", is_narrow=True)
        self.question.answered.connect(self.idle_answered)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._settled.timeout.connect(self._on_settled)
        self.names_button.setChecked(preferences.is_on(SHOW_NAMES))
        self._arrange()
        fit_scale(self, self._fit)

    def show_state(self, shown: CallBarState, idle: IdleAsk, *, are_names_allowed: bool = True) -> None:
        """Show `shown`, and ask `idle`; where names are hidden everywhere, they are here too."""
        before, self._state = self._state, shown
        allowed_before, self._are_names_allowed = self._are_names_allowed, are_names_allowed
        if before.state != shown.state or not self._word.text():
            words, drawn, role, kind = LOOKS[shown.state]
            set_kind(self._frame, kind, key="call")
            self._picture.show_icon(drawn, role)
            self._word.setText(self.tr(words))
            paused = shown.state is CallState.PAUSED
            safe_text.set_button_text(self.pause_button, self.tr("Resume") if paused else self.tr("Pause"))
            safe_text.set_tip(self.pause_button, self.tr("Pause or resume (Shift+F8)"))
            self.pause_button.setIcon(icon("play" if paused else "pause"))
            for each in (self.pause_button, self.finish_button):
                set_shown(each, shown=shown.is_running)
        if before.patient != shown.patient or allowed_before != are_names_allowed or not self._name.text():
            self._show_name()
        _say(self._session, format_duration(shown.session_seconds))
        _say(self._month, self.tr("{time} this month").format(time=format_duration(shown.month_seconds)))
        was_asking = not self.question.isHidden()
        self.question.ask(idle)
        if was_asking != (not self.question.isHidden()):
            self._fit()

    def bring(self) -> None:
        """Show it where it was last, on a screen that is there, and give it the keys."""
        place = self._preferences.place(PLACE)
        self.adjustSize()
        self.move(_on_screen(QPoint(*place) if place else None, self.frameGeometry()))
        self.show()
        self.activateWindow()
        self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged_from = event.globalPosition().toPoint() - self.pos()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is not None:
            self.move(event.globalPosition().toPoint() - self._dragged_from)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        super().mouseReleaseEvent(event)

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        if self.isVisible():
            self._settled.start()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close:  # as by Alt+F4: it is put away, and the call goes on
            event.ignore()
            self.attach_requested.emit()
            return True
        return super().event(event)

    def _on_settled(self) -> None:
        self._preferences.keep_place(PLACE, self.x(), self.y())

    def _on_names(self) -> None:
        self._preferences.keep_on(SHOW_NAMES, on=self.names_button.isChecked())
        self._show_name()

    def _show_name(self) -> None:
        shown = self._are_names_allowed and self.names_button.isChecked()
        words = self.tr("Hide the name") if self.names_button.isChecked() else self.tr("Show the name")
        self.names_button.setAccessibleName(words)
        safe_text.set_tip(self.names_button, words)
        self.names_button.setIcon(icon("eye-off" if self.names_button.isChecked() else "eye"))
        set_shown(self.names_button, shown=self._are_names_allowed)
        self._name.setText(self._state.patient if shown else "")
        set_shown(self._name, shown=shown and bool(self._state.patient))
        self._fit()

    def _arrange(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for line in (first, second):
            line.setSpacing(GRID)
        first.addWidget(self._picture)
        first.addWidget(self._word)
        first.addStretch(1)
        first.addWidget(self._session)
        for each in (self.names_button, self.attach_button):
            first.addWidget(each)
        second.addWidget(self._month)
        second.addStretch(1)
        for button in (self.pause_button, self.finish_button):
            second.addWidget(button)
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(GRID + GRID // 2, GRID, GRID, GRID)
        inside.setSpacing(GRID // 2)
        inside.addLayout(first)
        inside.addWidget(self._name)
        inside.addLayout(second)
        inside.addWidget(self.question)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._frame)

    def _fit(self) -> None:
        self._name.setMaximumWidth(scaled(30 * GRID))
        self.setMinimumWidth(scaled(40 * GRID))
        if self.isVisible():
            QTimer.singleShot(0, self, self.adjustSize)


def _say(shown: QLabel, words: str) -> None:
    if shown.text() != words:
        shown.setText(words)


def _on_screen(wanted: QPoint | None, size: QRect) -> QPoint:
    """Return the place wanted, moved into the nearest screen that is there; without one, the bottom right."""
    screen = (QGuiApplication.screenAt(wanted) if wanted is not None else None) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    if wanted is None:
        wanted = room.bottomRight() - QPoint(size.width() + 4 * GRID, size.height() + 8 * GRID)
    x = min(max(wanted.x(), room.left()), max(room.left(), room.right() - size.width()))
    y = min(max(wanted.y(), room.top()), max(room.top(), room.bottom() - size.height()))
    return QPoint(x, y)
