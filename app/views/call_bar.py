"""The bar along the bottom while a call runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, Role, fit_scale, scaled, set_kind, set_shown, tabular
from app.views.widgets.fields import ChoiceField
from app.views.widgets.picture import Picture
from app.views.widgets.threshold_bar import STEPS, ThresholdBar
from app.views.widgets.typed_fields import format_duration

WIDEST_NAME = 240
"""Pixels at 100 % text; a longer name ends in an ellipsis and is whole in the tool tip."""
NARROWEST_NAME = 120
WIDEST_HEAD = 660
"""Pixels at any text for the state's words and the name, for no screen grows with the text; the name gives way."""


class CallState(StrEnum):
    """What the timer does."""

    IDLE = "idle"
    ON_CALL = "on_call"
    DESK = "desk"
    PAUSED = "paused"
    IDLE_REVIEW = "idle_review"
    WRAP_UP = "wrap_up"
    RECOVERED = "recovered"
    MONTH_CLOSED = "month_closed"


@dataclass(frozen=True, slots=True)
class CallBarState:
    """All the bar shows. Seconds are whole; `month_seconds` already holds `session_seconds` where it counts.

    `activities` are (key, words); `steps` the month's thresholds in seconds. `waiting` are the other open calls: id and
    words. `question` asks what becomes of a gap, which lasted as `gap` says.
    """

    state: CallState
    patient: str = ""
    session_seconds: int = 0
    month_seconds: int = 0
    activities: Sequence[tuple[str, str]] = ()
    activity: str = ""
    steps: Sequence[int] = field(default=STEPS)
    waiting: Sequence[tuple[int, str]] = ()
    question: str = ""
    gap: str = ""

    @property
    def is_running(self) -> bool:
        """Whether there is something to pause or finish."""
        return self.state in (CallState.ON_CALL, CallState.DESK, CallState.PAUSED, CallState.MONTH_CLOSED)


LOOKS = {
    CallState.IDLE: ("No call", "phone", Role.MUTED, "idle"),
    CallState.ON_CALL: ("On call", "phone-call", Role.READY, "on_call"),
    CallState.DESK: ("Desk work", "clipboard-list", Role.ACCENT, "desk"),
    CallState.PAUSED: ("Paused", "circle-pause", Role.WARN, "paused"),
    CallState.IDLE_REVIEW: ("Still working?", "hourglass", Role.WARN, "paused"),
    CallState.WRAP_UP: ("Wrap-up", "clipboard-check", Role.ACCENT, "wrap_up"),
    CallState.RECOVERED: ("Recovered call", "history", Role.WARN, "recovered"),
    CallState.MONTH_CLOSED: ("Month closed: cannot be billed", "lock", Role.BLOCK, "closed"),
}
"""Of each state: its words, icon, the role of its colour, and its kind in the style sheet."""


class GapQuestion(QWidget):
    """Asks what becomes of time in which the program heard nothing of the clock; it stays until it is answered.

    `answered` carries keep or discard, and stop (discard and stop) where the timer runs.
    """

    answered = Signal(str)

    def __init__(self) -> None:
        """Ask nothing yet."""
        super().__init__()
        self.setObjectName("gap_question")
        self._text = safe_text.label("", "strong", name="gap_text")
        self.keep_button = safe_text.button("", name="gap_keep", on_click=lambda: self.answered.emit("keep"))
        self.discard_button = safe_text.button(
            self.tr("Discard it and go on"), name="gap_discard", on_click=lambda: self.answered.emit("discard")
        )
        self.stop_button = safe_text.button(
            self.tr("Discard it and stop"), name="gap_stop", on_click=lambda: self.answered.emit("stop")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(Picture("hourglass", Role.WARN))
        row.addWidget(self._text, 1)
        row.addWidget(self.keep_button)
        row.addWidget(self.discard_button)
        row.addWidget(self.stop_button)
        self.hide()

    def ask(self, question: str, gap: str, *, is_running: bool = True) -> None:
        """Show `question`; an empty one hides it. `gap` is the length that may be kept, as m:ss."""
        words = self.tr("Discard it and go on") if is_running else self.tr("Discard it")
        if self.discard_button.accessibleName() != words:
            safe_text.set_button_text(self.discard_button, words)
        set_shown(self.stop_button, shown=is_running)
        if question and question != self._text.text():
            self._text.setText(question)
            self.setAccessibleName(question)
            safe_text.set_button_text(self.keep_button, self.tr("Keep {gap}").format(gap=gap))
            set_shown(self, shown=True)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        elif not question:
            self._text.setText("")
            set_shown(self, shown=False)


class CallBar(QFrame):
    """Shows a running call on every page: patient, m:ss, the month toward its next step, activity, Pause, Finish.

    It keeps no time of its own: once a second it asks `read` for the state and shows it. A gap that needs an answer is
    asked about above the rest, until it has one (`gap_answered` carries keep, discard or stop). `waiting_chosen`
    carries the id of another open call, `detach_requested` asks for the small window above all others.
    """

    pause_requested = Signal()
    finish_requested = Signal()
    open_requested = Signal()
    detach_requested = Signal()
    activity_chosen = Signal(str)
    waiting_chosen = Signal(int)
    gap_answered = Signal(str)

    def __init__(self, read: Callable[[], CallBarState] | None = None) -> None:
        """Ask `read` once a second while the bar is visible; without it, show only what `show_state` is given."""
        super().__init__()
        self.setObjectName("call_bar")
        self.setAccessibleName(self.tr("Call bar"))
        self._read = read
        self._shown = CallBarState(CallState.IDLE)
        self._picture = Picture()
        self._word = safe_text.label("", "strong", name="call_state", wrap=False)
        self.patient_button = safe_text.button("", name="call_patient", kind="quiet", on_click=self.open_requested.emit)
        self._session = safe_text.label("", "number", name="call_seconds", wrap=False)
        self.bar = ThresholdBar(name="call_month")
        self.activity = ChoiceField()
        self.activity.setObjectName("call_activity")
        self.activity.setMinimumContentsLength(22)
        self.activity.setAccessibleName(self.tr("Activity"))
        self.waiting_button = safe_text.button("", name="call_waiting", icon=icon("layers"))
        self._menu = QMenu(self.waiting_button)
        self._menu.setObjectName("call_waiting_menu")
        self.waiting_button.setMenu(self._menu)
        self.pause_button = safe_text.button(
            self.tr("Pause"), name="call_pause", icon=icon("pause"), on_click=self.pause_requested.emit
        )
        self.finish_button = safe_text.button(
            self.tr("Finish"),
            name="call_finish",
            kind="primary",
            icon=icon("square", Role.ON_ACCENT),
            on_click=self.finish_requested.emit,
        )
        self.decide_button = safe_text.button(
            self.tr("Decide…"),
            name="call_decide",
            kind="primary",
            tip=self.tr("Decide what becomes of the recovered call"),
            on_click=self.open_requested.emit,
        )
        safe_text.set_tip(self.pause_button, self.tr("Pause or resume (Shift+F8)"))
        safe_text.set_tip(self.finish_button, self.tr("Finish and write up (F8)"))
        self.question = GapQuestion()
        self.question.answered.connect(self.gap_answered)
        self.detach_button = safe_text.tool_button(
            self.tr("Mini call bar above other windows (Ctrl+Shift+M)"),
            name="call_detach",
            icon=icon("timer"),
            on_click=self.detach_requested.emit,
        )
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._arrange()
        self.activity.edited.connect(self._on_activity_edited)
        fit_scale(self, lambda: self._show_patient(self._shown.patient))
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.tick)
        if read is not None:
            self._timer.start()
        self._show_waiting(())
        self.show_state(self._shown)

    @property
    def state(self) -> CallState:
        """What is shown."""
        return self._shown.state

    def tick(self) -> None:
        """Ask for the state and show it; called once a second."""
        if self._read is not None:
            self.show_state(self._read())

    def show_state(self, shown: CallBarState) -> None:
        """Show `shown`."""
        before, self._shown = self._shown, shown
        words, drawn, role, kind = LOOKS[shown.state]
        if before.state != shown.state or not self._word.text():
            set_kind(self, kind, key="call")
            self._picture.show_icon(drawn, role)
            self._word.setText(self.tr(words))
            self._show_patient(shown.patient)
            paused = shown.state is CallState.PAUSED
            safe_text.set_button_text(self.pause_button, self.tr("Resume") if paused else self.tr("Pause"))
            self.pause_button.setIcon(icon("play" if paused else "pause"))
            for each in (self.pause_button, self.activity, self.finish_button):
                set_shown(each, shown=shown.is_running)
            set_shown(self.decide_button, shown=shown.state is CallState.RECOVERED)
            set_shown(self._session, shown=shown.state is not CallState.IDLE)
            set_shown(self.bar, shown=shown.state not in (CallState.IDLE, CallState.RECOVERED))
        if before.activities != shown.activities:
            self.activity.offer(shown.activities)
        if shown.activity and self.activity.value() != shown.activity:
            self.activity.set_value(shown.activity)
        if self.patient_button.accessibleName() != shown.patient:
            self._show_patient(shown.patient)
        set_shown(self.patient_button, shown=bool(shown.patient))
        if before.session_seconds != shown.session_seconds or not self._session.text():
            self._show_session(shown.session_seconds)
        if (before.month_seconds, before.steps) != (shown.month_seconds, shown.steps):
            self.bar.show_seconds(shown.month_seconds, shown.steps)
        if before.waiting != shown.waiting:
            self._show_waiting(shown.waiting)
        self.question.ask(shown.question, shown.gap, is_running=shown.is_running)
        if before.state != shown.state or before.patient != shown.patient:
            self._fold()

    def minimumSizeHint(self) -> QSize:
        left, right = self._halves
        halves = max(left.minimumSize().width(), right.minimumSize().width())
        wide = max(halves, self.question.minimumSizeHint().width() if self.question.isVisible() else 0) + 4 * GRID
        return QSize(wide, super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fold()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _on_activity_edited(self) -> None:
        chosen = self.activity.value()
        if isinstance(chosen, str):
            self.activity_chosen.emit(chosen)

    def _arrange(self) -> None:
        """Put what is shown left and what is pressed right; `_fold` puts them below each other where it is narrow."""
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        whole.setSpacing(GRID)
        whole.addWidget(self.question)
        whole.addLayout(self._rows)
        self._rows.setSpacing(GRID)
        left, right = QHBoxLayout(), QHBoxLayout()
        shown: tuple[QWidget, ...] = (self._picture, self._word, self.patient_button, self._session)
        pressed: tuple[QWidget, ...] = (
            *(self.waiting_button, self.activity, self.detach_button, self.pause_button, self.finish_button),
            self.decide_button,
        )
        for widget in shown:
            left.addWidget(widget)
        left.addWidget(self.bar, 1)
        left.addStretch(0)  # takes the room where there is no bar
        right.addStretch(1)
        for widget in pressed:
            right.addWidget(widget)
        for half in (left, right):
            half.setSpacing(GRID)
            self._rows.addLayout(half)
        self._halves = (left, right)
        self._rows.setStretch(0, 1)
        QWidget.setTabOrder(self.patient_button, self.waiting_button)
        QWidget.setTabOrder(self.waiting_button, self.activity)
        QWidget.setTabOrder(self.activity, self.detach_button)
        QWidget.setTabOrder(self.detach_button, self.pause_button)
        QWidget.setTabOrder(self.pause_button, self.finish_button)
        QWidget.setTabOrder(self.finish_button, self.decide_button)

    def _show_session(self, seconds: int) -> None:
        words = format_duration(seconds)
        # A change of the hint's width lays the whole window out anew; it is only given room when digits are added.
        is_wider = len(words) != len(self._session.text())
        if is_wider:
            self._session.setFont(tabular(self._session.font()))
            self._session.setMinimumWidth(self._session.fontMetrics().horizontalAdvance("8" * len(words)))
        self._session.setText(words)
        self._session.setAccessibleName(self.tr("This call {time}").format(time=words))

    def _show_patient(self, name: str) -> None:
        font = QApplication.font()  # the parts' own follow a change of the text size later than this
        strong = QFont(font)
        strong.setBold(True)
        left = WIDEST_HEAD - QFontMetrics(strong).horizontalAdvance(self._word.text())
        room = max(scaled(NARROWEST_NAME), min(left, scaled(WIDEST_NAME)))
        fitted = QFontMetrics(font).elidedText(name, Qt.TextElideMode.ElideRight, room)
        safe_text.set_button_text(self.patient_button, fitted)
        self.patient_button.setAccessibleName(name)
        safe_text.set_tip(self.patient_button, self.tr("Open the call with {name}").format(name=name) if name else "")

    def _show_waiting(self, waiting: Sequence[tuple[int, str]]) -> None:
        self._menu.clear()
        for call_id, words in waiting:
            chosen = safe_text.action(words, self._menu, name=f"waiting_{call_id}")
            chosen.triggered.connect(partial(self.waiting_chosen.emit, call_id))
            self._menu.addAction(chosen)
        one = self.tr("1 call waits")
        words = one if len(waiting) == 1 else self.tr("{n} calls wait").format(n=len(waiting))
        safe_text.set_button_text(self.waiting_button, words)
        safe_text.set_tip(self.waiting_button, self.tr("Calls set aside, and wrap-ups not written yet"))
        set_shown(self.waiting_button, shown=bool(waiting))

    def _fold(self) -> None:
        left, right = self._halves
        needed = left.minimumSize().width() + right.minimumSize().width() + 5 * GRID
        direction = QBoxLayout.Direction
        self._rows.setDirection(direction.TopToBottom if needed > self.width() else direction.LeftToRight)
