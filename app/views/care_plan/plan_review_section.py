"""Settings: after how long a care plan is to be looked through again."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.plan_reviews import LONGEST_REVIEW_MONTHS
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.list_pane import WIDEST
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import Form, NumberField, PageHeader


class PlanReviewSection(QWidget):
    """One number; patients whose plan waits longer stand under “Plan due” on Today."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("plan_reviews_section")
        self._context = context
        self.form = Form()
        self.form.add(
            "plan_review_months",
            self.tr("Review a plan after so many months"),
            NumberField(least=1, most=LONGEST_REVIEW_MONTHS),
            required=True,
            hint=self.tr("Medicare names no number; after twelve months a month carries a warning."),
        )
        self.panel = FormPanel(context, self.form, self._saving, action=self.tr("Save"), name="plan_review_panel")
        self.panel.saved.connect(lambda _: context.window.notify(self.tr("Saved."), "ready"))
        self.panel.cancelled.connect(self._read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        words = self.tr(
            "Patients whose plan was neither signed nor reviewed for so long are under “Plan due” on Today."
        )
        column.addWidget(PageHeader(self.tr("Care plan reviews"), words))
        column.addWidget(self.panel, 1)
        fit_scale(self.panel, lambda: self.panel.setMaximumWidth(scaled(WIDEST)))
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        return self.panel.may_close()

    def _saving(self, values: Values) -> Callable[[], object]:
        history, actor = self._context.desk.plan_history, self._context.desk.actor
        return lambda: history.set_review_months(actor, values["plan_review_months"])

    def _read(self) -> None:
        history, actor = self._context.desk.plan_history, self._context.desk.actor
        self._context.tasks.run(
            lambda: history.review_months(actor), lambda months: self.form.fill({"plan_review_months": months})
        )
