"""Months whose final packet is made: what they were billed from is not changed any more."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import Packet
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.packet_facts import FINAL


class MonthClosed(ClinicError):
    """Time of a month that was billed can no longer be changed."""

    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} is closed for this patient: its final packet is made. "
            "Open the month again first, if this time is to be changed."
        )
        self.month = month


def is_closed(session: Session, patient_id: int, month: Month) -> bool:
    """Whether the patient's month has a final packet."""
    return (
        session.scalar(
            select(Packet.id)
            .where(Packet.patient_id == patient_id, Packet.month == str(month), Packet.state == FINAL)
            .limit(1)
        )
        is not None
    )


def first_closed(session: Session, patient_ids: Sequence[int], month: Month) -> dict[int, datetime]:
    """Return, by patient, when the month's first final packet was made, also where it was taken back since.

    Time that came into the record after that is late.
    """
    rows = session.execute(
        select(Packet.patient_id, func.min(Packet.made_at).label("at"))
        .where(
            Packet.patient_id.in_(patient_ids),
            Packet.month == str(month),
            or_(Packet.state == FINAL, Packet.reopening_id.is_not(None)),
        )
        .group_by(Packet.patient_id)
    )
    return {row.patient_id: row.at for row in rows}


def touches_closed(session: Session, patient_id: int, start: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Whether any month that the stretch touches on the clinic's calendar is closed for the patient."""
    return _closed_month(session, patient_id, start, end, zone) is not None


def require_open(session: Session, patient_id: int, start: datetime, end: datetime, zone: ZoneInfo) -> None:
    """Raise `MonthClosed` when any month that the stretch touches on the clinic's calendar is closed."""
    month = _closed_month(session, patient_id, start, end, zone)
    if month is not None:
        raise MonthClosed(month)


def _closed_month(session: Session, patient_id: int, start: datetime, end: datetime, zone: ZoneInfo) -> Month | None:
    month = Month.of(start.astimezone(zone).date())
    while month.bounds(zone)[0] < end:
        if is_closed(session, patient_id, month):
            return month
        month = month.next
    return None
