from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class AmendmentEvent(Base):
    """A step in a request to amend: its extension, its decision, or a statement appended to it. Never changed."""

    __tablename__ = "amendment_event"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('extended', 'accepted', 'denied', 'disagreement', 'rebuttal', 'informed')", name="kind"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("amendment_request.id"), index=True)
    kind: Mapped[str]
    happened_on: Mapped[date]
    basis: Mapped[str] = mapped_column(default="")  # why it was denied: one of rules.amendment.GROUNDS
    words: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
