"""When a patient's medicines were gone through last, what was found, and going through them again."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.chart_forms import MedicationRow
from app.services.reconciliations import ReconciliationRow
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.call.medicines_panel import last_words, medicines_panel
from app.views.call.words import medicine_standings
from app.views.chart.frame import ChartFrame
from app.views.icons import icon
from app.views.patients.standing import joined, moment_words
from app.views.tasks import Latest
from app.views.theme import GRID, set_shown
from app.views.widgets import Section

Read = tuple[list[MedicationRow], tuple[ReconciliationRow, ...]]


class MedicinesReview(QWidget):
    """One line and two buttons under the list of medicines; both open a panel beside the chart."""

    def __init__(self, frame: ChartFrame) -> None:
        """Show nothing yet; `refresh` reads."""
        super().__init__()
        self.setObjectName("medicines_review")
        self.setAccessibleName(self.tr("Reviews of the medicines"))
        self._frame = frame
        self._reads = Latest(frame.context.tasks, self)
        self._rows: tuple[ReconciliationRow, ...] = ()
        self._medicines: list[MedicationRow] = []
        self._line = safe_text.label("", "muted", name="medicines_reviewed")
        self.go_button = safe_text.button(
            self.tr("Go through them"), name="medicines_review_go", icon=icon("pill"), on_click=self._on_go
        )
        self.all_button = safe_text.button(
            self.tr("What was found"), name="medicines_review_all", kind="quiet", on_click=self._on_all
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._line, 1)
        row.addWidget(self.all_button)
        row.addWidget(self.go_button)
        for button in (self.go_button, self.all_button):
            set_shown(button, shown=False)
        frame.context.feed.changed.connect(self._on_changed)

    def refresh(self) -> None:
        """Read the list and the reviews."""
        desk, patient_id = self._frame.context.desk, self._frame.patient_id
        self._reads.ask(
            lambda: (
                [row for row in desk.chart.medications(desk.actor, patient_id) if row.is_active],
                desk.reconciliations.of_patient(desk.actor, patient_id),
            ),
            self._on_read,
        )

    def _on_read(self, read: Read) -> None:
        self._medicines, self._rows = read
        self._line.setText(last_words(self._rows[0] if self._rows else None))
        set_shown(self.all_button, shown=bool(self._rows))
        set_shown(self.go_button, shown=bool(self._medicines) and self._frame.may("medication.reconcile"))

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touch("reconciliation"):
            self.refresh()

    def _on_go(self) -> None:
        host = self._frame.host
        host.close_panel()
        if host.is_open:
            return
        last = self._rows[0] if self._rows else None
        panel = medicines_panel(self._frame.context, self._frame.patient_id, self._medicines, last)
        panel.saved.connect(self._on_saved)
        panel.cancelled.connect(host.close_panel)
        host.open_panel(self.tr("Medicines"), panel, may_close=panel.may_close)

    def _on_saved(self, _row: ReconciliationRow) -> None:
        self._frame.host.close_panel()
        self._frame.context.window.notify(self.tr("The review of medicines is recorded."), "ready")

    def _on_all(self) -> None:
        host = self._frame.host
        host.close_panel()
        if not host.is_open:
            host.open_panel(self.tr("Reviews of the medicines"), self._listed(self._rows))

    def _listed(self, rows: Sequence[ReconciliationRow]) -> QWidget:
        words = dict(medicine_standings())
        made = QWidget()
        made.setObjectName("medicines_reviews")
        column = QVBoxLayout(made)
        column.setContentsMargins(2, 2, GRID, 2)
        column.setSpacing(2 * GRID)
        for row in rows:
            who = ", ".join(part for part in (row.done_by, row.credential) if part)
            title = joined((moment_words(row.done_at.astimezone(self._frame.zone)), who))
            section = Section(title, name=f"medicines_review_{row.id}")
            lines = [
                "• " + joined((each.description, words.get(each.standing, each.standing), each.note))
                for each in row.medicines
            ]
            section.body.addWidget(safe_text.label("\n".join(lines), selectable=True))
            column.addWidget(section)
        column.addStretch(1)
        return made
