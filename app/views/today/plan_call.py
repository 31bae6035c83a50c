"""The panel that plans a patient's next call: on a day, or at a time that the patient is promised."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.rules.errors import ClinicError
from app.services.cadence import PatientCadence
from app.services.promises import PromiseForm, PromiseRow, WouldMovePromise
from app.views import safe_text
from app.views.clinic_zone import clinic_now, clinic_zone
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.today.touch_words import promise_words
from app.views.widgets import Banner, DateField, Form, LineField, RadioField, TimeField, ask, ask_reason

DAY, TIME = "day", "time"


class DoubtfulPromise(ClinicError):
    """A promise that can be given but had better not be; `doubts` say why."""

    def __init__(self, doubts: tuple[str, ...]) -> None:
        self.doubts = doubts
        super().__init__(" ".join(doubts))


class PlanCallPanel(FormPanel):
    """Plans one patient's next call. What was promised is never moved without the person being told and saying yes."""

    def __init__(self, context: PageContext, patient_id: int, promise: PromiseRow | None) -> None:
        """Plan for `patient_id`; `promise` is the one that still is open."""
        self._patient_id = patient_id
        self._zone = clinic_zone(context)
        own = context.desk.patients.form(context.desk.actor, patient_id).time_zone
        self._there = ZoneInfo(own) if own else self._zone
        self._promise = promise
        super().__init__(context, self._form(context), self._call, action=_tr("Save the plan"), name="plan_call")
        self.setAccessibleName(_tr("Plan a call"))
        if promise is not None:
            told = Banner(promise_words(promise, self._there), "warn", _tr("Not needed any more…"), name="plan_promise")
            told.acted.connect(self._on_not_needed)
            self.above.addWidget(told)
        self.form.edited.connect(self._on_kind_edited)
        self.refused.connect(self._on_refused)
        self._show_kind()

    def _on_kind_edited(self, key: str) -> None:
        if key == "kind":
            self._show_kind()

    def _on_refused(self, error: ClinicError) -> None:
        """Ask about what speaks against it; a yes saves the same again, that far."""
        if isinstance(error, WouldMovePromise):
            self.banner.show_text("")
            ask(
                self,
                _tr("Move the promised call?"),
                str(error),
                _tr("The patient knows: move it"),
                lambda: self._again(moving=True),
            )
        elif isinstance(error, DoubtfulPromise):
            self.banner.show_text("")
            ask(
                self,
                _tr("Promise this time?"),
                "\n".join(error.doubts),
                _tr("Promise it"),
                lambda: self._again(moving=False),
            )

    def _on_not_needed(self) -> None:
        promise, context = self._promise, self._context
        if promise is None:
            return
        promises, actor = context.desk.promises, context.desk.actor

        def cancel(reason: str) -> None:
            context.tasks.run(lambda: promises.cancel(actor, promise.id, reason), self._on_saved)

        ask_reason(
            self,
            _tr("Is this call not needed any more?"),
            promise_words(promise, self._there),
            _tr("Take the promise back"),
            cancel,
            label=_tr("Why"),
        )

    def _again(self, *, moving: bool) -> None:
        values = self.form.values()
        call = self._promised(values, moving=moving, is_sure=True)
        self._context.tasks.run(call, self._on_saved, self._on_failed)

    def _call(self, values: Values) -> Callable[[], object]:
        if values["kind"] == TIME:
            return self._promised(values, moving=False, is_sure=False)
        cadence, actor, patient_id = self._context.desk.cadence, self._context.desk.actor, self._patient_id
        return lambda: cadence.plan(actor, patient_id, values["due_on"])

    def _promised(self, values: Values, *, moving: bool, is_sure: bool) -> Callable[[], object]:
        promises, actor, patient_id = self._context.desk.promises, self._context.desk.actor, self._patient_id
        form = PromiseForm(
            from_at=datetime.combine(values["due_on"], values["from_at"], self._there),
            until_at=datetime.combine(values["due_on"], values["until_at"], self._there),
            reason=values["reason"] or "",
        )

        def promise() -> object:
            doubts = () if is_sure else promises.doubts(actor, patient_id, form)
            if doubts:
                raise DoubtfulPromise(doubts)
            return promises.promise(actor, patient_id, form, moving=moving)

        return promise

    def _form(self, context: PageContext) -> Form:
        today = clinic_now(context, self._zone).date()
        cadence: PatientCadence = context.desk.cadence.of(context.desk.actor, self._patient_id)
        form = Form()
        kind = RadioField([(DAY, _tr("On a day")), (TIME, _tr("At a promised time"))], name="plan_kind")
        form.add("kind", _tr("When"), kind, required=True)
        form.add("due_on", _tr("Day"), DateField(earliest=today), required=True)
        there = _tr("On the patient's clock ({zone}).").format(zone=_letters(context, self._there))
        form.add("from_at", _tr("From"), TimeField(), required=True, hint=there)
        form.add("until_at", _tr("Until"), TimeField(), required=True)
        form.add("reason", _tr("What for"), LineField(max_length=600))
        first = cadence.due_on if cadence.due_on is not None and cadence.due_on >= today else None
        values: Values = {"kind": DAY, "due_on": first}
        if self._promise is not None:
            begins, over = (at.astimezone(self._there) for at in (self._promise.from_at, self._promise.until_at))
            is_over = self._promise.standing == "missed"
            values = {
                "kind": TIME,
                "due_on": None if is_over else begins.date(),
                "from_at": begins.time(),
                "until_at": over.time(),
                "reason": self._promise.reason,
            }
        form.fill(values)
        return form

    def _show_kind(self) -> None:
        timed = self.form.field("kind").value() == TIME
        for key in ("from_at", "until_at", "reason"):
            self.form.show_field(key, visible=timed)
        words = _tr("Promise the call") if timed else _tr("Plan the call")
        safe_text.set_button_text(self.save_button, words)


def _letters(context: PageContext, zone: ZoneInfo) -> str:
    return clinic_now(context, zone).tzname() or str(zone)


def _tr(words: str) -> str:
    return QCoreApplication.translate("PlanCallPanel", words)
