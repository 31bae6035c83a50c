from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Charge(Base):
    """What the clinic itself charges for one unit of a code, from a day on."""

    __tablename__ = "charge"
    __table_args__ = (
        UniqueConstraint("code", "from_on"),
        CheckConstraint("cents >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    from_on: Mapped[date]
    cents: Mapped[int]
