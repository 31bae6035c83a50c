"""A paper that was taken back: its own pages, as they were made, with VOID across each of them."""

import io

import pikepdf

from app.reports.document import overlay_pdf
from app.reports.sheet import HEIGHT, WIDTH


def void_pdf(content: bytes, words: str) -> bytes:
    """Return a finished paper with `words` across each page. The same paper and words give the same bytes.

    Nothing is drawn again: what the paper said stays readable under the mark.
    """
    marked = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as paper, pikepdf.open(io.BytesIO(overlay_pdf(words))) as mark:
        for page in paper.pages:
            page.add_overlay(mark.pages[0], pikepdf.Rectangle(0, 0, WIDTH, HEIGHT))
        paper.save(marked, deterministic_id=True)
    return marked.getvalue()
