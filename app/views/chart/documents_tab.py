"""Documents: the packets, care plans and notes of a patient, to be opened again; requests to amend them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.documents import DocumentRow
from app.services.notes import NoteRow
from app.views.chart.amendments_section import AmendmentsSection
from app.views.chart.frame import ChartFrame
from app.views.chart.note_reader import NoteReader
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.paper_preview.paper import Paper
from app.views.paper_preview.preview import show_preview
from app.views.patients.standing import moment_words
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID
from app.views.widgets import Tone

_KINDS = {"packet": "Packet", "care_plan": "Care plan", "note": "Note"}


class DocumentsTab(QWidget):
    """One list, the newest first; Enter opens. Copies that leave the encrypted file are noted in the audit trail."""

    tables = ("packet", "care_plan", "care_plan_event", "note", "amendment_request", "amendment_event")

    def __init__(self, frame: ChartFrame) -> None:
        """Make an empty tab; `refresh` fills it."""
        super().__init__()
        self.setObjectName("documents_tab")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self.rows: RowsSection[DocumentRow] = RowsSection(
            self.tr("Documents"),
            name="documents",
            columns=[
                Column("kind", self.tr("Kind"), lambda row: _KINDS[row.kind], width=96),
                Column("title", self.tr("What"), lambda row: row.title, width=240),
                Column(
                    "state",
                    self.tr("State"),
                    lambda row: row.detail,
                    width=0,
                    tone=lambda row: Tone.NEUTRAL if row.is_void else Tone.READY,
                    tip=lambda row: row.detail,
                ),
                Column("at", self.tr("Made"), self._made, width=168, order=lambda row: row.at),
                Column("by", self.tr("By"), lambda row: row.by, width=160),
            ],
            row_id=lambda row: row.key,
            empty=self.tr("Nothing yet: signed notes, signed care plans and packets come here by themselves."),
            actions=[
                RowAction("open", self.tr("Open"), "eye", self.open),
                RowAction(
                    "copy",
                    self.tr("Patient's copy"),
                    "printer",
                    self.open_patient_copy,
                    fits=lambda row: row.kind == "care_plan",
                ),
                *self._answers(),
            ],
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * GRID, GRID, 0)
        column.addWidget(self.rows, 2)
        self.amendments = AmendmentsSection(frame)
        column.addWidget(self.amendments, 1)
        self.setFocusProxy(self.rows.list)
        frame.context.window.commands.on("print", self, self._on_print)

    def refresh(self) -> None:
        """Read the lists."""
        self.amendments.refresh()
        documents, actor, patient_id = (
            self._frame.context.desk.documents,
            self._frame.context.desk.actor,
            self._frame.patient_id,
        )
        self._read.ask(lambda: documents.of_patient(actor, patient_id), self.rows.show_rows)

    def open(self, row: DocumentRow) -> None:
        """Show a document: a note beside the list, a paper above the chart."""
        desk = self._frame.context.desk
        if row.kind == "note":
            self._read.ask(lambda: desk.notes.note(desk.actor, row.id), self._on_note_read)
        elif row.kind == "packet":
            self._show_paper(row, lambda: desk.documents.packet(desk.actor, row.id))
        else:
            self._show_paper(row, lambda: desk.care_plans.paper(desk.actor, row.id))

    def open_answer(self, row: DocumentRow) -> None:
        """Show why the month of a packet was billed, with its proof."""
        answers, actor = self._frame.context.desk.audit_answers, self._frame.context.desk.actor
        patient_id = self._frame.patient_id

        def make(_progress: object) -> Paper:
            made = answers.of_packet(actor, row.id)
            return Paper(made.pdf, made.name, partial(answers.leave, actor, made.name, patient_id))

        show_preview(self._frame.context, self.tr("Audit answer"), make)

    def open_patient_copy(self, row: DocumentRow) -> None:
        """Show a care plan as its patient reads it, in their language."""
        desk = self._frame.context.desk

        def content() -> bytes:
            return desk.plan_copies.patient_copy(desk.actor, row.id, desk.plan_copies.language_of(desk.actor, row.id))

        self._show_paper(row, content)

    def _on_note_read(self, note: NoteRow) -> None:
        self._frame.host.close_panel()
        if not self._frame.host.is_open:
            reader = NoteReader(self._frame.context, self._frame.zone)
            self._frame.host.open_panel(self.tr("Call note"), reader)
            reader.show_note(note)

    def _on_print(self) -> None:
        if self.rows.current is not None:
            self.open(self.rows.current)

    def _show_paper(self, row: DocumentRow, content: Callable[[], bytes]) -> None:
        desk, patient_id = self._frame.context.desk, self._frame.patient_id

        def leave(form: str, purpose: str) -> None:
            desk.documents.leave(desk.actor, row, patient_id, form, purpose)

        name = f"{row.key}.pdf"
        show_preview(self._frame.context, row.title, lambda _progress: Paper(content(), name, leave))

    def _answers(self) -> list[RowAction[DocumentRow]]:
        if not self._frame.context.may("answer.make"):
            return []
        words = self.tr("Audit answer")
        return [RowAction("answer", words, "shield-check", self.open_answer, fits=lambda row: row.kind == "packet")]

    def _made(self, row: DocumentRow) -> str:
        return moment_words(row.at.astimezone(self._frame.zone))
