from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class MonthHold(Base):
    """That somebody kept a patient's month from being billed, or let it go again; the newest row of a month holds.

    `act` is held or released, not_billed or taken_back. Rows are only ever added.
    """

    __tablename__ = "month_hold"
    __table_args__ = (
        CheckConstraint("act IN ('held', 'released', 'not_billed', 'taken_back')", name="act"),
        Index("ix_month_hold_month", "month", "patient_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    month: Mapped[str]
    act: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
