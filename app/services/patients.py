from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.models import Enrolment, Patient, PatientContact, Practitioner
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.rules.text import lookalike
from app.services.clinic_day import day_at
from app.services.door import reads, writes
from app.services.patient_form import WEEKDAYS, ContactForm, PatientForm, checked, columns_of
from app.services.patient_search import matching, sort_name
from app.storage.ledger import Ledger, Reading, Work

Standing = Literal["all", "enrolled", "declined", "stopped", "not_enrolled"]
Order = Literal["name", "born_on", "newest"]

_AT_ONCE = 500  # SQLite takes so many values in one statement everywhere


class NoSuchPatient(ClinicError):
    """The id is of no patient of this clinic."""

    def __init__(self, patient_id: int) -> None:
        super().__init__(f"There is no patient with record number {patient_id}.")


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


class Patients:
    """Who is cared for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("patient.list")
    def ids(self, reading: Reading, text: str = "", *, standing: Standing = "all", order: Order = "name") -> list[int]:
        """Return the ids of the patients that `text` finds, in order; of all when it asks for nothing."""
        return list(reading.session.scalars(_ids(text, standing, order)))

    @reads("patient.list")
    def rows(self, reading: Reading, ids: Sequence[int]) -> dict[int, PatientRow]:
        """Return the rows of those of `ids` that there are."""
        today = day_at(reading.session, reading.now)
        rows: dict[int, PatientRow] = {}
        for start in range(0, len(ids), _AT_ONCE):
            rows |= _rows(reading.session, ids[start : start + _AT_ONCE], today)
        return rows

    @reads("patient.list")
    def find(self, reading: Reading, text: str, limit: int = 10) -> list[PatientHit]:
        """Return the first patients that `text` finds; none when it asks for nothing."""
        if matching(text) is None:
            return []
        return _hits(reading.session, _ids(text, "all", "name").limit(limit))

    @reads("patient.list")
    def count(self, reading: Reading) -> int:
        """Return how many patients there are."""
        return reading.session.scalar(select(func.count()).select_from(Patient)) or 0

    @reads("patient.open")
    def form(self, reading: Reading, patient_id: int) -> PatientForm:
        """Return the record as it would be filled in."""
        return form_of(reading.session, patient_of(reading.session, patient_id))

    @reads("patient.edit")
    def possible_duplicates(self, reading: Reading, form: PatientForm) -> list[PatientHit]:
        """Return patients who may be this one: same Medicare number, same name, or a name and the birth date in common.

        Names that only look the same, in whatever script they were typed, count as the same.
        """
        return _duplicates(reading.session, form)

    @writes("patient.edit")
    def add(self, work: Work, form: PatientForm) -> int:
        """Add a patient and return the id. Raises `FieldFaults`."""
        kept = checked(form, day_at(work.session, work.now))
        _require_unused(work.session, kept, None)
        patient = Patient(**columns_of(kept), added_at=work.now)
        work.session.add(patient)
        work.session.flush()
        work.about(patient.id)
        _put_contacts(work.session, patient.id, kept.contacts)
        return patient.id

    @writes("patient.edit")
    def edit(self, work: Work, patient_id: int, form: PatientForm) -> None:
        """Change a patient's record to `form`. Raises `FieldFaults`."""
        patient = patient_of(work.session, patient_id)
        stands = form_of(work.session, patient)
        kept = checked(form, day_at(work.session, work.now), stands)
        _require_unused(work.session, kept, stands, patient_id)
        work.about(patient_id)
        for column, value in columns_of(kept).items():
            if getattr(patient, column) != value:
                setattr(patient, column, value)
        if kept.contacts != stands.contacts:
            _put_contacts(work.session, patient_id, kept.contacts)


def patient_of(session: Session, patient_id: int) -> Patient:
    """Return the patient's row, or raise `NoSuchPatient`."""
    patient = session.get(Patient, patient_id)
    if patient is None:
        raise NoSuchPatient(patient_id)
    return patient


def display_name(family_name: str, given_name: str, suffix: str = "") -> str:
    """Return a name as lists show it: "Family, Given Suffix", or the one name there is."""
    given = f"{given_name} {suffix}".strip()
    return ", ".join(part for part in (family_name, given) if part)


def age_on(born_on: date, day: date) -> int:
    """Return whole years of age on a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def form_of(session: Session, patient: Patient) -> PatientForm:
    """Return the stored record as the form that would make it."""
    columns = {field: getattr(patient, field) for field in PatientForm.__slots__ if field != "contacts"}
    days = tuple(day for day in WEEKDAYS if day in patient.call_days.split(","))
    contacts = session.scalars(
        select(PatientContact).where(PatientContact.patient_id == patient.id).order_by(PatientContact.id)
    )
    return PatientForm(
        **{
            **columns,
            "call_days": days,
            "contacts": tuple(ContactForm(c.name, c.relation, c.phone, c.may_discuss_care) for c in contacts),
        }
    )


def _ids(text: str, standing: Standing, order: Order) -> Select[int]:
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


def _rows(session: Session, ids: Sequence[int], today: date) -> dict[int, PatientRow]:
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


def _hits(session: Session, ids: Select[int]) -> list[PatientHit]:
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


def _duplicates(session: Session, form: PatientForm) -> list[PatientHit]:
    mbi = replace(form, mbi=form.mbi.replace("-", "").replace(" ", "").upper()).mbi
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
    return _hits(session, select(Patient.id).where(Patient.id.in_(ids[:50])).order_by(Patient.sort_name, Patient.id))


def _require_unused(session: Session, form: PatientForm, stands: PatientForm | None, patient_id: int = 0) -> None:
    faults = {}
    for field, words in (("mrn", "MRN"), ("mbi", "Medicare number")):
        value = getattr(form, field)
        if not value or (stands is not None and value == getattr(stands, field)):
            continue
        column = getattr(Patient, field)
        if session.scalar(select(Patient.id).where(column == value, Patient.id != patient_id).limit(1)):
            faults[field] = f"Another patient of this clinic has this {words}."
    if faults:
        raise FieldFaults(faults)


def _put_contacts(session: Session, patient_id: int, contacts: Sequence[ContactForm]) -> None:
    for old in session.scalars(select(PatientContact).where(PatientContact.patient_id == patient_id)):
        session.delete(old)
    session.add_all(
        PatientContact(
            patient_id=patient_id,
            name=contact.name,
            relation=contact.relation,
            phone=contact.phone,
            may_discuss_care=contact.may_discuss_care,
        )
        for contact in contacts
    )
