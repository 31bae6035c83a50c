"""F1: every command and its key, and what to do without a mouse."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID, scaled
from app.views.widgets.layout import buttons_row

KeyLine = tuple[str, str, str]
"""(menu, command, key)."""


class KeyHelp(QDialog):
    """Lists commands with their keys. Open it with `open()`."""

    def __init__(self, lines: Sequence[KeyLine], parent: QWidget) -> None:
        """Show `lines`."""
        super().__init__(parent)
        self.setObjectName("key_help")
        self.setWindowTitle(self.tr("CareLoop: keys"))
        columns: list[Column[KeyLine]] = [
            Column("menu", self.tr("Menu"), lambda line: line[0], width=96),
            Column("command", self.tr("Command"), lambda line: line[1], width=0),
            Column("key", self.tr("Key"), lambda line: line[2], width=160),
        ]
        table: SnapshotTable[KeyLine, str] = SnapshotTable(columns, lambda line: line[1], self)
        table.show_rows(lines)
        self.list = TableView(table, name="key_list", words=self.tr("Commands and keys"))
        self.list.pick_first()
        close = safe_text.button(self.tr("Close"), name="key_help_close", kind="primary", on_click=self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(safe_text.label(self.tr("Keys"), "title"))
        column.addWidget(
            safe_text.label(
                self.tr(
                    "Ctrl+K finds any patient and any command by name. Tab walks the controls, F6 the parts of the"
                    " window. Esc closes a panel or goes back. Alt and a menu's letter opens that menu."
                ),
                "muted",
            )
        )
        column.addWidget(self.list, 1)
        column.addLayout(buttons_row(close))
        self.resize(scaled(76 * GRID), scaled(72 * GRID))
