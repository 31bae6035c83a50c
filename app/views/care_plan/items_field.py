"""The rows under a part of a care plan: goals, medicines, interventions and who is responsible."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.care_plan import Item, SectionKind
from app.rules.plan_gaps import first_blank
from app.rules.plan_items import NAMED, REF, day_text, every_months, item_says_something, months_later
from app.views import safe_text
from app.views.care_plan.plan_cells import CellChoices, ChoiceCell, DayCell, LineCell, PersonCell, cell_for, name_cell
from app.views.icons import icon
from app.views.theme import GRID, scaled

LEAST_FIELD = 14 * GRID
MOST_BESIDE = 3
"""More fields than these go below the first one, which then has the whole width."""

_Cell = LineCell | DayCell | ChoiceCell | PersonCell


@dataclass(slots=True, eq=False)
class _Row:
    cells: list[_Cell]
    remove: QAbstractButton
    beyond: dict[str, str]  # what an item holds besides its fields: its name


class ItemsField(QWidget):
    """One line for each item, one field for each of its columns; Enter begins the next item.

    `edited` follows every change; `removing` comes before an item goes, with its words, so that it can be put back;
    `days_setting` before days are put in; `rebuilt` when the lines were made anew, and with them what Tab walks.
    """

    edited = Signal()
    rebuilt = Signal()
    removing = Signal(str)
    days_setting = Signal()

    def __init__(self, kind: SectionKind, items: Sequence[Item], choices: CellChoices | None = None) -> None:
        """Show `items` in the columns of `kind`."""
        super().__init__()
        self.setObjectName(f"plan_items_{kind.key}")
        self.setAccessibleName(kind.title)
        self._kind = kind
        self._choices = choices or CellChoices()
        self._is_stacked = len(kind.fields) > MOST_BESIDE
        self._rows: list[_Row] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self.add_button = safe_text.button(
            self.tr("Add"), name=f"plan_add_{kind.key}", icon=icon("plus"), on_click=self._on_add
        )
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        self.days_button: QAbstractButton | None = None
        if self._choices.today is not None and {"often", "day"} <= {field.kind for field in kind.fields}:
            self.days_button = safe_text.button(
                self.tr("Set the next days"),
                name=f"plan_days_{kind.key}",
                icon=icon("calendar-days"),
                tip=self.tr("Give each line that repeats and has no day its first one, counted from today"),
                on_click=self._on_days,
            )
            foot.addWidget(self.days_button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(self._grid)
        column.addLayout(foot)
        self._show(items)

    def items(self) -> tuple[Item, ...]:
        """Return what is typed; lines that say nothing are left out."""
        typed = ({**self._said(row), **row.beyond} for row in self._rows)
        return tuple(item for item in typed if item_says_something(item))

    def chain(self) -> list[QWidget]:
        """Return what Tab walks, in its order."""
        walked: list[QWidget] = []
        for row in self._rows:
            for cell in row.cells:
                walked += cell.chain()
            walked.append(row.remove)
        return [*walked, self.add_button, *([self.days_button] if self.days_button is not None else [])]

    def focus_item(self, place: int) -> bool:
        """Go to an item by its place; False when it is not there."""
        if not 0 <= place < len(self._rows):
            return False
        self._rows[place].cells[0].enter()
        return True

    def focus_first_gap(self) -> bool:
        """Go to the first field that an item must have and lacks, or that holds words in brackets; False if none."""
        for row in self._rows:
            for field, cell in zip(self._kind.fields, row.cells, strict=True):
                words = cell.words().strip()
                no_day = isinstance(cell, DayCell) and bool(words) and cell.problem() is not None
                if (field.required and not words) or first_blank(words) is not None or no_day:
                    cell.enter()
                    return True
        return False

    def minimumSizeHint(self) -> QSize:
        beside = (len(self._kind.fields) + 1) // 2 if self._is_stacked else len(self._kind.fields)
        wide = beside * (scaled(LEAST_FIELD) + GRID) + scaled(4 * GRID)
        return QSize(wide, super().minimumSizeHint().height())

    def _on_add(self) -> None:
        self._begin(len(self._rows))

    def _on_return(self, row: _Row) -> None:
        self._begin(self._rows.index(row) + 1)

    def _on_remove(self, row: _Row) -> None:
        at = self._rows.index(row)
        said = self._said(row)
        if any(text.strip() for text in said.values()):
            self.removing.emit(next((text for text in said.values() if text.strip()), ""))
        self._rows.remove(row)
        self._show(self.items())
        # Not into a line of text, where Ctrl+Z would undo typing instead.
        near = self._rows[min(at, len(self._rows) - 1)].remove if self._rows else self.add_button
        near.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def _on_days(self) -> None:
        today = self._choices.today
        kinds = [field.kind for field in self._kind.fields]
        if today is None:
            return
        self.days_setting.emit()
        for row in self._rows:
            often, day = row.cells[kinds.index("often")], row.cells[kinds.index("day")]
            months = every_months(often.words())
            if months and not day.words().strip():
                day.show_words(day_text(months_later(today, months)))
        self.edited.emit()

    def _begin(self, at: int) -> None:
        items: list[Item] = list(self.items())
        at = min(at, len(items))
        items.insert(at, {})
        self._show(items)
        self._rows[at].cells[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _said(self, row: _Row) -> dict[str, str]:
        return {
            field.key: cell.words()
            for field, cell in zip(self._kind.fields, row.cells, strict=True)
            if cell.words().strip()
        }

    def _show(self, items: Sequence[Item]) -> None:
        while (taken := self._grid.takeAt(0)) is not None:
            if (widget := taken.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._rows = []
        if not self._is_stacked and items:
            for at, field in enumerate(self._kind.fields):
                self._grid.addWidget(safe_text.label(_title(field.title, field.required), "small", wrap=False), 0, at)
                self._grid.setColumnStretch(at, 2 if at == 0 else 1)
        for number, item in enumerate(items, start=1):
            self._add_row(number, item)
        for at in range(self._grid.count()):
            place = self._grid.itemAt(at)
            if place is not None and (shown := place.widget()) is not None:
                shown.show()  # now, so that the next key already finds it
        self.rebuilt.emit()

    def _add_row(self, number: int, item: Item) -> None:
        columns = {field.key for field in self._kind.fields}
        beyond = {key: text for key, text in item.items() if key not in columns}
        if self._kind.key in NAMED:
            beyond.setdefault(REF, uuid4().hex[:12])
        cells: list[_Cell] = []
        for field in self._kind.fields:
            cell = cell_for(field, self._choices)
            words = self.tr("{field}, line {n}").format(field=field.title, n=number)
            name_cell(cell, f"plan_{self._kind.key}_{number}_{field.key}", words)
            cell.show_words(item.get(field.key, ""))
            cell.edited.connect(self.edited)
            cells.append(cell)
        remove = safe_text.tool_button(
            self.tr("Remove line {n}").format(n=number),
            name=f"plan_{self._kind.key}_{number}_remove",
            icon=icon("trash-2"),
        )
        row = _Row(cells, remove, beyond)
        remove.clicked.connect(lambda _checked=False: self._on_remove(row))
        for cell in cells:
            for part in cell.chain():
                if isinstance(part, LineCell | DayCell):
                    part.returnPressed.connect(partial(self._on_return, row))
        if self._is_stacked:
            self._stack(number, row)
        else:
            for at, cell in enumerate(cells):
                self._grid.addWidget(cell, number, at)
            self._grid.addWidget(remove, number, len(cells))
        self._rows.append(row)

    def _stack(self, number: int, row: _Row) -> None:
        """Put the first field over the whole width, and the others below it under their titles."""
        fields, beside = self._kind.fields, len(row.cells) - 1
        top = number * 4
        self._grid.setRowMinimumHeight(top + 3, GRID)
        self._grid.addWidget(row.cells[0], top, 0, 1, beside)
        self._grid.addWidget(row.remove, top, beside)
        for at, (field, cell) in enumerate(zip(fields[1:], row.cells[1:], strict=True)):
            title = safe_text.label(_title(field.title, field.required), "small", wrap=False)
            self._grid.addWidget(title, top + 1, at)
            self._grid.addWidget(cell, top + 2, at)
            self._grid.setColumnStretch(at, 1)


def _title(title: str, required: bool) -> str:  # noqa: FBT001 - a field's own fact
    return f"{title} *" if required else title
