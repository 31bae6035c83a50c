"""Patients as lists show them, and the queries behind the lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.models import Enrolment, Patient, Practitioner
from app.rules.identifiers import normalise_mbi
from app.rules.text import lookalike
from app.services.patient_form import PatientForm
from app.services.patient_search import matching, sort_name

Standing = Literal["all", "enrolled", "declined", "stopped", "not_enrolled"]
Order = Literal["name", "born_on", "newest"]


@dataclass(frozen=True, slots=True)
class PatientRow:
    """What a list shows of a patient. `status` is enrolled, declined or stopped; empty: never asked.

    `name` is "Family, Given Suffix"; `phone` ten digits or as it came; `practitioner` a name, or an NPI without one.
    """

    id: int
    name: str
    born_on: date
    age: int
    sex: str
    mrn: str
    phone: str
    coverage: str
    died_on: date | None
    status: str
    practitioner: str
    ccm_started_on: date | None
    is_imported: bool


@dataclass(frozen=True, slots=True)
class PatientHit:
    """A patient found: enough to tell them from another of the same name."""

    id: int
    name: str
    born_on: date
    mrn: str
    status: str


def display_name(family_name: str, given_name: str, suffix: str = "") -> str:
    """Return a name as lists show it: "Family, Given Suffix", or the one name there is."""
    given = f"{given_name} {suffix}".strip()
    return ", ".join(part for part in (family_name, given) if part)


def age_on(born_on: date, day: date) -> int:
    """Return whole years of age on a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def ids_of(text: str, standing: Standing, order: Order) -> Select[int]:
    """Return the query for the ids of those that `text` finds."""
    query = select(Patient.id)
    asked = matching(text)
    if asked is not None:
        query = query.where(asked)
    if standing != "all":
        query = query.outerjoin(Enrolment, Enrolment.patient_id == Patient.id)
        query = query.where(Enrolment.id.is_(None) if standing == "not_enrolled" else Enrolment.status == standing)
    if order == "born_on":
        return query.order_by(Patient.born_on, Patient.id)
    if order == "newest":
        return query.order_by(Patient.added_at.desc(), Patient.id.desc())
    return query.order_by(Patient.sort_name, Patient.id)


def rows_of(session: Session, ids: Sequence[int], today: date) -> dict[int, PatientRow]:
    """Return the rows of those of `ids` that there are."""
    query = (
        select(
            *(Patient.id, Patient.family_name, Patient.given_name, Patient.suffix, Patient.born_on, Patient.sex),
            *(Patient.mrn, Patient.phone, Patient.coverage, Patient.died_on, Patient.import_id),
            *(Enrolment.status, Enrolment.ccm_started_on, Practitioner.name, Practitioner.npi),
        )
        .outerjoin(Enrolment, Enrolment.patient_id == Patient.id)
        .outerjoin(Practitioner, Practitioner.id == Enrolment.practitioner_id)
        .where(Patient.id.in_(ids))
    )
    return {
        found[0]: PatientRow(
            id=found[0],
            name=display_name(found[1], found[2], found[3]),
            born_on=found[4],
            age=age_on(found[4], min(today, found[9] or today)),
            sex=found[5],
            mrn=found[6],
            phone=found[7],
            coverage=found[8],
            died_on=found[9],
            status=found[11] or "",
            practitioner=found[13] or found[14] or "",
            ccm_started_on=found[12],
            is_imported=found[10] is not None,
        )
        for found in session.execute(query)
    }


def hits_of(session: Session, ids: Select[int]) -> list[PatientHit]:
    """Return the hits of a query for ids, in its order."""
    wanted = list(session.scalars(ids))
    query = (
        select(Patient.id, Patient.family_name, Patient.given_name, Patient.suffix, Patient.born_on, Patient.mrn)
        .add_columns(Enrolment.status)
        .outerjoin(Enrolment, Enrolment.patient_id == Patient.id)
        .where(Patient.id.in_(wanted))
    )
    found = {
        row[0]: PatientHit(row[0], display_name(row[1], row[2], row[3]), row[4], row[5], row[6] or "")
        for row in session.execute(query)
    }
    return [found[patient_id] for patient_id in wanted if patient_id in found]


def duplicates_of(session: Session, form: PatientForm) -> list[PatientHit]:
    """Return who may be the person of `form`."""
    mbi = normalise_mbi(form.mbi)
    name = sort_name(form.family_name, form.given_name)
    conditions = [Patient.sort_name == name] if name else []
    conditions += [Patient.mbi == mbi] if mbi else []
    conditions += [Patient.born_on == form.born_on] if form.born_on else []
    if not conditions:
        return []
    query = select(Patient.id, Patient.family_name, Patient.given_name, Patient.mbi, Patient.sort_name)
    words = set(lookalike(f"{form.family_name} {form.given_name}").split())
    ids = [
        row.id
        for row in session.execute(query.where(or_(*conditions)))
        if (mbi and row.mbi == mbi)
        or (name and row.sort_name == name)
        or words & set(lookalike(f"{row.family_name} {row.given_name}").split())
    ]
    return hits_of(session, select(Patient.id).where(Patient.id.in_(ids[:50])).order_by(Patient.sort_name, Patient.id))
