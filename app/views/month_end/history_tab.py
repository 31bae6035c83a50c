"""A month looked back at: how many could be billed on which day, and what changed since the day before."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.board.days import DayCounts
from app.services.readiness import Board, BoardRow
from app.views import safe_text
from app.views.month_end.history_chart import HistoryChart
from app.views.month_end.words import state_words
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID, set_shown
from app.views.widgets import format_date


class HistoryTab(QWidget):
    """The chart above, the list of changed patients below; Enter in it opens what the board opens."""

    def __init__(self) -> None:
        """Make it empty."""
        super().__init__()
        self.setObjectName("month_history")
        self.setAccessibleName(self.tr("History of the month"))
        self.chart = HistoryChart()
        self._none = safe_text.label("", "muted", name="month_history_none")
        self._title = safe_text.label("", "heading", name="month_changes_title")
        self._nothing = safe_text.label("", "muted", name="month_changes_none")
        self.table: SnapshotTable[BoardRow, int] = SnapshotTable(self._columns(), lambda row: row.patient_id, self)
        self.list = TableView(self.table, name="month_changes", words=self.tr("What changed"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(safe_text.label(self.tr("Patients who can be billed, day by day"), "heading"))
        column.addWidget(self._none)
        column.addWidget(self.chart, 2)
        column.addWidget(self._title)
        column.addWidget(self._nothing)
        column.addWidget(self.list, 3)
        column.addStretch(0)
        self.setFocusProxy(self.list)

    def show_days(self, days: tuple[DayCounts, ...]) -> None:
        """Show the days that were kept."""
        self.chart.show_days(days)
        set_shown(self.chart, shown=bool(days))
        self._none.setText(
            ""
            if days
            else self.tr("No day of this month is kept: days are, from the first on which the board is looked at.")
        )
        set_shown(self._none, shown=not days)

    def show_board(self, board: Board) -> None:
        """Show what changed since the day before."""
        changed = [row for row in board.rows if row.was]
        since = format_date(board.since) if board.since is not None else ""
        self._title.setText(
            self.tr("Changed since {day} ({n})").format(day=since, n=len(changed))
            if since
            else self.tr("What changed since yesterday")
        )
        nothing = self.tr("Nothing changed.") if since else self.tr("There is no earlier day to compare with yet.")
        self._nothing.setText("" if changed else nothing)
        set_shown(self._nothing, shown=not changed)
        self.table.show_rows(changed)
        set_shown(self.list, shown=bool(changed))
        if changed and self.list.current_id is None:
            self.list.pick_first()

    def _columns(self) -> list[Column[BoardRow]]:
        return [
            Column("name", self.tr("Patient"), lambda row: row.name, width=0),
            Column("was", self.tr("Was"), lambda row: state_words(row.was), width=144),
            Column("is", self.tr("Is"), lambda row: state_words(row.state), width=144),
            Column("practitioner", self.tr("Practitioner"), lambda row: row.practitioner, width=176),
        ]
