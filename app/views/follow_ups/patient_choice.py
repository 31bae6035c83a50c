"""Whose follow-up: a patient found by name, MRN, phone or birth date."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.patient_rows import PatientHit
from app.views import safe_text
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID
from app.views.widgets import ChoiceField, SearchField, format_date


class PatientChoice(QWidget):
    """Finds as one types. `chosen` carries the patient's id, after Enter or the button."""

    chosen = Signal(int)

    def __init__(self, context: PageContext, action: str) -> None:
        """`action` are the words of the button."""
        super().__init__()
        self.setObjectName("patient_choice")
        self.setAccessibleName(self.tr("Choose a patient"))
        self._context = context
        self._found = Latest(context.tasks, self)
        self.search = SearchField(self.tr("Name, MRN, phone or birth date"), name="patient_choice_search")
        self.which = ChoiceField()
        self.which.setObjectName("patient_choice_which")
        self.which.setAccessibleName(self.tr("Patients found"))
        self._words = safe_text.label("", "muted", name="patient_choice_words")
        self.button = safe_text.button(action, name="patient_choice_go", kind="primary", on_click=self._on_go)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, GRID, 2)
        column.setSpacing(GRID)
        for part in (self.search, self.which, self._words, self.button):
            column.addWidget(part)
        column.addStretch(1)
        self.search.searched.connect(self._on_searched)
        self.search.left_down.connect(self.which.setFocus)
        self._show(())

    def _on_searched(self, text: str) -> None:
        patients, actor = self._context.desk.patients, self._context.desk.actor
        self._found.ask(lambda: patients.find(actor, text), self._show)

    def _on_go(self) -> None:
        if self.which.value() is not None:
            self.chosen.emit(self.which.value())

    def _show(self, hits: Sequence[PatientHit]) -> None:
        self.which.offer([(hit.id, f"{hit.name}, {format_date(hit.born_on)}") for hit in hits])
        self.which.set_value(hits[0].id if hits else None)
        self.button.setEnabled(bool(hits))
        self.which.setEnabled(bool(hits))
        typed = bool(self.search.text().strip())
        nobody = self.tr("Nobody is found.") if typed else self.tr("Type to find the patient.")
        self._words.setText("" if hits else nobody)
