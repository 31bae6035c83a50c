from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class StandingMonth(Base):
    """What the running month of every patient came to when it was last worked out: one row, made anew at any time.

    It decides nothing. It holds as long as rules and program are the same, but for patients whom the audit trail names
    after `seq`.
    """

    __tablename__ = "standing_month"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str]
    seq: Mapped[int]  # of the newest audit event that was taken into account
    made_by: Mapped[str]  # versions of the rules and the program
    months: Mapped[Any] = mapped_column(JSON)  # by patient id
