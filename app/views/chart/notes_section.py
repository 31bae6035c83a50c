"""The notes of a patient on the chart: a list, the selected one beside or below it, and its amendment."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.notes import NoteRow
from app.views.call.words import outcome_words
from app.views.chart.frame import ChartFrame
from app.views.chart.note_reader import NoteReader
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.form_panel import Values
from app.views.patients.standing import moment_words
from app.views.spell_check import check_spelling
from app.views.table import Column
from app.views.theme import GRID
from app.views.widgets import Form, Tone, scrolling


class NotesSection(QWidget):
    """Signed notes never change; who signed one may put another in its place, and both stay."""

    def __init__(self, frame: ChartFrame) -> None:
        """Show no notes yet."""
        super().__init__()
        self.setObjectName("notes_section")
        self._frame = frame
        actions: list[RowAction[NoteRow]] = []
        if frame.may("note.amend"):
            actions.append(RowAction("amend", self.tr("Amend"), "file-pen", self.amend, fits=self._may_amend))
        self.rows: RowsSection[NoteRow] = RowsSection(
            self.tr("Notes"),
            name="notes",
            columns=[
                Column("at", self.tr("Signed"), self._signed, width=136, order=lambda row: row.signed_at),
                Column("outcome", self.tr("Outcome"), lambda row: outcome_words(row.outcome), width=88),
                Column("state", self.tr("EHR"), _state_words, width=136, tone=_state_tone),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("No notes yet. Each call's note appears here once it is saved."),
            actions=actions,
            least_height=12 * GRID,
        )
        self.reader = NoteReader(frame.context, frame.zone)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.rows, 1)
        column.addWidget(scrolling(self.reader), 1)
        self.rows.list.picked.connect(lambda _: self._show_current())

    def show_notes(self, notes: Sequence[NoteRow]) -> None:
        """Show the patient's notes, the newest first."""
        self.rows.show_rows(notes)
        self._show_current()

    def amend(self, row: NoteRow) -> None:
        """Ask for the note that stands in place of this one, and why."""
        form = Form()
        for at, (title, text) in enumerate(row.sections):
            field = form.add_text(f"part_{at}", title, lines=3)
            field.set_value(text)
        form.add_line("reason", self.tr("Why it is amended"), required=True)
        form.mark_clean()
        check_spelling(self._frame.context, form, (row.patient, row.author))
        notes, actor = self._frame.context.desk.notes, self._frame.context.desk.actor

        def save(values: Values) -> Callable[[], object]:
            parts = [(title, values[f"part_{at}"] or "") for at, (title, _) in enumerate(row.sections)]
            return lambda: notes.amend(actor, row.id, parts, values["reason"])

        self._frame.open_form(
            self.tr("Amend the note"),
            form,
            save,
            name="amend_note",
            action=self.tr("Sign the amendment"),
            done=self.tr("Amendment signed; the earlier note stays on record"),
        )

    def _show_current(self) -> None:
        self.reader.show_note(self.rows.current)

    def _may_amend(self, row: NoteRow) -> bool:
        return not row.is_amended and row.author == self._frame.context.desk.actor.name

    def _signed(self, row: NoteRow) -> str:
        return moment_words(row.signed_at.astimezone(self._frame.zone))


def _state_words(row: NoteRow) -> str:
    if row.is_amended:
        return "Amended since"
    return "Filed" if row.is_filed else "Not filed"


def _state_tone(row: NoteRow) -> Tone:
    if row.is_amended:
        return Tone.NEUTRAL
    return Tone.READY if row.is_filed else Tone.WARN
