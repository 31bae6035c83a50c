"""What a month stands to lose, by cause, and whom its last hours can still serve."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.board.last_days import MOST_HOURS, Due, LastDays
from app.services.board.leaks import CAUSES, Leak, LeakingPatient, LeakReport
from app.views import safe_text
from app.views.errors import sentence
from app.views.month_end.words import counted, money_words
from app.views.page_context import PageContext
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.tasks import Latest
from app.views.theme import GRID, set_shown
from app.views.widgets import NumberField, format_duration
from app.views.widgets.counters import Counters

HOURS = "hours_left"
_ICONS = {
    "no_call_planned": "clock",
    "consent_pending": "clipboard-check",
    "plan": "file-pen",
    "doubtful_time": "circle-question-mark",
    "unreachable": "phone-off",
    "cycles": "circle-dot",
    "follow_ups": "list-todo",
    "notes": "file-text",
}


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A line of the end-of-month plan: in which part it stands, and its place there."""

    place: int
    part: str
    due: Due


class LeaksTab(QWidget):
    """The causes as counters, the patients of the chosen one below. `mend_asked` carries a patient's id and a place.

    One more counter shows the plan for the hours that are left.
    """

    mend_asked = Signal(int, str)

    def __init__(self, context: PageContext) -> None:
        """Read nothing until it is shown a month."""
        super().__init__()
        self.setObjectName("month_leaks")
        self.setAccessibleName(self.tr("Leaks"))
        self._context = context
        self._reads, self._plans = Latest(context.tasks, self), Latest(context.tasks, self)
        self._month: Month | None = None
        self.report: LeakReport | None = None
        self.plan: LastDays | None = None
        words = self._cause_words()
        choices = [(cause, words[cause], _ICONS[cause]) for cause in CAUSES]
        self.causes = Counters(
            [*choices, (HOURS, self.tr("Hours left"), "hourglass")], name="leak_causes", words=self.tr("Causes")
        )
        self._sums = safe_text.label("", "strong", name="leak_sums")
        self._note = safe_text.label("", "muted", name="leak_note")
        self.table: SnapshotTable[LeakingPatient, int] = SnapshotTable(
            self._columns(), lambda row: row.patient_id, self
        )
        self.list = TableView(self.table, name="leak_list", words=self.tr("Patients"))
        self._nobody = safe_text.label("", "muted", name="leak_nobody")
        self.hours = NumberField(most=MOST_HOURS, hint=self.tr("Hours"))
        self.hours.setObjectName("plan_hours")
        self.hours.setAccessibleName(self.tr("Nurse hours left this month"))
        self._plan_words = safe_text.label("", "strong", name="plan_words")
        self.plan_table: SnapshotTable[PlannedRow, int] = SnapshotTable(
            self._plan_columns(), lambda row: row.due.patient_id, self
        )
        self.plan_list = TableView(self.plan_table, name="plan_list", words=self.tr("Plan for the hours left"))
        self._plan_part = self._build_plan()
        self._build()
        self.causes.chosen.connect(lambda _key: self._show())
        self.list.opened.connect(self._on_opened)
        self.plan_list.opened.connect(lambda patient_id: self.mend_asked.emit(patient_id, "overview"))
        self.hours.textEdited.connect(self._ask_plan)
        self.setFocusProxy(self.list)

    def show_month(self, month: Month) -> None:
        """Read a month's leaks anew."""
        if month != self._month:
            self.report = self.plan = None
        self._month = month
        leaks, actor = self._context.desk.leaks, self._context.desk.actor
        self._reads.ask(lambda: leaks.of(actor, month), self._on_read, self._on_failed)
        self._ask_plan()

    def _on_read(self, report: LeakReport) -> None:
        self.report = report
        self._show()

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        self.report = None
        self._nobody.setText(sentence(error))
        self._show()

    def _on_planned(self, plan: LastDays) -> None:
        self.plan = plan
        rows = [
            PlannedRow(at, part, due)
            for at, (part, due) in enumerate(
                (part, due)
                for part, found in (("served", plan.served), ("beyond", plan.beyond), ("let_go", plan.let_go))
                for due in found
            )
        ]
        self.plan_table.show_rows(rows)
        hours = format_duration(plan.seconds)
        self._plan_words.setText(
            self.tr("{served} can be served in {time} of usual calls; for {beyond} the hours do not suffice.").format(
                served=counted(len(plan.served), self.tr("1 patient"), self.tr("{n} patients")),
                time=hours,
                beyond=len(plan.beyond),
            )
        )

    def _on_plan_failed(self, error: Exception) -> None:
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        self.plan = None
        self.plan_table.show_rows([])
        self._plan_words.setText(sentence(error))

    def _on_opened(self, patient_id: int) -> None:
        row = self.table.row_at(self.table.position_of(patient_id))
        if row is not None:
            self.mend_asked.emit(patient_id, row.place)

    def _ask_plan(self, _text: str = "") -> None:
        hours, month = self.hours.value(), self._month
        if month is None or hours is None:
            self.plan = None
            self.plan_table.show_rows([])
            self._plan_words.setText(self.tr("Type how many nurse hours are left until the month ends."))
            return
        last_days, actor = self._context.desk.last_days, self._context.desk.actor
        self._plans.ask(lambda: last_days.plan(actor, month, hours), self._on_planned, self._on_plan_failed)

    def _show(self) -> None:
        report = self.report
        is_plan = self.causes.key == HOURS
        set_shown(self._plan_part, shown=is_plan)
        if report is None:
            self.causes.show_counts({})
            self._sums.setText("")
            self._show_rows(())
            return
        counts = {leak.cause: len(leak.patients) for leak in report.leaks}
        self.causes.show_counts({**counts, HOURS: self.hours.value() or 0})
        self._sums.setText(self._sum_words(report))
        leak = next((each for each in report.leaks if each.cause == self.causes.key), None)
        self._note.setText(self._leak_words(leak) if leak is not None else "")
        self._nobody.setText(self.tr("Nobody. Nothing is about to be lost for this reason."))
        self._show_rows(() if leak is None else leak.patients)

    def _show_rows(self, rows: Sequence[LeakingPatient]) -> None:
        is_plan = self.causes.key == HOURS
        self.table.show_rows(rows)
        set_shown(self.list, shown=bool(rows) and not is_plan)
        set_shown(self._nobody, shown=not rows and not is_plan)
        set_shown(self._note, shown=bool(rows) and not is_plan)
        if rows and self.list.current_id is None:
            self.list.pick_first()

    def _sum_words(self, report: LeakReport) -> str:
        if not report.patients:
            return self.tr("Nothing is at stake this month.")
        said = self.tr("At stake in all: {patients}, {time} of work, {money} expected (an estimate)").format(
            patients=counted(report.patients, self.tr("1 patient"), self.tr("{n} patients")),
            time=format_duration(report.seconds),
            money=money_words(report.cents),
        )
        return said + self._unknown_words(report.unknown)

    def _leak_words(self, leak: Leak) -> str:
        said = self.tr("{time} of work, {money} expected (an estimate)").format(
            time=format_duration(leak.seconds), money=money_words(leak.cents)
        )
        return said + self._unknown_words(leak.unknown)

    def _unknown_words(self, count: int) -> str:
        if not count:
            return "."
        return counted(count, self.tr("; 1 without a known amount."), self.tr("; {n} without a known amount."))

    def _cause_words(self) -> dict[str, str]:
        return {
            "no_call_planned": self.tr("Short, no call planned"),
            "consent_pending": self.tr("Consent pending"),
            "plan": self.tr("Care plan"),
            "doubtful_time": self.tr("Late or unconfirmed time"),
            "unreachable": self.tr("Not reached"),
            "cycles": self.tr("Not finished"),
            "follow_ups": self.tr("Follow-ups overdue"),
            "notes": self.tr("Notes not in the EHR"),
        }

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._sums)
        column.addWidget(self.causes)
        column.addWidget(self._note)
        column.addWidget(self._nobody, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.list, 1)
        column.addWidget(self._plan_part, 1)
        column.addStretch(0)
        set_shown(self._plan_part, shown=False)

    def _build_plan(self) -> QWidget:
        part = QWidget()
        part.setObjectName("plan_part")
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(safe_text.label(self.tr("Nurse hours left this month"), wrap=False, buddy=self.hours))
        self.hours.setMaximumWidth(12 * GRID)
        line.addWidget(self.hours)
        line.addWidget(self._plan_words, 1)
        column.addLayout(line)
        note = self.tr(
            "By clinical need alone, each for as long as a call with them usually takes. Where nothing is due, let the "
            "month go: minutes are never a reason to call."
        )
        column.addWidget(safe_text.label(note, "muted", name="plan_note"))
        column.addWidget(self.plan_list, 1)
        return part

    def _columns(self) -> list[Column[LeakingPatient]]:
        def money(row: LeakingPatient) -> str:
            return "" if row.cents == 0 else money_words(row.cents)

        return [
            Column("name", self.tr("Patient"), lambda row: row.name, width=200),
            Column("detail", self.tr("Why"), lambda row: row.detail, width=0, tip=lambda row: row.detail),
            Column(
                "minutes",
                self.tr("Work at stake"),
                lambda row: format_duration(row.seconds) if row.seconds else "",
                width=128,
                is_number=True,
                order=lambda row: row.seconds,
            ),
            Column("money", self.tr("Estimate"), money, width=112, is_number=True, order=lambda row: row.cents or 0),
        ]

    def _plan_columns(self) -> list[Column[PlannedRow]]:
        parts = {
            "served": self.tr("Can be served"),
            "beyond": self.tr("Hours do not suffice"),
            "let_go": self.tr("Nothing due: let the month go"),
        }
        return [
            Column("part", self.tr("Plan"), lambda row: parts[row.part], width=224, order=lambda row: row.place),
            Column("name", self.tr("Patient"), lambda row: row.due.name, width=200, order=lambda row: row.due.name),
            Column("why", self.tr("Why now"), lambda row: row.due.why, width=0, order=lambda row: row.place),
            Column(
                "usual",
                self.tr("Usual call"),
                lambda row: format_duration(row.due.usual_seconds),
                width=104,
                is_number=True,
                order=lambda row: row.due.usual_seconds,
            ),
            Column("owner", self.tr("Whose"), lambda row: row.due.owner, width=152),
        ]
