"""What is done with a care plan besides writing it: a copy given, a review, a draft thrown away."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.services.plan_rows import PlanVersionRow
from app.views.care_plan.plan_words import copy_methods
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.widgets import DateField, Form, ask, format_date

Done = Callable[[str], object]
"""Told, in words for the person, what was done."""


def copy_panel(context: PageContext, row: PlanVersionRow, today: date, done: Done) -> FormPanel:
    """Return the form that records a copy given of a version."""
    form = Form()
    form.add("on", _tr("Day the copy was given"), DateField(latest=today), required=True)
    form.add_choice("method", _tr("How it was given"), copy_methods(), required=True)
    form.fill({"on": today, "method": "paper"})
    plans, actor = context.desk.care_plans, context.desk.actor

    def save(values: Values) -> Callable[[], object]:
        return lambda: plans.record_copy_given(actor, row.plan_id, values["on"], values["method"])

    panel = FormPanel(context, form, save, action=_tr("Record the copy"), name="plan_copy")
    panel.saved.connect(lambda _: done(_tr("The copy is recorded.")))
    return panel


def ask_review(parent: QWidget, context: PageContext, row: PlanVersionRow, today: date, done: Done) -> None:
    """Ask, and record that a version was looked through and stands."""
    plans, actor = context.desk.care_plans, context.desk.actor
    text = _tr("The record will say that you looked through this plan on {day} and left it as it is.")
    ask(
        parent,
        _tr("Reviewed, and nothing changes?"),
        text.format(day=format_date(today)),
        _tr("Record the review"),
        lambda: context.tasks.run(
            lambda: plans.record_review(actor, row.plan_id, today), lambda _: done(_tr("The review is recorded."))
        ),
    )


def ask_discard(parent: QWidget, context: PageContext, plan_id: int, stop: Callable[[], object], done: Done) -> None:
    """Ask, and throw a draft away; `stop` lets nothing more be kept of it."""
    plans, actor = context.desk.care_plans, context.desk.actor

    def discard() -> None:
        stop()
        context.tasks.run(
            lambda: plans.discard_draft(actor, plan_id),
            lambda _: done(_tr("The draft is gone; signed versions stay.")),
        )

    ask(
        parent,
        _tr("Throw this draft away?"),
        _tr("What was written in it is gone. Signed versions stay."),
        _tr("Throw it away"),
        discard,
        danger=True,
    )


def _tr(words: str) -> str:
    return QCoreApplication.translate("PlanActs", words)
