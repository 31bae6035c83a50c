"""A signed note to be read: what it amends, its parts, and its way into the EHR."""

from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.notes import NoteRow
from app.views import safe_text
from app.views.call.words import outcome_words
from app.views.ehr_copy import NoteFilingBar
from app.views.page_context import PageContext
from app.views.patients.standing import joined, moment_words
from app.views.theme import GRID, set_shown
from app.views.widgets import Banner


class NoteReader(QWidget):
    """Shows one note; nothing in it can be changed. One that was amended says so, and so does what stands for it."""

    def __init__(self, context: PageContext, zone: ZoneInfo) -> None:
        """Show no note yet; times are on the clock of `zone`."""
        super().__init__()
        self.setObjectName("note_reader")
        self.setAccessibleName(self.tr("Note"))
        self._zone = zone
        self.head = safe_text.label("", "muted", name="note_head", selectable=True)
        self.amended = Banner(name="note_amended")
        self.text = safe_text.label("", name="note_text", selectable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addWidget(self.head)
        self.filing: NoteFilingBar | None = None
        if context.may("note.file"):
            self.filing = NoteFilingBar(context)
            column.addWidget(self.filing)
        column.addWidget(self.amended)
        column.addWidget(self.text)
        column.addStretch(1)
        self.show_note(None)

    def show_note(self, note: NoteRow | None) -> None:
        """Show a note, or none."""
        for part in (self.head, self.text):
            set_shown(part, shown=note is not None)
        if note is None:
            self.amended.show_text("")
            if self.filing is not None:
                self.filing.show_note(None)
            return
        signed = self.tr("Signed {moment} by {name}").format(
            moment=moment_words(note.signed_at.astimezone(self._zone)),
            name=", ".join(part for part in (note.author, note.credential) if part),
        )
        self.head.setText(joined((signed, outcome_words(note.outcome))))
        if note.is_amended:
            words = self.tr("A later note stands in place of this one, which stays as it was signed.")
        elif note.amends_id is not None:
            words = self.tr("Amends an earlier note, which stays on record. Why: {reason}").format(reason=note.reason)
        else:
            words = ""
        self.amended.show_text(words, "warn" if note.is_amended else "info")
        self.text.setText("\n\n".join(f"{title}\n{text}" for title, text in note.sections if text))
        if self.filing is not None:
            # What was amended is not filed any more: the one in its place is.
            self.filing.show_note(None if note.is_amended else note.id, is_filed=note.is_filed)
