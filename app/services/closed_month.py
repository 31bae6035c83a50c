"""Months whose final packet is made: what they were billed from is not changed any more."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Packet
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.packet_facts import FINAL


class MonthClosed(ClinicError):
    """Time can no longer be added to, or changed in, a month that was billed."""

    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} is closed for this patient: its final packet is made. "
            "Reopen the month first if this time belongs in it."
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


def require_open(session: Session, patient_id: int, start: datetime, end: datetime, zone: ZoneInfo) -> None:
    """Raise `MonthClosed` when any month that the stretch touches on the clinic's calendar is closed."""
    month = Month.of(start.astimezone(zone).date())
    while month.bounds(zone)[0] < end:
        if is_closed(session, patient_id, month):
            raise MonthClosed(month)
        month = month.next
