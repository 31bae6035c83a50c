"""Four eyes: who else works in the clinic and could take one of two steps that one person should not take alone."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Person
from app.rules.errors import ClinicError
from app.security.permissions import Actor, Permissions
from app.services.people import can_sign_in

APPROVE, CLOSE, AGREE = "month.approve", "month.close", "month.agree"


class SecondPersonNeeded(ClinicError):
    """A step that takes two people was asked for by one, or by two who may not."""


def others_who_may(
    session: Session, permissions: Permissions, actor: Actor, actions: Collection[str]
) -> tuple[Person, ...]:
    """Return the other people who can sign in and may do at least one of `actions`, by name."""
    people = session.scalars(select(Person).where(Person.active, Person.id != actor.person_id).order_by(Person.name))
    return tuple(
        person
        for person in people
        if can_sign_in(person) and any(permissions.may(person.roles, action) for action in actions)
    )


def may_close_own(session: Session, permissions: Permissions, actor: Actor) -> bool:
    """Whether who approved may also close: only where nobody else could do one of the two."""
    return not others_who_may(session, permissions, actor, (APPROVE, CLOSE))
