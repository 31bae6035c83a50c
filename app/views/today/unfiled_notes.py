"""Notes that are signed here and not in the EHR yet: a count on Today, and the list behind it to copy and file them."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.services.notes import NoteRow
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.call.words import outcome_words
from app.views.chart.note_reader import NoteReader
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.clinic_zone import clinic_zone
from app.views.ehr_copy import SECONDS, ehr_clipboard
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.patients.standing import moment_words
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID, scaled, set_shown
from app.views.widgets import Card, ChoiceField, PageHeader, page_layout, scrolling

_TABLES = ("note", "note_filing")
_NARROW = 100 * GRID


class UnfiledNotes(QWidget):
    """A button that says how many of my notes are not filed, and opens the list; not shown when all are."""

    def __init__(self, context: PageContext) -> None:
        """Count as soon as it is seen."""
        super().__init__()
        self.setObjectName("unfiled_notes")
        self._context = context
        self._read = Latest(context.tasks, self)
        self.button = safe_text.button("", name="unfiled_open", icon=icon("file-check"), on_click=self.open)
        self.button.hide()
        self._copied: int | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button)
        context.feed.changed.connect(self._on_changed)
        if context.may("note.file"):
            on = context.window.commands.on
            on("notes.unfiled", self, self.open)
            on("call.copy_note", self, self.copy_newest)
            on("note.filed", self, self.file_copied)

    def open(self) -> None:
        """Show the list above the page."""
        self._context.window.show_view(UnfiledNotesView(self._context))

    def copy_newest(self) -> None:
        """Copy the note of the call that was just saved, without leaving the list."""
        notes, actor = self._context.desk.notes, self._context.desk.actor

        def copy() -> tuple[NoteRow, str] | None:
            row = notes.newest_unfiled(actor)
            return None if row is None else (row, notes.copy_for_ehr(actor, row.id))

        self._context.tasks.run(copy, self._on_copied)

    def file_copied(self) -> None:
        """Mark the note as filed that was copied here last."""
        note_id, self._copied = self._copied, None
        if note_id is None:
            self._context.window.notify(self.tr("Copy a note first, then mark it as filed."), "info")
            return
        notes, actor = self._context.desk.notes, self._context.desk.actor
        self._context.tasks.run(lambda: notes.mark_filed(actor, note_id), self._on_filed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _on_copied(self, copied: tuple[NoteRow, str] | None) -> None:
        if copied is None:
            self._context.window.notify(self.tr("Every note of yours is filed."), "info")
            return
        row, text = copied
        self._copied = row.id
        ehr_clipboard(self._context).hold(row.id, text)
        when = moment_words(row.signed_at.astimezone(clinic_zone(self._context)))
        words = self.tr("Your note of {moment} is on the clipboard for {n} seconds.")
        self._context.window.notify(words.format(moment=when, n=SECONDS), "ready")

    def _on_filed(self, row: NoteRow) -> None:
        notes, actor = self._context.desk.notes, self._context.desk.actor
        self._context.undo.offer(
            self.tr("marked your note as filed"), lambda: notes.mark_filed(actor, row.id, filed=False)
        )

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touch(*_TABLES):
            self._ask()

    def _on_read(self, count: int) -> None:
        words = self.tr("1 note to file") if count == 1 else self.tr("{n} notes to file").format(n=f"{count:,}")
        safe_text.set_button_text(self.button, words)
        safe_text.set_tip(self.button, self.tr("Notes of yours that are signed and not in the EHR yet"))
        set_shown(self.button, shown=count > 0)

    def _ask(self) -> None:
        if self._context.may("note.file"):
            notes, actor = self._context.desk.notes, self._context.desk.actor
            self._read.ask(lambda: notes.unfiled_count(actor), self._on_read)


class UnfiledNotesView(QWidget):
    """The notes that are not filed, the oldest first, and the selected one with its buttons. Esc goes back."""

    def __init__(self, context: PageContext) -> None:
        """Read the list at once."""
        super().__init__()
        self.setObjectName("unfiled_view")
        self.setAccessibleName(self.tr("Notes to file"))
        self._context = context
        self._read = Latest(context.tasks, self)
        self._zone: ZoneInfo = clinic_zone(context)
        self._rows: tuple[NoteRow, ...] = ()
        self.whose = ChoiceField([(True, self.tr("My notes")), (False, self.tr("Everybody's notes"))])
        self.whose.setObjectName("unfiled_whose")
        self.whose.setAccessibleName(self.tr("Whose notes"))
        self.whose.set_value(value=True)
        actions: list[RowAction[NoteRow]] = []
        if context.may("patient.open"):
            actions.append(
                RowAction(
                    "chart", self.tr("Chart"), "folder-open", lambda row: context.open_chart(row.patient_id, "time")
                )
            )
        self.rows: RowsSection[NoteRow] = RowsSection(
            self.tr("Not filed yet"),
            name="unfiled",
            columns=[
                Column("at", self.tr("Signed"), self._signed, width=160, order=lambda row: row.signed_at),
                Column("patient", self.tr("Patient"), lambda row: row.patient, width=0),
                Column("outcome", self.tr("Outcome"), lambda row: outcome_words(row.outcome), width=112),
                Column("by", self.tr("By"), lambda row: row.author, width=128),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("Every note is filed."),
            actions=actions,
        )
        self.reader = NoteReader(context, self._zone)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(2 * GRID)
        card = Card(name="unfiled_note")
        card.body.addWidget(scrolling(self.reader), 1)
        self._halves.addWidget(self.rows, 1)
        self._halves.addWidget(card, 1)
        page = page_layout(self)
        header = PageHeader(self.tr("Notes to file"), self.tr("Copy each into the EHR, then mark it as filed."))
        header.add_action(self.whose)
        page.addWidget(header)
        page.addLayout(self._halves, 1)
        self.rows.list.picked.connect(lambda _: self._show_current())
        self.whose.edited.connect(self._ask)
        context.feed.changed.connect(self._on_changed)
        self.setFocusProxy(self.rows.list)
        self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(_NARROW)
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch(*_TABLES):
            self._ask()

    def _on_read(self, rows: tuple[NoteRow, ...]) -> None:
        following = self._after_current(rows)
        was_in_list = self.rows.list.hasFocus() or self._rows == ()
        self._rows = rows
        self.rows.show_rows(rows)
        if following is not None:
            self.rows.pick(following)
        self._show_current()
        if not rows:
            self.whose.setFocus(Qt.FocusReason.OtherFocusReason)
        elif was_in_list:
            self.rows.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _after_current(self, rows: tuple[NoteRow, ...]) -> int | None:
        """Return the note that takes the place of the current one, where that was filed."""
        current, left = self.rows.current, {row.id for row in rows}
        if current is None or current.id in left:
            return None
        ids = [row.id for row in self._rows]
        after = ids[ids.index(current.id) + 1 :] if current.id in ids else []
        return next((each for each in after if each in left), None)

    def _show_current(self) -> None:
        self.reader.show_note(self.rows.current)

    def _ask(self) -> None:
        notes, actor, mine = self._context.desk.notes, self._context.desk.actor, bool(self.whose.value())
        self._read.ask(lambda: notes.unfiled(actor, mine=mine), self._on_read)

    def _signed(self, row: NoteRow) -> str:
        return moment_words(row.signed_at.astimezone(self._zone))
