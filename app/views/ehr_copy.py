"""A signed note on the clipboard for the EHR, and gone from it half a minute later; then marked as filed."""

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.notes import NoteRow
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, set_shown
from app.views.widgets import Chip, Tone

SECONDS = 30
# What asks the keepers of a clipboard's history to keep nothing: KDE's, and Windows'.
_KEEP_NOTHING = (
    ("x-kde-passwordManagerHint", b"secret"),
    ("ExcludeClipboardContentFromMonitorProcessing", b"1"),
    ("CanIncludeInClipboardHistory", b"\0\0\0\0"),
    ("CanUploadToCloudClipboard", b"\0\0\0\0"),
)


class EhrClipboard(QObject):
    """Holds one note on the clipboard for `SECONDS`, no longer than the screen is open; what else is copied stays.

    `moved` follows each second and the end; `left` are the seconds left, 0 when nothing of ours is there. One for the
    window; see `ehr_clipboard`.
    """

    moved = Signal()

    def __init__(self, context: PageContext) -> None:
        """Hold nothing."""
        super().__init__(context.window)
        self.left = 0
        self.note_id: int | None = None
        self._text = ""
        self._seconds = QTimer(self)
        self._seconds.setObjectName("ehr_clipboard_seconds")
        self._seconds.setInterval(1000)
        self._seconds.timeout.connect(self._on_second)
        context.window.locking.connect(self.clear)
        context.window.closing.connect(self.clear)
        app = QGuiApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.clear)
        QGuiApplication.clipboard().dataChanged.connect(self._on_clipboard_changed)

    def hold(self, note_id: int, text: str) -> None:
        """Put a note's text on the clipboard."""
        data = QMimeData()
        data.setText(text)
        for kind, value in _KEEP_NOTHING:
            data.setData(kind, value)
        self.note_id, self._text, self.left = note_id, text, SECONDS
        QGuiApplication.clipboard().setMimeData(data)
        self._seconds.start()
        self.moved.emit()

    def clear(self) -> None:
        """Take our text off the clipboard, unless something else is there by now."""
        text, self._text = self._text, ""
        self._seconds.stop()
        self.left, self.note_id = 0, None
        clipboard = QGuiApplication.clipboard()
        if text and clipboard.text() == text:
            clipboard.clear()
        self.moved.emit()

    def _on_second(self) -> None:
        self.left -= 1
        if self.left <= 0:
            self.clear()
        else:
            self.moved.emit()

    def _on_clipboard_changed(self) -> None:
        if self._text and QGuiApplication.clipboard().text() != self._text:
            self.clear()


class NoteFilingBar(QWidget):
    """Copies one signed note for the EHR, tells how long it stays on the clipboard, and marks it as filed.

    `filed` carries the note as it stands after its mark changed.
    """

    filed = Signal(object)

    def __init__(self, context: PageContext) -> None:
        """Show no note yet."""
        super().__init__()
        self.setObjectName("note_filing")
        self.setAccessibleName(self.tr("Filing the note"))
        self._context = context
        self._note_id: int | None = None
        self._is_filed = False
        self._clipboard = ehr_clipboard(context)
        self._read = Latest(context.tasks, self)
        self.copy_button = safe_text.button(
            self.tr("Copy note for the EHR"),
            name="note_copy",
            icon=icon("copy"),
            tip=self.tr("To the clipboard for {n} seconds (Ctrl+Shift+C)").format(n=SECONDS),
            on_click=self.copy,
        )
        self.filed_button = safe_text.button(
            self.tr("Mark as filed"),
            name="note_mark_filed",
            icon=icon("file-check"),
            tip=self.tr("The note is in the EHR (Ctrl+Shift+F)"),
            on_click=self.toggle_filed,
        )
        self.chip = Chip("", name="note_filed_state")
        self._countdown = safe_text.label("", "small", name="note_countdown")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.copy_button)
        row.addWidget(self.filed_button)
        row.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(GRID)
        below.addWidget(self.chip)
        below.addWidget(self._countdown, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(row)
        column.addLayout(below)
        self._clipboard.moved.connect(self._show_clipboard)
        context.feed.changed.connect(self._on_changed)
        context.window.commands.on("call.copy_note", self, self.copy)
        context.window.commands.on("note.filed", self, self.toggle_filed)
        self.hide()

    def show_note(self, note_id: int | None, *, is_filed: bool = False) -> None:
        """Be about a note; None hides the bar."""
        self._note_id, self._is_filed = note_id, is_filed
        set_shown(self, shown=note_id is not None)
        words = self.tr("Filed in the EHR") if is_filed else self.tr("Not filed yet")
        self.chip.show_state(words, Tone.READY if is_filed else Tone.WARN, icon="file-check" if is_filed else "clock")
        safe_text.set_button_text(
            self.filed_button, self.tr("Not filed after all") if is_filed else self.tr("Mark as filed")
        )
        self._show_clipboard()

    def copy(self) -> None:
        """Put the note on the clipboard; that it left the clinic file is noted."""
        note_id = self._note_id
        if note_id is None:
            return
        notes, actor, clipboard = self._context.desk.notes, self._context.desk.actor, self._clipboard
        self._context.tasks.run(lambda: notes.copy_for_ehr(actor, note_id), lambda text: clipboard.hold(note_id, text))

    def toggle_filed(self) -> None:
        """Mark the note as filed in the EHR, or take that back."""
        if self._note_id is not None:
            notes, actor = self._context.desk.notes, self._context.desk.actor
            note_id, filed = self._note_id, not self._is_filed
            self._context.tasks.run(lambda: notes.mark_filed(actor, note_id, filed=filed), self._on_marked)

    def _on_marked(self, row: NoteRow) -> None:
        if row.id == self._note_id:
            self.show_note(row.id, is_filed=row.is_filed)
        notes, actor = self._context.desk.notes, self._context.desk.actor
        if row.is_filed:
            name = self.tr("marked the note about {patient} as filed").format(patient=row.patient)
            self._context.undo.offer(name, lambda: notes.mark_filed(actor, row.id, filed=False))
        self.filed.emit(row)

    def _on_changed(self, changes: Changes) -> None:
        note_id = self._note_id
        if note_id is not None and changes.touch("note_filing"):
            notes, actor = self._context.desk.notes, self._context.desk.actor
            self._read.ask(lambda: notes.note(actor, note_id), self._on_read)

    def _on_read(self, row: NoteRow) -> None:
        if row.id == self._note_id:
            self.show_note(row.id, is_filed=row.is_filed)

    def _show_clipboard(self) -> None:
        is_ours = self._clipboard.left > 0 and self._clipboard.note_id == self._note_id
        words = self.tr("On the clipboard, cleared in {n} s").format(n=self._clipboard.left) if is_ours else ""
        self._countdown.setText(words)
        safe_text.set_button_text(
            self.copy_button, self.tr("Copy again") if is_ours else self.tr("Copy note for the EHR")
        )


def ehr_clipboard(context: PageContext) -> EhrClipboard:
    """Return the window's, of which there is one."""
    found = context.window.findChild(EhrClipboard)
    return found if isinstance(found, EhrClipboard) else EhrClipboard(context)
