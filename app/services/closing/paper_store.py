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

from app.models import PaperPiece, StoredPaper
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
