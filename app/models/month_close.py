from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class MonthClose(Base):
    """A month closed for billing: when, by whom, and with how many packets."""

    __tablename__ = "month_close"
    __table_args__ = (UniqueConstraint("month", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str]
    revision: Mapped[int]
    packets: Mapped[int]
    not_billed: Mapped[int]
    one_person_clinic: Mapped[bool]
    manifest_sha256: Mapped[str]
    rule_version: Mapped[str]
    program_version: Mapped[str]
    closed_at: Mapped[datetime]
    closed_by: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class CloseFile(Base):
    """A file that left with a close; its bytes are a `StoredPaper`."""

    __tablename__ = "close_file"
    __table_args__ = (UniqueConstraint("close_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    close_id: Mapped[int] = mapped_column(ForeignKey("month_close.id"))
    name: Mapped[str]  # within the folder, "/" between folder and file
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_paper.sha256"))
