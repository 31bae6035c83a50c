"""Today: whom to call now, and why. The queue at the left, the selected patient at the right."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.services.local_words import WEEKDAYS
from app.services.today import TodayRow
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.follow_ups.patient_panels import PatientPanels
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.preferences import HIDE_NAMES
from app.views.tasks import Latest
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.today.patient_today import PatientToday, read_patient_today
from app.views.today.queue_list import QueueList
from app.views.today.today_card import TodayCard
from app.views.today.unfiled_notes import UnfiledNotes
from app.views.today.week_view import WeekView
from app.views.widgets import ChoiceField, PageHeader, PanelHost, SearchField, format_date, page_layout

LOOK_EVERY_MS = 60_000
KEEP_EVERY_LOOKS = 10
_FRESH = (
    *("patient", "enrolment", "practitioner", "import_batch", "person", "setting", "clinic"),
    *("promise", "touch_point", "follow_up", "escalation", "time_entry", "consent", "stay", "condition"),
    *("care_plan", "care_plan_event", "other_service", "mdm", "packet", "note"),
)
# A running call writes its heartbeat every few seconds, which changes nothing here; coming back to the page reads anew.


class TodayPage(QWidget):
    """The nurse's queue. F8 calls who is selected; after the call is saved, `pick_after` selects the next one."""

    def __init__(self, context: PageContext) -> None:
        """Read the queue as soon as the page is seen."""
        super().__init__()
        self.setObjectName("today_page")
        self._context = context
        self._zone = clinic_zone(context)
        self._reads = Latest(context.tasks, self)
        self._cards = Latest(context.tasks, self)
        self._is_read = False
        self._looks = 0
        self._action = ""
        self.queue = QueueList(context.preferences)
        self.card = TodayCard(context)
        self.search = SearchField(self.tr("Name, phone or reason"), name="today_search")
        self.whose = ChoiceField([(True, self.tr("My patients")), (False, self.tr("All patients"))])
        self.whose.set_value(value=True)
        self.whose.setObjectName("today_whose")
        self.whose.setAccessibleName(self.tr("Whose patients"))
        self.hide_button = safe_text.tool_button(
            self.tr("Hide names"),
            name="today_hide_names",
            icon=icon("eye-off"),
            tip=self.tr("Show initials and birth years in place of names"),
            show_text=True,
            checkable=True,
        )
        self.week_button = safe_text.button(
            self.tr("Weekly plan"),
            name="today_week",
            icon=icon("calendar-days"),
            tip=self.tr("Weekly plan (Ctrl+Shift+W): who is called on which day, and the call sheet for a power cut"),
            on_click=self._on_week,
        )
        self.header = PageHeader(self.tr("Today"), " ", (self.week_button, self.hide_button))
        self._build()
        fit_scale(self, self._fit)  # before the text's new size is laid out: the window never shrinks again
        self.panels = PatientPanels(context, self._host)
        self._timer = QTimer(self)
        self._timer.setObjectName("today_look")
        self._timer.setInterval(LOOK_EVERY_MS)
        self._connect()
        hidden = context.preferences.is_on(HIDE_NAMES)
        self.hide_button.setChecked(hidden)
        self.queue.hide_names(hidden=hidden)
        self.setFocusProxy(self.queue.list)

    def pick_after(self, patient_id: int) -> None:
        """Select the patient that follows in the list as it was when the call began."""
        self.queue.pick_after(patient_id)
        self.queue.focus_list()

    def may_leave(self) -> bool:
        """Whether nothing half filled in would be lost."""
        return not self._host.is_open or self.panels.may_open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_read(self, rows: Sequence[TodayRow]) -> None:
        is_first, self._is_read = not self._is_read, True
        self.queue.show_queue(rows)
        if is_first:
            self._keep_months()

    def _on_picked(self, row: TodayRow | None) -> None:
        count = len(self.queue.table.rows)
        self._show_words()
        set_shown(self.card, shown=bool(count) and not self._host.is_open)
        if not count and self._is_read:
            self._say_nobody()
        if row is None:
            self._cards.forget()
            self.card.show_nobody()
            return
        self.card.show_row(row, hides_names=self.hide_button.isChecked())
        self._ask_card(row.patient_id)

    def _on_patient_read(self, read: PatientToday) -> None:
        self.card.show_patient(read)

    def _on_left_down(self) -> None:
        if self.queue.row is not None:
            self.queue.focus_list()

    def _on_hide_toggled(self) -> None:
        hidden = self.hide_button.isChecked()
        self._context.preferences.keep_on(HIDE_NAMES, on=hidden)
        self.queue.hide_names(hidden=hidden)

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touch(*_FRESH):
            self._ask()

    def _on_look_due(self) -> None:
        # Promises and call windows begin and end by the clock alone.
        if self.isVisible() and not self._context.window.is_locked:
            self._ask()
            self._looks += 1
            if self._looks % KEEP_EVERY_LOOKS == 0:
                self._keep_months()

    def _on_asked(self, what: str) -> None:
        row = self.queue.row
        if row is None:
            return
        if what == "call":
            self._context.start_call(row.patient_id)
        elif what == "chart":
            self._context.open_chart(row.patient_id, "overview")
        elif what == "plan":
            self.panels.plan_call(row.patient_id)
        elif what == "follow_up":
            self.panels.add_follow_up(row.patient_id)
        else:
            self.panels.escalate(row.patient_id)

    def _on_week(self, *, printing: bool = False) -> None:
        if self.may_leave():
            week = WeekView(self._context, hides_names=self.hide_button.isChecked())
            self._context.window.show_view(week)
            if printing:
                week.print_sheet()

    def _on_opened(self, patient_id: int) -> None:
        if self._context.may("patient.open"):
            self._context.open_chart(patient_id, "overview")

    def _on_empty_acted(self) -> None:
        if self._action == "search":
            self.search.clear()
            self.queue.search("")
        elif self._action == "all":
            self.whose.set_value(value=False)
            self._ask()
        elif self._action == "patients":
            self._context.window.go_to("patients")
        else:
            self.queue.show_filter(self._action)
            self.queue.focus_list()

    def _on_patients_asked(self, command: str) -> None:
        """Answer where the list of patients answers."""
        if self._context.window.go_to("patients") is not None:
            self._context.window.commands.run(command)

    def _on_panel_opened(self) -> None:
        self._columns.setContentsMargins(0, 0, 2 * GRID, 0)
        set_shown(self.card, shown=False)

    def _on_panel_closed(self) -> None:
        self._columns.setContentsMargins(0, 0, 0, 0)
        set_shown(self.card, shown=bool(self.queue.table.rows))

    def _ask(self) -> None:
        today, actor, mine = self._context.desk.today, self._context.desk.actor, bool(self.whose.value())
        self._reads.ask(lambda: today.everyone(actor, mine=mine), self._on_read)

    def _ask_card(self, patient_id: int) -> None:
        desk, zone = self._context.desk, self._zone
        self._cards.ask(lambda: read_patient_today(desk, patient_id, zone), self._on_patient_read)

    def _keep_months(self) -> None:
        today, actor = self._context.desk.today, self._context.desk.actor
        self._context.tasks.run(lambda: today.keep_months(actor))

    def _show_words(self) -> None:
        day = clinic_today(self._context, self._zone)
        due = self.queue.count("")
        to_call = self.tr("1 patient to call") if due == 1 else self.tr("{n} patients to call").format(n=f"{due:,}")
        when = f"{WEEKDAYS[day.weekday()]} {format_date(day)}"
        self.header.show_text(self.tr("Today"), f"{when} · {to_call if self._is_read else '…'}")

    def _say_nobody(self) -> None:
        """Say what to do where the list is empty, most useful first."""
        queue, which = self.queue, self.queue.filters.key
        if self.search.text().strip():
            self._action = "search"
            queue.say_nobody(self.tr("Nobody here is found by these words."), self.tr("Show the list again"))
        elif not queue.rows and self.whose.value():
            self._action = "all"
            queue.say_nobody(self.tr("No enrolled patient is yours or nobody's."), self.tr("Show all patients"))
        elif not queue.rows:
            self._action = "patients"
            queue.say_nobody(
                self.tr("Nobody is enrolled yet. Enroll patients in their charts; then they come due here."),
                self.tr("Go to Patients"),
            )
        elif which:
            self._action = ""
            queue.say_nobody(self.tr("No patient is in this list."), self.tr("Show my queue"))
        elif queue.count("unscheduled"):
            self._action = "unscheduled"
            queue.say_nobody(
                self.tr("Nobody is due now. Some patients have nothing planned at all: look at them next."),
                self.tr("Show unscheduled patients"),
            )
        else:
            self._action = "close"
            queue.say_nobody(
                self.tr("Nobody is due now. Whoever is close to 20 minutes can be called early."),
                self.tr("Show who is close"),
            )

    def _build(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(GRID)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.whose)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addLayout(filters)
        left.addWidget(self.queue, 1)
        body = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, body)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(2 * GRID)
        self._columns.addLayout(left, 1)
        self._columns.addWidget(self.card)
        self._host = PanelHost(body)
        self.header.add_action(UnfiledNotes(self._context))
        page = page_layout(self)
        page.setSpacing(GRID)
        page.addWidget(self.header)
        page.addWidget(self._host, 1)

    def _connect(self) -> None:
        self.search.searched.connect(self.queue.search)
        self.search.left_down.connect(self._on_left_down)
        self.whose.edited.connect(self._ask)
        self.hide_button.clicked.connect(lambda _=False: self._on_hide_toggled())
        self.queue.picked.connect(self._on_picked)
        self.queue.opened.connect(self._on_opened)
        self.queue.acted.connect(self._on_empty_acted)
        self.card.asked.connect(self._on_asked)
        self.panels.opened.connect(self._on_panel_opened)
        self._host.closed.connect(self._on_panel_closed)
        self._timer.timeout.connect(self._on_look_due)
        self._context.feed.changed.connect(self._on_changed)
        on, context = self._context.window.commands.on, self._context
        on("filter", self, self.search.setFocus)
        on("refresh", self, self._ask)
        on("plan.week", self, self._on_week)
        if context.may("call_sheet.print"):
            on("call_sheet", self, partial(self._on_week, printing=True))
        for command, action in (("patient.new", "patient.edit"), ("patient.import", "import.run")):
            if context.may(action):
                on(command, self, partial(self._on_patients_asked, command))
        # While nobody is selected these keys stay with whoever else answers them, as the call that runs.
        for command, what, action in (
            ("call.toggle", "call", "call.work"),
            ("follow_up.new", "follow_up", "follow_up.work"),
            ("escalate", "escalate", "escalation.raise"),
        ):
            if context.may(action):
                on(command, self.queue.list, partial(self._on_asked, what))

    def _fit(self) -> None:
        is_narrow = self.width() < scaled(110 * GRID)
        way = QBoxLayout.Direction
        self._columns.setDirection(way.TopToBottom if is_narrow else way.LeftToRight)
        self.card.fold(folded=is_narrow)
