from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PlanFollowUp(Base):
    """That a follow-up came of an intervention of a signed care plan, or of the one before it. Never changed."""

    __tablename__ = "plan_follow_up"
    __table_args__ = (Index("ix_plan_follow_up_patient", "patient_id", "item_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    item_ref: Mapped[str]  # the intervention's name in all versions
    care_plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)  # the version that made it
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), unique=True)
    after_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"), index=True)  # whose being done made it
