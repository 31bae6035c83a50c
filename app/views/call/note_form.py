"""The note of a call in the clinic's own parts, side by side where there is room."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.services.note_sections import NoteSection
from app.views import safe_text
from app.views.theme import GRID, fit_scale, scaled, set_kind, set_shown
from app.views.widgets import TextField

TWO_COLUMNS = 72 * GRID
"""Pixels at 100 % text from which the parts stand two in a row."""


class NoteForm(QWidget):
    """One field for each part. `edited` follows every key; what a part's key is, the clinic's settings say.

    Text of parts that the clinic has dropped since is kept and handed back as it came.
    """

    edited = Signal()

    def __init__(self, sections: Sequence[NoteSection], written: Mapping[str, str]) -> None:
        """Show `sections` with what is `written` already."""
        super().__init__()
        self.setObjectName("note_form")
        self.setAccessibleName(self.tr("Call note"))
        self._sections = tuple(sections)
        self._others = {key: text for key, text in written.items() if key not in {each.key for each in sections}}
        self._parts: list[_Part] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID)
        for section in sections:
            part = _Part(section)
            part.field.set_value(written.get(section.key))
            part.field.edited.connect(self.edited)
            self._parts.append(part)
        self._arrange(1)
        fit_scale(self, self._fit)

    def values(self) -> dict[str, str]:
        """Return what is typed, by part; as it stands, for a draft."""
        typed = {part.section.key: part.field.toPlainText() for part in self._parts}
        return {key: text for key, text in (self._others | typed).items() if text.strip()}

    def missing(self) -> tuple[NoteSection, ...]:
        """Return the required parts that say nothing yet."""
        return tuple(part.section for part in self._parts if part.section.required and part.field.value() is None)

    def field(self, key: str) -> QWidget | None:
        """Return the field of a part, None where there is no such part."""
        return next((part.field for part in self._parts if part.section.key == key), None)

    def mark(self, faults: Mapping[str, str]) -> None:
        """Show sentences beside the parts they are about, and no others."""
        for part in self._parts:
            part.show_fault(faults.get(part.section.key, ""))

    def close_for_good(self) -> None:
        """Let nothing more be typed: the note is signed."""
        for part in self._parts:
            part.field.setReadOnly(True)

    def first_field(self) -> QWidget | None:
        """Return the field where typing begins."""
        return self._parts[0].field if self._parts else None

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(30 * GRID), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        columns = 2 if self.width() >= scaled(TWO_COLUMNS) else 1
        if columns != self._columns:
            self._arrange(columns)

    def _arrange(self, columns: int) -> None:
        """Place the parts in reading order, row by row, as Tab goes."""
        self._columns = columns
        for part in self._parts:
            self._grid.removeWidget(part)
        for at, part in enumerate(self._parts):
            self._grid.addWidget(part, at // columns, at % columns)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if columns == 2 else 0)


class _Part(QWidget):
    """A part's title, its field, and what is wrong with it."""

    def __init__(self, section: NoteSection) -> None:
        super().__init__()
        self.section = section
        self.field = TextField(lines=2)
        self.field.setObjectName(f"note_{section.key}")
        # As high as there is room, and never less than two lines.
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        needed = self.tr("{title} (needed when reached)").format(title=section.title)
        self.field.setAccessibleName(needed if section.required else section.title)
        self._error = safe_text.label("", "error", name=f"note_{section.key}_error")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        title = safe_text.label(f"{section.title} *" if section.required else section.title, "field", buddy=self.field)
        column.addWidget(title)
        column.addWidget(self.field, 1)
        column.addWidget(self._error)
        set_shown(self._error, shown=False)
        self.field.edited.connect(self._on_edited)

    def show_fault(self, sentence: str) -> None:
        self._error.setText(sentence)
        set_shown(self._error, shown=bool(sentence))
        set_kind(self.field, "error" if sentence else "", key="state")
        self.field.setAccessibleDescription(sentence)

    def _on_edited(self) -> None:
        if self.field.property("state") == "error" and self.field.value() is not None:
            self.show_fault("")
