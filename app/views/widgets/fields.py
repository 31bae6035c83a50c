"""Controls a form is made of. Each has `edited`, `value()`, `set_value()` and `problem()`."""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QWidget,
)

from app.views import safe_text
from app.views.icons import pixmap
from app.views.theme import GRID, Role, scaled

_PRIVATE = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText


@runtime_checkable
class Field(Protocol):
    """What a form asks of a control. All fields are widgets too."""

    edited: SignalInstance

    def value(self) -> Any:  # noqa: ANN401 - each field has its own kind of value
        """Return what was entered, None when empty or not readable."""

    def set_value(self, value: Any) -> None:  # noqa: ANN401 - see value
        """Show `value`; None empties the field. Does not count as an edit by the person."""

    def problem(self) -> str | None:
        """Return why the entry cannot be used, as a sentence, or None."""


class LineField(QLineEdit):
    """One line. The system's word prediction never learns what is typed here."""

    edited = Signal()

    def __init__(self, *, hint: str = "", max_length: int = 200) -> None:
        """Show `hint` while empty; take at most `max_length` characters."""
        super().__init__()
        self.setPlaceholderText(hint)
        self.setMaxLength(max_length)
        self.setInputMethodHints(_PRIVATE)
        self.textEdited.connect(self.edited)

    def value(self) -> Any:  # noqa: ANN401 - subclasses return their own kind
        """Return the text without spaces around it, None when empty."""
        return self.text().strip() or None

    def set_value(self, value: Any) -> None:  # noqa: ANN401 - see value
        """Show `value`."""
        self.setText("" if value is None else str(value))
        self.setCursorPosition(0)

    def problem(self) -> str | None:
        """Nothing is wrong with any line of text."""
        return None


class TextField(QPlainTextEdit):
    """Several lines of plain text; Tab moves on instead of being typed.

    `menu_asked` carries the menu that is about to be shown and the text cursor it is about, for what puts more into it.
    """

    edited = Signal()
    menu_asked = Signal(object, object)

    def __init__(self, *, hint: str = "", lines: int = 4, max_length: int = 20_000) -> None:
        """Show `hint` while empty, about `lines` lines high; more than `max_length` characters is a problem."""
        super().__init__()
        self._max_length = max_length
        self._lines = lines
        self._quiet = False
        self._last = ""
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setInputMethodHints(_PRIVATE | Qt.InputMethodHint.ImhMultiLine)
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * lines + 2 * GRID)
        self.textChanged.connect(self._on_text_changed)

    def value(self) -> str | None:
        """Return the text without space around it, None when empty."""
        return self.toPlainText().strip() or None

    def set_value(self, value: str | None) -> None:
        """Show `value`."""
        self._quiet = True
        self.setPlainText(value or "")
        self._quiet = False

    def problem(self) -> str | None:
        """Only too long a text is a problem."""
        over = len(self.toPlainText()) - self._max_length
        return self.tr("This is {over} characters too long.").format(over=over) if over > 0 else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        cursor = self.textCursor() if by_key else self.cursorForPosition(event.pos())
        at = self.viewport().mapToGlobal(self.cursorRect().bottomLeft()) if by_key else event.globalPos()
        menu = self.createStandardContextMenu()
        menu.setObjectName("text_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu_asked.emit(menu, cursor)
        menu.popup(at)

    def _on_text_changed(self) -> None:
        # Underlining a word says that the text changed, too.
        now = self.toPlainText()
        is_same, self._last = now == self._last, now
        if not self._quiet and not is_same:
            self.edited.emit()


class ChoiceField(QComboBox):
    """One of a list of (value, words). The mouse wheel scrolls the page, it never changes an answer."""

    edited = Signal()

    def __init__(self, choices: Sequence[tuple[Any, str]] = (), *, empty: str | None = None) -> None:
        """Offer `choices`; with `empty` given, a first row of those words stands for None."""
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self._empty = empty
        self.offer(choices)
        self.activated.connect(self.edited)

    def offer(self, choices: Sequence[tuple[Any, str]]) -> None:
        """Replace the choices, keeping the present one if it is still offered."""
        kept = self.value()
        self.clear()
        if self._empty is not None:
            self.addItem(self._empty, None)
        for value, words in choices:
            self.addItem(words, value)
        self.set_value(kept)

    def value(self) -> Any:  # noqa: ANN401 - whatever kind the choices are
        """Return the chosen value, None when nothing is."""
        return self.currentData()

    def set_value(self, value: Any) -> None:  # noqa: ANN401 - see value
        """Choose `value`; a value not on offer chooses nothing, or the empty row."""
        found = next((row for row in range(self.count()) if self.itemData(row) == value), -1)
        self.setCurrentIndex(found if found >= 0 or self._empty is None else 0)

    def problem(self) -> str | None:
        """Nothing is wrong with any choice."""
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = scaled(16)
        at = QPoint(self.width() - side - GRID, (self.height() - side) // 2)
        role = Role.TEXT if self.isEnabled() else Role.MUTED
        QPainter(self).drawPixmap(at, pixmap("chevron-down", role, side, self.devicePixelRatioF()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class CheckField(QWidget):
    """Yes or no."""

    edited = Signal()

    def __init__(self, words: str, *, name: str) -> None:
        """Say `words` beside the box."""
        super().__init__()
        self.box: QCheckBox = safe_text.check_box(words, name=f"{name}_box")
        layout = _row(self)
        layout.addWidget(self.box)
        layout.addStretch(1)
        self.setFocusProxy(self.box)
        self.box.clicked.connect(self.edited)

    def value(self) -> bool:
        """Return whether it is ticked."""
        return self.box.isChecked()

    def set_value(self, value: bool | None) -> None:  # noqa: FBT001 - the protocol's shape
        """Tick it or not."""
        self.box.setChecked(bool(value))

    def problem(self) -> str | None:
        """Nothing is wrong with either answer."""
        return None


class RadioField(QWidget):
    """One of a few (value, words), all in view."""

    edited = Signal()

    def __init__(
        self, choices: Sequence[tuple[Any, str]], *, name: str, vertical: bool = True, columns: int = 1
    ) -> None:
        """Offer `choices` below each other in so many columns, row by row, or all in a row."""
        super().__init__()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        columns = columns if vertical else max(1, len(choices))
        self.buttons: list[QRadioButton] = []
        self._values = [value for value, _ in choices]
        for position, (_, words) in enumerate(choices):
            button = safe_text.radio_button(words, name=f"{name}_{position}")
            button.clicked.connect(self.edited)
            layout.addWidget(button, position // columns, position % columns)
            self.buttons.append(button)
        if self.buttons:
            self.setFocusProxy(self.buttons[0])

    def value(self) -> Any:  # noqa: ANN401 - whatever kind the choices are
        """Return the chosen value, None when nothing is."""
        return next((v for v, button in zip(self._values, self.buttons, strict=True) if button.isChecked()), None)

    def set_value(self, value: Any) -> None:  # noqa: ANN401 - see value
        """Choose `value`; one not on offer chooses nothing."""
        for own, button in zip(self._values, self.buttons, strict=True):
            button.setAutoExclusive(False)
            button.setChecked(own == value and value is not None)
            button.setAutoExclusive(True)

    def problem(self) -> str | None:
        """Nothing is wrong with any choice."""
        return None


def _row(widget: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GRID)
    return layout
