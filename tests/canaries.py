"""Looks for known words in every byte of every file, in the forms in which a leak would hide them."""

import base64
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SHORTEST = 8  # shorter pieces of base64 stand in random bytes by chance


@dataclass(frozen=True, slots=True)
class Leak:
    """A word found where it must not be."""

    file: str
    word: str
    form: str


def sweep(folder: Path, words: Sequence[str]) -> list[Leak]:
    """Return every place below `folder`, names included, where one of `words` stands in some readable form."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found += [Leak(name, word, "file name") for word in words if word.casefold() in name.casefold()]
        if path.is_file():
            found += [Leak(name, word, form) for word, form in _inside(path.read_bytes(), words)]
    return found


def _inside(content: bytes, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for blob, kind in ((content, ""), *((piece, "inflated ") for piece in _inflated(content))):
        folded = blob.lower()
        for word in words:
            for form, needle in _forms(word):
                if needle.lower() in folded:
                    yield word, kind + form


def _forms(word: str) -> Iterator[tuple[str, bytes]]:
    yield "UTF-8", word.encode()
    yield "UTF-16", word.encode("utf-16-le")
    yield "hexadecimal", word.encode().hex().encode()
    for shift, blurred in enumerate((0, 2, 3)):
        # The first and last letters of base64 depend on the neighbours; those between do not.
        written = base64.b64encode(b"\0" * shift + word.encode())
        between = written[blurred : (shift + len(word.encode())) * 8 // 6]
        if len(between) >= SHORTEST:
            yield "base64", between


def _inflated(content: bytes) -> Iterator[bytes]:
    for header in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        place = content.find(header)
        while place >= 0:
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(content[place:], 1 << 22)
            place = content.find(header, place + 1)
