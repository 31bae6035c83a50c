from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import Allergy, CarePlan, Clinic, Condition, Medication, Patient
from app.rules.care_plan import SectionText, read_content
from app.rules.errors import ClinicError
from app.rules.packet_facts import Making
from app.rules.plan_copy import (
    ChartAllergy,
    ChartCondition,
    ChartMedicine,
    CopyReading,
    PatientCopy,
    PlanExport,
    reading_of,
    said_lines,
)
from app.rules.readability import Language
from app.security.permissions import Actor
from app.services.clinic_day import day_at
from app.services.door import composed, reads, writes
from app.services.local_words import phone_in_words
from app.services.medicine_words import taken_words
from app.services.packet_gathering import local_iso
from app.services.plan_lookup import NoSuchPlan, last_signed
from app.services.plan_rows import plan_print
from app.storage.ledger import Ledger, Reading, Work

_SPANISH = ("spanish", "español", "espanol", "es")
Listed = TypeVar("Listed", Medication, Allergy)


class NothingForThePatient(ClinicError):
    """The plan holds no sentence for its patient."""

    def __init__(self) -> None:
        super().__init__(
            "This plan has no words for the patient yet. Fill the patient's copy in it, by hand or from templates."
        )


class KeptOutside(ClinicError):
    """The plan's text is not in CareLoop."""

    def __init__(self) -> None:
        super().__init__("The text of this plan is kept outside CareLoop, so that it cannot be copied from here.")


class PlanCopies:
    """Copies of care plans that leave the clinic: the patient's own, and one for other software. Each is noted."""

    def __init__(
        self,
        ledger: Ledger,
        make_patient_copy: Callable[[PatientCopy], bytes],
        write_export: Callable[[PlanExport], bytes],
        program_version: str,
    ) -> None:
        self._ledger = ledger
        self._make_patient_copy = make_patient_copy
        self._write_export = write_export
        self._program_version = program_version

    @reads("care_plan.read")
    def reading(self, reading: Reading, plan_id: int, language: Language) -> CopyReading:
        """Return how the patient's copy of a version reads in a language. Raises `NothingForThePatient`."""
        return reading_of(self._copy(reading, plan_id, language))

    @reads("care_plan.read")
    def language_of(self, reading: Reading, plan_id: int) -> Language:
        """Return the language in which the plan's patient reads."""
        plan = _plan(reading.session, plan_id)
        spoken = reading.session.get_one(Patient, plan.patient_id).language
        return "es" if spoken.casefold() in _SPANISH else "en"

    @composed("care_plan.read")
    def patient_copy(self, actor: Actor, plan_id: int, language: Language) -> bytes:
        """Return the PDF of the patient's copy; to say that it was given, use `CarePlans.give_copy`."""
        return self._make_patient_copy(self._noted_copy(actor, plan_id, language))

    @composed("care_plan.read")
    def fhir(self, actor: Actor, plan_id: int) -> bytes:
        """Return a version as a FHIR R4 bundle, JSON in UTF-8."""
        return self._write_export(self._noted_export(actor, plan_id))

    @writes("care_plan.read")
    def _noted_copy(self, work: Work, plan_id: int, language: Language) -> PatientCopy:
        copy = self._copy(work, plan_id, language)
        plan = _plan(work.session, plan_id)
        work.about(plan.patient_id)
        work.note(event="patient_copy", plan=plan.id, version=plan.version, language=language)
        return copy

    @writes("care_plan.read")
    def _noted_export(self, work: Work, plan_id: int) -> PlanExport:
        plan = _plan(work.session, plan_id)
        work.about(plan.patient_id)
        work.note(event="fhir_export", plan=plan.id, version=plan.version)
        return _export(work, plan)

    def _copy(self, reading: Reading, plan_id: int, language: Language) -> PatientCopy:
        session = reading.session
        plan = _plan(session, plan_id)
        paper = plan_print(session, plan, reading.now, reading.actor.name, self._program_version)
        sections = _sections(plan)
        practitioner = paper.practitioner
        copy = PatientCopy(
            clinic=paper.clinic,
            patient=paper.patient,
            making=_named(paper.making, language),
            language=language,
            version=plan.version,
            signed_on=plan.signed_on.isoformat() if plan.signed_on else None,
            practitioner=(practitioner.name or "") if practitioner else "",
            after_hours_phone=phone_in_words(session.get_one(Clinic, 1).after_hours_phone),
            i_do=said_lines(sections.get("patient_do"), language),
            clinic_does=said_lines(sections.get("patient_clinic"), language),
            call=said_lines(sections.get("patient_call"), language),
            medicines=tuple((row.description, taken_words(row)) for row in _medicines(reading, plan.patient_id)),
        )
        if copy.is_empty:
            raise NothingForThePatient
        return copy


def _plan(session: Session, plan_id: int) -> CarePlan:
    plan = session.get(CarePlan, plan_id)
    if plan is None:
        raise NoSuchPlan
    if plan.status == "imported":
        raise KeptOutside
    return plan


def _sections(plan: CarePlan) -> dict[str, SectionText]:
    return {section.key: section for section in read_content(plan.content)}


def _named(making: Making, language: Language) -> Making:
    return replace(making, packet_id=f"{making.packet_id}-{language}")


def _listed_now(session: Session, table: type[Listed], patient_id: int, today: date) -> Sequence[Listed]:
    return session.scalars(
        select(table)
        .where(table.patient_id == patient_id, or_(table.stopped_on.is_(None), table.stopped_on > today))
        .order_by(table.description, table.id)
    ).all()


def _medicines(reading: Reading, patient_id: int) -> Sequence[Medication]:
    return _listed_now(reading.session, Medication, patient_id, day_at(reading.session, reading.now))


def _export(work: Work, plan: CarePlan) -> PlanExport:
    session, today = work.session, day_at(work.session, work.now)
    paper = plan_print(session, plan, work.now, work.actor.name, "")
    in_force = last_signed(session, plan.patient_id)
    zone = paper.clinic.time_zone
    conditions = session.scalars(
        select(Condition)
        .where(Condition.patient_id == plan.patient_id, Condition.confirmed, Condition.resolved_on.is_(None))
        .order_by(Condition.id)
    )
    return PlanExport(
        clinic_ref=session.get_one(Clinic, 1).vault_id,
        clinic=paper.clinic,
        patient=paper.patient,
        practitioner=paper.practitioner,
        plan_ref=str(plan.id),
        version=plan.version,
        is_in_force=in_force is not None and in_force.id == plan.id,
        signed_at=local_iso(plan.signed_at, zone) if plan.signed_at else None,
        made_at=local_iso(plan.edited_at, zone),
        sections=read_content(plan.content),
        conditions=tuple(
            ChartCondition(
                str(row.id),
                row.code_system,
                row.code,
                row.description,
                row.onset_on.isoformat() if row.onset_on else None,
            )
            for row in conditions
        ),
        medicines=tuple(
            ChartMedicine(str(row.id), row.description, row.code, taken_words(row), row.prescriber)
            for row in _listed_now(session, Medication, plan.patient_id, today)
        ),
        allergies=tuple(
            ChartAllergy(str(row.id), row.description, row.reaction, row.kind, row.severity)
            for row in _listed_now(session, Allergy, plan.patient_id, today)
        ),
    )
