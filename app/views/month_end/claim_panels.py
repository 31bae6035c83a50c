"""The panels in which a person records what became of a claim, and sets the printer for the form."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication

from app.services.claims.choices import MOST_TENTHS, Offset
from app.services.claims.register import RegisterRow
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.form_panel import FormPanel, Values
from app.views.month_end.claim_words import frequency_words
from app.views.page_context import PageContext
from app.views.widgets import ChoiceField, DateField, Form, MoneyField, NumberField, TextField


class SubmittedPanel(FormPanel):
    """The day on which the files with these claims were sent."""

    def __init__(self, context: PageContext, claim_ids: Sequence[int]) -> None:
        """Propose today."""
        desk, actor = context.desk, context.desk.actor
        form = Form()
        form.add("on", _tr("Sent to the payer on"), DateField(), required=True)
        form.fill({"on": clinic_today(context, clinic_zone(context))})

        def save(values: Values) -> Callable[[], object]:
            return lambda: desk.claims.mark_submitted(actor, claim_ids, values["on"])

        super().__init__(context, form, save, action=_tr("Mark as submitted"), name="claim_submitted")
        self.setAccessibleName(_tr("Submitted"))


class DeniedPanel(FormPanel):
    """A denial as the remittance advice words it."""

    def __init__(self, context: PageContext, row: RegisterRow) -> None:
        """Ask for the day and the codes."""
        desk, actor, claim_id = context.desk, context.desk.actor, row.claim_id
        assert claim_id is not None
        form = Form()
        form.add("on", _tr("Notice dated"), DateField(), required=True)
        form.add_line(
            "codes",
            _tr("Adjustment and remark codes"),
            required=True,
            hint=_tr("As on the remittance: CO-97 N386"),
        )
        form.add_line("payer_no", _tr("Payer's claim number"), hint=_tr("Needed to replace or take back the claim"))
        form.add("reason", _tr("Remark"), TextField(lines=2))
        form.fill({"on": clinic_today(context, clinic_zone(context)), "payer_no": row.standing.payer_no})

        def save(values: Values) -> Callable[[], object]:
            return lambda: desk.claims.deny(
                actor,
                claim_id,
                values["on"],
                codes=values["codes"] or "",
                payer_no=values["payer_no"] or "",
                reason=" ".join((values["reason"] or "").split()),
            )

        super().__init__(context, form, save, action=_tr("Record the denial"), name="claim_denied")
        self.setAccessibleName(_tr("Denied"))


class PaidPanel(FormPanel):
    """What the payer paid."""

    def __init__(self, context: PageContext, row: RegisterRow) -> None:
        """Ask for the day and the amount."""
        desk, actor, claim_id = context.desk, context.desk.actor, row.claim_id
        assert claim_id is not None
        form = Form()
        form.add("on", _tr("Paid on"), DateField(), required=True)
        form.add("cents", _tr("Amount paid by the payer"), MoneyField(), required=True)
        form.add_line("payer_no", _tr("Payer's claim number"))
        form.fill({"on": clinic_today(context, clinic_zone(context)), "payer_no": row.standing.payer_no})

        def save(values: Values) -> Callable[[], object]:
            return lambda: desk.claims.pay(actor, claim_id, values["on"], values["cents"], values["payer_no"] or "")

        super().__init__(context, form, save, action=_tr("Record the payment"), name="claim_paid")
        self.setAccessibleName(_tr("Paid"))


class AgainPanel(FormPanel):
    """How, and why, a claim is sent once more."""

    def __init__(self, context: PageContext, row: RegisterRow) -> None:
        """Offer what goes with where the claim stands."""
        desk, actor, claim_id = context.desk, context.desk.actor, row.claim_id
        assert claim_id is not None
        form = Form()
        choice = ChoiceField([(each, frequency_words(each)) for each in row.frequencies])
        form.add("frequency", _tr("How"), choice, required=True)
        form.add_line(
            "payer_no", _tr("Payer's number of the earlier claim"), hint=_tr("Needed to replace it or take it back")
        )
        form.add("reason", _tr("Why"), TextField(lines=2), required=True)
        form.fill({"frequency": row.frequencies[0], "payer_no": row.standing.payer_no})

        def save(values: Values) -> Callable[[], object]:
            return lambda: desk.claims.send_again(
                actor,
                claim_id,
                values["frequency"],
                values["payer_no"] or "",
                reason=" ".join((values["reason"] or "").split()),
            )

        super().__init__(context, form, save, action=_tr("Send with the next file"), name="claim_again")
        self.setAccessibleName(_tr("Send again"))


class OffsetPanel(FormPanel):
    """How far print is moved, so that it falls into the boxes of the pre-printed form."""

    def __init__(self, context: PageContext) -> None:
        """Show what is set for this clinic's printer."""
        desk, actor = context.desk, context.desk.actor
        form = Form()
        for key, title in (("right", _tr("Move right, tenths of a mm")), ("down", _tr("Move down, tenths of a mm"))):
            form.add(key, title, NumberField(least=-MOST_TENTHS, most=MOST_TENTHS))
        now = desk.claims.offset(actor)
        form.fill({"right": now.right, "down": now.down})

        def save(values: Values) -> Callable[[], object]:
            moved = Offset(values["right"] or 0, values["down"] or 0)
            return lambda: desk.claims.set_offset(actor, "", moved)

        super().__init__(context, form, save, action=_tr("Save"), name="claim_offset")
        self.setAccessibleName(_tr("Printer offset"))


def _tr(words: str) -> str:
    return QCoreApplication.translate("ClaimPanels", words)
