"""Signing a care plan: what is signed, and the passphrase that signs it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, Role
from app.views.widgets import Banner, Form, PassphraseField, buttons_row


class SignPanel(QWidget):
    """Asks for the passphrase. `sign_asked` carries it as typed; `cancelled` leaves everything as it is."""

    sign_asked = Signal(str)
    cancelled = Signal()

    def __init__(self, version: int, signer: str) -> None:
        """Prepare the signature of `signer` under version number `version`."""
        super().__init__()
        self.setObjectName("plan_sign")
        self.problem = Banner(name="plan_sign_problem")
        self.form = Form()
        self.passphrase = self.form.add(
            "plan_passphrase", self.tr("Your passphrase"), PassphraseField(name="plan_passphrase"), required=True
        )
        self.passphrase.submitted.connect(self._on_sign)
        self.sign_button = safe_text.button(
            self.tr("Sign version {n}").format(n=version),
            name="plan_sign_now",
            kind="primary",
            icon=icon("signature", Role.ON_ACCENT),
            on_click=self._on_sign,
        )
        cancel = safe_text.button(self.tr("Cancel"), name="plan_sign_cancel", on_click=self.cancelled.emit)
        text = self.tr(
            "You sign this as version {n}, as {name}. A signed version never changes; a later one takes its place."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(safe_text.label(text.format(n=version, name=signer)))
        column.addWidget(self.problem)
        column.addWidget(self.form)
        column.addLayout(buttons_row(cancel, self.sign_button))
        column.addStretch(1)

    def show_refusal(self, text: str) -> None:
        """Say why it is not signed."""
        self.problem.show_text(text, "warn")
        self.sign_button.setEnabled(True)
        self.passphrase.line.selectAll()
        self.passphrase.line.setFocus()

    def _on_sign(self) -> None:
        if self.sign_button.isEnabled() and self.form.check():
            self.sign_button.setEnabled(False)
            self.problem.show_text("")
            self.sign_asked.emit(self.passphrase.value() or "")
