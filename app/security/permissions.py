"""Who may do what: the matrix of `resources/security/permissions.toml` as a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.rules.errors import ClinicError


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in person on whose behalf a service acts. Roles are read anew from the file at every action."""

    person_id: int
    username: str
    name: str
    credential: str
    roles: frozenset[str]
    session: str


class NotPermitted(ClinicError):
    """None of the person's roles may do this."""

    def __init__(self, action: str, say: str) -> None:
        super().__init__(f"Your role does not allow this: {say}.")
        self.action = action


@dataclass(frozen=True, slots=True)
class Permissions:
    """The roles, and for each action its plain name and the roles that may do it. What is not listed is refused."""

    roles: Mapping[str, str]  # key → name shown
    names: Mapping[str, str]  # action → "say" of the matrix
    allowed: Mapping[str, frozenset[str]]  # action → roles

    def may(self, roles: Iterable[str], action: str) -> bool:
        return not self.allowed.get(action, frozenset()).isdisjoint(roles)

    def require(self, roles: Iterable[str], action: str) -> None:
        """Raise `NotPermitted` unless one of `roles` may do `action`."""
        if not self.may(roles, action):
            raise NotPermitted(action, self.names.get(action, action))


def parse_permissions(table: Mapping[str, object]) -> Permissions:
    """Return the matrix written in `table` (the parsed TOML). Raise `ValueError` where it names an unknown role."""
    roles = table["roles"]
    actions = table["action"]
    if not isinstance(roles, dict) or not isinstance(actions, list):
        raise TypeError("the permission file needs [roles] and [[action]]")
    allowed = {str(row["key"]): frozenset(row["allow"]) for row in actions}
    unknown = {role for held in allowed.values() for role in held} - set(roles)
    if unknown or len(allowed) != len(actions):
        raise ValueError(f"unknown roles {sorted(unknown)} or an action listed twice")
    return Permissions(dict(roles), {str(row["key"]): str(row["say"]) for row in actions}, allowed)
