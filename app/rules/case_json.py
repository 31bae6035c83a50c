"""A month case as JSON: read strictly, and written so that reading gives the same case again."""

import dataclasses
from datetime import date, datetime
from typing import cast

from app.rules import month_case as words
from app.rules.form import Fields, FormError, Misfit
from app.rules.month import Month, second_of
from app.rules.month_case import (
    BillingPractitioner,
    CarePlan,
    Condition,
    Consent,
    Contact,
    InitiatingVisit,
    MedicalDecisionMaking,
    MonthCase,
    OtherPatientTime,
    OtherService,
    Patient,
    Role,
    Stay,
    TimeEntry,
)
from app.rules.time_zone import zone_is_known


def _names(kind: type) -> frozenset[str]:
    """Return a value's field names, which are its JSON names too."""
    return frozenset(field.name for field in dataclasses.fields(kind))


_CASE = _names(MonthCase)
_PATIENT = _names(Patient)
_CONDITION = _names(Condition)
_VISIT = _names(InitiatingVisit)
_CONSENT = _names(Consent)
_CARE_PLAN = _names(CarePlan)
_PRACTITIONER = _names(BillingPractitioner)
_MDM = _names(MedicalDecisionMaking)
_ENTRY = _names(TimeEntry)
_OTHER_TIME = _names(OtherPatientTime)
_STAY = frozenset(("kind", "from", "to"))  # `from` is no name in Python
_SERVICE = _names(OtherService)


def parse_case(raw: object, position: int | None = None) -> MonthCase:
    """Return the case that a JSON object holds.

    `position` is the case's place in its list, from 1; it names the case in the error beside its id.
    Raises `FormError` for an unknown or missing field, a wrong type or word, or times that cannot be.
    Whether the rules know the month is the rule book's to say: see `evaluate`.
    """
    try:
        return _case(raw)
    except Misfit as fault:
        raise FormError(case_name(raw, position), fault.field, fault.reason) from None


def case_name(raw: object, position: int | None) -> str:
    """Return how a message names a case: by its id where it has one, and by its place in the list."""
    label = raw.get("id") if isinstance(raw, dict) else None
    named = f'case "{label}"' if isinstance(label, str) and label else "case"
    if position is None:
        return named if label else "the case"
    return f"{named} (number {position} in the list)"


def case_to_json(case: MonthCase) -> dict[str, object]:
    """Return the case as JSON values, every field written out; `parse_case` of it gives an equal case."""
    visit, consent, plan, mdm = case.initiating_visit, case.consent, case.care_plan, case.mdm
    return {
        "id": case.id,
        "month": str(case.month),
        "time_zone": case.time_zone,
        "setting": case.setting,
        "patient": {"born": _written(case.patient.born), "died": _written(case.patient.died)},
        "coverage": case.coverage,
        "conditions": [
            {
                "icd10": condition.icd10,
                "expected_12_months": condition.expected_12_months,
                "significant_risk": condition.significant_risk,
                "resolved_on": _written(condition.resolved_on),
            }
            for condition in case.conditions
        ],
        "ccm_started_on": _written(case.ccm_started_on),
        "patient_new": case.patient_new,
        "last_seen_on": _written(case.last_seen_on),
        "initiating_visit": visit
        and {"on": _written(visit.on), "code": visit.code, "ccm_discussed": visit.ccm_discussed},
        "consent": consent
        and {
            "given": _written(consent.given),
            "method": consent.method,
            "told": list(consent.told),
            "practitioner": consent.practitioner,
            "revoked_on": _written(consent.revoked_on),
        },
        "care_plan": plan
        and {
            "signed_on": _written(plan.signed_on),
            "last_reviewed_on": _written(plan.last_reviewed_on),
            "copy_given_on": _written(plan.copy_given_on),
        },
        "billing_practitioner": {
            "id": case.billing_practitioner.id,
            "npi": case.billing_practitioner.npi,
            "kind": case.billing_practitioner.kind,
        },
        "mdm": mdm and {"level": mdm.level, "documented_on": _written(mdm.documented_on)},
        "time": [_entry_to_json(entry) for entry in case.time],
        "other_patient_time": [
            {"staff": other.staff, "start": _written(other.start), "end": _written(other.end)}
            for other in case.other_patient_time
        ],
        "stays": [
            {"kind": stay.kind, "from": _written(stay.from_on), "to": _written(stay.to_on)} for stay in case.stays
        ],
        "other_services": [
            {"code": service.code, "on": _written(service.on), "by": service.by} for service in case.other_services
        ],
        "already_billed": case.already_billed,
    }


def _case(raw: object) -> MonthCase:
    fields = Fields(raw, _CASE)
    return MonthCase(
        id=fields.text("id", ""),
        month=_month(fields),
        time_zone=_time_zone(fields),
        setting=fields.choice("setting", words.SETTINGS, "office"),
        patient=fields.part("patient", _patient),
        coverage=fields.choice("coverage", words.COVERAGES, "part_b"),
        conditions=fields.each("conditions", _condition),
        ccm_started_on=fields.day("ccm_started_on"),
        patient_new=fields.flag("patient_new", False),  # noqa: FBT003 - a field's default, not a switch
        last_seen_on=fields.day_or_none("last_seen_on"),
        initiating_visit=fields.part_or_none("initiating_visit", _initiating_visit, None),
        consent=fields.part_or_none("consent", _consent),
        care_plan=fields.part_or_none("care_plan", _care_plan),
        billing_practitioner=fields.part("billing_practitioner", _billing_practitioner),
        mdm=fields.part_or_none("mdm", _mdm, None),
        time=_time(fields),
        other_patient_time=fields.each("other_patient_time", _other_patient_time, []),
        stays=fields.each("stays", _stay, []),
        other_services=fields.each("other_services", _other_service, []),
        already_billed=fields.flag("already_billed", False),  # noqa: FBT003 - as above
    )


def _month(fields: Fields) -> Month:
    try:
        return Month.parse(fields.text("month"))
    except ValueError:
        raise Misfit("month", "must be written as YYYY-MM") from None


def _time_zone(fields: Fields) -> str:
    name = fields.text("time_zone")
    if not zone_is_known(name):
        raise Misfit("time_zone", "is not a time zone of the IANA database")
    return name


def _patient(raw: object) -> Patient:
    fields = Fields(raw, _PATIENT)
    return Patient(born=fields.day("born"), died=fields.day_or_none("died", None))


def _condition(raw: object) -> Condition:
    fields = Fields(raw, _CONDITION)
    icd10 = fields.text("icd10")
    if not icd10.strip():
        raise Misfit("icd10", "must not be empty")
    return Condition(
        icd10,
        fields.flag("expected_12_months", True),  # noqa: FBT003 - a field's default, not a switch
        fields.flag("significant_risk", True),  # noqa: FBT003 - as above
        fields.day_or_none("resolved_on", None),
    )


def _initiating_visit(raw: object) -> InitiatingVisit:
    fields = Fields(raw, _VISIT)
    return InitiatingVisit(fields.day("on"), fields.text("code"), fields.flag("ccm_discussed"))


def _consent(raw: object) -> Consent:
    fields = Fields(raw, _CONSENT)
    return Consent(
        given=fields.instant_or_day("given"),
        method=fields.choice("method", words.CONSENT_METHODS),
        told=fields.each("told", _told),
        practitioner=fields.text("practitioner"),
        revoked_on=fields.day_or_none("revoked_on"),
    )


def _told(raw: object) -> str:
    if isinstance(raw, str) and raw in words.TOLD:
        return raw
    raise Misfit("", f"must be one of {', '.join(words.TOLD)}")


def _care_plan(raw: object) -> CarePlan:
    fields = Fields(raw, _CARE_PLAN)
    return CarePlan(
        fields.day_or_none("signed_on"), fields.day_or_none("last_reviewed_on"), fields.day_or_none("copy_given_on")
    )


def _billing_practitioner(raw: object) -> BillingPractitioner:
    fields = Fields(raw, _PRACTITIONER)
    return BillingPractitioner(fields.text("id"), fields.text("npi"), fields.choice("kind", words.KINDS))


def _mdm(raw: object) -> MedicalDecisionMaking:
    fields = Fields(raw, _MDM)
    return MedicalDecisionMaking(fields.choice("level", words.MDM_LEVELS), fields.day_or_none("documented_on"))


def _time(fields: Fields) -> tuple[TimeEntry, ...]:
    entries = fields.each("time", _entry)
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        if entry.id in seen:
            raise Misfit(f"time[{position}].id", "is used twice")
        seen.add(entry.id)
    return entries


def _entry(raw: object) -> TimeEntry:
    fields = Fields(raw, _ENTRY)
    start, end = _span(fields)
    return TimeEntry(
        id=fields.text("id"),
        start=start,
        end=end,
        staff=fields.text("staff"),
        role=cast("Role", fields.choice("role", words.ROLES)),
        activity=fields.choice("activity", words.ACTIVITIES),
        contact=cast("Contact", fields.choice("contact", words.CONTACTS, "none")),
        works_in_us=fields.flag("works_in_us", True),  # noqa: FBT003 - a field's default, not a switch
        used_for=fields.choice_or_none("used_for", words.USED_FOR, None),
        confirmed=fields.flag("confirmed", True),  # noqa: FBT003 - as above
        signed=fields.flag("signed", True),  # noqa: FBT003 - as above
        recorded_at=fields.instant_or_none("recorded_at", None),
    )


def _other_patient_time(raw: object) -> OtherPatientTime:
    fields = Fields(raw, _OTHER_TIME)
    start, end = _span(fields)
    return OtherPatientTime(fields.text("staff"), start, end)


def _span(fields: Fields) -> tuple[datetime, datetime]:
    start, end = fields.instant("start"), fields.instant("end")
    seconds = second_of(end) - second_of(start)
    if seconds <= 0:
        raise Misfit("end", "must be after start")
    if seconds > words.LONGEST_ENTRY_SECONDS:
        raise Misfit("end", "must be at most 8 hours after start")
    return start, end


def _stay(raw: object) -> Stay:
    fields = Fields(raw, _STAY)
    stay = Stay(fields.choice("kind", words.STAY_KINDS), fields.day("from"), fields.day("to"))
    if stay.to_on < stay.from_on:
        raise Misfit("to", "must not be before from")
    return stay


def _other_service(raw: object) -> OtherService:
    fields = Fields(raw, _SERVICE)
    return OtherService(fields.text("code"), fields.day("on"), fields.choice("by", words.SERVICE_BY))


def _entry_to_json(entry: TimeEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "start": _written(entry.start),
        "end": _written(entry.end),
        "staff": entry.staff,
        "role": entry.role,
        "activity": entry.activity,
        "contact": entry.contact,
        "works_in_us": entry.works_in_us,
        "used_for": entry.used_for,
        "confirmed": entry.confirmed,
        "signed": entry.signed,
        "recorded_at": _written(entry.recorded_at),
    }


def _written(moment: datetime | date | None) -> str | None:
    return None if moment is None else moment.isoformat()
