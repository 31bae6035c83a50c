"""Item models for lists: ids and blocks of rows for long ones, rows in memory for short ones."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.views.safe_text import tip_text
from app.views.widgets.chip import Tone

Row = TypeVar("Row")
Id = TypeVar("Id", bound=Hashable)
Index = QModelIndex | QPersistentModelIndex

BLOCK = 200
KEPT_BLOCKS = 25

TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""A cell's `Tone` when the column shows chips."""
SECONDS_ROLE = int(Qt.ItemDataRole.UserRole) + 2
"""A cell's month total in seconds when the column shows a threshold bar."""

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a table.

    Attributes:
        key: its name for widths and sorting.
        title: its head.
        text: the words of a row's cell.
        width: pixels at 100 % text; 0 takes what is left over.
        is_number: right-aligned, to compare figures.
        is_sortable: a click on the head asks for it. `SnapshotTable` sorts by `order`, else by `text`.
        order: a comparable value of a row, for `SnapshotTable`.
        tone: makes the cell a chip of that tone.
        seconds: makes the cell a threshold bar of that month total.
        spoken: the cell's accessible words where `text` alone would not be understood.
        tip: the cell's tool tip.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    width: int = 120
    is_number: bool = False
    is_sortable: bool = True
    order: Callable[[Row], Any] | None = None
    tone: Callable[[Row], Tone] | None = None
    seconds: Callable[[Row], int] | None = None
    spoken: Callable[[Row], str] | None = None
    tip: Callable[[Row], str] | None = None


class ColumnTable(QAbstractTableModel, Generic[Row, Id]):
    """What both tables share: columns, heads and cheap cells. Rows come from `row_at`, ids from `id_at`."""

    sort_asked = Signal(str, bool)

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        """Show `columns`."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self._align = tuple(_RIGHT if column.is_number else _LEFT for column in self.columns)

    def id_at(self, position: int) -> Id | None:
        """Return the id of the row at `position`, None when there is no such row."""
        raise NotImplementedError

    def position_of(self, row_id: Id) -> int:
        """Return where the row `row_id` is, -1 when it is not in the table."""
        raise NotImplementedError

    def row_at(self, position: int) -> Row | None:
        """Return the row at `position`, None when it was deleted since its id was read."""
        raise NotImplementedError

    def words_at(self, position: int) -> tuple[str, ...]:
        """Return the words of every cell at `position`, made once per row."""
        raise NotImplementedError

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:  # noqa: ANN401 - Qt's own type
        if role == _DISPLAY:  # asked most by far, so asked first
            return self.words_at(index.row())[index.column()] if index.isValid() else None
        if role == _ALIGN:
            return self._align[index.column()] if index.isValid() else None
        if role in (_SPOKEN, _TIP, TONE_ROLE, SECONDS_ROLE) and index.isValid():
            return self._rare(index, role)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:  # noqa: ANN401
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == _DISPLAY:
            return self.columns[section].title
        return self._align[section] if role == _ALIGN else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns) and self.columns[column].is_sortable:
            self.sort_asked.emit(self.columns[column].key, order == Qt.SortOrder.DescendingOrder)

    def _words(self, row: Row | None) -> tuple[str, ...]:
        return ("",) * len(self.columns) if row is None else tuple(column.text(row) for column in self.columns)

    def _rare(self, index: Index, role: int) -> Any:  # noqa: ANN401 - one of several roles
        column = self.columns[index.column()]
        row = self.row_at(index.row())
        if row is None:
            return None
        if role == TONE_ROLE:
            return column.tone(row) if column.tone else None
        if role == SECONDS_ROLE:
            return column.seconds(row) if column.seconds else None
        if role == _TIP:
            return tip_text(column.tip(row)) if column.tip else None
        return column.spoken(row) if column.spoken else None


class RowTable(ColumnTable[Row, Id]):
    """A long list: all ids in memory, rows fetched in blocks of 200 as they come into view.

    `fetch` gives the rows of some ids; it runs on the GUI thread, so it is one keyed read. `sort_asked` carries a
    column's key and whether descending: the owner asks the database for ids in that order and calls `show_ids`.
    """

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        fetch: Callable[[Sequence[Id]], Mapping[Id, Row]],
        parent: QObject | None = None,
    ) -> None:
        """Make an empty table."""
        super().__init__(columns, parent)
        self._fetch = fetch
        self._ids: list[Id] = []
        self._positions: dict[Id, int] | None = None
        self._blocks: dict[int, dict[Id, tuple[Row, tuple[str, ...]]]] = {}
        self._empty = self._words(None)

    def show_ids(self, ids: Sequence[Id]) -> None:
        """Show these rows, in this order."""
        self.beginResetModel()
        self._ids = list(ids)
        self._positions = None
        self._blocks.clear()
        self.endResetModel()

    def refresh(self) -> None:
        """Read the rows in view again; the same ids, perhaps other words."""
        self._blocks.clear()
        if self._ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(self.columns) - 1))

    @property
    def ids(self) -> Sequence[Id]:
        """All ids, in order."""
        return tuple(self._ids)

    def id_at(self, position: int) -> Id | None:
        return self._ids[position] if 0 <= position < len(self._ids) else None

    def position_of(self, row_id: Id) -> int:
        if self._positions is None:
            self._positions = {own: position for position, own in enumerate(self._ids)}
        return self._positions.get(row_id, -1)

    def row_at(self, position: int) -> Row | None:
        found = self._found(position)
        return found[0] if found else None

    def words_at(self, position: int) -> tuple[str, ...]:
        found = self._found(position)
        return found[1] if found else self._empty

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    def _found(self, position: int) -> tuple[Row, tuple[str, ...]] | None:
        if not 0 <= position < len(self._ids):
            return None
        number = position // BLOCK
        block = self._blocks.get(number)
        if block is None:
            if len(self._blocks) >= KEPT_BLOCKS:
                del self._blocks[next(iter(self._blocks))]
            rows = self._fetch(self._ids[number * BLOCK : (number + 1) * BLOCK])
            block = {own: (row, self._words(row)) for own, row in rows.items()}
            self._blocks[number] = block
        return block.get(self._ids[position])


class SnapshotTable(ColumnTable[Row, Id]):
    """A short list (below about 5,000 rows) held whole; it sorts itself."""

    def __init__(
        self, columns: Sequence[Column[Row]], row_id: Callable[[Row], Id], parent: QObject | None = None
    ) -> None:
        """Make an empty table; `row_id` tells rows apart."""
        super().__init__(columns, parent)
        self._row_id = row_id
        self._rows: list[Row] = []
        self._shown: list[tuple[str, ...]] = []
        self._order: tuple[int, bool] | None = None

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows, in the order given or, once the person chose one, in theirs."""
        self.beginResetModel()
        self._rows = list(rows)
        self._arrange()
        self.endResetModel()

    @property
    def rows(self) -> Sequence[Row]:
        """The rows as shown."""
        return tuple(self._rows)

    def id_at(self, position: int) -> Id | None:
        row = self.row_at(position)
        return None if row is None else self._row_id(row)

    def position_of(self, row_id: Id) -> int:
        return next((position for position, row in enumerate(self._rows) if self._row_id(row) == row_id), -1)

    def row_at(self, position: int) -> Row | None:
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def words_at(self, position: int) -> tuple[str, ...]:
        return self._shown[position]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.columns) or not self.columns[column].is_sortable:
            return
        self.beginResetModel()
        self._order = (column, order == Qt.SortOrder.DescendingOrder)
        self._arrange()
        self.endResetModel()
        super().sort(column, order)

    def _arrange(self) -> None:
        if self._order is not None:
            column, descending = self._order
            spec = self.columns[column]
            self._rows.sort(key=spec.order or (lambda row: spec.text(row).casefold()), reverse=descending)
        self._shown = [self._words(row) for row in self._rows]
