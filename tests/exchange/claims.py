"""Invented claims for the tests of claim files, and an independent validator (pyx12) to judge them by."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.rules.claim_facts import Choices, ClaimFacts, Envelope, Sending, claim_facts
from app.rules.packet_facts import LineFacts, PacketFacts
from tests.reports.samples import packet

ENVELOPE = Envelope(
    control_no=217_386_102,
    made_at=datetime(2026, 11, 2, 9, 5, tzinfo=ZoneInfo("America/Chicago")),
    submitter_name="Prairie Family Medicine",
    submitter_id="IL0012345",
    contact_name="Maria Lopez",
    contact_phone="3095550142",
    receiver_name="Midwest MAC",
    receiver_id="05102",
    payer_name="Midwest MAC Part B",
    payer_id="05102",
)
LINES = (LineFacts("99490", 1, 9500), LineFacts("99439", 2, 14050))
SAMPLE_CONDITIONS = ("E11.65", "I10", "N18.31", "E78.5", "I25.10", "J44.9", "M17.11", "F33.1", "I50.32", "G47.33")


def ready_packet() -> PacketFacts:
    """A packet of which a claim can be written."""
    facts = packet()
    clinic = replace(facts.clinic, address=("214 Harvest Lane", "Peoria, IL 61602-1234"))
    return replace(facts, clinic=clinic, readiness=replace(facts.readiness, lines=LINES))


def claim(number: int = 1, **changes: object) -> ClaimFacts:
    """A claim without a gap, with some of its facts changed."""
    made = claim_facts(ready_packet(), Choices(), Sending(f"2610-{number:06d}-1"))
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the validator said, and the acknowledgement (999) it wrote."""

    accepted: bool
    acknowledgement: bytes


def validate(data: bytes) -> Verdict:
    """Have pyx12 judge a file. What it cannot even read counts as refused."""
    import pyx12.error_handler  # noqa: PLC0415
    import pyx12.params  # noqa: PLC0415
    import pyx12.x12n_document  # noqa: PLC0415

    answer = io.StringIO()
    try:
        accepted = pyx12.x12n_document.x12n_document(
            param=pyx12.params.params(),
            src_file=io.StringIO(data.decode("ascii")),
            fd_997=answer,
            fd_html=None,
        )
    except Exception:  # noqa: BLE001 - it raises what it likes on odd files; each of them is a refusal
        return Verdict(False, b"")
    return Verdict(bool(accepted), answer.getvalue().encode("ascii"))


def segments(data: bytes) -> list[list[str]]:
    """A file's segments, each as its elements; only for files with our own delimiters."""
    return [segment.split("*") for segment in data.decode("ascii").split("~") if segment]


def counts(data: bytes) -> Mapping[str, int]:
    """How often each kind of segment occurs."""
    found: dict[str, int] = {}
    for segment in segments(data):
        found[segment[0]] = found.get(segment[0], 0) + 1
    return found
