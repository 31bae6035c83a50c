"""The one door to every service: who, what, permission, one session, one audit row.

A public method of a service is declared with the action it stands for. Callers pass the actor first; the method itself
receives an open `Reading` or `Work` in its place. There is no other way to a session, so none of it can be forgotten.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from app.security.permissions import Actor
from app.storage.ledger import Ledger, Reading, Work

P = ParamSpec("P")
R = TypeVar("R")


class HasLedger(Protocol):
    """A service: it keeps the ledger it was given as `_ledger`."""

    _ledger: Ledger


S = TypeVar("S", bound=HasLedger)


def reads(action: str) -> Callable[[Callable[Concatenate[S, Reading, P], R]], Callable[Concatenate[S, Actor, P], R]]:
    """Declare a method that only looks."""

    def declare(method: Callable[Concatenate[S, Reading, P], R]) -> Callable[Concatenate[S, Actor, P], R]:
        @wraps(method)
        def enter(self: S, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with self._ledger.reading(actor, action) as reading:
                return method(self, reading, *args, **kwargs)

        enter.action = action  # type: ignore[attr-defined]
        return enter

    return declare


def writes(
    action: str, *, audited: bool = True
) -> Callable[[Callable[Concatenate[S, Work, P], R]], Callable[Concatenate[S, Actor, P], R]]:
    """Declare a method that changes something, or looks at what must be noted as looked at.

    `audited=False` is for what happens every few seconds by itself: a heartbeat, a draft saved as it is typed.
    """

    def declare(method: Callable[Concatenate[S, Work, P], R]) -> Callable[Concatenate[S, Actor, P], R]:
        @wraps(method)
        def enter(self: S, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with self._ledger.writing(actor, action, audited=audited) as work:
                return method(self, work, *args, **kwargs)

        enter.action = action  # type: ignore[attr-defined]
        enter.audited = audited  # type: ignore[attr-defined]
        return enter

    return declare


def composed(action: str) -> Callable[[Callable[Concatenate[S, Actor, P], R]], Callable[Concatenate[S, Actor, P], R]]:
    """Declare a method made of several operations with long work between them, such as making packets.

    Permission for the whole is asked at the start; each operation inside goes through the door by itself.
    """

    def declare(method: Callable[Concatenate[S, Actor, P], R]) -> Callable[Concatenate[S, Actor, P], R]:
        @wraps(method)
        def enter(self: S, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with self._ledger.reading(actor, action):
                pass
            return method(self, actor, *args, **kwargs)

        enter.action = action  # type: ignore[attr-defined]
        return enter

    return declare
