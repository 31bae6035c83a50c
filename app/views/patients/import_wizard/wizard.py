"""Importing the clinic's files: choose, match columns where needed, look, import, and take back if it was wrong."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.exchange.intake import Preview, preview
from app.exchange.recognise import ColumnMapping
from app.rules.errors import ClinicError
from app.rules.intake import FileRefused
from app.services.imports import ImportResult, ImportRow
from app.views import safe_text
from app.views.clinic_zone import clinic_zone
from app.views.errors import sentence
from app.views.page_context import PageContext
from app.views.patients.import_wizard.check_step import CheckStep
from app.views.patients.import_wizard.columns_step import ColumnsStep
from app.views.patients.import_wizard.files_step import FilesStep
from app.views.patients.import_wizard.kinds import Examined, csv_files, examine
from app.views.tasks import Job
from app.views.widgets import Banner, PageHeader, ProgressPanel, ask, buttons_row, page_layout, scrolling

_SAMPLE_ROWS = 8


class ImportWizard(QWidget):
    """One step at a time above the page it was opened from; Esc goes back."""

    def __init__(self, context: PageContext, paths: Sequence[Path] = ()) -> None:
        """Begin with `paths`, or by asking for files."""
        super().__init__()
        self.setObjectName("import_wizard")
        self._context = context
        self._paths: list[Path] = []
        self._mappings: dict[Path, ColumnMapping] = {}
        self._examined: Examined | None = None
        self._result: ImportResult | None = None
        self._job: Job | None = None
        self._step: QWidget | None = None
        self.header = PageHeader(self.tr("Import"), " ")
        self.banner = Banner(name="import_refused")
        self.files = FilesStep(clinic_zone(context))
        self.next_button = safe_text.button(
            self.tr("See what would be added"), name="import_next", kind="primary", on_click=self._on_next
        )
        self.progress = ProgressPanel(name="import_progress")
        self._steps = QStackedWidget()
        self._steps.addWidget(self._build_first())
        page = page_layout(self)
        page.addWidget(self.header)
        page.addWidget(self.banner)
        page.addWidget(self._steps, 1)
        page.addWidget(self.progress)
        self.files.chosen.connect(self.add_files)
        self.files.match_asked.connect(self._on_match_asked)
        self.files.removed.connect(self._on_removed)
        self.files.undo_asked.connect(self._on_undo_asked)
        self.setFocusProxy(self.files.files_button)
        self._show_first()
        self._read_history()
        if paths:
            self.add_files(paths)

    @property
    def step(self) -> QWidget:
        """The step in view."""
        return self._step or self.files

    def may_leave(self) -> bool:
        """Whether no import runs; one that does is cancelled first."""
        if self._job is None:
            return True
        self._context.window.notify(self.tr("The import is running. Cancel it first, then go back."), "warn")
        return False

    def add_files(self, paths: Sequence[Path]) -> None:
        """Take files and folders, look at each, and show what it is."""
        try:
            found = csv_files(paths)
        except OSError:
            self.banner.show_text(self.tr("This folder cannot be opened. Check that you may read it."), "block")
            return
        self._paths = list(dict.fromkeys((*self._paths, *found)))
        self._look()

    def _on_examined(self, examined: Examined) -> None:
        self._job = None
        self._examined = examined
        self.files.show_files(examined.files)
        self.next_button.setEnabled(examined.plan is not None)
        if examined.plan is not None:
            self.next_button.setFocus()

    def _on_next(self) -> None:
        if self._examined is None or self._examined.plan is None:
            return
        step = CheckStep(self._context, self._examined.plan, is_done=False)
        step.import_asked.connect(self._on_import)
        step.back_asked.connect(self._show_first)
        self._show(step, self.tr("Step 2 of 3: look at what would be added"))

    def _on_match_asked(self, path: Path) -> None:
        self._context.tasks.run(lambda: (path, preview(path, _SAMPLE_ROWS)), self._on_previewed, self._on_refused)

    def _on_previewed(self, found: tuple[Path, Preview]) -> None:
        path, shown = found
        step = ColumnsStep(path, shown, self._mappings.get(path))
        step.matched.connect(self._on_matched)
        step.cancelled.connect(self._show_first)
        self._show(step, self.tr("Step 1 of 3: match the columns"))

    def _on_matched(self, path: Path, mapping: ColumnMapping) -> None:
        self._mappings[path] = mapping
        self._show_first()
        self._look()

    def _on_removed(self, path: Path) -> None:
        self._paths = [each for each in self._paths if each != path]
        self._mappings.pop(path, None)
        self._look()

    def _on_import(self) -> None:
        if self._examined is None or self._examined.intake is None or self._job is not None:
            return
        imports, actor, intake = self._context.desk.imports, self._context.desk.actor, self._examined.intake
        self._run(
            self.tr("Importing"),
            self._context.tasks.run_long(
                lambda progress: imports.run(actor, intake, lambda done, total, _what: progress(done, total)),
                self._on_imported,
                self._on_refused,
            ),
        )

    def _on_imported(self, result: ImportResult) -> None:
        self._job = None
        self._result = result
        self._paths, self._mappings, self._examined = [], {}, None
        self.files.show_files(())
        step = CheckStep(self._context, result.plan, is_done=True)
        step.undo_asked.connect(self._on_undo_this)
        step.closed.connect(self._context.window.back)
        self._show(step, self.tr("Step 3 of 3: done"))
        self._read_history()

    def _on_undo_this(self) -> None:
        if self._result is not None and self._result.import_id is not None:
            self._undo(self._result.import_id)

    def _on_undo_asked(self, import_id: int) -> None:
        ask(
            self,
            self.tr("Undo this import?"),
            self.tr("Everything that came with it is taken out again. What the files hold can be imported anew."),
            self.tr("Undo import"),
            lambda: self._undo(import_id),
            danger=True,
        )

    def _on_undone(self, _removed: object) -> None:
        self._result = None
        self._show_first()
        self._read_history()
        self._look()
        self._context.window.notify(self.tr("The import was undone; nothing of it is left."), "ready")

    def _on_refused(self, error: Exception) -> None:
        self._job = None
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        words = (
            f"{error.file}: {error.reason} {error.what_to_do}" if isinstance(error, FileRefused) else sentence(error)
        )
        self.banner.show_text(words, "block")

    def _on_cancelled(self) -> None:
        self._job = None
        self._steps.setEnabled(True)
        self.banner.show_text(self.tr("The import was cancelled; nothing was changed."), "info")

    def _on_ended(self) -> None:
        self._steps.setEnabled(True)

    def _on_history(self, rows: Sequence[ImportRow]) -> None:
        self.files.show_history(rows)

    def _look(self) -> None:
        if not self._paths:
            self._examined = None
            self.files.show_files(())
            self.next_button.setEnabled(False)
            return
        imports, actor = self._context.desk.imports, self._context.desk.actor
        paths, mappings = tuple(self._paths), dict(self._mappings)
        self.banner.show_text("")
        self._run(
            self.tr("Reading the files"),
            self._context.tasks.run_long(
                lambda progress: examine(imports, actor, paths, mappings, progress), self._on_examined, self._on_refused
            ),
        )

    def _undo(self, import_id: int) -> None:
        imports, actor = self._context.desk.imports, self._context.desk.actor
        self._run(
            self.tr("Undoing the import"),
            self._context.tasks.run(lambda: imports.undo(actor, import_id), self._on_undone, self._on_refused),
        )

    def _run(self, title: str, job: Job) -> None:
        self._job = job
        self.banner.show_text("")
        self._steps.setEnabled(False)
        job.cancelled.connect(self._on_cancelled)
        job.finished.connect(self._on_ended)
        self.progress.watch(title, job)

    def _read_history(self) -> None:
        imports, actor = self._context.desk.imports, self._context.desk.actor
        self._context.tasks.run(lambda: imports.history(actor), self._on_history)

    def _show_first(self) -> None:
        self._drop_step()
        self.header.show_text(self.tr("Import"), self.tr("Step 1 of 3: choose the files"))
        self.next_button.setEnabled(self._examined is not None and self._examined.plan is not None)
        (self.next_button if self.next_button.isEnabled() else self.files.files_button).setFocus()

    def _show(self, step: QWidget, subtitle: str) -> None:
        self._drop_step()
        self._step = step
        self._steps.addWidget(step)
        self._steps.setCurrentWidget(step)
        self.banner.show_text("")
        self.header.show_text(self.tr("Import"), subtitle)
        step.setFocus()

    def _drop_step(self) -> None:
        if self._step is not None:
            self._steps.removeWidget(self._step)
            self._step.hide()
            self._step.deleteLater()
            self._step = None

    def _build_first(self) -> QWidget:
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolling(self.files), 1)
        column.addLayout(buttons_row(self.next_button))
        return first
