"""The clinic's written rules for handing a worry on: to whom, by when, what to do now."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.escalation_rules import BILLER, LONGEST_MINUTES, EscalationRule
from app.services.staff import CALLERS
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.settings.defaults import default_button, do_with_undo
from app.views.settings.list_pane import ListPane
from app.views.table import Column
from app.views.theme import GRID
from app.views.widgets import CheckField, ChoiceField, Form, LineField, NumberField, Tone

WITHIN, NEXT_DAY = "within", "next_day"
Rules = tuple[EscalationRule, ...]


class EscalationSection(QWidget):
    """The rules in the order in which they are offered. What was raised keeps the words it was raised by."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("escalation_section")
        self._context = context
        self._rules: Rules = ()
        self._people: dict[int, str] = {}
        if context.may("today.read"):
            self._people = {each.person_id: each.name for each in context.desk.cadence.owners(context.desk.actor)}
        columns: list[Column[EscalationRule]] = [
            Column("symptom", self.tr("Worry"), lambda row: row.symptom, width=0, is_sortable=False),
            Column("to", self.tr("To whom"), self._to_words, width=176, is_sortable=False),
            Column("by", self.tr("Answer due"), by_words, width=136, is_sortable=False),
            Column(
                "emergency",
                self.tr("Urgency"),
                lambda row: self.tr("Emergency") if row.is_emergency else "",
                width=120,
                is_sortable=False,
                tone=lambda row: Tone.BLOCK if row.is_emergency else Tone.NEUTRAL,
            ),
        ]
        self.pane = ListPane(
            context,
            name="escalation",
            title=self.tr("Escalation rules"),
            text=self.tr("Starting points. The clinic's practitioner reads them, changes them and answers for them."),
            columns=columns,
            row_id=lambda row: row.key,
            add=self.tr("Add a rule"),
            empty=self.tr("No rules."),
        )
        self.pane.add_foot(default_button("escalation_default", self._on_default))
        self.pane.add_requested.connect(lambda: self._open(None))
        self.pane.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        self.pane.host.close_panel()
        return not self.pane.host.is_open

    def _open(self, key: str | None) -> None:
        rule: EscalationRule | None = self.pane.row(key) if key is not None else None
        form = self._form(rule)

        def saving(values: Values) -> Callable[[], object]:
            return self._saving(self._with(rule, values))

        panel = FormPanel(self._context, form, saving, action=self.tr("Save the rule"), name="escalation_panel")
        if rule is not None:
            panel.above.addLayout(self._row_buttons(rule))
        symptom = rule.symptom if rule is not None else ""
        before = self._rules
        panel.saved.connect(lambda _: self._offer(self.tr("changed the escalation rules"), before))
        self.pane.open_form(symptom or self.tr("New rule"), panel)

    def _on_default(self) -> None:
        before = self._rules
        do_with_undo(
            self._context,
            self.tr("went back to the default escalation rules"),
            self._saving(()),
            self._saving(before),
            self._read,
        )

    def _on_moved(self, rule: EscalationRule, by: int) -> None:
        rules, at = list(self._rules), self._rules.index(rule)
        if 0 <= at + by < len(rules):
            rules.insert(at + by, rules.pop(at))
            self._change(self.tr("moved the rule “{symptom}”").format(symptom=rule.symptom), tuple(rules))

    def _on_removed(self, rule: EscalationRule) -> None:
        name = self.tr("took away the rule “{symptom}”").format(symptom=rule.symptom)
        self.pane.host.close_panel()
        if not self.pane.host.is_open:
            self._change(name, tuple(each for each in self._rules if each.key != rule.key))

    def _change(self, name: str, rules: Rules) -> None:
        do_with_undo(self._context, name, self._saving(rules), self._saving(self._rules), self._read)

    def _offer(self, name: str, before: Rules) -> None:
        self._context.undo.offer(name, self._saving(before))

    def _saving(self, rules: Sequence[EscalationRule]) -> Callable[[], object]:
        desk = self._context.desk
        return lambda: desk.escalations.set_rules(desk.actor, rules)

    def _with(self, rule: EscalationRule | None, values: Values) -> Rules:
        to, person_id = _answerer(values["to"])
        made = EscalationRule(
            key="" if rule is None else rule.key,
            symptom=values["symptom"] or "",
            look_for=values["look_for"] or "",
            do_now=values["do_now"] or "",
            to=to,
            person_id=person_id,
            minutes=values["minutes"] if values["by"] == WITHIN else None,
            is_emergency=bool(values["is_emergency"]),
        )
        if rule is None:
            return (*self._rules, made)
        return tuple(made if each.key == rule.key else each for each in self._rules)

    def _form(self, rule: EscalationRule | None) -> Form:
        form = Form()
        form.add("symptom", self.tr("Worry"), LineField(max_length=200), required=True)
        form.add_text("look_for", self.tr("What to look and ask for"), lines=3)
        form.add_text("do_now", self.tr("What to do now, before the answer"), lines=4, required=True)
        form.add("to", self.tr("To whom it goes"), ChoiceField(self._answerers()), required=True)
        by = ChoiceField([(WITHIN, self.tr("Within so many minutes")), (NEXT_DAY, self.tr("On the next working day"))])
        form.add("by", self.tr("Answer due"), by, required=True)
        minutes = NumberField(least=1, most=LONGEST_MINUTES)
        form.add("minutes", self.tr("Minutes"), minutes, required=True, hint=self.tr("240 is four hours."))
        emergency = CheckField(self.tr("An emergency: the advice is shown in red"), name="is_emergency")
        form.add("is_emergency", "", emergency)
        shown = rule or EscalationRule("", "", "", "", minutes=240)
        form.fill(
            {
                "symptom": shown.symptom,
                "look_for": shown.look_for,
                "do_now": shown.do_now,
                "to": _choice(shown.to, shown.person_id),
                "by": NEXT_DAY if shown.minutes is None else WITHIN,
                "minutes": shown.minutes or 240,
                "is_emergency": shown.is_emergency,
            }
        )

        def fit(key: str = "by") -> None:
            if key == "by":
                form.show_field("minutes", visible=form.field("by").value() == WITHIN)

        form.edited.connect(fit)
        fit()
        return form

    def _row_buttons(self, rule: EscalationRule) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for words, name, drawn, act in (
            (self.tr("Move up"), "rule_up", "chevron-up", partial(self._on_moved, rule, -1)),
            (self.tr("Move down"), "rule_down", "chevron-down", partial(self._on_moved, rule, 1)),
            (self.tr("Take this rule away"), "rule_remove", "trash-2", partial(self._on_removed, rule)),
        ):
            row.addWidget(safe_text.tool_button(words, name=name, icon=icon(drawn), on_click=act))
        row.addStretch(1)
        return row

    def _answerers(self) -> list[tuple[str, str]]:
        answerers: list[tuple[str, int | None]] = [(BILLER, None), *((role, None) for role in CALLERS)]
        answerers += [("practitioner", person_id) for person_id in self._people]
        # Who left stays on offer where a rule still names them, so that saving something else does not change it.
        answerers += [(rule.to, rule.person_id) for rule in self._rules if (rule.to, rule.person_id) not in answerers]
        return list({_choice(*each): self._to_name(*each) for each in answerers}.items())

    def _to_words(self, rule: EscalationRule) -> str:
        return self._to_name(rule.to, rule.person_id)

    def _to_name(self, to: str, person_id: int | None) -> str:
        if person_id is not None:
            return self._people.get(person_id, self.tr("somebody who left"))
        roles = self._context.desk.opened.ledger.permissions.roles
        if to == BILLER:
            return self.tr("The patient's practitioner")
        return self.tr("Any {role}").format(role=roles[to].lower())

    def _on_read(self, rules: Rules) -> None:
        self._rules = rules
        self.pane.show_rows(rules)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting", "person"):
            self._read()

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.escalations.rules(desk.actor), self._on_read)


def _choice(to: str, person_id: int | None) -> str:
    """Return whom a rule asks as one word, for a choice: "nurse", "practitioner 7"."""
    return to if person_id is None else f"{to} {person_id}"


def _answerer(choice: str) -> tuple[str, int | None]:
    to, _, person_id = choice.partition(" ")
    return to, int(person_id) if person_id else None


def by_words(rule: EscalationRule) -> str:
    """Return by when a rule wants an answer."""
    if rule.minutes is None:
        return "next working day"
    hours, rest = divmod(rule.minutes, 60)
    if rest or not hours:
        return f"{rule.minutes} minutes"
    return "1 hour" if hours == 1 else f"{hours} hours"
