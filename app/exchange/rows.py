"""What a row's readable cells become together, and why they may not make a row."""

from datetime import date, timedelta
from typing import Any, Literal

from app.rules.intake import (
    Instant,
    IntakeAllergy,
    IntakeCondition,
    IntakeEnrolment,
    IntakeMedication,
    IntakePatient,
    IntakeService,
    IntakeStay,
    IntakeTimeEntry,
    RowAt,
)
from app.rules.month_case import LONGEST_ENTRY_SECONDS

IntakeRow = (
    IntakePatient
    | IntakeCondition
    | IntakeMedication
    | IntakeAllergy
    | IntakeEnrolment
    | IntakeTimeEntry
    | IntakeStay
    | IntakeService
)


class RowFault(Exception):
    """Why cells that are each readable do not make a row together: a sentence fragment that names the columns."""


def patient(at: RowAt, cells: dict[str, Any]) -> IntakePatient:
    if not (cells["given_name"] or cells["family_name"]):
        raise RowFault("the name is empty")
    if not cells["patient_id"]:
        if not cells["mrn"]:
            raise RowFault("neither an id nor an MRN is given")
        cells["patient_id"] = cells["mrn"]
    return IntakePatient(at, **cells)


def chart_condition(at: RowAt, cells: dict[str, Any]) -> IntakeCondition:
    stated: Literal["icd10", "snomed"] | None = cells.pop("code_system")
    system = stated or _system_of(cells["code"])
    return IntakeCondition(
        at, code_system=system, qualifying=False, expected_12_months=None, significant_risk=None, **cells
    )


def qualifying_condition(at: RowAt, cells: dict[str, Any]) -> IntakeCondition:
    return IntakeCondition(at, code_system="icd10", qualifying=True, **cells)


def medication(at: RowAt, cells: dict[str, Any]) -> IntakeMedication:
    return IntakeMedication(at, **cells)


def allergy(at: RowAt, cells: dict[str, Any]) -> IntakeAllergy:
    return IntakeAllergy(at, **cells)


def enrolment(at: RowAt, cells: dict[str, Any]) -> IntakeEnrolment:
    consent: date | Instant | None = cells.pop("consent_on")
    if consent is not None and cells["consent_method"] is None:
        raise RowFault("“consent_method” is empty though there is a consent")
    if cells["has_plan"] is None:
        cells["has_plan"] = any(cells[f"plan_{step}_on"] for step in ("signed", "reviewed", "copy_given"))
    at_instant, on_day = (consent, None) if isinstance(consent, Instant) else (None, consent)
    return IntakeEnrolment(at, consent_on=on_day, consent_at=at_instant, **cells)


def time_entry(at: RowAt, cells: dict[str, Any]) -> IntakeTimeEntry:
    worked: timedelta = cells["end"].at - cells["start"].at
    if worked <= timedelta(0):
        raise RowFault("“end” is not after the start")
    if worked > timedelta(seconds=LONGEST_ENTRY_SECONDS):
        raise RowFault("“end” is more than 8 hours after the start")
    return IntakeTimeEntry(at, **cells)


def stay(at: RowAt, cells: dict[str, Any]) -> IntakeStay:
    if cells["to_on"] and cells["to_on"] < cells["from_on"]:
        raise RowFault("“to” is before “from”")
    return IntakeStay(at, **cells)


def service(at: RowAt, cells: dict[str, Any]) -> IntakeService:
    return IntakeService(at, **cells)


def _system_of(written: str) -> Literal["icd10", "snomed"]:
    if written.isascii() and written.isdigit():
        return "snomed"
    if 3 <= len(written) <= 8 and written[0].isascii() and written[0].isalpha() and written[1].isdigit():
        return "icd10"
    raise RowFault("“code” is neither a SNOMED CT nor an ICD-10-CM code")
