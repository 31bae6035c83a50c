"""A template with all its lines, to be changed by the clinic; where it comes from stands beside it."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.rules.plan_templates import PARTS, PatientLine, PlanLine, PlanTemplate
from app.services.plan_templates import TemplateRow
from app.views import safe_text
from app.views.care_plan.template_line_panel import Line, TemplateLinePanel
from app.views.care_plan.template_words import extra_of_line, section_of, section_titles, words_of_line
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID
from app.views.widgets import ChoiceField, PageHeader, PanelHost, ask


@dataclass(frozen=True, slots=True)
class _Shown:
    line: Line
    section: str


class TemplateEditor(QWidget):
    """Lists the lines by section; Enter changes one. `left` asks to go back to the list of templates.

    `changed` follows whatever was saved; `form_asked` asks for the form of title, codes and sources.
    """

    left = Signal()
    changed = Signal()
    form_asked = Signal()

    def __init__(self, context: PageContext, template: PlanTemplate, row: TemplateRow) -> None:
        """Show `template`; `row` says whose it is and whether ours is under it."""
        super().__init__()
        self.setObjectName("template_editor")
        self.setAccessibleName(template.title)
        self._context = context
        self.template = template
        self._titles = section_titles()
        self.table: SnapshotTable[_Shown, str] = SnapshotTable(self._columns(), lambda row: row.line.id, self)
        self.list = TableView(self.table, name="template_line_list", words=self.tr("Lines of the template"))
        self.section = ChoiceField(list(self._titles.items()))
        self.section.setObjectName("template_line_section")
        self.section.setMinimumContentsLength(28)
        self.section.set_value(next(iter(self._titles)))
        self.section.setAccessibleName(self.tr("Where a new line goes"))
        self._build(row)
        self._show()
        self.list.opened.connect(self._on_opened)
        self.list.clicked.connect(lambda _: self._on_opened(self.list.current_id))

    def may_leave(self) -> bool:
        """Whether nothing typed would be lost."""
        if self.host.is_open:
            self.host.close_panel()
        return not self.host.is_open

    def _on_opened(self, line_id: object) -> None:
        shown = next((row for row in self.table.rows if row.line.id == line_id), None)
        if shown is not None:
            self._open(shown.line, is_new=False)

    def _on_add(self) -> None:
        section = str(self.section.value())
        ids = {row.line.id for row in self.table.rows}
        number = next(n for n in range(1, 1000) if f"{self.template.key}.own_{n}" not in ids)
        line_id = f"{self.template.key}.own_{number}"
        is_said = section in PARTS
        line: Line = PatientLine(line_id, section, "", "") if is_said else PlanLine(line_id, section, ())
        self._open(line, is_new=True)

    def _on_reset(self) -> None:
        templates, actor, key = self._context.desk.plan_templates, self._context.desk.actor, self.template.key
        ask(
            self,
            self.tr("Go back to CareLoop's template?"),
            self.tr("What your clinic changed in it is gone. Plans already written stay as they are."),
            self.tr("Go back to CareLoop's"),
            lambda: self._context.tasks.run(lambda: templates.reset(actor, key), lambda _: self.changed.emit()),
            danger=True,
        )

    def _on_removed(self, panel: TemplateLinePanel) -> None:
        templates, actor, kept = self._context.desk.plan_templates, self._context.desk.actor, panel.template_without()
        panel.form.mark_clean()
        self.host.close_panel()
        before, undo = self.template, self._context.undo
        name = self.tr("took a line out of “{title}”").format(title=before.title)

        def put_back() -> None:
            templates.save(actor, before)

        def done(_: object) -> None:
            self.changed.emit()
            undo.offer(name, put_back)

        self._context.tasks.run(lambda: templates.save(actor, kept), done)

    def _open(self, line: Line, *, is_new: bool) -> None:
        panel = TemplateLinePanel(self._context, self.template, line, is_new=is_new)
        panel.saved.connect(lambda _: self._on_saved())
        panel.cancelled.connect(self.host.close_panel)
        panel.removed.connect(partial(self._on_removed, panel))
        self.host.open_panel(self._titles[section_of(line)], panel, may_close=panel.may_close)

    def _on_saved(self) -> None:
        self.host.close_panel()
        self.changed.emit()

    def _show(self) -> None:
        order = list(self._titles)
        lines: list[Line] = [*self.template.lines, *self.template.patient_lines]
        rows = [_Shown(line, self._titles[section_of(line)]) for line in lines]
        self.table.show_rows(sorted(rows, key=lambda row: order.index(section_of(row.line))))
        if self.list.current_id is None:
            self.list.pick_first()

    def _columns(self) -> list[Column[_Shown]]:
        return [
            Column("section", self.tr("Part of the plan"), lambda row: row.section, width=200, is_sortable=False),
            Column(
                "words",
                self.tr("Line"),
                lambda row: words_of_line(row.line),
                width=0,
                is_sortable=False,
                tip=lambda row: words_of_line(row.line),
            ),
            Column(
                "extra", self.tr("Who, how often"), lambda row: extra_of_line(row.line), width=180, is_sortable=False
            ),
        ]

    def _build(self, row: TemplateRow) -> None:
        template = self.template
        said = self.tr("Codes: {codes}").format(codes=", ".join(template.codes) or "–")
        header = PageHeader(template.title, said)
        header.add_action(
            safe_text.button(
                self.tr("All templates"), name="template_back", icon=icon("arrow-left"), on_click=self.left.emit
            )
        )
        header.add_action(
            safe_text.button(
                self.tr("Title, codes, sources…"),
                name="template_about",
                icon=icon("pencil"),
                on_click=self.form_asked.emit,
            )
        )
        if row.can_reset:
            header.add_action(
                safe_text.button(self.tr("Reset to CareLoop's…"), name="template_reset", on_click=self._on_reset)
            )
        sources = self.tr("Written by us after: {sources}") if not row.is_own else self.tr("After: {sources}")
        add = QHBoxLayout()
        add.setSpacing(GRID)
        add.addWidget(
            safe_text.button(
                self.tr("Add a line to"), name="template_line_add", icon=icon("plus"), on_click=self._on_add
            )
        )
        add.addWidget(self.section)
        add.addStretch(1)
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 2 * GRID, 0)
        column.setSpacing(GRID)
        column.addWidget(header)
        column.addWidget(
            safe_text.label(
                sources.format(sources="; ".join(template.sources) or "–"), "muted", name="template_sources"
            )
        )
        column.addLayout(add)
        column.addWidget(self.list, 1)
        self.host = PanelHost(main)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.host)
