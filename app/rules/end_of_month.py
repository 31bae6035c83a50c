"""Whom the nurses can still serve before the month ends, with the hours they have: by clinical need alone.

How long a patient takes is how long such a call takes, never how much time a billing threshold still wants; minutes and
money are not asked for here, so that they cannot change who is served or in which order. Who has nothing clinically due
is listed apart: their month is let go.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """A patient who could be served. `rank` orders by clinical need, the smallest first; None: nothing is due.

    `seconds` is what serving them usually takes. `key` tells patients apart and settles equal ranks.
    """

    key: int
    rank: int | None
    seconds: int


@dataclass(frozen=True, slots=True)
class EndOfMonth:
    """The plan, by keys: whom the time is enough for, for whom it is not, and who has nothing due.

    `served` and `beyond` are in the order of need; `seconds` is what serving the former takes.
    """

    served: tuple[int, ...]
    beyond: tuple[int, ...]
    nothing_due: tuple[int, ...]
    seconds: int


def end_of_month(needs: Iterable[Need], budget_seconds: int) -> EndOfMonth:
    """Return who can be served within `budget_seconds`.

    In strict order of need: nobody is passed over for somebody whose call is shorter, so that more hours never leave
    out anybody whom fewer would reach. ValueError for a negative budget, or for a call that takes no time.
    """
    if budget_seconds < 0:
        raise ValueError("there is no negative time")
    listed = list(needs)
    if any(need.seconds <= 0 for need in listed):
        raise ValueError("serving somebody takes time")
    due = sorted((need for need in listed if need.rank is not None), key=lambda need: (need.rank, need.key))
    nothing = tuple(sorted(need.key for need in listed if need.rank is None))
    served: list[int] = []
    used = 0
    for need in due:
        if used + need.seconds > budget_seconds:
            break
        used += need.seconds
        served.append(need.key)
    return EndOfMonth(tuple(served), tuple(need.key for need in due[len(served) :]), nothing, used)
