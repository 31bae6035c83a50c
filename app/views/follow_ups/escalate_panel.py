"""The panel that hands a worry on, routed by the clinic's written rules."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt

from app.services.escalation_rules import EscalationRule, Route
from app.services.escalations import EscalationForm, EscalationRow
from app.views import safe_text
from app.views.clinic_zone import clinic_now, clinic_zone
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.widgets import Banner, ChoiceField, Form, format_date, format_time


class EscalatePanel(FormPanel):
    """Asks what was seen or said; shows at once what the rule says to do now, who is asked and by when."""

    def __init__(self, context: PageContext, patient_id: int, *, call_id: int | None = None) -> None:
        """Escalate about `patient_id`, from the call `call_id` where one runs."""
        desk, actor = context.desk, context.desk.actor
        self._patient_id = patient_id
        self._zone = clinic_zone(context)
        self._rules = {rule.key: rule for rule in desk.escalations.rules(actor)}
        self._people = {each.person_id: each.name for each in desk.cadence.owners(actor)}
        form = Form()
        choices = [(rule.key, rule.symptom) for rule in self._rules.values()]
        form.add("rule_key", _tr("What is the worry"), ChoiceField(choices), required=True)
        form.field("rule_key").setCurrentIndex(-1)
        form.mark_clean()
        self._do_now = Banner(name="escalate_do_now")
        self._route = safe_text.label("", "strong", name="escalate_route")
        form.add_widget(self._do_now)
        form.add_widget(self._route)
        form.add_text("what", _tr("What was seen or said"), lines=3, required=True)
        form.add_choice("person_id", _tr("To somebody else"), list(self._people.items()), empty=_tr("As the rule says"))

        def save(values: Values) -> Callable[[], object]:
            filled = EscalationForm(values["rule_key"], values["what"], call_id, values["person_id"])
            return lambda: desk.escalations.escalate(actor, patient_id, filled)

        super().__init__(context, form, save, action=_tr("Escalate"), name="escalate")
        self.setAccessibleName(_tr("Escalate"))
        self._routes = Latest(context.tasks, self)
        self._known: Route | None = None
        self.form.edited.connect(self._on_edited)
        self._route.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._show_rule()

    def sent_words(self, row: EscalationRow) -> str:
        """Say to whom it went and by when an answer is due."""
        words = _tr("Sent to {name}: answer due {time}")
        return words.format(name=row.to, time=self._due_words(row.due_at))

    def _on_edited(self, key: str) -> None:
        if key in ("rule_key", "person_id"):
            self._show_rule()

    def _on_route(self, route: Route) -> None:
        self._known = route
        self._show_route()

    def _show_rule(self) -> None:
        rule: EscalationRule | None = self._rules.get(self.form.field("rule_key").value() or "")
        if rule is None:
            self._do_now.show_text("")
            self._route.setText(_tr("The clinic's rules say who is asked, and by when."))
            return
        kind = "block" if rule.is_emergency else "warn"
        self._do_now.show_text(_tr("Now: {words}").format(words=rule.do_now), kind)
        escalations, actor, patient_id = self._context.desk.escalations, self._context.desk.actor, self._patient_id
        self._routes.ask(lambda: escalations.route(actor, patient_id, rule.key), self._on_route)

    def _show_route(self) -> None:
        route = self._known
        if route is None:
            return
        person_id = self.form.field("person_id").value() or route.person_id
        roles = self._context.desk.opened.ledger.permissions.roles
        to = self._people.get(person_id or 0) or _tr("any {role}").format(
            role=roles.get(route.role, route.role).lower()
        )
        words = _tr("Goes to {name}: answer due {time}")
        self._route.setText(words.format(name=to, time=self._due_words(route.due_at)))

    def _due_words(self, due_at: datetime) -> str:
        local = due_at.astimezone(self._zone)
        clock = format_time(local.time())
        today = clinic_now(self._context, self._zone).date()
        return clock if local.date() == today else f"{format_date(local.date())} {clock}"


def _tr(words: str) -> str:
    return QCoreApplication.translate("EscalatePanel", words)
