"""A titled list on a chart with the buttons for its rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID, set_shown

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class RowAction(Generic[Row]):
    """Something done to the current row, or, where `on_row` is None, from nothing. The first one on a row is Enter's.

    `fits` says whether it can be done to a row.
    """

    key: str
    words: str
    icon: str
    on_row: Callable[[Row], object] | None = None
    from_nothing: Callable[[], object] | None = None
    fits: Callable[[Row], bool] = lambda _row: True


class RowsSection(QWidget, Generic[Row]):
    """A heading with its buttons, and the rows or a sentence where there are none."""

    def __init__(
        self,
        title: str,
        *,
        name: str,
        columns: Sequence[Column[Row]],
        row_id: Callable[[Row], Any],
        empty: str,
        actions: Sequence[RowAction[Row]] = (),
        least_height: int = 14 * GRID,
    ) -> None:
        """Offer `actions` (only those the role may do)."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._title = title
        self._actions = tuple(actions)
        self.table: SnapshotTable[Row, Any] = SnapshotTable(columns, row_id, self)
        self.list = FittedList(self.table, name=f"{name}_list", words=title)
        self.list.setMinimumHeight(least_height)
        self._heading = safe_text.label(title, "heading", name=f"{name}_title")
        self._empty = safe_text.label(empty, "muted", name=f"{name}_empty")
        self.buttons: dict[str, QPushButton] = {}
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self._heading, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        for action in self._actions:
            (head if action.from_nothing is not None else foot).addWidget(self._button(name, action))
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        column.addLayout(foot)
        column.addStretch(0)
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(self._on_opened)
        self.show_rows(())

    @property
    def current(self) -> Row | None:
        """The current row, None when there is none."""
        position = self.table.position_of(self.list.current_id) if self.list.current_id is not None else -1
        return self.table.row_at(position)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows, keeping the current one."""
        self.table.show_rows(rows)
        if rows and self.list.current_id is None:
            self.list.pick_first()
        set_shown(self.list, shown=bool(rows))
        set_shown(self._empty, shown=not rows)
        self._heading.setText(f"{self._title} ({len(rows):,})" if rows else self._title)
        self._fit_buttons()

    def pick(self, row_id: object) -> None:
        """Make a row the current one."""
        self.list.pick(row_id)

    def _on_picked(self, _row_id: object) -> None:
        self._fit_buttons()

    def _on_opened(self, _row_id: object) -> None:
        row = self.current
        if row is None:
            return
        chosen = next((each for each in self._actions if each.on_row is not None and each.fits(row)), None)
        if chosen is not None and chosen.on_row is not None:
            chosen.on_row(row)

    def _on_clicked(self, action: RowAction[Row]) -> None:
        if action.from_nothing is not None:
            action.from_nothing()
        elif action.on_row is not None and (row := self.current) is not None:
            action.on_row(row)

    def _button(self, name: str, action: RowAction[Row]) -> QPushButton:
        made = safe_text.button(
            action.words,
            name=f"{name}_{action.key}",
            kind="secondary" if action.from_nothing is not None else "quiet",
            icon=icon(action.icon),
            on_click=lambda: self._on_clicked(action),
        )
        self.buttons[action.key] = made
        return made

    def _fit_buttons(self) -> None:
        row = self.current
        for action in self._actions:
            if action.from_nothing is None:
                set_shown(self.buttons[action.key], shown=row is not None)
                self.buttons[action.key].setEnabled(row is not None and action.fits(row))


class FittedList(TableView):
    """Asks for no more than its least height: a table's own idea would make the page scroll where there is room."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())
