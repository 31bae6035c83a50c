"""The question before a copy leaves the encrypted file: whether, and why."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.services.figures.kinds import PURPOSES
from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, Role, set_kind
from app.views.widgets import ChoiceField, buttons_row

USUAL = "operations"


class LeavePanel(QFrame):
    """Hidden until a copy is to leave. `agreed` carries why (a key of `PURPOSES`); Esc or Cancel takes it back."""

    agreed = Signal(str)
    cancelled = Signal()

    def __init__(self, *, name: str = "leave") -> None:
        """Make the panel."""
        super().__init__()
        self.setObjectName(name)
        set_kind(self, "warn", key="banner")
        self._came_from: QWidget | None = None
        self._words = safe_text.label("", name=f"{name}_words")
        self.purpose = ChoiceField(list(PURPOSES.items()))
        self.purpose.setObjectName(f"{name}_purpose")
        self.purpose.setAccessibleName(self.tr("Why the copy leaves"))
        self.cancel_button = safe_text.button(self.tr("Cancel"), name=f"{name}_cancel", on_click=self._on_cancel)
        self.agree_button = safe_text.button(
            "",
            name=f"{name}_agree",
            kind="primary",
            icon=icon("file-down", Role.ON_ACCENT),
            on_click=self._on_agree,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self._words)
        column.addWidget(safe_text.label(self.tr("Why does it leave?"), "strong", buddy=self.purpose))
        column.addWidget(self.purpose)
        column.addLayout(buttons_row(self.cancel_button, self.agree_button))
        self.hide()

    def ask(self, action: str, came_from: QWidget | None = None) -> None:
        """Ask whether to do `action` ("Save PDF"); the focus returns to `came_from`."""
        self._came_from = came_from
        self._words.setText(
            self.tr(
                "This copy leaves the encrypted file. Whoever has it can read it, and CareLoop can no longer protect "
                "it. It is listed in the accounting of disclosures."
            )
        )
        safe_text.set_button_text(self.agree_button, action)
        self.purpose.set_value(USUAL)
        self.show()
        self.purpose.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_cancel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_agree()
        else:
            super().keyPressEvent(event)

    def _on_agree(self) -> None:
        purpose = self.purpose.value() or USUAL
        self._close()
        self.agreed.emit(purpose)

    def _on_cancel(self) -> None:
        self._close()
        self.cancelled.emit()

    def _close(self) -> None:
        self.hide()
        if self._came_from is not None and self._came_from.isVisible():
            self._came_from.setFocus(Qt.FocusReason.OtherFocusReason)
