"""The panels about one patient that open beside a page: a follow-up, an escalation, the next call."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.services.cadence import PatientCadence
from app.services.escalations import EscalationRow
from app.services.follow_up_rows import FollowUpRow
from app.services.promises import PromiseRow
from app.views.follow_ups.escalate_panel import EscalatePanel
from app.views.follow_ups.follow_up_panel import FollowUpPanel
from app.views.form_panel import FormPanel
from app.views.page_context import PageContext
from app.views.spell_check import check_spelling
from app.views.today.plan_call import PlanCallPanel
from app.views.widgets import PanelHost, format_date

LONGEST_QUOTE = 40


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
            panel.saved.connect(self._on_follow_up_added)
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
            panel.saved.connect(lambda saved: self._on_planned(promise, saved))
            self.show_panel(self.tr("Move the call") if promise is not None else self.tr("Plan a call"), panel)

        self._context.tasks.run(read, show)

    def show_panel(self, title: str, panel: FormPanel) -> None:
        """Open any other form beside the page; it closes itself when it is cancelled."""
        panel.cancelled.connect(self._host.close_panel)
        check_spelling(self._context, panel)
        self._host.open_panel(title, panel, may_close=panel.may_close)
        self.opened.emit()

    def done(self, name: str, inverse: Callable[[], object], said: str = "") -> None:
        """Close the panel that was saved, say what was done, and let it be taken back; see `UndoStack.offer`."""
        self._host.close_panel()
        self._context.undo.offer(name, inverse, said=said)

    def may_open(self) -> bool:
        """Whether another panel may take the place of the open one, which is asked to close first."""
        self._host.close_panel()
        return not self._host.is_open

    def _on_follow_up_added(self, row: FollowUpRow) -> None:
        follow_ups, actor = self._context.desk.follow_ups, self._context.desk.actor
        name = self.tr("added follow-up {what}").format(what=quoted(row.what))
        self.done(name, lambda: follow_ups.take_back(actor, row))

    def _on_escalated(self, panel: EscalatePanel, row: EscalationRow) -> None:
        escalations, actor = self._context.desk.escalations, self._context.desk.actor
        reason = self.tr("Raised by mistake, and taken back at once.")
        name = self.tr("escalated {what}").format(what=quoted(row.symptom))
        self.done(name, lambda: escalations.withdraw(actor, row.id, reason), said=panel.sent_words(row))

    def _on_planned(self, before: PromiseRow | None, saved: PromiseRow | PatientCadence | None) -> None:
        desk = self._context.desk
        if isinstance(saved, PromiseRow):
            moved = before is not None and before.standing != "missed"
            name = self.tr("moved the promised call") if moved else self.tr("promised a call")
            self.done(name, lambda: desk.promises.take_back(desk.actor, saved.id))
        elif saved is not None and saved.planned_on is not None:
            patient_id, day = saved.patient_id, saved.planned_on
            name = self.tr("planned the call for {day}").format(day=format_date(day))
            self.done(name, lambda: desk.cadence.withdraw_plan(desk.actor, patient_id, day))
        elif before is not None:
            promise_id = before.id
            name = self.tr("took the promised call back")
            self.done(name, lambda: desk.promises.give_again(desk.actor, promise_id))
        else:
            self._host.close_panel()


def quoted(text: str) -> str:
    """Return the first words of a text in quotation marks, as the name of a step has them."""
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= LONGEST_QUOTE else f"“{line[: LONGEST_QUOTE - 1].rstrip()}…”"
