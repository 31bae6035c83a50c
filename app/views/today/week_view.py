"""The weekly plan: who is called on which day, moved by keyboard."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.cadence import WorkingDays
from app.services.weekly_plan import PlannedDay, PlanRow, WeekPlan
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.fitted_columns import FittedColumns
from app.views.follow_ups.patient_panels import PatientPanels
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.tasks import Latest
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.today import week_words as words
from app.views.today.paper_panel import CallSheetPanel
from app.views.today.queue_words import shown_name
from app.views.widgets import ChoiceField, EmptyState, PageHeader, PanelHost, format_date, page_layout

MINE, ALL = "mine", "all"
_FRESH = (
    "patient",
    "enrolment",
    "person",
    "setting",
    "promise",
    "touch_point",
    "follow_up",
    "escalation",
    "time_entry",
)
_WEEK = timedelta(days=7)


class WeekView(QWidget):
    """Seven days at the left, the chosen day's calls at the right.

    Ctrl+Left and Ctrl+Right plan the current patient's call a working day earlier or later; a promised call is moved in
    its own panel, which warns. What is late stands on today.
    """

    def __init__(self, context: PageContext, *, hides_names: bool = False) -> None:
        """Show this week."""
        super().__init__()
        self.setObjectName("week_view")
        self.setAccessibleName(self.tr("Weekly plan"))
        self._context = context
        self._hides_names = hides_names
        self._today = clinic_today(context, clinic_zone(context))
        self._of = self._today
        self._week: WeekPlan | None = None
        self._reads = Latest(context.tasks, self)
        self.whose = ChoiceField([(MINE, self.tr("My patients")), (ALL, self.tr("All patients"))])
        self.whose.set_value(MINE)
        self.whose.setObjectName("week_whose")
        self.whose.setAccessibleName(self.tr("Whose patients"))
        self.days: SnapshotTable[PlannedDay, date] = SnapshotTable(self._day_columns(), lambda day: day.day, self)
        self.day_list = TableView(self.days, name="week_days", words=self.tr("Days of the week"))
        self.calls: SnapshotTable[PlanRow, int] = SnapshotTable(self._call_columns(), lambda row: row.patient_id, self)
        self.call_list = FittedColumns(
            self.calls, name="week_calls", words=self.tr("Calls of the day"), preferences=context.preferences
        )
        self.empty = EmptyState("calendar-days", "", name="week_empty")
        self._day_title = safe_text.label("", "heading", name="week_day_title")
        self._owners = safe_text.label("", "muted", name="week_owners")
        self.header = PageHeader(self.tr("Weekly plan"), " ")
        self._build()
        self.panels = PatientPanels(context, self._host)
        self._connect()
        self.setFocusProxy(self.day_list)

    def may_leave(self) -> bool:
        """Whether nothing half filled in would be lost."""
        return not self._host.is_open or self.panels.may_open()

    def print_sheet(self) -> None:
        """Ask what goes on a call sheet."""
        if self.panels.may_open():
            shown = self.day_list.current_id
            first = shown if isinstance(shown, date) and shown >= self._today else self._today
            panel = CallSheetPanel(self._context, first)
            panel.done.connect(self._host.close_panel)
            self._host.open_panel(self.tr("Call sheet for a power cut"), panel)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_read(self, week: WeekPlan) -> None:
        self._week = week
        owners = {row.owner_id: row.owner for day in week.days for row in day.rows if row.owner_id is not None}
        if self.whose.value() == ALL or isinstance(self.whose.value(), int):
            self._offer_owners(owners)
        is_first = self.day_list.current_id is None
        chosen = self.day_list.current_id
        self.days.show_rows(week.days)
        if is_first or not self.day_list.pick(chosen):
            self.day_list.pick(self._of)
        calls = sum(len(self._rows(day)) for day in week.days)
        span = self.tr("{first} to {last}").format(
            first=format_date(week.monday), last=format_date(week.monday + timedelta(days=6))
        )
        to_call = self.tr("1 call") if calls == 1 else self.tr("{n} calls").format(n=f"{calls:,}")
        loose = ""
        if week.unscheduled:
            one, many = self.tr("1 patient has nothing planned"), self.tr("{n} patients have nothing planned")
            loose = one if week.unscheduled == 1 else many.format(n=f"{week.unscheduled:,}")
        self.header.show_text(self.tr("Weekly plan"), " · ".join(part for part in (span, to_call, loose) if part))
        self._show_day()
        if is_first and self.isVisible():
            self.day_list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touch(*_FRESH):
            self._ask()

    def _on_turned(self, by: int) -> None:
        """Show another week; nothing is planned in one that is over."""
        monday = self._of - timedelta(days=self._of.weekday()) + by * _WEEK
        if monday + timedelta(days=6) < self._today:
            return
        self._of = max(monday, self._today)
        self.day_list.clearSelection()
        self.day_list.setCurrentIndex(self.days.index(-1, -1))
        self._ask()

    def _on_moved(self, by: int) -> None:
        row = self._row
        day = self.day_list.current_id
        if row is None or not isinstance(day, date):
            return
        if row.promised_at is not None:
            self.panels.plan_call(row.patient_id)
            return
        if not row.is_due:
            self._context.window.notify(
                self.tr("No call is due that day: a follow-up stands there. Change its day in Follow-ups."), "warn"
            )
            return
        self._move(row, day, by)

    def _move(self, row: PlanRow, day: date, by: int) -> None:
        target = self._working_day(day, by)
        if target is None:
            self._context.window.notify(self.tr("A call is planned for today or a later day."), "warn")
            return
        cadence, actor, undo = self._context.desk.cadence, self._context.desk.actor, self._context.undo
        position = self.calls.position_of(row.patient_id)
        following = self.calls.id_at(position + 1) or self.calls.id_at(position - 1)
        name = self.tr("moved the call with {patient} to {day}").format(
            patient=self._name(row), day=words.day_words(target)
        )

        def done(_: object) -> None:
            undo.offer(name, lambda: cadence.withdraw_plan(actor, row.patient_id, target))
            if following is not None:
                self.call_list.pick(following)

        self._context.tasks.run(lambda: cadence.plan(actor, row.patient_id, target), done)

    def _working_day(self, day: date, by: int) -> date | None:
        """Return the nearest day on which the clinic works; beyond the week shown, by its days of the week."""
        week = self._week
        if week is None:
            return None
        known = {each.day: each.is_working for each in week.days}
        tried = day + timedelta(days=by)
        working = WorkingDays(frozenset(range(5)), frozenset())
        while tried >= self._today and tried - day < 2 * _WEEK:
            if known.get(tried, working.has(tried)):
                return tried
            tried += timedelta(days=by)
        return None

    def _on_asked(self, what: str) -> None:
        row = self._row
        if row is None:
            return
        if what == "call":
            self._context.start_call(row.patient_id)
        elif what == "plan":
            self.panels.plan_call(row.patient_id)
        else:
            self._context.open_chart(row.patient_id, "overview")

    def _on_opened(self, _patient_id: int) -> None:
        if self._context.may("patient.open"):
            self._on_asked("chart")

    @property
    def _row(self) -> PlanRow | None:
        shown = self.call_list.current_id
        return None if shown is None else self.calls.row_at(self.calls.position_of(shown))

    def _rows(self, day: PlannedDay) -> tuple[PlanRow, ...]:
        owner = self.whose.value()
        return tuple(row for row in day.rows if not isinstance(owner, int) or row.owner_id == owner)

    def _name(self, row: PlanRow) -> str:
        return shown_name(row.name, row.born_on, hidden=self._hides_names)

    def _ask(self) -> None:
        plan, actor, of = self._context.desk.weekly_plan, self._context.desk.actor, self._of
        mine = self.whose.value() == MINE
        self._reads.ask(lambda: plan.week(actor, of, mine=mine), self._on_read)

    def _show_day(self) -> None:
        day = self.days.row_at(self.days.position_of(self.day_list.current_id)) if self.day_list.current_id else None
        rows = self._rows(day) if day is not None else ()
        self.calls.show_rows(rows)
        if rows and self.call_list.current_id is None:
            self.call_list.pick_first()
        title = words.day_words(day.day) if day is not None else ""
        closed = words.closed_words(day) if day is not None else ""
        self._day_title.setText(" · ".join(part for part in (title, closed) if part))
        self._owners.setText(words.owners_words(rows))
        set_shown(self._owners, shown=bool(rows))
        set_shown(self.call_list, shown=bool(rows))
        set_shown(self.empty, shown=not rows)
        set_shown(self._foot, shown=bool(rows))
        self.empty.show_text(self.tr("Nobody is to be called on this day."), "")

    def _offer_owners(self, owners: dict[int, str]) -> None:
        people = sorted(owners.items(), key=lambda each: each[1].casefold())
        self.whose.offer([(MINE, self.tr("My patients")), (ALL, self.tr("All patients")), *people])
        if self.whose.value() is None:
            self.whose.set_value(ALL)

    def _day_columns(self) -> Sequence[Column[PlannedDay]]:
        return (
            Column(
                "day",
                self.tr("Day"),
                lambda day: words.day_line(day, self._today),
                width=0,
                is_sortable=False,
                tip=words.closed_words,
            ),
            Column(
                "calls",
                self.tr("Calls"),
                lambda day: str(len(self._rows(day)) or ""),
                width=56,
                is_number=True,
                is_sortable=False,
            ),
        )

    def _call_columns(self) -> Sequence[Column[PlanRow]]:
        return (
            Column("name", self.tr("Patient"), self._name, width=184, is_sortable=False),
            Column("why", self.tr("Why"), words.why_words, width=0, is_sortable=False, tip=words.why_words),
            Column("owner", self.tr("Whose"), lambda row: row.owner or "–", width=128, is_sortable=False),
            Column("phone", self.tr("Phone"), words.phone_words, width=104, is_sortable=False),
            Column("minutes", self.tr("Minutes"), words.minutes_words, width=64, is_number=True, is_sortable=False),
            Column("step", self.tr("Next step"), words.step_words, width=88, is_number=True, is_sortable=False),
        )

    def _build(self) -> None:
        for title, name, drawn, by in (
            (self.tr("Week before"), "week_before", "chevron-left", -1),
            (self.tr("Week after"), "week_after", "chevron-right", 1),
        ):
            self.header.add_action(
                safe_text.tool_button(title, name=name, icon=icon(drawn), on_click=partial(self._on_turned, by))
            )
        self.header.add_action(self.whose)
        if self._context.may("call_sheet.print"):
            self.header.add_action(
                safe_text.button(
                    self.tr("Call sheet…"),
                    name="week_sheet",
                    kind="primary",
                    icon=icon("printer", Role.ON_ACCENT),
                    tip=self.tr("Call sheet for a power cut"),
                    on_click=self.print_sheet,
                )
            )
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(GRID)
        if self._context.may("call.plan"):
            for title, tip, name, drawn, by in (
                (self.tr("A day earlier"), self.tr("Plan a day earlier (Ctrl+Left)"), "week_earlier", "arrow-left", -1),
                (self.tr("A day later"), self.tr("Plan a day later (Ctrl+Right)"), "week_later", "arrow-right", 1),
            ):
                foot.addWidget(
                    safe_text.button(title, name=name, icon=icon(drawn), tip=tip, on_click=partial(self._on_moved, by))
                )
            foot.addWidget(
                safe_text.button(
                    self.tr("Choose the day"),
                    name="week_plan",
                    icon=icon("calendar-days"),
                    on_click=lambda: self._on_asked("plan"),
                )
            )
        foot.addStretch(1)
        calls = QVBoxLayout()
        calls.setSpacing(GRID)
        for part in (self._day_title, self._owners):
            calls.addWidget(part)
        calls.addWidget(self.call_list, 1)
        calls.addWidget(self.empty, 1)
        calls.addWidget(self._foot)
        body = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, body)
        self._columns.setContentsMargins(0, 0, 2 * GRID, 0)
        self._columns.setSpacing(2 * GRID)
        self._columns.addWidget(self.day_list)
        self._columns.addLayout(calls, 1)
        self._host = PanelHost(body)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addWidget(self._host, 1)
        fit_scale(self, self._fit)

    def _connect(self) -> None:
        self.whose.edited.connect(self._ask)
        self.day_list.picked.connect(lambda _: self._show_day())
        self.day_list.opened.connect(lambda _: self.call_list.setFocus(Qt.FocusReason.OtherFocusReason))
        self.call_list.opened.connect(self._on_opened)
        context = self._context
        context.feed.changed.connect(self._on_changed)
        on = context.window.commands.on
        on("refresh", self, self._ask)
        if context.may("call_sheet.print"):
            on("call_sheet", self, self.print_sheet)
        if context.may("call.plan"):
            on("plan.earlier", self.call_list, lambda: self._on_moved(-1))
            on("plan.later", self.call_list, lambda: self._on_moved(1))
        if context.may("call.work"):
            on("call.toggle", self.call_list, lambda: self._on_asked("call"))

    def _fit(self) -> None:
        is_narrow = self.width() < scaled(100 * GRID)
        way = QBoxLayout.Direction
        self._columns.setDirection(way.TopToBottom if is_narrow else way.LeftToRight)
        wide = (1 << 24) - 1 if is_narrow else scaled(32 * GRID)
        self.day_list.setMaximumWidth(wide)
        self.day_list.setMinimumWidth(0 if is_narrow else wide)
        self.day_list.setMaximumHeight(scaled(20 * GRID) if is_narrow else (1 << 24) - 1)
