from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Packet(Base):
    """A month-end packet as it was first made: the facts, the rules' input and answer, and the bytes' hash."""

    __tablename__ = "packet"
    __table_args__ = (
        UniqueConstraint("month", "patient_id", "revision"),
        CheckConstraint("state IN ('draft', 'final', 'void')", name="state"),
        Index(  # one claim per patient-month, whatever is clicked, crashes or is repeated
            "ix_packet_one_final",
            "month",
            "patient_id",
            unique=True,
            sqlite_where=text("state = 'final'"),
            postgresql_where=text("state = 'final'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    packet_no: Mapped[str] = mapped_column(unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    month: Mapped[str]
    revision: Mapped[int]
    state: Mapped[str]
    facts: Mapped[str]  # JSON of PacketFacts
    facts_hash: Mapped[str]
    case: Mapped[str]  # JSON of the MonthCase
    result: Mapped[str]  # JSON of the Readiness
    rule_version: Mapped[str]
    program_version: Mapped[str]
    sha256: Mapped[str]  # of the PDF
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    stored_sha256: Mapped[str | None] = mapped_column(info={"step": "0005"})  # of its bytes in `StoredPaper`
    reopening_id: Mapped[int | None] = mapped_column(ForeignKey("month_reopening.id"), info={"step": "0005"})
