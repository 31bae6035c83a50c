"""What day it is at the clinic."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic
from app.rules.time_zone import time_zone


def zone_of(session: Session) -> ZoneInfo:
    """Return the clinic's time zone."""
    return time_zone(session.scalars(select(Clinic.time_zone)).one())


def day_at(session: Session, instant: datetime) -> date:
    """Return the clinic's calendar day of an instant."""
    return instant.astimezone(zone_of(session)).date()
