"""Making a finished month's packets: what will be made and where, how far it is, what came of it."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.security.slots import WrongPassphrase
from app.services.month_end import Made, MakingStopped
from app.services.readiness import APPROVED, BLOCKED, EXPORTED, READY, SHORT, Board
from app.views import safe_text
from app.views.errors import sentence
from app.views.file_choice import ask_folder
from app.views.icons import icon
from app.views.month_end.files_to_write import FilesToWrite, claims_words
from app.views.month_end.saved_file import open_file
from app.views.month_end.words import counted, month_words
from app.views.page_context import PageContext
from app.views.tasks import Progress
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.widgets import (
    Banner,
    Card,
    LineField,
    PageHeader,
    PassphraseField,
    Picture,
    ProgressPanel,
    buttons_row,
    page_layout,
    scrolling,
)

WIDEST = 88 * GRID


class MakePackets(QWidget):
    """One page: what, where, and the button. Nothing is left in the folder when it is stopped."""

    def __init__(self, context: PageContext, board: Board) -> None:
        """Offer to make the packets of the board's month, which is over."""
        super().__init__()
        self.setObjectName("make_packets")
        self._context = context
        self._board = board
        self._is_making = False
        self._made_in: Path | None = None
        self._attests = context.desk.people.works_alone(context.desk.actor) and context.may("month.approve")
        month = month_words(board.month)
        self.header = PageHeader(self.tr("Make packets"), month)
        self.banner = Banner(name="make_banner")
        self.passphrase = PassphraseField(name="make_passphrase")
        self.passphrase.setAccessibleName(self.tr("Your passphrase"))
        self.files = FilesToWrite(context, name="make")
        self.folder = LineField(max_length=1000)
        self.folder.setObjectName("make_folder")
        self.folder.setAccessibleName(self.tr("Folder"))
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self.folder.set_value(str(Path(documents) / f"CareLoop packets {board.month}"))
        self.progress = ProgressPanel(name="make_progress")
        self._build()
        self._connect()
        self._show_outlook()

    def may_leave(self) -> bool:
        """Not while packets are being made; the person can stop that."""
        return not self._is_making

    def _on_choose(self) -> None:
        start = Path(self.folder.value() or "").parent
        ask_folder(self, self.tr("Folder for the packets"), self._on_chosen, start=start)

    def _on_chosen(self, folder: Path) -> None:
        self.folder.set_value(str(folder))
        self.make_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_make(self) -> None:
        if self._is_making:
            return
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
        passphrase = self.passphrase.value() if self._attests else None

        def make(progress: Progress) -> Made:
            return month_end.make(
                actor,
                month,
                folder,
                passphrase=passphrase,
                papers=papers,
                pdf_passphrase=pdf_passphrase,
                progress=progress,
                cancelled=lambda: progress.is_cancelled,
            )

        self._set_making(making=True)
        self._made_in = folder
        job = self._context.tasks.run_long(make, self._on_made, self._on_failed, papers=True)
        job.cancelled.connect(self._on_stopped)
        self.progress.watch(self.tr("Making packets"), job)
        self.progress.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_made(self, made: Made) -> None:
        self._set_making(making=False)
        self.passphrase.set_value(None)
        self.files.forget()
        self._content.hide()
        self._result_text.setText("\n".join(self._made_words(made)))
        set_shown(self._result, shown=True)
        self.open_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, error: Exception) -> None:
        self._set_making(making=False)
        if isinstance(error, MakingStopped):
            self._on_stopped()
        elif isinstance(error, WrongPassphrase):
            self.banner.show_text(self.tr("The passphrase is not right. Nothing was made."), "block")
            self.passphrase.line.selectAll()
            self.passphrase.line.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(error, ClinicError):
            self.banner.show_text(sentence(error), "block")
            self.folder.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._context.tasks.failed.emit(error)

    def _on_stopped(self) -> None:
        self._set_making(making=False)
        self.banner.show_text(self.tr("Stopped. No packet was made, and nothing was left in the folder."), "info")
        self.make_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_open(self) -> None:
        if self._made_in is not None:
            open_file(self._made_in)

    def _made_words(self, made: Made) -> list[str]:
        again = sum(not packet.is_new for packet in made.packets)
        changed = sum(packet.changed_since for packet in made.packets)
        none = made.not_ready
        tr = self.tr
        finals = counted(made.finals, tr("1 final packet"), tr("{n} final packets"))
        drafts = counted(made.drafts, tr("1 draft"), tr("{n} drafts"))
        words = [
            tr("{finals} and {drafts} are in {folder}.").format(finals=finals, drafts=drafts, folder=self._made_in),
            counted(again, tr("1 was made before and is the same."), tr("{n} were made before and are the same."))
            if again
            else "",
            counted(made.approved_now, tr("You attested to 1 month now."), tr("You attested to {n} months now."))
            if made.approved_now
            else "",
            counted(
                changed,
                tr("1 final packet stays as it was made, though the record has changed since."),
                tr("{n} final packets stay as they were made, though the record has changed since."),
            )
            if changed
            else "",
            counted(
                none,
                tr("1 patient has no packet: the month is not ready."),
                tr("{n} patients have no packet: their month is not ready."),
            )
            if none
            else "",
            *(claims_words(made.claims, {row.patient_id: row.name for row in self._board.rows}) if made.claims else ()),
            tr("The PDFs open with the passphrase that you typed, and CareLoop does not keep it.")
            if made.is_protected
            else "",
            tr("manifest.json lists every file with its checksum."),
        ]
        return [each for each in words if each]

    def _show_outlook(self) -> None:
        """Say beforehand how many packets will be final, how many drafts, and how many patients get none."""
        counts = self._board.counts
        attested = counts[READY] if self._attests and self.passphrase.value() else 0
        finished = counts[APPROVED] if self._context.may("month.close") else 0
        finals = counts[EXPORTED] + finished + attested
        drafts = counts[READY] - attested + counts[APPROVED] - finished
        none = counts[SHORT] + counts[BLOCKED]
        tr = self.tr
        words = counted(finals, tr("1 final packet"), tr("{n} final packets"))
        if counts[EXPORTED]:
            words += tr(", {n} of them printed again as made before").format(n=counts[EXPORTED])
        self._finals.setText(words)
        self._drafts.setText(
            counted(drafts, tr("1 draft"), tr("{n} drafts"))
            + (tr(": not approved, or not closed yet; every page is marked DRAFT") if drafts else "")
        )
        self._none.setText(
            counted(none, tr("1 patient without a packet"), tr("{n} patients without a packet"))
            + (tr(": blocked or short") if none else "")
        )

    def _set_making(self, *, making: bool) -> None:
        self._is_making = making
        self.banner.show_text("")
        self._content.setEnabled(not making)

    def _build(self) -> None:
        self._finals, self._drafts, self._none = (
            safe_text.label("", name=f"make_{name}") for name in ("finals", "drafts", "none")
        )
        outlook = Card(self.tr("What will be made"), name="make_outlook")
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        signs = (("file-check", Role.READY), ("file-pen", Role.WARN), ("circle-minus", Role.MUTED))
        for at, (sign, words) in enumerate(zip(signs, (self._finals, self._drafts, self._none), strict=True)):
            grid.addWidget(Picture(*sign), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, at, 1)
        outlook.body.addLayout(grid)
        outlook.body.addSpacing(GRID)
        outlook.body.addWidget(self.files)
        self.choose_button = safe_text.button(
            self.tr("Choose folder…"), name="make_choose", icon=icon("folder"), on_click=self._on_choose
        )
        where = Card(self.tr("Folder"), name="make_where")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose_button)
        where.body.addLayout(row)
        self._secrecy = safe_text.label(self.files.secrecy_words(), "muted", name="make_secrecy")
        where.body.addWidget(self._secrecy)
        self.make_button = safe_text.button(
            self.tr("Make packets"), name="make_button", kind="primary", on_click=self._on_make
        )
        self.cancel_button = safe_text.button(
            self.tr("Back to the board"), name="make_cancel", on_click=self._context.window.back
        )
        self._content = QWidget()
        inside = QVBoxLayout(self._content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2 * GRID)
        inside.addWidget(outlook)
        if self._attests:
            inside.addWidget(self._attestation())
        inside.addWidget(where)
        inside.addLayout(buttons_row(self.cancel_button, self.make_button))
        self._result = Card(self.tr("The packets are made"), name="make_result")
        self._result_text = safe_text.label("", name="make_result_text", selectable=True)
        self.open_button = safe_text.button(
            self.tr("Open folder"),
            name="make_open",
            kind="primary",
            icon=icon("folder-open", "on_accent"),
            on_click=self._on_open,
        )
        self.done_button = safe_text.button(
            self.tr("Back to the board"), name="make_done", on_click=self._context.window.back
        )
        self._result.body.addWidget(self._result_text)
        self._result.body.addLayout(buttons_row(self.done_button, self.open_button))
        self._result.hide()
        self._narrow = QWidget()
        column = QVBoxLayout(self._narrow)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(2 * GRID)
        for part in (self.banner, self.progress, self._content, self._result):
            column.addWidget(part)
        column.addStretch(1)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addWidget(scrolling(self._narrow), 1)
        fit_scale(self, lambda: self._narrow.setMaximumWidth(scaled(WIDEST)))

    def _attestation(self) -> Card:
        card = Card(self.tr("You work here alone"), name="make_attest")
        actor = self._context.desk.actor
        words = self.tr(
            "With your passphrase you attest to the {n} months that are ready. Each of their packets then says openly: "
            "attested by {name}, one-person clinic. Without it they are made as drafts."
        ).format(n=self._board.counts[READY], name=actor.name)
        card.body.addWidget(safe_text.label(words, name="make_attest_words"))
        card.body.addWidget(safe_text.label(self.tr("Your passphrase"), "field", buddy=self.passphrase.line))
        card.body.addWidget(self.passphrase)
        return card

    def _connect(self) -> None:
        self.passphrase.edited.connect(self._show_outlook)
        self.passphrase.submitted.connect(self._on_make)
        self.files.submitted.connect(self._on_make)
        self.files.edited.connect(lambda: self._secrecy.setText(self.files.secrecy_words()))
        self.folder.returnPressed.connect(self._on_make)
