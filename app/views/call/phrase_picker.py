"""Ready phrases while a note is typed: "/" where a word begins lists those of the part, what follows narrows it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QStringListModel, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QVBoxLayout, QWidget

from app.views.theme import GRID, scaled
from app.views.widgets import TextField

SIGN = "/"
MOST_SHOWN = 8
WIDTH = 50 * GRID


class PhrasePicker(QFrame):
    """The list of one field's phrases, over the form; the focus stays in the text.

    Up and Down move, Enter and Tab put the phrase in place of what was typed to find it, Esc leaves the text as it is.
    """

    def __init__(self, field: TextField, phrases: Sequence[str], over: QWidget) -> None:
        """Offer `phrases` for `field`, drawn over the widget `over`."""
        super().__init__(over)
        self.setObjectName(f"{field.objectName()}_phrases")
        self.setAccessibleName(self.tr("Phrases"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._field = field
        self._over = over
        self._phrases = tuple(phrases)
        self._start: int | None = None
        self._shown = QStringListModel(self)
        self.list = QListView()
        self.list.setObjectName(f"{field.objectName()}_phrase_list")
        self.list.setAccessibleName(self.tr("Phrases"))
        self.list.setProperty("kind", "phrases")
        self.list.setModel(self._shown)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda index: self._put(index.row()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        self.hide()
        field.installEventFilter(self)
        field.textChanged.connect(self._on_text_changed)
        field.cursorPositionChanged.connect(self._on_cursor_moved)

    def open(self) -> None:
        """Show all phrases at the cursor, as if "/" had been typed."""
        if self._phrases and not self._field.isReadOnly():
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._start = self._field.textCursor().position()
            self._show()

    def choices(self) -> list[str]:
        """Return the phrases that are listed now."""
        return self._shown.stringList() if self.isVisible() else []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and self.isVisible():
            if event.type() == QEvent.Type.FocusOut:
                self._close()
            elif isinstance(event, QKeyEvent) and event.type() in (
                QEvent.Type.KeyPress,
                QEvent.Type.ShortcutOverride,
            ):
                return self._takes(event)
        return super().eventFilter(watched, event)

    def _on_text_changed(self) -> None:
        if self._start is not None:
            self._show()
            return
        cursor = self._field.textCursor()
        text, here = cursor.block().text(), cursor.positionInBlock()
        before = text[here - 2 : here - 1] if here > 1 else ""
        is_begun = here > 0 and text[here - 1 : here] == SIGN and not before.strip()
        if is_begun and self._field.hasFocus() and self._phrases and not self._field.isReadOnly():
            self._start = cursor.position() - 1
            self._show()

    def _on_cursor_moved(self) -> None:
        if self._start is not None and self._field.textCursor().position() < self._start:
            self._close()

    def _takes(self, event: QKeyEvent) -> bool:
        """Whether a key is for the list and not for the text."""
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        key, row = Qt.Key(event.key()), self.list.currentIndex().row()
        moves = {Qt.Key.Key_Up: row - 1, Qt.Key.Key_Down: row + 1}
        if key not in (*moves, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Escape):
            return False
        event.accept()
        if event.type() == QEvent.Type.ShortcutOverride:
            return True  # the key itself follows, to us instead of to a command
        if key in moves:
            self._pick(moves[key] % max(1, self._shown.rowCount()))
        elif key == Qt.Key.Key_Escape:
            self._close()
        else:
            self._put(row)
        return True

    def _show(self) -> None:
        words = self._typed()
        if words is None:
            self._close()
            return
        asked = words.casefold().split()
        fitting = [each for each in self._phrases if all(word in each.casefold() for word in asked)]
        if not fitting:
            self._close()
            return
        self._shown.setStringList(fitting)
        self._place(len(fitting))
        self.show()
        self.raise_()
        self._pick(0)

    def _typed(self) -> str | None:
        """Return what was typed to find a phrase, None once it is something else."""
        start, here = self._start, self._field.textCursor().position()
        if start is None or here < start:
            return None
        text = self._between(start, here).selectedText()
        if "\u2029" in text or len(text) > 40:
            return None
        return text.removeprefix(SIGN)

    def _put(self, row: int) -> None:
        phrases, start = self._shown.stringList(), self._start
        if start is None or not 0 <= row < len(phrases):
            return
        cursor = self._between(start, self._field.textCursor().position())
        self._close()
        cursor.insertText(phrases[row])
        self._field.setTextCursor(cursor)

    def _between(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self._field.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _pick(self, row: int) -> None:
        index = self._shown.index(row, 0)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)
        # The focus stays in the text, so that what is picked has to be told.
        words = self.tr("Phrase {n} of {count}: {phrase}")
        told = words.format(n=row + 1, count=self._shown.rowCount(), phrase=index.data())
        self._field.setAccessibleDescription(told)
        QAccessible.updateAccessibility(QAccessibleEvent(self._field, QAccessible.Event.DescriptionChanged))

    def _close(self) -> None:
        self._start = None
        if self.isVisible():
            self.hide()
            self._field.setAccessibleDescription("")

    def _place(self, count: int) -> None:
        row = self.list.sizeHintForRow(0) if self._shown.rowCount() else self.fontMetrics().lineSpacing()
        over = self._over
        height = min(count, MOST_SHOWN) * max(row, 1) + 2 * GRID
        width = min(scaled(WIDTH), over.width() - 2 * GRID)
        below = self._field.viewport().mapTo(over, self._field.cursorRect().bottomLeft()) + QPoint(0, GRID // 2)
        above = self._field.viewport().mapTo(over, self._field.cursorRect().topLeft()).y() - GRID // 2 - height
        left = max(GRID, min(below.x(), over.width() - width - GRID))
        top = below.y() if below.y() + height <= over.height() or above < 0 else above
        self.setGeometry(left, top, width, height)
