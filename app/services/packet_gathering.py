"""From the clinic file to the facts of packets, for many patients at once."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import (
    CarePlan,
    Charge,
    Clinic,
    Condition,
    Consent,
    Mdm,
    OtherService,
    Patient,
    Practitioner,
    Stay,
)
from app.rules.care_plan import printed, read_content
from app.rules.evaluate import gather_facts
from app.rules.facts import Facts
from app.rules.month import Month
from app.rules.month_case import TOLD
from app.rules.packet_facts import (
    AlternativeFacts,
    CarePlanFacts,
    ClinicFacts,
    ConditionFacts,
    ConsentFacts,
    LineFacts,
    Making,
    MdmFacts,
    PacketFacts,
    PatientFacts,
    PractitionerFacts,
    ReadinessFacts,
    ServiceFacts,
    StayFacts,
    VisitFacts,
)
from app.rules.readiness import Readiness
from app.rules.rule_book import RuleBook
from app.services.closed_month import first_closed
from app.services.gate_sheet import gate_sheet
from app.services.judging import Judged
from app.services.local_words import phone_in_words
from app.services.month_case import paper_name
from app.services.packet_scope import asked_on, reconciled_on, scope_facts
from app.services.plan_in_force import StandingPlan, standing_plans
from app.services.time_log import entries_of, time_log

T = TypeVar("T")
_AT_ONCE = 300
_COMMA = re.compile(r"\s*,\s*")
_IMPORTED = "imported"
_RECORDED = "recorded in CareLoop"


def packet_facts(
    session: Session, clinic: Clinic, judged: Sequence[Judged], book: RuleBook, making: Making
) -> dict[int, PacketFacts]:
    """Return, by patient, all that the packet of their month says, as the record stands now.

    All are of one month. Approval, audit extract and chain head are left to whoever makes the packet.
    """
    found: dict[int, PacketFacts] = {}
    for first in range(0, len(judged), _AT_ONCE):
        found |= _some(session, clinic, judged[first : first + _AT_ONCE], book, making)
    return found


def clinic_facts(clinic: Clinic) -> ClinicFacts:
    """Return the clinic as papers name it."""
    return ClinicFacts(
        name=clinic.name,
        time_zone=clinic.time_zone,
        address=_address(clinic.address_line1, clinic.address_line2, clinic.city, clinic.state, clinic.zip),
        phone=phone_in_words(clinic.phone) or None,
        tin=f"{clinic.tin[:2]}-{clinic.tin[2:]}" if clinic.tin else None,
        group_npi=clinic.group_npi or None,
        setting=clinic.setting,
        place_of_service=clinic.place_of_service or None,
    )


def patient_facts(patient: Patient) -> PatientFacts:
    """Return a patient as papers name them."""
    record_id = record_number(patient.id)
    # A comma parts the names on a claim, so there is none within one.
    names = (_COMMA.sub(" ", name).strip().upper() for name in (patient.family_name, patient.given_name))
    claim = ", ".join(name for name in names if name)
    return PatientFacts(
        record_id=record_id,
        name=paper_name(patient.given_name, patient.family_name, patient.suffix),
        external_id=patient.external_id,
        mrn=patient.mrn or None,
        claim_name=claim,
        born_on=patient.born_on.isoformat(),
        died_on=_iso(patient.died_on),
        sex={"female": "F", "male": "M"}.get(patient.sex) or patient.sex or None,
        mbi=patient.mbi or None,
        coverage=patient.coverage or None,
        address=_address(patient.address_line1, patient.address_line2, patient.city, patient.state, patient.zip),
        phone=phone_in_words(patient.phone) or None,
        account_no=patient.mrn or record_id,
    )


def record_number(patient_id: int) -> str:
    """Return the patient's record number as every page of a paper bears it."""
    return f"P-{patient_id:06d}"


def charges_on(session: Session, day: date) -> dict[str, int]:
    """Return what the clinic charges for one unit of each code on a day, in cents."""
    rows = session.execute(select(Charge.code, Charge.cents).where(Charge.from_on <= day).order_by(Charge.from_on))
    return {row.code: row.cents for row in rows}


def line_facts(lines: Iterable[tuple[str, int]], charges: Mapping[str, int]) -> tuple[LineFacts, ...]:
    """Return claim lines, (code, units), with the clinic's charge for all units of each where it has set one."""
    return tuple(LineFacts(code, units, charges[code] * units if code in charges else None) for code, units in lines)


def practitioner_facts(practitioner: Practitioner, kind: str = "") -> PractitionerFacts:
    """Return a biller as papers name them; `kind` is the one that the month was judged by."""
    return PractitionerFacts(
        npi=practitioner.npi,
        name=practitioner.name or None,
        credential=practitioner.credential or None,
        kind=kind or practitioner.kind,
        taxonomy=practitioner.taxonomy or None,
    )


def _some(
    session: Session, clinic: Clinic, judged: Sequence[Judged], book: RuleBook, making: Making
) -> dict[int, PacketFacts]:
    if not judged:
        return {}
    month = judged[0].case.month
    ids = [each.patient.id for each in judged]
    patients = {row.id: row for row in session.scalars(select(Patient).where(Patient.id.in_(ids)))}
    billers = {row.id: row for row in session.scalars(select(Practitioner))}
    names = {row.npi: row.name for row in billers.values() if row.name}
    newest = select(func.max(Consent.id)).where(Consent.patient_id.in_(ids)).group_by(Consent.patient_id)
    consents = {row.patient_id: row for row in session.scalars(select(Consent).where(Consent.id.in_(newest)))}
    conditions = _grouped(
        session.scalars(
            select(Condition)
            .where(Condition.confirmed, Condition.code_system == "icd10", Condition.patient_id.in_(ids))
            .order_by(Condition.id)
        )
    )
    stays = _grouped(
        session.scalars(
            select(Stay)
            .where(Stay.patient_id.in_(ids), Stay.from_on <= month.last)
            .where((Stay.to_on.is_(None)) | (Stay.to_on >= month.first))
            .order_by(Stay.from_on, Stay.id)
        )
    )
    services = _grouped(
        session.scalars(
            select(OtherService)
            .where(OtherService.patient_id.in_(ids), OtherService.performed_on.between(month.first, month.last))
            .order_by(OtherService.performed_on, OtherService.id)
        )
    )
    decisions = _grouped(session.scalars(select(Mdm).where(Mdm.patient_id.in_(ids)).order_by(Mdm.id)))
    plans = _plans(session, ids, month, clinic.time_zone)
    entries = entries_of(session, ids, month, clinic.time_zone)
    charges = charges_on(session, month.last)
    closed = first_closed(session, ids, month)
    reconciled, asked = reconciled_on(session, ids, month), asked_on(session, ids, month)
    found = {}
    for each in judged:
        patient_id = each.patient.id
        worked_out = gather_facts(each.case, book)
        biller = billers[each.patient.practitioner_id]
        log = time_log(entries.get(patient_id, ()), worked_out, each.result, closed.get(patient_id))
        found[patient_id] = PacketFacts(
            clinic=clinic_facts(clinic),
            patient=patient_facts(patients[patient_id]),
            month=str(month),
            practitioner=practitioner_facts(biller, each.case.billing_practitioner.kind),
            readiness=_readiness(each.result, charges),
            rule_version=book.version,
            making=making,
            gates=gate_sheet(worked_out, each.result, book),
            scope=scope_facts(clinic, plans.get(patient_id), log, reconciled.get(patient_id)),
            same_month_asked_on=_iso(asked.get(patient_id)),
            conditions=tuple(_condition(row) for row in conditions.get(patient_id, ())),
            consent=_consent(consents.get(patient_id), names, clinic.time_zone),
            visit=_visit(worked_out),
            care_plan=plans.get(patient_id),
            time=log,
            stays=tuple(
                StayFacts(row.kind, row.from_on.isoformat(), _iso(row.to_on)) for row in stays.get(patient_id, ())
            ),
            services=tuple(
                ServiceFacts(row.code, row.performed_on.isoformat(), row.by) for row in services.get(patient_id, ())
            ),
            mdm=_mdm(worked_out, decisions.get(patient_id, ())),
        )
    return found


def _readiness(result: Readiness, charges: Mapping[str, int]) -> ReadinessFacts:
    threshold = result.next_threshold
    return ReadinessFacts(
        verdict=result.verdict,
        family=result.family,
        lines=line_facts(((line.code, line.units) for line in result.lines), charges),
        date_of_service=_iso(result.date_of_service),
        staff_seconds=result.clinical_staff_seconds,
        practitioner_seconds=result.practitioner_seconds,
        would_bill=line_facts(((line.code, line.units) for line in result.would_bill), charges),
        alternatives=tuple(
            AlternativeFacts(other.family, line_facts(((line.code, line.units) for line in other.lines), charges))
            for other in result.alternatives
        ),
        next_code=threshold.code if threshold else None,
        minutes_to_go=threshold.minutes_to_go if threshold else None,
        blockers=result.blockers,
        warnings=result.warnings,
    )


def _condition(row: Condition) -> ConditionFacts:
    return ConditionFacts(
        icd10=row.code,
        description=row.description,
        onset_on=_iso(row.onset_on),
        resolved_on=_iso(row.resolved_on),
        expected_12_months=row.expected_12_months,
        significant_risk=row.significant_risk,
        basis=row.basis or None,
        documented_by=row.documented_by or (_IMPORTED if row.import_id is not None else None),
    )


def _consent(row: Consent | None, names: Mapping[str, str], zone: str) -> ConsentFacts | None:
    if row is None:
        return None
    told = (row.told_availability, row.told_cost_sharing, row.told_one_practitioner, row.told_right_to_stop)
    given = row.given_on.isoformat() if row.given_at is None else local_iso(row.given_at, zone)
    return ConsentFacts(
        given=given,
        method=row.method,
        told=tuple(thing for thing, said in zip(TOLD, told, strict=True) if said),
        taken_by=row.taken_by or None,
        practitioner=names.get(row.practitioner_npi) or f"NPI {row.practitioner_npi}",
        revoked_on=_iso(row.revoked_on),
        source=_IMPORTED if row.import_id is not None else _RECORDED,
    )


def _visit(facts: Facts) -> VisitFacts:
    visit = facts.case.initiating_visit
    return VisitFacts(
        needed=facts.initiating_visit_needed(),
        on=visit.on.isoformat() if visit else None,
        code=visit.code if visit else None,
        ccm_discussed=visit is not None and visit.ccm_discussed,
        patient_new=facts.case.patient_new,
        last_seen_on=_iso(facts.case.last_seen_on),
        ccm_started_on=_iso(facts.case.ccm_started_on),
    )


def _mdm(facts: Facts, rows: Sequence[Mdm]) -> MdmFacts | None:
    mdm = facts.case.mdm
    if mdm is None:
        return None
    note = next((row.note for row in reversed(rows) if row.documented_on == mdm.documented_on), "")
    return MdmFacts(mdm.level, _iso(mdm.documented_on), problems=note or None)


def _plans(session: Session, ids: Sequence[int], month: Month, zone: str) -> dict[int, CarePlanFacts]:
    standing = standing_plans(session, select(Patient.id).where(Patient.id.in_(ids)), month.last)
    texts = {
        row.id: row
        for row in session.scalars(
            select(CarePlan).where(CarePlan.id.in_([plan.plan_id for plan in standing.values() if plan.plan_id]))
        )
    }
    return {
        patient_id: _plan(plan, texts.get(plan.plan_id) if plan.plan_id else None, zone)
        for patient_id, plan in standing.items()
    }


def _plan(plan: StandingPlan, row: CarePlan | None, zone: str) -> CarePlanFacts:
    if row is None:  # a draft alone: its text is nobody's plan yet
        return CarePlanFacts()
    signed_at = local_iso(row.signed_at, zone) if row.signed_at else _iso(row.signed_on)
    return CarePlanFacts(
        kept_outside=row.status == "imported",
        version=row.version,
        author=row.edited_by or None,
        signed_at=signed_at,
        signed_by=row.signed_by or None,
        signed_credential=row.signer_credential or None,
        reviewed_on=_iso(plan.last_reviewed_on),
        copy_given_on=_iso(plan.copy_given_on),
        copy_method=plan.copy_method or None,
        content_hash=row.content_hash or None,
        sections=printed(read_content(row.content)),
    )


def local_iso(at: datetime, zone: str) -> str:
    """Return an instant on the clinic's clock as papers keep it, in whole seconds."""
    return at.astimezone(ZoneInfo(zone)).replace(microsecond=0).isoformat()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _address(line1: str, line2: str, city: str, state: str, zip_code: str) -> tuple[str, ...]:
    last = " ".join(part for part in (f"{city}," if city and (state or zip_code) else city, state, zip_code) if part)
    return tuple(line for line in (line1, line2, last) if line)


def _grouped(rows: Iterable[T]) -> dict[int, list[T]]:
    grouped: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        grouped[row.patient_id].append(row)  # type: ignore[attr-defined]
    return grouped
