"""A question before a final step: what will happen, and the words of the button that does it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.theme import GRID
from app.views.widgets.fields import TextField
from app.views.widgets.form import Form
from app.views.widgets.layout import buttons_row


class Confirm(QDialog):
    """Says what will happen and waits for the named button; Esc leaves everything as it was."""

    def __init__(self, parent: QWidget, title: str, text: str, action: str, *, danger: bool, reason: str) -> None:
        """Prepare the question; with `reason` (a label) nothing happens without one."""
        super().__init__(parent)
        self.setObjectName("confirm")
        self.setWindowTitle(self.tr("CareLoop"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumWidth(56 * GRID)
        self.reason: TextField | None = None
        self._form = Form()
        self.cancel_button = safe_text.button(self.tr("Cancel"), name="confirm_cancel", on_click=self.reject)
        self.action_button = safe_text.button(
            action, name="confirm_action", kind="danger" if danger else "primary", on_click=self._on_action
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(safe_text.label(title, "heading", name="confirm_title"))
        column.addWidget(safe_text.label(text, name="confirm_text"))
        if reason:
            self.reason = self._form.add_text("confirm_reason", reason, lines=2, required=True)
            column.addWidget(self._form)
        column.addLayout(buttons_row(self.cancel_button, self.action_button))
        (self.reason or (self.cancel_button if danger else self.action_button)).setFocus()

    def _on_action(self) -> None:
        if self._form.check():
            self.accept()


def ask(
    parent: QWidget,
    title: str,
    text: str,
    action: str,
    on_yes: Callable[[], object],
    *,
    danger: bool = False,
) -> Confirm:
    """Ask, and call `on_yes` once the person pressed the button called `action`. Returns at once."""
    asked = Confirm(parent, title, text, action, danger=danger, reason="")
    asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    asked.accepted.connect(lambda: on_yes())  # noqa: PLW0108 - `on_yes` may be any callable
    asked.open()
    return asked


def ask_reason(
    parent: QWidget,
    title: str,
    text: str,
    action: str,
    on_yes: Callable[[str], object],
    *,
    label: str,
    danger: bool = False,
) -> Confirm:
    """Ask as `ask` does, with a reason to be typed under `label`, which `on_yes` is given."""
    asked = Confirm(parent, title, text, action, danger=danger, reason=label)
    asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    asked.accepted.connect(lambda: on_yes((asked.reason.value() if asked.reason else None) or ""))
    asked.open()
    return asked
