"""Going through the medicines with the patient on the line: one row a medicine, what was found of it, recorded once."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.chart_forms import MedicationRow
from app.services.reconciliations import ReconciledForm, ReconciliationRow
from app.views import safe_text
from app.views.call.words import medicine_standings
from app.views.form_panel import FormPanel, Values
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.theme import GRID, set_shown
from app.views.widgets import Form, LineField, RadioField, format_date


class MedicineField(QWidget):
    """What was found of one medicine: one of four answers, and a line where it is not taken as listed."""

    edited = Signal()

    def __init__(self, row: MedicationRow) -> None:
        """Ask about `row`."""
        super().__init__()
        self._row = row
        name = f"medicine_{row.id}"
        self.standing = RadioField(medicine_standings(), name=name, columns=2)
        self.standing.setObjectName(f"{name}_standing")
        self.standing.setAccessibleName(row.description)
        self.note = LineField(hint=self.tr("How it is taken, or why not"), max_length=500)
        self.note.setObjectName(f"{name}_note")
        self.note.setAccessibleName(self.tr("Note on {medicine}").format(medicine=row.description))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        if row.directions:
            column.addWidget(safe_text.label(row.directions, "muted"))
        column.addWidget(self.standing)
        column.addWidget(self.note)
        self.setFocusProxy(self.standing.buttons[0])
        self.standing.edited.connect(self._on_edited)
        self.note.edited.connect(self.edited)
        self._fit()

    def value(self) -> ReconciledForm | None:
        """Return what was found, None while nothing is chosen."""
        standing = self.standing.value()
        if standing is None:
            return None
        note = "" if standing == "taking" else self.note.value() or ""
        return ReconciledForm(self._row.id, standing, note)

    def set_value(self, value: ReconciledForm | None) -> None:
        """Show what was found."""
        self.standing.set_value(value.standing if value is not None else None)
        self.note.set_value(value.note if value is not None else None)
        self._fit()

    def problem(self) -> str | None:
        """A medicine that is taken otherwise needs to be told how."""
        value = self.value()
        is_lacking = value is not None and value.standing == "changed" and not value.note
        return self.tr("Say how it is taken.") if is_lacking else None

    def _on_edited(self) -> None:
        self._fit()
        self.edited.emit()

    def _fit(self) -> None:
        set_shown(self.note, shown=self.standing.value() not in (None, "taking"))


def medicines_panel(
    context: PageContext,
    patient_id: int,
    medicines: Sequence[MedicationRow],
    last: ReconciliationRow | None,
    call_id: int | None = None,
) -> FormPanel:
    """Return the panel that goes through `medicines` and records what was found; `last` is when that was done last."""
    form = Form()
    fields = [form.add(str(row.id), row.description, MedicineField(row), required=True) for row in medicines]
    reconciliations, actor = context.desk.reconciliations, context.desk.actor

    def save(values: Values) -> Callable[[], object]:
        found = [values[str(row.id)] for row in medicines]
        return lambda: reconciliations.record(actor, patient_id, found, call_id)

    panel = FormPanel(context, form, save, action=panel_action(), name="medicines_panel")
    panel.setAccessibleName(panel_action())
    panel.above.addWidget(safe_text.label(last_words(last), "muted", name="medicines_last"))

    def all_taken() -> None:
        for row, field in zip(medicines, fields, strict=True):
            if field.value() is None:
                field.set_value(ReconciledForm(row.id, "taking"))
                field.edited.emit()
        panel.save_button.setFocus(Qt.FocusReason.OtherFocusReason)

    rest = safe_text.button(
        _tr("The rest is taken as listed"), name="medicines_rest", icon=icon("check"), on_click=all_taken
    )
    panel.above.addWidget(rest, 0, Qt.AlignmentFlag.AlignLeft)
    return panel


def panel_action() -> str:
    """Return what recording is called."""
    return _tr("Record the review of medicines")


def last_words(last: ReconciliationRow | None) -> str:
    """Say when the medicines were gone through last, and by whom."""
    if last is None:
        return _tr("Not gone through here before.")
    words = _tr("Last gone through on {day} by {name}.")
    return words.format(day=format_date(last.done_on), name=last.done_by)


def _tr(words: str) -> str:
    return QCoreApplication.translate("MedicinesPanel", words)
