"""The recovery key on screen: shown once to be written down, and typed back."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.file_choice import ask_new_file
from app.views.icons import icon
from app.views.tasks import Tasks
from app.views.theme import GRID, set_kind
from app.views.widgets import Banner, Card, TextField, buttons_row

ACROSS = 4


class RecoverySheet(QWidget):
    """The numbered words, and a button that saves them as the emergency kit to print. `saved` carries the file."""

    saved = Signal(object)

    def __init__(self, words: Sequence[str], tasks: Tasks, make_kit: Callable[[], bytes]) -> None:
        """Show `words`; `make_kit` gives the PDF and runs off the GUI thread."""
        super().__init__()
        self.setObjectName("recovery_sheet")
        self._tasks = tasks
        self._make_kit = make_kit
        self._path = Path()
        card = Card(name="recovery_words")
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID)
        rows = -(-len(words) // ACROSS)
        for at, word in enumerate(words):
            shown = safe_text.label(f"{at + 1}. {word}", "strong", name=f"recovery_word_{at + 1}", wrap=False)
            grid.addWidget(shown, at % rows, at // rows)
        card.body.addLayout(grid)
        self.save_button = safe_text.button(
            self.tr("Save the sheet as PDF…"), name="kit_save", icon=icon("file-down"), on_click=self._on_save
        )
        self.open_button = safe_text.button(
            self.tr("Open it to print"), name="kit_open", kind="quiet", icon=icon("printer"), on_click=self._on_open
        )
        self.open_button.hide()
        self._told = Banner(name="kit_told")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(card)
        column.addLayout(buttons_row(self.open_button, self.save_button))
        column.addWidget(self._told)

    def _on_save(self) -> None:
        name = self.tr("CareLoop emergency kit.pdf")
        ask_new_file(self, self.tr("Save the emergency kit"), name, self.tr("PDF files (*.pdf)"), self._on_chosen)

    def _on_chosen(self, path: Path) -> None:
        make = self._make_kit
        self.save_button.setEnabled(False)
        self._tasks.run(lambda: _write(path, make()), self._on_written, self._on_failed, papers=True)

    def _on_written(self, path: Path) -> None:
        self._path = path
        self.save_button.setEnabled(True)
        self.open_button.show()
        self._told.show_text(
            self.tr("Saved as {name}. Print it, lock the paper away, then delete the file.").format(name=path.name),
            "ready",
        )
        self.saved.emit(path)

    def _on_failed(self, error: Exception) -> None:
        self.save_button.setEnabled(True)
        if not isinstance(error, OSError):
            self._tasks.failed.emit(error)
            return
        reason = error.strerror or type(error).__name__
        self._told.show_text(
            self.tr("It could not be saved there: {reason}. Choose another place.").format(reason=reason), "block"
        )

    def _on_open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path)))


class TypedBack(QWidget):
    """Where the words are typed back from the paper; says at once which word is wrong. `matched` follows the last one.

    Pasted text may hold the numbers of the words.
    """

    matched = Signal(bool)

    def __init__(self, words: Sequence[str]) -> None:
        """Wait for `words`."""
        super().__init__()
        self.setObjectName("typed_back")
        self._words = tuple(words)
        self.field = TextField(lines=5, hint=self.tr("first second third …"), max_length=2000)
        self.field.setObjectName("recovery_typed")
        self.field.setAccessibleName(self.tr("The recovery key, typed from the paper"))
        self._told = safe_text.label("", name="recovery_told")
        self.field.edited.connect(self._on_edited)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.field)
        column.addWidget(self._told)
        self.setFocusProxy(self.field)
        self._on_edited()

    @property
    def is_matched(self) -> bool:
        """Whether every word is there."""
        return tuple(_words_of(self.field.toPlainText())) == self._words

    def _on_edited(self) -> None:
        text = self.field.toPlainText()
        typed = _words_of(text)
        wrong = first_wrong(typed, self._words, is_typing=text[-1:].isalpha())
        if self.is_matched:
            told = self.tr("All {n} words are right.").format(n=len(self._words))
        elif wrong:
            told = self.tr("Word {n} is not as on the paper. Look at it again.").format(n=wrong)
        else:
            told = self.tr("{n} of {total} words.").format(n=len(typed), total=len(self._words))
        self._told.setText(told)
        set_kind(self._told, "error" if wrong else "body")
        self.field.setAccessibleDescription(told)
        self.matched.emit(self.is_matched)


def first_wrong(typed: Sequence[str], words: Sequence[str], *, is_typing: bool) -> int:
    """Return the number (from 1) of the first word that is not as it must be, 0 when none is.

    While the last one `is_typing`, its beginning is enough.
    """
    for at, word in enumerate(typed):
        right = words[at] if at < len(words) else ""
        unfinished = is_typing and at == len(typed) - 1
        if word != right and not (unfinished and right.startswith(word)):
            return at + 1
    return 0


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
