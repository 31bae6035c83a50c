from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class TimeEntry(Base):
    """One version of one interval of work. Rows are only ever added: a correction is the next version.

    Credential, role and place are facts of the work as it was done then, never looked up later.
    """

    __tablename__ = "time_entry"
    __table_args__ = (
        UniqueConstraint("entry_id", "version"),
        CheckConstraint("end_at > start_at", name="end_after_start"),
        Index("ix_time_entry_patient_start", "patient_id", "start_at"),
        Index("ix_time_entry_staff_start", "staff", "start_at"),
        Index("ix_time_entry_start", "start_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str]  # what all versions share; the id on papers
    version: Mapped[int]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    utc_offset_minutes: Mapped[int]  # the local clock's at the start, for papers
    staff: Mapped[str]  # a name; the billing practitioner's own imported time carries the NPI
    credential: Mapped[str] = mapped_column(default="")
    role: Mapped[str]
    activity: Mapped[str]
    contact: Mapped[str] = mapped_column(default="none")
    works_in_us: Mapped[bool] = mapped_column(default=True)
    used_for: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    confirmed: Mapped[bool] = mapped_column(default=True)
    signed: Mapped[bool] = mapped_column(default=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]  # timer | manual | estimated | recovered | imported
    recorded_at: Mapped[datetime | None]  # when it was entered by hand
    reason: Mapped[str] = mapped_column(default="")  # why this version replaced the one before
    written_at: Mapped[datetime]
    written_by: Mapped[str]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
