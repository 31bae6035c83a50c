from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Note(Base):
    """A signed note in the clinic's structure. Never changed; a later row may amend it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"), unique=True)  # the note that this one replaces
    reason: Mapped[str] = mapped_column(default="")  # why it was amended
    content: Mapped[str]  # canonical JSON: [[section title, text], …]
    content_hash: Mapped[str]
    author: Mapped[str]
    credential: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime]
