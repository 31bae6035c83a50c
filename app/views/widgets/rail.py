"""The left rail: one button a page."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout

from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, scaled


class Rail(QFrame):
    """Lists the pages a role may see; Up and Down move, Enter or Space opens. `chosen` carries a page's key."""

    chosen = Signal(str)

    def __init__(self) -> None:
        """Make a rail without pages."""
        super().__init__()
        self.setObjectName("rail")
        self.setProperty("kind", "rail")
        self.setAccessibleName(self.tr("Pages"))
        self._buttons: dict[str, QToolButton] = {}
        self._titles: dict[str, str] = {}
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(GRID, GRID, GRID, GRID)
        self._column.setSpacing(GRID // 2)
        self._column.addStretch(1)

    def show_pages(self, pages: Sequence[tuple[str, str, str]]) -> None:
        """Show pages given as (key, title, icon)."""
        for button in self._buttons.values():
            self._group.removeButton(button)
            button.deleteLater()
        self._buttons.clear()
        self._titles = {key: title for key, title, _ in pages}
        for position, (key, title, drawn) in enumerate(pages):
            button = safe_text.tool_button(title, name=f"rail_{key}", icon=icon(drawn), show_text=True, checkable=True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._column.insertWidget(position, button)
            button.show()  # now, and not only when the event loop comes to it
            self._buttons[key] = button
        self.fit_text()

    def mark(self, key: str) -> None:
        """Show which page is open."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def fit_text(self, *, compact: bool = False) -> None:
        """Size icons for the present text scale; `compact` leaves the words to tool tips."""
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if compact else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        side = scaled(20)
        for key, button in self._buttons.items():
            button.setIconSize(QSize(side, side))
            button.setToolButtonStyle(style)
            safe_text.set_tip(button, self._titles[key] if compact else "")

    def focus_page(self) -> None:
        """Put the focus on the open page's button."""
        button = self._group.checkedButton() or next(iter(self._buttons.values()), None)
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        buttons = list(self._buttons.values())
        at = next((position for position, button in enumerate(buttons) if button.hasFocus()), None)
        if at is not None and event.key() in steps:
            buttons[(at + steps[Qt.Key(event.key())]) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        elif at is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            buttons[at].click()
        else:
            super().keyPressEvent(event)
