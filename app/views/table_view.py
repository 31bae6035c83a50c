"""The list a person walks with the keyboard."""

from collections.abc import Hashable
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.views.preferences import PreferenceStore
from app.views.table import SECONDS_ROLE, TONE_ROLE, ColumnTable
from app.views.theme import GRID, Role, colours, fit_scale, scaled, tabular
from app.views.widgets.chip import Tone, paint_chip
from app.views.widgets.threshold_bar import paint_bar

ROW_HEIGHT = 34
"""Pixels; more where the text is larger."""
LEAST_STRETCHED = 160
"""Pixels at 100 % text below which a column that takes what is left over does not shrink: the list scrolls instead."""


class TableView(QTableView):
    """Shows a `ColumnTable`: rows are selected whole, one at a time, and found again by id after every change.

    `opened` (Enter, double click) and `picked` (the current row changed) carry a row's id. Home and End go to the
    first and last row; Tab leaves the list. Column widths are remembered under `name`.
    """

    opened = Signal(object)
    picked = Signal(object)

    def __init__(
        self, table: ColumnTable[Any, Any], *, name: str, words: str, preferences: PreferenceStore | None = None
    ) -> None:
        """Show `table`; `words` is its accessible name."""
        super().__init__()
        self._table = table
        self._preferences = preferences
        self._kept_id: Hashable | None = None
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setModel(table)
        self._cells = _Cells(self)
        for position, column in enumerate(table.columns):
            if column.tone or column.seconds:
                self.setItemDelegateForColumn(position, self._cells)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self._dress_heads()
        fit_scale(self, self.fit_text)
        table.modelAboutToBeReset.connect(self._on_about_to_reset)
        table.modelReset.connect(self._on_reset)
        self.doubleClicked.connect(self._on_double_clicked)
        self.selectionModel().currentRowChanged.connect(self._on_current_row_changed)

    @property
    def current_id(self) -> Any:  # noqa: ANN401 - ids are of the table's own kind
        """The id of the current row, None when there is none."""
        return self._table.id_at(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def pick(self, row_id: Hashable) -> bool:
        """Make the row `row_id` the current one; False when it is not in the list."""
        position = self._table.position_of(row_id)
        if position < 0:
            return False
        self._go(position)
        return True

    def pick_first(self) -> None:
        """Make the first row the current one, if there is one."""
        if self._table.rowCount():
            self._go(0)

    def mark_sorted(self, key: str, *, descending: bool = False) -> None:
        """Show in the head which column the rows came sorted by, without asking for it again."""
        heads = self.horizontalHeader()
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        position = next((at for at, column in enumerate(self._table.columns) if column.key == key), -1)
        heads.blockSignals(True)  # noqa: FBT003 - Qt's signature
        heads.setSortIndicator(position, order)
        heads.blockSignals(False)  # noqa: FBT003 - Qt's signature
        heads.viewport().update()

    def fit_text(self) -> None:
        """Give rows and columns the room the present text scale needs; called by itself when that changes."""
        self.setFont(tabular(QApplication.font()))
        height = max(ROW_HEIGHT, self.fontMetrics().height() + 2 * GRID)
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalHeader().setMinimumSectionSize(height)
        kept = self._preferences.column_widths(self.objectName()) if self._preferences else {}
        metrics = self.horizontalHeader().fontMetrics()
        for position, column in enumerate(self._table.columns):
            least = metrics.horizontalAdvance(column.title) + 3 * GRID
            if column.width:
                self.horizontalHeader().resizeSection(position, max(scaled(kept.get(column.key, column.width)), least))
        self._stretch()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = self._table.rowCount() - 1
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_id is not None:
            self.opened.emit(self.current_id)
        elif plain and event.key() == Qt.Key.Key_Home and last >= 0:
            self._go(0)
        elif plain and event.key() == Qt.Key.Key_End and last >= 0:
            self._go(last)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stretch()

    def sizeHintForRow(self, _row: int) -> int:
        return self.verticalHeader().defaultSectionSize()

    def _on_about_to_reset(self) -> None:
        self._kept_id = self.current_id

    def _on_reset(self) -> None:
        if self._kept_id is not None and not self.pick(self._kept_id):
            self.picked.emit(None)
        self._kept_id = None

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(self._table.id_at(index.row()))

    def _on_current_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.picked.emit(self._table.id_at(current.row()))

    def _on_section_resized(self) -> None:
        if self._preferences is not None and QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            head = self.horizontalHeader()
            widths = {
                column.key: head.sectionSize(at) * 100 // scaled(100)
                for at, column in enumerate(self._table.columns)
                if column.width
            }
            self._preferences.keep_column_widths(self.objectName(), widths)

    def _dress_heads(self) -> None:
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.hide()
        heads = self.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        heads.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(any(column.is_sortable for column in self._table.columns))
        heads.sectionResized.connect(self._on_section_resized)

    def _stretch(self) -> None:
        heads = self.horizontalHeader()
        columns = self._table.columns
        loose = [position for position, column in enumerate(columns) if column.width == 0]
        shown = [position for position in range(len(columns)) if not self.isColumnHidden(position)]
        loose = [position for position in loose if position in shown]
        taken = sum(heads.sectionSize(position) for position in shown if columns[position].width)
        is_narrow = self.viewport().width() - taken < scaled(LEAST_STRETCHED) * len(loose)
        mode = QHeaderView.ResizeMode.Interactive if is_narrow else QHeaderView.ResizeMode.Stretch
        for position in loose:
            heads.setSectionResizeMode(position, mode)
            if is_narrow:
                heads.resizeSection(position, scaled(LEAST_STRETCHED))

    def _go(self, position: int) -> None:
        index = self._table.index(position, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)


class _Cells(QStyledItemDelegate):
    """Paints a column's chips or threshold bars; other columns keep Qt's own, faster painting."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        plain = QStyleOptionViewItem(option)
        self.initStyleOption(plain, index)
        words = plain.text
        plain.text = ""
        plain.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, plain, painter, plain.widget)
        room = option.rect.adjusted(GRID // 2, 2, -GRID // 2, -2)
        tone, seconds = index.data(TONE_ROLE), index.data(SECONDS_ROLE)
        painter.save()
        painter.setFont(option.font)
        if tone is not None and words:
            paint_chip(painter, room, words, Tone(tone))
        elif isinstance(seconds, int):
            chosen = bool(plain.state & QStyle.StateFlag.State_Selected)
            painter.setPen(colours().of(Role.ON_SELECTED if chosen else Role.TEXT))
            width = painter.fontMetrics().horizontalAdvance("000:00") + GRID
            figures = room.adjusted(0, 0, width - room.width(), 0)
            painter.drawText(figures, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)
            paint_bar(painter, room.adjusted(width + GRID, 0, 0, 0), seconds, numbers=False)
        painter.restore()
