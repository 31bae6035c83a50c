"""A list that leaves out its last columns where there is no room, rather than scroll sideways."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent

from app.views.table_view import LEAST_STRETCHED, TableView
from app.views.theme import GRID, scaled


class FittedColumns(TableView):
    """The first column always stays; the panel beside the list says what the others would."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Not now: hiding a column resizes what is being laid out.
        QTimer.singleShot(0, self, self._leave_out)

    def fit_text(self) -> None:
        super().fit_text()
        QTimer.singleShot(0, self, self._leave_out)

    def _leave_out(self) -> None:
        heads = self.horizontalHeader().fontMetrics()
        room = self.viewport().width()
        taken = 0
        for position, column in enumerate(self._table.columns):
            wide = max(scaled(column.width or LEAST_STRETCHED), heads.horizontalAdvance(column.title) + 3 * GRID)
            taken += wide
            hidden = position > 0 and taken > room
            if self.isColumnHidden(position) != hidden:
                self.setColumnHidden(position, hidden)
            taken -= wide if hidden else 0
        self._stretch()
