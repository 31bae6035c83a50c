from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Patient, PatientContact
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.clinic_day import day_at, zone_of
from app.services.door import reads, writes
from app.services.patient_form import WEEKDAYS, ContactForm, PatientForm, checked, columns_of
from app.services.patient_rows import (
    Order,
    PatientHit,
    PatientRow,
    Standing,
    age_on,
    display_name,
    duplicates_of,
    hits_of,
    ids_of,
    rows_of,
)
from app.services.patient_search import matching
from app.storage.ledger import Ledger, Reading, Work

__all__ = [
    "NoSuchPatient",
    "Order",
    "PatientCard",
    "PatientHit",
    "PatientRow",
    "Patients",
    "Standing",
    "age_on",
    "display_name",
    "form_of",
    "patient_of",
]

_AT_ONCE = 500  # SQLite takes so many values in one statement everywhere


class NoSuchPatient(ClinicError):
    """The id is of no patient of this clinic."""

    def __init__(self, patient_id: int) -> None:
        super().__init__(f"There is no patient with record number {patient_id}.")


@dataclass(frozen=True, slots=True)
class PatientCard:
    """Who a chart is about. `address` are the lines of a letter; `local_zone` is theirs, or the clinic's.

    `call_window` is as kept, (from, until) on the patient's own clock, or None; `call_days` empty: any day.
    """

    id: int
    name: str
    born_on: date
    age: int
    died_on: date | None
    sex: str
    mrn: str
    mbi: str
    external_id: str
    coverage: str
    address: tuple[str, ...]
    phone: str
    phone_alternate: str
    language: str
    local_zone: str
    call_window: tuple[time, time] | None
    call_days: tuple[str, ...]
    contacts: tuple[ContactForm, ...]
    is_imported: bool


class Patients:
    """Who is cared for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("patient.list")
    def ids(self, reading: Reading, text: str = "", *, standing: Standing = "all", order: Order = "name") -> list[int]:
        """Return the ids of the patients that `text` finds, in order; of all when it asks for nothing."""
        return list(reading.session.scalars(ids_of(text, standing, order)))

    @reads("patient.list")
    def rows(self, reading: Reading, ids: Sequence[int]) -> dict[int, PatientRow]:
        """Return the rows of those of `ids` that there are."""
        today = day_at(reading.session, reading.now)
        rows: dict[int, PatientRow] = {}
        for start in range(0, len(ids), _AT_ONCE):
            rows |= rows_of(reading.session, ids[start : start + _AT_ONCE], today)
        return rows

    @reads("patient.list")
    def find(self, reading: Reading, text: str, limit: int = 10) -> list[PatientHit]:
        """Return the first patients that `text` finds; none when it asks for nothing."""
        if matching(text) is None:
            return []
        return hits_of(reading.session, ids_of(text, "all", "name").limit(limit))

    @reads("patient.list")
    def count(self, reading: Reading) -> int:
        """Return how many patients there are."""
        return reading.session.scalar(select(func.count()).select_from(Patient)) or 0

    @writes("patient.open")
    def open_chart(self, work: Work, patient_id: int) -> PatientCard:
        """Return what stands at the head of a chart. That it was opened, and by whom, goes into the audit trail."""
        patient = patient_of(work.session, patient_id)
        work.about(patient_id)
        work.note(event="chart_opened")
        return _card(work.session, patient, day_at(work.session, work.now))

    @reads("patient.open")
    def form(self, reading: Reading, patient_id: int) -> PatientForm:
        """Return the record as it would be filled in."""
        return form_of(reading.session, patient_of(reading.session, patient_id))

    @reads("patient.edit")
    def possible_duplicates(self, reading: Reading, form: PatientForm) -> list[PatientHit]:
        """Return patients who may be this one: same Medicare number, same name, or a name and the birth date in common.

        Names that only look the same, in whatever script they were typed, count as the same.
        """
        return duplicates_of(reading.session, form)

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


def _card(session: Session, patient: Patient, today: date) -> PatientCard:
    form = form_of(session, patient)
    town = " ".join(part for part in (", ".join(p for p in (form.city, form.state) if p), form.zip) if part)
    window = (form.call_from, form.call_until) if form.call_from and form.call_until else None
    return PatientCard(
        id=patient.id,
        name=display_name(form.family_name, form.given_name, form.suffix),
        born_on=patient.born_on,
        age=age_on(patient.born_on, min(today, patient.died_on or today)),
        died_on=form.died_on,
        sex=form.sex,
        mrn=form.mrn,
        mbi=form.mbi,
        external_id=patient.external_id or "",
        coverage=form.coverage,
        address=tuple(line for line in (form.address_line1, form.address_line2, town) if line),
        phone=form.phone,
        phone_alternate=form.phone_alternate,
        language=form.language,
        local_zone=form.time_zone or zone_of(session).key,
        call_window=window,
        call_days=form.call_days,
        contacts=form.contacts,
        is_imported=patient.import_id is not None,
    )


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
