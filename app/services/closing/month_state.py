"""Whether a month is open or closed for billing, and what closed it. Plain functions, for every service that asks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import MonthClose, MonthReopening
from app.rules.month import Month

OPEN, CLOSED, REOPENED = "open", "closed", "reopened"


@dataclass(frozen=True, slots=True)
class MonthState:
    """`state` is open, closed, or reopened (open again, after a close). The rest speaks of the newest close, if any.

    `reopened_*` and `reason` speak of the reopening that followed it; `second_by` is empty where nobody could agree.
    """

    state: str = OPEN
    revision: int = 0
    close_id: int | None = None
    packets: int = 0
    not_billed: int = 0
    closed_at: datetime | None = None
    closed_by: str = ""
    reopened_at: datetime | None = None
    reopened_by: str = ""
    second_by: str = ""
    reason: str = ""

    @property
    def is_closed(self) -> bool:
        return self.state == CLOSED


def month_state(session: Session, month: Month) -> MonthState:
    """Return where a month stands."""
    close = newest_close(session, month)
    newest = (
        select(MonthReopening).where(MonthReopening.month == str(month)).order_by(MonthReopening.id.desc()).limit(1)
    )
    reopening = session.scalars(newest).first()
    if close is None and reopening is None:
        return MonthState()
    applies = reopening is not None and (close is None or reopening.close_id == close.id)
    return MonthState(
        state=REOPENED if applies else CLOSED,
        revision=close.revision if close else 0,
        close_id=close.id if close else None,
        packets=close.packets if close else 0,
        not_billed=close.not_billed if close else 0,
        closed_at=close.closed_at if close else None,
        closed_by=close.closed_by if close else "",
        reopened_at=reopening.reopened_at if reopening is not None and applies else None,
        reopened_by=reopening.reopened_by if reopening is not None and applies else "",
        second_by=reopening.second_by if reopening is not None and applies else "",
        reason=reopening.reason if reopening is not None and applies else "",
    )


def newest_close(session: Session, month: Month) -> MonthClose | None:
    """Return the month's newest close, also when it was reopened since."""
    rows = select(MonthClose).where(MonthClose.month == str(month)).order_by(MonthClose.revision.desc()).limit(1)
    return session.scalars(rows).first()
