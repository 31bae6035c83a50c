"""A paper on the screen before it is printed or saved: for every screen that makes one."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from app.views import safe_text
from app.views.file_choice import ask_new_file
from app.views.icons import icon
from app.views.month_end.saved_file import save_file
from app.views.page_context import PageContext
from app.views.paper_preview.leave_panel import LeavePanel
from app.views.paper_preview.paper import Paper, PaperFile
from app.views.paper_preview.paper_view import PaperView
from app.views.paper_preview.printing import PrintRun
from app.views.tasks import Job, Progress
from app.views.theme import GRID, Role, set_shown
from app.views.widgets import PageHeader, ProgressPanel, page_layout

Make = Callable[[Progress], Paper]


def show_preview(context: PageContext, title: str, make: Make) -> None:
    """Show the paper that `make` gives, above the page; it is made off the GUI thread and may be cancelled."""
    context.window.show_view(PaperPreview(context, title, make))


class PaperPreview(QWidget):
    """The paper, with zoom, page keys, Print and Save PDF. Ctrl+P prints, Ctrl+S saves, Ctrl++ and Ctrl+- zoom."""

    def __init__(self, context: PageContext, title: str, make: Make) -> None:
        """Begin to make the paper at once."""
        super().__init__()
        self.setObjectName("paper_preview")
        self.setAccessibleName(title)
        self._context = context
        self._paper: Paper | None = None
        self._file: PaperFile | None = None
        self._form = ""
        self._run: PrintRun | None = None
        self.view = PaperView(context.tasks)
        self.leave = LeavePanel()
        self.progress = ProgressPanel(name="preview_progress")
        self._build(title)
        self._connect()
        kept = self._kept = _Kept()
        self.destroyed.connect(lambda _=None: kept.close())
        self._begin(make)

    @property
    def is_shown(self) -> bool:
        """Whether the paper is made and in view."""
        return self._paper is not None

    def print_to(self, printer: QPrinter, purpose: str) -> None:
        """Print on `printer`, once the trail has noted it."""
        paper = self._paper
        if paper is None:
            return
        self._printer = printer
        self._context.tasks.run(lambda: paper.leave("print", purpose), self._on_print_noted)

    def save_to(self, path: Path, purpose: str) -> None:
        """Save the PDF at `path`, once the trail has noted it."""
        paper = self._paper
        if paper is None:
            return

        def content() -> bytes:
            paper.leave("pdf", purpose)
            return paper.content

        save_file(self._context, path, content, papers=False)

    def _on_made(self, made: tuple[Paper, PaperFile]) -> None:
        self._paper, self._file = made
        self._kept.file, self._kept.job = self._file, None
        self.view.show_file(self._file)
        for part in (self.view, self._bar):
            set_shown(part, shown=True)
        for button in (self.print_button, self.save_button):
            set_shown(button, shown=True)
        self._show_place(0)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, error: Exception) -> None:
        self._context.window.back()
        self._context.tasks.failed.emit(error)

    def _on_cancelled(self) -> None:
        self._context.window.back()

    def _on_print(self) -> None:
        self._ask("print", self.tr("Choose a printer"))

    def _on_save(self) -> None:
        self._ask("pdf", self.tr("Save PDF"))

    def _on_agreed(self, purpose: str) -> None:
        paper = self._paper
        if paper is None:
            return
        if self._form == "pdf":
            ask_new_file(
                self,
                self.tr("Save PDF"),
                paper.file_name,
                self.tr("PDF (*.pdf)"),
                lambda path: self.save_to(path, purpose),
            )
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setObjectName("print_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
        dialog.setMinMax(1, max(self.view.pages, 1))
        dialog.finished.connect(
            lambda result: self.print_to(printer, purpose) if result == QDialog.DialogCode.Accepted else None
        )
        QDialog.open(dialog)

    def _on_print_noted(self, _: object) -> None:
        if self._file is None:
            return
        self._run = PrintRun(self._context.tasks, self._file, self._printer, self)
        self._run.progressed.connect(self._on_printing)
        self._run.finished.connect(self._on_printed)
        self._run.start()

    def _on_printing(self, done: int, total: int) -> None:
        self._place.setText(self.tr("Printing page {done} of {total}").format(done=done, total=total))

    def _on_printed(self, pages: int) -> None:
        self._run = None
        self._show_place(self.view.page)
        if pages:
            said = self.tr("1 page is with the printer.") if pages == 1 else self.tr("{n} pages are with the printer.")
            self._context.window.notify(said.format(n=pages), "ready")
        else:
            self._context.window.notify(self.tr("The printer did not begin. Choose another one."), "warn")

    def _show_place(self, page: int) -> None:
        self._place.setText(self.tr("Page {page} of {pages}").format(page=page + 1, pages=self.view.pages))
        self._size.setText(f"{self.view.shown_percent} %")

    def _ask(self, form: str, action: str) -> None:
        if self._paper is None or self._run is not None:
            return
        self._form = form
        self.leave.ask(action, self.view)

    def _begin(self, make: Make) -> None:
        def work(progress: Progress) -> tuple[Paper, PaperFile]:
            paper = make(progress)
            return paper, PaperFile(paper.content)

        job: Job = self._context.tasks.run_long(work, self._on_made, self._on_failed, papers=True)
        self._kept.job = job
        job.cancelled.connect(self._on_cancelled)
        self.progress.watch(self.tr("Making the paper"), job)

    def _zoom(self, step: int) -> None:
        if step:
            self.view.zoom_by(step)
        else:
            self.view.set_zoom(0)
        self._show_place(self.view.page)

    def _build(self, title: str) -> None:
        self._place = safe_text.label("", "muted", name="preview_place", wrap=False)
        self._size = safe_text.label("", "muted", name="preview_size", wrap=False)
        back = safe_text.button(
            self.tr("Back"), name="preview_back", icon=icon("arrow-left"), on_click=self._context.window.back
        )
        self.save_button = safe_text.button(
            self.tr("Save PDF"),
            name="preview_save",
            icon=icon("file-down"),
            tip=self.tr("Save a copy outside of the encrypted file (Ctrl+S)"),
            on_click=self._on_save,
        )
        self.print_button = safe_text.button(
            self.tr("Print"),
            name="preview_print",
            kind="primary",
            icon=icon("printer", Role.ON_ACCENT),
            tip=self.tr("Print (Ctrl+P)"),
            on_click=self._on_print,
        )
        self._bar = QWidget()
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for words, name, drawn, act in (
            (self.tr("Previous page (PgUp)"), "preview_previous", "chevron-up", lambda: self._turn(-1)),
            (self.tr("Next page (PgDn)"), "preview_next", "chevron-down", lambda: self._turn(1)),
        ):
            row.addWidget(safe_text.tool_button(words, name=name, icon=icon(drawn), on_click=act))
        row.addWidget(self._place)
        row.addStretch(1)
        row.addWidget(self._size)
        for words, name, drawn, step in (
            (self.tr("Smaller (Ctrl+-)"), "preview_smaller", "zoom-out", -1),
            (self.tr("Larger (Ctrl++)"), "preview_larger", "zoom-in", 1),
        ):
            row.addWidget(safe_text.tool_button(words, name=name, icon=icon(drawn), on_click=partial(self._zoom, step)))
        row.addWidget(safe_text.button(self.tr("Fit width"), name="preview_fit", on_click=partial(self._zoom, 0)))
        header = PageHeader(title, actions=(back, self.save_button, self.print_button))
        page = page_layout(self)
        page.addWidget(header)
        page.addWidget(self.leave)
        page.addWidget(self.progress)
        page.addWidget(self._bar)
        page.addWidget(self.view, 1)
        for part in (self.view, self._bar, self.save_button, self.print_button):
            set_shown(part, shown=False)

    def _turn(self, step: int) -> None:
        self.view.go_to(self.view.page + step)

    def _connect(self) -> None:
        self.view.moved.connect(self._show_place)
        self.leave.agreed.connect(self._on_agreed)
        commands = self._context.window.commands
        for key, handler in (
            ("print", self._on_print),
            ("save", self._on_save),
            ("text.larger", partial(self._zoom, 1)),
            ("text.smaller", partial(self._zoom, -1)),
            ("text.normal", partial(self._zoom, 0)),
        ):
            commands.on(key, self, handler)


class _Kept:
    """What ends with a preview: the paper being made, and the open file."""

    job: Job | None = None
    file: PaperFile | None = None

    def close(self) -> None:
        if self.job is not None:
            self.job.cancel()
        if self.file is not None:
            self.file.close()
