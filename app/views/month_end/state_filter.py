"""The board's counters, each of which shows its own patients alone."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from app.services.readiness import STATES
from app.views import safe_text
from app.views.icons import icon
from app.views.month_end.words import STATE_ICONS, state_words
from app.views.theme import GRID, Role, fit_scale, scaled

ALL = ""
LEAST_WIDTH = 52 * GRID


class StateFilter(QWidget):
    """One counter a state, and one for all. `chosen` carries a state, or `ALL`. Left and Right walk the counters."""

    chosen = Signal(str)

    def __init__(self) -> None:
        """Count nobody; all are shown."""
        super().__init__()
        self.setObjectName("month_states")
        self.setAccessibleName(self.tr("States"))
        self._words: dict[str, tuple[str, str]] = {}
        self.buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        for state in (ALL, *STATES):
            drawn, role = STATE_ICONS.get(state, ("users", Role.TEXT))
            made = safe_text.tool_button(
                "", name=f"month_state_{state or 'all'}", icon=icon(drawn, role), show_text=True, checkable=True
            )
            made.clicked.connect(lambda _=False, state=state: self._on_clicked(state))
            self._group.addButton(made)
            self.buttons[state] = made
            row.addWidget(made)
        row.addStretch(1)
        self.show_all()
        self.show_counts(dict.fromkeys(STATES, 0))
        fit_scale(self, self._fit)

    @property
    def state(self) -> str:
        """The state shown alone, or `ALL`."""
        return next(state for state, button in self.buttons.items() if button.isChecked())

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show how many patients are in each state."""
        for state in self.buttons:
            name = state_words(state) if state else self.tr("All")
            count = counts[state] if state else sum(counts.values())
            self._words[state] = (f"{name} {count:,}", f"{count:,}")
        self._fit()

    def show_all(self) -> None:
        """Choose all, without a signal."""
        self.buttons[ALL].setChecked(True)
        self._keep_one_stop()

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(LEAST_WIDTH), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        buttons = list(self.buttons.values())
        at = next((position for position, button in enumerate(buttons) if button.hasFocus()), None)
        if at is None or event.key() not in steps:
            super().keyPressEvent(event)
            return
        following = buttons[(at + steps[Qt.Key(event.key())]) % len(buttons)]
        following.setFocus(Qt.FocusReason.TabFocusReason)
        following.click()

    def _on_clicked(self, state: str) -> None:
        self._keep_one_stop()
        self.chosen.emit(state)

    def _keep_one_stop(self) -> None:
        """Let Tab stop at the chosen counter alone, from either side."""
        for button in self.buttons.values():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if button.isChecked() else Qt.FocusPolicy.NoFocus)

    def _fit(self) -> None:
        """Leave the words to tool tips where there is no room for them."""
        for state, button in self.buttons.items():
            safe_text.set_button_text(button, self._words[state][0])
            safe_text.set_tip(button, "")
        needed = sum(button.sizeHint().width() + GRID // 2 for button in self.buttons.values())
        if needed <= self.width():
            return
        for state, button in self.buttons.items():
            words, count = self._words[state]
            safe_text.set_button_text(button, count)
            safe_text.set_tip(button, words)
            button.setAccessibleName(words)
