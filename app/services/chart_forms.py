"""The rows of a chart as they are shown and filled in, and the checks they pass before they are kept."""

import re
from dataclasses import dataclass
from datetime import date

from app.rules.field_faults import FormCheck
from app.rules.identifiers import icd10_is_shaped, normalise_icd10
from app.rules.medicine import ADHERENCE, ALLERGY_KINDS, ROUTES, SEVERITIES, directions_words
from app.rules.month_case import MDM_LEVELS, SERVICE_BY, STAY_KINDS

_SERVICE_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")


@dataclass(frozen=True, slots=True)
class ConditionForm:
    """A condition. `code`: ICD-10-CM, or empty when not known; then it cannot be `confirmed` as a chronic condition.

    `basis`: why it lasts and what it puts at risk, in the clinic's words; printed in the packet.
    """

    description: str = ""
    code: str = ""
    onset_on: date | None = None
    resolved_on: date | None = None
    confirmed: bool = False
    expected_12_months: bool = False
    significant_risk: bool = False
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmForm:
    """What a person says who confirms a problem as a chronic condition. Empty `description`: the problem's own."""

    code: str
    expected_12_months: bool
    significant_risk: bool
    description: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition on the chart. `code_system`: icd10, snomed or none. `confirmed_as`: codes it was confirmed as.

    `counts`: confirmed, with a code, both flags set, and not resolved: one of the two that CCM needs.
    """

    id: int
    code_system: str
    code: str
    description: str
    onset_on: date | None
    resolved_on: date | None
    confirmed: bool
    expected_12_months: bool
    significant_risk: bool
    counts: bool
    confirmed_as: str
    is_imported: bool
    basis: str = ""
    documented_by: str = ""


@dataclass(frozen=True, slots=True)
class MedicationForm:
    """A medicine; `code` is RxNorm's where it is known, `stopped_on` None while it is taken.

    `route` and `adherence` are of `rules.medicine`; empty fields are what nobody said.
    """

    description: str = ""
    code: str = ""
    directions: str = ""
    reason: str = ""
    started_on: date | None = None
    stopped_on: date | None = None
    dose: str = ""
    route: str = ""
    frequency: str = ""
    prescriber: str = ""
    adherence: str = ""


@dataclass(frozen=True, slots=True)
class MedicationRow:
    """A medicine on the chart."""

    id: int
    description: str
    code: str
    directions: str
    reason: str
    started_on: date | None
    stopped_on: date | None
    is_active: bool
    is_imported: bool
    dose: str = ""
    route: str = ""
    frequency: str = ""
    prescriber: str = ""
    adherence: str = ""

    @property
    def taken(self) -> str:
        """How it is taken, in one line."""
        return directions_words(self.dose, self.route, self.frequency, self.directions)


@dataclass(frozen=True, slots=True)
class AllergyForm:
    """An allergy or intolerance; `stopped_on` None while it is there."""

    description: str = ""
    code: str = ""
    reaction: str = ""
    started_on: date | None = None
    stopped_on: date | None = None
    kind: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class AllergyRow:
    """An allergy on the chart."""

    id: int
    description: str
    code: str
    reaction: str
    started_on: date | None
    stopped_on: date | None
    is_active: bool
    is_imported: bool
    kind: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class StayForm:
    """A stay, both days included: `kind` one of month_case.STAY_KINDS, `to_on` None while it goes on."""

    kind: str = "inpatient"
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class StayRow:
    """A stay on the chart."""

    id: int
    kind: str
    from_on: date
    to_on: date | None
    is_imported: bool


@dataclass(frozen=True, slots=True)
class ServiceForm:
    """A service billed beside CCM, by its CPT or HCPCS code; `by` is one of month_case.SERVICE_BY."""

    code: str = ""
    performed_on: date | None = None
    by: str = "other"


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service on the chart."""

    id: int
    code: str
    performed_on: date
    by: str
    is_imported: bool


@dataclass(frozen=True, slots=True)
class MdmForm:
    """The practitioner's medical decision making: `level` is one of month_case.MDM_LEVELS."""

    level: str = "moderate"
    documented_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class MdmRow:
    """A level that was recorded. A newer row takes the place of an older one in the same month."""

    id: int
    level: str
    documented_on: date | None
    note: str
    is_imported: bool


def condition_values(form: ConditionForm, today: date, *, keeps_code: bool = False) -> dict[str, object]:
    """Return the columns of a condition. `keeps_code`: it came with a code of its own, which is not asked about."""
    check = FormCheck()
    values: dict[str, object] = {
        "description": check.line("description", form.description, needed="Name the condition."),
        "onset_on": check.day("onset_on", form.onset_on, latest=today),
        "resolved_on": check.day("resolved_on", form.resolved_on, latest=today),
        "confirmed": form.confirmed,
        "expected_12_months": form.expected_12_months,
        "significant_risk": form.significant_risk,
        "basis": check.line("basis", form.basis),
    }
    _in_order(check, "onset_on", form.onset_on, "resolved_on", form.resolved_on)
    if not keeps_code:
        code = icd10(check, form.code, needed=form.confirmed)
        values |= {"code": code, "code_system": "icd10" if code else "none"}
    check.finish()
    return values


def confirmed_values(form: ConfirmForm, description: str) -> dict[str, object]:
    """Return the columns of a condition that is confirmed now; `description` is the problem's own."""
    check = FormCheck()
    values: dict[str, object] = {
        "code_system": "icd10",
        "code": icd10(check, form.code, needed=True),
        "description": check.line("description", form.description) or description,
        "confirmed": True,
        "expected_12_months": form.expected_12_months,
        "significant_risk": form.significant_risk,
    }
    if form.basis:
        values["basis"] = check.line("basis", form.basis)
    check.finish()
    return values


def icd10(check: FormCheck, text: str, *, needed: bool) -> str:
    """Return an ICD-10-CM code in its one form, or an empty text."""
    code = normalise_icd10(check.name("code", text))
    if not code and needed:
        check.fault("code", "A confirmed chronic condition needs its ICD-10-CM code.")
    elif code and not icd10_is_shaped(code):
        check.fault("code", "This is not how ICD-10-CM codes are built, such as E11.9 or I10.")
    return code


def medication_values(form: MedicationForm, today: date) -> dict[str, object]:
    """Return the columns of a medicine."""
    check = FormCheck()
    values: dict[str, object] = {
        "description": check.line("description", form.description, needed="Name the medicine."),
        "code": check.name("code", form.code),
        "dose": check.line("dose", form.dose),
        "route": check.choice("route", form.route, ("", *ROUTES), "Choose how it is taken."),
        "frequency": check.line("frequency", form.frequency),
        "directions": check.line("directions", form.directions),
        "prescriber": check.line("prescriber", form.prescriber),
        "adherence": check.choice("adherence", form.adherence, ("", *ADHERENCE), "Choose how well it is taken."),
        "reason": check.line("reason", form.reason),
        "started_on": check.day("started_on", form.started_on, latest=today),
        "stopped_on": check.day("stopped_on", form.stopped_on),
    }
    _in_order(check, "started_on", form.started_on, "stopped_on", form.stopped_on)
    check.finish()
    return values


def allergy_values(form: AllergyForm, today: date) -> dict[str, object]:
    """Return the columns of an allergy."""
    check = FormCheck()
    values: dict[str, object] = {
        "description": check.line("description", form.description, needed="Name what the patient reacts to."),
        "code": check.name("code", form.code),
        "kind": check.choice("kind", form.kind, ("", *ALLERGY_KINDS), "Choose what kind it is."),
        "reaction": check.line("reaction", form.reaction),
        "severity": check.choice("severity", form.severity, ("", *SEVERITIES), "Choose how severe it was."),
        "started_on": check.day("started_on", form.started_on, latest=today),
        "stopped_on": check.day("stopped_on", form.stopped_on, latest=today),
    }
    _in_order(check, "started_on", form.started_on, "stopped_on", form.stopped_on)
    check.finish()
    return values


def stay_values(form: StayForm, today: date) -> dict[str, object]:
    """Return the columns of a stay."""
    check = FormCheck()
    values: dict[str, object] = {
        "kind": check.choice("kind", form.kind, STAY_KINDS, "Choose the kind of stay."),
        "from_on": check.day("from_on", form.from_on, needed="Give the first day of the stay.", latest=today),
        "to_on": check.day("to_on", form.to_on, latest=today),
    }
    _in_order(check, "from_on", form.from_on, "to_on", form.to_on)
    check.finish()
    return values


def service_values(form: ServiceForm, today: date) -> dict[str, object]:
    """Return the columns of a service."""
    check = FormCheck()
    code = check.name("code", form.code, needed="Give the service's code.").upper()
    if code and not _SERVICE_CODE.fullmatch(code):
        check.fault("code", "A CPT or HCPCS code has five signs, such as 99490 or G0181.")
    values: dict[str, object] = {
        "code": code,
        "performed_on": check.day(
            "performed_on", form.performed_on, needed="Give the day of the service.", latest=today
        ),
        "by": check.choice("by", form.by, SERVICE_BY, "Choose who performed it."),
    }
    check.finish()
    return values


def mdm_values(form: MdmForm, today: date) -> dict[str, object]:
    """Return the columns of medical decision making."""
    check = FormCheck()
    values: dict[str, object] = {
        "level": check.choice("level", form.level, MDM_LEVELS, "Choose the level."),
        "documented_on": check.day("documented_on", form.documented_on, needed="Give the day.", latest=today),
        "note": check.note("note", form.note),
    }
    check.finish()
    return values


def _in_order(check: FormCheck, first: str, begins: date | None, last: str, ends: date | None) -> None:
    if begins is not None and ends is not None and ends < begins and first not in check.faults:
        check.fault(last, "This day is before the first one.")
