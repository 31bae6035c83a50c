"""Reading papers back, as a person with another program would."""

import io
import re

from pypdf import PdfReader
from pypdf.generic import Destination


def pages(pdf: bytes) -> list[str]:
    """The text of each page, runs of white space as one space."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def tight(words: str) -> str:
    """Without white space, for text that a column may have broken anywhere."""
    return re.sub(r"\s+", "", words)


def outline(pdf: bytes) -> list[tuple[int, str, int]]:
    """The bookmarks as (level, title, page number from 1)."""
    reader = PdfReader(io.BytesIO(pdf))
    numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages, 1) if page.indirect_reference}
    found: list[tuple[int, str, int]] = []

    def walk(entries: list[Destination | list[object]], level: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, level + 1)  # type: ignore[arg-type]  # pypdf's outline is nested without an end
            else:
                found.append((level, str(entry.title), numbers[entry.raw_get("/Page").idnum]))

    walk(reader.outline, 0)  # type: ignore[arg-type]
    return found
