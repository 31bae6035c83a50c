"""Who sends the clinic's claims to whom."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.claims.choices import ClaimForm
from app.storage.ledger import Changes
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.list_pane import WIDEST
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import CheckField, Form, LineField, PageHeader, StateCombo

_UPPER = 15


class ClaimsSection(QWidget):
    """The numbers that the payer gave to the clinic, and what every claim says."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("claims_section")
        self._context = context
        self.form = self._form()
        self.panel = FormPanel(context, self.form, self._saving, action=self.tr("Save"), name="claims_panel")
        self.panel.saved.connect(lambda _: context.window.notify(self.tr("Saved."), "ready"))
        self.panel.cancelled.connect(self._read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(
            PageHeader(
                self.tr("Claims"),
                self.tr(
                    "For claim files (837P): the names and numbers that the payer, for Medicare the MAC, gave you."
                ),
            )
        )
        column.addWidget(self.panel, 1)
        fit_scale(self.panel, lambda: self.panel.setMaximumWidth(scaled(WIDEST)))
        context.feed.changed.connect(self._on_changed)
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        return self.panel.may_close()

    def _on_read(self, chosen: ClaimForm) -> None:
        self.form.fill({name: getattr(chosen, name) for name in ClaimForm.__slots__})

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting") and not self.form.is_dirty:
            self._read()

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.claims.form(desk.actor), self._on_read)

    def _saving(self, values: Values) -> Callable[[], object]:
        desk = self._context.desk
        said = {name: values[name] or "" for name in ClaimForm.__slots__ if name != "accept_assignment"}
        chosen = ClaimForm(**said, accept_assignment=bool(values["accept_assignment"]))
        return lambda: desk.claims.choose(desk.actor, chosen)

    def _form(self) -> Form:
        tr = self.tr
        form = Form()
        form.add_heading(tr("The clinic as sender"))
        form.add("submitter_id", tr("Submitter's identifier"), LineField(max_length=_UPPER))
        form.add_line("submitter_name", tr("Submitter's name"), hint=tr("Empty: the clinic's name"))
        form.add_line("contact_name", tr("Whom the payer may ask"))
        form.add_line("contact_phone", tr("Telephone for that"), hint=tr("Empty: the clinic's telephone"))
        form.add_line(
            "taxonomy", tr("The clinic's taxonomy code"), hint=tr("Empty: the practitioner's, such as 207Q00000X")
        )
        form.add_heading(tr("The receiver"))
        form.add("receiver_id", tr("Receiver's identifier"), LineField(max_length=_UPPER))
        form.add_line("receiver_name", tr("Receiver's name"))
        form.add("payer_id", tr("Payer's identifier"), LineField(max_length=_UPPER))
        form.add_line("payer_name", tr("Payer's name"))
        form.add(
            "accept_assignment",
            "",
            CheckField(tr("The clinic accepts assignment (box 27)"), name="claims_accept_assignment"),
        )
        form.add_heading(tr("Place of service, where it is not the clinic's address"))
        form.add_line("place_name", tr("Name"))
        form.add_line("place_npi", tr("NPI"))
        form.add_line("place_line1", tr("Street"))
        form.add_line("place_city", tr("City"))
        form.add("place_state", tr("State"), StateCombo())
        form.add_line("place_zip", tr("ZIP code, all nine digits"))
        return form
