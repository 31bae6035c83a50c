from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Approval(Base):
    """The billing practitioner's attestation of one patient-month, bound to the facts it was made of."""

    __tablename__ = "approval"
    __table_args__ = (Index("ix_approval_month", "month", "patient_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    month: Mapped[str]
    facts_hash: Mapped[str]
    npi: Mapped[str]  # the practitioner attested for
    approver: Mapped[str]
    credential: Mapped[str] = mapped_column(default="")
    meaning: Mapped[str]
    one_person_clinic: Mapped[bool]
    approved_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    family: Mapped[str | None] = mapped_column(info={"step": "0005"})  # taken instead of the recommended one
    family_reason: Mapped[str | None] = mapped_column(info={"step": "0005"})
    # Left for personal signing keys: who signs with one is told apart by it, years later and elsewhere.
    signing_key: Mapped[str | None] = mapped_column(info={"step": "0005"})  # fingerprint of the public key
    signature: Mapped[str | None] = mapped_column(info={"step": "0005"})  # over `facts_hash`, name, instant and meaning
