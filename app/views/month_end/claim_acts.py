"""What is done from the claim register: papers, files, answers, and the steps that need a reason."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.rules.month import Month
from app.services.claims.answering import ResponseRead
from app.services.claims.register import RegisterRow
from app.services.claims.sending import MonthClaims
from app.views.month_end.claim_files import save_claim_files, save_papers
from app.views.page_context import PageContext
from app.views.paper_preview.paper import Paper
from app.views.paper_preview.preview import show_preview
from app.views.widgets import ask_reason


class ClaimActs(QObject):
    """Asks what is to be asked above `parent` and calls the services; the feed brings what came of it."""

    def __init__(self, context: PageContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._above = context, parent

    def make_files(self, month: Month, folder: Path, done: Callable[[MonthClaims], None]) -> None:
        """Put the month's claim files into a folder."""
        claims, actor = self._context.desk.claims, self._context.desk.actor
        save_claim_files(self._context, folder, lambda: claims.month_files(actor, month), done)

    def take_in(self, path: Path, done: Callable[[ResponseRead], None]) -> None:
        """Read what a payer sent back."""
        claims, actor = self._context.desk.claims, self._context.desk.actor
        self._context.tasks.run(lambda: claims.read_response(actor, path.read_bytes()), done)

    def mend(self, row: RegisterRow) -> None:
        """Go to where what a claim lacks is typed in."""
        place = next(gap.where for gap in row.gaps if gap.where in {"patient", "clinic", "practitioner"})
        if place == "clinic":
            self._context.window.go_to("settings")
        else:
            self._context.open_chart(row.patient_id, place)

    def write_off(self, row: RegisterRow) -> None:
        """Give a claim up, with a reason."""
        desk, claim_id = self._context.desk, row.claim_id or 0
        self._with_reason(
            self.tr("Write this claim off?"),
            self.tr("It is given up for good. The register keeps it with the reason."),
            self.tr("Write off"),
            lambda reason: desk.claims.write_off(desk.actor, claim_id, reason),
        )

    def settle(self, row: RegisterRow) -> None:
        """Say what became of an overpayment."""
        desk, claim_id = self._context.desk, row.claim_id or 0
        self._with_reason(
            self.tr("Settle the overpayment?"),
            self.tr("Say what was reported and returned, or why nothing is owed. The 60 days end with it."),
            self.tr("Settle"),
            lambda reason: desk.claims.settle_overpayment(desk.actor, claim_id, reason),
        )

    def show_answer(self, row: RegisterRow) -> None:
        """Show why the month of a claim was billed, with its proof."""
        answers, actor, month = self._context.desk.audit_answers, self._context.desk.actor, Month.parse(row.month)

        def make(_progress: object) -> Paper:
            made = answers.answer(actor, row.patient_id, month)
            return Paper(made.pdf, made.name, partial(answers.leave, actor, made.name, row.patient_id))

        show_preview(self._context, self.tr("Audit answer"), make)

    def show_sheet(self, row: RegisterRow) -> None:
        """Show what goes into which box of the form."""
        claims, actor, month = self._context.desk.claims, self._context.desk.actor, Month.parse(row.month)

        def make(_progress: object) -> Paper:
            content = claims.print_data_sheets(actor, month, [row.patient_id])
            name = f"claim-sheet-{row.month}-{row.record}.pdf"
            return Paper(content, name, partial(claims.leave, actor, row.patient_id, month))

        show_preview(self._context, self.tr("Claim data sheet"), make)

    def save_form(self, row: RegisterRow) -> None:
        """Save the text for the pre-printed form; the claim counts as sent on paper."""
        claims, actor, month = self._context.desk.claims, self._context.desk.actor, Month.parse(row.month)
        name = f"cms1500-{row.month}-{row.record}.pdf"
        save_papers(self._above, self._context, name, lambda: claims.print_forms(actor, month, [row.patient_id]))

    def save_calibration(self) -> None:
        """Save the page by which the printer is set."""
        claims, actor = self._context.desk.claims, self._context.desk.actor
        save_papers(self._above, self._context, "cms1500-calibration.pdf", lambda: claims.calibration_page(actor))

    def _with_reason(self, title: str, text: str, action: str, act: Callable[[str], object]) -> None:
        tasks = self._context.tasks
        ask_reason(
            self._above,
            title,
            text,
            action,
            lambda reason: tasks.run(lambda: act(reason), _nothing),
            label=self.tr("Why"),
            danger=True,
        )


def _nothing(_: object) -> None:
    """The feed brings the news."""
