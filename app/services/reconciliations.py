from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import Call, Medication, ReconciledMedication, Reconciliation
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.services.clinic_day import day_at
from app.services.door import reads, writes
from app.services.medicine_words import taken_words
from app.services.patients import patient_of
from app.services.staff import names_of_staff
from app.storage.ledger import Ledger, Reading, Work

STANDINGS = ("taking", "not_taking", "changed", "unknown")
"""What may be found of a medicine: taken as listed, not taken, taken otherwise than listed, not known."""


@dataclass(frozen=True, slots=True)
class ReconciledForm:
    """What was found of one medicine of the chart; `standing` is one of `STANDINGS`, changed needs a `note`."""

    medication_id: int
    standing: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """What was found of one medicine, in the list's words of that day."""

    medication_id: int
    description: str
    directions: str
    standing: str
    note: str


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """One going through of a patient's medicines."""

    id: int
    patient_id: int
    call_id: int | None
    done_on: date
    done_at: datetime
    done_by: str
    credential: str
    medicines: tuple[ReconciledRow, ...]


class MedicinesChanged(ClinicError):
    """The list of medicines is not the one that was gone through."""

    def __init__(self) -> None:
        super().__init__("The list of medicines was changed in the meantime. Open it again and go through what is new.")


class Reconciliations:
    """Going through a patient's medicines with them. What was found is never changed, nor the chart's list by it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("patient.open")
    def of_patient(self, reading: Reading, patient_id: int, most: int = 50) -> tuple[ReconciliationRow, ...]:
        """Return a patient's reconciliations, the newest first. Raises `NoSuchPatient`."""
        patient_of(reading.session, patient_id)
        query = select(Reconciliation).where(Reconciliation.patient_id == patient_id)
        return _rows(reading.session, query.order_by(Reconciliation.id.desc()).limit(most))

    @writes("medication.reconcile")
    def record(
        self, work: Work, patient_id: int, found: Sequence[ReconciledForm], call_id: int | None = None
    ) -> ReconciliationRow:
        """Record what was found of every medicine that the patient takes by the chart today.

        Raises `FieldFaults` (by medication id), `MedicinesChanged` when the list is not that of the chart, or
        `NoSuchPatient`.
        """
        session = work.session
        patient_of(session, patient_id)
        today = day_at(session, work.now)
        listed = {row.id: row for row in active_medications(session, patient_id, today)}
        if set(listed) != {each.medication_id for each in found} or len(listed) != len(found):
            raise MedicinesChanged
        if not found:
            raise ClinicError("There is no medicine on the chart to go through.")
        if call_id is not None:
            call = session.get(Call, call_id)
            if call is None or call.patient_id != patient_id:
                raise ClinicError("This going through of medicines would hang on a call of another patient.")
        notes = _checked(found)
        row = Reconciliation(
            patient_id=patient_id,
            call_id=call_id,
            done_on=today,
            done_at=work.now,
            done_by=work.actor.person_id,
            credential=work.actor.credential,
        )
        session.add(row)
        session.flush()
        for each, note in zip(found, notes, strict=True):
            medicine = listed[each.medication_id]
            session.add(
                ReconciledMedication(
                    reconciliation_id=row.id,
                    medication_no=medicine.id,
                    description=medicine.description,
                    directions=taken_words(medicine),
                    standing=each.standing,
                    note=note,
                )
            )
        session.flush()
        work.about(patient_id)
        work.note(event="reconcile", reconciliation=row.id, medicines=len(found))
        return _rows(session, select(Reconciliation).where(Reconciliation.id == row.id))[0]


def active_medications(session: Session, patient_id: int, today: date) -> list[Medication]:
    """Return the medicines that a patient takes by the chart."""
    rows = session.scalars(select(Medication).where(Medication.patient_id == patient_id).order_by(Medication.id))
    return [row for row in rows if row.stopped_on is None or row.stopped_on > today]


def _checked(found: Sequence[ReconciledForm]) -> list[str]:
    check = FormCheck()
    notes = []
    for each in found:
        field = str(each.medication_id)
        check.choice(field, each.standing, STANDINGS, "Choose what was found of this medicine.")
        needed = "Say how it is taken." if each.standing == "changed" else ""
        notes.append(check.line(field, each.note, needed=needed))
    check.finish()
    return notes


def _rows(session: Session, query: Select[Reconciliation]) -> tuple[ReconciliationRow, ...]:
    found = list(session.scalars(query))
    names = names_of_staff(session) if found else {}
    medicines: dict[int, list[ReconciledRow]] = {row.id: [] for row in found}
    for each in session.scalars(
        select(ReconciledMedication)
        .where(ReconciledMedication.reconciliation_id.in_(medicines))
        .order_by(ReconciledMedication.id)
    ):
        medicines[each.reconciliation_id].append(
            ReconciledRow(each.medication_no, each.description, each.directions, each.standing, each.note)
        )
    return tuple(
        ReconciliationRow(
            id=row.id,
            patient_id=row.patient_id,
            call_id=row.call_id,
            done_on=row.done_on,
            done_at=row.done_at,
            done_by=names.get(row.done_by, ""),
            credential=row.credential,
            medicines=tuple(medicines[row.id]),
        )
        for row in found
    )
