"""A paper that was taken back: its own pages, as they were made, with VOID across each of them."""

import io

import pikepdf

from app.reports.document import overlay_pdf

_MARK = pikepdf.Name("/CareLoopVoid")  # a name of our own: pikepdf's would be another each time


def void_pdf(content: bytes, words: str) -> bytes:
    """Return a finished paper with `words` across each page. The same paper and words give the same bytes.

    Nothing is drawn again: what the paper said stays readable under the mark.
    """
    marked = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as paper, pikepdf.open(io.BytesIO(overlay_pdf(words))) as overlay:
        mark = paper.copy_foreign(overlay.pages[0].as_form_xobject())
        for page in paper.pages:
            page.add_resource(mark, pikepdf.Name.XObject, _MARK)
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(b"\nQ q /CareLoopVoid Do Q")
        paper.save(marked, deterministic_id=True)
    return marked.getvalue()
