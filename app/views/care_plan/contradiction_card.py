"""Lines of templates that pull apart, side by side, and which of them stands."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton

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
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        for number, side in enumerate(one.sides):
            said = "\n".join(f"• {words.get(line, line)}" for line in side)
            button = self._add(number, self.tr("Keep this side"), f"contradiction_{_plain(one.id)}_{number}")
            button.setAccessibleName(self.tr("Keep: {words}").format(words=said.replace("\n", " ")))
            text = safe_text.label(said, name=f"contradiction_{_plain(one.id)}_{number}_words")
            grid.addWidget(button, 0, number)
            grid.addWidget(text, 1, number, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(number, 1)
        self.body.addLayout(grid)
        self.body.addWidget(
            self._add(
                BOTH, self.tr("Keep all of it: they may stand together here"), f"contradiction_{_plain(one.id)}_both"
            )
        )

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
