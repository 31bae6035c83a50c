from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Claim(Base):
    """A patient's month in the claim register: one row for ever, however often it is sent."""

    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("patient_id", "month"), Index("ix_claim_month", "month"))

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    month: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ClaimBatch(Base):
    """A claim file (837P), or claims printed together, as it left. `control_no` is never used twice."""

    __tablename__ = "claim_batch"
    __table_args__ = (
        CheckConstraint("kind IN ('837p', 'test', 'paper')", name="kind"),
        Index("ix_claim_batch_month", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # a test file is judged by the payer and never paid; no claim is sent with it
    control_no: Mapped[int] = mapped_column(unique=True)
    month: Mapped[str]
    claims: Mapped[int]
    cents: Mapped[int]
    content: Mapped[str]  # the file; empty for paper, which is printed again from the claims
    sha256: Mapped[str]
    program_version: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ClaimSending(Base):
    """One sending of a claim: what it said, of which packet it was made, with which batch it left."""

    __tablename__ = "claim_sending"
    __table_args__ = (
        UniqueConstraint("claim_id", "attempt"),
        CheckConstraint("frequency IN ('1', '7', '8')", name="frequency"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    attempt: Mapped[int]
    claim_no: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("claim_batch.id"), index=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"))
    frequency: Mapped[str]
    original_no: Mapped[str]
    cents: Mapped[int]
    facts: Mapped[str]  # JSON of ClaimFacts
    facts_hash: Mapped[str]


class ClaimResponse(Base):
    """A file that came back from the payer and was read. The same file is never taken in twice."""

    __tablename__ = "claim_response"
    __table_args__ = (CheckConstraint("kind IN ('999', '277CA')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    control: Mapped[str]
    sender: Mapped[str]
    claims: Mapped[int]
    read_at: Mapped[datetime]
    read_by: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ClaimEvent(Base):
    """What happened to a claim: sent, answered, denied, given up. Its standing is read from these alone."""

    __tablename__ = "claim_event"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('exported', 'submitted', 'file_accepted', 'file_rejected', 'accepted', 'rejected', 'denied', "
            "'paid', 'resubmission', 'written_off', 'overpayment', 'overpayment_settled')",
            name="kind",
        ),
        CheckConstraint("frequency IN ('', '1', '7', '8')", name="frequency"),
        Index("ix_claim_event_claim", "claim_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    sending_id: Mapped[int | None] = mapped_column(ForeignKey("claim_sending.id"))
    response_id: Mapped[int | None] = mapped_column(ForeignKey("claim_response.id"))
    kind: Mapped[str]
    on: Mapped[date]
    codes: Mapped[str] = mapped_column(default="")  # parted by blanks: "CO-97 N386", "A7:500:IL"
    payer_no: Mapped[str] = mapped_column(default="")  # the payer's own number of the claim
    frequency: Mapped[str] = mapped_column(default="")  # of a resubmission
    cents: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    by: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
