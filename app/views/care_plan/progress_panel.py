"""Where a patient stands with a goal: what was measured so far, and one more value; a wrong one is corrected."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtWidgets import QGridLayout, QWidget

from app.services.plan_history import GoalRow, ProgressForm, ProgressRow
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.theme import GRID
from app.views.widgets import DateField, Form, LineField, format_date


class ProgressPanel(FormPanel):
    """Adds a value to a goal, or corrects one; the signed plan stays as it is."""

    def __init__(
        self, context: PageContext, patient_id: int, goal: GoalRow, today: date, call_id: int | None = None
    ) -> None:
        """Show `goal`; `call_id` is the call during which this is asked."""
        form = Form()
        self.value_field = form.add(
            "value", self.tr("Value"), LineField(hint=goal.now or "128/78", max_length=100), required=True
        )
        form.add("measured_on", self.tr("Measured on"), DateField(latest=today), required=True)
        form.add_line("note", self.tr("Note"))
        form.fill({"measured_on": today})
        self._patient_id = patient_id
        self._goal = goal
        self._call_id = call_id
        self._wrong: ProgressRow | None = None
        super().__init__(context, form, self._saving, action=self.tr("Add the value"), name="plan_progress")
        target = self.tr("{now} → {target} {by}").format(now=goal.now or "–", target=goal.target, by=goal.by_when)
        self.above.addWidget(safe_text.label(goal.what, "strong"))
        self.above.addWidget(safe_text.label(target, "muted"))
        self._told = safe_text.label("", "strong", name="plan_progress_correcting")
        self._told.hide()
        self.above.addWidget(self._entries())
        self.above.addWidget(self._told)
        self.take_back_button = safe_text.button(
            self.tr("Take this value back"),
            name="plan_progress_take_back",
            kind="danger",
            icon=icon("trash-2"),
            on_click=self._on_take_back,
        )
        self.take_back_button.hide()
        self.above.addWidget(self.take_back_button)

    def _on_correct(self, row: ProgressRow) -> None:
        self._wrong = row
        self.form.fill({"value": row.value, "measured_on": row.on, "note": ""})
        words = self.tr("Correcting {value} of {day}. Say in the note why.")
        self._told.setText(words.format(value=row.value, day=format_date(row.on)))
        self._told.show()
        self.take_back_button.show()
        safe_text.set_button_text(self.save_button, self.tr("Correct the value"))
        self.value_field.setFocus()

    def _on_take_back(self) -> None:
        wrong, note = self._wrong, self.form.values()["note"] or ""
        if wrong is None:
            return
        if not note:
            self.form.show_error("note", self.tr("Say why the entry was wrong."))
            self.form.field("note").setFocus()
            return
        history, actor, made = (
            self._context.desk.plan_history,
            self._context.desk.actor,
            ProgressForm("", wrong.on, note),
        )
        self._context.tasks.run(
            lambda: history.correct_progress(actor, wrong.id, made), self._on_saved, self._on_failed
        )

    def _saving(self, values: Values) -> Callable[[], object]:
        history, actor = self._context.desk.plan_history, self._context.desk.actor
        patient_id, ref, wrong = self._patient_id, self._goal.ref, self._wrong
        made = ProgressForm(values["value"] or "", values["measured_on"], values["note"] or "", self._call_id)
        if wrong is not None:
            return lambda: history.correct_progress(actor, wrong.id, made)
        return lambda: history.record_progress(actor, patient_id, ref, made)

    def _entries(self) -> QWidget:
        made = QWidget()
        made.setObjectName("plan_progress_entries")
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setColumnStretch(2, 1)
        for number, row in enumerate(reversed(self._goal.entries)):
            words = row.value or self.tr("taken back")
            if row.is_corrected:
                words = self.tr("{value} (corrected later)").format(value=words)
            said = " · ".join(part for part in (words, row.note, row.by) if part)
            grid.addWidget(safe_text.label(format_date(row.on), "muted", wrap=False), number, 0)
            grid.addWidget(safe_text.label(said, name=f"plan_progress_{row.id}"), number, 2)
            if row.value and not row.is_corrected:
                correct = safe_text.tool_button(
                    self.tr("Correct {value}").format(value=row.value),
                    name=f"plan_progress_{row.id}_correct",
                    icon=icon("pencil"),
                    on_click=partial(self._on_correct, row),
                )
                grid.addWidget(correct, number, 3)
        return made
