"""Who works here."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.people import PersonRow
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.settings.list_pane import ListPane
from app.views.settings.people_form import NewPersonFields, PassphraseFields, PersonFields
from app.views.table import Column
from app.views.widgets import Tone, ask


class PeopleSection(QWidget):
    """A list of everybody, and panels to add one, change one, give one a new passphrase, end or renew access."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("people_section")
        self._context = context
        # At once, and not with the list: a person can be added before it is read.
        self._roles: Sequence[tuple[str, str]] = tuple(context.desk.opened.ledger.permissions.roles.items())
        columns: list[Column[PersonRow]] = [
            Column("name", self.tr("Name"), self._name, width=200),
            Column("credential", self.tr("Credential"), lambda row: row.credential, width=100),
            Column(
                "username", self.tr("User name"), lambda row: row.username or self.tr("does not sign in"), width=150
            ),
            Column("roles", self.tr("Roles"), lambda row: row.role_names, width=0),
            Column(
                "state",
                self.tr("State"),
                lambda row: self.tr("Active") if row.is_active else self.tr("Disabled"),
                width=110,
                tone=lambda row: Tone.READY if row.is_active else Tone.NEUTRAL,
            ),
        ]
        self.pane = ListPane(
            context,
            name="people",
            title=self.tr("People"),
            text=self.tr("Everybody who works here: who signs in, and whose time may be recorded."),
            columns=columns,
            row_id=lambda row: row.id,
            add=self.tr("Add a person"),
            empty=self.tr("Nobody yet."),
        )
        self.pane.add_requested.connect(self._on_add)
        self.pane.opened.connect(self._on_opened)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def _on_add(self) -> None:
        form = NewPersonFields(self._context.tasks, self._roles)
        desk = self._context.desk

        def saving(_: Values) -> Callable[[], object]:
            person, passphrase = form.person()
            return lambda: desk.people.add(desk.actor, person, passphrase)

        panel = FormPanel(self._context, form, saving, action=self.tr("Add"), name="person_panel")
        panel.saved.connect(lambda _: self._context.window.notify(self.tr("Person added."), "ready"))
        self.pane.open_form(self.tr("New person"), panel)

    def _on_opened(self, person_id: int) -> None:
        row = self.pane.row(person_id)
        form = PersonFields(row, self._roles)
        desk = self._context.desk

        def saving(_: Values) -> Callable[[], object]:
            person = form.person()
            return lambda: desk.people.edit(desk.actor, person_id, person)

        panel = FormPanel(self._context, form, saving, action=self.tr("Save"), name="person_panel")
        for button in self._buttons(row):
            panel.above.addWidget(button)
        self.pane.open_form(self._name(row), panel)

    def _on_passphrase(self, row: PersonRow, *, enable: bool) -> None:
        form = PassphraseFields(self._context.tasks)
        people, actor = self._context.desk.people, self._context.desk.actor
        give = people.enable if enable else people.reset_passphrase

        def saving(values: Values) -> Callable[[], object]:
            return lambda: give(actor, row.id, values["passphrase"])

        words = self.tr("Let sign in again") if enable else self.tr("Set the new passphrase")
        panel = FormPanel(self._context, form, saving, action=words, name="passphrase_panel")
        panel.saved.connect(
            lambda _: self._context.window.notify(
                self.tr("{name} signs in with the new passphrase from now on.").format(name=row.name), "ready"
            )
        )
        self.pane.host.close_panel()
        if not self.pane.host.is_open:  # else the person is being asked about what they typed
            self.pane.open_form(row.name, panel)

    def _on_enable(self, row: PersonRow) -> None:
        if row.username:
            self._on_passphrase(row, enable=True)
            return
        desk = self._context.desk
        self.pane.host.close_panel()
        self._context.tasks.run(lambda: desk.people.enable(desk.actor, row.id))

    def _on_disable(self, row: PersonRow) -> None:
        ask(
            self,
            self.tr("Disable {name}?").format(name=row.name),
            self.tr("They cannot sign in any more, from their next step on. Their name stays on what they did."),
            self.tr("Disable"),
            lambda: self._disable(row),
            danger=True,
        )

    def _disable(self, row: PersonRow) -> None:
        desk = self._context.desk
        self.pane.host.close_panel()
        self._context.tasks.run(lambda: desk.people.disable(desk.actor, row.id))

    def _on_read(self, rows: Sequence[PersonRow]) -> None:
        self.pane.show_rows(rows)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("person"):
            self._read()

    def _buttons(self, row: PersonRow) -> list[QWidget]:
        if row.is_me:
            return []
        if not row.is_active:
            words, drawn, act = self.tr("Let work here again"), "undo-2", lambda: self._on_enable(row)
            return [safe_text.button(words, name="person_enable", icon=icon(drawn), on_click=act)]
        disable = safe_text.button(
            self.tr("Disable…"),
            name="person_disable",
            kind="danger",
            icon=icon("user-x"),
            on_click=lambda: self._on_disable(row),
        )
        if not row.username:
            return [disable]
        reset = safe_text.button(
            self.tr("New passphrase…"),
            name="person_reset",
            icon=icon("key-round"),
            on_click=lambda: self._on_passphrase(row, enable=False),
        )
        return [reset, disable]

    def _name(self, row: PersonRow) -> str:
        return self.tr("{name} (you)").format(name=row.name) if row.is_me else row.name

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.people.rows(desk.actor), self._on_read)
