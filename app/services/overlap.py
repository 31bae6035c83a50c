"""The refusal of a second that a person recorded already, with what to do about it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app.rules.errors import ClinicError
from app.services.own_time import OwnTime


class TimeOverlaps(ClinicError):
    """The same person recorded some of these seconds before. `free` is the first part that is still free, or None."""

    def __init__(
        self, start: datetime, end: datetime, taken: Sequence[OwnTime], patient_id: int, zone: ZoneInfo
    ) -> None:
        other = taken[0]
        whose = "this patient" if other.patient_id == patient_id else "another patient"
        self.free = _first_free(start, end, taken)
        advice = "Nothing of it is free; correct the other entry first."
        if self.free is not None:
            advice = f"Enter {_said(*self.free, zone)} instead, or correct the other entry first."
        super().__init__(
            f"{_said(start, end, zone)} overlaps {_said(other.start, other.end, zone)}, "
            f"which is recorded already for {whose}. {advice}"
        )
        self.taken = tuple(taken)


def require_free(start: datetime, end: datetime, taken: Sequence[OwnTime], patient_id: int, zone: ZoneInfo) -> None:
    """Raise `TimeOverlaps` when any stretch of `taken` shares a second with start to end."""
    met = [each for each in taken if each.start < end and start < each.end]
    if met:
        raise TimeOverlaps(start, end, met, patient_id, zone)


def _first_free(start: datetime, end: datetime, taken: Sequence[OwnTime]) -> tuple[datetime, datetime] | None:
    for each in sorted(taken, key=lambda each: each.start):
        if start < each.start:
            return start, each.start
        start = max(start, each.end)
    return (start, end) if start < end else None


def _said(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    first, last = start.astimezone(zone), end.astimezone(zone)
    day = f"{first:%B} {first.day}"
    return f"{first:%H:%M:%S}–{last:%H:%M:%S} on {day}"
