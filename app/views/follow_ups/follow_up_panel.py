"""The panels that add, change and end a follow-up."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from PySide6.QtCore import QCoreApplication

from app.services.cadence import Owner
from app.services.follow_up_rows import FollowUpRow
from app.services.follow_ups import FollowUpForm
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.widgets import ChoiceField, DateField, Form

_URGENCIES = (
    ("urgent", "Urgent"),
    ("soon", "Soon"),
    ("routine", "Routine"),
    ("none", "Errand, not clinical"),
)
_PRIORITIES = (("high", "High"), ("normal", "Normal"), ("low", "Low"))
SOON = timedelta(days=7)


class FollowUpPanel(FormPanel):
    """Adds a follow-up for `patient_id`, or changes `row`; also to another owner."""

    def __init__(
        self, context: PageContext, patient_id: int, *, row: FollowUpRow | None = None, call_id: int | None = None
    ) -> None:
        """A new one hangs on the call `call_id` where one is given."""
        desk, actor = context.desk, context.desk.actor
        form = _form(desk.cadence.owners(actor), row)
        if row is None:
            due = clinic_today(context, clinic_zone(context)) + SOON
            form.fill({"owner_id": actor.person_id, "due_on": due, "urgency": "routine", "priority": "normal"})

        def save(values: Values) -> Callable[[], object]:
            filled = _filled(values, row, call_id)
            if row is None:
                return lambda: desk.follow_ups.add(actor, patient_id, filled)
            return lambda: desk.follow_ups.edit(actor, row.id, filled)

        action = _tr("Add follow-up") if row is None else _tr("Save")
        super().__init__(context, form, save, action=action, name="follow_up")
        self.setAccessibleName(_tr("Follow-up"))


class EndPanel(FormPanel):
    """Ends something with a sentence: an outcome, an answer, or why it is not needed."""

    def __init__(
        self,
        context: PageContext,
        end: Callable[[str], object],
        *,
        title: str,
        action: str,
        name: str,
        field: str = "outcome",
        hint: str = "",
    ) -> None:
        """`end` is called on the database thread with what was typed; `field` is its name in the service's faults."""
        form = Form()
        form.add_text(field, title, lines=5, required=True, hint=hint)

        def save(values: Values) -> Callable[[], object]:
            text = values[field]
            return lambda: end(text)

        super().__init__(context, form, save, action=action, name=name)
        self.setAccessibleName(title)


def urgency_words(key: str) -> str:
    """Return how pressing a follow-up is."""
    return _tr(dict(_URGENCIES).get(key, key))


def _form(owners: Sequence[Owner], row: FollowUpRow | None) -> Form:
    form = Form()
    form.add_text("what", _tr("What is to be done"), lines=3, required=True)
    form.add("due_on", _tr("Due"), DateField(), required=True)
    people = [(each.person_id, each.name) for each in owners]
    form.add("owner_id", _tr("Who does it"), ChoiceField(people), required=True)
    form.add("urgency", _tr("Urgency"), ChoiceField([(key, _tr(said)) for key, said in _URGENCIES]), required=True)
    form.add("priority", _tr("Priority"), ChoiceField([(key, _tr(said)) for key, said in _PRIORITIES]), required=True)
    if row is not None:
        form.fill(
            {
                "what": row.what,
                "due_on": row.due_on,
                "owner_id": row.owner_id,
                "urgency": row.urgency,
                "priority": row.priority,
            }
        )
    return form


def _filled(values: Values, row: FollowUpRow | None, call_id: int | None) -> FollowUpForm:
    return FollowUpForm(
        what=values["what"],
        due_on=values["due_on"],
        owner_id=values["owner_id"],
        priority=values["priority"],
        urgency=values["urgency"],
        source=row.source if row is not None else "call" if call_id is not None else "other",
        call_id=row.call_id if row is not None else call_id,
        escalation_id=row.escalation_id if row is not None else None,
    )


def _tr(words: str) -> str:
    return QCoreApplication.translate("FollowUpPanel", words)
