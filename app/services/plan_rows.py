"""Care plan versions as screens and papers see them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Allergy,
    AuditEvent,
    CarePlan,
    CarePlanEvent,
    Clinic,
    Condition,
    Enrolment,
    Medication,
    Patient,
    Practitioner,
)
from app.rules.care_plan import Item, PlanGap, SectionKind, SectionText, content_hash, printed, read_content
from app.rules.packet_facts import DRAFT, FINAL, CarePlanFacts, Making
from app.rules.papers import CarePlanPrint
from app.rules.text import words_of
from app.services.medicine_words import taken_words
from app.services.packet_gathering import clinic_facts, local_iso, patient_facts, practitioner_facts

COPY_GIVEN, REVIEWED = "copy_given", "reviewed"
COPY_METHODS = ("paper", "mail", "portal", "secure_message")


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan that is being written. `next_version` is the number that signing would give it.

    `mark` stands for its content as stored: saving and signing name it, so that nobody overwrites or signs what they
    have not seen.
    """

    plan_id: int
    patient_id: int
    kinds: tuple[SectionKind, ...]
    sections: tuple[SectionText, ...]
    gaps: tuple[PlanGap, ...]
    mark: str
    next_version: int
    edited_by: str
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class PlanVersionRow:
    """A version of a plan and what happened to it. `kept_outside`: an imported record without text."""

    plan_id: int
    patient_id: int
    version: int | None
    kept_outside: bool
    author: str
    signed_on: date | None
    signed_at: datetime | None
    signed_by: str
    signer_credential: str
    signer_npi: str
    content_hash: str
    last_reviewed_on: date | None
    copy_given_on: date | None
    copy_method: str


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A version with its text; an imported one has none.

    `is_intact`: the text is the one that was signed, by its own hash and by the audit trail's.
    """

    row: PlanVersionRow
    sections: tuple[SectionText, ...]
    is_intact: bool = True


def version_rows(session: Session, plans: Iterable[CarePlan]) -> tuple[PlanVersionRow, ...]:
    """Return signed and imported plans as rows, in the order given, with the newest review and copy of each."""
    kept = list(plans)
    events: dict[int, list[CarePlanEvent]] = defaultdict(list)
    for event in session.scalars(
        select(CarePlanEvent)
        .where(CarePlanEvent.care_plan_id.in_([plan.id for plan in kept]))
        .order_by(CarePlanEvent.happened_on, CarePlanEvent.id)
    ):
        events[event.care_plan_id].append(event)
    return tuple(_version_row(plan, events[plan.id]) for plan in kept)


def _version_row(plan: CarePlan, events: Iterable[CarePlanEvent]) -> PlanVersionRow:
    newest = {event.kind: event for event in events}
    copy, review = newest.get(COPY_GIVEN), newest.get(REVIEWED)
    return PlanVersionRow(
        plan_id=plan.id,
        patient_id=plan.patient_id,
        version=plan.version,
        kept_outside=plan.status == "imported",
        author=plan.edited_by,
        signed_on=plan.signed_on,
        signed_at=plan.signed_at,
        signed_by=plan.signed_by,
        signer_credential=plan.signer_credential,
        signer_npi=plan.signer_npi,
        content_hash=plan.content_hash,
        last_reviewed_on=review.happened_on if review else None,
        copy_given_on=copy.happened_on if copy else None,
        copy_method=copy.method if copy else "",
    )


def is_intact(session: Session, plan: CarePlan) -> bool:
    """Whether a version's text is what was signed, as its row and the audit trail have it."""
    if plan.status != "signed":
        return True
    found = content_hash(plan.content)
    signings = session.scalars(
        select(AuditEvent.detail).where(
            AuditEvent.action == "care_plan.sign", AuditEvent.patient_id == plan.patient_id, AuditEvent.outcome == "ok"
        )
    )
    signed = {facts.get("content_hash") for facts in map(json.loads, signings) if facts.get("plan") == plan.id}
    # A demo's plans were never signed with a passphrase here, so that the trail holds no hash of theirs.
    return found == plan.content_hash and (not signed or signed == {found})


def chart_items(session: Session, patient_id: int) -> dict[str, list[Item]]:
    """Return what the chart knows, as items by the name of the list: confirmed conditions, medicines, allergies."""
    conditions = session.scalars(
        select(Condition)
        .where(Condition.patient_id == patient_id, Condition.confirmed, Condition.resolved_on.is_(None))
        .order_by(Condition.id)
    ).all()
    medicines = session.scalars(
        select(Medication)
        .where(Medication.patient_id == patient_id, Medication.stopped_on.is_(None))
        .order_by(Medication.description, Medication.id)
    )
    allergies = session.scalars(
        select(Allergy)
        .where(Allergy.patient_id == patient_id, Allergy.stopped_on.is_(None))
        .order_by(Allergy.description, Allergy.id)
    )
    return {
        "conditions": [{"what": _condition_words(row)} for row in conditions],
        "medications": _once(
            {"what": row.description, "directions": taken_words(row), "about": _problem(row.reason, conditions)}
            for row in medicines
        ),
        "allergies": _once({"what": row.description, "reaction": row.reaction} for row in allergies),
    }


def plan_print(session: Session, plan: CarePlan, now: datetime, by: str, program_version: str) -> CarePlanPrint:
    """Return a plan, draft or version, as it is printed for a clinician."""
    clinic = session.get_one(Clinic, 1)
    patient = session.get_one(Patient, plan.patient_id)
    biller = session.scalar(
        select(Practitioner)
        .join(Enrolment, Enrolment.practitioner_id == Practitioner.id)
        .where(Enrolment.patient_id == patient.id)
    )
    (row,) = version_rows(session, [plan])
    name = f"v{plan.version}" if plan.version is not None else "draft"
    return CarePlanPrint(
        clinic=clinic_facts(clinic),
        patient=patient_facts(patient),
        plan=plan_facts(row, plan.content, clinic.time_zone),
        making=Making(
            packet_id=f"CP-{patient.id:06d}-{name if plan.status != 'imported' else 'outside'}",
            made_at=local_iso(now, clinic.time_zone),
            made_by=by,
            program_version=program_version,
            state=DRAFT if plan.status == "draft" else FINAL,
            revision=plan.version or 1,
        ),
        practitioner=practitioner_facts(biller) if biller else None,
        conditions=tuple(item["what"] for item in chart_items(session, patient.id)["conditions"]),
    )


def plan_facts(row: PlanVersionRow, content: str, zone: str) -> CarePlanFacts:
    """Return a version as papers name it; days where only the day is known."""
    signed = local_iso(row.signed_at, zone) if row.signed_at else (row.signed_on and row.signed_on.isoformat())
    return CarePlanFacts(
        kept_outside=row.kept_outside,
        version=row.version,
        author=row.author or None,
        signed_at=signed or None,
        signed_by=row.signed_by or None,
        signed_credential=row.signer_credential or None,
        reviewed_on=row.last_reviewed_on.isoformat() if row.last_reviewed_on else None,
        copy_given_on=row.copy_given_on.isoformat() if row.copy_given_on else None,
        copy_method=row.copy_method or None,
        content_hash=row.content_hash or None,
        sections=() if row.kept_outside else printed(read_content(content)),
    )


def _condition_words(row: Condition) -> str:
    return " ".join(part for part in (row.description, _coded(row)) if part)


def _problem(reason: str, conditions: Iterable[Condition]) -> str:
    """Return the condition that a medicine is taken for, where its reason names one of the list."""
    wanted = words_of(reason)
    return next((_condition_words(row) for row in conditions if wanted and words_of(row.description) == wanted), "")


def _coded(row: Condition) -> str:
    return f"({row.code})" if row.code_system == "icd10" and row.code else ""


def _once(items: Iterable[dict[str, str]]) -> list[Item]:
    """Return items without those that say the same twice: a list brought in from elsewhere repeats itself."""
    found: list[Item] = []
    for item in items:
        filled = {key: text for key, text in item.items() if text}
        if filled not in found:
            found.append(filled)
    return found
