"""The panel that puts a call sheet on paper, for a day on which the computer cannot be asked."""

from datetime import date
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.weekly_plan import MOST_DAYS
from app.views import safe_text
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.file_choice import ask_new_file
from app.views.icons import icon
from app.views.month_end.saved_file import save_file
from app.views.page_context import PageContext
from app.views.theme import GRID, Role
from app.views.widgets import Banner, ChoiceField, DateField, Form, NumberField, buttons_row


class CallSheetPanel(QWidget):
    """Asks for which days and whose patients, and where to. `done` follows once the place is chosen.

    The making is noted in the audit trail by its service.
    """

    done = Signal()

    def __init__(self, context: PageContext, first: date) -> None:
        """Propose one day from `first` on."""
        super().__init__()
        self.setObjectName("call_sheet_panel")
        self.setAccessibleName(self.tr("Call sheet"))
        self._context = context
        leaves = Banner(
            self.tr(
                "The PDF leaves the encrypted clinic: it names patients, their telephone numbers and why they are "
                "called. Keep it as you keep charts, and shred it when it is not needed any more."
            ),
            "warn",
            name="call_sheet_leaves",
        )
        self.form = Form()
        earliest = clinic_today(context, clinic_zone(context))
        self.form.add("first", self.tr("From"), DateField(earliest=earliest), required=True)
        self.form.add("days", self.tr("Days"), NumberField(least=1, most=MOST_DAYS), required=True)
        whose = ChoiceField([(True, self.tr("My patients")), (False, self.tr("All patients"))])
        self.form.add("mine", self.tr("Whose patients"), whose, required=True)
        self.form.fill({"first": first, "days": 1, "mine": context.may("today.read")})
        self.save_button = safe_text.button(
            self.tr("Save as PDF…"),
            name="call_sheet_save",
            kind="primary",
            icon=icon("printer", Role.ON_ACCENT),
            on_click=self._on_save,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, GRID, 2)
        column.setSpacing(2 * GRID)
        column.addWidget(leaves)
        column.addWidget(self.form)
        column.addLayout(buttons_row(self.save_button))
        column.addStretch(1)
        context.window.commands.on("save", self, self._on_save)

    def _on_save(self) -> None:
        if not self.form.check():
            return
        first: date = self.form.values()["first"]
        ask_new_file(
            self, self.tr("Save the call sheet"), f"call-sheet-{first}.pdf", self.tr("PDF (*.pdf)"), self._on_chosen
        )

    def _on_chosen(self, path: Path) -> None:
        plan, actor, values = self._context.desk.weekly_plan, self._context.desk.actor, self.form.values()
        first, days, mine = values["first"], values["days"], bool(values["mine"])
        save_file(self._context, path, lambda: plan.call_sheet(actor, first, days=days, mine=mine), papers=False)
        self.done.emit()
