"""Opening a closed month again: what changed since, why, and who agrees."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.rules.month import Month
from app.security.slots import WrongPassphrase
from app.services.closing.changes import ChangedMonth
from app.services.closing.reopenings import Agreement, Reopened
from app.services.readiness import EXPORTED, Board, BoardRow
from app.views import safe_text
from app.views.errors import sentence
from app.views.icons import icon
from app.views.month_end.change_words import add_changes
from app.views.month_end.words import counted, month_words
from app.views.page_context import PageContext
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import (
    Banner,
    Card,
    ChoiceField,
    LineField,
    PageHeader,
    PassphraseField,
    RadioField,
    buttons_row,
    page_layout,
    scrolling,
)

WIDEST = 88 * GRID
ALL, CHANGED, ONE = "all", "changed", "one"
_SHOWN_AT_MOST = 50


class ReopenView(QWidget):
    """One view: whose packets, the reason, the second person. The packets are void at once, and say so."""

    def __init__(self, context: PageContext, board: Board, chosen: BoardRow | None = None) -> None:
        """Offer to open the board's month; `chosen` is the patient of the current row."""
        super().__init__()
        self.setObjectName("reopen_view")
        self._context = context
        self._month: Month = board.month
        self._chosen = chosen if chosen is not None and chosen.state == EXPORTED else None
        self._packets = sum(row.state == EXPORTED for row in board.rows)
        self._changed: tuple[ChangedMonth, ...] = ()
        self._is_opening = False
        month = month_words(board.month)
        self.header = PageHeader(self.tr("Open {month} again").format(month=month), " ")
        self.banner = Banner(name="reopen_banner")
        self.reason = LineField(max_length=300)
        self.reason.setObjectName("reopen_reason")
        self.reason.setAccessibleName(self.tr("Why the month is opened again"))
        self.second = ChoiceField(empty=self.tr("Choose who agrees"))
        self.second.setObjectName("reopen_second")
        self.second.setAccessibleName(self.tr("Who agrees"))
        self.passphrase = PassphraseField(name="reopen_passphrase")
        self.passphrase.setAccessibleName(self.tr("Their passphrase"))
        self._build()
        reopenings, actor = context.desk.reopenings, context.desk.actor
        context.tasks.run(lambda: reopenings.changed(actor, board.month), self._on_changed)
        context.tasks.run(lambda: reopenings.who_may_agree(actor), self._on_others)

    def _on_changed(self, changed: tuple[ChangedMonth, ...]) -> None:
        self._changed = changed
        tr = self.tr
        words = counted(
            len(changed),
            tr("1 closed month is no longer what the record says."),
            tr("{n} closed months are no longer what the record says."),
        )
        self._since.setText(words if changed else tr("Nothing that was closed has changed since."))
        for each in changed[:_SHOWN_AT_MOST]:
            card = Card(each.packet_no, name="reopen_changes")
            add_changes(card, each.changes)
            self._changes.addWidget(card)
        if len(changed) > _SHOWN_AT_MOST:
            self._changes.addWidget(safe_text.label(tr("And {n} more.").format(n=len(changed) - _SHOWN_AT_MOST)))
        if changed and self._chosen is None:
            self.whose.set_value(CHANGED)

    def _on_others(self, others: Sequence[tuple[str, str]]) -> None:
        self.second.offer(others)
        if len(others) == 1:
            self.second.set_value(others[0][0])
        set_shown(self._agreement, shown=bool(others))
        set_shown(self._alone, shown=not others)

    def _on_open(self) -> None:
        if self._is_opening:
            return
        patients = {ALL: None, CHANGED: [each.patient_id for each in self._changed]}.get(self.whose.value())
        if self.whose.value() == ONE and self._chosen is not None:
            patients = [self._chosen.patient_id]
        agreement = None
        if self.second.value():
            agreement = Agreement(self.second.value(), self.passphrase.value() or "")
        reopenings, actor, month = self._context.desk.reopenings, self._context.desk.actor, self._month
        reason = self.reason.value() or ""
        self._set_opening(opening=True)
        self._context.tasks.run(
            lambda: reopenings.reopen(actor, month, reason, patients=patients, agreement=agreement),
            self._on_opened,
            self._on_refused,
        )

    def _on_opened(self, done: Reopened) -> None:
        self._set_opening(opening=False)
        self.passphrase.set_value(None)
        words = counted(len(done.packets), self.tr("1 packet is void"), self.tr("{n} packets are void"))
        said = self.tr("{month} is open again: {packets}.").format(month=month_words(done.month), packets=words)
        self._context.window.back()
        self._context.window.notify(said, "ready")

    def _on_refused(self, error: Exception) -> None:
        self._set_opening(opening=False)
        if isinstance(error, WrongPassphrase):
            self.banner.show_text(self.tr("Their passphrase is not right. Nothing was opened."), "block")
            self.passphrase.line.selectAll()
            self.passphrase.line.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(error, ClinicError):
            self.banner.show_text(sentence(error), "block")
            (self.passphrase.line if self.reason.value() else self.reason).setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._context.tasks.failed.emit(error)

    def _set_opening(self, *, opening: bool) -> None:
        self._is_opening = opening
        self.banner.show_text("")
        self._content.setEnabled(not opening)

    def _build(self) -> None:
        choices = [
            (ALL, self.tr("All {n} final packets of the month").format(n=self._packets)),
            (CHANGED, self.tr("Only those of which the record has changed since")),
        ]
        if self._chosen is not None:
            choices.append((ONE, self.tr("Only {name}").format(name=self._chosen.name)))
        self.whose = RadioField(choices, name="reopen_whose")
        self.whose.set_value(ONE if self._chosen is not None else ALL)
        whose = Card(self.tr("Whose packets are taken back"), name="reopen_packets")
        whose.body.addWidget(self.whose)
        void = self.tr("They are void at once and say so on every page; what was made stays kept as it was.")
        whose.body.addWidget(safe_text.label(void, "muted"))
        why = Card(self.tr("Why"), name="reopen_why")
        why.body.addWidget(safe_text.label(self.tr("The reason is kept with the month"), "field", buddy=self.reason))
        why.body.addWidget(self.reason)
        self._agreement = Card(self.tr("A second person agrees"), name="reopen_agreement")
        self._agreement.body.addWidget(safe_text.label(self.tr("Who agrees"), "field", buddy=self.second))
        self._agreement.body.addWidget(self.second)
        self._agreement.body.addWidget(
            safe_text.label(self.tr("Their passphrase, typed by them"), "field", buddy=self.passphrase.line)
        )
        self._agreement.body.addWidget(self.passphrase)
        alone = self.tr("Nobody else here could agree: the record says openly that you opened the month alone.")
        self._alone = safe_text.label(alone, "muted", name="reopen_alone")
        for part in (self._agreement, self._alone):
            part.hide()
        self.open_button = safe_text.button(
            self.tr("Open again"),
            name="reopen_button",
            kind="danger",
            icon=icon("lock-open", "block"),
            on_click=self._on_open,
        )
        self.cancel_button = safe_text.button(
            self.tr("Back to the board"), name="reopen_cancel", on_click=self._context.window.back
        )
        since = Card(self.tr("What changed since it was closed"), name="reopen_since")
        self._since = safe_text.label("", name="reopen_since_words")
        since.body.addWidget(self._since)
        self._changes = QVBoxLayout()
        self._changes.setSpacing(2 * GRID)
        self._content = QWidget()
        inside = QVBoxLayout(self._content)
        inside.setContentsMargins(0, 0, GRID, 0)
        inside.setSpacing(2 * GRID)
        for part in (whose, why, self._agreement, self._alone):
            inside.addWidget(part)
        inside.addLayout(buttons_row(self.cancel_button, self.open_button))
        inside.addWidget(since)
        inside.addLayout(self._changes)
        inside.addStretch(1)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addWidget(self.banner)
        page.addWidget(scrolling(self._content), 1)
        self.header.show_text(
            self.tr("Open {month} again").format(month=month_words(self._month)),
            self.tr("Mend what is wrong, have it approved, and close the month anew."),
        )
        fit_scale(self, lambda: self._content.setMaximumWidth(scaled(WIDEST)))
        self.reason.returnPressed.connect(self._on_open)
        self.passphrase.submitted.connect(self._on_open)
        self.setFocusProxy(self.reason)
