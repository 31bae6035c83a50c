"""The queue as a list: columns, saved filters with their counts, and what is said where nobody is due."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.rules.text import fold
from app.services.today import FILTERS, TodayRow
from app.views.preferences import PreferenceStore
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID, fit_scale, scaled
from app.views.today import queue_words as words
from app.views.widgets import EmptyState
from app.views.widgets.counters import Counters

_SHORT = {"window": "window_short", "step": "step_short", "last": "last_short", "flags": "flags_short", "language": ""}
"""Columns that are said shorter where there is no room for all in whole words; the marks then tell the language."""
_FIRST_TO_GO = ("attempts", "last_short", "flags_short", "phone", "window_short")
"""Columns that are left out where there is no room for all even so; the card says the same."""
_OFTEN_BLANK = frozenset({"attempts", "language", "flags", "flags_short"})
_FITTED = ("phone", "window", "window_short", "last_short", "flags", "flags_short")
"""Columns that get no more room than they need."""
_LEAST_MARKS = 80
_WIDEST_MARKS = 208
_WIDEST_NAME = 232
LEAST_REASON = 184
"""Pixels at 100 % text that the reason has at least: why somebody is called is what the queue is for."""
_MEASURED = 20
"""How many of the longest texts are measured: the widest is one of them."""
_ICONS = {
    "": "list-todo",
    "promised_now": "phone-incoming",
    "due_today": "calendar-check",
    "close": "hourglass",
    "first_contact": "user-plus",
    "call_back": "history",
    "no_answer": "phone-off",
    "unscheduled": "calendar-days",
    "plan_due": "clipboard-list",
    "ready": "circle-check",
}


class QueueList(QWidget):
    """Shows the rows of one saved filter. `picked` carries the current row or None, `opened` a patient's id.

    `acted` follows the button that is shown in place of an empty list.
    """

    picked = Signal(object)
    opened = Signal(object)
    acted = Signal()

    def __init__(self, preferences: PreferenceStore) -> None:
        """Make an empty list."""
        super().__init__()
        self.setObjectName("queue")
        self._preferences = preferences
        self._rows: tuple[TodayRow, ...] = ()
        self._text = ""
        self._is_read = False
        self._hides_names = False
        choices = [(key, self.tr(title), _ICONS[key]) for key, title in FILTERS.items()]
        self.filters = Counters(choices, name="queue_filter", words=self.tr("Saved filters"))
        self.table: SnapshotTable[TodayRow, int] = SnapshotTable(self._columns(), lambda row: row.patient_id, self)
        self.list = TableView(
            self.table, name="queue_list", words=self.tr("Patients to call, in order"), preferences=preferences
        )
        self.empty = EmptyState("circle-check", "", name="queue_empty")
        self._results = QStackedWidget()
        self._results.addWidget(self.list)
        self._results.addWidget(self.empty)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._column.addWidget(self.filters)
        self._column.addWidget(self._results, 1)
        self.filters.chosen.connect(lambda _key: self._show())
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(self.opened)
        self.empty.acted.connect(self.acted)
        fit_scale(self, self._fit)

    @property
    def row(self) -> TodayRow | None:
        """The current row."""
        patient_id = self.list.current_id
        return None if patient_id is None else self.table.row_at(self.table.position_of(patient_id))

    @property
    def rows(self) -> tuple[TodayRow, ...]:
        """All enrolled patients in the queue's order, whatever the filter."""
        return self._rows

    def count(self, which: str) -> int:
        """Return how many patients a saved filter holds."""
        return sum(which in row.filters for row in self._rows)

    def show_queue(self, rows: Sequence[TodayRow]) -> None:
        """Show the queue anew; the current patient stays the current one while the filter holds them."""
        self._rows = tuple(rows)
        self._is_read = True
        self._show()

    def show_filter(self, which: str) -> None:
        """Choose a saved filter by its key."""
        self.filters.choose(which)
        self._show()

    def search(self, text: str) -> None:
        """Show only those whose name, phone, practitioner or reason has these words."""
        self._text = text
        self._show()

    def hide_names(self, *, hidden: bool) -> None:
        """Show initials and birth years in place of names, or names."""
        self._hides_names = hidden
        self._show()

    def pick_after(self, patient_id: int) -> None:
        """Select whoever follows a patient in the list as it stands; after the last one, the first."""
        at = self.table.position_of(patient_id)
        following = self.table.id_at(at + 1) if at >= 0 else None
        if following is None:
            self.list.pick_first()
        else:
            self.list.pick(following)

    def say_nobody(self, text: str, action: str) -> None:
        """Say what to do where the list is empty."""
        self.empty.show_text(text, action)

    def focus_list(self) -> None:
        """Put the focus on the current row."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_picked(self, _patient_id: int | None) -> None:
        self.picked.emit(self.row)

    def _show(self) -> None:
        said = fold(self._text).split()
        meant = [row for row in self._rows if all(word in _said(row) for word in said)] if said else list(self._rows)
        self.filters.show_counts({key: sum(key in row.filters for row in meant) for key in FILTERS})
        rows = [row for row in meant if self.filters.key in row.filters]
        self.table.show_rows(rows)
        self._fit()
        self._results.setCurrentWidget(self.list if rows or not self._is_read else self.empty)
        if rows and self.list.current_id is None:
            self.list.pick_first()
        self.picked.emit(self.row)

    def _fit(self) -> None:
        """Say things shorter, or leave them out, where there is no room for all."""
        by_hand = bool(self._preferences.column_widths(self.list.objectName()))
        wanted = self._wanted(by_hand=by_hand)
        room = self.width() - GRID - self.list.verticalScrollBar().sizeHint().width()  # and the list's frame
        widths = {key: wide for key, wide in wanted.items() if key not in _SHORT.values()}
        if sum(widths.values()) > room:
            widths = {key: wide for key, wide in wanted.items() if key not in _SHORT}
            if "flags_short" in widths:  # the tip and the card say all of them
                widths["flags_short"] = min(widths["flags_short"], scaled(_LEAST_MARKS))
            for key in _FIRST_TO_GO:
                if sum(widths.values()) > room:
                    widths.pop(key, None)
        for at, column in enumerate(self.table.columns):
            self.list.setColumnHidden(at, column.key not in widths)
        if not by_hand:
            self._give_out(widths, wanted, room)

    def _give_out(self, widths: dict[str, int], wanted: Mapping[str, int], room: int) -> None:
        """Give names, hours and marks what they want of the spare room; the reason takes the rest by itself."""
        names = min(self._widest("name") + 2 * GRID, scaled(_WIDEST_NAME))
        for key, most in (
            ("flags_short", wanted.get("flags_short", 0)),
            ("name", names),
            ("window", self._widest("window") + 2 * GRID),
            ("flags", min(self._widest("flags") + 2 * GRID, scaled(_WIDEST_MARKS))),
        ):
            if key in widths:
                spare = max(0, room - sum(widths.values()))
                widths[key] = max(widths[key], min(most, widths[key] + spare))
        heads = self.list.horizontalHeader()
        for at, column in enumerate(self.table.columns):
            if column.width and column.key in widths:
                heads.resizeSection(at, widths[column.key])

    def _wanted(self, *, by_hand: bool) -> dict[str, int]:
        """Return the width of each column that says anything."""
        widths = {}
        for column in self.table.columns:
            if column.key in _OFTEN_BLANK and self._is_blank(column.key):
                continue
            wide = scaled(column.width or LEAST_REASON)
            if column.key in _FITTED and self.table.rows and not by_hand:
                wide = min(wide, self._widest(column.key) + 2 * GRID)
            widths[column.key] = max(wide, self._least(column.key))
        return widths

    def _least(self, key: str) -> int:
        title = self.table.columns[self._position(key)].title
        return self.list.horizontalHeader().fontMetrics().horizontalAdvance(title) + 2 * GRID

    def _position(self, key: str) -> int:
        return next(at for at, column in enumerate(self.table.columns) if column.key == key)

    def _is_blank(self, key: str) -> bool:
        column = self.table.columns[self._position(key)]
        return not any(column.text(row) for row in self.table.rows)

    def _widest(self, key: str) -> int:
        column, metrics = self.table.columns[self._position(key)], self.list.fontMetrics()
        said = {column.text(row) for row in self.table.rows}
        longest = sorted(said, key=len, reverse=True)[:_MEASURED]
        return max((metrics.horizontalAdvance(words) for words in longest), default=0)

    def _columns(self) -> list[Column[TodayRow]]:
        def name(row: TodayRow) -> str:
            return words.shown_name(row.name, row.born_on, hidden=self._hides_names)

        plain: list[Column[TodayRow]] = [
            Column("why", self.tr("Why now"), lambda row: row.why_words, width=0, tip=lambda row: row.why_words),
            Column("name", self.tr("Patient"), name, width=120),
            Column("phone", self.tr("Phone"), words.phone_words, width=96),
            Column("window", self.tr("Call window"), words.window_words, width=144, tip=words.window_line),
            Column(
                "window_short",
                self.tr("Window"),
                words.window_short,
                width=120,
                spoken=words.window_line,
                tip=words.window_line,
            ),
            Column("minutes", self.tr("Minutes"), words.minutes_words, width=60, is_number=True),
            Column("step", self.tr("Next step"), words.step_words, width=76, is_number=True, tip=words.step_tip),
            Column(
                "step_short",
                self.tr("To go"),
                words.step_short,
                width=48,
                is_number=True,
                spoken=words.step_words,
                tip=words.step_tip,
            ),
            Column("last", self.tr("Last contact"), words.contact_words, width=88),
            Column(
                "last_short",
                self.tr("Last"),
                words.contact_short,
                width=56,
                is_number=True,
                spoken=words.contact_words,
                tip=words.contact_tip,
            ),
            Column("attempts", self.tr("Tries"), words.tries_words, width=44, is_number=True, tip=words.tries_tip),
            Column("language", self.tr("Language"), lambda row: row.language, width=64),
            Column(
                "flags",
                self.tr("Marks"),
                words.flags_words,
                width=104,
                spoken=words.flags_spoken,
                tip=lambda row: words.flags_spoken(row).replace(" · ", "\n"),
            ),
            Column(
                "flags_short",
                self.tr("Marks"),
                words.marks_short,
                width=104,
                spoken=words.marks_spoken,
                tip=lambda row: words.marks_spoken(row).replace(" · ", "\n"),
            ),
        ]
        # The order of the queue is what it is for; a head that sorts would take it away.
        return [replace(column, is_sortable=False) for column in plain]


def _said(row: TodayRow) -> str:
    digits = f"{row.phone} {row.phone_alternate}"
    return fold(f"{row.name} {digits} {words.phone_words(row)} {row.why_words} {row.practitioner} {row.language}")
