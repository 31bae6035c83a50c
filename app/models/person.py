from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Person(Base):
    """Someone who works here. With a key slot, they can sign in; without, they are a name on entries."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str | None] = mapped_column(unique=True)  # never reused; None: cannot sign in
    name: Mapped[str]
    credential: Mapped[str] = mapped_column(default="")
    roles: Mapped[list[Any]] = mapped_column(JSON, default=list)
    slot_id: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]
