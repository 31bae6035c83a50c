"""Who is not billed for a month, whose claim stays back, and why: lists for a spreadsheet."""

from collections.abc import Sequence

from app.exchange.csv_text import csv_bytes
from app.rules.packet_facts import PacketFacts
from app.rules.papers import BoundIndex, NotClaimed

HEADERS = ("service_month", "record", "account", "patient", "birth_date", "counted_seconds", "reasons")
NOT_CLAIMED_HEADERS = ("service_month", "packet", "record", "account", "patient", "birth_date", "reasons")


def not_billed_csv(_packets: Sequence[PacketFacts], index: BoundIndex) -> bytes:
    """Return a row for each patient of the month without a packet, every reason in words."""
    rows = (
        (
            index.month,
            row.patient.record_id,
            row.patient.account_no,
            row.patient.claim_name or row.patient.name,
            row.patient.born_on,
            row.pooled_seconds,
            " ".join(row.reasons),
        )
        for row in index.not_billed
    )
    return csv_bytes(HEADERS, rows, marked=False)


def not_claimed_csv(month: str, left_out: Sequence[NotClaimed]) -> bytes:
    """Return a row for each final packet whose claim stays back, every reason in words; the header alone for none."""
    rows = (
        (
            month,
            row.packet_no,
            row.patient.record_id,
            row.patient.account_no,
            row.patient.claim_name or row.patient.name,
            row.patient.born_on,
            " ".join(row.reasons),
        )
        for row in left_out
    )
    return csv_bytes(NOT_CLAIMED_HEADERS, rows, marked=False)
