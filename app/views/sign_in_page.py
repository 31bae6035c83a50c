"""Signing in to one clinic."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout

from app.views import safe_text
from app.views.gate import Gate
from app.views.icons import icon
from app.views.theme import GRID
from app.views.widgets import Form, PassphraseField, buttons_row
from app.views.wiring import DemoPerson


class SignInPage(Gate):
    """User name, passphrase, one button.

    `sign_in_requested` carries both as typed; the owner answers with `show_busy`, `show_refusal` or another screen.
    """

    sign_in_requested = Signal(str, str)
    recovery_requested = Signal()
    restore_requested = Signal()
    other_clinic_requested = Signal()

    def __init__(
        self, folder: Path, username: str = "", demo: Sequence[DemoPerson] = (), demo_passphrase: str = ""
    ) -> None:
        """Ask who opens the clinic in `folder`. With `demo` people given, name them and their passphrase."""
        super().__init__(
            self.tr("Sign in"),
            self.tr("The demo clinic") if demo else self.tr("Clinic: {folder}").format(folder=folder.name),
            name="sign_in",
            width=(88 if demo else 56) * GRID,
        )
        safe_text.set_tip(self, str(folder))
        self.form = Form()
        self.username = self.form.add_line("sign_in_username", self.tr("User name"), required=True)
        self.passphrase = self.form.add(
            "sign_in_passphrase", self.tr("Passphrase"), PassphraseField(name="sign_in_passphrase"), required=True
        )
        self.username.setMaxLength(100)
        self.username.set_value(username)
        self.username.returnPressed.connect(self._on_submitted)
        self.passphrase.submitted.connect(self._on_submitted)
        self.sign_in_button = safe_text.button(
            self.tr("Sign in"), name="sign_in_button", kind="primary", on_click=self._on_submitted
        )
        self.recovery_button = safe_text.button(
            self.tr("Use the recovery key"),
            name="sign_in_recovery",
            kind="quiet",
            icon=icon("key-round"),
            tip=self.tr("When an administrator's passphrase is lost"),
            on_click=self.recovery_requested.emit,
        )
        self.other_button = safe_text.button(
            self.tr("Another clinic"),
            name="sign_in_other",
            kind="quiet",
            on_click=self.other_clinic_requested.emit,
        )
        self.body.addWidget(self.form)
        self.body.addLayout(buttons_row(self.sign_in_button))
        if demo:
            self._add_demo(demo, demo_passphrase)
        self.body.addSpacing(GRID)
        self.body.addLayout(buttons_row(self.other_button, lead=lambda: self.recovery_button))
        self.banner.acted.connect(self.restore_requested)

    def show_refusal(self, text: str, *, restore: bool = False) -> None:
        """Say why it did not open; `restore` offers a backup. The passphrase can be typed over at once."""
        self.show_problem(text, action=self.tr("Restore a backup") if restore else "")
        self.passphrase.line.selectAll()
        self.passphrase.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_submitted(self) -> None:
        if self.username.value() and not self.passphrase.value() and self.username.hasFocus():
            self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if not self.is_busy and self.form.check():
            self.show_busy(self.tr("Opening…"))
            self.sign_in_requested.emit(self.username.value(), self.passphrase.value())

    def _on_demo_chosen(self, username: str, passphrase: str) -> None:
        self.username.set_value(username)
        self.passphrase.set_value(passphrase)
        self._on_submitted()

    def _add_demo(self, people: Sequence[DemoPerson], passphrase: str) -> None:
        words = self.tr(
            "This is the demo clinic; all its people are made up. Their passphrase is: {passphrase}\nOr sign in with"
            " one press:"
        )
        self.body.addWidget(
            safe_text.label(words.format(passphrase=passphrase), "muted", name="sign_in_demo", selectable=True)
        )
        grid = QGridLayout()
        grid.setSpacing(GRID)
        for at, person in enumerate(people):
            button = safe_text.button(
                self.tr("{name}, {work} ({username})").format(
                    name=person.name, work=person.work, username=person.username
                ),
                name=f"sign_in_as_{person.username}",
                on_click=partial(self._on_demo_chosen, person.username, passphrase),
            )
            grid.addWidget(button, at // 2, at % 2)
        self.body.addLayout(grid)
