from datetime import date
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class BoardDay(Base):
    """A month's board as it was last seen on a day: each patient's state. Nothing is decided by it."""

    __tablename__ = "board_day"
    __table_args__ = (UniqueConstraint("month", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str]
    day: Mapped[date]  # in the clinic's zone
    states: Mapped[dict[str, Any]] = mapped_column(JSON)  # by the patient's number, as text
