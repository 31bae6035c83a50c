"""Putting a backup in a clinic's place, or making the clinic anew from it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from app.views import safe_text
from app.views.file_choice import ask_file, ask_folder
from app.views.gate import Gate
from app.views.theme import GRID
from app.views.widgets import Form, PassphraseField, RadioField, TextField, buttons_row


class RestorePage(Gate):
    """Takes a backup file, a place, and whoever may open the backup.

    `restore_requested` carries backup, folder, user name, passphrase and recovery key (empty unless used); the owner
    answers with `show_busy`, `show_refusal` or another screen.
    """

    restore_requested = Signal(object, object, str, str, str)
    left = Signal()

    def __init__(self, folder: Path | None, new_folder: Path) -> None:
        """Restore into `folder`, or into `new_folder`, which does not exist yet, when no clinic was chosen."""
        super().__init__(
            self.tr("Restore a backup"),
            self.tr(
                "Everything becomes as it was when the backup was made. What is in the clinic's folder now is set aside"
                " under “backups” there, not deleted."
            ),
            name="restore",
            width=72 * GRID,
        )
        self._start = folder / "backups" if folder is not None else None
        self._backup: Path | None = None
        self._folder = folder or new_folder
        self.backup_line = _path_line("restore_backup", self.tr("Backup file"))
        self.folder_line = _path_line("restore_folder", self.tr("Clinic folder"))
        self.folder_line.setText(str(self._folder))
        self.backup_button = safe_text.button(
            self.tr("Choose…"), name="restore_choose_backup", on_click=self._on_backup_asked
        )
        self.folder_button = safe_text.button(
            self.tr("Change…"), name="restore_choose_folder", on_click=self._on_folder_asked
        )
        for words, line, button in (
            (self.tr("Backup file"), self.backup_line, self.backup_button),
            (self.tr("Put it into"), self.folder_line, self.folder_button),
        ):
            row = QHBoxLayout()
            row.addWidget(line, 1)
            row.addWidget(button)
            self.body.addWidget(safe_text.label(words, "field", buddy=line))
            self.body.addLayout(row)
        self.form = Form()
        self.username = self.form.add_line(
            "restore_username",
            self.tr("Administrator's user name"),
            required=True,
            hint=self.tr("As it was when the backup was made"),
        )
        self.by = self.form.add(
            "restore_by",
            self.tr("Open the backup with"),
            RadioField(
                [("passphrase", self.tr("a passphrase")), ("words", self.tr("the recovery key"))],
                name="restore_by",
                vertical=False,
            ),
            required=True,
        )
        self.passphrase = self.form.add(
            "restore_passphrase", self.tr("Passphrase"), PassphraseField(name="restore_passphrase"), required=True
        )
        self.words = self.form.add(
            "restore_words", self.tr("The 24 words, in order"), TextField(lines=3, max_length=2000), required=True
        )
        self.by.set_value("passphrase")
        self.by.edited.connect(self._on_way_chosen)
        self._on_way_chosen()
        self.body.addWidget(self.form)
        self.back_button = safe_text.button(self.tr("Back"), name="restore_back", kind="quiet", on_click=self.left.emit)
        self.restore_button = safe_text.button(
            self.tr("Restore"), name="restore_button", kind="primary", on_click=self._on_submitted
        )
        self.body.addLayout(buttons_row(self.restore_button, lead=lambda: self.back_button))

    def show_refusal(self, text: str) -> None:
        """Say why nothing was restored."""
        self.show_problem(text)
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_backup(self, path: Path) -> None:
        """Take `path` as the backup."""
        self._backup = path
        self.backup_line.setText(str(path))

    def _on_submitted(self) -> None:
        if self._backup is None:
            self.show_problem(self.tr("Choose the backup file first."), "warn")
            return
        if not self.form.check():
            return
        entered = self.form.values()
        words = " ".join((entered["restore_words"] or "").split())
        self.show_busy(self.tr("Checking and restoring the backup… This can take a minute."))
        self.restore_requested.emit(
            self._backup, self._folder, entered["restore_username"], entered["restore_passphrase"] or "", words
        )

    def _on_way_chosen(self) -> None:
        by_words = self.by.value() == "words"
        self.form.show_field("restore_passphrase", visible=not by_words)
        self.form.show_field("restore_words", visible=by_words)

    def _on_backup_asked(self) -> None:
        pattern = self.tr("CareLoop backups (*.careloop-backup)")
        ask_file(self, self.tr("Choose the backup"), pattern, self.choose_backup, start=self._start)

    def _on_folder_asked(self) -> None:
        ask_folder(self, self.tr("Choose the clinic's folder, or an empty one"), self._on_folder_chosen)

    def _on_folder_chosen(self, folder: Path) -> None:
        self._folder = folder
        self.folder_line.setText(str(folder))


def _path_line(name: str, words: str) -> QLineEdit:
    made = QLineEdit()
    made.setReadOnly(True)
    made.setObjectName(name)
    made.setAccessibleName(words)
    return made
