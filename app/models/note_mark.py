from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class NoteMark(Base):
    """What was marked in a part of a signed note instead of being written: nothing changed, or how medicines are taken.

    The note itself says it in words; never changed, as the note.
    """

    __tablename__ = "note_mark"
    __table_args__ = (
        CheckConstraint("kind IN ('no_change', 'adherence')", name="kind"),
        CheckConstraint("(kind = 'no_change') = (since_note_id IS NOT NULL)", name="since_what"),
        CheckConstraint("(since_note_id IS NULL) = (since_on IS NULL)", name="since_when"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("note.id"), index=True)
    section: Mapped[str]  # the key of the note's part
    kind: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")  # a word of rules/note_marks.ADHERENCE
    since_note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"))  # the earlier note that still holds
    since_on: Mapped[date | None]  # the day of that note in the clinic's zone
