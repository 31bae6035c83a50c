"""Claim files and papers of claims on their way to the person's disk."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.services.claims.sending import MonthClaims
from app.views.file_choice import ask_new_file
from app.views.month_end.saved_file import require_outside, save_file, write_whole
from app.views.page_context import PageContext


def save_claim_files(
    context: PageContext, folder: Path, make: Callable[[], MonthClaims], done: Callable[[MonthClaims], None]
) -> None:
    """Make the month's claim files and put them into `folder`, each whole or not at all.

    The folder is tried before a claim counts as sent. Were it to fail after that, the same files come out again.
    """

    def save() -> MonthClaims:
        require_outside(folder / "837P.txt", context.desk.opened.file.folder)
        trial = folder / ".careloop-trial"
        write_whole(trial, b"")
        trial.unlink(missing_ok=True)
        made = make()
        for file in made.files:
            write_whole(folder / file.name, file.content)
        return made

    context.tasks.run(save, done)


def save_papers(parent: QWidget, context: PageContext, name: str, make: Callable[[], bytes]) -> None:
    """Ask for a place, then put there what `make` makes."""
    title, pattern = _tr("Save"), _tr("PDF (*.pdf)")
    ask_new_file(parent, title, name, pattern, lambda path: save_file(context, path, make, papers=False))


def _tr(words: str) -> str:
    return QCoreApplication.translate("ClaimFiles", words)
