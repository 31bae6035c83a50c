"""A version of a care plan as it was signed, with what came of it since; or the days of one that is kept elsewhere."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.rules.care_plan import item_line
from app.services.plan_follow_ups import PlanTask
from app.services.plan_history import GoalRow, MonthWork
from app.services.plan_rows import PlanVersion, PlanVersionRow
from app.views import safe_text
from app.views.care_plan.plan_words import standing_words, version_words
from app.views.care_plan.progress_chart import ProgressChart
from app.views.icons import icon
from app.views.theme import GRID
from app.views.widgets import Banner, Card, DateField, format_date, scrolling

_MONTHS = 6
_ENTRIES = 12


@dataclass(frozen=True, slots=True)
class PlanEvidence:
    """What came of the plan in force: its goals as measured, its follow-ups, and each month's work."""

    goals: tuple[GoalRow, ...] = ()
    tasks: tuple[PlanTask, ...] = ()
    months: tuple[MonthWork, ...] = ()


class PlanReader(QWidget):
    """Shows one version; nothing in it can be changed.

    `measure_asked` carries a goal whose value is to be noted, `day_asked` a day of which one wants to know what was in
    force.
    """

    measure_asked = Signal(object)
    day_asked = Signal(object)

    def __init__(
        self, version: PlanVersion, zone: ZoneInfo, evidence: PlanEvidence | None = None, *, may_measure: bool = False
    ) -> None:
        """Show `version`, its days on the clock of `zone`; `evidence` where it is the newest."""
        super().__init__()
        self.setObjectName("plan_reader")
        self.setAccessibleName(self.tr("Care plan, version signed"))
        self.version = version
        self._may_measure = may_measure
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        row = version.row
        if not version.is_intact:
            words = self.tr(
                "This is not the text that was signed: version {n} was changed outside CareLoop. Do not rely on it. "
                "Have an administrator check the clinic file (Settings) and restore a backup."
            )
            column.addWidget(Banner(words.format(n=row.version), "block", name="plan_altered"))
        column.addWidget(safe_text.label(standing_words(row, zone), name="plan_standing", selectable=True))
        if row.kept_outside:
            words = self.tr("Its text is kept outside CareLoop; only its days were brought in.")
            column.addWidget(safe_text.label(words, "muted", name="plan_outside"))
        if evidence is not None and evidence.goals:
            column.addWidget(self._goals(evidence.goals))
        if evidence is not None and evidence.tasks:
            column.addWidget(self._tasks(evidence.tasks))
        if version.sections:
            column.addWidget(self._text(version))
        if evidence is not None and evidence.months:
            column.addWidget(self._months(evidence.months))
        column.addWidget(self._look_back())
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inner))

    def show_in_force(self, day: date, row: PlanVersionRow | None) -> None:
        """Say which version was in force on a day."""
        if row is None:
            words = self.tr("No plan was in force on {day}.").format(day=format_date(day))
        else:
            words = self.tr("In force on {day}: {version}.").format(day=format_date(day), version=version_words(row))
        self._in_force.setText(words)

    def _on_day(self) -> None:
        day = self.day.value()
        if day is not None:
            self.day_asked.emit(day)
        else:
            self._in_force.setText(self.day.problem() or "")

    def _goals(self, goals: tuple[GoalRow, ...]) -> Card:
        card = Card(self.tr("Goals, and how far they have come"), name="plan_goals")
        card.body.setSpacing(GRID)
        for number, goal in enumerate(goals, start=1):
            head = QHBoxLayout()
            head.setSpacing(GRID)
            words = self.tr("{what}: {now} → {target}").format(
                what=goal.what, now=goal.now or "–", target=goal.target or "–"
            )
            words += self.tr(", by {by}").format(by=goal.by_when) if goal.by_when else ""
            head.addWidget(safe_text.label(words, name=f"plan_goal_{number}"), 1)
            if self._may_measure:
                add = safe_text.button(
                    self.tr("Add a value…"),
                    name=f"plan_goal_{number}_add",
                    kind="quiet",
                    on_click=partial(self.measure_asked.emit, goal),
                )
                add.setAccessibleName(self.tr("Add a value: {goal}").format(goal=goal.what))
                head.addWidget(add)
            card.body.addLayout(head)
            counted = goal.counted
            values = [(each.on, each.value) for each in counted]
            chart = ProgressChart(values, goal.target, name=f"plan_goal_{number}_chart")
            if not chart.is_empty:
                row = QHBoxLayout()
                row.addWidget(chart)
                row.addStretch(1)
                card.body.addLayout(row)
            if counted:
                said = "   ".join(f"{format_date(on)}: {value}" for on, value in values[-_ENTRIES:])
                card.body.addWidget(safe_text.label(said, "muted", name=f"plan_goal_{number}_values"))
            else:
                none = safe_text.label(self.tr("No value yet"), "muted", name=f"plan_goal_{number}_none")
                card.body.addWidget(none)
        return card

    def _tasks(self, tasks: tuple[PlanTask, ...]) -> Card:
        card = Card(self.tr("Follow-ups of this plan"), name="plan_tasks")
        states = {"open": self.tr("open"), "done": self.tr("done"), "cancelled": self.tr("not needed any more")}
        for task in tasks[:_ENTRIES]:
            state = self.tr("overdue") if task.is_overdue else states[task.status]
            words = self.tr("• {what} · {owner} · due {day} · {state}").format(
                what=task.what, owner=task.owner, day=format_date(task.due_on), state=state
            )
            if task.outcome:
                words += f" · {task.outcome}"
            card.body.addWidget(safe_text.label(words, name=f"plan_task_{task.follow_up_id}"))
        return card

    def _text(self, version: PlanVersion) -> Card:
        card = Card(name="plan_text")
        card.body.setSpacing(GRID // 2)
        for section in version.sections:
            lines = [f"• {item_line(section, item)}" for item in section.items]
            if section.text.strip():
                lines.append(section.text)
            if section.not_applicable:
                lines.append(self.tr("Not applicable: {reason}").format(reason=section.not_applicable))
            if lines:
                card.body.addWidget(safe_text.label(section.title, "field"))
                text = safe_text.label("\n".join(lines), name=f"plan_read_{section.key}", selectable=True)
                text.setContentsMargins(0, 0, 0, GRID)
                card.body.addWidget(text)
        return card

    def _months(self, months: tuple[MonthWork, ...]) -> Card:
        card = Card(self.tr("What was done with the plan, by month"), name="plan_months")
        card.body.setSpacing(GRID // 2)
        for month in months[:_MONTHS]:
            title = f"{month.month.first:%m/%Y}"
            card.body.addWidget(safe_text.label(title, "field", name=f"plan_month_{month.month}"))
            said = "\n".join(f"• {format_date(on)}: {words}" for on, words in month.done)
            card.body.addWidget(safe_text.label(said, name=f"plan_month_{month.month}_done"))
        return card

    def _look_back(self) -> Card:
        card = Card(self.tr("Which version was in force on a day"), name="plan_look_back")
        self.day = DateField()
        self.day.setObjectName("plan_day")
        self.day.setAccessibleName(self.tr("Day"))
        self.day.returnPressed.connect(self._on_day)
        find = safe_text.button(
            self.tr("Find the version"), name="plan_day_find", icon=icon("search"), on_click=self._on_day
        )
        self._in_force = safe_text.label("", name="plan_in_force")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.day)
        row.addWidget(find)
        row.addWidget(self._in_force, 1)
        card.body.addLayout(row)
        return card
