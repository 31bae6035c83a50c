"""Whose job a finding of the board is: a role, and the person in it where there is exactly one who can be meant."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Patient, Person, Practitioner
from app.services.month_case import PatientRef
from app.services.staff import is_caller


@dataclass(frozen=True, slots=True)
class Owner:
    """A person by number and name, or nobody in particular (None and "")."""

    person_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Owners:
    """Who answers for what. `alone` are roles with one active person; `patients` and `billers` name somebody each."""

    names: Mapping[int, str]
    alone: Mapping[str, int]
    patients: Mapping[int, int]
    billers: Mapping[int, int]

    def of(self, role: str, patient: PatientRef) -> Owner:
        """Return who answers for a finding of `role` ("nurse", "practitioner", …) about a patient.

        A nurse's is whose patient it is, a practitioner's whoever signs in as the biller; else the only one of a role.
        """
        person_id = None
        if role == "nurse":
            person_id = self.patients.get(patient.id)
        elif role == "practitioner":
            person_id = self.billers.get(patient.practitioner_id)
        if person_id is None:
            person_id = self.alone.get(role)
        return Owner() if person_id is None else Owner(person_id, self.names[person_id])


def owners(session: Session) -> Owners:
    """Return who answers for what at the clinic now; somebody who left answers for nothing."""
    active = [person for person in session.scalars(select(Person)) if person.active]
    names = {person.id: person.name for person in active}
    callers = {person.id for person in active if is_caller(person)}
    by_role: dict[str, list[int]] = {}
    for person in active:
        for role in person.roles:
            by_role.setdefault(role, []).append(person.id)
    whose = session.execute(select(Patient.id, Patient.owner_id).where(Patient.owner_id.is_not(None)))
    billers = session.execute(select(Practitioner.id, Practitioner.person_id))
    return Owners(
        names=names,
        alone={role: people[0] for role, people in by_role.items() if len(people) == 1},
        patients={row.id: row.owner_id for row in whose if row.owner_id in callers},
        billers={row.id: row.person_id for row in billers if row.person_id in names},
    )
