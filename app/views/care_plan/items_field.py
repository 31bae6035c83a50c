"""The rows under a part of a care plan: goals, medicines, interventions and who is responsible."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.care_plan import Item, SectionKind
from app.rules.text import LONGEST_LINE
from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, scaled
from app.views.widgets import LineField

LEAST_FIELD = 14 * GRID


class ItemsField(QWidget):
    """One line for each item, one field for each of its columns; Enter begins the next item.

    `edited` follows every change; `removed` carries the item and its place, so that it can be put back; `rebuilt`
    follows when the lines were made anew, and with them what Tab walks.
    """

    edited = Signal()
    rebuilt = Signal()
    removed = Signal(object, int)

    def __init__(self, kind: SectionKind, items: Sequence[Item]) -> None:
        """Show `items` in the columns of `kind`."""
        super().__init__()
        self.setObjectName(f"plan_items_{kind.key}")
        self.setAccessibleName(kind.title)
        self._kind = kind
        self._rows: list[list[LineField]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self.add_button = safe_text.button(
            self.tr("Add"), name=f"plan_add_{kind.key}", icon=icon("plus"), on_click=self._on_add
        )
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(self._grid)
        column.addLayout(foot)
        self._show(items)

    def items(self) -> tuple[Item, ...]:
        """Return what is typed; lines that say nothing are left out."""
        typed = (
            {field.key: line.text() for field, line in zip(self._kind.fields, row, strict=True) if line.text().strip()}
            for row in self._rows
        )
        return tuple(item for item in typed if item)

    def insert(self, at: int, item: Item) -> None:
        """Put an item back."""
        items = list(self.items())
        items.insert(min(at, len(items)), item)
        self._show(items)
        self.edited.emit()

    def chain(self) -> list[QWidget]:
        """Return what Tab walks, in its order."""
        removes = [self._grid.itemAtPosition(at, len(self._kind.fields)) for at in range(1, len(self._rows) + 1)]
        walked: list[QWidget] = []
        for row, remove in zip(self._rows, removes, strict=True):
            walked += row
            if remove is not None and (button := remove.widget()) is not None:
                walked.append(button)
        return [*walked, self.add_button]

    def focus_first_gap(self) -> bool:
        """Go to the first required column that an item leaves empty; False when there is none."""
        for row in self._rows:
            for field, line in zip(self._kind.fields, row, strict=True):
                if field.required and not line.text().strip():
                    line.setFocus(Qt.FocusReason.OtherFocusReason)
                    return True
        return False

    def minimumSizeHint(self) -> QSize:
        wide = len(self._kind.fields) * (scaled(LEAST_FIELD) + GRID) + scaled(4 * GRID)
        return QSize(wide, super().minimumSizeHint().height())

    def _on_add(self) -> None:
        self._begin(len(self._rows))

    def _on_return(self, row: list[LineField]) -> None:
        self._begin(self._rows.index(row) + 1)

    def _on_remove(self, row: list[LineField]) -> None:
        at = self._rows.index(row)
        gone = {field.key: line.text() for field, line in zip(self._kind.fields, row, strict=True) if line.text()}
        place = sum(1 for kept in self._rows[:at] if any(line.text().strip() for line in kept))
        self._rows.remove(row)
        self._show(self.items())
        # Not into a line of text, where Ctrl+Z would undo typing instead.
        following = self._grid.itemAtPosition(min(at + 1, len(self._rows)), len(self._kind.fields))
        near = following.widget() if self._rows and following is not None else None
        (near or self.add_button).setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()
        if gone:
            self.removed.emit(gone, place)

    def _begin(self, at: int) -> None:
        items: list[Item] = list(self.items())
        at = min(at, len(items))
        items.insert(at, {})
        self._show(items)
        self._rows[at][0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, items: Sequence[Item]) -> None:
        while (taken := self._grid.takeAt(0)) is not None:
            if (widget := taken.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._rows = []
        for at, field in enumerate(self._kind.fields):
            title = f"{field.title} *" if field.required else field.title
            self._grid.addWidget(safe_text.label(title, "small", wrap=False), 0, at)
            self._grid.setColumnStretch(at, 2 if at == 0 else 1)
        for number, item in enumerate(items, start=1):
            self._add_row(number, item)
        for widget in self.chain():
            widget.show()  # now, so that the next key already finds it
        self.rebuilt.emit()

    def _add_row(self, number: int, item: Item) -> None:
        row: list[LineField] = []
        for at, field in enumerate(self._kind.fields):
            line = LineField(max_length=LONGEST_LINE)
            line.setObjectName(f"plan_{self._kind.key}_{number}_{field.key}")
            line.setAccessibleName(self.tr("{field}, line {n}").format(field=field.title, n=number))
            line.set_value(item.get(field.key, ""))
            line.edited.connect(self.edited)
            line.returnPressed.connect(partial(self._on_return, row))
            self._grid.addWidget(line, number, at)
            row.append(line)
        remove = safe_text.tool_button(
            self.tr("Remove line {n}").format(n=number),
            name=f"plan_{self._kind.key}_{number}_remove",
            icon=icon("trash-2"),
            on_click=partial(self._on_remove, row),
        )
        self._grid.addWidget(remove, number, len(self._kind.fields))
        self._rows.append(row)
