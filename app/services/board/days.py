"""The board day by day: each patient's state as it was last seen on a day, for looking back at a month."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import BoardDay
from app.rules.month import Month


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many patients were in each state at the end of a day, as far as the board was looked at on it."""

    day: date
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DayBefore:
    """The board as it was last seen before a day: which day that was, and each patient's state."""

    day: date
    states: Mapping[int, str]


def is_kept(month: Month, today: date) -> bool:
    """Whether a day's board of the month is worth keeping: while the month runs, and while it is closed."""
    return month.first <= today <= month.next.last


def kept_on(session: Session, month: Month, day: date) -> Mapping[int, str] | None:
    """Return the states kept for a day, or None."""
    row = session.scalars(select(BoardDay).where(BoardDay.month == str(month), BoardDay.day == day)).one_or_none()
    return None if row is None else _states(row)


def keep(session: Session, month: Month, day: date, states: Mapping[int, str]) -> None:
    """Keep a day's states in place of what was seen earlier that day."""
    row = session.scalars(select(BoardDay).where(BoardDay.month == str(month), BoardDay.day == day)).one_or_none()
    written = {str(patient_id): state for patient_id, state in sorted(states.items())}
    if row is None:
        session.add(BoardDay(month=str(month), day=day, states=written))
    elif row.states != written:
        row.states = written


def day_before(session: Session, month: Month, today: date) -> DayBefore | None:
    """Return the newest board kept before `today`, or None."""
    row = session.scalars(
        select(BoardDay)
        .where(BoardDay.month == str(month), BoardDay.day < today)
        .order_by(BoardDay.day.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else DayBefore(row.day, _states(row))


def history(session: Session, month: Month) -> tuple[DayCounts, ...]:
    """Return the counts of each day kept, in order."""
    rows = session.scalars(select(BoardDay).where(BoardDay.month == str(month)).order_by(BoardDay.day))
    return tuple(DayCounts(row.day, Counter(row.states.values())) for row in rows)


def _states(row: BoardDay) -> dict[int, str]:
    return {int(patient_id): str(state) for patient_id, state in row.states.items()}
