"""A line that searches as one types."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QLineEdit

from app.views.icons import icon
from app.views.theme import Role
from app.views.widgets.fields import LineField

WAIT_MS = 150


class SearchField(LineField):
    """Emits `searched` 150 ms after the last key; Enter searches at once, Esc empties, Down leaves for the results."""

    searched = Signal(str)
    left_down = Signal()

    def __init__(self, hint: str, *, name: str) -> None:
        """Show `hint` while empty; it is the accessible name too."""
        super().__init__(hint=hint, max_length=100)
        self.setObjectName(name)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(True)
        self.addAction(icon("search", Role.MUTED), QLineEdit.ActionPosition.LeadingPosition)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._on_waited)
        self.textChanged.connect(self._timer.start)
        self.returnPressed.connect(self._on_waited)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        else:
            super().keyPressEvent(event)

    def _on_waited(self) -> None:
        self._timer.stop()
        self.searched.emit(self.text().strip())
