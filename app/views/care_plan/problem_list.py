"""The problems at the left of a plan, each with what belongs to it: its goals, interventions and medicines."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.care_plan import SectionText
from app.rules.plan_items import belongings
from app.views import safe_text
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID
from app.views.widgets import Tone

_INDENT = "\u2003"


@dataclass(frozen=True, slots=True)
class _Line:
    """A problem, or below it something that belongs to it: where that stands in the plan."""

    key: str
    words: str
    spoken: str
    state: str
    tone: Tone
    section: str
    place: int


class ProblemList(QWidget):
    """Walked with the keys. `asked` carries where what was opened stands: (section, place among its items)."""

    asked = Signal(str, int)

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self.setObjectName("plan_problem_pane")
        self.table: SnapshotTable[_Line, str] = SnapshotTable(
            [
                Column(
                    "problem",
                    self.tr("Problem, and what belongs to it"),
                    lambda line: line.words,
                    width=0,
                    is_sortable=False,
                    spoken=lambda line: line.spoken,
                    tip=lambda line: line.spoken,
                ),
                Column(
                    "state",
                    self.tr("Goals"),
                    lambda line: line.state,
                    width=92,
                    is_sortable=False,
                    tone=lambda line: line.tone,
                ),
            ],
            lambda line: line.key,
            self,
        )
        self.list = TableView(self.table, name="plan_problems", words=self.tr("Problems and what belongs to them"))
        self._none = safe_text.label(
            self.tr("No problem is listed yet. The problem list is the first part of the plan."),
            "muted",
            name="plan_no_problem",
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._none)
        column.addWidget(self.list, 1)
        self.list.opened.connect(self._on_opened)
        self.list.clicked.connect(lambda _: self._on_opened(self.list.current_id))

    def show_plan(self, sections: Mapping[str, SectionText]) -> None:
        """Show the problems of a plan."""
        lines = _problem_lines(sections)
        self._none.setVisible(not lines)
        if lines != list(self.table.rows):
            self.table.show_rows(lines)

    def _on_opened(self, key: object) -> None:
        line = next((line for line in self.table.rows if line.key == key), None)
        if line is not None:
            self.asked.emit(line.section, line.place)


def _problem_lines(sections: Mapping[str, SectionText]) -> list[_Line]:
    lines: list[_Line] = []
    problems = sections["problems"].items if "problems" in sections else ()
    for place, problem in enumerate(problems):
        words = problem.get("what", "")
        if not words:
            continue
        own = belongings(words, sections)
        state, tone = _state(sum(section == "goals" for section, _, _ in own), problem.get("no_goal", ""))
        spoken = _tr("{problem}: {state}").format(problem=words, state=state)
        lines.append(_Line(f"p{place}", words, spoken, state, tone, "problems", place))
        for section, at, what in own:
            title = _titles()[section]
            said = f"{_INDENT}{title}: {what}"
            spoken = _tr("{kind} of {problem}: {what}").format(kind=title, problem=words, what=what)
            lines.append(_Line(f"p{place}-{section}-{at}", said, spoken, "", Tone.NEUTRAL, section, at))
    return lines


def _state(goals: int, reason: str) -> tuple[str, Tone]:
    if goals:
        return (_tr("1 goal") if goals == 1 else _tr("{n} goals").format(n=goals)), Tone.READY
    return (_tr("None needed"), Tone.NEUTRAL) if reason else (_tr("No goal"), Tone.WARN)


def _titles() -> dict[str, str]:
    return {"goals": _tr("Goal"), "interventions": _tr("To do"), "medications": _tr("Medicine")}


def _tr(words: str) -> str:
    return QCoreApplication.translate("ProblemList", words)
