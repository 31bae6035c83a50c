"""What is done to a row of the follow-ups page: each step in a panel beside it, and each with a way back."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.services.escalations import EscalationRow
from app.services.follow_up_rows import FollowUpRow
from app.views.follow_ups.follow_up_panel import EndPanel, FollowUpPanel
from app.views.follow_ups.patient_panels import PatientPanels, quoted
from app.views.page_context import PageContext
from app.views.widgets import format_date


class FollowUpActs(QObject):
    """Closes, changes and opens again follow-ups and escalations. Nothing is closed without an outcome."""

    def __init__(self, context: PageContext, panels: PatientPanels) -> None:
        """Show what is asked in `panels`."""
        super().__init__(panels)
        self._context = context
        self._panels = panels

    def close(self, row: FollowUpRow) -> None:
        """Ask what came of a follow-up."""
        desk = self._context.desk
        self._end(
            self.tr("Close the follow-up"),
            EndPanel(
                self._context,
                lambda text: desk.follow_ups.close(desk.actor, row.id, text),
                title=self.tr("What came of it"),
                action=self.tr("Close it"),
                name="close_follow_up",
                hint=row.what,
            ),
            lambda: self._panels.done(
                self.tr("closed follow-up {what}").format(what=quoted(row.what)),
                lambda: desk.follow_ups.reopen(desk.actor, row.id),
            ),
        )

    def cancel(self, row: FollowUpRow) -> None:
        """Ask why a follow-up is not needed any more."""
        desk = self._context.desk
        self._end(
            self.tr("Not needed any more"),
            EndPanel(
                self._context,
                lambda text: desk.follow_ups.cancel(desk.actor, row.id, text),
                title=self.tr("Why it is not needed"),
                action=self.tr("Take it off the list"),
                name="cancel_follow_up",
                hint=row.what,
            ),
            lambda: self._panels.done(
                self.tr("took follow-up {what} off the list").format(what=quoted(row.what)),
                lambda: desk.follow_ups.reopen(desk.actor, row.id),
            ),
        )

    def change(self, row: FollowUpRow) -> None:
        """Change a follow-up, also whose it is and until when."""
        if not self._panels.may_open():
            return
        panel = FollowUpPanel(self._context, row.patient_id, row=row)
        panel.saved.connect(lambda after: self._on_changed(row, after))
        self._panels.show_panel(self.tr("Change the follow-up"), panel)

    def reopen(self, row: FollowUpRow) -> None:
        """Open a closed follow-up again."""
        desk, what = self._context.desk, quoted(row.what)
        again = desk.follow_ups.cancel if row.status == "cancelled" else desk.follow_ups.close
        name = self.tr("opened follow-up {what} again").format(what=what)
        self._context.tasks.run(
            lambda: desk.follow_ups.reopen(desk.actor, row.id),
            lambda _: self._context.undo.offer(name, lambda: again(desk.actor, row.id, row.outcome)),
        )

    def answer(self, row: EscalationRow) -> None:
        """Ask for the answer to an escalation."""
        desk = self._context.desk
        self._end(
            self.tr("Answer"),
            EndPanel(
                self._context,
                lambda text: desk.escalations.answer(desk.actor, row.id, text),
                title=self.tr("What is to be done"),
                action=self.tr("Send the answer"),
                name="answer_escalation",
                field="answer",
                hint=f"{row.symptom}: {row.what}",
            ),
            lambda: self._panels.done(
                self.tr("answered escalation {what}").format(what=quoted(row.symptom)),
                lambda: desk.escalations.take_answer_back(desk.actor, row.id),
                said=self.tr("Answered; {name} acts on it").format(name=row.raised_by),
            ),
        )

    def close_escalation(self, row: EscalationRow) -> None:
        """Ask what was done about an answer."""
        desk = self._context.desk
        self._end(
            self.tr("Close the escalation"),
            EndPanel(
                self._context,
                lambda text: desk.escalations.close(desk.actor, row.id, text),
                title=self.tr("What was done, and how the patient is"),
                action=self.tr("Close it"),
                name="close_escalation",
                hint=self.tr("{name} answered: {answer}").format(name=row.answered_by, answer=row.answer),
            ),
            lambda: self._panels.done(
                self.tr("closed escalation {what}").format(what=quoted(row.symptom)),
                lambda: desk.escalations.reopen(desk.actor, row.id),
            ),
        )

    def withdraw(self, row: EscalationRow) -> None:
        """Ask why an escalation is taken back."""
        desk = self._context.desk
        self._end(
            self.tr("Take the escalation back"),
            EndPanel(
                self._context,
                lambda text: desk.escalations.withdraw(desk.actor, row.id, text),
                title=self.tr("Why it is taken back"),
                action=self.tr("Take it back"),
                name="withdraw_escalation",
                hint=row.what,
            ),
            lambda: self._panels.done(
                self.tr("took escalation {what} back").format(what=quoted(row.symptom)),
                lambda: desk.escalations.reopen(desk.actor, row.id),
                said=self.tr("Escalation taken back; it stays on record"),
            ),
        )

    def _on_changed(self, before: FollowUpRow, after: FollowUpRow) -> None:
        desk, what = self._context.desk, quoted(after.what)
        if before.owner_id != after.owner_id:
            name = self.tr("handed follow-up {what} over to {name}").format(what=what, name=after.owner)
        elif before.due_on != after.due_on:
            name = self.tr("moved follow-up {what} to {day}").format(what=what, day=format_date(after.due_on))
        else:
            name = self.tr("changed follow-up {what}").format(what=what)
        self._panels.done(name, lambda: desk.follow_ups.put_back(desk.actor, before, after))

    def _end(self, title: str, panel: EndPanel, done: Callable[[], object]) -> None:
        if self._panels.may_open():
            panel.saved.connect(lambda _: done())
            self._panels.show_panel(title, panel)
