"""The clinic's own facts."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.clinic_settings import ClinicForm
from app.storage.ledger import Changes
from app.views.clinic_form import ClinicFields
from app.views.form_panel import FormPanel
from app.views.page_context import PageContext
from app.views.settings.list_pane import WIDEST
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import PageHeader


class ClinicSection(QWidget):
    """Name, letterhead, telephone and billing numbers."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("clinic_section")
        self._context = context
        self.form = ClinicFields(with_name=True)
        self.panel = FormPanel(
            context,
            self.form,
            lambda _: _saving(context, self.form.clinic()),
            action=self.tr("Save"),
            name="clinic_panel",
        )
        self._stands: ClinicForm | None = None
        self.panel.saved.connect(self._on_saved)
        self.panel.cancelled.connect(self._read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(
            PageHeader(self.tr("Clinic"), self.tr("As letters, care plans, packets and claims name the clinic."))
        )
        column.addWidget(self.panel, 1)
        fit_scale(self.panel, lambda: self.panel.setMaximumWidth(scaled(WIDEST)))
        context.feed.changed.connect(self._on_changed)
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        return self.panel.may_close()

    def _on_saved(self, _: object) -> None:
        before = self._stands
        if before is not None:
            self._context.undo.offer(self.tr("changed the clinic's facts"), _saving(self._context, before))
        self._read()

    def _on_read(self, clinic: ClinicForm) -> None:
        self._stands = clinic
        self.form.show_clinic(clinic)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("clinic") and not self.form.is_dirty:
            self._read()

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.clinic.clinic(desk.actor), self._on_read)


def _saving(context: PageContext, clinic: ClinicForm) -> Callable[[], object]:
    desk = context.desk
    return lambda: desk.clinic.edit_clinic(desk.actor, clinic)
