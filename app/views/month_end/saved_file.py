"""Papers that leave the encrypted file as a PDF on the person's disk."""

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.reports.readiness import readiness_pdf
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.papers import ReadinessReport
from app.views.file_choice import ask_new_file
from app.views.page_context import PageContext


class NotSaved(ClinicError):
    """A file cannot be written where it was asked for."""


def save_report(parent: QWidget, context: PageContext, month: Month) -> None:
    """Ask for a place, then print the month's readiness report there."""
    readiness, actor = context.desk.readiness, context.desk.actor

    def on_chosen(path: Path) -> None:
        def on_read(report: ReadinessReport) -> None:
            save_file(context, path, lambda: readiness_pdf(report))

        context.tasks.run(lambda: readiness.report(actor, month), on_read)

    ask_new_file(parent, _tr("Save readiness report"), f"readiness-{month}.pdf", _tr("PDF (*.pdf)"), on_chosen)


def save_draft(parent: QWidget, context: PageContext, patient_id: int, month: Month, record_id: str) -> None:
    """Ask for a place, then put a draft of the patient's packet there. Its name has the record's number, no name."""
    month_end, actor = context.desk.month_end, context.desk.actor

    def on_chosen(path: Path) -> None:
        save_file(context, path, lambda: month_end.draft(actor, patient_id, month).pdf, papers=False)

    name = f"draft-{month}-{record_id}.pdf"
    ask_new_file(parent, _tr("Save draft packet"), name, _tr("PDF (*.pdf)"), on_chosen)


def save_file(context: PageContext, path: Path, content: Callable[[], bytes], *, papers: bool = True) -> None:
    """Write what `content` makes to `path`, off the GUI thread, and say so with a way to open it."""

    def on_saved(_: object) -> None:
        said = _tr("The PDF is saved.") if path.suffix.casefold() == ".pdf" else _tr("The file is saved.")
        context.window.notify(said, "ready", _tr("Open"), lambda: open_file(path))

    def save() -> None:
        require_outside(path, context.desk.opened.file.folder)
        write_whole(path, content())

    context.tasks.run(save, on_saved, papers=papers)


def open_file(path: Path) -> None:
    """Open a file or folder with the system's own program."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def require_outside(path: Path, clinic_folder: Path) -> None:
    own = clinic_folder.resolve()
    if own in path.resolve().parents:
        raise NotSaved("Papers are not written into the clinic's own folder, where all is encrypted. Choose another.")


def write_whole(path: Path, content: bytes) -> None:
    """Write the file whole or not at all, readable by its owner alone. Raise `NotSaved`."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise NotSaved(f"{path} cannot be written ({error.strerror}). Choose another place.") from error


def _tr(words: str) -> str:
    return QCoreApplication.translate("SavedFile", words)
