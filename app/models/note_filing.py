from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class NoteFiling(Base):
    """That a signed note was put into the EHR, or was said so by mistake; the newest row of a note holds."""

    __tablename__ = "note_filing"
    __table_args__ = (Index("ix_note_filing_note", "note_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("note.id"))
    is_filed: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
