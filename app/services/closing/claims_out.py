"""The claim files of a month in the folder with its papers, and whose claim stays back."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Packet
from app.rules.month import Month
from app.rules.packet_facts import PacketFacts
from app.rules.papers import NotClaimed
from app.security.permissions import Actor
from app.services.claims.sending import LeftOut, MonthClaims
from app.services.packet_folder import PacketFolder

CLAIM_WORK = "claim.work"
NOT_CLAIMED_FILE = "claims-left-out.csv"
SendClaims = Callable[[Actor, Month], MonthClaims]
"""Sends what can leave and was not sent, and returns all claim files of the month: `Claims.month_files`."""
_AT_ONCE = 300


def put_claims(folder: PacketFolder, claims: MonthClaims, left_out: bytes) -> None:
    """Put claim files into a folder as they are kept. The list of who is left out comes with them, also when empty.

    An empty one takes the place of one from before, which no longer holds.
    """
    for file in claims.files:
        folder.add(file.name, file.content)
    folder.add(NOT_CLAIMED_FILE, left_out)


def not_claimed(session: Session, left_out: Sequence[LeftOut]) -> list[NotClaimed]:
    """Return those left out as their packets name them, in the same order."""
    numbers = [each.packet_no for each in left_out]
    facts: dict[str, str] = {}
    for first in range(0, len(numbers), _AT_ONCE):
        some = numbers[first : first + _AT_ONCE]
        rows = session.execute(select(Packet.packet_no, Packet.facts).where(Packet.packet_no.in_(some)))
        facts |= {row.packet_no: row.facts for row in rows}
    return [
        NotClaimed(PacketFacts.from_json(facts[each.packet_no]).patient, each.packet_no, each.reasons)
        for each in left_out
    ]
