"""The panels about one patient that open beside a page: a follow-up, an escalation, the next call."""

from PySide6.QtCore import QObject, Signal

from app.services.escalations import EscalationRow
from app.services.promises import PromiseRow
from app.views.follow_ups.escalate_panel import EscalatePanel
from app.views.follow_ups.follow_up_panel import FollowUpPanel
from app.views.form_panel import FormPanel
from app.views.page_context import PageContext
from app.views.today.plan_call import PlanCallPanel
from app.views.widgets import PanelHost


class PatientPanels(QObject):
    """Opens one panel at a time in `host`, closes it when it is saved, and says what was saved.

    `opened` follows each opening. What is half filled in is never dropped unasked.
    """

    opened = Signal()

    def __init__(self, context: PageContext, host: PanelHost) -> None:
        """Open nothing yet."""
        super().__init__(host)
        self._context = context
        self._host = host

    def add_follow_up(self, patient_id: int, call_id: int | None = None) -> None:
        """Ctrl+T: ask what is to be done for a patient."""
        if self.may_open():
            panel = FollowUpPanel(self._context, patient_id, call_id=call_id)
            panel.saved.connect(lambda _: self.close_saved(self.tr("Follow-up added")))
            self.show_panel(self.tr("Add follow-up"), panel)

    def escalate(self, patient_id: int, call_id: int | None = None) -> None:
        """Ctrl+E: ask what the worry is and hand it on."""
        if self.may_open():
            panel = EscalatePanel(self._context, patient_id, call_id=call_id)
            panel.saved.connect(lambda row: self._on_escalated(panel, row))
            self.show_panel(self.tr("Escalate"), panel)

    def plan_call(self, patient_id: int) -> None:
        """Ask when the patient is called next; a promised call that is open is read first."""
        promises, actor = self._context.desk.promises, self._context.desk.actor

        def read() -> PromiseRow | None:
            waiting = [row for row in promises.of_patient(actor, patient_id) if row.is_open]
            return min(waiting, key=lambda row: row.from_at, default=None)

        def show(promise: PromiseRow | None) -> None:
            if not self.may_open():
                return
            panel = PlanCallPanel(self._context, patient_id, promise)
            panel.saved.connect(self._on_planned)
            self.show_panel(self.tr("Move the call") if promise is not None else self.tr("Plan a call"), panel)

        self._context.tasks.run(read, show)

    def show_panel(self, title: str, panel: FormPanel) -> None:
        """Open any other form beside the page; it closes itself when it is cancelled."""
        panel.cancelled.connect(self._host.close_panel)
        self._host.open_panel(title, panel, may_close=panel.may_close)
        self.opened.emit()

    def close_saved(self, words: str) -> None:
        """Close the panel that was saved, and say so."""
        self._host.close_panel()
        self._context.window.notify(words, "ready")

    def may_open(self) -> bool:
        """Whether another panel may take the place of the open one, which is asked to close first."""
        self._host.close_panel()
        return not self._host.is_open

    def _on_escalated(self, panel: EscalatePanel, row: EscalationRow) -> None:
        self.close_saved(panel.sent_words(row))

    def _on_planned(self, saved: object) -> None:
        if saved is None:
            self.close_saved(self.tr("The promise was taken back."))
        else:
            is_promise = isinstance(saved, PromiseRow)
            self.close_saved(self.tr("Call promised") if is_promise else self.tr("Call planned"))
