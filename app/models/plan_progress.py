from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PlanProgress(Base):
    """Where a patient stood with a goal of the care plan on a day. Never changed; a later row corrects an earlier one.

    A correction without a value withdraws what it corrects.
    """

    __tablename__ = "plan_progress"
    __table_args__ = (Index("ix_plan_progress_patient", "patient_id", "goal_ref", "happened_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    care_plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)  # the version it was noted under
    goal_ref: Mapped[str]  # the goal's name in all versions
    goal: Mapped[str]  # its words when this was noted
    happened_on: Mapped[date]
    value: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("plan_progress.id"), index=True)
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
