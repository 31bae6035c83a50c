"""When the timer asks whether anybody is there, and what opening a chart starts."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.timer_policies import LONGEST_IDLE, TIMED_ROLES, TimerPolicy
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.list_pane import WIDEST
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import ChoiceField, Form, NumberField, PageHeader

_DESK, _CALL = "idle_desk_minutes", "idle_call_minutes"


class TimerSection(QWidget):
    """The clinic's rules for the timer, the same on every computer."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("timer_section")
        self._context = context
        self.form = Form()
        self.form.add_heading(self.tr("Still working?"))
        limits = self.tr("Whole minutes without a touch of CareLoop, from 1 to {most}.").format(most=LONGEST_IDLE)
        for key, words in (
            (_DESK, self.tr("Ask at desk work after")),
            (_CALL, self.tr("Ask on a call after")),
        ):
            self.form.add(key, words, NumberField(least=1, most=LONGEST_IDLE), required=True, hint=limits)
        self.form.add_heading(self.tr("When a chart is opened"))
        starts = [
            ("at_once", self.tr("Start the desk timer at once")),
            ("offer", self.tr("Offer it, one key starts it")),
            ("manual", self.tr("Start it only when asked to")),
        ]
        names = context.desk.opened.ledger.permissions.roles
        for role in TIMED_ROLES:
            self.form.add(role, names[role], ChoiceField(starts), required=True)
        self.panel = FormPanel(context, self.form, self._saving, action=self.tr("Save"), name="timer_panel")
        self.panel.saved.connect(self._on_saved)
        self.panel.cancelled.connect(self._read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(
            PageHeader(
                self.tr("Timer"),
                self.tr(
                    "A question that nobody answers for five minutes sets the time apart: it is unconfirmed, and does "
                    "not count until somebody has looked at it."
                ),
            )
        )
        column.addWidget(self.panel, 1)
        fit_scale(self.panel, lambda: self.panel.setMaximumWidth(scaled(WIDEST)))
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        return self.panel.may_close()

    def _saving(self, values: Values) -> Callable[[], object]:
        desk = self._context.desk
        policy = TimerPolicy(values[_DESK], values[_CALL], {role: values[role] for role in TIMED_ROLES})
        return lambda: desk.timer_policies.set_policy(desk.actor, policy)

    def _on_saved(self, _: object) -> None:
        self._context.window.notify(self.tr("Saved."), "ready")
        self._read()

    def _on_read(self, policy: TimerPolicy) -> None:
        self.form.fill({_DESK: policy.idle_desk_minutes, _CALL: policy.idle_call_minutes, **policy.starts})

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.timer_policies.policy(desk.actor), self._on_read)
