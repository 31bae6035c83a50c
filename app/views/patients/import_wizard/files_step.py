"""First step: choose files, see what each is, and what was imported before."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.services.imports import ImportRow
from app.views import safe_text
from app.views.chart.rows_section import FittedList
from app.views.icons import icon
from app.views.patients.import_wizard.kinds import FileState, counts_words, kind_words
from app.views.patients.standing import moment_words
from app.views.table import Column, SnapshotTable
from app.views.theme import GRID, Role, set_shown
from app.views.widgets import Section, Tone
from app.views.widgets.picture import Picture


class FilesStep(QWidget):
    """`chosen` carries paths that were dropped or picked; `match_asked` and `removed` carry a file's path."""

    chosen = Signal(object)
    match_asked = Signal(object)
    removed = Signal(object)
    undo_asked = Signal(int)

    def __init__(self, zone: ZoneInfo) -> None:
        """Make an empty step; `zone` is the clinic's."""
        super().__init__()
        self.setObjectName("import_files_step")
        self._zone = zone
        self.setAcceptDrops(True)
        self.files: SnapshotTable[FileState, Path] = SnapshotTable(self._file_columns(), lambda file: file.path, self)
        self.list = FittedList(self.files, name="import_files_list", words=self.tr("Chosen files"))
        self.history: SnapshotTable[ImportRow, int] = SnapshotTable(self._past_columns(), lambda row: row.id, self)
        self.past = FittedList(self.history, name="import_history", words=self.tr("Imports so far"))
        self.list.setMinimumHeight(20 * GRID)
        self.past.setMinimumHeight(14 * GRID)
        self.reason = safe_text.label("", "error", name="import_file_reason", selectable=True)
        self.match_button = safe_text.button(
            self.tr("Match columns"), name="match_columns", icon=icon("table-properties"), on_click=self._on_match
        )
        self.remove_button = safe_text.button(
            self.tr("Leave this file out"), name="leave_out", kind="quiet", on_click=self._on_remove
        )
        self.undo_button = safe_text.button(
            self.tr("Undo the newest import"), name="undo_newest", icon=icon("undo-2"), on_click=self._on_undo
        )
        self._chosen_part = self._build_chosen()
        self._past_part = self._build_past()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self._build_drop())
        column.addWidget(self._chosen_part, 3)
        column.addWidget(self._past_part, 2)
        column.addStretch(0)
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(self.match_asked)
        self.show_files(())
        self.show_history(())

    def show_files(self, files: Sequence[FileState]) -> None:
        """Show what the chosen files are."""
        self.files.show_rows(files)
        set_shown(self._chosen_part, shown=bool(files))
        faulty = next((file.path for file in files if file.reason), None)
        if faulty is not None:
            self.list.pick(faulty)
        elif files:
            self.list.pick_first()
        self._on_picked(self.list.current_id)

    def show_history(self, rows: Sequence[ImportRow]) -> None:
        """Show the imports of the past."""
        self.history.show_rows(rows)
        set_shown(self._past_part, shown=bool(rows))
        set_shown(self.undo_button, shown=any(row.is_newest for row in rows))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.chosen.emit(paths)

    def _on_choose_files(self) -> None:
        self._choose(QFileDialog.FileMode.ExistingFiles, self.tr("Choose CSV files"))

    def _on_choose_folder(self) -> None:
        self._choose(QFileDialog.FileMode.Directory, self.tr("Choose a folder of CSV files"))

    def _on_picked(self, path: Path | None) -> None:
        file = next((row for row in self.files.rows if row.path == path), None)
        self.reason.setText(file.reason if file is not None else "")
        set_shown(self.reason, shown=file is not None and bool(file.reason))
        for button in (self.match_button, self.remove_button):
            button.setEnabled(file is not None)

    def _on_match(self) -> None:
        if self.list.current_id is not None:
            self.match_asked.emit(self.list.current_id)

    def _on_remove(self) -> None:
        if self.list.current_id is not None:
            self.removed.emit(self.list.current_id)

    def _on_undo(self) -> None:
        newest = next((row.id for row in self.history.rows if row.is_newest), None)
        if newest is not None:
            self.undo_asked.emit(newest)

    def _choose(self, mode: QFileDialog.FileMode, title: str) -> None:
        dialog = QFileDialog(self, title, "", self.tr("CSV files (*.csv *.txt);;All files (*)"))
        dialog.setObjectName("file_choice")
        dialog.setFileMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda chosen: self.chosen.emit([Path(each) for each in chosen]))
        dialog.open()

    def _build_drop(self) -> QWidget:
        frame = QFrame()
        frame.setObjectName("import_drop")
        frame.setProperty("kind", "card")
        words = safe_text.label(
            self.tr(
                "Choose the clinic's CSV files, or a folder of them: patients, enrolment, conditions, medicines,"
                " allergies, minutes, stays, services. They can also be dropped here. Nothing is changed before you"
                " have seen what would be added."
            ),
            "muted",
        )
        self.files_button = safe_text.button(
            self.tr("Choose files"), name="choose_files", icon=icon("file-text"), on_click=self._on_choose_files
        )
        self.folder_button = safe_text.button(
            self.tr("Choose folder"), name="choose_folder", icon=icon("folder-open"), on_click=self._on_choose_folder
        )
        row = QHBoxLayout(frame)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(Picture("upload", Role.MUTED, 4 * GRID))
        row.addWidget(words, 1)
        row.addWidget(self.files_button)
        row.addWidget(self.folder_button)
        return frame

    def _build_chosen(self) -> QWidget:
        part = Section(self.tr("Chosen files"), name="import_chosen")
        part.body.addWidget(self.list, 1)
        part.body.addWidget(self.reason)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.match_button)
        row.addWidget(self.remove_button)
        row.addStretch(1)
        part.body.addLayout(row)
        return part

    def _build_past(self) -> QWidget:
        part = Section(self.tr("Imports so far"), name="import_past")
        part.body.addWidget(self.past, 1)
        row = QHBoxLayout()
        row.addWidget(self.undo_button)
        row.addStretch(1)
        part.body.addLayout(row)
        return part

    def _file_columns(self) -> list[Column[FileState]]:
        return [
            Column("name", self.tr("File"), lambda file: file.name, width=0),
            Column("kind", self.tr("What it is"), lambda file: kind_words(file.kind), width=240),
            Column(
                "rows",
                self.tr("Rows"),
                lambda file: f"{file.rows:,}" if file.kind else "",
                width=80,
                is_number=True,
                order=lambda file: file.rows,
            ),
            Column("state", self.tr("State"), self._state, width=240, tone=_tone),
        ]

    def _state(self, file: FileState) -> str:
        if file.reason:
            return self.tr("Cannot be read as it is")
        if file.rejected == 1:
            return self.tr("1 row cannot be used")
        if file.rejected:
            return self.tr("{n} rows cannot be used").format(n=f"{file.rejected:,}")
        return self.tr("Columns matched by you") if file.is_matched else self.tr("Ready")

    def _when(self, row: ImportRow) -> str:
        return moment_words(row.imported_at.astimezone(self._zone))

    def _past_columns(self) -> list[Column[ImportRow]]:
        return [
            Column("at", self.tr("When"), self._when, width=160),
            Column("by", self.tr("By"), lambda row: row.imported_by, width=144),
            Column("files", self.tr("Files"), lambda row: ", ".join(row.files), width=200),
            Column("counts", self.tr("Added"), lambda row: counts_words(row.counts), width=0),
            Column(
                "problems",
                self.tr("Left out"),
                lambda row: f"{row.problems:,}",
                width=88,
                is_number=True,
                order=lambda row: row.problems,
            ),
            Column(
                "state",
                self.tr("State"),
                lambda row: self.tr("Undone") if row.undone_at else self.tr("In use"),
                width=104,
                tone=lambda row: Tone.NEUTRAL if row.undone_at else Tone.READY,
            ),
        ]


def _tone(file: FileState) -> Tone:
    if file.reason:
        return Tone.BLOCK
    return Tone.WARN if file.rejected else Tone.READY
