"""A practitioner's approval: one page a patient, read, attested to with the passphrase, and on to the next."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.packet_facts import ATTESTATION, PractitionerFacts
from app.security.slots import WrongPassphrase
from app.services.closing.changes import ChangedMonth
from app.services.month_end import MonthChanged, PacketPreview
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.errors import sentence
from app.views.icons import icon
from app.views.month_end.family_field import FamilyField
from app.views.month_end.packet_sheet import PacketSheet
from app.views.month_end.saved_file import save_draft
from app.views.month_end.way_back import back_button
from app.views.month_end.words import codes_words, counted, moment_words, month_words
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import (
    Banner,
    Card,
    EmptyState,
    PageHeader,
    PassphraseField,
    ask_reason,
    format_duration,
    page_layout,
    scrolling,
)

SIGN_WIDTH = 46 * GRID
NARROW = 112 * GRID
SEEN = (
    *("patient", "enrolment", "consent", "condition", "care_plan", "care_plan_event", "time_entry", "note", "stay"),
    *("other_service", "mdm", "practitioner", "person", "clinic", "charge", "import_batch"),
)
"""What a packet's facts are made of: news of these may have changed what is being read."""


class ApproveView(QWidget):
    """Shows each patient's month in turn. `looked_at` carries the id of the one shown."""

    looked_at = Signal(int)

    def __init__(self, context: PageContext, month: Month, patients: Sequence[int], first: int) -> None:
        """Begin with `first` of `patients`, whose months are ready."""
        super().__init__()
        self.setObjectName("approve_view")
        self._context = context
        self._month = month
        self._patients = list(patients)
        self._at = self._patients.index(first)
        self._approved: set[int] = set()
        self._shown: PacketPreview | None = None
        self._is_approving = False
        self._previews, self._since = Latest(context.tasks, self), Latest(context.tasks, self)
        self.back_button = back_button(context, "approve_back")
        self.header = PageHeader(self.tr("Approve for billing"), " ", (self.back_button,))
        self.banner = Banner(name="approve_banner")
        self.sheet = PacketSheet()
        self.choice = FamilyField()
        self._inside = QVBoxLayout()
        self.area = scrolling(self._content())
        self.area.setObjectName("approve_sheet")
        self.area.setAccessibleName(self.tr("The month's facts"))
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.passphrase = PassphraseField(name="approve_passphrase")
        self.passphrase.setAccessibleName(self.tr("Your passphrase"))
        self._build()
        self._connect()
        self.setFocusProxy(self.area)
        self._read()

    @property
    def patient_id(self) -> int:
        """Whose month is shown."""
        return self._patients[self._at]

    @property
    def preview(self) -> PacketPreview | None:
        """What is on the page, None until it is read."""
        return self._shown

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_preview(self, preview: PacketPreview) -> None:
        before, self._shown = self._shown, preview
        if before is not None and before.facts_hash == preview.facts_hash:
            return
        facts = preview.facts
        self.sheet.show_facts(facts)
        self._name.setText(facts.patient.name)
        total = self.tr("{codes} · {time} counted").format(
            codes=codes_words(facts.readiness.lines), time=format_duration(facts.readiness.pooled_seconds)
        )
        self._claim.setText(total)
        self._for.setText(self._signing_words(facts.practitioner))
        self.choice.show_facts(facts)
        self._ask_since(preview)
        self._show_approval(preview)
        set_shown(self._sign, shown=True)
        if before is None:
            self.area.verticalScrollBar().setValue(0)
        else:
            self.banner.show_text(
                self.tr("This month's record changed while you were reading. The page shows it as it is now."), "warn"
            )

    def _on_preview_failed(self, error: Exception) -> None:
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        self._shown = None
        self.sheet.clear()
        set_shown(self._sign, shown=False)
        self.banner.show_text(sentence(error), "block")

    def _on_key(self) -> None:
        """F9: first to the passphrase, then with it to the approval."""
        if self.passphrase.value() is None:
            self.area.ensureWidgetVisible(self._sign)
            self.passphrase.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._on_approve()

    def _on_approve(self) -> None:
        passphrase, shown = self.passphrase.value(), self._shown
        if self._is_approving or shown is None or shown.approval is not None:
            return
        if passphrase is None:
            self._refuse(self.tr("Type your passphrase to sign."))
            return
        family, reason = self.choice.family, self.choice.reason_text
        if self.choice.needs_reason and not reason:
            self._error.setText(self.tr("Say why these codes are taken and not the recommended ones."))
            self.choice.reason.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._set_approving(approving=True)
        month_end, actor = self._context.desk.month_end, self._context.desk.actor
        patient_id, month, seen = self.patient_id, self._month, shown.facts_hash
        self._context.tasks.run(
            lambda: month_end.approve(actor, patient_id, month, passphrase, seen, family=family, reason=reason),
            self._on_approved,
            self._on_refused,
        )

    def _show_approval(self, preview: PacketPreview) -> None:
        """Offer to sign, or to take back what is signed already."""
        approval = preview.approval
        for part in self._to_sign:
            set_shown(part, shown=approval is None)
        set_shown(self.choice, shown=approval is None and self.choice.has_choice)
        for part in (self._approved_by, self.withdraw_button):
            set_shown(part, shown=approval is not None)
        if approval is not None:
            words = self.tr("Approved by {name} on {when}. The packet is not final yet.")
            self._approved_by.setText(words.format(name=approval.name, when=moment_words(approval.at)))

    def _on_withdraw(self) -> None:
        ask_reason(
            self,
            self.tr("Take the approval back"),
            self.tr("The month is ready again and waits for approval. The approval stays on record with your reason."),
            self.tr("Take back"),
            self._withdraw,
            label=self.tr("Why it is taken back"),
        )

    def _withdraw(self, reason: str) -> None:
        month_end, actor = self._context.desk.month_end, self._context.desk.actor
        patient_id, month = self.patient_id, self._month

        def on_done(_: object) -> None:
            self._context.window.notify(self.tr("The approval is taken back."), "ready")
            self._shown = None
            self._read()

        self._context.tasks.run(lambda: month_end.withdraw(actor, patient_id, month, reason), on_done, self._on_refused)

    def _ask_since(self, preview: PacketPreview) -> None:
        """Read what is different since the month was approved or made before, where it was."""
        reopenings, actor = self._context.desk.reopenings, self._context.desk.actor
        patient_id, month = self.patient_id, self._month

        def on_read(changed: ChangedMonth | None) -> None:
            if self._shown is preview:
                self.sheet.show_changes(changed)

        self._since.ask(lambda: reopenings.since_approval(actor, patient_id, month), on_read)

    def _on_approved(self, _: object) -> None:
        self._set_approving(approving=False)
        self._approved.add(self.patient_id)
        self._context.window.notify(
            self.tr("Approved. {n} left.").format(n=len(self._patients) - len(self._approved)), "ready"
        )
        self._step(1)

    def _on_refused(self, error: Exception) -> None:
        self._set_approving(approving=False)
        if isinstance(error, WrongPassphrase):
            self._refuse(self.tr("The passphrase is not right. Nothing was approved."))
        elif isinstance(error, MonthChanged):
            self.banner.show_text(sentence(error), "warn")
            self._read()
        elif isinstance(error, ClinicError):
            self.banner.show_text(sentence(error), "block")
        else:
            self._context.tasks.failed.emit(error)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch(*SEEN) and not self._is_done:
            self._read()

    def _on_save_draft(self) -> None:
        if self._shown is not None:
            record_id = self._shown.facts.patient.record_id
            save_draft(self, self._context, self.patient_id, self._month, record_id)

    @property
    def _is_done(self) -> bool:
        return len(self._approved) == len(self._patients)

    def _step(self, step: int) -> None:
        """Go on to the next month that is not approved yet, round and round; when there is none, say so."""
        if self._is_approving:
            return
        if self._is_done:
            self._say_done()
            return
        at = (self._at + step) % len(self._patients)
        while self._patients[at] in self._approved:
            at = (at + step) % len(self._patients)
        if at == self._at:
            return
        self._at = at
        self._shown = None
        self.passphrase.set_value(None)
        self._error.setText("")
        self.banner.show_text("")
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)
        self._read()

    def _read(self) -> None:
        self.looked_at.emit(self.patient_id)
        words = self.tr("{month} · {at} of {all}").format(
            month=month_words(self._month), at=self._at + 1, all=len(self._patients)
        )
        self.header.show_text(self.tr("Approve for billing"), words)
        month_end, actor = self._context.desk.month_end, self._context.desk.actor
        patient_id, month = self.patient_id, self._month
        self._previews.ask(
            lambda: month_end.preview(actor, patient_id, month), self._on_preview, self._on_preview_failed
        )

    def _signing_words(self, biller: PractitionerFacts) -> str:
        actor = self._context.desk.actor
        signs = self.tr("You sign as {name}.").format(name=", ".join(filter(None, (actor.name, actor.credential))))
        if actor.name == biller.name:
            return signs
        return f"{signs} " + self.tr("{name} bills the month.").format(name=biller.name or f"NPI {biller.npi}")

    def _refuse(self, words: str) -> None:
        self._error.setText(words)
        self.passphrase.line.selectAll()
        self.passphrase.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_approving(self, *, approving: bool) -> None:
        self._is_approving = approving
        self._error.setText("")
        for part in (self.approve_button, self.skip_button, self.passphrase):
            part.setEnabled(not approving)

    def _say_done(self) -> None:
        for part in (self.sheet, self._sign, self.banner, self.back_button):
            part.hide()
        words = counted(len(self._patients), self.tr("1 patient is approved."), self.tr("{n} patients are approved."))
        self._done.show_text(words, self.tr("Back to the board"))
        self.passphrase.set_value(None)
        self._pages.setCurrentWidget(self._done)
        self._done.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _content(self) -> QWidget:
        content = QWidget()
        content.setLayout(self._inside)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.addWidget(self.sheet)
        self._inside.addStretch(1)
        return content

    def _build(self) -> None:
        self._name = safe_text.label("", "heading", name="approve_name", selectable=True)
        self._claim = safe_text.label("", "strong", name="approve_claim")
        self._for = safe_text.label("", "muted", name="approve_for")
        self._error = safe_text.label("", "error", name="approve_error")
        self.approve_button = safe_text.button(
            self.tr("Approve"),
            name="approve_button",
            kind="primary",
            icon=icon("signature", "on_accent"),
            tip=self.tr("Approve and go to the next (F9)"),
            on_click=self._on_approve,
        )
        self.skip_button = safe_text.button(
            self.tr("Not now, next"),
            name="approve_skip",
            tip=self.tr("Go to the next without approving (F7)"),
            on_click=lambda: self._step(1),
        )
        self.draft_button = safe_text.button(
            self.tr("Save draft packet…"),
            name="approve_draft",
            kind="quiet",
            icon=icon("file-down", "accent"),
            on_click=self._on_save_draft,
        )
        self._sign = Card(name="approve_sign")
        statement = safe_text.label(ATTESTATION, name="approve_statement")
        for part in (self._name, self._claim, self.choice, statement, self._for):
            self._sign.body.addWidget(part)
        self._sign.body.addSpacing(GRID)
        self._approved_by = safe_text.label("", "strong", name="approve_by")
        self.withdraw_button = safe_text.button(
            self.tr("Take the approval back…"),
            name="approve_withdraw",
            icon=icon("undo-2"),
            on_click=self._on_withdraw,
        )
        asked = safe_text.label(self.tr("Your passphrase"), "field", buddy=self.passphrase.line)
        self._to_sign = (asked, self.passphrase, self.approve_button)
        for control in (
            *(asked, self.passphrase, self._error, self._approved_by, self.approve_button),
            *(self.withdraw_button, self.skip_button, self.draft_button),
        ):
            self._sign.body.addWidget(control)
        self._approved_by.hide()
        self.withdraw_button.hide()
        keys = self.tr("F9 goes to the passphrase and signs · F7 next, Shift+F7 previous · Esc back to the board")
        self._sign.body.addWidget(safe_text.label(keys, "small"))
        self._sign.hide()
        self._beside = QVBoxLayout()
        self._beside.addWidget(self._sign)
        self._beside.addStretch(1)
        self._done = EmptyState("circle-check", "", name="approve_done")
        facts = QWidget()
        columns = QHBoxLayout(facts)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(2 * GRID)
        columns.addWidget(self.area, 1)
        columns.addLayout(self._beside)
        self._pages = QStackedWidget()
        self._pages.addWidget(facts)
        self._pages.addWidget(self._done)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addWidget(self.banner)
        page.addWidget(self._pages, 1)
        fit_scale(self, self._fit)

    def _connect(self) -> None:
        self.passphrase.submitted.connect(self._on_approve)
        self.passphrase.edited.connect(lambda: self._error.setText(""))
        self._done.acted.connect(self._context.window.back)
        self._context.feed.changed.connect(self._on_changed)
        on = self._context.window.commands.on
        on("approve", self, self._on_key)
        on("blocker.next", self, lambda: self._step(1))
        on("blocker.previous", self, lambda: self._step(-1))

    def _fit(self) -> None:
        """Keep what is signed beside the facts, or where there is no room below them."""
        narrow = self.width() < scaled(NARROW)
        if narrow:
            self._sign.setMinimumWidth(0)
            self._sign.setMaximumWidth(16_777_215)
            self._inside.insertWidget(1, self._sign)
        else:
            self._sign.setFixedWidth(scaled(SIGN_WIDTH))
            self._beside.insertWidget(0, self._sign)
