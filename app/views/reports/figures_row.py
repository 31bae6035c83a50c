"""The numbers of a report that are read first, as many beside each other as there is room for."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.report import Figure, written
from app.views import safe_text
from app.views.theme import GRID, Role, fit_scale, scaled, tabular
from app.views.widgets import Picture

_WIDE = 20 * GRID
_PICTURES = {
    "ready": ("circle-check", Role.READY),
    "warn": ("triangle-alert", Role.WARN),
    "block": ("octagon-x", Role.BLOCK),
}


class FiguresRow(QWidget):
    """A card a figure: its name, its value, and a picture where it is good or needs looking at."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        """Show `figures`."""
        super().__init__()
        self.setObjectName("report_figures")
        self._cards = [_card(figure) for figure in figures]
        self._across = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)
        fit_scale(self, self._arrange)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        across = max(1, min(self.width() // scaled(_WIDE), len(self._cards)))
        if across == self._across:
            return
        self._across = across
        for at, card in enumerate(self._cards):
            self._grid.addWidget(card, at // across, at % across)
        for at in range(len(self._cards)):
            self._grid.setColumnStretch(at, 1 if at < across else 0)


def _card(figure: Figure) -> QFrame:
    card = QFrame()
    card.setProperty("kind", "card")
    words = written(figure.value, figure.kind)
    card.setAccessibleName(f"{figure.name}: {words}")
    value = safe_text.label(words, "heading", wrap=False)
    value.setFont(tabular(value.font()))
    line = QHBoxLayout()
    line.setSpacing(GRID)
    if figure.tone:
        line.addWidget(Picture(*_PICTURES[figure.tone]), 0, Qt.AlignmentFlag.AlignVCenter)
    line.addWidget(value, 1)
    column = QVBoxLayout(card)
    column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
    column.setSpacing(0)
    column.addLayout(line)
    column.addWidget(safe_text.label(figure.name, "muted"))
    return card
