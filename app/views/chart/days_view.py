"""Days to look at: what a month's records say that cannot have been, or that looks copied."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.rules.month import Month
from app.services.impossible_days import DayToLookAt
from app.storage.ledger import Changes
from app.views.chart.month_field import MonthField
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.page_context import PageContext
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID
from app.views.widgets import PageHeader, format_date, page_layout


@dataclass(frozen=True, slots=True)
class DayLine:
    """A finding on one of its patients; `number` tells lines apart."""

    number: int
    found: DayToLookAt
    patient_id: int
    patient: str


class DaysView(QWidget):
    """The month's findings, a line for each patient; Enter opens that patient's time."""

    def __init__(self, context: PageContext, month: Month | None = None) -> None:
        """Show `month`, by default the present one."""
        super().__init__()
        self.setObjectName("days_view")
        self.setAccessibleName(self.tr("Days to look at"))
        self._context = context
        self._is_read = False
        self._read = Latest(context.tasks, self)
        newest = Month.of(clinic_today(context, clinic_zone(context)))
        self.month = MonthField(newest, name="days_month")
        if month is not None:
            self.month.show_month(month)
        header = PageHeader(
            self.tr("Days to look at"),
            self.tr("Overlaps, more work than time signed in, times that are all alike. Nothing here changes a claim."),
            actions=(self.month,),
        )
        actions = [RowAction("open", self.tr("Open the chart's time"), "clock", on_row=self._on_open)]
        self.days: RowsSection[DayLine] = RowsSection(
            self.tr("Findings"),
            name="days",
            columns=[
                Column("day", self.tr("Day"), lambda row: format_date(row.found.day), width=88),
                Column("who", self.tr("Who"), lambda row: row.found.staff, width=136, tip=lambda row: row.found.staff),
                Column("patient", self.tr("Patient"), lambda row: row.patient, width=136),
                Column(
                    "what",
                    self.tr("What is odd"),
                    lambda row: row.found.what,
                    width=0,
                    tip=lambda row: row.found.what,
                ),
            ],
            row_id=lambda row: row.number,
            empty=self.tr("Nothing in this month is out of the ordinary."),
            actions=actions if context.may("patient.open") else (),
        )
        column = page_layout(self)
        column.setSpacing(2 * GRID)
        column.addWidget(header)
        column.addWidget(self.days, 1)
        self.month.chosen.connect(lambda _month: self.refresh())
        context.feed.changed.connect(self._on_changed)
        self.setFocusProxy(self.days.list)
        self.refresh()

    def refresh(self) -> None:
        """Read the month shown."""
        desk, month = self._context.desk, self.month.month
        self._read.ask(lambda: desk.impossible_days.month(desk.actor, month), self._on_read)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("time_entry", "import_batch"):
            self.refresh()

    def _on_read(self, found: tuple[DayToLookAt, ...]) -> None:
        lines = [(each, *patient) for each in found for patient in each.patients]
        self.days.show_rows([DayLine(number, *line) for number, line in enumerate(lines)])
        self.days.list.pick_first()
        if lines and not self._is_read:
            self.days.list.setFocus()  # an empty list could not take the focus when the view opened
        self._is_read = True

    def _on_open(self, row: DayLine) -> None:
        self._context.open_chart(row.patient_id, "time")
