"""Templates for a plan: which ones, what they say together, and what of it pulls apart and has to be chosen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.care_plan import SectionText
from app.rules.plan_pouring import PouredPlan
from app.rules.plan_templates import MergedPlan, PatientLine, PlanLine, strike
from app.services.plan_templates import FittingTemplate, PouringChoices, RolePeople, TemplateRow
from app.views import safe_text
from app.views.care_plan.contradiction_card import BOTH, ContradictionCard
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.widgets import Banner, ChoiceField, buttons_row, scrolling

LEFT_WIDTH = 42 * GRID
WIDE = 112 * GRID
"""Pixels at 100 % text."""


@dataclass(frozen=True, slots=True)
class _Offer:
    templates: list[TemplateRow]
    fitting: list[FittingTemplate]
    people: dict[str, RolePeople]


class TemplatePicker(QWidget):
    """Shows what the chosen templates put into the plan before it is put. `poured` carries the plan with them in it."""

    poured = Signal(object)
    cancelled = Signal()

    def __init__(self, context: PageContext, patient_id: int, sections: Sequence[SectionText]) -> None:
        """Offer templates for a patient whose draft says `sections`; those for the conditions by code are ticked."""
        super().__init__()
        self.setObjectName("template_picker")
        self.setAccessibleName(self.tr("Templates for this plan"))
        self._context = context
        self._patient_id = patient_id
        self._sections = tuple(sections)
        self._read = Latest(context.tasks, self)
        self._merge = Latest(context.tasks, self)
        self._merged = MergedPlan()
        self._chosen: dict[str, int] = {}
        self._cards: dict[str, ContradictionCard] = {}
        self._boxes: dict[str, QCheckBox] = {}
        self.people: dict[str, ChoiceField] = {}
        self._is_busy = False
        self._build()
        desk, actor = context.desk, context.desk.actor
        self._read.ask(
            lambda: _Offer(
                desk.plan_templates.templates(actor),
                desk.plan_templates.fitting(actor, patient_id),
                desk.plan_templates.people(actor, patient_id),
            ),
            self._on_offered,
        )

    @property
    def keys(self) -> list[str]:
        """The templates that are ticked."""
        return [key for key, box in self._boxes.items() if box.isChecked()]

    @property
    def open_questions(self) -> int:
        """How many contradictions still have to be chosen."""
        return sum(not card.isHidden() and self._chosen.get(key) is None for key, card in self._cards.items())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_offered(self, offer: _Offer) -> None:
        fitting = {each.key: each for each in offer.fitting}
        self._add_heading(self.tr("For this patient's conditions"))
        for fit in offer.fitting:
            box = self._add_box(fit.key, fit.title)
            box.setChecked(fit.is_sure)
            self._left.addWidget(self._reason(fit))
        if not fitting:
            self._left.addWidget(
                safe_text.label(self.tr("No template fits the conditions on the chart."), "muted", name="template_none")
            )
        self._add_heading(self.tr("Others"))
        for row in offer.templates:
            if row.key not in fitting:
                self._add_box(row.key, row.title)
        several = {role: found for role, found in offer.people.items() if not found.likely and found.names}
        if several:
            self._add_heading(self.tr("Who does the work"))
            for role, found in several.items():
                self._add_person(role, found)
        self._left.addStretch(1)
        first = next(iter(self._boxes.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self._preview()

    def _on_ticked(self) -> None:
        self._preview()

    def _on_merged(self, merged: MergedPlan) -> None:
        self._merged = merged
        known = {one.id for one in merged.contradictions}
        self._chosen = {key: side for key, side in self._chosen.items() if key in known}
        words = _words_by_id(merged)
        for card in self._cards.values():
            card.hide()
            self._questions.removeWidget(card)
            card.deleteLater()
        self._cards = {}
        for one in merged.contradictions:
            card = ContradictionCard(one, words)
            card.chosen.connect(partial(self._on_chosen, one.id))
            if one.id in self._chosen:
                card.choose(self._chosen[one.id])
            self._cards[one.id] = card
            self._questions.addWidget(card)
        self._fit()
        self._show()

    def _on_chosen(self, key: str, side: int) -> None:
        self._chosen[key] = side
        self._show()

    def _on_pour(self) -> None:
        if self.open_questions:
            card = next(c for k, c in self._cards.items() if not c.isHidden() and k not in self._chosen)
            self._area.ensureWidgetVisible(card)
            card.enter()
            return
        if self._is_busy or not self.keys:
            return
        self._is_busy = True
        names = tuple((role, str(field.value())) for role, field in self.people.items() if field.value())
        choices = PouringChoices(self._dropped(), names)
        templates, actor = self._context.desk.plan_templates, self._context.desk.actor
        patient_id, keys, sections = self._patient_id, self.keys, self._sections
        self._merge.ask(
            lambda: templates.poured(actor, patient_id, keys, sections, choices), self.poured.emit, self._on_failed
        )

    def _on_failed(self, error: Exception) -> None:
        self._is_busy = False
        self._context.tasks.failed.emit(error)

    def _preview(self) -> None:
        templates, actor = self._context.desk.plan_templates, self._context.desk.actor
        keys, sections = self.keys, self._sections
        self._merge.ask(lambda: templates.merged(actor, keys, sections), self._on_merged)

    def _dropped(self) -> frozenset[str]:
        """Return the lines that the choices strike out."""
        return frozenset(
            line
            for one in self._merged.contradictions
            if self._chosen.get(one.id, BOTH) != BOTH
            for number, side in enumerate(one.sides)
            if number != self._chosen[one.id]
            for line in side
        )

    def _show(self) -> None:
        left = strike(self._merged, self._dropped())
        standing = {one.id for one in left.contradictions}
        for key, card in self._cards.items():
            # What another choice settled is no question any more.
            set_shown(card, shown=key in standing or key in self._chosen)
        new = [one for one in left.lines if one.about != ("draft",)]
        counts = Counter(one.line.section for one in new)
        if not self.keys:
            words = self.tr("Tick the conditions whose templates this plan begins with.")
        else:
            words = self.tr("{lines} lines in {parts} parts: {goals} goals, {work} interventions.").format(
                lines=len(new), parts=len(counts), goals=counts["goals"], work=counts["interventions"]
            )
        self.summary.setText(words)
        open_ones = self.open_questions
        if open_ones:
            self.question.show_text(
                self.tr("Some lines pull apart. Choose what stands: {n} left.").format(n=open_ones), "warn"
            )
        else:
            self.question.show_text("")
        self._lines.setText("\n".join(_preview_lines(left)))
        set_shown(self.pour_button, shown=bool(self.keys))

    def _fit(self) -> None:
        """Share the width, so that what pulls apart can be read; the sides below each other where it is narrow."""
        is_wide = self.width() >= scaled(WIDE)
        self._left_area.setFixedWidth(scaled(LEFT_WIDTH) if is_wide else self.width() * 2 // 5)
        for card in self._cards.values():
            card.stand_beside(beside=is_wide)

    def _add_heading(self, words: str) -> None:
        self._left.addWidget(safe_text.label(words, "field"))

    def _add_box(self, key: str, title: str) -> QCheckBox:
        box = safe_text.check_box(title, name=f"template_{key}")
        box.toggled.connect(self._on_ticked)
        self._boxes[key] = box
        self._left.addWidget(box)
        return box

    def _reason(self, fit: FittingTemplate) -> QWidget:
        words = self.tr("on the chart: {condition}") if fit.is_sure else self.tr("perhaps: {condition}")
        made = safe_text.label(words.format(condition=fit.condition), "small")
        made.setContentsMargins(3 * GRID, 0, 0, GRID // 2)
        return made

    def _add_person(self, role: str, found: RolePeople) -> None:
        names = {"nurse": self.tr("Nurse"), "coordinator": self.tr("Coordinator")}
        words = names.get(role, self.tr("Practitioner"))
        field = ChoiceField([(name, name) for name in found.names], empty=self.tr("Leave open"))
        field.setObjectName(f"template_who_{role}")
        field.setAccessibleName(words)
        self._left.addWidget(safe_text.label(words, "small", buddy=field))
        self._left.addWidget(field)
        self.people[role] = field

    def _build(self) -> None:
        left = QWidget()
        self._left = QVBoxLayout(left)
        self._left.setContentsMargins(2, 0, GRID, 0)
        self._left.setSpacing(GRID // 2)
        right = QWidget()
        inside = QVBoxLayout(right)
        inside.setContentsMargins(0, 0, GRID, 0)
        inside.setSpacing(GRID)
        self.summary = safe_text.label("", "strong", name="template_summary")
        self.question = Banner(name="template_question")
        self._questions = QVBoxLayout()
        self._questions.setSpacing(GRID)
        self._lines = safe_text.label("", name="template_lines", selectable=True)
        inside.addWidget(self.summary)
        inside.addWidget(self.question)
        inside.addLayout(self._questions)
        inside.addWidget(self._lines)
        inside.addStretch(1)
        self._area = scrolling(right)
        chosen = scrolling(left)
        self._left_area = chosen
        fit_scale(self, self._fit)
        rows = QHBoxLayout()
        rows.setSpacing(2 * GRID)
        rows.addWidget(chosen)
        rows.addWidget(self._area, 1)
        cancel = safe_text.button(self.tr("Cancel"), name="template_cancel", on_click=self.cancelled.emit)
        self.pour_button = safe_text.button(
            self.tr("Put into the plan"),
            name="template_pour",
            kind="primary",
            icon=icon("check", Role.ON_ACCENT),
            on_click=self._on_pour,
        )
        set_shown(self.pour_button, shown=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(rows, 1)
        column.addLayout(buttons_row(cancel, self.pour_button))
        self._context.window.commands.on("save_next", self, self._on_pour)


def poured_words(poured: PouredPlan) -> str:
    """Return what became of templates that were put into a plan."""
    said = [_tr("The templates are in the plan.")]
    if poured.blanks:
        said.append(_tr("{n} blanks in brackets are to be filled in.").format(n=len(poured.blanks)))
    if poured.differing:
        said.append(_tr("{n} lines were left out: the plan says otherwise.").format(n=len(poured.differing)))
    return " ".join(said)


def _words_by_id(merged: MergedPlan) -> dict[str, str]:
    lines: list[PlanLine | PatientLine] = [one.line for one in merged.lines]
    lines += [said.line for said in merged.patient_lines]
    return {line.id: _words(line) for line in lines}


def _words(line: PlanLine | PatientLine) -> str:
    if isinstance(line, PatientLine):
        return _tr("The patient's copy: {words}").format(words=line.en)
    return " · ".join(text.replace("{", "[").replace("}", "]").replace("_", " ") for _, text in line.fields if text)


def _preview_lines(merged: MergedPlan) -> list[str]:
    found: list[str] = []
    titles = dict(merged.titles)
    for one in merged.lines:
        if one.about != ("draft",):
            owners = ", ".join(titles.get(key, key) for key in one.about if key != "draft")
            found.append(f"• {_words(one.line)}  ({owners})")
    return found


def _tr(words: str) -> str:
    return QCoreApplication.translate("TemplatePicker", words)
