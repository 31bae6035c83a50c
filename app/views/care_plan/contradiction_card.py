"""Lines of templates that pull apart, side by side, and which of them stands."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QRadioButton

from app.rules.plan_templates import Contradiction
from app.views import safe_text
from app.views.theme import GRID
from app.views.widgets import Card

BOTH = -1
"""Chosen in place of a side: all stand, and whoever signs has decided that they may."""


class ContradictionCard(Card):
    """Says what pulls apart and what is to be decided. `chosen` carries the side's number, or `BOTH`."""

    chosen = Signal(int)

    def __init__(self, one: Contradiction, words: Mapping[str, str]) -> None:
        """Show the sides of `one`; `words` of its lines by their ids."""
        super().__init__(one.says, name=f"contradiction_{_plain(one.id)}")
        self.setAccessibleName(one.says)
        self.body.setSpacing(GRID // 2)
        self.body.addWidget(safe_text.label(one.decide, "muted"))
        self.buttons: dict[int, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._sides: list[tuple[QRadioButton, QLabel]] = []
        for number, side in enumerate(one.sides):
            said = "\n".join(f"• {words.get(line, line)}" for line in side)
            button = self._add(number, self.tr("Keep this side"), f"contradiction_{_plain(one.id)}_{number}")
            button.setAccessibleName(self.tr("Keep: {words}").format(words=said.replace("\n", " ")))
            text = safe_text.label(said, name=f"contradiction_{_plain(one.id)}_{number}_words")
            self._sides.append((button, text))
        self.body.addLayout(self._grid)
        self.stand_beside(beside=True)
        self.body.addWidget(
            self._add(
                BOTH, self.tr("Keep all of it: they may stand together here"), f"contradiction_{_plain(one.id)}_both"
            )
        )

    def stand_beside(self, *, beside: bool) -> None:
        """Show the sides beside each other, or below each other."""
        for number, (button, text) in enumerate(self._sides):
            row, column = (0, number) if beside else (2 * number, 0)
            self._grid.addWidget(button, row, column)
            self._grid.addWidget(text, row + 1, column, Qt.AlignmentFlag.AlignTop)
            self._grid.setColumnStretch(number, 1 if beside or number == 0 else 0)

    def choose(self, side: int) -> None:
        """Show what was chosen."""
        self.buttons[side].setChecked(True)

    def enter(self) -> None:
        """Go to the first choice."""
        next(iter(self.buttons.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, side: int, words: str, name: str) -> QRadioButton:
        button = safe_text.radio_button(words, name=name)
        button.clicked.connect(lambda _checked=False: self.chosen.emit(side))
        self._group.addButton(button)
        self.buttons[side] = button
        return button


def _plain(key: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in key)
