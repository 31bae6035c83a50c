"""A way back in with the recovery key: a new passphrase for an administrator, and the next recovery key."""

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import Qt, Signal

from app.views import safe_text
from app.views.gate import Gate
from app.views.recovery_key import RecoverySheet, TypedBack
from app.views.tasks import Tasks
from app.views.theme import GRID
from app.views.widgets import Form, LineField, PassphraseField, PassphraseMeter, TextField, buttons_row


class RecoveryPage(Gate):
    """Takes the words from the paper, a user name and a new passphrase.

    `recovery_requested` carries words, user name and passphrase; the owner answers with `show_busy`, `show_refusal` or
    another screen.
    """

    recovery_requested = Signal(str, str, str)
    left = Signal()

    def __init__(self, folder: Path, username: str, tasks: Tasks, common: Collection[str]) -> None:
        """Recover the clinic in `folder`."""
        super().__init__(
            self.tr("Use the recovery key"),
            self.tr(
                "For the clinic {folder}. The 24 words on the emergency kit give an administrator a new passphrase."
                " Afterwards the words are used up, and CareLoop shows you new ones to put in their place."
            ).format(folder=folder.name),
            name="recovery",
            width=72 * GRID,
        )
        self.form = Form()
        self.words = self.form.add(
            "recovery_words_typed",
            self.tr("The 24 words, in order"),
            TextField(lines=4, max_length=2000),
            required=True,
        )
        self.username = self.form.add(
            "recovery_username", self.tr("Administrator's user name"), LineField(max_length=100), required=True
        )
        self.username.set_value(username)
        self.passphrase = self.form.add(
            "recovery_passphrase",
            self.tr("New passphrase"),
            PassphraseField(name="recovery_passphrase"),
            required=True,
            check=lambda _: self.meter.refusal(),
        )
        self.meter = PassphraseMeter(
            self.passphrase, tasks, common, lambda: [word for word in (self.username.value(), folder.name) if word]
        )
        self.form.add_widget(self.meter)
        self.back_button = safe_text.button(
            self.tr("Back"), name="recovery_back", kind="quiet", on_click=self.left.emit
        )
        self.recover_button = safe_text.button(
            self.tr("Set the new passphrase"), name="recovery_button", kind="primary", on_click=self._on_submitted
        )
        self.passphrase.submitted.connect(self._on_submitted)
        self.body.addWidget(self.form)
        self.body.addLayout(buttons_row(self.recover_button, lead=lambda: self.back_button))

    def show_refusal(self, text: str) -> None:
        """Say why it was refused; everything typed stays."""
        self.show_problem(text)
        self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_submitted(self) -> None:
        if not self.is_busy and self.form.check():
            self.show_busy(self.tr("Opening…"))
            words = " ".join((self.words.value() or "").split())
            self.recovery_requested.emit(words, self.username.value(), self.passphrase.value())


class NextKeyPage(Gate):
    """Shows the recovery key that replaced the used one; `kept` follows once it was typed back from paper."""

    kept = Signal()

    def __init__(self, words: str, tasks: Tasks, make_kit: Callable[[], bytes]) -> None:
        """Show `words`; `make_kit` gives them as PDF."""
        super().__init__(
            self.tr("Your new recovery key"),
            self.tr(
                "The words you used no longer open this clinic. Print these, put them in place of the old sheet, and"
                " type them back from the paper."
            ),
            name="next_key",
            width=84 * GRID,
        )
        each = words.split()
        self.sheet = RecoverySheet(each, tasks, make_kit)
        self.typed = TypedBack(each)
        self.typed.hide()
        self.typed.matched.connect(self._on_matched)
        self.show_button = safe_text.button(
            self.tr("Show the words again"), name="next_key_show", kind="quiet", on_click=self._on_shown
        )
        self.show_button.hide()
        self.next_button = safe_text.button(
            self.tr("I have it on paper"), name="next_key_next", kind="primary", on_click=self._on_next
        )
        self.body.addWidget(self.sheet)
        self.body.addWidget(self.typed)
        self.body.addLayout(buttons_row(self.next_button, lead=lambda: self.show_button))

    def _on_next(self) -> None:
        if self.typed.isHidden():
            self.sheet.hide()
            self.typed.show()
            self.show_button.show()
            safe_text.set_button_text(self.next_button, self.tr("Go on"))
            self.next_button.setEnabled(self.typed.is_matched)
            self.typed.field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.typed.is_matched:
            self.kept.emit()

    def _on_shown(self) -> None:
        self.typed.hide()
        self.sheet.show()
        self.show_button.hide()
        safe_text.set_button_text(self.next_button, self.tr("I have it on paper"))
        self.next_button.setEnabled(True)

    def _on_matched(self, is_matched: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.next_button.setEnabled(is_matched)
