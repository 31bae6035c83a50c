"""Requests to amend a record: how long the clinic has, and on what grounds it may say no (45 CFR 164.526)."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

DAYS_TO_ACT = 60
"""164.526(b)(2)(i): no later than 60 days after the request is received."""
DAYS_OF_EXTENSION = 30
"""164.526(b)(2)(ii): once, by no more than 30 days, with the reason and the date told in writing."""

GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "not_ours": "The clinic did not create it, and who did can still act on it",
        "not_in_set": "It is not part of the designated record set",
        "not_open": "The patient has no right to inspect it",
        "accurate": "It is accurate and complete",
    }
)
"""164.526(a)(2): the only grounds of a denial, in words."""


def due_on(asked_on: date, *, is_extended: bool) -> date:
    """Return the last day on which the clinic may act."""
    return asked_on + timedelta(days=DAYS_TO_ACT + (DAYS_OF_EXTENSION if is_extended else 0))
