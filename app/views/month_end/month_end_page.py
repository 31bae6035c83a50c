"""The month-end board: who is ready to bill, who is not, why, and the way to mend it."""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.readiness import READY, Board, BoardRow
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.errors import sentence
from app.views.icons import icon
from app.views.month_end.approve_view import ApproveView
from app.views.month_end.board_filter import BoardFilter
from app.views.month_end.board_list import BoardList
from app.views.month_end.make_packets import MakePackets
from app.views.month_end.month_picker import MonthPicker
from app.views.month_end.patient_month import PatientMonth
from app.views.month_end.saved_file import save_report
from app.views.month_end.words import money_words, month_words
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.widgets import ChoiceField, PageHeader, SearchField, format_date, page_layout

CARD_WIDTH = 46 * GRID
NARROW = 112 * GRID
"""Below so many pixels at 100 % text, list and card take turns."""
UNLIMITED = 16_777_215
SETTLE_MS = 200
"""News of one deed comes in several commits; the board is read once they are in."""
FIRST_DAYS = 10
"""In these days of a month the board opens on the month before: its packets are what is being made."""
BEARS_ON_IT = (
    *("patient", "enrolment", "consent", "condition", "care_plan", "care_plan_event", "time_entry", "note", "stay"),
    *("other_service", "mdm", "practitioner", "person", "clinic", "charge", "approval", "packet", "import_batch"),
)


class MonthEndPage(QWidget):
    """A month's patients at the left, the selected one at the right. F7 and Shift+F7 walk the missing things."""

    def __init__(self, context: PageContext) -> None:
        """Read the running month's board at once, or last month's in the first days of a new one."""
        super().__init__()
        self.setObjectName("month_end_page")
        self._context = context
        self._zone: ZoneInfo = clinic_zone(context)
        self._boards = Latest(context.tasks, self)
        self._board: Board | None = None
        self._filter = BoardFilter()
        self._is_stale = self._is_asking = self._shows_card = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._ask)
        today = clinic_today(context, self._zone)
        running = Month.of(today)
        self.picker = MonthPicker(running.previous if today.day <= FIRST_DAYS else running, running)
        self.search = SearchField(self.tr("Name, MRN, code or what is missing"), name="month_search")
        self.practitioner = ChoiceField(empty=self.tr("All practitioners"))
        self.practitioner.setObjectName("month_practitioner")
        self.practitioner.setAccessibleName(self.tr("Practitioner"))
        self.patients = BoardList(context.preferences)
        self.card = PatientMonth(context.desk.opened.ledger.permissions.roles, self._may_open)
        self.header = PageHeader(self.tr("Month-end"), " ")
        self._build()
        self._connect()
        self.setFocusProxy(self.patients.list)
        self._ask()

    @property
    def board(self) -> Board | None:
        """The board as last read, None until then."""
        return self._board

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._shows_card:
            self._show_card(shown=False)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.picker.move_latest(Month.of(clinic_today(self._context, self._zone)))
        if self._is_stale:
            self._settle.start()

    def _on_board(self, board: Board) -> None:
        self._is_asking = False
        self._board = board
        named = sorted({(row.practitioner, row.npi) for row in board.rows})
        self.practitioner.offer([(npi, name) for name, npi in named])
        self._show_header(board)
        self._show_rows()
        if self._is_stale:
            self._settle.start()

    def _on_failed(self, error: Exception) -> None:
        self._is_asking = False
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        self._board = None
        self.header.show_text(self.tr("Month-end"), " ")
        self._offer_actions()
        self.patients.show_refusal(sentence(error))

    def _on_month_chosen(self, _month: Month) -> None:
        self._board = None
        self._filter = replace(self._filter, kept=None)
        self._ask()

    def _on_filtered(self, _what: object = None) -> None:
        self._filter = BoardFilter(
            self.patients.states.state, self.practitioner.value() or "", self.search.text().strip()
        )
        self._show_rows()

    def _on_empty_acted(self) -> None:
        if self._board is None or not self._board.rows:
            self._context.window.go_to("patients")
            return
        self.patients.states.show_all()
        self.practitioner.set_value(None)
        self.search.clear()
        self._on_filtered()
        self.patients.focus_list()

    def _on_picked(self, row: BoardRow | None) -> None:
        if row is None:
            self.card.show_nobody()
        else:
            self.card.show_row(row)
        set_shown(self.details_button, shown=self._is_narrow and row is not None)

    def _on_opened(self, patient_id: int) -> None:
        if self.card.row is not None and self.card.row.patient_id == patient_id:
            self._open(patient_id, self.card.place)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch(*BEARS_ON_IT):
            self._is_stale = True
            if self.isVisible() and not self._is_asking:
                self._settle.start()

    def _on_approve(self) -> None:
        board = self._board
        if board is None:
            return
        if not board.is_over:
            self._context.window.notify(self._when_over(board.month))
            return
        ready = [row.patient_id for row in self.patients.table.rows if row.state == READY]
        if not ready:
            self._context.window.notify(self.tr("Nobody in this list waits for approval."))
            return
        chosen = self.patients.list.current_id
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

    def _on_report(self) -> None:
        if self._board is not None:
            save_report(self, self._context, self._board.month)

    def _open(self, patient_id: int, place: str) -> None:
        """Open where something is mended; on return the focus is on the patient's row again."""
        if not self._may_open(place):
            return
        self._filter = replace(self._filter, kept=patient_id)
        self.patients.focus_list()
        if place == "clinic":
            self._context.window.go_to("settings")
        else:
            self._context.open_chart(patient_id, place)

    def _walk(self, step: int) -> None:
        """Go to the next or the previous missing thing of the list, round and round."""
        stop = self.patients.stop_after(step, self.card.marked)
        if stop is None:
            self._context.window.notify(self.tr("Nothing is missing in this list."), "ready")
            return
        if stop.is_round:
            self._context.window.notify(
                self.tr("That was the last one: on from the top.")
                if step > 0
                else self.tr("That was the first one: on from the end.")
            )
        self.patients.focus_list()
        self.patients.list.pick(stop.patient_id)
        self.card.mark(stop.code)

    def _ask(self) -> None:
        self._is_stale, self._is_asking = False, True
        readiness, actor, month = self._context.desk.readiness, self._context.desk.actor, self.picker.month
        self._boards.ask(lambda: readiness.board(actor, month), self._on_board, self._on_failed)

    def _show_rows(self) -> None:
        if self._board is not None:
            elsewhere = self.tr("Go to patients") if "patients" in self._context.window.stack.keys else ""
            self.patients.show_board(self._board, self._filter, elsewhere)

    def _show_header(self, board: Board) -> None:
        amounts = [row.estimate_cents for row in board.rows if row.verdict == READY]
        known = [cents for cents in amounts if cents is not None]
        parts = [self.tr("The month is over.") if board.is_over else self._when_over(board.month)]
        if known:
            expected = self.tr("Ready months: {amount} expected (an estimate)").format(amount=money_words(sum(known)))
            unknown = len(amounts) - len(known)
            beside = self.tr(", {n} without a known amount").format(n=unknown) if unknown else ""
            parts.append(f"{expected}{beside}.")
        self.header.show_text(self.tr("Month-end"), " ".join(parts))
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

    def _may_open(self, place: str) -> bool:
        if place == "clinic":
            return "settings" in self._context.window.stack.keys
        return self._context.may("patient.open")

    @property
    def _is_narrow(self) -> bool:
        return self.width() < scaled(NARROW)

    def _show_card(self, *, shown: bool) -> None:
        self._shows_card = shown and self._is_narrow
        self._fit()
        if self._shows_card:
            self.back_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.patients.focus_list()

    def _fit(self) -> None:
        """Put list and card beside each other, or where there is no room show one of them."""
        narrow = self._is_narrow
        self._shows_card = self._shows_card and narrow
        self.card.setMinimumWidth(0 if narrow else scaled(CARD_WIDTH))
        self.card.setMaximumWidth(UNLIMITED if narrow else scaled(CARD_WIDTH))
        shown = {self.card: not narrow or self._shows_card, self.patients: not self._shows_card}
        for part in sorted(shown, key=lambda part: shown[part]):  # what goes goes first: both would widen the window
            set_shown(part, shown=shown[part])
        set_shown(self.back_button, shown=self._shows_card)
        set_shown(self.details_button, shown=narrow and not self._shows_card and self.card.row is not None)

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
        for action, make in (("month.make", self._make_button), ("month.approve", self._approve_button)):
            if self._context.may(action):
                self._month_buttons.append(make())
                self.header.add_action(self._month_buttons[-1])
        self.details_button = safe_text.button(
            self.tr("Details"), name="month_details", on_click=lambda: self._show_card(shown=True)
        )
        self.back_button = safe_text.button(
            self.tr("Back to the list"),
            name="month_back",
            icon=icon("arrow-left"),
            on_click=lambda: self._show_card(shown=False),
        )
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addWidget(self.picker)
        top.addWidget(self.search, 1)
        top.addWidget(self.practitioner)
        for button in (self.details_button, self.back_button):
            top.addWidget(button)
        columns = QHBoxLayout()
        columns.setSpacing(2 * GRID)
        columns.addWidget(self.patients, 1)
        columns.addWidget(self.card, 0)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addLayout(top)
        page.addLayout(columns, 1)
        self._offer_actions()
        fit_scale(self, self._fit)

    def _make_button(self) -> QPushButton:
        is_chief = not self._context.may("month.approve")
        return safe_text.button(
            self.tr("Make packets"),
            name="month_make",
            kind="primary" if is_chief else "secondary",
            icon=icon("file-down", Role.ON_ACCENT if is_chief else Role.TEXT),
            on_click=self._on_make,
        )

    def _approve_button(self) -> QPushButton:
        return safe_text.button(
            self.tr("Approve"),
            name="month_approve",
            kind="primary",
            icon=icon("signature", Role.ON_ACCENT),
            tip=self.tr("Look at each ready month and approve it (F9)"),
            on_click=self._on_approve,
        )

    def _connect(self) -> None:
        self.picker.chosen.connect(self._on_month_chosen)
        self.patients.states.chosen.connect(self._on_filtered)
        self.practitioner.edited.connect(self._on_filtered)
        self.search.searched.connect(self._on_filtered)
        self.search.left_down.connect(self.patients.focus_list)
        self.patients.picked.connect(self._on_picked)
        self.patients.opened.connect(self._on_opened)
        self.patients.acted.connect(self._on_empty_acted)
        self.card.mend_asked.connect(self._open)
        self.card.chart_asked.connect(lambda patient_id: self._open(patient_id, "overview"))
        self._context.feed.changed.connect(self._on_changed)
        answers: list[tuple[str, Callable[[], object]]] = [
            ("filter", self.search.setFocus),
            ("refresh", self._ask),
            ("print", self._on_report),
            ("blocker.next", lambda: self._walk(1)),
            ("blocker.previous", lambda: self._walk(-1)),
            ("month.previous", self.picker.show_previous),
            ("month.next", self.picker.show_next),
        ]
        if self._context.may("month.approve"):
            answers.append(("approve", self._on_approve))
        if self._context.may("month.make"):
            answers.append(("month.make", self._on_make))
        for key, handler in answers:
            self._context.window.commands.on(key, self, handler)
