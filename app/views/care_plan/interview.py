"""The guided interview: one question at a time in large letters, read aloud during a call; answers fill the plan."""

from collections.abc import Mapping
from functools import cache

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app import assets
from app.rules.care_plan import SectionText, parse_section_kinds
from app.rules.plan_interview import Question, answer_of, answered, parse_questions
from app.views import safe_text
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.theme import GRID, Role, set_shown
from app.views.widgets import RadioField, TextField, scrolling


class PlanInterview(QWidget):
    """Asks from the first question without an answer on. `answered` carries a part of the plan with an answer in it.

    Ctrl+Enter goes on, Alt+Left back; an empty answer leaves the part as it is. `finished` follows the last question
    and the button that ends it.
    """

    answered = Signal(object)
    finished = Signal()

    def __init__(self, context: PageContext, sections: Mapping[str, SectionText], *, spanish: bool = False) -> None:
        """Ask for what `sections` do not say yet; `spanish`: in the patient's language."""
        super().__init__()
        self.setObjectName("plan_interview")
        self.setAccessibleName(self.tr("Interview"))
        self._sections = dict(sections)
        self._questions = _questions()
        self._at = next((number for number, one in enumerate(self._questions) if not self._answer(one)), 0)
        self.language = RadioField(
            [("en", self.tr("English")), ("es", self.tr("Spanish"))], name="interview_language", vertical=False
        )
        self.language.setFocusProxy(None)  # type: ignore[arg-type]  # None takes it away: Tab skips a part with one
        self.language.set_value("es" if spanish else "en")
        self.place = safe_text.label("", "muted", name="interview_place")
        self.progress = QProgressBar()
        self.progress.setObjectName("interview_progress")
        self.progress.setAccessibleName(self.tr("Questions answered"))
        self.progress.setTextVisible(False)
        self.question = safe_text.label("", "title", name="interview_question")
        self.hint = safe_text.label("", "muted", name="interview_hint")
        self.answer = TextField(lines=5)
        self.answer.setObjectName("interview_answer")
        self.answer.setAccessibleName(self.tr("What the patient says"))
        self.said = safe_text.label("", "muted", name="interview_said")
        self._build()
        self.language.edited.connect(self._show_words)
        context.window.commands.on("save_next", self, self._on_next)
        context.window.commands.on("back", self, self._on_back)
        self._show()

    @property
    def asked(self) -> Question:
        """The question that is shown."""
        return self._questions[self._at]

    def end(self) -> None:
        """Keep what is typed and say that the interview is over."""
        self._keep()
        self.finished.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.answer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_next(self) -> None:
        self._keep()
        if self._at + 1 >= len(self._questions):
            self.finished.emit()
            return
        self._at += 1
        self._show()

    def _on_back(self) -> None:
        self._keep()
        if self._at > 0:
            self._at -= 1
            self._show()

    def _keep(self) -> None:
        one = self.asked
        section = self._sections[one.section]
        now = answered(one, section, self.answer.toPlainText())
        if self.answer.toPlainText() != self._answer(one) and now != section:
            self._sections[one.section] = now
            self.answered.emit(now)

    def _show(self) -> None:
        one = self.asked
        section = self._sections[one.section]
        count = sum(bool(self._answer(other)) for other in self._questions)
        words = self.tr("{section} · question {n} of {all} · {answered} answered")
        self.place.setText(
            words.format(section=section.title, n=self._at + 1, all=len(self._questions), answered=count)
        )
        self.progress.setMaximum(len(self._questions))
        self.progress.setValue(self._at + 1)
        self.hint.setText(
            self.tr("Write one on each line; each becomes a line of the plan.")
            if one.items
            else self.tr("The answer goes into the plan as “{label}: …”.").format(label=one.label)
        )
        self.answer.set_value(self._answer(one))
        standing = [line for line in section.text.splitlines() if not line.startswith(f"{one.label}: ")][:4]
        standing += [item.get("what", "") for item in section.items if item.get("what")][:4]
        self.said.setText(self.tr("The plan says so far:\n{lines}").format(lines="\n".join(f"• {s}" for s in standing)))
        set_shown(self.said, shown=bool(standing))
        is_last = self._at + 1 == len(self._questions)
        safe_text.set_button_text(
            self.next_button, self.tr("Finish (Ctrl+Enter)") if is_last else self.tr("Next (Ctrl+Enter)")
        )
        set_shown(self.back_button, shown=self._at > 0)
        self._show_words()
        self.answer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_words(self) -> None:
        one = self.asked
        self.question.setText(one.es if self.language.value() == "es" else one.en)

    def _answer(self, one: Question) -> str:
        return answer_of(one, self._sections[one.section])

    def _build(self) -> None:
        self.next_button = safe_text.button(
            self.tr("Next (Ctrl+Enter)"),
            name="interview_next",
            kind="primary",
            icon=icon("arrow-right", Role.ON_ACCENT),
            on_click=self._on_next,
        )
        self.back_button = safe_text.button(
            self.tr("Back"), name="interview_back", icon=icon("arrow-left"), on_click=self._on_back
        )
        self.end_button = safe_text.button(
            self.tr("End the interview"), name="interview_end", kind="quiet", on_click=self.end
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.end_button)
        buttons.addStretch(1)
        buttons.addWidget(self.back_button)
        buttons.addWidget(self.next_button)
        top = QHBoxLayout()
        top.addWidget(self.place, 1)
        top.addWidget(self.language)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(top)
        column.addWidget(self.progress)
        inner = QWidget()
        middle = QVBoxLayout(inner)
        middle.setContentsMargins(0, 0, GRID, 0)
        middle.setSpacing(2 * GRID)
        middle.addWidget(self.question)
        middle.addWidget(self.answer)
        middle.addWidget(self.hint)
        middle.addWidget(self.said)
        middle.addStretch(1)
        column.addWidget(scrolling(inner), 1)
        column.addLayout(buttons)


@cache
def _questions() -> tuple[Question, ...]:
    kinds = parse_section_kinds(assets.load_toml("care_plan_sections.toml"))
    return parse_questions(assets.load_toml("plan_interview.toml"), kinds)
