"""Follow-ups: what is to be done for the patient, what was handed on, and which calls were promised."""

from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.services.escalations import EscalationRow
from app.services.follow_up_rows import FollowUpRow
from app.services.promises import PromiseRow
from app.views import safe_text
from app.views.chart.frame import ChartFrame
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.follow_ups import lists
from app.views.follow_ups.follow_up_acts import FollowUpActs
from app.views.follow_ups.patient_panels import PatientPanels
from app.views.patients.standing import joined, moment_words
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import Card, ChoiceField, Tone, scrolling

_NARROW = 100 * GRID
Read = tuple[tuple[FollowUpRow, ...], tuple[EscalationRow, ...], tuple[PromiseRow, ...]]


class FollowUpsTab(QWidget):
    """Three lists of one patient, open ones or all; what the selected row says, below them."""

    tables = ("follow_up", "escalation", "promise", "call", "time_entry", "person")

    def __init__(self, frame: ChartFrame) -> None:
        """Make an empty tab; `refresh` fills it."""
        super().__init__()
        self.setObjectName("follow_ups_tab")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self._me = frame.context.desk.actor.person_id
        self.panels = PatientPanels(frame.context, frame.host)
        self._acts = FollowUpActs(frame.context, self.panels)
        self.which = ChoiceField([(False, self.tr("Open ones")), (True, self.tr("Open and closed ones"))])
        self.which.setObjectName("follow_ups_tab_which")
        self.which.setAccessibleName(self.tr("Which follow-ups"))
        self.which.set_value(value=False)
        self.follow_ups = self._build_follow_ups()
        self.escalations = self._build_escalations()
        self.promises = self._build_promises()
        self._detail = safe_text.label("", name="follow_ups_tab_detail", selectable=True)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(2 * GRID)
        self._build()
        for section in (self.follow_ups, self.escalations):
            section.list.picked.connect(lambda _=None, shown=section: self._show_detail(shown))
        self.which.edited.connect(self.refresh)
        on = frame.context.window.commands.on
        if frame.may("follow_up.work"):
            on("follow_up.new", self, lambda: self.panels.add_follow_up(frame.patient_id))
        if frame.may("escalation.raise"):
            on("escalate", self, lambda: self.panels.escalate(frame.patient_id))
        self.setFocusProxy(self.follow_ups.list)

    def refresh(self) -> None:
        """Read the lists."""
        desk, patient_id, all_of_them = self._frame.context.desk, self._frame.patient_id, bool(self.which.value())
        actor, reads_promises = desk.actor, self._frame.may("today.read")

        def read() -> Read:
            promises = desk.promises.of_patient(actor, patient_id) if reads_promises else ()
            return (
                desk.follow_ups.rows(actor, state="all" if all_of_them else "open", patient_id=patient_id),
                desk.escalations.rows(actor, state="all" if all_of_them else "live", patient_id=patient_id),
                tuple(row for row in promises if all_of_them or row.is_open),
            )

        self._read.ask(read, self._on_read)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(_NARROW)
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _on_read(self, read: Read) -> None:
        follow_ups, escalations, promises = read
        self.follow_ups.show_rows(follow_ups)
        self.escalations.show_rows(escalations)
        self.promises.show_rows(promises)
        self._show_detail(self.follow_ups if follow_ups else self.escalations)

    def _show_detail(self, section: RowsSection[Any]) -> None:
        row = section.current
        self._detail.setText(lists.detail(row, self._frame.zone) if row is not None else "")
        set_shown(self._card, shown=row is not None)

    def _build(self) -> None:
        self._halves.addWidget(self.escalations, 1)
        self._halves.addWidget(self.promises, 1)
        set_shown(self.promises, shown=self._frame.may("today.read"))
        card = self._card = Card(self.tr("Selected"), name="follow_ups_tab_card")
        set_shown(card, shown=False)
        text = QWidget()
        lines = QVBoxLayout(text)
        lines.setContentsMargins(0, 0, GRID, 0)
        lines.addWidget(self._detail)
        lines.addStretch(1)
        area = scrolling(text)
        fit_scale(area, lambda: area.setMinimumHeight(scaled(5 * GRID)))
        card.body.addWidget(area, 1)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 2 * GRID, GRID, 0)
        inside.setSpacing(2 * GRID)
        top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        top.addWidget(self.which)
        top.addStretch(1)
        inside.addLayout(top)
        inside.addWidget(self.follow_ups, 3)
        inside.addLayout(self._halves, 2)
        inside.addWidget(card, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolling(content))

    def _build_follow_ups(self) -> RowsSection[FollowUpRow]:
        acts, frame = self._acts, self._frame
        actions: list[RowAction[FollowUpRow]] = []
        if frame.may("follow_up.work"):
            actions = [
                RowAction("close", self.tr("Close"), "check", acts.close, fits=_is_open),
                RowAction("change", self.tr("Change"), "pencil", acts.change, fits=_is_open),
                RowAction("cancel", self.tr("Not needed"), "ban", acts.cancel, fits=_is_open),
                RowAction("reopen", self.tr("Open again"), "undo-2", acts.reopen, fits=lambda row: not _is_open(row)),
                RowAction(
                    "add",
                    self.tr("Add follow-up"),
                    "plus",
                    from_nothing=lambda: self.panels.add_follow_up(frame.patient_id),
                ),
            ]
        columns = [column for column in lists.follow_up_columns() if column.key != "patient"]
        columns.append(Column("state", self.tr("State"), _state_words, width=112, tone=_state_tone))
        return RowsSection(
            self.tr("Follow-ups"),
            name="chart_follow_ups",
            columns=columns,
            row_id=lambda row: row.id,
            empty=self.tr("Nothing is to be done for this patient."),
            actions=actions,
        )

    def _build_escalations(self) -> RowsSection[EscalationRow]:
        acts, frame = self._acts, self._frame
        actions: list[RowAction[EscalationRow]] = []
        if frame.may("escalation.answer"):
            actions.append(RowAction("answer", self.tr("Answer"), "send", acts.answer, fits=lambda row: row.may_answer))
        if frame.may("escalation.raise"):
            actions += [
                RowAction(
                    "close",
                    self.tr("Close"),
                    "check",
                    acts.close_escalation,
                    fits=lambda row: row.status == "answered",
                ),
                RowAction(
                    "withdraw",
                    self.tr("Take back"),
                    "undo-2",
                    acts.withdraw,
                    fits=lambda row: row.status == "open" and row.raised_by_id == self._me,
                ),
                RowAction(
                    "add",
                    self.tr("Escalate"),
                    "triangle-alert",
                    from_nothing=lambda: self.panels.escalate(frame.patient_id),
                ),
            ]
        return RowsSection(
            self.tr("Escalations"),
            name="chart_escalations",
            columns=[column for column in lists.escalation_columns(frame.zone) if column.key != "patient"],
            row_id=lambda row: row.id,
            empty=self.tr("Nothing was handed on that is not settled."),
            actions=actions,
            least_height=10 * GRID,
        )

    def _build_promises(self) -> RowsSection[PromiseRow]:
        frame = self._frame
        actions: list[RowAction[PromiseRow]] = []
        if frame.may("call.plan"):
            actions.append(
                RowAction(
                    "plan",
                    self.tr("Plan a call"),
                    "calendar-days",
                    from_nothing=lambda: self.panels.plan_call(frame.patient_id),
                )
            )
        return RowsSection(
            self.tr("Promised calls"),
            name="chart_promises",
            columns=[
                Column("when", self.tr("When"), self._when, width=160, order=lambda row: row.from_at),
                Column("state", self.tr("State"), _promise_words, width=112, tone=_promise_tone),
                Column("who", self.tr("Who calls"), lambda row: row.person, width=120),
                Column("why", self.tr("Why"), lambda row: row.reason, width=0, tip=lambda row: row.reason),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("No call is promised."),
            actions=actions,
            least_height=10 * GRID,
        )

    def _when(self, row: PromiseRow) -> str:
        return moment_words(row.from_at.astimezone(self._frame.zone))


_PROMISES = {
    "coming": ("Coming", Tone.NEUTRAL),
    "now": ("Now", Tone.INFO),
    "missed": ("Missed", Tone.WARN),
    "kept": ("Kept", Tone.READY),
    "late": ("Called late", Tone.NEUTRAL),
    "moved": ("Moved", Tone.NEUTRAL),
    "cancelled": ("Taken back", Tone.NEUTRAL),
}


def _promise_words(row: PromiseRow) -> str:
    return joined((_PROMISES[row.standing][0], row.closed_reason))


def _promise_tone(row: PromiseRow) -> Tone:
    return _PROMISES[row.standing][1]


def _is_open(row: FollowUpRow) -> bool:
    return row.status == "open"


def _state_words(row: FollowUpRow) -> str:
    return {"open": "Overdue" if row.is_overdue else "Open", "done": "Done"}.get(row.status, "Not needed")


def _state_tone(row: FollowUpRow) -> Tone:
    if row.status != "open":
        return Tone.READY if row.status == "done" else Tone.NEUTRAL
    return Tone.WARN if row.is_overdue else Tone.INFO
