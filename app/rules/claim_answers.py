"""What a payer's acknowledgement of a claim file says, as values."""

from dataclasses import dataclass

ACKNOWLEDGEMENT, CLAIM_ACKNOWLEDGEMENT = "999", "277CA"


@dataclass(frozen=True, slots=True)
class SegmentFault:
    """A segment that the receiver could not accept: its name, its place in the transaction (from 1), the codes."""

    segment: str
    position: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """What was said of a whole transaction set. `accepted` also when it has errors that are let pass (`E`)."""

    group_control: str
    set_control: str
    accepted: bool
    code: str
    faults: tuple[SegmentFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """A status: its category and status codes (X12 code sources 507 and 508), and whose entity it is about."""

    category: str
    status: str
    entity: str = ""

    @property
    def code(self) -> str:
        return ":".join(part for part in (self.category, self.status, self.entity) if part)


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What was said of one claim; `payer_no` is the payer's own number for it. `on` is an ISO date, or empty."""

    claim_no: str
    accepted: bool
    statuses: tuple[Status, ...]
    on: str = ""
    cents: int | None = None
    payer_no: str = ""


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What was said of a whole file by a 277CA. `reference` is the number the file was sent under (BHT03)."""

    reference: str
    accepted: bool
    statuses: tuple[Status, ...]
    on: str = ""


@dataclass(frozen=True, slots=True)
class ResponseFile:
    """A file that came back, read whole. `control` is its own interchange's number."""

    kind: str
    control: str
    sender: str
    sets: tuple[SetAnswer, ...] = ()
    batches: tuple[BatchAnswer, ...] = ()
    claims: tuple[ClaimAnswer, ...] = ()
