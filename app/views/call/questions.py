"""What is asked about a call in a small window: before one leaves, and how long ago it really began."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.theme import GRID
from app.views.widgets import Form, NumberField, buttons_row

LONGEST_BACK = 120
"""Minutes; whoever forgot for longer adds the time by hand."""


class LeavingQuestion(QDialog):
    """A call runs and somebody wants to leave: finish it, leave it parked, or stay."""

    def __init__(self, parent: QWidget, on_finish: Callable[[], object], on_park: Callable[[], object]) -> None:
        """Prepare the question."""
        super().__init__(parent)
        self.setObjectName("leaving_question")
        self.setWindowTitle(self.tr("CareLoop"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(56 * GRID)
        stay = safe_text.button(self.tr("Stay"), name="leaving_stay", on_click=self.reject)
        park = safe_text.button(
            self.tr("Park it and leave"), name="leaving_park", on_click=lambda: self._leave(on_park)
        )
        finish = safe_text.button(
            self.tr("Finish the call"), name="leaving_finish", kind="primary", on_click=lambda: self._leave(on_finish)
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(safe_text.label(self.tr("A call is running"), "heading"))
        text = self.tr("Finish it and write it up now, or park it: its time stops, and it waits for you here.")
        column.addWidget(safe_text.label(text))
        column.addLayout(buttons_row(park, finish, lead=lambda: stay))
        finish.setFocus()

    def _leave(self, what: Callable[[], object]) -> None:
        self.accept()
        what()


class ForgottenStart(QDialog):
    """Asks how long before the key press the call began, and why."""

    def __init__(self, parent: QWidget, on_set: Callable[[int, str], object]) -> None:
        """Prepare the question; `on_set` gets the minutes and the reason."""
        super().__init__(parent)
        self.setObjectName("forgotten_start")
        self.setWindowTitle(self.tr("CareLoop"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(56 * GRID)
        self._on_set = on_set
        self.form = Form()
        self.minutes = self.form.add(
            "back_minutes",
            self.tr("Minutes before the timer was started"),
            NumberField(least=1, most=LONGEST_BACK),
            required=True,
        )
        self.form.add_line("back_reason", self.tr("What happened"), required=True)
        cancel = safe_text.button(self.tr("Cancel"), name="back_cancel", on_click=self.reject)
        add = safe_text.button(self.tr("Add the minutes"), name="back_add", kind="primary", on_click=self._on_add)
        add.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(safe_text.label(self.tr("I forgot to start the timer"), "heading"))
        text = self.tr("The minutes are added before the start and stay marked as estimated for ever.")
        column.addWidget(safe_text.label(text))
        column.addWidget(self.form)
        column.addLayout(buttons_row(cancel, add))
        self.minutes.setFocus()

    def _on_add(self) -> None:
        if self.form.check():
            values = self.form.values()
            self.accept()
            self._on_set(values["back_minutes"], values["back_reason"])
