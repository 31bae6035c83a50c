from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Promise(Base):
    """A call back that a patient was promised: between two instants, by somebody, for a reason.

    Whether it was kept or missed is read from the calls that were made; only moving and cancelling are written here.
    """

    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'moved', 'cancelled')", name="status"),
        CheckConstraint("until_at > from_at", name="until_after_from"),
        Index("ix_promise_patient", "patient_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # who is to call
    reason: Mapped[str] = mapped_column(default="")
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)  # the call on which it was given
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    status: Mapped[str] = mapped_column(default="open")
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    closed_at: Mapped[datetime | None]  # when it was moved or cancelled
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_reason: Mapped[str] = mapped_column(default="")
