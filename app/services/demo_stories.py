"""What becomes of each invented patient in the two months that matter, so that the board shows every state."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from random import Random
from typing import Any

from app import assets


@dataclass(frozen=True, slots=True)
class Story:
    """One patient's course, as a row of `resources/demo/stories.toml`. Defaults are a patient who is ready.

    `share`: how often it is drawn beside once for each clinic. `seconds`, `practitioner_seconds`: counted time of staff
    and of the billing practitioner, from and to, in the last finished and in the running month, and in the earlier ones
    too with `every_month`. `attempts`: calls that nobody answered; `reached`: whether any call was answered.

    `status`: enrolled | declined | stopped | empty (never asked). `start`: long (ago) | through (in the last finished
    month's first days) | mid_through | running. `ended` (stopped, or died when `died`): through | before that month.
    `consent`: given | none | incomplete | other_practitioner | day_only. `visit`: as_needed | missing | wrong_code |
    not_discussed. `plan`: signed | none | draft | no_copy | stale. `conditions`: some | one | no_risk | one_category.
    `practitioner`: key of one who cannot bill. `service`: code and by whom. `stay`: inpatient | snf_part_a.
    `fault`: what is odd about one entry, see `demo_time`.
    """

    key: str
    share: int = 0
    seconds: tuple[int, int] = (1225, 2320)
    practitioner_seconds: tuple[int, int] = (0, 0)
    every_month: bool = False
    attempts: int = 0
    reached: bool = True
    status: str = "enrolled"
    start: str = "long"
    ended: str = ""
    died: bool = False
    consent: str = "given"
    visit: str = "as_needed"
    plan: str = "signed"
    conditions: str = "some"
    practitioner: str = ""
    coverage: str = "part_b"
    mdm: str = ""
    mdm_documented: bool = True
    service: tuple[str, str] | None = None
    stay: str = ""
    fault: str = ""


@cache
def stories() -> tuple[Story, ...]:
    """Return the stories in their order."""
    return tuple(_story(row) for row in assets.load_toml("demo/stories.toml")["story"])


def dealt(patients: int, rng: Random) -> list[Story]:
    """Return a story for each of so many patients: each once, as far as they go, the others by share, shuffled."""
    known: Sequence[Story] = stories()
    drawn = rng.choices(known, weights=[story.share for story in known], k=max(0, patients - len(known)))
    dealing = [*known[:patients], *drawn]
    rng.shuffle(dealing)
    return dealing


def _story(row: dict[str, Any]) -> Story:
    known = {field.name for field in fields(Story)}
    if unknown := row.keys() - known:
        raise ValueError(f"story {row['key']} says what no story says: {sorted(unknown)}")
    said: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Story(**said)
