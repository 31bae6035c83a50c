"""One PDF put behind another, its bookmarks under one of its own."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf


def appended(front: bytes, others: Sequence[tuple[str, bytes]]) -> bytes:
    """Return `front` with each (title, PDF) behind it, page for page as it is. The same files give the same bytes."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(front)) as whole:
        for title, content in others:
            with pikepdf.open(io.BytesIO(content)) as other:
                first = len(whole.pages)
                marks = list(_bookmarks(other))
                whole.pages.extend(other.pages)
                with whole.open_outline() as outline:
                    item = pikepdf.OutlineItem(title, first)
                    item.children.extend(pikepdf.OutlineItem(text, first + page) for text, page in marks)
                    outline.root.append(item)
        whole.save(made, deterministic_id=True)
    return made.getvalue()


def _bookmarks(paper: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401 - pikepdf comes without types
    """Yield the bookmarks of a paper, all levels in order, with the page each leads to."""
    places = {page.objgen: number for number, page in enumerate(paper.pages)}
    named = paper.Root.get("/Dests")
    with paper.open_outline() as outline:
        waiting = list(outline.root)
        while waiting:
            item = waiting.pop(0)
            waiting[:0] = item.children
            target = item.destination
            if isinstance(target, pikepdf.Name) and named is not None:
                target = named.get(str(target))
            if isinstance(target, pikepdf.Dictionary):
                target = target.get("/D")
            if isinstance(target, pikepdf.Array):
                yield item.title, places.get(target[0].objgen, 0)
