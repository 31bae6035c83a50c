"""The bytes of what was made, kept in the encrypted file: a paper is printed again from here and not drawn again.

A paper is cut at its large streams. Fonts, and pages that a bound document shares with its packets, are kept once.
"""

import hashlib
import re
import zlib
from collections.abc import Collection, Iterable, MutableMapping
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.models import CloseFile, MonthClose, Packet, PaperPiece, StoredPaper
from app.rules.errors import ClinicError
from app.storage.ledger import Work

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_SMALLEST = 512
_AT_ONCE = 300


class PaperDamaged(ClinicError):
    """A kept paper is not what it was."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"A paper kept in this clinic is missing or is not what it was made as (SHA-256 {sha256[:16]}…). "
            "Check the clinic file, and restore a backup from before."
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """A paper on its way into the store: its hash, its size in bytes, the hashes of its pieces."""

    sha256: str
    size: int
    pieces: tuple[str, ...]


def cut(content: bytes, known: MutableMapping[str, bytes]) -> Cut:
    """Cut a paper into pieces, put into `known` (hash → deflated bytes) those that are not there yet."""
    pieces = []
    for piece in _pieces(content):
        digest = hashlib.sha256(piece).hexdigest()
        if digest not in known:
            known[digest] = zlib.compress(piece, 6)
        pieces.append(digest)
    return Cut(hashlib.sha256(content).hexdigest(), len(content), tuple(pieces))


def store(work: Work, papers: Iterable[Cut], known: MutableMapping[str, bytes]) -> None:
    """Keep papers, and of their pieces those that are not kept yet."""
    wanted = {paper.sha256: paper for paper in papers}
    new = [wanted[sha256] for sha256 in _missing(work.session, StoredPaper, wanted)]
    pieces = dict.fromkeys(piece for paper in new for piece in paper.pieces)
    for sha256 in _missing(work.session, PaperPiece, pieces):
        work.session.execute(insert(PaperPiece), [{"sha256": sha256, "content": known[sha256]}])
    if new:
        rows = [{"sha256": paper.sha256, "size": paper.size, "pieces": list(paper.pieces)} for paper in new]
        work.session.execute(insert(StoredPaper), rows)


def store_whole(work: Work, content: bytes) -> str:
    """Keep one paper and return its SHA-256."""
    known: dict[str, bytes] = {}
    paper = cut(content, known)
    store(work, [paper], known)
    return paper.sha256


def is_stored(session: Session, sha256: str | None) -> bool:
    """Tell whether a paper's bytes are kept."""
    return sha256 is not None and session.get(StoredPaper, sha256) is not None


def stored(session: Session, sha256: str) -> bytes:
    """Return a paper as it was made, proved by its hash. Raise `PaperDamaged`."""
    paper = session.get(StoredPaper, sha256)
    if paper is None:
        raise PaperDamaged(sha256)
    wanted = list(dict.fromkeys(paper.pieces))
    held: dict[str, bytes] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        rows = session.execute(select(PaperPiece.sha256, PaperPiece.content).where(PaperPiece.sha256.in_(some)))
        held |= {row.sha256: row.content for row in rows}
    try:
        content = b"".join(zlib.decompress(held[piece]) for piece in paper.pieces)
    except (KeyError, zlib.error) as error:
        raise PaperDamaged(sha256) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PaperDamaged(sha256)
    return content


def damaged_papers(session: Session) -> tuple[str, ...]:
    """Return the numbers of packets, and the names of a close's files, whose kept bytes are missing or altered."""
    held = set(session.scalars(select(StoredPaper.sha256)))
    bad = {sha256 for sha256 in held if not _is_sound(session, sha256)}
    rows = session.execute(
        select(Packet.packet_no, Packet.stored_sha256)
        .where(Packet.stored_sha256.is_not(None))
        .order_by(Packet.packet_no)
    )
    named = [row.packet_no for row in rows if row.stored_sha256 not in held or row.stored_sha256 in bad]
    files = session.execute(
        select(MonthClose.month, MonthClose.revision, CloseFile.name, CloseFile.sha256)
        .join(MonthClose, MonthClose.id == CloseFile.close_id)
        .order_by(MonthClose.id, CloseFile.name)
    )
    named += [
        f"{row.name} of {row.month}, close {row.revision}"
        for row in files
        if "/" not in row.name and (row.sha256 not in held or row.sha256 in bad)
    ]
    return tuple(named)


def _is_sound(session: Session, sha256: str) -> bool:
    try:
        stored(session, sha256)
    except PaperDamaged:
        return False
    return True


def _pieces(content: bytes) -> Iterable[bytes]:
    at = 0
    for found in _STREAM.finditer(content):
        start, end = found.span(1)
        if end - start >= _SMALLEST:
            yield content[at:start]
            yield content[start:end]
            at = end
    yield content[at:]


def _missing(session: Session, table: type[PaperPiece | StoredPaper], wanted: Collection[str]) -> list[str]:
    """Return those of `wanted` that the table does not hold, in their order."""
    asked, known = list(wanted), set[str]()
    for first in range(0, len(asked), _AT_ONCE):
        known.update(session.scalars(select(table.sha256).where(table.sha256.in_(asked[first : first + _AT_ONCE]))))
    return [sha256 for sha256 in asked if sha256 not in known]
