"""A row of counters, each of which shows its own part of a list alone."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, Role, fit_scale

LEAST_WIDTH = 40 * GRID
MOST_LINES = 2
"""Lines in which the buttons stand with their words."""


class Counters(QWidget):
    """One button a key with its words and its count. `chosen` carries a key; Left and Right walk the buttons.

    Buttons stand in two lines where one is too short. Where that is too short as well, they show their icon and count
    alone and say the rest in their tool tip; the chosen one keeps its words.
    """

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str, str]], *, name: str, words: str) -> None:
        """Offer `choices` of (key, words, icon); the first is chosen. `words` is the row's accessible name."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._words = {key: title for key, title, _ in choices}
        self._counts = dict.fromkeys(self._words, 0)
        self.buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._lines: list[QHBoxLayout] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID // 2)
        self._column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        for key, title, drawn in choices:
            made = safe_text.tool_button(
                title, name=f"{name}_{key or 'all'}", icon=icon(drawn, Role.TEXT), show_text=True, checkable=True
            )
            made.clicked.connect(lambda _=False, key=key: self._on_clicked(key))
            self._group.addButton(made)
            made.setParent(self)
            self.buttons[key] = made
        self.choose(choices[0][0])
        fit_scale(self, self._fit)

    @property
    def key(self) -> str:
        """The chosen key."""
        return next(key for key, button in self.buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        """Choose `key`, without a signal."""
        self.buttons[key].setChecked(True)
        self._keep_one_stop()
        self._fit()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show how many there are of each key."""
        self._counts = {key: counts.get(key, 0) for key in self._words}
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, super().minimumSizeHint().height())

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

    def _on_clicked(self, key: str) -> None:
        self._keep_one_stop()
        self._fit()
        self.chosen.emit(key)

    def _keep_one_stop(self) -> None:
        """Let Tab stop at the chosen button alone, from either side."""
        for button in self.buttons.values():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if button.isChecked() else Qt.FocusPolicy.NoFocus)

    def _fit(self) -> None:
        for key, button in self.buttons.items():
            safe_text.set_button_text(button, f"{self._words[key]} {self._counts[key]:,}")
            safe_text.set_tip(button, "")
        if len(self._split()) > MOST_LINES:
            self._shorten()
        self._place()

    def _shorten(self) -> None:
        for key, button in self.buttons.items():
            if button.isChecked():
                continue
            words = f"{self._words[key]} {self._counts[key]:,}"
            safe_text.set_button_text(button, f"{self._counts[key]:,}")
            safe_text.set_tip(button, words)
            button.setAccessibleName(words)

    def _split(self) -> list[list[QToolButton]]:
        """Return the buttons line by line, each line as full as the width lets it be."""
        lines: list[list[QToolButton]] = [[]]
        left = self.width()
        for button in self.buttons.values():
            wide = button.sizeHint().width() + GRID // 2
            if lines[-1] and wide > left:
                lines.append([])
                left = self.width()
            lines[-1].append(button)
            left -= wide
        return lines

    def _place(self) -> None:
        lines = self._split()
        while len(self._lines) < len(lines):
            line = QHBoxLayout()
            line.setSpacing(GRID // 2)
            line.setAlignment(Qt.AlignmentFlag.AlignLeft)
            self._column.addLayout(line)
            self._lines.append(line)
        for at, line in enumerate(self._lines):
            while line.count():
                line.takeAt(0)
            for button in lines[at] if at < len(lines) else ():
                line.addWidget(button)
        self._column.activate()
        self.setMinimumHeight(self._column.sizeHint().height())
