from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class MonthReopening(Base):
    """Packets of a closed month taken back: why, by whom, and who agreed. The packets it made void name it."""

    __tablename__ = "month_reopening"
    __table_args__ = (
        CheckConstraint("(second_id IS NULL) = (second_by = '')", name="second_named"),
        CheckConstraint("second_id IS NULL OR second_id <> person_id", name="two_people"),
        Index("ix_month_reopening_month", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str]
    close_id: Mapped[int | None] = mapped_column(ForeignKey("month_close.id"))  # None: packets made without a close
    reason: Mapped[str]
    packets: Mapped[int]
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: nobody else there who could agree
    second_by: Mapped[str]
    reopened_at: Mapped[datetime]
    reopened_by: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
