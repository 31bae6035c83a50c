"""The call screen: who is called and their plan at the left, the note at the right; then the wrap-up in its place."""

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.rules.timer import NotNow
from app.services.call_rows import CallNow
from app.services.chart_forms import MedicationRow
from app.services.reconciliations import ReconciliationRow
from app.services.wrap_up import FinishedCall, WrapUp
from app.views import safe_text
from app.views.autosave import Autosave
from app.views.call.call_sheet import CallSheet
from app.views.call.medicines_panel import medicines_panel
from app.views.call.note_form import NoteForm
from app.views.call.patient_panel import PatientPanel
from app.views.call.plan_panel import PlanPanel
from app.views.call.saved_panel import SavedPanel
from app.views.call.scripts_panel import ScriptsPanel
from app.views.call.wrap_up import WrapUpPanel
from app.views.errors import sentence
from app.views.follow_ups.patient_panels import PatientPanels
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.spell_check import Spelling, spell_checker
from app.views.tasks import Latest
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import Banner, Chip, PageHeader, PanelHost, Tone, page_layout, scrolling

LEFT = 50 * GRID
"""Pixels at 100 % text of the left half, where both fit beside each other."""
SIDE_BY_SIDE = 96 * GRID


class CallView(QWidget):
    """One call on screen. The desk moves the timer; the view keeps the note's draft and gathers the wrap-up.

    `save_asked` carries the `WrapUp` and whether to go on to the next patient. `go_on_asked`, `discard_asked` and
    `again_asked` ask the desk; `left` asks to go back to the list.
    """

    save_asked = Signal(object, bool)
    go_on_asked = Signal()
    discard_asked = Signal()
    again_asked = Signal()
    left = Signal()

    def __init__(self, context: PageContext, call: CallNow, sheet: CallSheet, counted: frozenset[str]) -> None:
        """Show `call` with what `sheet` says of its patient; `counted` are the activities that can count."""
        super().__init__()
        self.setObjectName("call_view")
        self._context = context
        self._sheet = sheet
        self._counted = counted
        self.call = call
        self.wrap_up: WrapUpPanel | None = None
        self.saved: SavedPanel | None = None
        self.note = NoteForm(sheet.sections, call.draft, sheet.aids)
        calls, actor, call_id = context.desk.calls, context.desk.actor, call.call_id
        self.draft = Autosave(
            context.tasks, self.note.values, lambda sections: calls.save_draft(actor, call_id, sections), self
        )
        self._kept = Chip("", Tone.NEUTRAL, name="draft_state")
        set_shown(self._kept, shown=False)
        self._problem = Banner(name="call_problem")
        self._medicines = Latest(context.tasks, self)
        self._patient = PatientPanel(call, sheet, context.desk.opened.ledger.clock)
        self._build()
        self.panels = PatientPanels(context, self._host)
        self._patient.scripts_asked.connect(self._on_scripts_asked)
        self._patient.plan_asked.connect(self._on_plan_asked)
        self._patient.medicines_asked.connect(self._on_medicines_asked)
        for command, action, handler in (
            ("follow_up.new", "follow_up.work", self._on_follow_up_asked),
            ("escalate", "escalation.raise", self._on_escalation_asked),
            ("call.scripts", "call.work", self._on_scripts_asked),
            ("call.plan", "care_plan.read", self._on_plan_asked),
            ("call.medicines", "medication.reconcile", self._on_medicines_asked),
            ("note.phrase", "call.work", self.note.pick_phrase),
            ("note.no_change", "call.work", self.note.toggle_no_change),
            ("note.next", "call.work", self.note.go_to_next_needed),
        ):
            if context.may(action):
                context.window.commands.on(command, self, handler)
        if not sheet.speaks_spanish:  # what they said in their own words is no mistake
            checker = spell_checker(context)
            for part in self.note.parts:
                Spelling(part.field, checker, sheet.known_words)
        self.note.edited.connect(self._on_edited)
        self.draft.kept.connect(self._show_kept)
        self.draft.refused.connect(self._on_refused)
        context.window.locking.connect(self.draft.save_at_once)
        context.window.unlocked.connect(self.draft.save_soon)
        self.show_call(call)

    @property
    def call_id(self) -> int:
        """Whose view it is."""
        return self.call.call_id

    def show_call(self, call: CallNow, outcome: str | None = None) -> None:
        """Follow the call: its wrap-up once it is stopped, with `outcome` set where one is given."""
        self.call = call
        if call.timer.state == "wrap_up":
            self._show_wrap_up(outcome)
        elif self.wrap_up is not None:
            self._patient.show()
            self.wrap_up.hide()
            self.wrap_up.deleteLater()
            self.wrap_up = None

    def focus_first(self) -> None:
        """Put the focus where the hand goes next: the note, the outcome, what the note lacks, or the way on."""
        if self.saved is not None:
            self._focus(self.saved.back_button)
        elif self.wrap_up is None:
            # Below each other, the note lies out of view while the number is dialled.
            narrow = self._rows.direction() == QBoxLayout.Direction.TopToBottom
            self._focus((self._patient.first_button if narrow else None) or self.note.first_field())
        elif self.wrap_up.chosen is None:
            self._focus(self.wrap_up.outcome.buttons[0])
        elif self.wrap_up.chosen == "reached" and self.note.missing():
            self._focus(self.note.field(self.note.missing()[0].key))
        else:
            self._focus(self.wrap_up.save_button)

    def ask_save(self, *, following: bool) -> None:
        """Gather the wrap-up and ask for it to be saved; marks what is not filled in."""
        if self.wrap_up is None or self.saved is not None or not self.may_leave():
            return
        wrap_up = self.wrap_up.wrap_up(self.note.values())
        if wrap_up is not None:
            self.save_asked.emit(wrap_up, following)

    @property
    def next_on(self) -> date | None:
        """The day for which the wrap-up plans the next call."""
        return self.wrap_up.next_on if self.wrap_up is not None else None

    def may_leave(self) -> bool:
        """Whether nothing half filled in beside the note would be lost; the note itself is kept."""
        return not self._host.is_open or self.panels.may_open()

    def show_refusal(self, error: Exception) -> None:
        """Say why the wrap-up was not saved, and go to the first thing to mend."""
        faults = dict(error.faults) if isinstance(error, FieldFaults) else {}
        keys = {section.key for section in self._sheet.sections}
        in_note = {key: words for key, words in faults.items() if key in keys}
        others = {key: words for key, words in faults.items() if key not in keys}
        self.note.mark(in_note)
        if self.wrap_up is not None:
            self.wrap_up.show_faults(others, "" if faults else str(error))
        if in_note:
            self._focus(self.note.field(next(iter(in_note))))

    def show_saved(self, wrap_up: WrapUp, finished: FinishedCall) -> None:
        """Show that the call is saved; nothing of it changes any more."""
        self.draft.forget()
        self.note.close_for_good()
        self.saved = SavedPanel(self._context, wrap_up.outcome, finished)
        self.saved.again_asked.connect(self.again_asked)
        self.saved.left.connect(self.left)
        self.saved.chart_asked.connect(lambda: self._context.open_chart(self.call.patient_id, "overview"))
        self._left.addWidget(self.saved)
        if self.wrap_up is not None:
            self.wrap_up.hide()
        self._kept.hide()
        self.focus_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        self.draft.save_soon()
        super().hideEvent(event)

    def _on_follow_up_asked(self) -> None:
        self.panels.add_follow_up(self.call.patient_id, self.call_id)

    def _on_escalation_asked(self) -> None:
        self.panels.escalate(self.call.patient_id, self.call_id)

    def _on_scripts_asked(self) -> None:
        if self.panels.may_open():
            self._host.open_panel(self.tr("Scripts"), ScriptsPanel(self._sheet.scripts))

    def _on_plan_asked(self) -> None:
        if self.panels.may_open():
            panel = PlanPanel(self._context, self.call.patient_id, self.call_id)
            panel.editor_asked.connect(lambda: self._context.open_chart(self.call.patient_id, "care_plan"))
            self._host.open_panel(self.tr("Care plan"), panel)

    def _on_medicines_asked(self) -> None:
        desk, patient_id = self._context.desk, self.call.patient_id

        def read() -> tuple[list[MedicationRow], tuple[ReconciliationRow, ...]]:
            listed = [row for row in desk.chart.medications(desk.actor, patient_id) if row.is_active]
            return listed, desk.reconciliations.of_patient(desk.actor, patient_id, 1)

        self._medicines.ask(read, self._on_medicines_read)

    def _on_medicines_read(self, read: tuple[list[MedicationRow], tuple[ReconciliationRow, ...]]) -> None:
        medicines, last = read
        if not medicines:
            words = self.tr("No medicine is on the chart. Add those the patient takes there first.")
            self._context.window.notify(words, "info")
        elif self.panels.may_open():
            panel = medicines_panel(
                self._context, self.call.patient_id, medicines, last[0] if last else None, self.call_id
            )
            panel.saved.connect(self._on_reconciled)
            self.panels.show_panel(self.tr("Medicines"), panel)

    def _on_reconciled(self, _row: ReconciliationRow) -> None:
        self._host.close_panel()
        self._context.window.notify(self.tr("The review of medicines is recorded."), "ready")

    def _on_edited(self) -> None:
        self.draft.touch()
        self._kept.show_state(self.tr("Typing…"), Tone.NEUTRAL, icon="pencil")
        set_shown(self._kept, shown=self.saved is None)
        if self.wrap_up is not None:
            self.wrap_up.show_missing(self.note.missing())

    def _on_refused(self, error: ClinicError) -> None:
        if isinstance(error, NotNow):
            return  # saved or discarded meanwhile
        if isinstance(error, FieldFaults):
            self.note.mark(error.faults)
        self._kept.show_state(self.tr("Draft not kept"), Tone.WARN)
        self._problem.show_text(sentence(error) if not isinstance(error, FieldFaults) else "", "warn")

    def _on_missing_chosen(self, key: str) -> None:
        self._focus(self.note.field(key))

    def _on_wrap_up_changed(self) -> None:
        if self.wrap_up is not None:
            self.wrap_up.show_missing(self.note.missing())

    def _show_kept(self) -> None:
        self._problem.show_text("")
        self._kept.show_state(self.tr("Draft kept"), Tone.NEUTRAL, icon="save")

    def _show_wrap_up(self, outcome: str | None) -> None:
        if self.wrap_up is None:
            panel = WrapUpPanel(
                self.call,
                attempts_are_clerical=self._sheet.attempts_are_clerical,
                counted=self._counted,
                next_days=self._sheet.next_days,
                today=self._sheet.today,
            )
            panel.missing_chosen.connect(self._on_missing_chosen)
            panel.saved_next.connect(lambda: self.ask_save(following=True))
            panel.saved_here.connect(lambda: self.ask_save(following=False))
            panel.go_on_asked.connect(self.go_on_asked)
            panel.discard_asked.connect(self.discard_asked)
            panel.changed.connect(self._on_wrap_up_changed)
            self.wrap_up = panel
            self._left.addWidget(panel)
            self._patient.hide()
        else:
            self.wrap_up.show_call(self.call)
        if outcome is not None:
            self.wrap_up.choose(outcome)
        self.wrap_up.show_missing(self.note.missing())

    def _focus(self, widget: QWidget | None) -> None:
        if widget is not None:
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
            self._area.ensureWidgetVisible(widget)

    def _build(self) -> None:
        self._side = QWidget()
        self._side.setObjectName("call_left")
        self._left = QVBoxLayout(self._side)
        self._left.setContentsMargins(0, 0, 0, 0)
        self._left.addWidget(self._patient)
        inner = QWidget()
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, inner)
        self._rows.setContentsMargins(0, 0, GRID, 0)
        self._rows.setSpacing(2 * GRID)
        self._rows.addWidget(self._side)
        self._rows.addWidget(self.note, 1)
        self._area = scrolling(inner)
        header = PageHeader(self.tr("Call"), "")
        header.add_action(self._kept)
        for name, action, words, picture, keys, handler in (
            (
                "call_follow_up",
                "follow_up.work",
                self.tr("Add follow-up"),
                "flag",
                self.tr("Ctrl+T"),
                self._on_follow_up_asked,
            ),
            (
                "call_escalate",
                "escalation.raise",
                self.tr("Escalate"),
                "triangle-alert",
                self.tr("Ctrl+E"),
                self._on_escalation_asked,
            ),
        ):
            if self._context.may(action):
                header.add_action(safe_text.button(words, name=name, icon=icon(picture), tip=keys, on_click=handler))
        back = safe_text.button(
            self.tr("Back to the list"),
            name="call_back",
            kind="quiet",
            tip=self.tr("The call goes on (Esc)"),
            on_click=self.left.emit,
        )
        header.add_action(back)
        page = page_layout(self)
        page.setSpacing(GRID)
        page.addWidget(header)
        page.addWidget(self._problem)
        self._host = PanelHost(self._area)
        page.addWidget(self._host, 1)
        field = self.note.first_field()
        if field is not None:
            self.setFocusProxy(field)
        fit_scale(self, self._fit)

    def _fit(self) -> None:
        direction = QBoxLayout.Direction
        beside = self.width() >= scaled(SIDE_BY_SIDE)
        self._rows.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
        self._side.setMaximumWidth(scaled(LEFT) if beside else 16_777_215)
        self._side.setMinimumWidth(scaled(LEFT) if beside else 0)
