"""One step of setting up a clinic."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.views import safe_text
from app.views.theme import GRID
from app.views.widgets import Banner


class Step(QWidget):
    """A title, a line under it, and the step's own controls in `body`.

    `ready_changed` says whether the step may be left forward; `submitted` follows Enter in its last field.
    """

    ready_changed = Signal(bool)
    submitted = Signal()

    def __init__(self, name: str, short: str, title: str, text: str) -> None:
        """Make a step; `short` names it in the list of steps."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.short = short
        self.is_ready = True
        self.banner = Banner(name=f"{name}_banner")
        self.body = QVBoxLayout(self)
        """Where the controls go."""
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(2 * GRID)
        self.body.addWidget(safe_text.label(title, "title", name=f"{name}_title"))
        self.body.addWidget(safe_text.label(text, "muted"))
        self.body.addWidget(self.banner)

    def next_words(self) -> str:
        """Return the words of the button that goes on."""
        return self.tr("Next")

    def enter(self) -> None:
        """Be told that the step comes into view."""

    def leave(self, go_on: Callable[[], object]) -> None:
        """Check what was entered, do what belongs to it, and call `go_on`; or say what is missing."""
        go_on()

    def set_ready(self, *, ready: bool) -> None:
        """Say whether the step may be left forward."""
        self.is_ready = ready
        self.ready_changed.emit(ready)
