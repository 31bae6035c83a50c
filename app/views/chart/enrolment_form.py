"""The forms of a patient's standing: enrol, decline, stop, revoke."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QCoreApplication

from app.rules.facts import visit_is_needed
from app.services.enrolment_forms import EnrolForm, EnrolmentState
from app.services.practitioners import PractitionerRow
from app.views import safe_text
from app.views.form_panel import Values
from app.views.widgets import CheckField, ChoiceField, DateField, Form, LineField


class EnrolFields(Form):
    """Who bills, since when, and the visit that opened CCM, with a line that says whether one is needed."""

    def __init__(self, state: EnrolmentState, practitioners: Sequence[PractitionerRow], today: date) -> None:
        """Show the enrolment as it stands, or what a new one begins with."""
        super().__init__()
        self.add(
            "practitioner_id",
            _tr("Billing practitioner"),
            ChoiceField([(row.id, row.shown) for row in practitioners]),
            required=True,
        )
        self.add("ccm_started_on", _tr("CCM starts on"), DateField(), required=True)
        self.add_heading(_tr("Seen before the start"))
        self.add("patient_new", "", CheckField(_tr("New to this practice"), name="patient_new"))
        self.add(
            "last_seen_on",
            _tr("Last seen face to face by this practitioner"),
            DateField(),
            hint=_tr("The last visit before CCM starts"),
        )
        self.hint = safe_text.label("", "strong", name="visit_hint")
        self.add_widget(self.hint)
        self.add("visit_on", _tr("Initiating visit on"), DateField())
        self.add(
            "visit_code",
            _tr("Its billing code"),
            LineField(hint="G0439", max_length=200),
            hint=_tr("Annual wellness, welcome to Medicare, office or home visit, or transitional care"),
        )
        self.add("visit_ccm_discussed", "", CheckField(_tr("CCM was discussed at this visit"), name="visit_discussed"))
        self.edited.connect(lambda _key: self._show_hint())
        only = practitioners[0].id if len(practitioners) == 1 else None
        stands = state.form
        self.fill(
            {key: getattr(stands, key) for key in self.values()}
            | {
                "practitioner_id": state.practitioner_id or only,
                "ccm_started_on": state.ccm_started_on or today,
                "visit_code": state.visit_code or None,
            }
        )
        self._show_hint()

    def _show_hint(self) -> None:
        values = self.values()
        started = values["ccm_started_on"]
        if started is None:
            self.hint.setText(_tr("Give the day CCM starts to see whether a visit is needed."))
        elif visit_is_needed(started, values["last_seen_on"], patient_new=values["patient_new"]):
            self.hint.setText(
                _tr("A visit in the year before the start is needed, at which CCM was discussed. Record it here.")
            )
        else:
            self.hint.setText(
                _tr("No initiating visit is needed: the patient was seen within the year before the start.")
            )


def enrol_of(values: Values) -> EnrolForm:
    """Return the service's form."""
    return EnrolForm(**values | {"visit_code": values["visit_code"] or ""})


def ending_form(today: date, practitioners: Sequence[PractitionerRow] = (), biller: int | None = None) -> Form:
    """Return the form of declining, stopping or revoking: the day, why, and for declining with whom."""
    form = Form()
    form.add("on", _tr("On"), DateField(), required=True)
    if practitioners:
        form.add(
            "practitioner_id",
            _tr("Billing practitioner"),
            ChoiceField([(row.id, row.shown) for row in practitioners]),
            required=True,
        )
        form.fill({"practitioner_id": biller or (practitioners[0].id if len(practitioners) == 1 else None)})
    form.add("reason", _tr("Reason"), LineField(max_length=600), hint=_tr("In the patient's words, if they gave one"))
    form.fill({"on": today})
    return form


def _tr(words: str) -> str:
    return QCoreApplication.translate("EnrolmentForm", words)
