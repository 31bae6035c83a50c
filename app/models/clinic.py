from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Clinic(Base):
    """The clinic itself: one row."""

    __tablename__ = "clinic"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    vault_id: Mapped[str]
    name: Mapped[str]
    address_line1: Mapped[str] = mapped_column(default="")
    address_line2: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    zip: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    after_hours_phone: Mapped[str] = mapped_column(default="")
    tin: Mapped[str] = mapped_column(default="")
    group_npi: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str]
    setting: Mapped[str] = mapped_column(default="office")  # office | facility | rhc | fqhc
    place_of_service: Mapped[str] = mapped_column(default="11")
