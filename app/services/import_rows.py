"""What an imported row becomes in each table. Values are taken as they stand; only their spelling is made one."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.rules.identifiers import normalise_phone, phone_is_valid, state_code
from app.rules.intake import (
    IntakeAllergy,
    IntakeCondition,
    IntakeEnrolment,
    IntakeMedication,
    IntakePatient,
    IntakeService,
    IntakeStay,
    IntakeTimeEntry,
)
from app.services.patient_search import search_text, sort_name

Columns = dict[str, Any]

REVOKED = "Consent revoked"


def patient_columns(row: IntakePatient, now: datetime) -> Columns:
    phone, alternate = _phone(row.phone), _phone(row.phone_alternate)
    return {
        "external_id": row.patient_id,
        "mrn": row.mrn,
        "mbi": row.mbi,
        "prefix": row.prefix,
        "given_name": row.given_name,
        "family_name": row.family_name,
        "suffix": row.suffix,
        "born_on": row.born_on,
        "died_on": row.died_on,
        "sex": row.sex,
        "coverage": row.coverage or "part_b",
        "address_line1": row.address_line1,
        "address_line2": row.address_line2,
        "city": row.city,
        "state": state_code(row.state) or row.state,
        "zip": row.zip,
        "phone": phone,
        "phone_alternate": alternate,
        "time_zone": row.time_zone,
        "language": row.language,
        "call_from": None,
        "call_until": None,
        "call_days": "",
        "sort_name": sort_name(row.family_name, row.given_name),
        "search_text": search_text(
            given_name=row.given_name,
            family_name=row.family_name,
            suffix=row.suffix,
            mrn=row.mrn,
            phones=(phone, alternate),
            born_on=row.born_on,
        ),
        "added_at": now,
    }


def condition_columns(row: IntakeCondition) -> Columns:
    return {
        "code_system": row.code_system,
        "code": row.code,
        "description": row.description,
        "onset_on": row.onset_on,
        "resolved_on": row.resolved_on,
        "confirmed": row.qualifying,
        "expected_12_months": bool(row.expected_12_months),
        "significant_risk": bool(row.significant_risk),
    }


def medication_columns(row: IntakeMedication) -> Columns:
    return {
        "code": row.code,
        "description": row.description,
        "directions": row.directions,
        "reason": row.reason,
        "started_on": row.started_on,
        "stopped_on": row.stopped_on,
    }


def allergy_columns(row: IntakeAllergy) -> Columns:
    return {
        "code": row.code,
        "description": row.description,
        "reaction": row.reaction,
        "started_on": row.started_on,
        "stopped_on": row.stopped_on,
    }


def stay_columns(row: IntakeStay) -> Columns:
    return {"kind": row.kind, "from_on": row.from_on, "to_on": row.to_on}


def service_columns(row: IntakeService) -> Columns:
    return {"code": row.code, "performed_on": row.performed_on, "by": row.by}


def time_columns(row: IntakeTimeEntry) -> Columns:
    """Return what an entry says; who wrote it down here and when is added by the import."""
    return {
        "entry_id": row.entry_id,
        "start_at": row.start.at,
        "end_at": row.end.at,
        "utc_offset_minutes": row.start.offset_minutes,
        "staff": row.staff,
        "credential": row.credential,
        "role": row.role,
        "activity": row.activity,
        "contact": row.contact,
        "works_in_us": row.works_in_us,
        "used_for": row.used_for,
        "note": row.note,
        "signed": row.signed,
        "recorded_at": row.recorded_at and row.recorded_at.at,
    }


def enrolment_columns(row: IntakeEnrolment) -> Columns:
    """Return the standing. Who revoked has stopped; the months before are judged by the dates, not by this word."""
    return {
        "status": "stopped" if row.revoked_on else "enrolled",
        "ccm_started_on": row.ccm_started_on,
        "patient_new": row.new_patient,
        "last_seen_on": row.last_seen_on,
        "visit_on": row.visit_on,
        "visit_code": row.visit_code,
        "visit_ccm_discussed": row.visit_ccm_discussed,
        "ended_on": row.revoked_on,
        "ended_reason": REVOKED if row.revoked_on else "",
    }


def consent_columns(row: IntakeEnrolment, zone: ZoneInfo) -> Columns | None:
    """Return the consent, or None where there is none. A bare day stays one: no instant is made up for it."""
    at = row.consent_at
    given_on: date | None = at.at.astimezone(zone).date() if at is not None else row.consent_on
    if given_on is None:
        return None
    return {
        "given_on": given_on,
        "given_at": at.at if at is not None else None,
        "method": row.consent_method or "",
        "told_availability": row.told_availability,
        "told_cost_sharing": row.told_cost_sharing,
        "told_one_practitioner": row.told_one_practitioner,
        "told_right_to_stop": row.told_right_to_stop,
        "practitioner_npi": row.consent_npi,
        "revoked_on": row.revoked_on,
    }


def _phone(text: str) -> str:
    digits = normalise_phone(text)
    return digits if phone_is_valid(digits) else text
