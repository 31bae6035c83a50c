"""A list with one panel beside it, for the sections of Settings that keep one."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.fitted_columns import FittedColumns
from app.views.form_panel import FormPanel
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.table import Column, SnapshotTable
from app.views.theme import GRID, Role
from app.views.widgets import EmptyState, PageHeader, PanelHost

WIDEST = 84 * GRID
"""Pixels at 100 % text that a form with its buttons takes at most."""


class ListPane(QWidget):
    """Title, list, one button that adds, and a panel for what is added or opened.

    `opened` carries the id of a row (click, Enter, or the button that names what is done with the current row);
    `add_requested` follows the button that adds.
    """

    opened = Signal(object)
    add_requested = Signal()

    def __init__(
        self,
        context: PageContext,
        *,
        name: str,
        title: str,
        text: str,
        columns: Sequence[Column[Any]],
        row_id: Callable[[Any], Hashable],
        add: str,
        empty: str,
        change: str = "",
    ) -> None:
        """Show a list called `name`; `add` are the words of the button, empty for none, `empty` those of no rows.

        `change` are the words of a button that opens the current row, for lists to which nothing is added.
        """
        super().__init__()
        self.setObjectName(f"{name}_pane")
        self._can_change = bool(change)
        self.table: SnapshotTable[Any, Hashable] = SnapshotTable(columns, row_id, self)
        self.view = FittedColumns(self.table, name=f"{name}_list", words=title, preferences=context.preferences)
        self.header = PageHeader(title, text)
        self._empty = EmptyState("list-todo", empty, add, name=f"{name}_empty")
        self._empty.acted.connect(self.add_requested)
        if add:
            self.add_button = safe_text.button(
                add,
                name=f"{name}_add",
                kind="primary",
                icon=icon("plus", Role.ON_ACCENT),
                on_click=self.add_requested.emit,
            )
            self.header.add_action(self.add_button)
        if change:
            self.change_button = safe_text.button(
                change, name=f"{name}_change", icon=icon("pencil"), on_click=self._on_change
            )
            self.header.add_action(self.change_button)
            self.change_button.hide()
        self._middle = QStackedWidget()
        self._middle.addWidget(self.view)
        self._middle.addWidget(self._empty)
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 2 * GRID, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.header)
        column.addWidget(self._middle, 1)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(GRID)
        self._foot.addStretch(1)
        column.addLayout(self._foot)
        self.host = PanelHost(main)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.host)
        self.view.opened.connect(self.opened)
        self.view.clicked.connect(lambda _: self.opened.emit(self.view.current_id))

    def add_foot(self, widget: QWidget) -> None:
        """Put a button below the list, for what concerns the whole of it."""
        self._foot.insertWidget(self._foot.count() - 1, widget)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show `rows`."""
        self.table.show_rows(rows)
        self._middle.setCurrentIndex(0 if rows else 1)
        if self._can_change:
            self.change_button.setVisible(bool(rows))
        if self.view.current_id is None:
            self.view.pick_first()

    def row(self, row_id: Hashable) -> Any:  # noqa: ANN401 - rows are of the section's own kind
        """Return the row `row_id`, None when it is not shown."""
        return self.table.row_at(self.table.position_of(row_id))

    def open_form(self, title: str, panel: FormPanel) -> None:
        """Show `panel` beside the list until it was saved or given up."""
        panel.saved.connect(self.host.close_panel)
        panel.cancelled.connect(self.host.close_panel)
        self.host.open_panel(title, panel, may_close=panel.may_close)

    def _on_change(self) -> None:
        if self.view.current_id is not None:
            self.opened.emit(self.view.current_id)
