"""After the wrap-up is saved and one stays: what was written, and where to go from here."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.wrap_up import FinishedCall
from app.views import safe_text
from app.views.call.words import activity_words, outcome_words
from app.views.ehr_copy import NoteFilingBar
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.widgets import Banner, Card, format_duration


class SavedPanel(QWidget):
    """Says what became of a finished call."""

    again_asked = Signal()
    chart_asked = Signal()
    left = Signal()

    def __init__(self, context: PageContext, outcome: str, finished: FinishedCall) -> None:
        """Show `finished`."""
        super().__init__()
        self.setObjectName("call_saved")
        self.setAccessibleName(self.tr("Saved call"))
        card = Card(self.tr("Call saved"), name="call_saved_card")
        words = self.tr("{outcome}, {time}").format(
            outcome=outcome_words(outcome), time=format_duration(finished.seconds)
        )
        card.body.addWidget(safe_text.label(words, "strong", name="saved_words"))
        for entry in finished.entries:
            line = f"{format_duration(entry.seconds)} {activity_words(entry.activity)}"
            if not entry.confirmed:
                line += self.tr(", not confirmed: does not count until it is")
            card.body.addWidget(safe_text.label(f"• {line}"))
        if finished.left_out_seconds:
            left_out = self.tr("{time} were recorded elsewhere already and are not written twice.")
            words = left_out.format(time=format_duration(finished.left_out_seconds))
            card.body.addWidget(Banner(words, "info", name="saved_left_out"))
        note_id = finished.note_id
        note = self.tr("The note is signed.") if note_id is not None else self.tr("No note was written.")
        card.body.addWidget(safe_text.label(note, "muted"))
        if note_id is not None and context.may("note.file"):
            self.filing = NoteFilingBar(context)
            self.filing.show_note(note_id, is_filed=False)
            card.body.addWidget(self.filing)
        self.back_button = safe_text.button(
            self.tr("Back to the list"), name="saved_back", kind="primary", on_click=self.left.emit
        )
        self.chart_button = safe_text.button(self.tr("Open chart"), name="saved_chart", on_click=self.chart_asked.emit)
        self.again_button = safe_text.button(
            self.tr("Call again"),
            name="saved_again",
            icon=icon("phone-call"),
            tip=self.tr("Start another call (F8)"),
            on_click=self.again_asked.emit,
        )
        for button in (self.back_button, self.chart_button, self.again_button):
            card.body.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch(1)
