"""What the answer to an audit of one patient-month is made of, frozen: the record as it was closed, and its proof."""

from dataclasses import dataclass

from app.rules.packet_facts import ApprovalFacts, AuditFacts, PacketFacts


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the record is what CareLoop wrote, as checked at one instant (ISO 8601).

    `faults` are in words, without patient text; empty when everything holds. `packet_sha256` is the file's hash as it
    was kept when the packet was made, `reprint_sha256` that of the file appended now; `facts_hash` and
    `facts_hash_now` likewise of the facts it was made of.
    """

    checked_at: str
    chain_head: str
    audit_events: int
    sealed_rows: int
    faults: tuple[str, ...]
    packet_sha256: str
    reprint_sha256: str
    facts_hash: str
    facts_hash_now: str

    @property
    def packet_holds(self) -> bool:
        return self.packet_sha256 == self.reprint_sha256 and self.facts_hash == self.facts_hash_now

    @property
    def holds(self) -> bool:
        return self.packet_holds and not self.faults


@dataclass(frozen=True, slots=True)
class PacketVersion:
    """One packet of the month: final, or void with what took its place."""

    packet_no: str
    state: str
    revision: int
    made_at: str
    made_by: str
    sha256: str


@dataclass(frozen=True, slots=True)
class GivenApproval:
    """An approval as it was given. `withdrawn` says when, by whom and why it was taken back, if it was.

    `binds_packet`: it is bound to exactly the facts that the packet was made of.
    """

    approval: ApprovalFacts
    binds_packet: bool
    withdrawn: str = ""
    family: str = ""
    family_reason: str = ""


@dataclass(frozen=True, slots=True)
class ClaimStep:
    """One happening of the claim, in words."""

    on: str
    recorded_at: str
    by: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """Everything the answer says. `packet` is the newest final packet's facts; `after` the trail since it was made."""

    packet: PacketFacts
    proof: Proof
    made_at: str
    made_by: str
    program_version: str
    claim_state: str = ""
    packets: tuple[PacketVersion, ...] = ()
    approvals: tuple[GivenApproval, ...] = ()
    claim: tuple[ClaimStep, ...] = ()
    after: tuple[AuditFacts, ...] = ()
