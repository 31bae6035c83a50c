"""Why a patient's month can be billed or not, line by line, and what it would be if something were otherwise."""

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.assets import load_rule_book
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.what_if import MOST_MINUTES, WhatIf
from app.services.board.explaining import Answer
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.errors import sentence
from app.views.file_choice import ask_new_file
from app.views.icons import icon
from app.views.month_end import explain_parts as parts
from app.views.month_end.saved_file import save_file
from app.views.month_end.way_back import back_button
from app.views.month_end.words import month_words
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import (
    Banner,
    Card,
    ChoiceField,
    DateField,
    Form,
    LineField,
    NumberField,
    PageHeader,
    format_date,
    page_layout,
    scrolling,
)

WAIT_MS = 250
"""What is typed is asked about once it rests so long."""
CARD_WIDTH = 40 * GRID
BEARS_ON_IT = (
    *("patient", "enrolment", "consent", "condition", "care_plan", "care_plan_event", "time_entry", "stay"),
    *("other_service", "mdm", "practitioner", "clinic", "packet"),
)
_LEVELS = (("straightforward", "Straightforward"), ("low", "Low"), ("moderate", "Moderate"), ("high", "High"))
_BY = (
    ("same_practitioner", "The same practitioner"),
    ("same_practice", "Another of this practice"),
    ("other", "Another practice"),
)


class ExplainView(QWidget):
    """The explanation at the left, the questions at the right. Nothing asked here is ever kept."""

    def __init__(self, context: PageContext, patient_id: int, name: str, month: Month) -> None:
        """Explain `month` of the patient, called `name` on the page."""
        super().__init__()
        self.setObjectName("explain_view")
        self.setAccessibleName(self.tr("Why this month can be billed or not"))
        self._context, self._patient_id, self._month = context, patient_id, month
        self._reads = Latest(context.tasks, self)
        self.answer: Answer | None = None
        self.header = PageHeader(
            self.tr("Why this month can be billed or not"),
            self.tr("{patient}, {month}").format(patient=name, month=month_words(month)),
        )
        self.pdf_button = safe_text.button(
            self.tr("Save as PDF"),
            name="explain_pdf",
            icon=icon("printer"),
            tip=self.tr("Save this explanation as PDF (Ctrl+P)"),
            on_click=self._on_pdf,
        )
        self.back_button = back_button(context, "explain_back")
        self.header.add_action(self.back_button)
        self.header.add_action(self.pdf_button)
        self.banner = Banner(name="explain_banner")
        self._body = QVBoxLayout()
        self._body.setSpacing(2 * GRID)
        self.form = self._questions()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self._ask)
        self._build()
        self.form.edited.connect(lambda _key: self._wait.start())
        context.feed.changed.connect(self._on_changed)
        context.window.commands.on("print", self, self._on_pdf)
        context.window.commands.on("refresh", self, self._ask)
        self._ask()

    def _on_answered(self, answer: Answer) -> None:
        self.answer = answer
        self.banner.show_text("")
        self._show(answer)

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, ClinicError):
            self.banner.show_text(sentence(error), "warn")
        else:
            self._context.tasks.failed.emit(error)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch(*BEARS_ON_IT):
            self._wait.start()

    def _on_clear(self) -> None:
        self.form.fill({"service_by": "same_practitioner"})
        self._ask()

    def _on_pdf(self) -> None:
        if not self.form.check():
            return
        explain, actor = self._context.desk.explain, self._context.desk.actor
        patient_id, month, what_if, said = self._patient_id, self._month, self._what_if(), self._said()

        def on_chosen(path: Path) -> None:
            save_file(self._context, path, lambda: explain.paper(actor, patient_id, month, what_if, said), papers=False)

        name = f"explanation-{month}-{patient_id:04d}.pdf"
        ask_new_file(self, self.tr("Save explanation"), name, self.tr("PDF (*.pdf)"), on_chosen)

    def _ask(self) -> None:
        if not self.form.check():
            return
        explain, actor = self._context.desk.explain, self._context.desk.actor
        patient_id, month, what_if = self._patient_id, self._month, self._what_if()
        self._reads.ask(lambda: explain.month(actor, patient_id, month, what_if), self._on_answered, self._on_failed)

    def _what_if(self) -> WhatIf:
        values = self.form.values()
        return WhatIf(
            staff_minutes=values["staff_minutes"] or 0,
            practitioner_minutes=values["practitioner_minutes"] or 0,
            consent_on=values["consent_on"],
            mdm_level=values["mdm_level"] or "",
            service=(values["service"] or "").strip().upper(),
            service_by=values["service_by"] or "same_practitioner",
        )

    def _said(self) -> str:
        """Return what is supposed, in words, for the paper."""
        what_if = self._what_if()
        said = []
        for minutes, whose in (
            (what_if.staff_minutes, self.tr("clinical staff")),
            (what_if.practitioner_minutes, self.tr("the practitioner")),
        ):
            if minutes:
                said.append(self.tr("{n} minutes more by {whose}").format(n=minutes, whose=whose))
        if what_if.consent_on is not None:
            said.append(self.tr("consent on {day}").format(day=format_date(what_if.consent_on)))
        if what_if.mdm_level:
            said.append(self.tr("{level} decision making documented").format(level=what_if.mdm_level))
        if what_if.service:
            said.append(self.tr("{code} in the month").format(code=what_if.service))
        return ", ".join(said)

    def _show(self, answer: Answer) -> None:
        while (item := self._body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        shown = answer.then or answer.now
        sections = [parts.summary(answer.now)]
        if answer.then is not None:
            sections.append(parts.summary(answer.then))
        sections += [parts.families(shown.families), *parts.rules(shown.rules), parts.entries(shown.entries)]
        sections.append(parts.services(shown))
        other = parts.programmes(shown, load_rule_book())
        if other is not None:
            sections.append(other)
        for section in sections:
            self._body.addWidget(section)
            section.show()

    def _questions(self) -> Form:
        form = Form()
        minutes = self.tr("Minutes")
        form.add("staff_minutes", self.tr("More time by clinical staff"), NumberField(most=MOST_MINUTES, hint=minutes))
        form.add(
            "practitioner_minutes",
            self.tr("More time by the practitioner personally"),
            NumberField(most=MOST_MINUTES, hint=minutes),
        )
        form.add("consent_on", self.tr("Consent given on"), DateField())
        levels = [(key, self.tr(words)) for key, words in _LEVELS]
        form.add("mdm_level", self.tr("Decision making documented"), ChoiceField(levels, empty=self.tr("As on record")))
        form.add(
            "service", self.tr("Another service in the month"), LineField(hint=self.tr("Billing code"), max_length=5)
        )
        form.add("service_by", self.tr("By whom"), ChoiceField([(key, self.tr(words)) for key, words in _BY]))
        form.fill({"service_by": "same_practitioner"})
        return form

    def _build(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.banner)
        column.addLayout(self._body)
        column.addStretch(1)
        self.area = scrolling(content)
        self.card = Card(self.tr("What if"), name="what_if")
        note = self.tr("Try what the month would be. Nothing is kept: time is worked and recorded, never made up.")
        self.clear_button = safe_text.button(self.tr("Clear"), name="what_if_clear", on_click=self._on_clear)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(2, 2, GRID, 2)
        inside.setSpacing(2 * GRID)
        inside.addWidget(safe_text.label(note, "muted", name="what_if_note"))
        inside.addWidget(self.form)
        inside.addWidget(self.clear_button)
        inside.addStretch(1)
        self.card.body.addWidget(scrolling(inner), 1)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.area, 1)
        row.addWidget(self.card, 0)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addLayout(row, 1)
        fit_scale(self, lambda: self.card.setFixedWidth(scaled(CARD_WIDTH)))
