from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class CarePlan(Base):
    """One draft or one numbered version of a patient's care plan.

    A signed version never changes (a trigger refuses it). An imported plan is a record without text.
    """

    __tablename__ = "care_plan"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'signed', 'imported')", name="status"),
        Index("ix_care_plan_patient", "patient_id", "status", "version"),
        # All that a verdict reads of a plan: behind `content` a row's columns lie kilobytes away.
        Index("ix_care_plan_standing", "patient_id", "id", "status", "version", "signed_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    status: Mapped[str]
    version: Mapped[int | None]  # None: draft
    content: Mapped[str] = mapped_column(default="")  # canonical JSON of the sections
    content_hash: Mapped[str] = mapped_column(default="")  # SHA-256 of `content`, set on signing
    edited_by: Mapped[str] = mapped_column(default="")
    edited_at: Mapped[datetime]
    signed_on: Mapped[date | None]  # the day in the clinic's zone
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(default="")
    signer_credential: Mapped[str] = mapped_column(default="")
    signer_npi: Mapped[str] = mapped_column(default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)


class CarePlanEvent(Base):
    """A copy given or a review made of a version."""

    __tablename__ = "care_plan_event"
    __table_args__ = (CheckConstraint("kind IN ('copy_given', 'reviewed')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    care_plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)
    kind: Mapped[str]
    happened_on: Mapped[date]
    method: Mapped[str] = mapped_column(default="")  # paper | mail | portal | secure_message
    by: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
