"""The clinic's clock, on which every screen tells days and times."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.rules.time_zone import time_zone
from app.views.page_context import PageContext


def clinic_zone(context: PageContext) -> ZoneInfo:
    """Return the clinic's time zone; one keyed read."""
    return time_zone(context.desk.clinic.clinic(context.desk.actor).time_zone)


def clinic_now(context: PageContext, zone: ZoneInfo) -> datetime:
    """Return the present instant on the clinic's clock, in whole seconds."""
    return context.desk.opened.ledger.clock.now().astimezone(zone).replace(microsecond=0)


def clinic_today(context: PageContext, zone: ZoneInfo) -> date:
    """Return the clinic's calendar day."""
    return clinic_now(context, zone).date()
