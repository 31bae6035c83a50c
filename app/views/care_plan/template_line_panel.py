"""One line of a template: its words, whose work it is and how often, whom a patient calls."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Signal

from app.rules.plan_templates import FIELDS, PatientLine, PlanLine, PlanTemplate, due_words
from app.rules.text import LONGEST_LINE
from app.views import safe_text
from app.views.care_plan.template_words import field_title, roles, whom
from app.views.form_panel import FormPanel, Values
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.widgets import CheckField, ChoiceField, Form, LineField, NumberField, TextField

Line = PlanLine | PatientLine
_LONG = ("text", "what", "purpose", "en", "es")


class TemplateLinePanel(FormPanel):
    """Changes a line of a template, or adds one. `removed` asks to take it away."""

    removed = Signal()

    def __init__(self, context: PageContext, template: PlanTemplate, line: Line, *, is_new: bool) -> None:
        """Show `line`; a shared one is changed in this template alone."""
        self._template = template
        self._line = line
        self._is_new = is_new
        form = _patient_form(line) if isinstance(line, PatientLine) else _plan_form(line)
        action = _tr("Add the line") if is_new else _tr("Save the line")
        super().__init__(context, form, self._saving, action=action, name="template_line_panel")
        if line.id.startswith("shared."):
            words = self.tr("Other templates have this line too. Changed here, it is changed in this template alone.")
            self.above.addWidget(safe_text.label(words, "muted", name="template_line_shared"))
        if not is_new:
            self.above.addWidget(
                safe_text.button(
                    self.tr("Take this line away"),
                    name="template_line_remove",
                    kind="danger",
                    icon=icon("trash-2"),
                    on_click=self.removed.emit,
                )
            )

    def template_without(self) -> PlanTemplate:
        """Return the template without this line."""
        return replace(
            self._template,
            lines=tuple(line for line in self._template.lines if line.id != self._line.id),
            patient_lines=tuple(line for line in self._template.patient_lines if line.id != self._line.id),
        )

    def _saving(self, values: Values) -> Callable[[], object]:
        templates, actor = self._context.desk.plan_templates, self._context.desk.actor
        line = _said_line(self._line, values) if isinstance(self._line, PatientLine) else _plan_line(self._line, values)
        changed = _with_line(self._template, line, is_new=self._is_new)
        return lambda: templates.save(actor, changed)


def _plan_form(line: PlanLine) -> Form:
    form = Form()
    names = FIELDS.get(line.section, ("text",)) if line.value("text") == "" else ("text",)
    shown = [name for name in names if not (line.section == "interventions" and name in ("who", "due"))]
    for number, name in enumerate(shown):
        form.add(name, field_title(name), _field(name), required=number == 0)
    values: Values = {name: line.value(name) for name in shown}
    if line.section == "interventions":
        form.add_choice("role", _tr("Whose work it is"), roles(), required=True)
        form.add(
            "every_months",
            _tr("Every how many months"),
            NumberField(least=0, most=120),
            required=True,
            hint=_tr("0: when it happens"),
        )
        values |= {"role": line.role or "nurse", "every_months": line.every_months}
    if line.section == "goals":
        form.add_line("measure", _tr("What is measured"), hint=_tr("Two targets for one measure are found"))
        values["measure"] = line.measure
    if line.section == "symptoms":
        form.add("red_flag", "", CheckField(_tr("A warning sign, to act on at once"), name="red_flag"))
        values["red_flag"] = line.red_flag
    form.fill(values)
    return form


def _patient_form(line: PatientLine) -> Form:
    form = Form()
    for name in ("en", "es"):
        form.add(name, field_title(name), _field(name), required=True)
    values: Values = {"en": line.en, "es": line.es}
    if line.part == "call":
        form.add("whom", _tr("Whom to call"), ChoiceField(whom()), required=True)
        values["whom"] = line.whom or "clinic"
    form.fill(values)
    return form


def _field(name: str) -> LineField | TextField:
    if name in _LONG:
        return TextField(lines=3, max_length=LONGEST_LINE)
    return LineField(max_length=LONGEST_LINE)


def _one_line(text: str | None) -> str:
    """Return what was written over several lines as the one that a template has."""
    return " ".join((text or "").split())


def _plan_line(line: PlanLine, values: Values) -> PlanLine:
    names = FIELDS.get(line.section, ("text",)) if "text" not in values else ("text",)
    given = {name: _one_line(values[name]) for name in names if values.get(name)}
    role, every = str(values.get("role") or ""), int(values.get("every_months") or 0)
    if line.section == "interventions":
        given |= {"who": f"{{{role}}}", "due": due_words(every)}
    return replace(
        line,
        fields=tuple((name, given[name]) for name in names if name in given),
        role=role,
        every_months=every,
        measure=str(values.get("measure") or ""),
        red_flag=bool(values.get("red_flag")),
    )


def _said_line(line: PatientLine, values: Values) -> PatientLine:
    return replace(line, en=_one_line(values["en"]), es=_one_line(values["es"]), whom=str(values.get("whom") or ""))


def _with_line(template: PlanTemplate, line: Line, *, is_new: bool) -> PlanTemplate:
    if isinstance(line, PatientLine):
        said = tuple(line if each.id == line.id else each for each in template.patient_lines)
        return replace(template, patient_lines=(*said, line) if is_new else said)
    lines = tuple(line if each.id == line.id else each for each in template.lines)
    return replace(template, lines=(*lines, line) if is_new else lines)


def _tr(words: str) -> str:
    return QCoreApplication.translate("TemplateLinePanel", words)
