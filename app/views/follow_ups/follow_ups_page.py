"""Follow-ups: what is to be done for patients, what was handed on, and which contacts were never finished."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.services.escalations import EscalationRow
from app.services.follow_up_rows import FollowUpRow
from app.services.incomplete_cycles import IncompleteCycle
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.follow_ups import lists
from app.views.follow_ups.follow_up_acts import FollowUpActs
from app.views.follow_ups.follow_ups_read import FollowUpsRead, read_follow_ups
from app.views.follow_ups.patient_choice import PatientChoice
from app.views.follow_ups.patient_panels import PatientPanels
from app.views.page_context import PageContext
from app.views.patients.standing import joined
from app.views.tasks import Latest
from app.views.theme import GRID, set_shown
from app.views.today.paper_panel import CallSheetPanel
from app.views.widgets import Card, ChoiceField, PageHeader, PanelHost, page_layout, scrolling
from app.views.widgets.counters import Counters

_FRESH = ("follow_up", "escalation", "promise", "touch_point", "time_entry", "note", "person", "patient")
_ALL = 0


class FollowUpsPage(QWidget):
    """One list at a time, chosen by its counter. Nothing is closed without an outcome."""

    def __init__(self, context: PageContext) -> None:
        """Read the lists as soon as the page is seen."""
        super().__init__()
        self.setObjectName("follow_ups_page")
        self._context = context
        self._zone = clinic_zone(context)
        self._reads = Latest(context.tasks, self)
        self._read = FollowUpsRead()
        self._is_read = False
        self._me = context.desk.actor.person_id
        self._body = QWidget()
        self._host = PanelHost(scrolling(self._body))
        self.panels = PatientPanels(context, self._host)
        self.acts = FollowUpActs(context, self.panels)
        self.whose = ChoiceField([(_ALL, self.tr("Everybody's"))])
        self.whose.set_value(_ALL)
        self.whose.setObjectName("follow_ups_whose")
        self.whose.setAccessibleName(self.tr("Whose"))
        self.counters = Counters(
            [
                ("open", self.tr("Open"), "list-todo"),
                ("overdue", self.tr("Overdue"), "clock"),
                ("escalations", self.tr("Escalations"), "triangle-alert"),
                ("cycles", self.tr("Not finished"), "circle-dot"),
                ("closed", self.tr("Closed"), "check"),
            ],
            name="follow_ups_lists",
            words=self.tr("Lists"),
        )
        self.sections: dict[str, RowsSection[Any]] = {
            "open": self._follow_ups("open", self.tr("Open follow-ups"), self.tr("Nothing is to be done.")),
            "overdue": self._follow_ups("overdue", self.tr("Overdue follow-ups"), self.tr("Nothing is late.")),
            "escalations": self._escalations(),
            "cycles": self._cycles(),
            "closed": self._closed(),
        }
        self._stack = QStackedWidget()
        self._detail = safe_text.label("", name="follow_ups_detail", selectable=True)
        self._detail_card = Card(name="follow_ups_detail_card")
        self.header = PageHeader(self.tr("Follow-ups"), " ")
        self._build()
        self._connect()
        self.setFocusProxy(self.sections["open"].list)

    def may_leave(self) -> bool:
        """Whether nothing half filled in would be lost."""
        return not self._host.is_open or self.panels.may_open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _on_read(self, read: FollowUpsRead) -> None:
        is_first, self._is_read = not self._is_read, True
        self._read = read
        others = [(person, name) for person, name in read.owners().items() if person != self._me]
        self.whose.offer([(_ALL, self.tr("Everybody's")), (self._me, self.tr("Mine")), *others])
        if self.whose.value() is None:
            self.whose.set_value(_ALL)
        self._show()
        if is_first and self.isVisible():
            self._section.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touch(*_FRESH):
            self._ask()

    def _on_list_chosen(self, key: str) -> None:
        self._stack.setCurrentWidget(self.sections[key])
        self._show_detail()

    def _on_new(self) -> None:
        if self.panels.may_open():
            choice = PatientChoice(self._context, self.tr("Next"))
            choice.chosen.connect(self.panels.add_follow_up, Qt.ConnectionType.QueuedConnection)
            self._host.open_panel(self.tr("Whose follow-up?"), choice)

    def _on_sheet_asked(self) -> None:
        if self.panels.may_open():
            panel = CallSheetPanel(self._context, clinic_today(self._context, self._zone))
            panel.done.connect(self._host.close_panel)
            self._host.open_panel(self.tr("Call sheet for a power cut"), panel)

    def _on_call_asked(self) -> None:
        row = self._section.current
        if row is not None:
            self._context.start_call(row.patient_id)

    def _ask(self) -> None:
        desk = self._context.desk
        self._reads.ask(lambda: read_follow_ups(desk), self._on_read)

    @property
    def _section(self) -> RowsSection[Any]:
        return self.sections[self.counters.key]

    def _show(self) -> None:
        shown = self._read.of(self.whose.value() or None, self._me)
        rows: dict[str, tuple[Any, ...]] = {
            "open": shown.follow_ups,
            "overdue": shown.overdue,
            "escalations": shown.escalations,
            "cycles": shown.cycles,
            "closed": shown.closed,
        }
        for key, section in self.sections.items():
            section.show_rows(rows[key])
        self.counters.show_counts({key: len(each) for key, each in rows.items()})
        late = len(rows["overdue"])
        waiting = sum(row.status == "open" for row in rows["escalations"])
        words = self.tr("{n} open, {late} late").format(n=len(rows["open"]), late=late)
        asked = self.tr("{n} escalations wait for an answer").format(n=waiting)
        once = self.tr("1 escalation waits for an answer")
        self.header.show_text(
            self.tr("Follow-ups"), joined((words, (once if waiting == 1 else asked) if waiting else ""))
        )
        self._show_detail()

    def _show_detail(self) -> None:
        row = self._section.current
        self._detail.setText(lists.detail(row, self._zone) if row is not None else "")
        set_shown(self._detail_card, shown=row is not None)

    def _follow_ups(self, key: str, title: str, empty: str) -> RowsSection[FollowUpRow]:
        actions: list[RowAction[FollowUpRow]] = []
        if self._context.may("follow_up.work"):
            actions += [
                RowAction("close", self.tr("Close"), "check", self.acts.close),
                RowAction("edit", self.tr("Change"), "pencil", self.acts.change),
                RowAction("cancel", self.tr("Not needed"), "ban", self.acts.cancel),
            ]
        return RowsSection(
            title,
            name=f"follow_ups_{key}",
            columns=lists.follow_up_columns(),
            row_id=lambda row: row.id,
            empty=empty,
            actions=(*actions, *self._ways()),
        )

    def _closed(self) -> RowsSection[FollowUpRow]:
        actions: list[RowAction[FollowUpRow]] = []
        if self._context.may("follow_up.work"):
            actions.append(RowAction("reopen", self.tr("Open again"), "undo-2", self.acts.reopen))
        return RowsSection(
            self.tr("Closed follow-ups"),
            name="follow_ups_closed",
            columns=lists.closed_columns(self._zone),
            row_id=lambda row: row.id,
            empty=self.tr("Nothing was closed yet."),
            actions=(*actions, *self._ways()),
        )

    def _escalations(self) -> RowsSection[EscalationRow]:
        actions: list[RowAction[EscalationRow]] = []
        if self._context.may("escalation.answer"):
            actions.append(
                RowAction(
                    "answer",
                    self.tr("Answer"),
                    "send",
                    self.acts.answer,
                    fits=lambda row: row.may_answer,
                )
            )
        if self._context.may("escalation.raise"):
            actions += [
                RowAction(
                    "close",
                    self.tr("Close"),
                    "check",
                    self.acts.close_escalation,
                    fits=lambda row: row.status == "answered",
                ),
                RowAction(
                    "withdraw",
                    self.tr("Take back"),
                    "undo-2",
                    self.acts.withdraw,
                    fits=lambda row: row.status == "open" and row.raised_by_id == self._me,
                ),
            ]
        return RowsSection(
            self.tr("Escalations"),
            name="follow_ups_escalations",
            columns=lists.escalation_columns(self._zone),
            row_id=lambda row: row.id,
            empty=self.tr("Nothing was handed on that is not settled."),
            actions=(*actions, *self._ways()),
        )

    def _cycles(self) -> RowsSection[IncompleteCycle]:
        actions: list[RowAction[IncompleteCycle]] = []
        if self._context.may("call.plan"):
            actions.append(
                RowAction(
                    "plan",
                    self.tr("Plan a call"),
                    "calendar-days",
                    lambda row: self.panels.plan_call(row.patient_id),
                    fits=lambda row: row.kind == "no_next_step",
                )
            )
        return RowsSection(
            self.tr("Contacts begun and not finished"),
            name="follow_ups_cycles",
            columns=lists.cycle_columns(self._zone),
            row_id=lambda row: (row.kind, row.call_id, row.escalation_id),
            empty=self.tr("Every contact that was begun is finished."),
            actions=(*actions, *self._ways()),
        )

    def _ways(self) -> tuple[RowAction[Any], ...]:
        """Return the ways from any row to its patient."""
        found: list[RowAction[Any]] = []
        if self._context.may("patient.open"):
            found.append(
                RowAction(
                    "chart",
                    self.tr("Chart"),
                    "folder-open",
                    lambda row: self._context.open_chart(row.patient_id, "overview"),
                )
            )
        if self._context.may("call.work"):
            found.append(RowAction("call", self.tr("Call"), "phone-call", lambda _row: self._on_call_asked()))
        return tuple(found)

    def _build(self) -> None:
        if self._context.may("follow_up.work"):
            self.add_button = safe_text.button(
                self.tr("Add follow-up"),
                name="follow_ups_add",
                kind="primary",
                tip=self.tr("Add follow-up (Ctrl+T)"),
                on_click=self._on_new,
            )
            self.header.add_action(self.add_button)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.counters, 1)
        top.addWidget(self.whose, 0, Qt.AlignmentFlag.AlignTop)
        for section in self.sections.values():
            self._stack.addWidget(section)
        self._detail_card.body.addWidget(self._detail)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addWidget(self._detail_card)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addWidget(self._host, 1)

    def _connect(self) -> None:
        self.counters.chosen.connect(self._on_list_chosen)
        self.whose.edited.connect(self._show)
        for section in self.sections.values():
            section.list.picked.connect(lambda _: self._show_detail())
        self._context.feed.changed.connect(self._on_changed)
        on, context = self._context.window.commands.on, self._context
        on("refresh", self, self._ask)
        if context.may("follow_up.work"):
            on("follow_up.new", self, self._on_new)
        if context.may("call_sheet.print"):
            on("call_sheet", self, self._on_sheet_asked)
        if context.may("call.work"):
            for section in self.sections.values():
                on("call.toggle", section.list, self._on_call_asked)
