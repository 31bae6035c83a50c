from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Reconciliation(Base):
    """One going through of a patient's medicines, by whom and when. Never changed."""

    __tablename__ = "reconciliation"
    __table_args__ = (Index("ix_reconciliation_patient", "patient_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    done_on: Mapped[date]  # the day in the clinic's zone
    done_at: Mapped[datetime]
    done_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    credential: Mapped[str] = mapped_column(default="")


class ReconciledMedication(Base):
    """What was found of one medicine, in the list's words of that day. Never changed."""

    __tablename__ = "reconciled_medication"
    __table_args__ = (CheckConstraint("standing IN ('taking', 'not_taking', 'changed', 'unknown')", name="standing"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reconciliation_id: Mapped[int] = mapped_column(ForeignKey("reconciliation.id"), index=True)
    # The row of the chart then; no reference, because one written by mistake may be taken away since.
    medication_no: Mapped[int] = mapped_column(Integer)
    description: Mapped[str]
    directions: Mapped[str] = mapped_column(default="")
    standing: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
