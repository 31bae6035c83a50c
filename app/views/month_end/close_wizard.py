"""Closing a month, step by step: who is left out, approvals, the packets, a dry run, what and where, and the close."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.security.slots import WrongPassphrase
from app.services.closing.dry_run import DryRun
from app.services.month_end import Made, MakingStopped
from app.services.readiness import Board
from app.views import safe_text
from app.views.errors import sentence
from app.views.file_choice import ask_folder
from app.views.icons import icon
from app.views.month_end.close_steps import ApprovalStep, DryRunStep, PreviewStep, ReviewStep, pairs_grid
from app.views.month_end.files_to_write import FilesToWrite, claims_words
from app.views.month_end.saved_file import open_file
from app.views.month_end.words import counted, month_words
from app.views.page_context import PageContext
from app.views.tasks import Latest, Progress
from app.views.theme import GRID, fit_scale, scaled, set_kind, set_shown
from app.views.widgets import (
    Banner,
    Card,
    LineField,
    PageHeader,
    ProgressPanel,
    buttons_row,
    page_layout,
    scrolling,
)

WIDEST = 96 * GRID
REVIEW, APPROVALS, PREVIEW, DRY_RUN, FILES, DONE = range(6)


class CloseWizard(QWidget):
    """Six steps in one view. Nothing is written before the button of the fifth; stopping it leaves nothing behind."""

    def __init__(self, context: PageContext, board: Board) -> None:
        """Begin with the review of the board's month, which is over."""
        super().__init__()
        self.setObjectName("close_wizard")
        self._context = context
        self._board = board
        self._runs = Latest(context.tasks, self)
        self._is_making = False
        self._run: DryRun | None = None
        self._made_in: Path | None = None
        self._attests = context.desk.people.works_alone(context.desk.actor) and context.may("month.approve")
        self.header = PageHeader(self.tr("Close {month}").format(month=month_words(board.month)), " ")
        self.banner = Banner(name="close_banner")
        self.review = ReviewStep()
        self.approvals = ApprovalStep(board, attests=self._attests, name=context.desk.actor.name)
        self.preview = PreviewStep(context, board)
        self.dry_run = DryRunStep()
        self.progress = ProgressPanel(name="close_progress")
        self._build()
        self._connect()
        self._go(REVIEW)
        self._ask()

    @property
    def step(self) -> int:
        """Which step is shown."""
        return self._pages.currentIndex()

    @property
    def run(self) -> DryRun | None:
        """What closing now would make, None until it is worked out."""
        return self._run

    def may_leave(self) -> bool:
        """Not while the month is being closed; the person can stop that."""
        return not self._is_making

    def _ask(self) -> None:
        """Work out anew what closing would make."""
        self._run = None
        self.next_button.setEnabled(False)
        month_end, actor, month = self._context.desk.month_end, self._context.desk.actor, self._board.month
        approves = self._attests and self.approvals.passphrase.value() is not None
        self._runs.ask(lambda: month_end.dry_run(actor, month, approves=approves), self._on_run, self._on_no_run)

    def _on_run(self, run: DryRun) -> None:
        self._run = run
        self.next_button.setEnabled(True)
        self.review.show_run(run)
        self.dry_run.show_run(run)
        self._show_outlook(run)

    def _on_no_run(self, error: Exception) -> None:
        if isinstance(error, ClinicError):
            self.banner.show_text(sentence(error), "block")
        else:
            self._context.tasks.failed.emit(error)

    def _on_next(self) -> None:
        if self._is_making or self._run is None:
            return
        if self.step == FILES:
            self._make()
        elif self.step == APPROVALS and self._attests:
            self._go(PREVIEW)
            self._ask()
        elif self.step < FILES:
            self._go(self.step + 1)

    def _on_back(self) -> None:
        if self._is_making:
            return
        if self.step in (REVIEW, DONE):
            self._context.window.back()
        else:
            self._go(self.step - 1)

    def _on_choose(self) -> None:
        start = Path(self.folder.value() or "").parent
        ask_folder(
            self, self.tr("Folder for the packets"), lambda folder: self.folder.set_value(str(folder)), start=start
        )

    def _make(self) -> None:
        folder = Path(self.folder.value() or "").expanduser()
        if not folder.is_absolute():
            self.banner.show_text(self.tr("Choose the folder to write to."), "warn")
            self.folder.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if problem := self.files.problem():
            self.banner.show_text(problem, "warn")
            return
        papers, pdf_passphrase = self.files.papers(), self.files.pdf_passphrase()
        month_end, actor, month = self._context.desk.month_end, self._context.desk.actor, self._board.month
        passphrase = self.approvals.passphrase.value() if self._attests else None

        def make(progress: Progress) -> Made:
            return month_end.make(
                actor,
                month,
                folder,
                passphrase=passphrase,
                papers=papers,
                close=True,
                pdf_passphrase=pdf_passphrase,
                progress=progress,
                cancelled=lambda: progress.is_cancelled,
            )

        self._set_making(making=True)
        self._made_in = folder
        job = self._context.tasks.run_long(make, self._on_made, self._on_failed, papers=True)
        job.cancelled.connect(self._on_stopped)
        self.progress.watch(self.tr("Closing the month"), job)
        self.progress.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_made(self, made: Made) -> None:
        self._set_making(making=False)
        self.approvals.passphrase.set_value(None)
        self.files.forget()
        self._context.undo.forget(self.tr("the month is closed."))
        month = month_words(made.month)
        packets = counted(made.finals, self.tr("1 packet"), self.tr("{n} packets"))
        none = counted(made.not_ready, self.tr("1 patient"), self.tr("{n} patients"))
        self._done_words.setText(
            self.tr(
                "{month} is closed: {packets}, {none} without one. All of it is kept in the clinic, encrypted."
            ).format(month=month, packets=packets, none=none)
        )
        names = {row.patient_id: row.name for row in self._board.rows}
        said = claims_words(made.claims, names) if made.claims else []
        if made.is_protected:
            said.append(self.tr("The PDFs open with the passphrase that you typed, and CareLoop does not keep it."))
        self._done_claims.setText("\n".join(said))
        set_shown(self._done_claims, shown=bool(said))
        shown = [(name, digest) for name, digest in sorted(made.digests.items()) if "/" not in name]
        folders = sum("/" in name for name in made.digests)
        if folders:
            shown.append((self.tr("packets"), counted(folders, self.tr("1 file"), self.tr("{n} files"))))
        while (item := self._written.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        held = QWidget()
        held.setLayout(pairs_grid(shown, elide=True))
        self._written.addWidget(held)
        self._where.setText(str(self._made_in))
        self._go(DONE)

    def _on_failed(self, error: Exception) -> None:
        self._set_making(making=False)
        if isinstance(error, MakingStopped):
            self._on_stopped()
        elif isinstance(error, WrongPassphrase):
            self._go(APPROVALS)
            self.banner.show_text(self.tr("The passphrase is not right. Nothing was closed."), "block")
            self.approvals.passphrase.line.selectAll()
            self.approvals.passphrase.line.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(error, ClinicError):
            self.banner.show_text(sentence(error), "block")
        else:
            self._context.tasks.failed.emit(error)

    def _on_stopped(self) -> None:
        self._set_making(making=False)
        self.banner.show_text(
            self.tr("Stopped. The month is open as before, and nothing was left in the folder."), "info"
        )
        self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_open(self) -> None:
        if self._made_in is not None:
            open_file(self._made_in)

    def _go(self, step: int) -> None:
        self.banner.show_text("")
        self._pages.setCurrentIndex(step)
        for at, label in enumerate(self._names):
            set_kind(label, "strong" if at == step else "muted")
            label.updateGeometry()
        titles = (
            self.tr("Who gets no packet, and why"),
            self.tr("Whose approval is there"),
            self.tr("Read any packet as it will be made"),
            self.tr("What closing would make"),
            self.tr("What is written, and where"),
            self.tr("Closed"),
        )
        self.header.show_text(
            self.header_title, self.tr("Step {n} of 6 · {what}").format(n=step + 1, what=titles[step])
        )
        is_last = step == DONE
        set_shown(self.next_button, shown=not is_last)
        set_shown(self.open_button, shown=is_last)
        back = self.tr("Back to the board") if step in (REVIEW, DONE) else self.tr("Back")
        safe_text.set_button_text(self.back_button, back)
        safe_text.set_button_text(
            self.next_button,
            self.tr("Close {month}").format(month=month_words(self._board.month)) if step == FILES else self.tr("Next"),
        )
        if step == PREVIEW:
            self.preview.begin()
        first = {APPROVALS: self.approvals.passphrase.line if self._attests else None, FILES: self.folder}.get(step)
        (first or (self.open_button if is_last else self.next_button)).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_outlook(self, run: DryRun) -> None:
        packets = counted(run.packets, self.tr("1 packet"), self.tr("{n} packets"))
        none = counted(len(run.left_out), self.tr("1 patient"), self.tr("{n} patients"))
        self._outlook.setText(
            self.tr(
                "{packets} become final, {none} without one. From then on nothing of them changes: what comes later is "
                "shown as changed since, and the month is opened again only with a reason, and with a second person "
                "where there is one."
            ).format(packets=packets, none=none)
        )

    def _set_making(self, *, making: bool) -> None:
        self._is_making = making
        self.banner.show_text("")
        for part in (self._pages, self.next_button, self.back_button):
            part.setEnabled(not making)

    @property
    def header_title(self) -> str:
        """What the page is called."""
        return self.tr("Close {month}").format(month=month_words(self._board.month))

    def _build(self) -> None:
        names = (
            self.tr("Review"),
            self.tr("Approvals"),
            self.tr("Preview"),
            self.tr("Dry run"),
            self.tr("Files"),
            self.tr("Done"),
        )
        self._names = [
            safe_text.label(f"{at} {name}", "muted", name=f"close_step_{at}", wrap=False)
            for at, name in enumerate(names, 1)
        ]
        steps = QHBoxLayout()
        steps.setSpacing(3 * GRID)
        for label in self._names:
            steps.addWidget(label)
        steps.addStretch(1)
        self.back_button = safe_text.button(self.tr("Back"), name="close_back", on_click=self._on_back)
        self.next_button = safe_text.button(self.tr("Next"), name="close_next", kind="primary", on_click=self._on_next)
        self.open_button = safe_text.button(
            self.tr("Open folder"),
            name="close_open",
            kind="primary",
            icon=icon("folder-open", "on_accent"),
            on_click=self._on_open,
        )
        self._pages = QStackedWidget()
        for part in (
            self.review,
            scrolling(_narrow(self.approvals)),
            self.preview,
            scrolling(_narrow(self.dry_run)),
            scrolling(_narrow(self._files())),
            scrolling(_narrow(self._done())),
        ):
            self._pages.addWidget(part)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addLayout(steps)
        page.addWidget(self.banner)
        page.addWidget(self.progress)
        page.addWidget(self._pages, 1)
        page.addLayout(buttons_row(self.back_button, self.open_button, self.next_button))

    def _files(self) -> QWidget:
        self.files = FilesToWrite(self._context, name="close")
        self.folder = LineField(max_length=1000)
        self.folder.setObjectName("close_folder")
        self.folder.setAccessibleName(self.tr("Folder"))
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self.folder.set_value(str(Path(documents) / f"CareLoop packets {self._board.month}"))
        self.choose_button = safe_text.button(
            self.tr("Choose folder…"), name="close_choose", icon=icon("folder"), on_click=self._on_choose
        )
        self._outlook = safe_text.label("", name="close_outlook")
        what = Card(self.tr("What is closed"), name="close_what")
        what.body.addWidget(self._outlook)
        files = Card(self.tr("What is written"), name="close_kinds")
        files.body.addWidget(self.files)
        files.body.addWidget(safe_text.label(self.tr("Checksums and a manifest always come with it."), "muted"))
        where = Card(self.tr("Folder"), name="close_where")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose_button)
        where.body.addLayout(row)
        self._secrecy = safe_text.label(self.files.secrecy_words(), "muted", name="close_secrecy")
        where.body.addWidget(self._secrecy)
        return _column(what, files, where)

    def _done(self) -> QWidget:
        self._done_words = safe_text.label("", "strong", name="close_done_words", selectable=True)
        self._done_claims = safe_text.label("", name="close_done_claims", selectable=True)
        self._where = safe_text.label("", name="close_done_where", selectable=True)
        self._written = QVBoxLayout()
        card = Card(self.tr("What was written, with its SHA-256"), name="close_written")
        card.body.addWidget(self._where)
        card.body.addLayout(self._written)
        return _column(self._done_words, self._done_claims, card)

    def _connect(self) -> None:
        self.approvals.passphrase.submitted.connect(self._on_next)
        self.files.submitted.connect(self._on_next)
        self.files.edited.connect(lambda: self._secrecy.setText(self.files.secrecy_words()))
        self.folder.returnPressed.connect(self._on_next)


def _column(*parts: QWidget) -> QWidget:
    held = QWidget()
    column = QVBoxLayout(held)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2 * GRID)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    return held


def _narrow(part: QWidget) -> QWidget:
    """Keep lines short enough to be read."""
    held = QWidget()
    row = QHBoxLayout(held)
    row.setContentsMargins(0, 0, GRID, 0)
    row.addWidget(part, 100)
    row.addStretch(1)
    fit_scale(held, lambda: part.setMaximumWidth(scaled(WIDEST)))
    return held
