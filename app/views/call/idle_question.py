"""Whether anybody is still working: asked in a window that only an answer closes, and wherever else a timer shows."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.timer import TimerState
from app.views import safe_text
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.widgets import Picture, format_duration

KEEP, DISCARD, STOP = "keep", "discard", "stop"


@dataclass(frozen=True, slots=True)
class IdleAsk:
    """What is asked, and the idle time that may be kept, as m:ss. Never a name; empty words ask nothing."""

    words: str = ""
    gap: str = ""
    is_held: bool = False


def idle_ask(timer: TimerState | None, monotonic_ns: int) -> IdleAsk:
    """Return what is to be asked of a timer now."""
    if timer is None or timer.idle is None:
        return IdleAsk()
    gap = format_duration(timer.idle_seconds_at(monotonic_ns))
    words = _tr("Nobody has touched CareLoop for {gap}. Were you working on this patient?")
    if timer.is_held:
        words = _tr(
            "Nobody answered: {gap} are held as unconfirmed and do not count. Were you working on this patient?"
        )
    return IdleAsk(words.format(gap=gap), gap, timer.is_held)


class IdleQuestion(QWidget):
    """The question with its answers, one below the other where it is narrow. `answered` carries keep, discard or stop.

    No answer has the focus by itself: whoever comes back and types answers nothing by accident.
    """

    answered = Signal(str)

    def __init__(self, *, name: str, may_stop: bool = True, is_narrow: bool = False) -> None:
        """Ask nothing yet."""
        super().__init__()
        self.setObjectName(name)
        self.asked = IdleAsk()
        """What is asked now."""
        self.text = safe_text.label("", "strong", name=f"{name}_text")
        self.keep_button = safe_text.button("", name=f"{name}_keep", on_click=lambda: self.answered.emit(KEEP))
        self.discard_button = safe_text.button(
            self.tr("Discard it and go on"), name=f"{name}_discard", on_click=lambda: self.answered.emit(DISCARD)
        )
        self.stop_button = safe_text.button(
            self.tr("Discard it and stop"), name=f"{name}_stop", on_click=lambda: self.answered.emit(STOP)
        )
        if not may_stop:
            self.stop_button.hide()
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(Picture("hourglass", Role.WARN), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.text, 1)
        answers = QVBoxLayout() if is_narrow else QHBoxLayout()
        answers.setSpacing(GRID)
        for button in (self.keep_button, self.discard_button, self.stop_button):
            answers.addWidget(button)
        if not is_narrow:
            answers.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(line)
        column.addLayout(answers)
        self.hide()

    def ask(self, asked: IdleAsk) -> None:
        """Show what is asked; empty words take it away."""
        before, self.asked = self.asked, asked
        if before == asked:
            return
        set_shown(self, shown=bool(asked.words))
        if not asked.words:
            return
        self.text.setText(asked.words)
        self.setAccessibleName(asked.words)
        safe_text.set_button_text(self.keep_button, self.tr("Keep {gap}").format(gap=asked.gap))
        if not before.words or before.is_held != asked.is_held:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))


class IdleReview(QDialog):
    """Asks over the window. Esc, the close button and a click outside do nothing; `end` takes it away."""

    answered = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        """Prepare the question; `ask` says it."""
        super().__init__(parent)
        self.setObjectName("idle_review")
        self.setWindowTitle(self.tr("CareLoop"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._is_over = False
        self.question = IdleQuestion(name="idle")
        self.question.answered.connect(self.answered)
        self.question.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(safe_text.label(self.tr("Still working?"), "heading", name="idle_title"))
        column.addWidget(self.question)
        text = self.tr("The timer runs on until you answer. After five minutes without one, the time is set apart.")
        column.addWidget(safe_text.label(text, "muted", name="idle_note"))
        fit_scale(self, self._fit)
        self.question.text.setFocus()

    def ask(self, asked: IdleAsk) -> None:
        """Say what is asked now."""
        is_new = asked.is_held != self.question.asked.is_held or not self.question.asked.words
        self.question.ask(asked)
        if is_new:
            self._fit()

    def end(self) -> None:
        """Close it: there is an answer, or nothing to be asked any more."""
        self._is_over = True
        self.done(0)

    def reject(self) -> None:
        """Do nothing: only an answer ends it."""

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_over:
            super().closeEvent(event)
        else:
            event.ignore()

    def _fit(self) -> None:
        """Make room for the words at this width: a dialog does not ask wrapped lines for their height by itself."""
        parent, width = self.parentWidget(), scaled(76 * GRID)
        width = min(width, parent.width()) if parent is not None else width
        words = self.question.text
        beside = scaled(20) + 8 * GRID  # the picture, and the margins around
        words.setMinimumHeight(max(words.heightForWidth(width - beside), 0))
        for part in (self.question, self):
            column = part.layout()
            if column is not None:
                column.invalidate()
        self.setFixedSize(width, self.layout().totalHeightForWidth(width))  # type: ignore[union-attr]


def _tr(words: str) -> str:
    return QCoreApplication.translate("IdleQuestion", words)
