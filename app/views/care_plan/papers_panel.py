"""The papers of a care plan: for other clinicians, for the patient in their language, and for other software."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.rules.plan_copy import CopyReading
from app.rules.readability import Language
from app.views import safe_text
from app.views.file_choice import ask_new_file
from app.views.icons import icon
from app.views.month_end.saved_file import save_file
from app.views.page_context import PageContext
from app.views.paper_preview.paper import Paper
from app.views.paper_preview.preview import show_preview
from app.views.theme import GRID
from app.views.widgets import Card, scrolling

MOST_NAMED = 5
_LANGUAGES: tuple[tuple[Language, str], ...] = (("en", "English"), ("es", "Spanish"))


def preview_plan(context: PageContext, plan_id: int, name: str, write: Callable[[], object]) -> None:
    """Show a version or the draft as clinicians read it; the rest as `PapersPanel`."""
    plans, actor = context.desk.care_plans, context.desk.actor
    _preview(context, _tr("Care plan"), f"{name}.pdf", lambda: plans.paper(actor, plan_id), write)


class PapersPanel(QWidget):
    """What can be made of a version or the draft; for the patient's copies, how they read."""

    def __init__(self, context: PageContext, plan_id: int, name: str, write: Callable[[], object]) -> None:
        """`name` begins the files' names and names no patient; `write` first keeps what is still typed."""
        super().__init__()
        self.setObjectName("plan_papers")
        self._context = context
        self._plan_id = plan_id
        self._name = name
        self._write = write
        self.readings: dict[Language, QLabel] = {}
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self._clinicians())
        for language, words in _LANGUAGES:
            column.addWidget(self._patients(language, _tr(words)))
        column.addWidget(self._software())
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(content))
        for language, _ in _LANGUAGES:
            self._read(language)

    def open_clinicians(self) -> None:
        """Show the whole plan as clinicians read it."""
        preview_plan(self._context, self._plan_id, self._name, self._write)

    def open_patients(self, language: Language) -> None:
        """Show the patient's copy in a language."""
        copies, actor = self._context.desk.plan_copies, self._context.desk.actor
        _preview(
            self._context,
            self.tr("Patient's copy"),
            f"{self._name}-patient-{language}.pdf",
            lambda: copies.patient_copy(actor, self._plan_id, language),
            self._write,
        )

    def save_fhir(self) -> None:
        """Ask for a place, and write the plan as FHIR there."""
        copies, actor = self._context.desk.plan_copies, self._context.desk.actor

        def content() -> bytes:
            self._write()
            return copies.fhir(actor, self._plan_id)

        def on_chosen(path: Path) -> None:
            save_file(self._context, path, content, papers=False)

        ask_new_file(
            self, self.tr("Save the plan for other software"), f"{self._name}.json", self.tr("FHIR (*.json)"), on_chosen
        )

    def _on_read(self, language: Language, reading: CopyReading) -> None:
        said = [self._level(reading)]
        if reading.hard:
            said.append(self.tr("Hard to read: {lines}").format(lines=_listed(reading.hard)))
        if reading.untranslated:
            words = self.tr("Not in Spanish, printed in English: {lines}")
            said.append(words.format(lines=_listed(reading.untranslated)))
        self.readings[language].setText("\n".join(said))

    def _read(self, language: Language) -> None:
        copies, actor, label = self._context.desk.plan_copies, self._context.desk.actor, self.readings[language]

        def read() -> CopyReading:
            self._write()
            return copies.reading(actor, self._plan_id, language)

        self._context.tasks.run(read, partial(self._on_read, language), lambda error: label.setText(str(error)))

    def _level(self, reading: CopyReading) -> str:
        if reading.language == "es":
            easy, hard = self.tr("Reads easily."), self.tr("Reads harder than it should.")
            return easy if reading.is_easy else hard
        grade = max(1, int(reading.level))
        easy, hard = self.tr("Reads at about grade {grade}."), self.tr("Reads at about grade {grade}: aim at 6.")
        return (easy if reading.is_easy else hard).format(grade=grade)

    def _clinicians(self) -> Card:
        card = Card(self.tr("For other clinicians"), name="papers_clinicians")
        card.body.addWidget(safe_text.label(self.tr("The whole plan with its signature, to send or to file."), "muted"))
        card.body.addWidget(
            safe_text.button(
                self.tr("Preview"), name="papers_clinicians_open", icon=icon("eye"), on_click=self.open_clinicians
            )
        )
        return card

    def _patients(self, language: Language, words: str) -> Card:
        card = Card(self.tr("For the patient, in {language}").format(language=words), name=f"papers_{language}")
        label = self.readings[language] = safe_text.label("", "muted", name=f"papers_{language}_reading")
        label.setWordWrap(True)
        card.body.addWidget(label)
        card.body.addWidget(
            safe_text.button(
                self.tr("Preview"),
                name=f"papers_{language}_open",
                icon=icon("eye"),
                on_click=partial(self.open_patients, language),
            )
        )
        return card

    def _software(self) -> Card:
        card = Card(self.tr("For other software"), name="papers_fhir")
        card.body.addWidget(
            safe_text.label(
                self.tr("A FHIR R4 file: plan, goals, conditions, medicines, allergies. It is not encrypted."), "muted"
            )
        )
        card.body.addWidget(
            safe_text.button(
                self.tr("Save the file…"), name="papers_fhir_save", icon=icon("file-down"), on_click=self.save_fhir
            )
        )
        return card


def _preview(
    context: PageContext, title: str, file_name: str, content: Callable[[], bytes], write: Callable[[], object]
) -> None:
    def make(_progress: object) -> Paper:
        # That it was made is in the trail already: the service notes each copy as one that leaves.
        return Paper(content(), file_name, lambda _form, _purpose: None)

    context.tasks.run(write, lambda _: show_preview(context, title, make))


def _listed(lines: tuple[str, ...]) -> str:
    named = "; ".join(lines[:MOST_NAMED])
    more = len(lines) - MOST_NAMED
    return named if more <= 0 else named + _tr("; and {n} more").format(n=more)


def _tr(words: str) -> str:
    return QCoreApplication.translate("PapersPanel", words)
