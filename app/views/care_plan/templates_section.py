"""Settings: the care plan templates, the clinic's own among them."""

import re
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.rules.plan_templates import PlanLine, PlanTemplate
from app.rules.text import LONGEST_LINE, LONGEST_NAME, words_of
from app.services.plan_templates import TemplateRow
from app.services.template_forms import LONGEST_KEY
from app.storage.ledger import Changes
from app.views.care_plan.template_editor import TemplateEditor
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.list_pane import ListPane
from app.views.table import Column
from app.views.tasks import Latest
from app.views.widgets import Form, LineField, TextField, format_date


class TemplatesSection(QWidget):
    """A list of templates; Enter opens one with its lines."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("templates_section")
        self._context = context
        self._read = Latest(context.tasks, self)
        self._open = Latest(context.tasks, self)
        self.editor: TemplateEditor | None = None
        columns: list[Column[TemplateRow]] = [
            Column("title", self.tr("Condition"), lambda row: row.title, width=0),
            Column("codes", self.tr("Codes"), lambda row: ", ".join(row.codes), width=180),
            Column("lines", self.tr("Lines"), lambda row: str(row.lines), width=72, is_number=True),
            Column("whose", self.tr("Whose"), self._whose, width=220),
        ]
        self.pane = ListPane(
            context,
            name="templates",
            title=self.tr("Care plan templates"),
            text=self.tr("What a plan usually says for a condition. Plans already written stay as they are."),
            columns=columns,
            row_id=lambda row: row.key,
            add=self.tr("New template"),
            empty=self.tr("There are no templates."),
        )
        self.pane.opened.connect(self._on_opened)
        self.pane.add_requested.connect(self._on_add)
        self._faces = QStackedWidget()
        self._faces.addWidget(self.pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._faces)
        context.feed.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        templates, actor = self._context.desk.plan_templates, self._context.desk.actor
        self._read.ask(lambda: templates.templates(actor), self.pane.show_rows)

    def may_leave(self) -> bool:
        """Whether nothing typed would be lost."""
        if self.editor is not None:
            return self.editor.may_leave()
        if self.pane.host.is_open:
            self.pane.host.close_panel()
        return not self.pane.host.is_open

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting"):
            self.refresh()
            if self.editor is not None:
                self._show(self.editor.template.key)

    def _on_opened(self, key: object) -> None:
        if key is not None:
            self._show(str(key))

    def _on_read(self, found: tuple[PlanTemplate, TemplateRow]) -> None:
        template, row = found
        if self.editor is not None and self.editor.template == template:
            return
        at = self.editor.list.current_id if self.editor is not None else None
        self._drop_editor()
        editor = self.editor = TemplateEditor(self._context, template, row)
        editor.left.connect(self._on_left)
        editor.form_asked.connect(lambda: self._on_about(editor))
        self._faces.addWidget(editor)
        self._faces.setCurrentWidget(editor)
        if at is not None:
            editor.list.pick(at)
        editor.list.setFocus()

    def _on_left(self) -> None:
        if self.editor is not None and self.editor.may_leave():
            self._drop_editor()
            self.pane.view.setFocus()

    def _on_gone(self, _error: Exception) -> None:
        """The clinic's own template is there no more: back to the list."""
        self._drop_editor()
        self.refresh()

    def _on_about(self, editor: TemplateEditor) -> None:
        panel = FormPanel(
            self._context,
            _about_form(editor.template),
            lambda values: self._saving(_with_about(editor.template, values)),
            action=self.tr("Save"),
            name="template_about_panel",
        )
        panel.saved.connect(lambda _: editor.host.close_panel())
        panel.cancelled.connect(editor.host.close_panel)
        editor.host.open_panel(self.tr("Title, codes, sources"), panel, may_close=panel.may_close)

    def _on_add(self) -> None:
        form = _about_form(PlanTemplate("", "", "", (), (), (), ()))
        form.add("outlook", self.tr("Expected outcome"), LineField(max_length=LONGEST_LINE), required=True)

        def save(values: Values) -> Callable[[], object]:
            key = _key(values["title"] or "", {str(row.key) for row in self.pane.table.rows})
            outlook = PlanLine(f"{key}.outlook", "prognosis", (("text", values["outlook"] or ""),))
            return self._saving(_with_about(PlanTemplate(key, "", "", (), (), (outlook,), ()), values))

        panel = FormPanel(self._context, form, save, action=self.tr("Add the template"), name="template_new_panel")
        self.pane.open_form(self.tr("New template"), panel)

    def _saving(self, template: PlanTemplate) -> Callable[[], object]:
        templates, actor = self._context.desk.plan_templates, self._context.desk.actor
        return lambda: templates.save(actor, template)

    def _show(self, key: str) -> None:
        templates, actor = self._context.desk.plan_templates, self._context.desk.actor

        def read() -> tuple[PlanTemplate, TemplateRow]:
            template = templates.read(actor, key)
            return template, next(row for row in templates.templates(actor) if row.key == key)

        self._open.ask(read, self._on_read, self._on_gone)

    def _drop_editor(self) -> None:
        if self.editor is not None:
            self._faces.removeWidget(self.editor)
            self.editor.deleteLater()
            self.editor = None
        self._faces.setCurrentWidget(self.pane)

    def _whose(self, row: TemplateRow) -> str:
        if not row.is_own:
            return self.tr("CareLoop's")
        day = format_date(row.changed_on) if row.changed_on else ""
        return self.tr("{name}, {day}").format(name=row.changed_by, day=day)


def _about_form(template: PlanTemplate) -> Form:
    form = Form()
    form.add("title", _tr("Condition"), LineField(max_length=LONGEST_NAME), required=True)
    form.add("title_es", _tr("Condition, in Spanish"), LineField(max_length=LONGEST_NAME), required=True)
    form.add("codes", _tr("ICD-10-CM codes begin with"), LineField(max_length=LONGEST_LINE), hint=_tr("E11, I50.2"))
    form.add("sources", _tr("Written after (one source on each line)"), TextField(lines=4))
    form.fill(
        {
            "title": template.title,
            "title_es": template.title_es,
            "codes": ", ".join(template.codes),
            "sources": "\n".join(template.sources),
        }
    )
    return form


def _with_about(template: PlanTemplate, values: Values) -> PlanTemplate:
    codes = [code.upper() for code in re.split(r"[,;\s]+", values["codes"] or "") if code]
    sources = [line.strip() for line in (values["sources"] or "").splitlines() if line.strip()]
    return replace(
        template,
        title=values["title"] or "",
        title_es=values["title_es"] or "",
        codes=tuple(codes),
        sources=tuple(sources),
    )


def _key(title: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9_]", "", "_".join(words_of(title)))[: LONGEST_KEY - 4]
    key = plain if plain[:1].isalpha() else f"own_{plain}"
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key}_{number}"
    return free


def _tr(words: str) -> str:
    return QCoreApplication.translate("TemplatesSection", words)
