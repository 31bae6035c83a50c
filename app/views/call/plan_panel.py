"""The care plan in force beside the call, section by section, each of which can be marked as it stands."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.rules.care_plan import SectionText, item_line
from app.services.plan_monitoring import MonitoredPlan
from app.views import safe_text
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.patients.standing import joined
from app.views.tasks import Latest
from app.views.theme import GRID, Role, set_shown
from app.views.widgets import EmptyState, format_date


class PlanPanel(QWidget):
    """Reads the plan with the patient. `editor_asked` asks for the plan's own page.

    "No change" records that a section was looked at today and stands; once all were, the whole plan is reviewed.
    """

    editor_asked = Signal()

    def __init__(self, context: PageContext, patient_id: int, call_id: int | None = None) -> None:
        """Read the plan."""
        super().__init__()
        self.setObjectName("plan_panel")
        self.setAccessibleName(self.tr("Care plan"))
        self._context = context
        self._call_id = call_id
        self._plan: MonitoredPlan | None = None
        self._read = Latest(context.tasks, self)
        self._may_mark = context.may("care_plan.draft")
        self.buttons: dict[str, QPushButton] = {}
        self._looks: dict[str, QLabel] = {}
        self._head = safe_text.label("", "muted", name="plan_panel_head")
        self.edit_button = safe_text.button(
            self.tr("Open the plan's page"),
            name="plan_panel_edit",
            icon=icon("pencil"),
            tip=self.tr("To change the plan; the call goes on"),
            on_click=self.editor_asked.emit,
        )
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2, 2, GRID, 2)
        self._column.setSpacing(2 * GRID)
        self._column.addWidget(self._head)
        self._column.addWidget(self.edit_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(1)
        monitoring, actor = context.desk.plan_monitoring, context.desk.actor
        self._read.ask(lambda: monitoring.in_force(actor, patient_id), self._on_read)

    def _on_read(self, plan: MonitoredPlan | None) -> None:
        if plan is None or not plan.sections:
            text = self.tr("No care plan with text is signed for this patient yet.")
            self._column.insertWidget(1, EmptyState("clipboard-list", text, name="plan_panel_empty"))
            self._head.setText("")
            return
        for at, section in enumerate(plan.sections):
            self._column.insertWidget(2 + at, self._section(section))
        self._show(plan)
        first = next(iter(self.buttons.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_no_change(self, key: str) -> None:
        plan = self._plan
        if plan is None:
            return
        self.buttons[key].setEnabled(False)
        monitoring, actor, plan_id, call_id = (
            self._context.desk.plan_monitoring,
            self._context.desk.actor,
            plan.row.plan_id,
            self._call_id,
        )
        self._read.ask(
            lambda: monitoring.no_change(actor, plan_id, key, call_id), self._on_marked, partial(self._on_failed, key)
        )

    def _on_marked(self, plan: MonitoredPlan) -> None:
        was_due = self._plan is not None and self._plan.row.last_reviewed_on != plan.today
        self._show(plan)
        if was_due and plan.row.last_reviewed_on == plan.today:
            self._context.window.notify(self.tr("Every section was looked at: the plan is reviewed today."), "ready")
        due = (button for key, button in self.buttons.items() if plan.is_due(key))
        (next(due, None) or self.edit_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, key: str, error: Exception) -> None:
        self.buttons[key].setEnabled(True)
        self._context.tasks.failed.emit(error)

    def _show(self, plan: MonitoredPlan) -> None:
        self._plan = plan
        row = plan.row
        signed = format_date(row.signed_on) if row.signed_on else ""
        words = self.tr("Version {n}, signed {day}").format(n=row.version, day=signed)
        reviewed = (
            self.tr("reviewed {day}").format(day=format_date(row.last_reviewed_on)) if row.last_reviewed_on else ""
        )
        draft = self.tr("a new version is being written") if plan.has_draft else ""
        self._head.setText(joined((words, reviewed, draft)))
        for section in plan.sections:
            look, is_due = plan.looks.get(section.key), plan.is_due(section.key)
            line = self._looks[section.key]
            if look is not None:
                said = self.tr("No change on {day}, {name}").format(day=format_date(look.on), name=look.by)
                line.setText(said)
            set_shown(line, shown=look is not None)
            if section.key in self.buttons:
                self.buttons[section.key].setEnabled(is_due)

    def _section(self, section: SectionText) -> QWidget:
        made = QWidget()
        made.setObjectName(f"plan_panel_{section.key}")
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(safe_text.label(section.title, "strong"), 1)
        if self._may_mark:
            button = safe_text.button(
                self.tr("No change"),
                name=f"plan_same_{section.key}",
                icon=icon("check", Role.READY),
                on_click=partial(self._on_no_change, section.key),
            )
            button.setAccessibleName(self.tr("No change: {section}").format(section=section.title))
            self.buttons[section.key] = button
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        lines = [f"• {item_line(section, item)}" for item in section.items]
        if section.text.strip():
            lines.append(section.text)
        if section.not_applicable:
            lines.append(self.tr("Not applicable: {reason}").format(reason=section.not_applicable))
        look = safe_text.label("", "small", name=f"plan_look_{section.key}")
        self._looks[section.key] = look
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addWidget(safe_text.label("\n".join(lines), selectable=True))
        column.addWidget(look)
        return made
