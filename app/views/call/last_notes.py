"""The patient's last notes, each on a line that opens to the whole of it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.notes import NoteRow
from app.views import safe_text
from app.views.call.words import outcome_words
from app.views.icons import icon
from app.views.patients.standing import joined, moment_words
from app.views.theme import GRID, set_shown


class LastNotes(QWidget):
    """One line a note; Space or Enter on it shows and hides what it says."""

    def __init__(self, notes: Sequence[NoteRow], zone: ZoneInfo) -> None:
        """Show `notes`, the newest first, with times on the clock of `zone`."""
        super().__init__()
        self.setObjectName("last_notes")
        self.setAccessibleName(self.tr("Last notes"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for number, note in enumerate(notes, start=1):
            column.addWidget(_Note(note, zone, number))
        if not notes:
            column.addWidget(safe_text.label(self.tr("None written here yet."), name="call_no_note"))


class _Note(QWidget):
    """A note's line and, while it is open, its text."""

    def __init__(self, note: NoteRow, zone: ZoneInfo, number: int) -> None:
        super().__init__()
        amended = self.tr("amended since") if note.is_amended else ""
        when = moment_words(note.signed_at.astimezone(zone))
        self._words = joined((when, outcome_words(note.outcome), note.author, amended))
        self.line = safe_text.tool_button(
            self._words,
            name=f"last_note_{number}",
            icon=icon("chevron-right"),
            show_text=True,
            checkable=True,
            on_click=self._on_clicked,
        )
        self.line.setProperty("kind", "line")
        said = "\n".join(f"{title}: {text}" for title, text in note.sections)
        self._text = safe_text.label(said, name=f"last_note_{number}_text", selectable=True)
        self._text.setContentsMargins(3 * GRID, 0, 0, GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.line)
        column.addWidget(self._text)
        set_shown(self._text, shown=False)

    def _on_clicked(self) -> None:
        is_open = self.line.isChecked()
        self.line.setIcon(icon("chevron-down" if is_open else "chevron-right"))
        set_shown(self._text, shown=is_open)
