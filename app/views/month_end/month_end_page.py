"""A month's end: the board, what the month stands to lose, and how it came along."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QTabWidget, QWidget

from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.closing.month_state import OPEN, MonthState
from app.services.readiness import APPROVED, EXPORTED, READY, Board
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.errors import sentence
from app.views.icons import icon
from app.views.month_end.approve_view import ApproveView
from app.views.month_end.board_list import BoardList
from app.views.month_end.board_tab import BoardTab
from app.views.month_end.change_words import closing_words
from app.views.month_end.close_wizard import CloseWizard
from app.views.month_end.history_tab import HistoryTab
from app.views.month_end.leaks_tab import LeaksTab
from app.views.month_end.make_packets import MakePackets
from app.views.month_end.month_picker import MonthPicker
from app.views.month_end.patient_month import PatientMonth
from app.views.month_end.register import RegisterView
from app.views.month_end.reopen_view import ReopenView
from app.views.month_end.saved_file import save_report
from app.views.month_end.words import money_words, month_words
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.widgets import PageHeader, format_date, page_layout

SETTLE_MS = 200
"""News of one deed comes in several commits; the board is read once they are in."""
FIRST_DAYS = 10
"""In these days of a month the board opens on the month before: its packets are what is being made."""
BEARS_ON_IT = (
    *("patient", "enrolment", "consent", "condition", "care_plan", "care_plan_event", "time_entry", "note", "stay"),
    *("other_service", "mdm", "practitioner", "person", "clinic", "charge", "approval", "packet", "import_batch"),
    *("month_hold", "eligibility_check", "time_review", "follow_up", "approval_withdrawal", "month_reopening"),
    "month_close",
)
ALSO_ON_LEAKS = ("touch_point", "promise", "escalation", "note_filing", "call")


class MonthEndPage(QWidget):
    """The board of a chosen month and what goes with it, each in its tab."""

    def __init__(self, context: PageContext) -> None:
        """Read the running month's board at once, or last month's in the first days of a new one."""
        super().__init__()
        self.setObjectName("month_end_page")
        self._context = context
        self._zone: ZoneInfo = clinic_zone(context)
        self._boards, self._days = Latest(context.tasks, self), Latest(context.tasks, self)
        self._board: Board | None = None
        self._state = MonthState()
        self._is_stale = self._is_asking = False
        self._are_leaks_stale = True
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._ask)
        today = clinic_today(context, self._zone)
        running = Month.of(today)
        self.picker = MonthPicker(running.previous if today.day <= FIRST_DAYS else running, running)
        self.board_tab = BoardTab(context, self._zone, self._may_open)
        self.leaks = LeaksTab(context)
        self.history = HistoryTab()
        self.register = RegisterView(context, self._zone, self.picker.month)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("month_tabs")
        self.header = PageHeader(self.tr("Month-end"))
        self.about = safe_text.label(" ", "muted", name="month_about")
        self._build()
        self._connect()
        self.setFocusProxy(self.patients.list)
        self._ask()

    @property
    def board(self) -> Board | None:
        """The board as last read, None until then."""
        return self._board

    @property
    def patients(self) -> BoardList:
        """The list of the board."""
        return self.board_tab.patients

    @property
    def card(self) -> PatientMonth:
        """The selected patient's month."""
        return self.board_tab.card

    def may_leave(self) -> bool:
        """Whether nothing half filled in would be lost."""
        return self.board_tab.may_leave() and self.register.may_leave()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.picker.move_latest(Month.of(clinic_today(self._context, self._zone)))
        if self._is_stale or (self._are_leaks_stale and self.leaks.isVisible()):
            self._settle.start()

    def _on_board(self, board: Board) -> None:
        self._is_asking = False
        self._board = board
        self._show_header(board)
        self.board_tab.show_board(board)
        self.history.show_board(board)
        self._read_tab()
        if self._is_stale:
            self._settle.start()

    def _on_failed(self, error: Exception) -> None:
        self._is_asking = False
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        self._board = None
        self.about.setText(" ")
        self._offer_actions()
        self.board_tab.show_refusal(sentence(error))
        self._read_tab()

    def _on_month_chosen(self, _month: Month) -> None:
        self._board = None
        self._are_leaks_stale = True
        self.board_tab.forget()
        self.register.show_month(self.picker.month)
        self._ask()

    def _on_tab_changed(self, _position: int) -> None:
        self._read_tab()

    def _on_changed(self, changes: Changes) -> None:
        self._are_leaks_stale |= changes.touch(*BEARS_ON_IT, *ALSO_ON_LEAKS)
        self._is_stale |= changes.touch(*BEARS_ON_IT)
        is_due = self._is_stale or (self._are_leaks_stale and self.leaks.isVisible())
        if is_due and self.isVisible() and not self._is_asking:
            self._settle.start()

    def _on_approve(self) -> None:
        board = self._board
        if board is None:
            return
        if not board.is_over:
            self._context.window.notify(self._when_over(board.month))
            return
        chosen = self.patients.list.current_id
        ready = [  # and the chosen one who is approved already, whose approval can be taken back
            row.patient_id
            for row in self.board_tab.shown
            if row.state == READY or (row.state == APPROVED and row.patient_id == chosen)
        ]
        if not ready:
            self._context.window.notify(self.tr("Nobody in this list waits for approval."))
            return
        view = ApproveView(self._context, board.month, ready, chosen if chosen in ready else ready[0])
        view.looked_at.connect(self.patients.list.pick)
        self._context.window.show_view(view)

    def _on_make(self) -> None:
        board = self._board
        if board is None or not board.rows:
            return
        if board.is_over:
            self._context.window.show_view(MakePackets(self._context, board))
        else:
            self._context.window.notify(self._when_over(board.month))

    def _on_close(self) -> None:
        board = self._board
        if board is None or not board.rows:
            return
        if not board.is_over:
            self._context.window.notify(self._when_over(board.month))
        elif self._state.is_closed:
            self._on_make()
        else:
            self._context.window.show_view(CloseWizard(self._context, board))

    def _on_reopen(self) -> None:
        board = self._board
        if board is None or not (self._state.is_closed or board.counts.get(EXPORTED)):
            self._context.window.notify(self.tr("This month is not closed."))
            return
        chosen = next((row for row in board.rows if row.patient_id == self.patients.list.current_id), None)
        self._context.window.show_view(ReopenView(self._context, board, chosen))

    def _on_report(self) -> None:
        if self._board is not None:
            save_report(self, self._context, self._board.month)

    def _open(self, patient_id: int, place: str) -> None:
        """Open where something is mended, in the month that is looked at."""
        if not self._may_open(place):
            return
        if place == "clinic":
            self._context.window.go_to("settings")
        else:
            self._context.open_chart(patient_id, place, self.picker.month)

    def _walk(self, step: int) -> None:
        self.tabs.setCurrentWidget(self.board_tab)
        self.board_tab.walk(step)

    def _ask(self) -> None:
        self._is_stale, self._is_asking = False, True
        readiness, actor, month = self._context.desk.readiness, self._context.desk.actor, self.picker.month
        self._boards.ask(lambda: readiness.board(actor, month), self._on_board, self._on_failed)

    def _read_tab(self) -> None:
        """Read what the tab in view shows beside the board."""
        month = self.picker.month
        if self.tabs.currentWidget() is self.leaks and self._are_leaks_stale:
            self._are_leaks_stale = False
            self.leaks.show_month(month)
        elif self.tabs.currentWidget() is self.history:
            readiness, actor = self._context.desk.readiness, self._context.desk.actor
            self._days.ask(lambda: readiness.history(actor, month), self.history.show_days)

    def _show_header(self, board: Board) -> None:
        amounts = [row.estimate_cents for row in board.rows if row.verdict == READY]
        known = [cents for cents in amounts if cents is not None]
        self._state = self._context.desk.month_end.state(self._context.desk.actor, board.month)
        parts = [closing_words(self._state, self._zone)] if self._state.state != OPEN else []
        if not parts:
            parts = [self.tr("The month is over.") if board.is_over else self._when_over(board.month)]
        if known:
            expected = self.tr("Ready months: {amount} expected (an estimate)").format(amount=money_words(sum(known)))
            unknown = len(amounts) - len(known)
            beside = self.tr(", {n} without a known amount").format(n=unknown) if unknown else ""
            parts.append(f"{expected}{beside}.")
        self.about.setText(" ".join(parts))
        self._offer_actions()

    def _when_over(self, month: Month) -> str:
        return self.tr("{month} is running: it is approved and its packets are made from {day} on.").format(
            month=month_words(month), day=format_date(month.next.first)
        )

    def _offer_actions(self) -> None:
        """Show what can be done with this month."""
        has_rows = self._board is not None and bool(self._board.rows)
        is_over = self._board is not None and self._board.is_over
        set_shown(self.report_button, shown=has_rows)
        for button in self._month_buttons:
            set_shown(button, shown=has_rows and is_over)
        for closing in (self.close_button, self.approve_button):
            if closing is not None and self._state.is_closed:
                set_shown(closing, shown=False)
        if self.reopen_button is not None:
            set_shown(self.reopen_button, shown=has_rows and is_over and self._state.is_closed)

    def _may_open(self, place: str) -> bool:
        if place == "clinic":
            return "settings" in self._context.window.stack.keys
        return self._context.may("patient.open")

    def _build(self) -> None:
        self.report_button = safe_text.button(
            self.tr("Readiness report"),
            name="month_report",
            icon=icon("printer"),
            tip=self.tr("Save the readiness report as PDF (Ctrl+P)"),
            on_click=self._on_report,
        )
        self.header.add_action(self.report_button)
        self._month_buttons: list[QPushButton] = []
        self.close_button: QPushButton | None = None
        self.approve_button: QPushButton | None = None
        self.reopen_button: QPushButton | None = None
        if self._context.may("month.reopen"):
            self.reopen_button = self._reopen_button()
            self.header.add_action(self.reopen_button)
        for action, make in (
            ("month.make", self._make_button),
            ("month.close", self._close_button),
            ("month.approve", self._approve_button),
        ):
            if self._context.may(action):
                self._month_buttons.append(make())
                self.header.add_action(self._month_buttons[-1])
        for widget, title in (
            (self.board_tab, self.tr("Board")),
            (self.leaks, self.tr("Leaks")),
            (self.history, self.tr("History")),
            *([(self.register, self.tr("Claims"))] if self._context.may("claim.read") else []),
        ):
            number = self.tabs.count() + 1
            tip = self.tr("{tab} (Ctrl+{n})").format(tab=title, n=number)
            safe_text.add_tab(self.tabs, widget, title, tip=tip)
        if not self._context.may("claim.read"):
            self.register.setParent(self)
            self.register.hide()
        self.tabs.setCornerWidget(self.picker)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addWidget(self.about)
        page.addWidget(self.tabs, 1)
        self._offer_actions()
        fit_scale(self, self._fit_words)

    def _make_button(self) -> QPushButton:
        return safe_text.button(
            self.tr("Make packets"), name="month_make", icon=icon("file-down"), on_click=self._on_make
        )

    def _close_button(self) -> QPushButton:
        is_chief = not self._context.may("month.approve")
        self.close_button = safe_text.button(
            self.tr("Close month"),
            name="month_close",
            kind="primary" if is_chief else "secondary",
            icon=icon("lock", Role.ON_ACCENT if is_chief else Role.TEXT),
            tip=self.tr("Review, dry run and close, step by step"),
            on_click=self._on_close,
        )
        return self.close_button

    def _reopen_button(self) -> QPushButton:
        return safe_text.button(
            self.tr("Open again"),
            name="month_reopen",
            icon=icon("lock-open"),
            tip=self.tr("Take final packets back, with a reason and a second person"),
            on_click=self._on_reopen,
        )

    def _approve_button(self) -> QPushButton:
        self.approve_button = safe_text.button(
            self.tr("Approve"),
            name="month_approve",
            kind="primary",
            icon=icon("signature", Role.ON_ACCENT),
            tip=self.tr("Look at each ready month and approve it (F9)"),
            on_click=self._on_approve,
        )
        return self.approve_button

    def _fit_words(self) -> None:
        """Say less on the buttons where the text is large, so that they need no wider window."""
        is_large = scaled(GRID) >= GRID * 3 // 2
        words = {
            "month_report": (self.tr("Readiness report"), self.tr("Report")),
            "month_make": (self.tr("Make packets"), self.tr("Packets")),
            "month_close": (self.tr("Close month"), self.tr("Close")),
            "month_reopen": (self.tr("Open again"), self.tr("Open")),
        }
        for button in (self.report_button, self.reopen_button, *self._month_buttons):
            if button is not None and button.objectName() in words:
                safe_text.set_button_text(button, words[button.objectName()][is_large])

    def _connect(self) -> None:
        self.picker.chosen.connect(self._on_month_chosen)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.board_tab.mend_asked.connect(self._open)
        self.board_tab.empty_acted.connect(lambda: self._context.window.go_to("patients"))
        self.leaks.mend_asked.connect(self._open)
        self.history.list.opened.connect(lambda patient_id: self._open(patient_id, "overview"))
        self._context.feed.changed.connect(self._on_changed)
        answers: list[tuple[str, Callable[[], object]]] = [
            ("filter", self.board_tab.search.setFocus),
            ("refresh", self._ask),
            ("print", self._on_report),
            ("blocker.next", lambda: self._walk(1)),
            ("blocker.previous", lambda: self._walk(-1)),
            ("month.previous", self.picker.show_previous),
            ("month.next", self.picker.show_next),
            *((f"tab.{at + 1}", lambda at=at: self.tabs.setCurrentIndex(at)) for at in range(self.tabs.count())),
        ]
        if self._context.may("month.approve"):
            answers.append(("approve", self._on_approve))
        if self._context.may("month.make"):
            answers.append(("month.make", self._on_make))
        if self._context.may("month.close"):
            answers.append(("month.close", self._on_close))
        if self._context.may("month.reopen"):
            answers.append(("month.reopen", self._on_reopen))
        for key, handler in answers:
            self._context.window.commands.on(key, self, handler)
