"""What approving and making say: what was made, and why something was not."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.packet_facts import DRAFT, FINAL, ApprovalFacts, PacketFacts
from app.services.claims.sending import MonthClaims


class NotReady(ClinicError):
    """The month cannot be approved as it stands."""


class MonthChanged(ClinicError):
    """The record is no longer what was looked at."""

    def __init__(self) -> None:
        super().__init__("This month's record has changed in the meantime. Look at it again, then repeat the step.")


class MakingStopped(ClinicError):
    """The person stopped it."""

    def __init__(self) -> None:
        super().__init__("Stopped. No packet was made.")


@dataclass(frozen=True, slots=True)
class PacketPreview:
    """A packet on screen: its facts, its PDF, and the hash that an approval of it is bound to.

    `approval` is the one that holds for these facts, None for a month that is not approved, or whose packet is final.
    """

    facts: PacketFacts
    pdf: bytes
    facts_hash: str
    approval: ApprovalFacts | None = None


@dataclass(frozen=True, slots=True)
class MadePacket:
    """A packet that was written. `state` is draft or final; `is_new`: not a reprint, byte for byte, of an earlier one.

    `changed_since`: the record is no longer what this final packet says; it stays as it was made.
    """

    packet_no: str
    patient_id: int
    state: str
    revision: int
    sha256: str
    is_new: bool
    changed_since: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What a month-end wrote. `not_ready` patients have no packet; `approved_now` were approved in the same step.

    `closed` is the number of the close, 0 when the month stays open; `digests` the SHA-256 of each file by its name.
    `claims` is None where no claim files were asked for; `is_protected`: the PDFs open with a passphrase alone.
    """

    month: Month
    packets: tuple[MadePacket, ...]
    not_ready: int
    approved_now: int
    files: tuple[Path, ...]
    digests: Mapping[str, str]
    closed: int = 0
    claims: MonthClaims | None = None
    is_protected: bool = False

    @property
    def finals(self) -> int:
        return sum(packet.state == FINAL for packet in self.packets)

    @property
    def drafts(self) -> int:
        return sum(packet.state == DRAFT for packet in self.packets)
