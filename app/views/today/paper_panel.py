"""The panel that puts a call sheet on paper, for a day on which the computer cannot be asked."""

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.weekly_plan import MOST_DAYS
from app.views import safe_text
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.paper_preview.paper import Paper
from app.views.paper_preview.preview import show_preview
from app.views.theme import GRID, Role
from app.views.widgets import Banner, ChoiceField, DateField, Form, NumberField, buttons_row


class CallSheetPanel(QWidget):
    """Asks for which days and whose patients, and shows the sheet, to be printed or saved. `done` comes before that.

    The making, and each copy that leaves, are noted in the audit trail by their service.
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
                "Printed or saved, the sheet leaves the encrypted clinic: it names patients, their telephone numbers "
                "and why they are called. Keep it as you keep charts, and shred it when it is not needed any more."
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
        self.show_button = safe_text.button(
            self.tr("Show the call sheet"),
            name="call_sheet_show",
            kind="primary",
            icon=icon("printer", Role.ON_ACCENT),
            on_click=self._on_show,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, GRID, 2)
        column.setSpacing(2 * GRID)
        column.addWidget(leaves)
        column.addWidget(self.form)
        column.addLayout(buttons_row(self.show_button))
        column.addStretch(1)
        context.window.commands.on("save", self, self._on_show)

    def _on_show(self) -> None:
        if not self.form.check():
            return
        plan, actor, values = self._context.desk.weekly_plan, self._context.desk.actor, self.form.values()
        first, days, mine = values["first"], values["days"], bool(values["mine"])

        def make(_: object) -> Paper:
            content = plan.call_sheet(actor, first, days=days, mine=mine)
            return Paper(content, f"call-sheet-{first}.pdf", lambda form, purpose: plan.leave(actor, form, purpose))

        context = self._context
        self.done.emit()
        show_preview(context, self.tr("Call sheet"), make)
