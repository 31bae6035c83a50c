"""The time a person recorded already, so that no second of theirs is given out twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Call, CallSpan, TimeEntry
from app.services.month_case import current_time

# A clock that is set back by more than this was wrong before: nobody's work is moved that far to keep it in order.
_PUT_OFF_AT_MOST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class OwnTime:
    """A stretch of one person's work. `entry_id` is empty while it belongs to a call that is not written up."""

    start: datetime
    end: datetime
    patient_id: int
    entry_id: str = ""


def own_time(
    session: Session,
    person_id: int | None,
    staff: str,
    begins: datetime,
    over: datetime,
    *,
    without_call: int | None = None,
    without_entry: str = "",
) -> tuple[OwnTime, ...]:
    """Return, in order, what `staff` recorded here between two instants: entries as they stand, and open calls.

    Imported time is left alone: it is stored as it came, and the rules leave out what overlaps.
    """
    entries = session.execute(
        select(TimeEntry.start_at, TimeEntry.end_at, TimeEntry.patient_id, TimeEntry.entry_id)
        .where(TimeEntry.staff == staff, TimeEntry.source != "imported", ~TimeEntry.withdrawn)
        .where(TimeEntry.entry_id != without_entry, *current_time(begins, over))
    ).all()
    spans = session.execute(
        select(CallSpan.start_at, func.coalesce(CallSpan.end_at, Call.beat_at).label("end_at"), Call.patient_id)
        .join(Call, Call.id == CallSpan.call_id)
        .where(Call.person_id == person_id, Call.state.in_(("running", "paused", "parked", "wrap_up")))
        .where(Call.id != (without_call or 0), CallSpan.standing != "discarded")
        .where(CallSpan.start_at < over, func.coalesce(CallSpan.end_at, over) > begins)
    ).all()
    found = [OwnTime(row.start_at, row.end_at, row.patient_id, row.entry_id) for row in entries]
    found += [OwnTime(row.start_at, max(row.start_at, row.end_at), row.patient_id) for row in spans]
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))


def last_recorded(session: Session, person_id: int, staff: str, now: datetime) -> datetime | None:
    """Return where this person's recorded time ends, so that new time begins no earlier; None when that is long ago.

    After the clock was set back a little, the next call goes on where the last one ended.
    """
    reach = now + _PUT_OFF_AT_MOST
    calls = session.scalar(
        select(func.max(Call.beat_at)).where(
            Call.person_id == person_id, Call.state != "discarded", Call.beat_at > now, Call.beat_at <= reach
        )
    )
    entries = session.scalar(
        select(func.max(TimeEntry.end_at)).where(
            TimeEntry.staff == staff,
            TimeEntry.source != "imported",
            ~TimeEntry.withdrawn,
            *current_time(now, reach),
            TimeEntry.end_at <= reach,
        )
    )
    return max((each for each in (calls, entries) if each is not None), default=None)
