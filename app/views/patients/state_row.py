"""One line of an overview: a sign, what it is about, and how it stands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.views import safe_text
from app.views.theme import GRID, Role, set_shown
from app.views.widgets import Tone
from app.views.widgets.picture import Picture

_SIGNS = {
    Tone.NEUTRAL: ("circle", Role.MUTED),
    Tone.INFO: ("info", Role.ACCENT),
    Tone.READY: ("circle-check", Role.READY),
    Tone.WARN: ("triangle-alert", Role.WARN),
    Tone.BLOCK: ("octagon-x", Role.BLOCK),
}


class StateRow(QWidget):
    """A title with a sentence under it, and a sign whose shape and colour say the same as the sentence."""

    def __init__(self, title: str, *, name: str) -> None:
        """Make a row that says nothing yet."""
        super().__init__()
        self.setObjectName(name)
        self._title = title
        self._sign = Picture()
        self._text = safe_text.label("", name=f"{name}_text")
        self._detail = safe_text.label("", "small", name=f"{name}_detail")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._sign, 0, 0, 3, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(safe_text.label(title, "small"), 0, 1)
        grid.addWidget(self._text, 1, 1)
        grid.addWidget(self._detail, 2, 1)
        self.show_state("", Tone.NEUTRAL)

    def show_state(self, text: str, tone: Tone, detail: str = "") -> None:
        """Say how it stands."""
        self._sign.show_icon(*_SIGNS[tone])
        self._text.setText(text)
        self._detail.setText(detail)
        set_shown(self._detail, shown=bool(detail))
        self.setAccessibleName(f"{self._title}: {text} {detail}".strip())

    def text(self) -> str:
        """Return what the row says."""
        return self._text.text()
