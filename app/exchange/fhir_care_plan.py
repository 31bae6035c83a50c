"""A care plan as a FHIR R4 bundle, for other software: the plan, its goals, and what it speaks of on the chart."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.rules.care_plan import PATIENT_COPY, SectionText, item_line
from app.rules.plan_copy import ChartAllergy, ChartCondition, ChartMedicine, PlanExport
from app.rules.plan_items import day_of, item_ref

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NPI = "http://hl7.org/fhir/sid/us-npi"
MBI = "http://hl7.org/fhir/sid/us-mbi"
_TERMS = "http://terminology.hl7.org/CodeSystem/"
_GENDERS = {"F": "female", "M": "male"}
_ALLERGY_CATEGORIES = {"medicine": "medication", "food": "food", "environment": "environment"}

Resource = dict[str, Any]


def fhir_bundle(export: PlanExport) -> bytes:
    """Return the bundle as JSON in UTF-8. The same version gives the same bytes, and the same ids each time."""
    names = _Names(export.clinic_ref)
    patient = names.of("Patient", export.patient.record_id)
    conditions = {each.ref: names.of("Condition", each.ref) for each in export.conditions}
    sections = {section.key: section for section in export.sections}
    goals = _goals(export, names, patient, sections.get("goals"))
    entries: list[tuple[str, Resource]] = [(patient, _patient(export))]
    if export.practitioner is not None:
        entries.append((names.of("Practitioner", export.practitioner.npi), _practitioner(export)))
    entries += [(conditions[each.ref], _condition(each, patient)) for each in export.conditions]
    entries += [(names.of("MedicationStatement", each.ref), _medicine(each, patient)) for each in export.medicines]
    entries += [(names.of("AllergyIntolerance", each.ref), _allergy(each, patient)) for each in export.allergies]
    entries += goals
    plan = _plan(export, patient, conditions.values(), [name for name, _ in goals], sections)
    if export.practitioner is not None:
        plan["author"] = {"reference": names.of("Practitioner", export.practitioner.npi)}
    entries.append((names.of("CarePlan", export.plan_ref), plan))
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": export.signed_at or export.made_at,
        "entry": [{"fullUrl": name, "resource": _without_empty(resource)} for name, resource in entries],
    }
    return (json.dumps(bundle, ensure_ascii=False, indent=1) + "\n").encode()


class _Names:
    """Names for resources that are the same each time and differ between clinics."""

    def __init__(self, clinic_ref: str) -> None:
        self._space = uuid5(NAMESPACE_URL, f"urn:careloop:{clinic_ref}")

    def of(self, kind: str, ref: str) -> str:
        return f"urn:uuid:{uuid5(self._space, f'{kind}/{ref}')}"


def _plan(
    export: PlanExport,
    patient: str,
    conditions: Iterable[str],
    goals: Iterable[str],
    sections: Mapping[str, SectionText],
) -> Resource:
    told = [section for section in export.sections if section.key not in PATIENT_COPY]
    interventions = sections.get("interventions")
    return {
        "resourceType": "CarePlan",
        "text": {"status": "additional", "div": _narrative(told)},
        "status": _status(export),
        "intent": "plan",
        "category": [
            {
                "coding": [
                    {"system": "http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "code": "assess-plan"}
                ],
                "text": "Comprehensive care plan for chronic care management",
            }
        ],
        "title": "Comprehensive care plan" + ("" if export.version is None else f", version {export.version}"),
        "subject": {"reference": patient},
        "period": {"start": export.signed_at} if export.signed_at else None,
        "created": export.signed_at or export.made_at,
        "addresses": [{"reference": name} for name in conditions],
        "goal": [{"reference": name} for name in goals],
        "activity": [_activity(item) for item in (interventions.items if interventions is not None else ())],
    }


def _status(export: PlanExport) -> str:
    if export.signed_at is None:
        return "draft"
    return "active" if export.is_in_force else "revoked"


def _activity(item: Mapping[str, str]) -> Resource:
    who, often = item.get("who", ""), " · ".join(part for part in (item.get("due", ""), item.get("due_on", "")) if part)
    return {
        "detail": _without_empty(
            {
                "status": "in-progress",
                "description": item.get("what", ""),
                "scheduledString": often,
                "performer": [{"display": who}] if who else [],
            }
        )
    }


def _goals(export: PlanExport, names: _Names, patient: str, section: SectionText | None) -> list[tuple[str, Resource]]:
    made = []
    for item in section.items if section is not None else ():
        due = day_of(item.get("by_when", ""))
        target = {
            "measure": {"text": item.get("what", "")},
            "detailString": item.get("to", ""),
            "dueDate": due.isoformat() if due is not None else None,
        }
        resource = {
            "resourceType": "Goal",
            "lifecycleStatus": "active" if export.signed_at else "proposed",
            "description": {"text": item_line(section, item)} if section is not None else None,
            "subject": {"reference": patient},
            "startDate": export.signed_at[:10] if export.signed_at else None,
            "target": [_without_empty(target)] if item.get("to") else [],
        }
        made.append((names.of("Goal", f"{export.patient.record_id}/{item_ref(item)}"), resource))
    return made


def _patient(export: PlanExport) -> Resource:
    patient = export.patient
    family, _, given = (patient.claim_name or "").partition(", ")
    return {
        "resourceType": "Patient",
        "identifier": [
            *([{"type": {"text": "MRN"}, "value": patient.mrn}] if patient.mrn else []),
            *([{"system": MBI, "value": patient.mbi}] if patient.mbi else []),
        ],
        "name": [_without_empty({"text": patient.name, "family": family, "given": [given] if given else []})],
        "telecom": [{"system": "phone", "value": patient.phone}] if patient.phone else [],
        "gender": _GENDERS.get(patient.sex or "", "unknown"),
        "birthDate": patient.born_on,
        "address": [{"text": ", ".join(patient.address)}] if patient.address else [],
    }


def _practitioner(export: PlanExport) -> Resource:
    who = export.practitioner
    if who is None:
        return {}
    name = ", ".join(part for part in (who.name, who.credential) if part)
    return {
        "resourceType": "Practitioner",
        "identifier": [{"system": NPI, "value": who.npi}],
        "name": [{"text": name}] if name else [],
    }


def _condition(row: ChartCondition, patient: str) -> Resource:
    system = {"icd10": ICD10, "snomed": SNOMED}.get(row.code_system)
    return {
        "resourceType": "Condition",
        "clinicalStatus": _coded("condition-clinical", "active"),
        "category": [_coded("condition-category", "problem-list-item")],
        "code": _without_empty(
            {"coding": [{"system": system, "code": row.code}] if system and row.code else [], "text": row.description}
        ),
        "subject": {"reference": patient},
        "onsetDateTime": row.onset_on,
    }


def _medicine(row: ChartMedicine, patient: str) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": _without_empty(
            {"coding": [{"system": RXNORM, "code": row.rxnorm}] if row.rxnorm else [], "text": row.description}
        ),
        "subject": {"reference": patient},
        "informationSource": {"display": row.prescriber} if row.prescriber else None,
        "dosage": [{"text": row.directions}] if row.directions else [],
    }


def _allergy(row: ChartAllergy, patient: str) -> Resource:
    reaction = _without_empty(
        {"manifestation": [{"text": row.reaction}] if row.reaction else [], "severity": row.severity}
    )
    category = _ALLERGY_CATEGORIES.get(row.kind)
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": _coded("allergyintolerance-clinical", "active"),
        "category": [category] if category else [],
        "code": {"text": row.description},
        "patient": {"reference": patient},
        # A reaction must say how it shows (1..*); severity alone cannot be told.
        "reaction": [reaction] if row.reaction else [],
    }


def _coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": _TERMS + system, "code": code}]}


def _narrative(sections: Iterable[SectionText]) -> str:
    """The plan's words as XHTML; everything people typed is escaped."""
    parts = []
    for section in sections:
        lines = [item_line(section, item) for item in section.items]
        said = [section.text] if section.text.strip() else []
        if section.not_applicable:
            said.append(f"Not applicable: {section.not_applicable}")
        listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
        body = "".join(f"<p>{escape(text)}</p>" for text in said) + (f"<ul>{listed}</ul>" if listed else "")
        parts.append(f"<h3>{escape(section.title)}</h3>{body or '<p>Nothing entered.</p>'}")
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{"".join(parts)}</div>'


def _without_empty(resource: Resource) -> Resource:
    return {key: value for key, value in resource.items() if value not in (None, "", [], {})}
