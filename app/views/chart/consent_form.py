"""Consent as it is taken: the four things told, each ticked by itself; how, when, by whom, for whom."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.services.enrolment_forms import ConsentForm
from app.services.people import PersonRow
from app.services.practitioners import PractitionerRow
from app.views.form_panel import Values
from app.views.widgets import CheckField, ChoiceField, DateField, Form, RadioField, TimeField

NOW, AT, ON = "now", "at", "on"
_TOLD = (
    ("told_availability", "It is available", "What chronic care management is, and that they can have it"),
    ("told_cost_sharing", "It may cost them", "Medicare's deductible and coinsurance may apply, also to calls"),
    ("told_one_practitioner", "One practitioner a month", "Only one can be paid for it in a calendar month"),
    ("told_right_to_stop", "They may stop at any time", "It then ends with the calendar month"),
)


class ConsentFields(Form):
    """The form of a new consent."""

    def __init__(
        self, practitioners: Sequence[PractitionerRow], people: Sequence[PersonRow], *, mine: str, biller: int | None
    ) -> None:
        """Offer everybody who may bill or have taken it; `mine` is the name of who is signed in."""
        super().__init__()
        self.add_heading(_tr("The patient was told that"))
        for key, words, more in _TOLD:
            self.add(key, "", CheckField(_tr(words), name=key), hint=_tr(more))
        self.add_heading(_tr("How and when"))
        ways = [("verbal", _tr("Verbal, documented here")), ("written", _tr("Written, signed by the patient"))]
        self.add("method", _tr("Consent was"), RadioField(ways, name="consent_method"), required=True)
        when = [
            (NOW, _tr("Just now")),
            (AT, _tr("Earlier, on a day and at a time")),
            (ON, _tr("Earlier, only the day is known")),
        ]
        self.add("when", _tr("When"), RadioField(when, name="consent_when"), required=True)
        self.add("given_on", _tr("Day"), DateField(), required=True)
        self.add("given_at", _tr("Time"), TimeField(), required=True)
        self.add("taken_by", _tr("Taken by"), ChoiceField(_names(people, mine)), required=True)
        self.add(
            "practitioner_id",
            _tr("For the billing practitioner"),
            ChoiceField([(row.id, row.shown) for row in practitioners]),
            required=True,
        )
        self.edited.connect(self._on_chosen)
        only = practitioners[0].id if len(practitioners) == 1 else None
        self.fill({"method": "verbal", "when": NOW, "taken_by": mine, "practitioner_id": biller or only})
        self._on_chosen("when")
        self.mark_clean()

    def _on_chosen(self, key: str) -> None:
        if key == "when":
            when = self.field("when").value()
            self.show_field("given_on", visible=when in (AT, ON))
            self.show_field("given_at", visible=when == AT)


def consent_of(values: Values, now: datetime, zone: ZoneInfo) -> ConsentForm:
    """Return the service's form; `now` is the clinic's."""
    given_at: datetime | None = None
    given_on: date | None = None
    if values["when"] == NOW:
        given_at = now
    elif values["when"] == AT:
        given_at = datetime.combine(values["given_on"], values["given_at"], tzinfo=zone)
    else:
        given_on = values["given_on"]
    return ConsentForm(
        **{key: values[key] for key, _, _ in _TOLD},
        method=values["method"],
        given_at=given_at,
        given_on=given_on,
        practitioner_id=values["practitioner_id"],
        taken_by=values["taken_by"] or "",
    )


def _names(people: Sequence[PersonRow], mine: str) -> list[tuple[str, str]]:
    names = [mine, *(row.name for row in people if row.is_active and row.name != mine)]
    return [(name, name) for name in dict.fromkeys(names)]


def _tr(words: str) -> str:
    return QCoreApplication.translate("ConsentForm", words)
