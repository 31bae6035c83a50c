"""The dry run: what would be added, what would be left out and why; and the same after the import was made."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.exchange.csv_text import csv_bytes
from app.rules.intake import Rejected
from app.services.import_plan import ImportPlan
from app.views import safe_text
from app.views.chart.rows_section import FittedList
from app.views.file_choice import ask_new_file
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.patients.import_wizard.kinds import KINDS, kind_words
from app.views.table import Column, SnapshotTable
from app.views.theme import GRID, scaled, set_shown
from app.views.widgets import Banner, Section, Tone, scrolling

Count = tuple[str, int]
Problem = tuple[int, Rejected, bool]
"""(number, the row, whether it is left out; a caution is taken in)."""


class CheckStep(QWidget):
    """Shows an `ImportPlan`. `import_asked` follows the button that makes it so."""

    import_asked = Signal()
    undo_asked = Signal()
    closed = Signal()
    back_asked = Signal()

    def __init__(self, context: PageContext, plan: ImportPlan, *, is_done: bool) -> None:
        """Say what `plan` would do, or with `is_done` what was done."""
        super().__init__()
        self.setObjectName("import_done_step" if is_done else "import_check_step")
        self._context = context
        self._plan = plan
        self._is_done = is_done
        problems = [(row, True) for row in plan.problems] + [(row, False) for row in plan.cautions]
        self._problems: list[Problem] = [(number, row, out) for number, (row, out) in enumerate(problems)]
        self.banner = Banner(name="import_banner")
        self.banner.show_text(*self._headline())
        self.note = safe_text.label(self._known_words(), "muted", name="import_known")
        set_shown(self.note, shown=bool(self.note.text()))
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(3 * GRID)
        self._halves.addWidget(self._build_counts(), 1)
        self._halves.addWidget(self._build_problems(), 2)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2 * GRID)
        inside.addWidget(self.banner)
        inside.addWidget(self.note)
        inside.addLayout(self._halves, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(scrolling(content), 1)
        column.addLayout(self._build_buttons())

    def save_list(self, path: Path) -> None:
        """Write every problem row to `path` as CSV."""
        content = self.list_as_csv()
        self._context.tasks.run(lambda: path.write_bytes(content), self._on_written, self._on_not_written)

    def list_as_csv(self) -> bytes:
        """Return every problem row as CSV."""
        heads = [self.tr("File"), self.tr("Line"), self.tr("What was done"), self.tr("Reason")]
        return csv_bytes(
            heads, [(row.file, row.line, self._outcome(out), row.reason) for _, row, out in self._problems]
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(120 * GRID)
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _on_save(self) -> None:
        name = self.tr("import problems.csv")
        ask_new_file(self, self.tr("Save the list"), name, self.tr("CSV files (*.csv)"), self.save_list)

    def _on_written(self, _size: int) -> None:
        self._context.window.notify(self.tr("The list was saved."), "ready")

    def _on_not_written(self, error: Exception) -> None:
        if not isinstance(error, OSError):
            self._context.tasks.failed.emit(error)
            return
        self._context.window.notify(self.tr("The list could not be saved there. Choose another place."), "block")

    def _on_copy(self) -> None:
        lines = [f"{row.file}\t{row.line}\t{self._outcome(out)}\t{row.reason}" for _, row, out in self._problems]
        QApplication.clipboard().setText("\n".join(lines))
        self._context.window.notify(self.tr("The list was copied."))

    def _headline(self) -> tuple[str, str]:
        left_out = len(self._plan.problems)
        out = self.tr("{n} rows left out, listed below.").format(n=f"{left_out:,}") if left_out else ""
        if left_out == 1:
            out = self.tr("1 row left out, listed below.")
        if self._is_done:
            done = (
                self.tr("The import is made.") if not self._plan.adds_nothing else self.tr("There was nothing to add.")
            )
            return f"{done} {out}".strip(), "ready" if not left_out else "warn"
        if self._plan.adds_nothing:
            return f"{self.tr('There is nothing new in these files.')} {out}".strip(), "info"
        ready = self.tr("Nothing is changed yet. This is what the import would add.")
        return f"{ready} {out}".strip(), "warn" if left_out else "info"

    def _known_words(self) -> str:
        known = self._plan.known_files
        if not known:
            return ""
        names = ", ".join(known)
        words = (
            self.tr(
                "Imported before: {files}. Only rows that had a problem then are tried again ({n} others are here)."
            )
            if self._plan.known_rows
            else self.tr("Imported before: {files}.")
        )
        return words.format(files=names, n=f"{self._plan.known_rows:,}")

    def _build_counts(self) -> QWidget:
        order = [kind for kind, _ in KINDS]
        counts: list[Count] = sorted(
            ((kind, count) for kind, count in self._plan.adds.items() if count),
            key=lambda each: order.index(each[0]) if each[0] in order else len(order),
        )
        if self._plan.patients_changed:
            counts.append(("changed", self._plan.patients_changed))
        columns: list[Column[Count]] = [
            Column("kind", self.tr("Added") if self._is_done else self.tr("To be added"), self._count_words, width=0),
            Column(
                "rows",
                self.tr("Rows"),
                lambda row: f"{row[1]:,}",
                width=88,
                is_number=True,
                order=lambda row: row[1],
            ),
        ]
        table: SnapshotTable[Count, str] = SnapshotTable(columns, lambda row: row[0], self)
        table.show_rows(counts)
        part = Section(
            self.tr("What was added") if self._is_done else self.tr("What will be added"), name="import_adds"
        )
        self.counts = FittedList(table, name="import_counts", words=self.tr("Rows by kind"))
        self.counts.setMinimumHeight(20 * GRID)
        part.body.addWidget(self.counts, 1)
        return part

    def _build_problems(self) -> QWidget:
        columns: list[Column[Problem]] = [
            Column("file", self.tr("File"), lambda each: each[1].file, width=136),
            Column(
                "line",
                self.tr("Line"),
                lambda each: f"{each[1].line:,}",
                width=64,
                is_number=True,
                order=lambda each: each[1].line,
            ),
            Column(
                "outcome",
                self.tr("What is done"),
                lambda each: self._outcome(each[2]),
                width=136,
                tone=lambda each: Tone.WARN if each[2] else Tone.INFO,
            ),
            Column(
                "reason",
                self.tr("Reason"),
                lambda each: each[1].reason[:1].upper() + each[1].reason[1:],
                width=0,
                tip=lambda each: each[1].reason,
            ),
        ]
        table: SnapshotTable[Problem, int] = SnapshotTable(columns, lambda each: each[0], self)
        table.show_rows(self._problems)
        part = Section(self.tr("Rows to look at"), name="import_problems")
        self.problems = FittedList(table, name="import_problem_list", words=self.tr("Rows with a problem"))
        self.problems.setMinimumHeight(20 * GRID)
        if not self._problems:
            part.body.addWidget(safe_text.label(self.tr("Every row can be used."), "muted", name="no_problems"))
            part.body.addStretch(1)
            self.problems.hide()
        part.body.addWidget(self.problems, 1)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for button in (
            safe_text.button(self.tr("Save list"), name="save_problems", icon=icon("download"), on_click=self._on_save),
            safe_text.button(self.tr("Copy list"), name="copy_problems", icon=icon("copy"), on_click=self._on_copy),
        ):
            set_shown(button, shown=bool(self._problems))
            row.addWidget(button)
        row.addStretch(1)
        part.body.addLayout(row)
        return part

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        if self._is_done:
            self.undo_button = safe_text.button(
                self.tr("Undo this import"), name="import_undo", icon=icon("undo-2"), on_click=self.undo_asked.emit
            )
            set_shown(self.undo_button, shown=not self._plan.adds_nothing)
            self.done_button = safe_text.button(
                self.tr("Show patients"), name="import_done", kind="primary", on_click=self.closed.emit
            )
            row.addStretch(1)
            row.addWidget(self.undo_button)
            row.addWidget(self.done_button)
            self.setFocusProxy(self.done_button)
            return row
        back = safe_text.button(self.tr("Back to the files"), name="import_back", on_click=self.back_asked.emit)
        self.import_button = safe_text.button(
            self.tr("Import"), name="import_now", kind="primary", on_click=self.import_asked.emit
        )
        self.import_button.setEnabled(not self._plan.adds_nothing)
        row.addStretch(1)
        row.addWidget(back)
        row.addWidget(self.import_button)
        self.setFocusProxy(self.import_button if self.import_button.isEnabled() else back)
        return row

    def _count_words(self, row: Count) -> str:
        if row[0] == "changed":
            return self.tr("Patients here already, brought up to date")
        return kind_words(row[0])

    def _outcome(self, left_out: bool) -> str:  # noqa: FBT001 - a cell's value
        return self.tr("Left out") if left_out else self.tr("Look at it")
