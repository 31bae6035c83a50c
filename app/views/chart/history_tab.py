"""History: what was done about a patient, by whom and when, in words."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.history import PAGE, HistoryRow
from app.views import safe_text
from app.views.chart.frame import ChartFrame
from app.views.chart.rows_section import RowsSection
from app.views.patients.standing import moment_words
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID, set_shown


class HistoryTab(QWidget):
    """The audit trail of one patient, the newest first, a page at a time; it holds no value of any field.

    What was refused, and who opened the chart, is only for those who may read the audit trail.
    """

    # Everything about a patient that a step may change; the trail itself is announced by none of them.
    tables = (
        *("patient", "patient_contact", "enrolment", "consent", "condition", "medication", "allergy", "stay", "mdm"),
        *("other_service", "call", "time_entry", "note", "note_filing", "care_plan", "care_plan_event", "packet"),
        *("plan_section_review", "reconciliation", "follow_up", "escalation", "promise", "touch_point", "approval"),
    )

    def __init__(self, frame: ChartFrame) -> None:
        """Make an empty tab; `refresh` fills it."""
        super().__init__()
        self.setObjectName("history_tab")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self._rows: tuple[HistoryRow, ...] = ()
        self.rows: RowsSection[HistoryRow] = RowsSection(
            self.tr("History"),
            name="history",
            columns=[
                Column("at", self.tr("When"), self._when, width=168, order=lambda row: row.number),
                Column("who", self.tr("Who"), lambda row: row.who, width=168),
                Column("what", self.tr("What"), _what, width=320, tip=_what),
                Column("detail", self.tr("Changed"), lambda row: row.detail, width=0, tip=lambda row: row.detail),
            ],
            row_id=lambda row: row.number,
            empty=self.tr("Nothing was done about this patient yet."),
        )
        self._count = safe_text.label("", "muted", name="history_count")
        self.more_button = safe_text.button(self.tr("Show older ones"), name="history_more", on_click=self._on_more)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.more_button)
        foot.addWidget(self._count)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * GRID, GRID, 0)
        column.setSpacing(GRID)
        column.addWidget(self.rows, 1)
        column.addLayout(foot)
        self.setFocusProxy(self.rows.list)

    def refresh(self) -> None:
        """Read the newest page."""
        self._read.ask(self._page(), self._on_first_read)

    def _on_first_read(self, rows: tuple[HistoryRow, ...]) -> None:
        self._rows = ()
        self._on_more_read(rows)

    def _on_more(self) -> None:
        if self._rows:
            self._read.ask(self._page(self._rows[-1].number), self._on_more_read)

    def _on_more_read(self, rows: tuple[HistoryRow, ...]) -> None:
        self._rows += rows
        self.rows.show_rows(self._rows)
        is_more = len(rows) == PAGE
        had_focus = self.more_button.hasFocus()
        set_shown(self.more_button, shown=is_more)
        if had_focus and not is_more:
            self.rows.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._count.setText("" if is_more else self.tr("That is all."))

    def _page(self, before: int | None = None) -> Callable[[], tuple[HistoryRow, ...]]:
        desk, patient_id = self._frame.context.desk, self._frame.patient_id
        return lambda: desk.history.of_patient(desk.actor, patient_id, before)

    def _when(self, row: HistoryRow) -> str:
        return moment_words(row.at.astimezone(self._frame.zone))


def _what(row: HistoryRow) -> str:
    return f"{row.what}: refused" if row.is_refused else row.what
