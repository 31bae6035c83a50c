from collections import defaultdict
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Allergy, Base, Condition, Mdm, Medication, OtherService, Person, Stay
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.chart_forms import (
    AllergyForm,
    AllergyRow,
    ConditionForm,
    ConditionRow,
    ConfirmForm,
    MdmForm,
    MdmRow,
    MedicationForm,
    MedicationRow,
    ServiceForm,
    ServiceRow,
    StayForm,
    StayRow,
    allergy_values,
    condition_values,
    confirmed_values,
    mdm_values,
    medication_values,
    service_values,
    stay_values,
)
from app.services.clinic_day import day_at
from app.services.door import reads, writes
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading, Work

T = TypeVar("T", bound=Base)


class NoSuchRow(ClinicError):
    """What was to be changed on the chart is not there any more."""

    def __init__(self) -> None:
        super().__init__("This line is not on the chart any more. Open the chart again.")


class Chart:
    """A patient's conditions, medicines, allergies, stays, services had elsewhere, and medical decision making.

    Adding returns the new line's id. Adding and editing raise `FieldFaults`; editing and removing raise `NoSuchRow`.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("patient.open")
    def conditions(self, reading: Reading, patient_id: int) -> list[ConditionRow]:
        """Return the conditions: those that count first, then the other active ones, then the resolved."""
        return condition_rows(reading.session, patient_id)

    @writes("chart.edit")
    def add_condition(self, work: Work, patient_id: int, form: ConditionForm) -> int:
        values = condition_values(form, day_at(work.session, work.now))
        if form.confirmed and form.resolved_on is None:
            _refuse_twice(work.session, patient_id, str(values["code"]))
        return _add(work, Condition, patient_id, values | _documented(work, is_confirmed=form.confirmed))

    @writes("chart.edit")
    def edit_condition(self, work: Work, condition_id: int, form: ConditionForm) -> None:
        """Change a condition. A SNOMED problem keeps its own code and is confirmed with `confirm_condition`."""
        row = _row(work, Condition, condition_id)
        keeps_code = row.code_system == "snomed" or form.code.strip() == row.code
        values = condition_values(form, day_at(work.session, work.now), keeps_code=keeps_code)
        system, code = values.get("code_system", row.code_system), str(values.get("code", row.code))
        if form.confirmed and system != "icd10":
            raise FieldFaults({"code": "A confirmed chronic condition needs its ICD-10-CM code."})
        if form.confirmed and form.resolved_on is None:
            _refuse_twice(work.session, row.patient_id, code, row.id)
        if form.confirmed and not row.documented_by:
            values |= _documented(work, is_confirmed=True)
        _put(row, values)

    @writes("chart.edit")
    def confirm_condition(self, work: Work, condition_id: int, form: ConfirmForm) -> int:
        """Confirm a problem as a chronic condition and return the id of the line that counts.

        A SNOMED problem stays as it came; the confirmed condition is a line of its own beside it.
        """
        row = _row(work, Condition, condition_id)
        values = confirmed_values(form, row.description) | _documented(work, is_confirmed=True)
        _refuse_twice(work.session, row.patient_id, str(values["code"]), row.id)
        if row.code_system != "snomed":
            _put(row, values)
            return row.id
        onset = {"onset_on": row.onset_on, "from_condition_id": row.id}
        return _add(work, Condition, row.patient_id, values | onset)

    @writes("chart.edit")
    def remove_condition(self, work: Work, condition_id: int) -> None:
        """Take away a condition that was written by mistake; one that is over is resolved instead."""
        row = _row(work, Condition, condition_id)
        if work.session.scalar(select(Condition.id).where(Condition.from_condition_id == row.id).limit(1)):
            raise ClinicError("A chronic condition was confirmed from this problem. Remove that one first.")
        work.session.delete(row)

    @reads("patient.open")
    def medications(self, reading: Reading, patient_id: int) -> list[MedicationRow]:
        """Return the medicines: those taken now first, then by the newest start."""
        today = day_at(reading.session, reading.now)
        rows = [
            MedicationRow(
                *(m.id, m.description, m.code, m.directions, m.reason, m.started_on, m.stopped_on),
                is_active=m.stopped_on is None or m.stopped_on > today,
                is_imported=m.import_id is not None,
                dose=m.dose,
                route=m.route,
                frequency=m.frequency,
                prescriber=m.prescriber,
                adherence=m.adherence,
            )
            for m in _of(reading.session, Medication, patient_id)
        ]
        return sorted(rows, key=lambda m: (not m.is_active, -m.started_on.toordinal() if m.started_on else 0, m.id))

    @writes("chart.edit")
    def add_medication(self, work: Work, patient_id: int, form: MedicationForm) -> int:
        return _add(work, Medication, patient_id, medication_values(form, day_at(work.session, work.now)))

    @writes("chart.edit")
    def edit_medication(self, work: Work, medication_id: int, form: MedicationForm) -> None:
        _put(_row(work, Medication, medication_id), medication_values(form, day_at(work.session, work.now)))

    @writes("chart.edit")
    def remove_medication(self, work: Work, medication_id: int) -> None:
        """Take away a medicine that was written by mistake; one no longer taken is given its last day instead."""
        work.session.delete(_row(work, Medication, medication_id))

    @reads("patient.open")
    def allergies(self, reading: Reading, patient_id: int) -> list[AllergyRow]:
        """Return the allergies, those that are there now first."""
        today = day_at(reading.session, reading.now)
        rows = [
            AllergyRow(
                *(a.id, a.description, a.code, a.reaction, a.started_on, a.stopped_on),
                is_active=a.stopped_on is None or a.stopped_on > today,
                is_imported=a.import_id is not None,
                kind=a.kind,
                severity=a.severity,
            )
            for a in _of(reading.session, Allergy, patient_id)
        ]
        return sorted(rows, key=lambda a: (not a.is_active, a.id))

    @writes("chart.edit")
    def add_allergy(self, work: Work, patient_id: int, form: AllergyForm) -> int:
        return _add(work, Allergy, patient_id, allergy_values(form, day_at(work.session, work.now)))

    @writes("chart.edit")
    def edit_allergy(self, work: Work, allergy_id: int, form: AllergyForm) -> None:
        _put(_row(work, Allergy, allergy_id), allergy_values(form, day_at(work.session, work.now)))

    @writes("chart.edit")
    def remove_allergy(self, work: Work, allergy_id: int) -> None:
        """Take away an allergy that was written by mistake."""
        work.session.delete(_row(work, Allergy, allergy_id))

    @reads("patient.open")
    def stays(self, reading: Reading, patient_id: int) -> list[StayRow]:
        """Return the stays, newest first."""
        rows = _of(reading.session, Stay, patient_id)
        found = [StayRow(s.id, s.kind, s.from_on, s.to_on, s.import_id is not None) for s in rows]
        return sorted(found, key=lambda s: (s.from_on, s.id), reverse=True)

    @writes("service.record")
    def add_stay(self, work: Work, patient_id: int, form: StayForm) -> int:
        return _add(work, Stay, patient_id, stay_values(form, day_at(work.session, work.now)))

    @writes("service.record")
    def edit_stay(self, work: Work, stay_id: int, form: StayForm) -> None:
        _put(_row(work, Stay, stay_id), stay_values(form, day_at(work.session, work.now)))

    @writes("service.record")
    def remove_stay(self, work: Work, stay_id: int) -> None:
        """Take away a stay that was written by mistake."""
        work.session.delete(_row(work, Stay, stay_id))

    @reads("patient.open")
    def services(self, reading: Reading, patient_id: int) -> list[ServiceRow]:
        """Return the services had beside CCM, newest first."""
        rows = _of(reading.session, OtherService, patient_id)
        found = [ServiceRow(s.id, s.code, s.performed_on, s.by, s.import_id is not None) for s in rows]
        return sorted(found, key=lambda s: (s.performed_on, s.id), reverse=True)

    @writes("service.record")
    def add_service(self, work: Work, patient_id: int, form: ServiceForm) -> int:
        return _add(work, OtherService, patient_id, service_values(form, day_at(work.session, work.now)))

    @writes("service.record")
    def edit_service(self, work: Work, service_id: int, form: ServiceForm) -> None:
        _put(_row(work, OtherService, service_id), service_values(form, day_at(work.session, work.now)))

    @writes("service.record")
    def remove_service(self, work: Work, service_id: int) -> None:
        """Take away a service that was written by mistake."""
        work.session.delete(_row(work, OtherService, service_id))

    @reads("patient.open")
    def mdm(self, reading: Reading, patient_id: int) -> list[MdmRow]:
        """Return the medical decision making on record, newest first."""
        rows = _of(reading.session, Mdm, patient_id)
        return [MdmRow(m.id, m.level, m.documented_on, m.note, m.import_id is not None) for m in reversed(rows)]

    @writes("mdm.record")
    def record_mdm(self, work: Work, patient_id: int, form: MdmForm) -> int:
        """Record a level; in its month it stands in place of those recorded before."""
        values = mdm_values(form, day_at(work.session, work.now))
        return _add(work, Mdm, patient_id, values | {"recorded_at": work.now})


def condition_rows(session: Session, patient_id: int) -> list[ConditionRow]:
    """Return a patient's conditions as the chart shows them."""
    rows = _of(session, Condition, patient_id)
    confirmed_as: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.from_condition_id is not None:
            confirmed_as[row.from_condition_id].append(row.code)
    found = [
        ConditionRow(
            *(c.id, c.code_system, c.code, c.description, c.onset_on, c.resolved_on),
            *(c.confirmed, c.expected_12_months, c.significant_risk),
            counts=c.confirmed
            and c.code_system == "icd10"
            and c.expected_12_months
            and c.significant_risk
            and c.resolved_on is None,
            confirmed_as=", ".join(confirmed_as[c.id]),
            is_imported=c.import_id is not None,
            basis=c.basis,
            documented_by=c.documented_by,
        )
        for c in rows
    ]
    return sorted(found, key=lambda c: (not c.counts, not c.confirmed, c.resolved_on is not None, c.id))


def _documented(work: Work, *, is_confirmed: bool) -> dict[str, object]:
    """Who says that a condition is a chronic one; nobody does of a problem that is not confirmed."""
    if not is_confirmed:
        return {}
    person = work.session.get_one(Person, work.actor.person_id)
    return {"documented_by": ", ".join(part for part in (person.name, person.credential) if part)}


def _of(session: Session, table: type[T], patient_id: int) -> list[T]:
    patient_of(session, patient_id)
    columns: Any = table
    return list(session.scalars(select(table).where(columns.patient_id == patient_id).order_by(columns.id)))


def _row(work: Work, table: type[T], row_id: int) -> T:
    row: Any = work.session.get(table, row_id)
    if row is None:
        raise NoSuchRow
    work.about(row.patient_id)
    found: T = row
    return found


def _add(work: Work, table: type[T], patient_id: int, values: dict[str, object]) -> int:
    patient_of(work.session, patient_id)
    work.about(patient_id)
    row: Any = table(patient_id=patient_id, **values)
    work.session.add(row)
    work.session.flush()
    return int(row.id)


def _put(row: Base, values: dict[str, object]) -> None:
    for column, value in values.items():
        if getattr(row, column) != value:
            setattr(row, column, value)


def _refuse_twice(session: Session, patient_id: int, code: str, but: int = 0) -> None:
    same = select(func.count()).where(
        Condition.patient_id == patient_id,
        Condition.confirmed,
        Condition.code == code,
        Condition.resolved_on.is_(None),
        Condition.id != but,
    )
    if session.scalar(same):
        raise FieldFaults({"code": f"{code} is on the patient's list of chronic conditions already."})
