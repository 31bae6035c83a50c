"""Asking for a file or folder; the answer comes later, through a call."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

OnChosen = Callable[[Path], object]


def ask_file(parent: QWidget, title: str, pattern: str, on_chosen: OnChosen, *, start: Path | None = None) -> None:
    """Let the person choose an existing file; `pattern` is such as "Backups (*.careloop-backup)"."""
    _open(parent, title, QFileDialog.FileMode.ExistingFile, on_chosen, start=start, pattern=pattern)


def ask_folder(parent: QWidget, title: str, on_chosen: OnChosen, *, start: Path | None = None) -> None:
    """Let the person choose an existing folder."""
    _open(parent, title, QFileDialog.FileMode.Directory, on_chosen, start=start)


def ask_new_file(parent: QWidget, title: str, name: str, pattern: str, on_chosen: OnChosen) -> None:
    """Let the person say where to save what is called `name` until they call it otherwise."""
    dialog = _open(parent, title, QFileDialog.FileMode.AnyFile, on_chosen, start=Path.home(), pattern=pattern)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
    dialog.selectFile(name)


def _open(
    parent: QWidget,
    title: str,
    mode: QFileDialog.FileMode,
    on_chosen: OnChosen,
    *,
    start: Path | None,
    pattern: str = "",
) -> QFileDialog:
    dialog = QFileDialog(parent, title, str(start) if start and start.exists() else "", pattern)
    dialog.setObjectName("file_choice")
    dialog.setFileMode(mode)
    if mode is QFileDialog.FileMode.Directory:
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda chosen: on_chosen(Path(chosen)))
    dialog.open()
    return dialog
