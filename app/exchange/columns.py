"""Which columns each kind of file has, what else people call them, how their cells are read, and what a row becomes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from app.exchange.cells import (
    LONGEST_NAME,
    CellFault,
    code,
    day,
    day_or_instant,
    day_or_stamp,
    instant,
    line_of_text,
    mbi,
    note,
    optional,
    required,
    sex,
    time_zone,
    word,
    yes_no,
    zip_code,
)
from app.exchange.rows import (
    IntakeRow,
    allergy,
    chart_condition,
    enrolment,
    medication,
    patient,
    qualifying_condition,
    service,
    stay,
    time_entry,
)
from app.rules.intake import IntakeKind, RowAt
from app.rules.month_case import (
    ACTIVITIES,
    CONSENT_METHODS,
    CONTACTS,
    COVERAGES,
    KINDS,
    MDM_LEVELS,
    ROLES,
    SERVICE_BY,
    STAY_KINDS,
    USED_FOR,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a kind of row.

    `needed`: "always"; "listed": by a file that is recognised by its own headers, not by one whose columns a person
    matched; "no". `names` are the headers it is known by, the canonical one first; spaces and capitals do not matter.
    """

    field: str
    label: str
    read: Callable[[str], Any]
    needed: Literal["always", "listed", "no"]
    names: tuple[str, ...]
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of file. `signs`: headers that only this kind has; `hints`: parts of file names that speak for it."""

    kind: IntakeKind
    noun: str
    columns: tuple[Column, ...]
    build: Callable[[RowAt, dict[str, Any]], IntakeRow]
    hints: tuple[str, ...]
    signs: tuple[str, ...] = ()
    either: tuple[str, ...] = ()  # fields of which at least one has a column
    identity: str | None = None  # the field that may be used by one row only


_name = line_of_text(LONGEST_NAME)
_line = line_of_text()
_id = required(_name)
_day = optional(day, None)
_stamp = optional(day_or_stamp, None)
_yes = optional(yes_no, True)  # noqa: FBT003 - an empty cell takes the month case's default
_no = optional(yes_no, False)  # noqa: FBT003 - an empty cell claims nothing


def _code_system(text: str) -> str:
    folded = text.lower()
    if "snomed" in folded:
        return "snomed"
    if "icd10" in folded.replace("-", ""):
        return "icd10"
    raise CellFault("is neither SNOMED CT nor ICD-10-CM")


_always = partial(Column, needed="always")
_listed = partial(Column, needed="listed")
_maybe = partial(Column, needed="no")


def _c(column: partial[Column], field: str, label: str, read: Callable[[str], Any], *names: str) -> Column:
    return column(field, label, read, names=names, is_day=read in (_day, _stamp, _day_needed, _stamp_needed))


_day_needed = required(day)
_stamp_needed = required(day_or_stamp)
_WHOSE = ("patient_id", "patient", "patient number", "mrn", "medical record number", "chart number")
_of_patient = _c(_always, "patient_id", "Patient id", _id, *_WHOSE)

SHAPES: tuple[Shape, ...] = (
    Shape(
        "patients",
        "patients",
        (
            _c(_maybe, "patient_id", "Patient id", _name, "id", "patient_id", "patient number", "patient"),
            _c(_maybe, "mrn", "MRN", _name, "mrn", "medical record number", "chart number", "mrn number"),
            _c(_maybe, "mbi", "Medicare number (MBI)", mbi, "mbi", "medicare number", "medicare id", "medicare mbi"),
            _c(_maybe, "prefix", "Title", _name, "prefix", "title"),
            _c(
                _always, "given_name", "First name", _name, "first", "first_name", "given_name", "firstname", "forename"
            ),
            _c(_always, "family_name", "Last name", _name, "last", "last_name", "family_name", "surname"),
            _c(_maybe, "suffix", "Suffix", _name, "suffix", "name suffix"),
            _c(
                _always,
                "born_on",
                "Date of birth",
                _stamp_needed,
                "birthdate",
                "dob",
                "date of birth",
                "birth date",
                "born_on",
                "born",
            ),
            _c(
                _maybe, "died_on", "Date of death", _stamp, "deathdate", "dod", "date of death", "death date", "died_on"
            ),
            _c(_maybe, "sex", "Sex", optional(sex, ""), "gender", "sex", "administrative sex"),
            _c(_maybe, "coverage", "Coverage", optional(word(COVERAGES), None), "coverage"),
            _c(_maybe, "address_line1", "Address", _line, "address", "address 1", "address line 1", "street"),
            _c(_maybe, "address_line2", "Address, second line", _line, "address 2", "address line 2", "apartment"),
            _c(_maybe, "city", "City", _name, "city", "town"),
            _c(_maybe, "state", "State", _name, "state"),
            _c(_maybe, "zip", "ZIP code", optional(zip_code, ""), "zip", "zip code", "postal code"),
            _c(_maybe, "phone", "Phone", _name, "phone", "phone number", "home phone", "telephone", "primary phone"),
            _c(
                _maybe,
                "phone_alternate",
                "Other phone",
                _name,
                "phone 2",
                "mobile",
                "cell",
                "cell phone",
                "mobile phone",
            ),
            _c(_maybe, "language", "Language", _name, "language", "preferred language"),
            _c(_maybe, "time_zone", "Time zone", optional(time_zone, ""), "time_zone", "tz"),
        ),
        patient,
        hints=("patient",),
        either=("patient_id", "mrn"),
        identity="patient_id",
    ),
    Shape(
        "conditions",
        "conditions",
        (
            _of_patient,
            _c(
                _always,
                "code",
                "Code",
                required(code),
                "code",
                "icd10",
                "icd-10 code",
                "snomed",
                "diagnosis code",
                "dx code",
                "problem code",
            ),
            _c(_maybe, "code_system", "Code system", optional(_code_system, None), "system", "code system"),
            _c(_always, "description", "Description", _line, "description", "diagnosis", "problem", "condition"),
            _c(_listed, "onset_on", "Onset", _stamp, "start", "onset_on", "onset", "onset date", "start date"),
            _c(
                _listed,
                "resolved_on",
                "Resolved",
                _stamp,
                "stop",
                "resolved_on",
                "resolved",
                "resolved date",
                "end date",
            ),
        ),
        chart_condition,
        hints=("condition", "problem", "diagnos"),
    ),
    Shape(
        "medications",
        "medications",
        (
            _of_patient,
            _c(_listed, "code", "RxNorm code", code, "code", "rxnorm", "rxcui", "medication code", "drug code"),
            _c(
                _always,
                "description",
                "Medicine",
                required(_line),
                "description",
                "medication",
                "medicine",
                "drug",
                "drug name",
                "medication name",
            ),
            _c(_maybe, "directions", "Directions", _line, "directions", "sig", "instructions", "dosage"),
            _c(_maybe, "reason", "Reason", _line, "reasondescription", "reason", "indication"),
            _c(_listed, "started_on", "Started", _stamp, "start", "started_on", "start date"),
            _c(_listed, "stopped_on", "Stopped", _stamp, "stop", "stopped_on", "stop date", "end date"),
        ),
        medication,
        hints=("medic", "drug", "prescription"),
        signs=(
            *("dispenses", "reasoncode", "reasondescription", "totalcost", "rxnorm", "rxcui"),
            *("medication", "medication name", "medicine", "drug", "drug name", "directions", "sig"),
        ),
    ),
    Shape(
        "allergies",
        "allergies",
        (
            _of_patient,
            _c(_listed, "code", "Code", code, "code", "allergy code", "allergen code"),
            _c(
                _always,
                "description",
                "Allergy",
                required(_line),
                "description",
                "allergy",
                "allergen",
                "substance",
            ),
            _c(_maybe, "reaction", "Reaction", _line, "description1", "reaction"),
            _c(_listed, "started_on", "Since", _stamp, "start", "started_on", "onset", "start date"),
            _c(_listed, "stopped_on", "Until", _stamp, "stop", "stopped_on", "end date"),
        ),
        allergy,
        hints=("allerg",),
        signs=("allergy", "allergen", "substance", "reaction", "reaction1", "severity1", "allergy code"),
    ),
    Shape(
        "enrolment",
        "CCM enrolment",
        (
            _of_patient,
            _c(_always, "billing_npi", "Billing practitioner's NPI", _name, "billing_npi"),
            _c(_always, "billing_kind", "Billing practitioner's kind", required(word(KINDS)), "billing_kind"),
            _c(_always, "ccm_started_on", "CCM started", _day_needed, "ccm_started_on"),
            _c(_listed, "new_patient", "New patient", _no, "new_patient"),
            _c(_listed, "last_seen_on", "Last seen", _day, "last_seen_on"),
            _c(_listed, "visit_on", "Initiating visit", _day, "visit_on"),
            _c(_listed, "visit_code", "Initiating visit's code", code, "visit_code"),
            _c(_listed, "visit_ccm_discussed", "CCM discussed at the visit", _no, "visit_ccm_discussed"),
            _c(_listed, "consent_on", "Consent", optional(day_or_instant, None), "consent_on"),
            _c(_listed, "consent_method", "Consent method", optional(word(CONSENT_METHODS), None), "consent_method"),
            _c(_listed, "told_availability", "Told: availability", _no, "told_availability"),
            _c(_listed, "told_cost_sharing", "Told: cost sharing", _no, "told_cost_sharing"),
            _c(_listed, "told_one_practitioner", "Told: one practitioner", _no, "told_one_practitioner"),
            _c(_listed, "told_right_to_stop", "Told: right to stop", _no, "told_right_to_stop"),
            _c(_listed, "consent_npi", "NPI consented to", _name, "consent_npi"),
            _c(_listed, "revoked_on", "Consent revoked", _day, "revoked_on"),
            _c(_listed, "plan_signed_on", "Care plan signed", _day, "plan_signed_on"),
            _c(_listed, "plan_reviewed_on", "Care plan reviewed", _day, "plan_reviewed_on"),
            _c(_listed, "plan_copy_given_on", "Care plan copy given", _day, "plan_copy_given_on"),
            _c(_listed, "coverage", "Coverage", optional(word(COVERAGES), None), "coverage"),
            _c(_listed, "mdm_level", "MDM level", optional(word(MDM_LEVELS), None), "mdm_level"),
            _c(_listed, "mdm_documented_on", "MDM documented", _day, "mdm_documented_on"),
            _c(_listed, "died_on", "Date of death", _day, "died_on"),
            _c(_listed, "has_plan", "Has a care plan", optional(yes_no, None), "has_plan"),
        ),
        enrolment,
        hints=("enrol",),
        identity="patient_id",
    ),
    Shape(
        "qualifying",
        "qualifying conditions",
        (
            _of_patient,
            _c(_always, "code", "ICD-10-CM code", required(line_of_text(40)), "icd10", "icd-10 code", "icd10cm"),
            _c(_maybe, "description", "Description", _line, "description", "diagnosis", "condition"),
            _c(_maybe, "onset_on", "Onset", _day, "onset_on", "onset"),
            _c(_maybe, "resolved_on", "Resolved", _day, "resolved_on", "resolved"),
            _c(_listed, "expected_12_months", "Expected to last 12 months", _yes, "expected_12_months"),
            _c(_listed, "significant_risk", "Significant risk", _yes, "significant_risk"),
        ),
        qualifying_condition,
        hints=("qualif",),
    ),
    Shape(
        "time",
        "time entries",
        (
            _c(_always, "entry_id", "Entry id", _id, "entry_id"),
            _of_patient,
            _c(_always, "start", "Start", required(instant), "start"),
            _c(_always, "end", "End", required(instant), "end"),
            _c(_always, "staff", "Staff member", _id, "staff"),
            _c(_maybe, "credential", "Credential", _name, "credential"),
            _c(_always, "role", "Role", required(word(ROLES)), "role"),
            _c(_always, "activity", "Activity", required(word(ACTIVITIES)), "activity"),
            _c(_listed, "contact", "Contact", optional(word(CONTACTS), "none"), "contact"),
            _c(_listed, "works_in_us", "Works in the US", _yes, "works_in_us"),
            _c(_listed, "used_for", "Used for", optional(word(USED_FOR), None), "used_for"),
            _c(_maybe, "note", "Note", note, "note"),
            _c(_listed, "signed", "Signed", _yes, "signed"),
            _c(_maybe, "recorded_at", "Recorded at", optional(instant, None), "recorded_at"),
        ),
        time_entry,
        hints=("time",),
        identity="entry_id",
    ),
    Shape(
        "stays",
        "stays",
        (
            _of_patient,
            _c(_always, "kind", "Kind of stay", required(word(STAY_KINDS)), "kind"),
            _c(_always, "from_on", "First day", _day_needed, "from", "from_on"),
            _c(_always, "to_on", "Last day", _day, "to", "to_on"),
        ),
        stay,
        hints=("stay",),
    ),
    Shape(
        "services",
        "other services",
        (
            _of_patient,
            _c(_always, "code", "Code", required(code), "code"),
            _c(_always, "performed_on", "Day", _day_needed, "on", "performed_on"),
            _c(_always, "by", "By", required(word(SERVICE_BY)), "by"),
        ),
        service,
        hints=("service",),
    ),
)
SHAPE_OF: dict[IntakeKind, Shape] = {shape.kind: shape for shape in SHAPES}
