from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PlanSectionReview(Base):
    """That one section of a signed care plan was looked at and stands. Never changed."""

    __tablename__ = "plan_section_review"
    __table_args__ = (Index("ix_plan_section_review_plan", "care_plan_id", "section"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    care_plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"))
    section: Mapped[str]  # the key of the plan's section
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    reviewed_on: Mapped[date]  # the day in the clinic's zone
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
