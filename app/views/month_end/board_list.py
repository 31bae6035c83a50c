"""The patients of a month as a list, with their counters by state."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.services.readiness import STATES, Board, BoardRow
from app.views.month_end.board_filter import BoardFilter
from app.views.month_end.words import (
    STATE_ICONS,
    chip_words,
    codes_words,
    missing_words,
    month_words,
    state_tone,
    state_words,
)
from app.views.preferences import PreferenceStore
from app.views.table import Column, SnapshotTable
from app.views.table_view import LEAST_STRETCHED, TableView
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import EmptyState, format_duration
from app.views.widgets.counters import Counters

ALL = ""
_FIRST_TO_GO = ("practitioner", "owner", "codes")
"""Columns that are left out where there is no room for all; the card says the same."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the walk over missing things leads: whose, which, and whether it began anew at the other end."""

    patient_id: int
    code: str
    is_round: bool


class BoardList(QWidget):
    """Shows the rows that a filter lets through. `picked` carries the current row or None, `opened` a patient's id.

    `acted` follows the button that is shown in place of an empty list.
    """

    picked = Signal(object)
    opened = Signal(object)
    acted = Signal()

    def __init__(self, preferences: PreferenceStore, roles: Mapping[str, str]) -> None:
        """Make an empty list. `roles` names the roles."""
        super().__init__()
        self._roles = roles
        self.setObjectName("board_list")
        states = [(state, state_words(state), STATE_ICONS[state][0]) for state in STATES]
        self.states = Counters([(ALL, self.tr("All"), "users"), *states], name="month_state", words=self.tr("States"))
        self.table: SnapshotTable[BoardRow, int] = SnapshotTable(self._columns(), lambda row: row.patient_id, self)
        self.list = TableView(
            self.table, name="month_list", words=self.tr("Patients of the month"), preferences=preferences
        )
        self._has_changed = False
        self.empty = EmptyState("calendar-check", "", name="month_empty")
        self._results = QStackedWidget()
        self._results.addWidget(self.list)
        self._results.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.states)
        column.addWidget(self._results, 1)
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(self.opened)
        self.empty.acted.connect(self.acted)
        fit_scale(self, self._fit)

    @property
    def row(self) -> BoardRow | None:
        """The current row."""
        return self._row_of(self.list.current_id)

    def show_board(self, board: Board, chosen: BoardFilter, elsewhere: str) -> None:
        """Show what `chosen` lets through; where nobody was enrolled, the words `elsewhere` lead to other patients."""
        rows = chosen.rows(board.rows)
        counts = dict.fromkeys(STATES, 0)
        for row in chosen.without_state(board.rows):
            counts[row.state] += 1
        self.states.show_counts({ALL: sum(counts.values()), **counts})
        self._has_changed = any(row.was for row in board.rows)
        self._fit()
        self.table.show_rows(rows)
        if not rows:
            self._say_nothing(board, elsewhere)
        self._results.setCurrentWidget(self.list if rows else self.empty)
        if self.list.current_id is None:
            self.list.pick_first()
        self.picked.emit(self.row)

    def show_refusal(self, words: str) -> None:
        """Say why there is no board."""
        self.states.show_counts({})
        self.table.show_rows([])
        self.empty.show_text(words)
        self._results.setCurrentWidget(self.empty)
        self.picked.emit(None)

    def stop_after(self, step: int, marked: str | None) -> Stop | None:
        """Return the next (`step` 1) or previous (-1) missing thing from the current row and the one marked there.

        None when nothing is missing in the whole list.
        """
        rows = self.table.rows
        stops = [(at, number) for at, row in enumerate(rows) for number in range(len(row.blockers))]
        if not stops:
            return None
        at = self.table.position_of(self.list.current_id) if self.list.current_id is not None else -1
        codes = [found.code for found in rows[at].blockers] if at >= 0 else []
        here = (at, codes.index(marked) if marked in codes else -1)
        if step > 0:
            following = next((stop for stop in stops if stop > here), None)
        else:
            following = next((stop for stop in reversed(stops) if stop < here), None)
        at, number = following or stops[0 if step > 0 else -1]
        return Stop(rows[at].patient_id, rows[at].blockers[number].code, following is None)

    def focus_list(self) -> None:
        """Put the focus on the current row."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_picked(self, patient_id: int | None) -> None:
        self.picked.emit(self._row_of(patient_id))

    def _row_of(self, patient_id: int | None) -> BoardRow | None:
        return None if patient_id is None else self.table.row_at(self.table.position_of(patient_id))

    def _say_nothing(self, board: Board, elsewhere: str) -> None:
        if board.rows:
            nobody = self.tr("No patient of {month} is found here.")
            self.empty.show_text(nobody.format(month=month_words(board.month)), self.tr("Show all"))
        else:
            nobody = self.tr(
                "Nobody was enrolled for chronic care management in {month}. Enroll patients in their charts."
            )
            self.empty.show_text(nobody.format(month=month_words(board.month)), elsewhere)

    def _fit(self) -> None:
        widths = {column.key: scaled(column.width or LEAST_STRETCHED) for column in self.table.columns}
        was = next(at for at, column in enumerate(self.table.columns) if column.key == "was")
        self.list.setColumnHidden(was, not self._has_changed)
        if not self._has_changed:
            del widths["was"]
        for key in _FIRST_TO_GO:
            position = next(at for at, column in enumerate(self.table.columns) if column.key == key)
            has_room = sum(widths.values()) <= self.width()
            self.list.setColumnHidden(position, not has_room)
            if not has_room:
                del widths[key]

    def _columns(self) -> list[Column[BoardRow]]:
        def all_missing(row: BoardRow) -> str:
            return "\n".join(found.sentence for found in row.blockers)

        def owner(row: BoardRow) -> str:
            found = row.blockers[0] if row.blockers else None
            return "" if found is None else found.person or self._roles.get(found.owner, found.owner)

        return [
            Column("name", self.tr("Patient"), lambda row: row.name, width=168),
            Column("state", self.tr("State"), chip_words, width=120, tone=state_tone),
            Column("was", self.tr("Was"), lambda row: state_words(row.was) if row.was else "", width=80),
            Column(
                "minutes",
                self.tr("Minutes"),
                lambda row: format_duration(row.pooled_seconds),
                width=128,
                order=lambda row: row.pooled_seconds,
                seconds=lambda row: row.pooled_seconds,
            ),
            Column("codes", self.tr("Proposed"), lambda row: codes_words(row.lines), width=128),
            Column("practitioner", self.tr("Practitioner"), lambda row: row.practitioner, width=136),
            Column("owner", self.tr("Owner"), owner, width=136),
            Column("missing", self.tr("First missing"), missing_words, width=0, tip=all_missing),
        ]
