"""One's own passphrase."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.security.slots import WrongPassphrase
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.list_pane import WIDEST
from app.views.settings.people_form import add_passphrase
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import Form, PageHeader, PassphraseField


class PassphraseSection(QWidget):
    """The present passphrase, and the new one twice."""

    def __init__(self, context: PageContext) -> None:
        """Make the form."""
        super().__init__()
        self.setObjectName("passphrase_section")
        self._context = context
        self.form = Form()
        self.old = self.form.add(
            "old_passphrase", self.tr("Present passphrase"), PassphraseField(name="old_passphrase"), required=True
        )
        self.meter = add_passphrase(self.form, context.tasks, self.tr("New passphrase"))
        self.again = self.form.add(
            "passphrase_again",
            self.tr("New passphrase again"),
            PassphraseField(name="passphrase_again"),
            required=True,
            check=lambda text: (
                None if text == self.form.field("passphrase").value() else self.tr("The two are not the same.")
            ),
        )
        self.panel = FormPanel(
            context, self.form, self._saving, action=self.tr("Change my passphrase"), name="own_passphrase_panel"
        )
        self.panel.saved.connect(self._on_saved)
        self.panel.refused.connect(self._on_refused)
        self.panel.cancelled.connect(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(
            PageHeader(
                self.tr("My passphrase"),
                self.tr("Signed in as {name}, user name {username}.").format(
                    name=context.desk.actor.name, username=context.desk.actor.username
                ),
            )
        )
        column.addWidget(self.panel, 1)
        fit_scale(self.panel, lambda: self.panel.setMaximumWidth(scaled(WIDEST)))

    def may_leave(self) -> bool:
        """Nothing typed here is worth keeping anybody for."""
        self._empty()
        return True

    def _saving(self, values: Values) -> Callable[[], object]:
        desk = self._context.desk
        return lambda: desk.people.change_own_passphrase(desk.actor, values["old_passphrase"], values["passphrase"])

    def _on_saved(self, _: object) -> None:
        self._empty()
        self._context.window.notify(self.tr("Your passphrase was changed. Use the new one from now on."), "ready")

    def _on_refused(self, error: ClinicError) -> None:
        if isinstance(error, WrongPassphrase):
            self.panel.banner.show_text("")
            self.form.show_error("old_passphrase", self.tr("This is not your present passphrase."))

    def _empty(self) -> None:
        self.form.fill(dict.fromkeys(("old_passphrase", "passphrase", "passphrase_again")))
