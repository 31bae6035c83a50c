"""What is shown while nobody is signed in: one card in the middle of an empty window."""

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.theme import GRID, Role, fit_scale, scaled
from app.views.widgets import Banner, Card, scrolling
from app.views.widgets.picture import Picture


class Gate(QWidget):
    """A card with a title, a line under it and a place for bad news. Fill it through `body`.

    The card scrolls where the text is larger than the window. `show_problem` says what is in the way; `show_busy`
    says what is being done and keeps the controls from being pressed twice.
    """

    def __init__(self, title: str, text: str = "", *, name: str, width: int = 56 * GRID) -> None:
        """Make a card `width` pixels wide at 100 % text."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.banner = Banner(name=f"{name}_banner")
        self._busy = safe_text.label("", "muted", name=f"{name}_busy")
        self._busy.hide()
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        """Where the controls go."""
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(2 * GRID)
        card = Card(name=f"{name}_card")
        card.body.setSpacing(2 * GRID)
        card.body.addLayout(_brand())
        card.body.addWidget(safe_text.label(title, "title", name=f"{name}_title"))
        if text:
            card.body.addWidget(safe_text.label(text, "muted", name=f"{name}_text"))
        card.body.addWidget(self.banner)
        card.body.addWidget(self._content)
        card.body.addWidget(self._busy)
        self.foot = QVBoxLayout()
        """Below all: what stays usable while the controls rest."""
        card.body.addLayout(self.foot)
        card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        fit_scale(self, lambda: card.setMaximumWidth(scaled(width)))
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.addStretch(1)
        row = QHBoxLayout()
        # Stretches and not an alignment: an aligned card would not be given the height its wrapped lines need.
        row.addStretch(1)
        row.addWidget(card, 1000)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(middle))

    def show_problem(self, text: str, kind: str = "block", action: str = "") -> None:
        """Say what is in the way, above the controls, and let them be used again; empty takes it away."""
        self.show_busy("")
        self.banner.show_text(text, kind, action)

    def show_busy(self, text: str) -> None:
        """Say what is being done while the controls rest; empty gives them back."""
        if text:
            self.banner.show_text("")
        self._busy.setText(text)
        self._busy.setVisible(bool(text))
        self._content.setEnabled(not text)

    @property
    def is_busy(self) -> bool:
        """Whether the controls rest."""
        return not self._content.isEnabled()


def _brand() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GRID)
    row.addWidget(Picture("heart-pulse", Role.ACCENT, 3 * GRID))
    row.addWidget(safe_text.label("CareLoop", "heading", wrap=False))
    row.addStretch(1)
    return row
