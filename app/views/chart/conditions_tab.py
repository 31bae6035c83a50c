"""Conditions, medicines and allergies: what counts for CCM, and beneath it what the chart brought along."""

from collections.abc import Callable
from datetime import date

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.services.chart import Chart
from app.services.chart_forms import AllergyRow, ConditionRow, MedicationRow
from app.views.chart.frame import ChartFrame
from app.views.chart.line_forms import (
    allergy_form,
    allergy_of,
    condition_form,
    condition_of,
    confirm_form,
    confirm_of,
    medication_form,
    medication_of,
)
from app.views.chart.medicines_review import MedicinesReview
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.form_panel import Save, Values
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID, scaled
from app.views.widgets import Form, Tone, ask, format_date, scrolling

_NARROW = 120 * GRID
Lists = tuple[list[ConditionRow], list[MedicationRow], list[AllergyRow]]


class ConditionsTab(QWidget):
    """Four lists; what a role may not change has no buttons."""

    tables = ("condition", "medication", "allergy", "import_batch")

    def __init__(self, frame: ChartFrame) -> None:
        """Make empty lists; `refresh` fills them."""
        super().__init__()
        self.setObjectName("conditions_tab")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self._may = frame.may("chart.edit")
        self.chronic = self._build_chronic()
        self.problems = self._build_problems()
        self.medicines = self._build_medicines()
        self.allergies = self._build_allergies()
        self.review = MedicinesReview(frame)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(3 * GRID)
        for pair in ((self.chronic, self.problems), (self.medicines, self.allergies)):
            half = QVBoxLayout()
            half.setSpacing(2 * GRID)
            for section in pair:
                half.addWidget(section, 1)
                if section is self.medicines:
                    half.addWidget(self.review)
            self._halves.addLayout(half, 1)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 2 * GRID, GRID, 0)
        inside.addLayout(self._halves)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolling(content))
        self.setFocusProxy(self.chronic.list)

    def refresh(self) -> None:
        """Read all four lists."""
        self.review.refresh()
        chart, actor, patient_id = self._chart, self._frame.context.desk.actor, self._frame.patient_id
        self._read.ask(
            lambda: (
                chart.conditions(actor, patient_id),
                chart.medications(actor, patient_id),
                chart.allergies(actor, patient_id),
            ),
            self._on_read,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(_NARROW)
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _on_read(self, lists: Lists) -> None:
        conditions, medicines, allergies = lists
        self.chronic.show_rows([row for row in conditions if row.confirmed])
        problems = [row for row in conditions if not row.confirmed]
        self.problems.show_rows(sorted(problems, key=lambda row: (row.resolved_on is not None, bool(row.confirmed_as))))
        self.medicines.show_rows(medicines)
        self.allergies.show_rows(allergies)

    def _on_add_chronic(self) -> None:
        self._open_condition(None, confirmed=True)

    def _on_add_problem(self) -> None:
        self._open_condition(None, confirmed=False)

    def _on_edit_condition(self, row: ConditionRow) -> None:
        self._open_condition(row, confirmed=row.confirmed)

    def _on_confirm(self, row: ConditionRow) -> None:
        chart, actor = self._chart, self._frame.context.desk.actor

        def save(values: Values) -> Callable[[], object]:
            form = confirm_of(values)
            return lambda: chart.confirm_condition(actor, row.id, form)

        self._frame.open_form(
            self.tr("Confirm for CCM"),
            confirm_form(row, self._frame.context),
            save,
            name="confirm_form",
            action=self.tr("Confirm"),
            done=self.tr("Chronic condition confirmed"),
        )

    def _on_remove_condition(self, row: ConditionRow) -> None:
        chart, actor = self._chart, self._frame.context.desk.actor
        self._remove(row.description, lambda: chart.remove_condition(actor, row.id))

    def _on_edit_medicine(self, row: MedicationRow | None) -> None:
        chart, actor, patient_id = self._chart, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            form = medication_of(values)
            if row is None:
                return lambda: chart.add_medication(actor, patient_id, form)
            return lambda: chart.edit_medication(actor, row.id, form)

        self._open(self.tr("Medicine"), medication_form(row), save, "medicine_form")

    def _on_remove_medicine(self, row: MedicationRow) -> None:
        chart, actor = self._chart, self._frame.context.desk.actor
        self._remove(row.description, lambda: chart.remove_medication(actor, row.id))

    def _on_edit_allergy(self, row: AllergyRow | None) -> None:
        chart, actor, patient_id = self._chart, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            form = allergy_of(values)
            if row is None:
                return lambda: chart.add_allergy(actor, patient_id, form)
            return lambda: chart.edit_allergy(actor, row.id, form)

        self._open(self.tr("Allergy"), allergy_form(row), save, "allergy_form")

    def _on_remove_allergy(self, row: AllergyRow) -> None:
        chart, actor = self._chart, self._frame.context.desk.actor
        self._remove(row.description, lambda: chart.remove_allergy(actor, row.id))

    @property
    def _chart(self) -> Chart:
        return self._frame.context.desk.chart

    def _open_condition(self, row: ConditionRow | None, *, confirmed: bool) -> None:
        chart, actor, patient_id = self._chart, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            form = condition_of(values, row)
            if row is None:
                return lambda: chart.add_condition(actor, patient_id, form)
            return lambda: chart.edit_condition(actor, row.id, form)

        title = self.tr("Chronic condition") if confirmed else self.tr("Problem")
        self._open(title, condition_form(row, self._frame.context, confirmed=confirmed), save, "condition_form")

    def _open(self, title: str, form: Form, save: Save, name: str) -> None:
        self._frame.open_form(title, form, save, name=name, action=self.tr("Save"), done=self.tr("Saved"))

    def _remove(self, what: str, call: Callable[[], object]) -> None:
        ask(
            self,
            self.tr("Remove this line?"),
            self.tr("{what}\n\nOnly what was written by mistake is removed; what is over gets its last day.").format(
                what=what
            ),
            self.tr("Remove"),
            lambda: self._frame.context.tasks.run(call),
            danger=True,
        )

    def _build_chronic(self) -> RowsSection[ConditionRow]:
        actions: list[RowAction[ConditionRow]] = [
            RowAction("edit", self.tr("Edit"), "pencil", on_row=self._on_edit_condition),
            RowAction("remove", self.tr("Remove"), "trash-2", on_row=self._on_remove_condition),
            RowAction("add", self.tr("Add"), "plus", from_nothing=self._on_add_chronic),
        ]
        return RowsSection(
            self.tr("Chronic conditions for CCM"),
            name="chronic",
            columns=[
                Column("code", self.tr("ICD-10"), lambda row: row.code, width=80),
                Column(
                    "words", self.tr("Condition"), lambda row: row.description, width=0, tip=lambda r: r.description
                ),
                Column(
                    "since", self.tr("Since"), lambda row: _day(row.onset_on), width=96, order=lambda r: str(r.onset_on)
                ),
                Column("state", self.tr("State"), self._chronic_words, width=184, tone=_chronic_tone),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("None yet. CCM needs two or more: add one here, or confirm a problem below."),
            actions=actions if self._may else (),
        )

    def _build_problems(self) -> RowsSection[ConditionRow]:
        actions: list[RowAction[ConditionRow]] = [
            RowAction("confirm", self.tr("Confirm"), "circle-check", on_row=self._on_confirm, fits=_can_confirm),
            RowAction("edit", self.tr("Edit"), "pencil", on_row=self._on_edit_condition),
            RowAction("remove", self.tr("Remove"), "trash-2", on_row=self._on_remove_condition),
            RowAction("add", self.tr("Add"), "plus", from_nothing=self._on_add_problem),
        ]
        return RowsSection(
            self.tr("On the chart, not yet confirmed for CCM"),
            name="problems",
            columns=[
                Column("words", self.tr("Problem"), lambda row: row.description, width=0, tip=lambda r: r.description),
                Column(
                    "since", self.tr("Since"), lambda row: _day(row.onset_on), width=96, order=lambda r: str(r.onset_on)
                ),
                Column("state", self.tr("State"), self._problem_words, width=184, tone=_problem_tone),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("Nothing else is on the chart."),
            actions=actions if self._may else (),
        )

    def _build_medicines(self) -> RowsSection[MedicationRow]:
        actions: list[RowAction[MedicationRow]] = [
            RowAction("edit", self.tr("Edit"), "pencil", on_row=self._on_edit_medicine),
            RowAction("remove", self.tr("Remove"), "trash-2", on_row=self._on_remove_medicine),
            RowAction("add", self.tr("Add"), "plus", from_nothing=lambda: self._on_edit_medicine(None)),
        ]
        return RowsSection(
            self.tr("Medicines"),
            name="medicines",
            columns=[
                Column("words", self.tr("Medicine"), _medicine, width=0, tip=_medicine),
                Column(
                    "since",
                    self.tr("Since"),
                    lambda row: _day(row.started_on),
                    width=96,
                    order=lambda r: str(r.started_on),
                ),
                Column(
                    "state",
                    self.tr("State"),
                    lambda row: self._over(row.is_active, row.stopped_on),
                    width=168,
                    tone=_active,
                ),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("No medicines are recorded."),
            actions=actions if self._may else (),
        )

    def _build_allergies(self) -> RowsSection[AllergyRow]:
        actions: list[RowAction[AllergyRow]] = [
            RowAction("edit", self.tr("Edit"), "pencil", on_row=self._on_edit_allergy),
            RowAction("remove", self.tr("Remove"), "trash-2", on_row=self._on_remove_allergy),
            RowAction("add", self.tr("Add"), "plus", from_nothing=lambda: self._on_edit_allergy(None)),
        ]
        return RowsSection(
            self.tr("Allergies"),
            name="allergies",
            columns=[
                Column(
                    "words", self.tr("Reacts to"), lambda row: row.description, width=0, tip=lambda r: r.description
                ),
                Column("reaction", self.tr("Reaction"), lambda row: row.reaction, width=144, tip=lambda r: r.reaction),
                Column(
                    "state",
                    self.tr("State"),
                    lambda row: self._over(row.is_active, row.stopped_on),
                    width=168,
                    tone=_active,
                ),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("No allergies are recorded."),
            actions=actions if self._may else (),
            least_height=12 * GRID,
        )

    def _chronic_words(self, row: ConditionRow) -> str:
        if row.resolved_on is not None:
            return self.tr("Resolved {day}").format(day=format_date(row.resolved_on))
        if row.counts:
            return self.tr("Counts")
        return self.tr("Needs both marks")

    def _problem_words(self, row: ConditionRow) -> str:
        if row.confirmed_as:
            return self.tr("As {codes}").format(codes=row.confirmed_as)
        if row.resolved_on is not None:
            return self.tr("Resolved {day}").format(day=format_date(row.resolved_on))
        return self.tr("Not confirmed")

    def _over(self, is_active: bool, stopped_on: date | None) -> str:  # noqa: FBT001 - a row's own fact
        if is_active:
            return self.tr("Active")
        return self.tr("Until {day}").format(day=_day(stopped_on))


def _chronic_tone(row: ConditionRow) -> Tone:
    if row.resolved_on is not None:
        return Tone.NEUTRAL
    return Tone.READY if row.counts else Tone.WARN


def _problem_tone(row: ConditionRow) -> Tone:
    if row.confirmed_as:
        return Tone.READY
    return Tone.NEUTRAL if row.resolved_on is not None else Tone.INFO


def _active(row: MedicationRow | AllergyRow) -> Tone:
    return Tone.READY if row.is_active else Tone.NEUTRAL


def _can_confirm(row: ConditionRow) -> bool:
    return row.resolved_on is None


def _medicine(row: MedicationRow) -> str:
    return " · ".join(part for part in (row.description, row.taken, row.reason) if part)


def _day(day: date | None) -> str:
    return format_date(day) if day is not None else ""
