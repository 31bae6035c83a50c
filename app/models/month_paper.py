from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class MonthPaper(Base):
    """A paper about a whole month as it was first made: the index that binds its packets, or the readiness report."""

    __tablename__ = "month_paper"
    __table_args__ = (
        UniqueConstraint("month", "kind", "revision"),
        CheckConstraint("kind IN ('bound', 'readiness')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_no: Mapped[str] = mapped_column(unique=True)
    month: Mapped[str]
    kind: Mapped[str]
    revision: Mapped[int]
    facts: Mapped[str]  # JSON of what it is made of
    facts_hash: Mapped[str]  # of that, without when and by whom it was made
    sha256: Mapped[str]  # of the PDF
    rule_version: Mapped[str]
    program_version: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
