from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ApprovalWithdrawal(Base):
    """An approval taken back before its month was closed, and why."""

    __tablename__ = "approval_withdrawal"

    id: Mapped[int] = mapped_column(primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"), unique=True)
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime]
    withdrawn_by: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
