"""The claim register: a month's claims at the left, the selected one at the right; files out, answers in."""

from collections.abc import Callable, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.rules.claim_state import ACCEPTED, AGAIN, DENIED, EXPORTED, OVER, READY, REJECTED, SUBMITTED
from app.rules.month import Month
from app.rules.text import words_of
from app.services.claims.answering import ResponseRead
from app.services.claims.register import HistoryLine, RegisterRow
from app.services.claims.sending import MonthClaims
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.clinic_zone import clinic_today
from app.views.file_choice import ask_file, ask_folder
from app.views.form_panel import FormPanel
from app.views.icons import icon
from app.views.month_end.claim_acts import ClaimActs
from app.views.month_end.claim_card import ClaimCard
from app.views.month_end.claim_panels import AgainPanel, DeniedPanel, OffsetPanel, PaidPanel, SubmittedPanel
from app.views.month_end.claim_words import (
    claim_state_words,
    claim_tone,
    deadline_tone,
    deadline_words,
    line_words,
)
from app.views.month_end.words import counted, money_words, month_words
from app.views.page_context import PageContext
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.tasks import Latest
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import Banner, EmptyState, PanelHost, SearchField, ask, format_date
from app.views.widgets.counters import Counters

CARD_WIDTH = 48 * GRID
WORK = "claim.work"
_FRESH = ("claim_event", "claim_batch", "packet", "patient", "practitioner", "clinic", "setting", "month_reopening")
_LISTS: dict[str, Callable[[RegisterRow], bool]] = {
    "": lambda _row: True,
    "send": lambda row: row.state in {READY, AGAIN},
    "out": lambda row: row.state in {EXPORTED, SUBMITTED, ACCEPTED},
    "mend": lambda row: row.state in {REJECTED, DENIED} or row.standing.overpaid_on is not None or bool(row.gaps),
    "over": lambda row: row.state in OVER,
}


class RegisterView(QWidget):
    """Claims of one month, or of all months those with something left to do."""

    def __init__(self, context: PageContext, zone: ZoneInfo, month: Month | None) -> None:
        """Read the register when it is first seen; `month` None shows the open claims of all months."""
        super().__init__()
        self.setObjectName("claim_register")
        self.setAccessibleName(self.tr("Claims"))
        self._context, self._zone, self._month = context, zone, month
        self._reads = Latest(context.tasks, self)
        self._histories = Latest(context.tasks, self)
        self._rows: tuple[RegisterRow, ...] = ()
        self.counters = Counters(
            [
                ("", self.tr("All"), "layers"),
                ("send", self.tr("To send"), "file-pen"),
                ("out", self.tr("With the payer"), "send"),
                ("mend", self.tr("To mend"), "triangle-alert"),
                ("over", self.tr("Over"), "check"),
            ],
            name="claim_lists",
            words=self.tr("Claims"),
        )
        self.search = SearchField(self.tr("Name, record, claim number or code"), name="claim_search")
        self.table: SnapshotTable[RegisterRow, int] = SnapshotTable(self._columns(), _row_id, self)
        self.list = TableView(self.table, name="claims", words=self.tr("Claims"), preferences=context.preferences)
        self.banner = Banner(name="claim_banner")
        self.empty = EmptyState("file-check", "", name="claim_empty")
        self.card = ClaimCard(may_work=context.may(WORK), may_answer=context.may("answer.make"))
        self._acts = ClaimActs(context, self)
        self._body = QWidget()
        self._host = PanelHost(self._body)
        self._build()
        self._connect()
        self._is_stale = True
        self.setFocusProxy(self.list)

    @property
    def rows(self) -> tuple[RegisterRow, ...]:
        """The register as last read."""
        return self._rows

    @property
    def current(self) -> RegisterRow | None:
        """The current row."""
        return self.table.row_at(self.table.position_of(self.list.current_id)) if self.list.current_id else None

    def show_month(self, month: Month | None) -> None:
        """Show another month; note, where the person may, claims whose closed facts changed."""
        self._month = month
        self._is_stale = True
        if self.isVisible():
            self._read()

    def may_leave(self) -> bool:
        """Whether nothing half filled in would be lost."""
        panel = self._host.findChild(FormPanel)
        return not self._host.is_open or panel is None or panel.may_close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._read()

    def _on_noticed(self, new: int) -> None:
        if new:
            words = counted(
                new,
                self.tr("1 claim was sent from facts that have changed since. Look at it: 60 days run from today."),
                self.tr(
                    "{n} claims were sent from facts that have changed since. Look at them: 60 days run from today."
                ),
            )
            self.banner.show_text(words, "warn")
            self._ask()

    def _on_rows(self, rows: Sequence[RegisterRow]) -> None:
        self._rows = tuple(rows)
        self.counters.show_counts({key: sum(map(fits, rows)) for key, fits in _LISTS.items()})
        self._show_rows()

    def _on_changed(self, changes: Changes) -> None:
        if not changes.touch(*_FRESH):
            return
        self._is_stale = True
        if self.isVisible():
            self._ask()

    def _on_picked(self, _row_id: object) -> None:
        row = self.current
        self.card.show_row(row, clinic_today(self._context, self._zone))
        if row is None or row.claim_id is None:
            self._histories.forget()
            return
        claims, actor, claim_id = self._context.desk.claims, self._context.desk.actor, row.claim_id
        self._histories.ask(lambda: claims.history(actor, claim_id), self._on_history)

    def _on_history(self, lines: Sequence[HistoryLine]) -> None:
        self.card.show_history(lines)

    def _on_opened(self, _row_id: object) -> None:
        first = next((each for each in self.card.buttons.values() if not each.isHidden()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_asked(self, what: str) -> None:
        row = self.current
        if row is None:
            return
        acts: dict[str, Callable[[RegisterRow], object]] = {
            "mend": self._acts.mend,
            "submitted": lambda row: self._open(self.tr("Submitted"), SubmittedPanel(self._context, _ids([row]))),
            "denied": lambda row: self._open(self.tr("Denied"), DeniedPanel(self._context, row)),
            "paid": lambda row: self._open(self.tr("Paid"), PaidPanel(self._context, row)),
            "resubmission": lambda row: self._open(self.tr("Send again"), AgainPanel(self._context, row)),
            "written_off": self._acts.write_off,
            "overpayment_settled": self._acts.settle,
            "answer": self._acts.show_answer,
        }
        acts[what](row)

    def _on_make(self) -> None:
        month = self._month
        if month is None:
            return
        ready = [row for row in self._rows if row.state in {READY, AGAIN} and not row.gaps]
        if not ready:
            self._context.window.notify(self.tr("No claim of this month is ready to leave."), "info")
            return
        words = counted(len(ready), self.tr("1 claim"), self.tr("{n} claims"))
        ask(
            self,
            self.tr("Make the claim file?"),
            self.tr(
                "{claims} for {charge} will count as sent with it. The file is not encrypted: choose a folder that "
                "only those may open who need to."
            ).format(claims=words, charge=money_words(sum(row.cents for row in ready))),
            self.tr("Choose a folder…"),
            lambda: ask_folder(
                self, self.tr("Save claim files"), partial(self._acts.make_files, month, done=self._on_made)
            ),
        )

    def _on_made(self, made: MonthClaims) -> None:
        words = counted(made.claimed, self.tr("1 claim left"), self.tr("{n} claims left"))
        said = self.tr("{claims}; the month's claim files are saved.").format(claims=words)
        if made.left_out:
            count = counted(len(made.left_out), self.tr("1 patient"), self.tr("{n} patients"))
            said = self.tr("{said} {patients} left out; see “To mend”.").format(said=said, patients=count)
        self.banner.show_text(said, "warn" if made.left_out else "ready")

    def _on_read_asked(self) -> None:
        ask_file(
            self,
            self.tr("Read an answer"),
            self.tr("999 or 277CA (*)"),
            partial(self._acts.take_in, done=self._on_answer_read),
        )

    def _on_answer_read(self, read: ResponseRead) -> None:
        tr = self.tr
        if not read.is_new:
            said, kind = tr("This file was read before. Nothing changed."), "info"
        elif read.test_only:
            said = tr("The test file was accepted.") if read.test_accepted else tr("The test file was turned back.")
            kind = "ready" if read.test_accepted else "block"
        else:
            said = tr("{kind} read: {yes} accepted, {no} turned back.").format(
                kind=read.kind, yes=read.accepted, no=read.rejected
            )
            kind = "warn" if read.rejected else "ready"
        self.banner.show_text(said, kind)

    def _on_mark(self) -> None:
        ids = _ids(row for row in self._rows if row.state == EXPORTED)
        if ids:
            self._open(self.tr("Submitted"), SubmittedPanel(self._context, ids))
        else:
            self._context.window.notify(self.tr("No claim of this month waits to be submitted."), "info")

    def _on_offset(self) -> None:
        self._open(self.tr("Printer offset"), OffsetPanel(self._context))

    def _on_row(self, act: Callable[[RegisterRow], object]) -> None:
        row = self.current
        if row is None:
            self._context.window.notify(self.tr("Choose a claim first."), "info")
        else:
            act(row)

    def _read(self) -> None:
        claims, actor, month = self._context.desk.claims, self._context.desk.actor, self._month
        self.banner.show_text("")
        if month is not None and self._context.may(WORK):
            self._context.tasks.run(lambda: claims.notice_changes(actor, month), self._on_noticed)
        self._ask()

    def _ask(self) -> None:
        self._is_stale = False
        claims, actor, month = self._context.desk.claims, self._context.desk.actor, self._month
        self._reads.ask(lambda: claims.rows(actor, month), self._on_rows)

    def _open(self, title: str, panel: FormPanel) -> None:
        if not self.may_leave():
            panel.deleteLater()
            return
        panel.saved.connect(lambda _: self._host.close_panel())
        panel.cancelled.connect(self._host.close_panel)
        self._host.open_panel(title, panel)

    def _show_rows(self) -> None:
        wanted = words_of(self.search.text())
        fits = _LISTS[self.counters.key]
        rows = [row for row in self._rows if fits(row) and _matches(row, wanted)]
        self.table.show_rows(rows)
        if rows and self.current is None:
            self.list.pick_first()
        set_shown(self.list, shown=bool(rows))
        set_shown(self.empty, shown=not rows)
        self.empty.show_text(self._empty_words())
        self._on_picked(None)

    def _empty_words(self) -> str:
        if self._rows:
            return self.tr("No claim is in this list.")
        if self._month is None:
            return self.tr("No claim is open.")
        return self.tr("{month} has no claims yet. They come from final packets: close the month first.").format(
            month=month_words(self._month)
        )

    def _columns(self) -> list[Column[RegisterRow]]:
        tr = self.tr
        zone, context = self._zone, self._context
        return [
            Column("name", tr("Patient"), lambda row: row.name, 0, order=lambda row: row.name.casefold()),
            Column("state", tr("State"), claim_state_words, 140, tone=claim_tone),
            Column("codes", tr("Codes"), lambda row: line_words(row.lines), 110),
            Column(
                "charge", tr("Charge"), lambda row: money_words(row.cents), 90, is_number=True, order=lambda r: r.cents
            ),
            Column(
                "submitted",
                tr("Submitted"),
                lambda row: format_date(row.standing.submitted_on) if row.standing.submitted_on else "",
                100,
                order=lambda row: str(row.standing.submitted_on or ""),
            ),
            Column(
                "due",
                tr("Due"),
                lambda row: deadline_words(row.deadline),
                182,
                order=lambda row: row.deadline.on.toordinal() if row.deadline else 10**7,
                tone=lambda row: deadline_tone(row.deadline, clinic_today(context, zone)),
            ),
        ]

    def _build(self) -> None:
        tr = self.tr
        self.make_button = safe_text.button(
            tr("Make claim file…"),
            name="claim_make",
            icon=icon("file-down"),
            on_click=self._on_make,
        )
        self.read_button = safe_text.button(
            tr("Read an answer…"), name="claim_read", icon=icon("upload"), on_click=self._on_read_asked
        )
        self.mark_button = safe_text.button(
            tr("Mark as submitted…"), name="claim_mark", icon=icon("send"), on_click=self._on_mark
        )
        self.papers_button = safe_text.button(tr("On paper"), name="claim_papers", icon=icon("printer"))
        menu = QMenu(self.papers_button)
        menu.setObjectName("claim_papers_menu")
        papers: tuple[tuple[str, str, str, Callable[[], object]], ...] = (
            ("form", tr("Print on the CMS-1500 form…"), "printer", partial(self._on_row, self._acts.save_form)),
            ("sheet", tr("Data sheet…"), "file-text", partial(self._on_row, self._acts.show_sheet)),
            ("calibration", tr("Calibration page…"), "square", self._acts.save_calibration),
            ("offset", tr("Printer offset"), "settings", self._on_offset),
        )
        for key, words, drawn, act in papers:
            item = safe_text.action(words, menu, name=f"claim_paper_{key}", icon=icon(drawn))
            item.triggered.connect(lambda _checked=False, act=act: act())
            menu.addAction(item)
        self.papers_button.setMenu(menu)
        acts = QHBoxLayout()
        acts.setSpacing(GRID)
        for button in (self.make_button, self.read_button, self.mark_button, self.papers_button):
            acts.addWidget(button)
        acts.addStretch(1)
        self._bar = QWidget()
        self._bar.setLayout(acts)
        acts.setContentsMargins(0, 0, 0, 0)
        set_shown(self._bar, shown=self._context.may(WORK))
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addWidget(self.counters, 1)
        top.addWidget(self.search)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(self.list, 1)
        left.addWidget(self.empty, 1)
        both = QHBoxLayout(self._body)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(2 * GRID)
        both.addLayout(left, 1)
        both.addWidget(self.card)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self._bar)
        column.addWidget(self.banner)
        column.addWidget(self._host, 1)
        fit_scale(self.card, lambda: self.card.setFixedWidth(scaled(CARD_WIDTH)))

    def _connect(self) -> None:
        self.counters.chosen.connect(lambda _: self._show_rows())
        self.search.searched.connect(lambda _: self._show_rows())
        self.search.left_down.connect(self.list.setFocus)
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(self._on_opened)
        self.card.asked.connect(self._on_asked)
        self._context.feed.changed.connect(self._on_changed)


def _row_id(row: RegisterRow) -> int:
    """A patient's claims of all months are told apart by the month."""
    year, month = row.month.split("-")
    return (int(year) * 12 + int(month)) * 10_000_000 + row.patient_id


def _ids(rows: object) -> list[int]:
    return [row.claim_id for row in rows if row.claim_id is not None]  # type: ignore[attr-defined]


def _matches(row: RegisterRow, wanted: Sequence[str]) -> bool:
    said = words_of(f"{row.name} {row.record} {row.claim_no} {line_words(row.lines)} {row.control_no}")
    return all(any(word.startswith(each) for word in said) for each in wanted)
