"""The note of a call in the clinic's own parts, side by side where there is room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from app.rules.note_marks import divided, mark_key, says_something
from app.services.note_sections import NoteSection
from app.services.notes import LastSaid
from app.views.call.note_part import NotePart
from app.views.call.phrase_picker import PhrasePicker
from app.views.theme import GRID, fit_scale, scaled

TWO_COLUMNS = 72 * GRID
"""Pixels at 100 % text from which the parts stand two in a row."""


@dataclass(frozen=True, slots=True)
class NoteAids:
    """What helps to write a note: by part, what was said last, and the phrases, their blanks filled."""

    last_said: Mapping[str, LastSaid] = field(default_factory=dict)
    phrases: Mapping[str, Sequence[str]] = field(default_factory=dict)


class NoteForm(QWidget):
    """One field for each part. `edited` follows every key; what a part's key is, the clinic's settings say.

    Text of parts that the clinic has dropped since is kept and handed back as it came.
    """

    edited = Signal()

    def __init__(
        self, sections: Sequence[NoteSection], written: Mapping[str, str], aids: NoteAids | None = None
    ) -> None:
        """Show `sections` with what is `written` already, marks among it (rules/note_marks.py)."""
        super().__init__()
        self.setObjectName("note_form")
        self.setAccessibleName(self.tr("Call note"))
        aids = aids or NoteAids()
        self.parts: list[NotePart] = []
        self._pickers: list[PhrasePicker] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID)
        shown = set()
        for section in sections:
            part = NotePart(section, aids.last_said.get(section.key), written)
            part.edited.connect(self.edited)
            self.parts.append(part)
            shown |= part.keys
            self._pickers.append(PhrasePicker(part.field, aids.phrases.get(section.key, ()), self))
        self._others = {key: text for key, text in written.items() if key not in shown}
        self._arrange(1)
        fit_scale(self, self._fit)

    def values(self) -> dict[str, str]:
        """Return what is typed and marked, by part; as it stands, for a draft."""
        typed = dict(self._others)
        for part in self.parts:
            typed |= part.values()
        return {key: text for key, text in typed.items() if text.strip()}

    def missing(self) -> tuple[NoteSection, ...]:
        """Return the required parts that say nothing yet."""
        texts, marks = divided(self.values())
        return tuple(
            part.section
            for part in self.parts
            if part.section.required and not says_something(part.section.key, texts, marks)
        )

    def field(self, key: str) -> QWidget | None:
        """Return the field of a part, None where there is no such part."""
        return next((part.field for part in self.parts if part.section.key == key), None)

    def mark(self, faults: Mapping[str, str]) -> None:
        """Show sentences beside the parts they are about, and no others."""
        for part in self.parts:
            key = part.section.key
            part.show_fault(faults.get(key, "") or faults.get(mark_key(key, "adherence"), ""))

    def close_for_good(self) -> None:
        """Let nothing more be typed: the note is signed."""
        for part in self.parts:
            part.close_for_good()

    def first_field(self) -> QWidget | None:
        """Return the field where typing begins."""
        return self.parts[0].field if self.parts else None

    def go_to_next_needed(self) -> None:
        """Go from the part in which one types to the next required one that says nothing; else to the part below."""
        if not self.parts:
            return
        focus = QApplication.focusWidget()
        here = next((at for at, part in enumerate(self.parts) if focus and part.isAncestorOf(focus)), -1)
        after = [*self.parts[here + 1 :], *self.parts[: max(here, 0)]]
        needed = {section.key for section in self.missing()}
        following = next((part for part in after if part.section.key in needed), (after or self.parts)[0])
        following.field.setFocus(Qt.FocusReason.TabFocusReason)

    def pick_phrase(self) -> None:
        """List the phrases of the part in which one types, or of the first."""
        at = self._current()
        if at is not None:
            self._pickers[at].open()

    def toggle_no_change(self) -> None:
        """Mark the part in which one types as unchanged, or take the mark back."""
        at = self._current()
        if at is not None:
            self.parts[at].toggle_no_change()

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(30 * GRID), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _current(self) -> int | None:
        focus = QApplication.focusWidget()
        inside = (at for at, part in enumerate(self.parts) if focus is not None and part.isAncestorOf(focus))
        return next(inside, 0 if self.parts else None)

    def _fit(self) -> None:
        columns = 2 if self.width() >= scaled(TWO_COLUMNS) else 1
        if columns != self._columns:
            self._arrange(columns)

    def _arrange(self, columns: int) -> None:
        """Place the parts in reading order, row by row, as Tab goes."""
        self._columns = columns
        for part in self.parts:
            self._grid.removeWidget(part)
        for at, part in enumerate(self.parts):
            self._grid.addWidget(part, at // columns, at % columns)
        for column in range(2):
            # Both as wide as the other, whatever their titles ask for.
            self._grid.setColumnMinimumWidth(column, 1)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if columns == 2 else 0)
