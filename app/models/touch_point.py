from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class TouchPoint(Base):
    """A next call that somebody planned for a patient, in place of the day their protocol would give.

    The newest row of a patient is the plan, until it is withdrawn or somebody is reached after it was made.
    """

    __tablename__ = "touch_point"
    __table_args__ = (Index("ix_touch_point_patient", "patient_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    due_on: Mapped[date]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)  # the call whose wrap-up planned it
    planned_at: Mapped[datetime]
    planned_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
