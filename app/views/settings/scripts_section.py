"""What is said on the telephone, in English and Spanish, with the blanks shown filled while it is written."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.blanks import blank_fault, fill
from app.services.scripts import Script
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.defaults import Call, default_button, do_with_undo
from app.views.settings.list_pane import ListPane
from app.views.table import Column
from app.views.widgets import Form, Tone


class ScriptsSection(QWidget):
    """The scripts; each keeps to its own blanks, so that a voicemail cannot name a patient."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("scripts_section")
        self._context = context
        self._example: Mapping[str, str] = {}
        self._blanks: Mapping[str, str] = {}
        columns: list[Column[Script]] = [
            Column("title", self.tr("Script"), lambda row: row.title, width=240, is_sortable=False),
            Column("when", self.tr("When"), lambda row: row.when, width=0, is_sortable=False, tip=lambda row: row.when),
            Column(
                "words",
                self.tr("Words"),
                lambda row: self.tr("The clinic's own") if row.is_own else self.tr("As they come"),
                width=140,
                is_sortable=False,
                tone=lambda row: Tone.INFO if row.is_own else Tone.NEUTRAL,
            ),
        ]
        self.pane = ListPane(
            context,
            name="scripts_list",
            title=self.tr("Scripts"),
            text=self.tr("What is said on the telephone, in English and Spanish."),
            columns=columns,
            row_id=lambda row: row.key,
            add="",
            change=self.tr("Change"),
            empty=self.tr("No scripts."),
        )
        self.pane.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        self.pane.host.close_panel()
        return not self.pane.host.is_open

    def _open(self, key: str) -> None:
        script: Script = self.pane.row(key)
        scripts, actor = self._context.desk.scripts, self._context.desk.actor
        form = Form()
        blanks = ", ".join(f"{{{name}}} {self._blanks.get(name, '')}" for name in script.blanks)
        form.add_widget(safe_text.label(self.tr("Blanks: {blanks}.").format(blanks=blanks), "small"))
        previews = {}
        for field, title in (("english", self.tr("English")), ("spanish", self.tr("Español"))):
            form.add_text(field, title, lines=7, required=True)
            previews[field] = safe_text.label("", "muted", name=f"{field}_preview")
            form.add_widget(previews[field])
        form.fill({"english": script.english, "spanish": script.spanish})

        def show(_key: str = "") -> None:
            for field, preview in previews.items():
                text = form.field(field).value() or ""
                values = {name: value for name, value in self._example.items() if name in script.blanks}
                wrong = blank_fault(text, script.blanks)
                preview.setText(wrong or self.tr("Sounds like: {words}").format(words=fill(text, values).text))

        form.edited.connect(show)
        show()

        def saving(values: Values) -> Callable[[], object]:
            return lambda: scripts.set_script(actor, key, values["english"], values["spanish"])

        panel = FormPanel(self._context, form, saving, action=self.tr("Save the script"), name="script_panel")
        if script.is_own:
            panel.above.addWidget(default_button("script_default", lambda: self._on_default(script)))
        name = self.tr("changed the script “{title}”").format(title=script.title)
        panel.saved.connect(lambda _: self._context.undo.offer(name, self._put_back(script)))
        self.pane.open_form(script.title, panel)

    def _on_default(self, script: Script) -> None:
        scripts, actor = self._context.desk.scripts, self._context.desk.actor
        self.pane.host.close_panel()
        if not self.pane.host.is_open:
            name = self.tr("went back to the default script “{title}”").format(title=script.title)
            step = lambda: scripts.reset(actor, script.key)  # noqa: E731 - a call to be made later
            do_with_undo(self._context, name, step, self._put_back(script), self._read)

    def _put_back(self, script: Script) -> Call:
        scripts, actor = self._context.desk.scripts, self._context.desk.actor
        if not script.is_own:
            return lambda: scripts.reset(actor, script.key)
        return lambda: scripts.set_script(actor, script.key, script.english, script.spanish)

    def _on_read(self, found: tuple[Sequence[Script], Mapping[str, str], Mapping[str, str]]) -> None:
        rows, self._example, self._blanks = found
        self.pane.show_rows(rows)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting", "clinic"):
            self._read()

    def _read(self) -> None:
        scripts, actor = self._context.desk.scripts, self._context.desk.actor
        self._context.tasks.run(
            lambda: (scripts.rows(actor), scripts.example(actor), scripts.blanks(actor)), self._on_read
        )
