"""A form with its buttons always in view, saved through one call; nothing typed is lost unasked."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.views import safe_text
from app.views.errors import sentence
from app.views.field_faults import show_faults
from app.views.page_context import PageContext
from app.views.theme import GRID
from app.views.widgets import Banner, Form, ask, buttons_row, scrolling

Values = dict[str, Any]
Save = Callable[[Values], Callable[[], object]]
"""From the form's values to the service call that keeps them; the call runs on the database thread."""


class FormPanel(QWidget):
    """Shows `form` above Cancel and Save. Faults of the service stand beside their fields, others above the form.

    `saved` carries what the service returned, `refused` the `ClinicError` it raised instead; `cancelled` follows Cancel
    once nothing is lost by it. Ctrl+S saves.
    """

    saved = Signal(object)
    refused = Signal(object)
    cancelled = Signal()

    def __init__(
        self,
        context: PageContext,
        form: Form,
        save: Save,
        *,
        action: str,
        name: str,
    ) -> None:
        """Save under the words `action`."""
        super().__init__()
        self.setObjectName(name)
        self._context = context
        self.form = form
        self._save = save
        self._is_saving = False
        self.banner = Banner(name=f"{name}_banner")
        self.save_button = safe_text.button(
            action, name=f"{name}_save", kind="primary", tip=f"{action} (Ctrl+S)", on_click=self.save
        )
        self.cancel_button = safe_text.button(self.tr("Cancel"), name=f"{name}_cancel", on_click=self._on_cancel)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(2, 2, GRID, 2)
        inside.setSpacing(2 * GRID)
        inside.addWidget(self.banner)
        self.above = QVBoxLayout()
        """Where a panel puts what stands above its form."""
        inside.addLayout(self.above)
        inside.addWidget(form)
        inside.addStretch(1)
        self.area = scrolling(content)
        self._follow = _FollowFocus(self.area)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.area, 1)
        column.addLayout(buttons_row(self.cancel_button, self.save_button))
        context.window.commands.on("save", self, self.save)

    def save(self) -> None:
        """Check the form and keep what it says."""
        if self._is_saving or not self.form.check():
            return
        self._set_saving(saving=True)
        self._context.tasks.run(self._save(self.form.values()), self._on_saved, self._on_failed)

    def may_close(self) -> bool:
        """Whether nothing would be lost; otherwise ask, and answer no until the person has agreed."""
        if not self.form.is_dirty:
            return True
        ask(
            self,
            self.tr("Leave without saving?"),
            self.tr("What you entered here has not been saved and would be lost."),
            self.tr("Leave without saving"),
            self._on_given_up,
            danger=True,
        )
        return False

    def go_to(self, key: str) -> None:
        """Put the focus into the field `key` and bring it into view."""
        field = self.form.field(key)
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.area.ensureWidgetVisible(field, 0, 12 * GRID)

    def _on_saved(self, result: object) -> None:
        self._set_saving(saving=False)
        self.form.mark_clean()
        self.saved.emit(result)

    def _on_failed(self, error: Exception) -> None:
        self._set_saving(saving=False)
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        loose = show_faults(self.form, error) if isinstance(error, FieldFaults) else sentence(error)
        self.banner.show_text(loose, "block")
        if loose:
            self.area.ensureWidgetVisible(self.banner)
        self.refused.emit(error)

    def _on_cancel(self) -> None:
        if self.may_close():
            self.cancelled.emit()

    def _on_given_up(self) -> None:
        self.form.mark_clean()
        self.cancelled.emit()

    def _set_saving(self, *, saving: bool) -> None:
        self._is_saving = saving
        self.save_button.setEnabled(not saving)
        if saving:
            self.banner.show_text("")


class _FollowFocus(QObject):
    """Scrolls to what has the focus, also where Tab did not bring it there."""

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._area = area
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._area.isAncestorOf(now):
            self._area.ensureWidgetVisible(now, 0, 6 * GRID)
