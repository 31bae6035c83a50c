"""The board: a month's patients at the left, the selected one at the right. F7 and Shift+F7 walk the missing things."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.board.holds import HELD, NOT_BILLED, RELEASED, TAKEN_BACK
from app.services.readiness import Board, BoardRow, FindingRow
from app.views import safe_text
from app.views.clinic_zone import clinic_today
from app.views.icons import icon
from app.views.month_end.board_filter import BoardFilter, owners_of
from app.views.month_end.board_list import BoardList
from app.views.month_end.board_panels import EligibilityPanel, HandOverPanel, ReviewPanel, reviewed_words
from app.views.month_end.explain_view import ExplainView
from app.views.month_end.patient_month import PatientMonth
from app.views.month_end.words import month_words, owner_words
from app.views.page_context import PageContext
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import ChoiceField, PanelHost, SearchField, ask_reason, format_date

CARD_WIDTH = 46 * GRID
NARROW = 112 * GRID
"""Below so many pixels at 100 % text, list and card take turns."""
LEAST_SEARCH = 18 * GRID
UNLIMITED = 16_777_215


class BoardTab(QWidget):
    """A month's board. `mend_asked` carries a patient's id and the place of a chart where something is mended.

    `empty_acted` follows the button that stands where nobody was enrolled.
    """

    mend_asked = Signal(int, str)
    empty_acted = Signal()

    def __init__(self, context: PageContext, zone: ZoneInfo, may_open: Callable[[str], bool]) -> None:
        """Make an empty board; `may_open` tells whether a place can be gone to."""
        super().__init__()
        self.setObjectName("month_board")
        self._context, self._zone = context, zone
        self._may_open_chart = may_open
        self._roles = context.desk.opened.ledger.permissions.roles
        self._board: Board | None = None
        self._filter = BoardFilter()
        self._shows_card = self._has_changed = False
        self.search = SearchField(self.tr("Name, MRN, code or what is missing"), name="month_search")
        self.practitioner = self._choice(self.tr("All practitioners"), "month_practitioner", self.tr("Practitioner"))
        self.owner = self._choice(self.tr("All owners"), "month_owner", self.tr("Owner of what is missing"))
        self.changed = safe_text.check_box("", name="month_changed")
        self.patients = BoardList(context.preferences, self._roles)
        self.card = PatientMonth(
            self._roles,
            self._may_open,
            may_hand=context.may("month.assign"),
            may_hold=context.may("month.hold"),
        )
        self.host = PanelHost(self._columns())
        self._build()
        self._connect()
        self.setFocusProxy(self.patients.list)

    @property
    def board(self) -> Board | None:
        """The board as last shown."""
        return self._board

    @property
    def shown(self) -> list[BoardRow]:
        """The rows in the list, in its order."""
        return list(self.patients.table.rows)

    def show_board(self, board: Board) -> None:
        """Show a month's board, or the same one as it is now."""
        self._board = board
        named = sorted({(row.practitioner, row.npi) for row in board.rows})
        self.practitioner.offer([(npi, name) for name, npi in named])
        self.owner.offer(
            [(key, found.person or owner_words(found, self._roles)) for key, found in owners_of(board.rows)]
        )
        changed = sum(bool(row.was) for row in board.rows)
        safe_text.set_button_text(self.changed, self.tr("Changed ({n})").format(n=changed))
        if board.since is not None:
            safe_text.set_tip(self.changed, self.tr("Changed since {day}").format(day=format_date(board.since)))
        self._has_changed = board.since is not None and changed > 0
        self._show_changed()
        self._filter_now()

    def show_refusal(self, words: str) -> None:
        """Say why there is no board."""
        self._board = None
        self.patients.show_refusal(words)

    def forget(self) -> None:
        """Expect another month's board."""
        self._board = None
        self._filter = replace(self._filter, kept=None)
        if self.host.is_open:
            self.host.close_panel()

    def may_leave(self) -> bool:
        """Whether nothing half filled in would be lost."""
        if not self.host.is_open:
            return True
        self.host.close_panel()
        return not self.host.is_open

    def walk(self, step: int) -> None:
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._shows_card:
            self._show_card(shown=False)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_filtered(self, _what: object = None) -> None:
        self._filter = BoardFilter(
            self.patients.states.key,
            self.practitioner.value() or "",
            self.owner.value() or "",
            self.search.text().strip(),
            changed=self.changed.isChecked(),
        )
        self._filter_now()

    def _on_empty_acted(self) -> None:
        if self._board is None or not self._board.rows:
            self.empty_acted.emit()
            return
        self.patients.states.choose("")
        self.practitioner.set_value(None)
        self.owner.set_value(None)
        self.changed.setChecked(False)
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

    def _on_hand_asked(self, found: FindingRow) -> None:
        board, row = self._board, self.card.row
        if board is None or row is None:
            return
        panel = HandOverPanel(self._context, row, board.month, found)
        panel.saved.connect(partial(self._end_panel, self.tr("The task is handed over.")))
        panel.cancelled.connect(self.host.close_panel)
        self._open_panel(self.tr("Hand over a task"), panel, panel.may_close)

    def _on_hold_asked(self, act: str) -> None:
        board, row = self._board, self.card.row
        if board is None or row is None:
            return
        month, holds, actor, patient_id = (
            board.month,
            self._context.desk.holds,
            self._context.desk.actor,
            row.patient_id,
        )
        deeds = {
            HELD: (self.tr("Hold this month?"), self.tr("Hold"), holds.hold),
            RELEASED: (self.tr("Release this month?"), self.tr("Release"), holds.release),
            NOT_BILLED: (self.tr("Do not bill this month?"), self.tr("Do not bill"), holds.mark_not_billed),
            TAKEN_BACK: (self.tr("Bill this month after all?"), self.tr("Take back"), holds.take_back),
        }
        title, action, deed = deeds[act]
        said = {
            HELD: self.tr("It is neither approved nor closed until somebody releases it. Nothing else changes."),
            RELEASED: self.tr("It can be approved and closed again, as it stands."),
            NOT_BILLED: self.tr("No packet and no claim is made of it. The record stays; it can be taken back."),
            TAKEN_BACK: self.tr("It can be approved and closed again, as it stands."),
        }[act]
        who = self.tr("{patient}, {month}. {said}").format(patient=row.name, month=month_words(month), said=said)

        def on_yes(reason: str) -> None:
            self._context.tasks.run(lambda: deed(actor, patient_id, month, reason), self._on_held)

        ask_reason(self, title, who, action, on_yes, label=self.tr("Why"))

    def _on_held(self, _: object) -> None:
        self.patients.focus_list()

    def _on_explain(self, patient_id: int) -> None:
        if self._board is None:
            return
        self._filter = replace(self._filter, kept=patient_id)
        self.patients.focus_list()
        name = self.card.row.name if self.card.row is not None else ""
        self._context.window.show_view(ExplainView(self._context, patient_id, name, self._board.month))

    def _open(self, patient_id: int, place: str) -> None:
        """Open where something is mended; on return the focus is on the patient's row again."""
        if not self._may_open(place):
            return
        self._filter = replace(self._filter, kept=patient_id)
        if place == "eligibility":
            self._open_eligibility()
        elif place == "review":
            self._open_review()
        else:
            self.patients.focus_list()
            self.mend_asked.emit(patient_id, place)

    def _open_eligibility(self) -> None:
        row = self.card.row
        if row is None:
            return
        others = [each.patient_id for each in self.shown if each.patient_id != row.patient_id]
        panel = EligibilityPanel(self._context, row, others, self._today())
        panel.saved.connect(partial(self._end_panel, self.tr("It is recorded that eligibility was asked.")))
        panel.cancelled.connect(self.host.close_panel)
        self._open_panel(self.tr("Eligibility asked"), panel, panel.may_close)

    def _open_review(self) -> None:
        board, row = self._board, self.card.row
        if board is None or row is None:
            return
        panel = ReviewPanel(self._context, row, board.month, self._zone)
        panel.done.connect(lambda count: self._end_panel(reviewed_words(count)))
        panel.cancelled.connect(self.host.close_panel)
        self._open_panel(self.tr("Hand-entered time"), panel, lambda: True)

    def _open_panel(self, title: str, panel: QWidget, may_close: Callable[[], bool]) -> None:
        if self.may_leave():
            self.host.open_panel(title, panel, width=CARD_WIDTH + 4 * GRID, may_close=may_close)
            self._fit()

    def _end_panel(self, words: str, _result: object = None) -> None:
        self.host.close_panel()
        self._context.window.notify(words, "ready")

    def _on_panel_closed(self) -> None:
        self._fit()
        self.patients.focus_list()

    def _today(self) -> date:
        return clinic_today(self._context, self._zone)

    def _filter_now(self) -> None:
        if self._board is not None:
            elsewhere = self.tr("Go to patients") if "patients" in self._context.window.stack.keys else ""
            self.patients.show_board(self._board, self._filter, elsewhere)

    def _may_open(self, place: str) -> bool:
        needed = {"eligibility": "eligibility.record", "review": "time.review"}.get(place)
        return self._context.may(needed) if needed else self._may_open_chart(place)

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
        """Put list and card beside each other, or where there is no room show one of them; a panel is in its place."""
        narrow, panel = self._is_narrow, self.host.is_open
        self._shows_card = self._shows_card and narrow and not panel
        self.card.setMinimumWidth(0 if narrow else scaled(CARD_WIDTH))
        self.card.setMaximumWidth(UNLIMITED if narrow else scaled(CARD_WIDTH))
        shown = {
            self.card: not panel and (not narrow or self._shows_card),
            self.patients: not self._shows_card and not (panel and narrow),
        }
        for part in sorted(shown, key=lambda part: shown[part]):  # what goes goes first: both would widen the window
            set_shown(part, shown=shown[part])
        for part in (self.search, self.practitioner, self.owner):  # they choose from the list that is out of view
            set_shown(part, shown=not self._shows_card)
        self._show_changed()
        set_shown(self.back_button, shown=self._shows_card)
        set_shown(
            self.details_button, shown=narrow and not panel and not self._shows_card and self.card.row is not None
        )

    def _show_changed(self) -> None:
        is_of_use = self._has_changed or self.changed.isChecked()
        set_shown(self.changed, shown=is_of_use and not self._shows_card)

    def _choice(self, empty: str, name: str, words: str) -> ChoiceField:
        made = ChoiceField(empty=empty)
        made.setObjectName(name)
        made.setAccessibleName(words)
        return made

    def _columns(self) -> QWidget:
        both = QWidget()
        columns = QHBoxLayout(both)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(2 * GRID)
        columns.addWidget(self.patients, 1)
        columns.addWidget(self.card, 0)
        return both

    def _build(self) -> None:
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
        top.setSpacing(GRID)
        fit_scale(self.search, lambda: self.search.setMinimumWidth(scaled(LEAST_SEARCH)))
        top.addWidget(self.search, 1)
        for part in (self.practitioner, self.owner, self.changed, self.details_button, self.back_button):
            top.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self.host, 1)
        set_shown(self.changed, shown=False)
        fit_scale(self, self._fit)

    def _connect(self) -> None:
        self.patients.states.chosen.connect(self._on_filtered)
        for choice in (self.practitioner, self.owner):
            choice.edited.connect(self._on_filtered)
        self.changed.clicked.connect(self._on_filtered)
        self.search.searched.connect(self._on_filtered)
        self.search.left_down.connect(self.patients.focus_list)
        self.patients.picked.connect(self._on_picked)
        self.patients.opened.connect(self._on_opened)
        self.patients.acted.connect(self._on_empty_acted)
        self.card.mend_asked.connect(self._open)
        self.card.chart_asked.connect(lambda patient_id: self._open(patient_id, "overview"))
        self.card.explain_asked.connect(self._on_explain)
        self.card.hand_asked.connect(self._on_hand_asked)
        self.card.hold_asked.connect(self._on_hold_asked)
        self.host.closed.connect(self._on_panel_closed)
