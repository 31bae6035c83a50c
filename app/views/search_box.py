"""The one search box: finds patients and commands, from anywhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.tasks import Latest, Tasks
from app.views.theme import GRID, scaled
from app.views.widgets.search_field import SearchField

MOST_SHOWN = 12
ROW_HEIGHT = 30
"""Pixels at 100 % text."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. `kind` is patient or command; `key` is the patient's id or the command's key."""

    kind: str
    key: Any
    title: str
    detail: str = ""
    icon: str = "user"


Find = Callable[[str], Sequence[Hit]]


class SearchBox(SearchField):
    """Asks `find` in the background as one types, and shows what it found below, commands after patients.

    Up and Down choose, Enter opens (`opened` carries the hit), Ctrl+Enter starts a call (`call_asked`), Esc leaves
    (`escaped`).
    The list is emptied by `forget`, so that nothing found stays in memory behind a locked screen.
    """

    opened = Signal(object)
    call_asked = Signal(object)
    escaped = Signal()

    def __init__(self, tasks: Tasks, find: Find, find_commands: Find) -> None:
        """`find` runs on the database thread; `find_commands` at once."""
        super().__init__(self.tr("Find a patient or a command"), name="search_box")
        self._find = find
        self._find_commands = find_commands
        self._latest = Latest(tasks, self)
        self.hits = _Hits(self)
        self.list = QListView()
        self.list.setObjectName("search_results")
        self.list.setAccessibleName(self.tr("Search results"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setModel(self.hits)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = safe_text.label(self.tr("Nothing found."), "muted", name="search_nothing")
        self._hint = safe_text.label(self.tr("Enter opens · Ctrl+Enter starts a call · Esc leaves"), "small")
        self._popup: QFrame | None = None
        # Until they are first shown they belong here: what has no parent dies whenever Python collects its garbage.
        shelf = QWidget(self)
        shelf.hide()
        for part in (self.list, self._nothing, self._hint):
            part.setParent(shelf)
        self.searched.connect(self._on_searched)
        self.list.clicked.connect(self._on_clicked)

    def forget(self) -> None:
        """Empty the box and what it found."""
        self._latest.forget()
        self.clear()
        self.hits.show_hits(())
        self._close()

    @property
    def is_open(self) -> bool:
        """Whether results are shown."""
        return self._popup is not None and self._popup.isVisible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.is_open:
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen() is not None:
            self._take(call=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key == Qt.Key.Key_Escape:
            self.forget()
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            event.accept()  # Ctrl+Enter here starts a call; it does not save a note elsewhere
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._close()

    def _on_searched(self, text: str) -> None:
        if not text:
            self._latest.forget()
            self.hits.show_hits(())
            self._close()
            return
        self._latest.ask(lambda: self._find(text), lambda found: self._on_found(text, found))

    def _on_found(self, text: str, found: Sequence[Hit]) -> None:
        commands = self._find_commands(text)
        room = max(MOST_SHOWN - len(commands), MOST_SHOWN // 2)
        self.hits.show_hits((*found[:room], *commands)[:MOST_SHOWN])
        if self.hasFocus():
            self._open()

    def _on_clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self._take(call=False)

    def _take(self, *, call: bool) -> None:
        hit = self._chosen()
        if hit is None:
            return
        self.forget()
        if call and hit.kind == "patient":
            self.call_asked.emit(hit)
        else:
            self.opened.emit(hit)

    def _chosen(self) -> Hit | None:
        return self.hits.hit_at(self.list.currentIndex().row()) if self.is_open else None

    def _step(self, by: int) -> None:
        count = self.hits.rowCount()
        if count:
            self.list.setCurrentIndex(self.hits.index((self.list.currentIndex().row() + by) % count))

    def _open(self) -> None:
        if self._popup is None:
            self._popup = _popup(self.window(), self.list, self._nothing, self._hint)
        count = self.hits.rowCount()
        self.list.setVisible(count > 0)
        self._nothing.setVisible(count == 0)
        self.list.setFixedHeight(scaled(ROW_HEIGHT) * count)
        height = self._popup.sizeHint().height()
        wide = max(self.width(), scaled(56 * GRID))
        wide = min(wide, self.window().width() - 4 * GRID)
        at = self.mapTo(self.window(), QPoint(0, self.height() + GRID // 2))
        self._popup.setGeometry(min(at.x(), self.window().width() - wide - GRID), at.y(), wide, height)
        self._popup.show()
        self._popup.raise_()
        if count:
            self.list.setCurrentIndex(self.hits.index(0))

    def _close(self) -> None:
        if self._popup is not None:
            self._popup.hide()


class _Hits(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._hits: tuple[Hit, ...] = ()

    def show_hits(self, hits: Sequence[Hit]) -> None:
        self.beginResetModel()
        self._hits = tuple(hits)
        self.endResetModel()

    def hit_at(self, position: int) -> Hit | None:
        return self._hits[position] if 0 <= position < len(self._hits) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:  # noqa: ANN401
        hit = self.hit_at(index.row())
        if hit is None:
            return None
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return f"{hit.title}   ·   {hit.detail}" if hit.detail else hit.title
        if role == int(Qt.ItemDataRole.SizeHintRole):
            return QSize(0, scaled(ROW_HEIGHT))
        return icon(hit.icon) if role == int(Qt.ItemDataRole.DecorationRole) else None


def _popup(window: QWidget, *contents: QWidget) -> QFrame:
    """Return a frame over the window and not a window of its own, so that locking the screen hides it too."""
    made = QFrame(window)
    made.setObjectName("search_popup")
    made.setProperty("kind", "popup")
    column = QVBoxLayout(made)
    column.setContentsMargins(GRID, GRID, GRID, GRID)
    for widget in contents:
        column.addWidget(widget)
    return made
