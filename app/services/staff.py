"""Who works at the clinic, for services that put a name to a task."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Person
from app.rules.field_faults import FormCheck

CALLERS = ("nurse", "coordinator", "practitioner")
"""The roles whose holders call patients, own follow-ups and answer escalations."""


def names_of_staff(session: Session) -> dict[int, str]:
    """Return everybody's name by id, also of those who left."""
    return {row.id: row.name for row in session.execute(select(Person.id, Person.name))}


def callers(session: Session) -> tuple[tuple[int, str], ...]:
    """Return, by name, those who work here now and call patients: number and name."""
    found = [person for person in session.scalars(select(Person)) if is_caller(person)]
    return tuple((person.id, person.name) for person in sorted(found, key=lambda each: (each.name.casefold(), each.id)))


def is_caller(person: Person | None) -> bool:
    """Whether somebody works here now in one of the roles of `CALLERS`."""
    return person is not None and person.active and not set(CALLERS).isdisjoint(person.roles)


def caller(session: Session, person_id: int, check: FormCheck, field: str) -> Person | None:
    """Return the person if they call patients here now; else note the fault of `field` and return None."""
    person = session.get(Person, person_id)
    if not is_caller(person):
        check.fault(field, "Choose somebody who works here now as a nurse, coordinator or practitioner.")
        return None
    return person
