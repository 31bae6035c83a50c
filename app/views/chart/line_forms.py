"""The forms of a chart's lines: conditions, medicines, allergies, stays, services, decision making."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QCoreApplication

from app.rules.icd10_search import FoundCode
from app.rules.medicine import ADHERENCE, ALLERGY_KINDS, ROUTES, SEVERITIES
from app.services.chart_forms import (
    AllergyForm,
    AllergyRow,
    ConditionForm,
    ConditionRow,
    ConfirmForm,
    MdmForm,
    MedicationForm,
    MedicationRow,
    ServiceForm,
    ServiceRow,
    StayForm,
    StayRow,
)
from app.views.chart.code_field import CodeField
from app.views.form_panel import Values
from app.views.page_context import PageContext
from app.views.widgets import CheckField, ChoiceField, DateField, Form, LineField, RadioField

_LONGEST = 600
"""More than any stored line, so that a field never cuts one that is there."""
_MEDICINE_TEXTS = (
    "description",
    "directions",
    "reason",
    "code",
    "dose",
    "route",
    "frequency",
    "prescriber",
    "adherence",
)
_EARLIEST = date(1850, 1, 1)
_STAYS = (("inpatient", "Hospital, inpatient"), ("snf_part_a", "Skilled nursing, Part A"))
_BY = (
    ("same_practitioner", "The billing practitioner"),
    ("same_practice", "Somebody else of this practice"),
    ("other", "Another practice"),
)
_LEVELS = (("straightforward", "Straightforward"), ("low", "Low"), ("moderate", "Moderate"), ("high", "High"))


def stay_kinds() -> list[tuple[str, str]]:
    """Return the kinds of stay: key and words."""
    return [(key, _tr(words)) for key, words in _STAYS]


def performers() -> list[tuple[str, str]]:
    """Return who may have performed a service: key and words."""
    return [(key, _tr(words)) for key, words in _BY]


def levels() -> list[tuple[str, str]]:
    """Return the levels of medical decision making: key and words."""
    return [(key, _tr(words)) for key, words in _LEVELS]


def routes() -> list[tuple[str, str]]:
    """Return the ways of taking a medicine: key and words."""
    return [(each, _tr(_capital(each))) for each in ROUTES]


def adherences() -> list[tuple[str, str]]:
    """Return how well a medicine may be taken: key and words."""
    return [(each, _tr(_capital(each))) for each in ADHERENCE]


def allergy_kinds() -> list[tuple[str, str]]:
    """Return the kinds of allergy: key and words."""
    return [(each, _tr(_capital(each))) for each in ALLERGY_KINDS]


def severities() -> list[tuple[str, str]]:
    """Return how severe a reaction may be: key and words."""
    return [(each, _tr(_capital(each))) for each in SEVERITIES]


def words_of(choices: Sequence[tuple[str, str]], key: str) -> str:
    """Return the words of a key."""
    return dict(choices).get(key, key)


def condition_form(row: ConditionRow | None, context: PageContext, *, confirmed: bool) -> Form:
    """Return the form of a condition; `confirmed` is what a new one begins with."""
    form = Form()
    is_icd10 = row is None or row.code_system != "snomed"
    if is_icd10:
        _add_code(form, context)
    form.add("description", _tr("Condition"), LineField(max_length=_LONGEST), required=True)
    form.add("onset_on", _tr("Since"), DateField(earliest=_EARLIEST))
    form.add("resolved_on", _tr("Resolved on"), DateField(earliest=_EARLIEST), hint=_tr("Empty while it goes on"))
    if is_icd10:
        form.add(
            "confirmed",
            "",
            CheckField(_tr("A chronic condition for CCM"), name="condition_confirmed"),
            hint=_tr("Confirmed by a clinician; only such conditions count"),
        )
        _add_flags(form)
        _add_basis(form)
    if row is None:
        form.fill({"confirmed": confirmed, "expected_12_months": confirmed, "significant_risk": confirmed})
    else:
        form.fill({key: getattr(row, key) for key in form.values()})
    return form


def condition_of(values: Values, row: ConditionRow | None) -> ConditionForm:
    """Return the service's form; a SNOMED problem keeps its code and what is said of it."""
    kept = row.code if row is not None else ""
    return ConditionForm(
        description=values["description"] or "",
        code=values.get("code", kept) or "",
        onset_on=values["onset_on"],
        resolved_on=values["resolved_on"],
        confirmed=values.get("confirmed", row.confirmed if row else False),
        expected_12_months=values.get("expected_12_months", row.expected_12_months if row else False),
        significant_risk=values.get("significant_risk", row.significant_risk if row else False),
        basis=values.get("basis", row.basis if row else "") or "",
    )


def confirm_form(row: ConditionRow, context: PageContext) -> Form:
    """Return the form that makes a problem of the chart a chronic condition for CCM."""
    form = Form()
    _add_code(form, context, required=True, hint=_tr("It will stand on the claim and in the packet"))
    form.add("description", _tr("Condition"), LineField(max_length=_LONGEST))
    _add_flags(form)
    _add_basis(form)
    form.fill({"description": row.description, "code": row.code if row.code_system == "icd10" else None})
    return form


def confirm_of(values: Values) -> ConfirmForm:
    """Return the service's form."""
    return ConfirmForm(
        code=values["code"] or "",
        expected_12_months=values["expected_12_months"],
        significant_risk=values["significant_risk"],
        description=values["description"] or "",
        basis=values["basis"] or "",
    )


def medication_form(row: MedicationRow | None) -> Form:
    """Return the form of a medicine."""
    form = Form()
    form.add("description", _tr("Medicine and strength"), LineField(max_length=_LONGEST), required=True)
    form.add("dose", _tr("Dose"), LineField(hint=_tr("1 tablet, 10 units"), max_length=_LONGEST))
    form.add("route", _tr("How it is taken"), ChoiceField(routes(), empty=_tr("Not said")))
    form.add("frequency", _tr("How often"), LineField(hint=_tr("twice a day"), max_length=_LONGEST))
    form.add("directions", _tr("Other directions"), LineField(hint=_tr("with meals"), max_length=_LONGEST))
    form.add("reason", _tr("For"), LineField(max_length=_LONGEST))
    form.add("prescriber", _tr("Prescribed by"), LineField(max_length=_LONGEST))
    form.add("adherence", _tr("Taken"), ChoiceField(adherences(), empty=_tr("Not asked yet")))
    form.add("started_on", _tr("Started on"), DateField(earliest=_EARLIEST))
    form.add("stopped_on", _tr("Stopped on"), DateField(earliest=_EARLIEST), hint=_tr("Empty while it is taken"))
    form.add("code", _tr("RxNorm code"), LineField(max_length=_LONGEST))
    return _filled(form, row)


def medication_of(values: Values) -> MedicationForm:
    """Return the service's form."""
    return MedicationForm(**_texts(values, *_MEDICINE_TEXTS))


def allergy_form(row: AllergyRow | None) -> Form:
    """Return the form of an allergy."""
    form = Form()
    form.add("description", _tr("Reacts to"), LineField(max_length=_LONGEST), required=True)
    form.add("kind", _tr("Kind"), ChoiceField(allergy_kinds(), empty=_tr("Not said")))
    form.add("severity", _tr("How severe"), ChoiceField(severities(), empty=_tr("Not said")))
    form.add("reaction", _tr("Reaction"), LineField(hint=_tr("Rash, swelling"), max_length=_LONGEST))
    form.add("started_on", _tr("Since"), DateField(earliest=_EARLIEST))
    form.add("stopped_on", _tr("Until"), DateField(earliest=_EARLIEST), hint=_tr("Empty while it is there"))
    form.add("code", _tr("Code"), LineField(max_length=_LONGEST))
    return _filled(form, row)


def allergy_of(values: Values) -> AllergyForm:
    """Return the service's form."""
    return AllergyForm(**_texts(values, "description", "kind", "severity", "reaction", "code"))


def stay_form(row: StayRow | None) -> Form:
    """Return the form of a stay."""
    form = Form()
    form.add("kind", _tr("Kind of stay"), RadioField(stay_kinds(), name="stay_kind"), required=True)
    form.add("from_on", _tr("First day"), DateField(earliest=_EARLIEST), required=True)
    form.add("to_on", _tr("Last day"), DateField(earliest=_EARLIEST), hint=_tr("Empty while it goes on"))
    form.fill({"kind": "inpatient"})
    return _filled(form, row)


def stay_of(values: Values) -> StayForm:
    """Return the service's form."""
    return StayForm(**values)


def service_form(row: ServiceRow | None) -> Form:
    """Return the form of a service had beside CCM."""
    form = Form()
    form.add("code", _tr("CPT or HCPCS code"), LineField(hint="G0181", max_length=_LONGEST), required=True)
    form.add("performed_on", _tr("Day"), DateField(earliest=_EARLIEST), required=True)
    form.add("by", _tr("Performed by"), RadioField(performers(), name="service_by"), required=True)
    form.fill({"by": "other"})
    return _filled(form, row)


def service_of(values: Values) -> ServiceForm:
    """Return the service's form."""
    return ServiceForm(**_texts(values, "code"))


def mdm_form(today: date) -> Form:
    """Return the form of medical decision making."""
    form = Form()
    form.add("level", _tr("Level"), ChoiceField(levels()), required=True)
    form.add("documented_on", _tr("Documented on"), DateField(earliest=_EARLIEST), required=True)
    form.add_text(
        "note",
        _tr("What makes it so"),
        lines=5,
        hint=_tr("Problems, data and risk as you judged them; printed in the packet"),
    )
    form.fill({"level": "moderate", "documented_on": today})
    return form


def mdm_of(values: Values) -> MdmForm:
    """Return the service's form."""
    return MdmForm(**_texts(values, "note"))


def _add_code(form: Form, context: PageContext, *, required: bool = False, hint: str = "") -> None:
    """Add the code with its search; a code that is taken fills in the condition, unless the clinic worded its own."""
    code = CodeField(context)
    form.add("code", _tr("ICD-10-CM: find by code or words"), code, required=required, hint=hint)
    form.add_widget(code.words)
    filled: list[str] = []

    def on_chosen(found: FoundCode) -> None:
        description = form.field("description")
        if description.value() is None or description.value() in filled:
            description.set_value(found.row.title)
            filled.append(found.row.title)
            description.edited.emit()

    code.chosen.connect(on_chosen)


def _add_basis(form: Form) -> None:
    form.add(
        "basis",
        _tr("Why it lasts and what it puts at risk"),
        LineField(max_length=_LONGEST),
        hint=_tr("In a sentence; printed in the packet"),
    )


def _add_flags(form: Form) -> None:
    form.add(
        "expected_12_months",
        "",
        CheckField(_tr("Lasts 12 months or longer"), name="condition_12_months"),
        hint=_tr("Expected to last at least 12 months, or until the patient's death"),
    )
    form.add(
        "significant_risk",
        "",
        CheckField(
            _tr("A significant risk"),
            name="condition_risk",
        ),
        hint=_tr("Of death, acute worsening or decompensation, or functional decline"),
    )


def _filled(form: Form, row: object | None) -> Form:
    if row is not None:
        form.fill({key: getattr(row, key) for key in form.values()})
    else:
        form.mark_clean()
    return form


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _texts(values: Values, *keys: str) -> Values:
    return values | {key: values[key] or "" for key in keys}


def _tr(words: str) -> str:
    return QCoreApplication.translate("ChartLines", words)
