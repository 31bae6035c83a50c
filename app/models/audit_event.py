from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class AuditEvent(Base):
    """One link of the audit chain. Values of patient fields are never in it; keyed hashes are."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_patient", "patient_id", "seq"),
        Index("ix_audit_event_actor", "actor_id", "at"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int]
    actor: Mapped[str]
    session: Mapped[str]
    action: Mapped[str]
    outcome: Mapped[str]  # ok | denied
    patient_id: Mapped[int | None]
    detail: Mapped[str]  # canonical JSON
    mac: Mapped[str]  # hex HMAC-SHA256 over the previous link and this row
