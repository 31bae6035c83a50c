"""Laid-out pages to PDF bytes: running heads and feet, watermark, bookmarks, page x of y. Same pages, same bytes."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from app.reports.pdf_text import (
    MARK,
    REGULAR,
    Colour,
    Printable,
    Run,
    Typesetter,
    bookmark,
    name_fonts,
    paint,
    paint_shapes,
    paint_watermark,
)
from app.reports.sheet import HEIGHT, LEFT, MUTED, RIGHT, RULE, SMALL, WARN, WIDTH, Page, Rule

_PALE: Colour = (0.925, 0.93, 0.94)
_STAMP: Colour = (0.80, 0.20, 0.18)
_NOTICE = (
    "Characters that this paper cannot print stand here by their numbers (U+…). The record holds them as they were."
)


class Cancelled(Exception):
    """The person asked to stop; nothing was made."""


def overlay_pdf(words: str) -> bytes:
    """One page with nothing but `words` along its diagonal, to be laid over the pages of a finished paper."""
    typesetter = Typesetter()
    document = Document("", typesetter)
    document.stamp(words)
    return document.finished()


@dataclass(frozen=True, slots=True)
class Furniture:
    """What each page of a paper repeats: what it is and whose at the top; what it holds, when and by whom at the foot.

    `foot` is put before "page x of y", `ident` after it.
    """

    what: str
    whose: str
    foot: str
    ident: str
    made: str
    watermark: str = ""


class Document:
    """One PDF file, made from front to back. `title` is readable without opening it, so it names no patient."""

    def __init__(self, title: str, typesetter: Typesetter) -> None:
        self.typesetter = typesetter
        self._bytes = io.BytesIO()
        os.environ.pop("SOURCE_DATE_EPOCH", None)  # reportlab would date the file by it, and print other bytes
        self._canvas = Canvas(
            self._bytes, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1, pdfVersion=(1, 4), lang="en-US"
        )
        name_fonts(self._canvas)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("CareLoop")
        self._canvas.setCreator("CareLoop")
        self._canvas.setSubject("")
        self._count = 0

    @property
    def count(self) -> int:
        """Pages so far."""
        return self._count

    def add(self, pages: Sequence[Page], furniture: Furniture) -> None:
        """Draw a paper's pages, numbered among themselves."""
        for number, page in enumerate(pages, 1):
            self._watermark(furniture)
            self._draw(page)
            self._finish(page, furniture, number, len(pages))

    def stamp(self, words: str) -> None:
        """Add a page that says `words` along its diagonal, half transparent, and nothing else."""
        self._canvas.setFillAlpha(0.45)
        paint_watermark(self._canvas, self.typesetter.printable(words), _STAMP, WIDTH, HEIGHT)
        self._canvas.showPage()
        self._count += 1

    def add_later(self, pages: Sequence[Page], furniture: Furniture, name: str) -> None:
        """Pages whose text is not known yet (`fill` brings it); bookmarks and links are taken as they are now."""
        for number, page in enumerate(pages, 1):
            self._watermark(furniture)
            self._canvas.doForm(f"{name}{number}")
            self._finish(page, furniture, number, len(pages))

    def fill(self, pages: Sequence[Page], name: str) -> None:
        """The text of the pages that `add_later` left open under this name."""
        for number, page in enumerate(pages, 1):
            self._canvas.beginForm(f"{name}{number}")
            self._draw(page)
            self._canvas.endForm()

    def finished(self) -> bytes:
        """The whole file."""
        self._canvas.showOutline()
        self._canvas.save()
        return self._bytes.getvalue()

    def _watermark(self, furniture: Furniture) -> None:
        if furniture.watermark:
            text = self.typesetter.printable(furniture.watermark)
            paint_watermark(self._canvas, text, _PALE, WIDTH, HEIGHT)

    def _draw(self, page: Page) -> None:
        paint_shapes(self._canvas, page.fills, page.rules)
        paint(self._canvas, page.runs)

    def _finish(self, page: Page, furniture: Furniture, number: int, total: int) -> None:
        for mark in page.marks:
            bookmark(self._canvas, mark.key, mark.title, mark.level, mark.y)
        for link in page.links:
            self._canvas.linkRect("", link.key, (link.x1, link.y1, link.x2, link.y2), thickness=0)
        paint_shapes(self._canvas, (), (Rule(LEFT, 50, RIGHT, 50, 0.5, RULE),))
        paint(self._canvas, self._furniture(page, furniture, number, total))
        self._canvas.showPage()
        self._count += 1

    def _furniture(self, page: Page, furniture: Furniture, number: int, total: int) -> list[Run]:
        whose = self._run(furniture.whose, 758, (RIGHT - LEFT) * 0.62, right=True)
        what = self._run(furniture.what, 758, whose.x - LEFT - 12)
        parts = (self._short(furniture.foot, 250), f"page {number} of {total}", self._short(furniture.ident, 200))
        foot = self._run(" · ".join(part for part in parts if part), 39, RIGHT - LEFT)
        runs = [what, whose, foot, self._run(furniture.made, 29, RIGHT - LEFT)]
        if page.substituted or any(MARK in run.text for run in runs):
            runs.append(self._run(_NOTICE, 54, RIGHT - LEFT, colour=WARN))
        return runs

    def _short(self, text: str, room: float) -> Printable:
        return self.typesetter.shortened(text, REGULAR, SMALL, room)

    def _run(self, text: str, y: float, room: float, *, right: bool = False, colour: Colour = MUTED) -> Run:
        line = self._short(text, room)
        wide = self.typesetter.width(line, REGULAR, SMALL)
        return Run(RIGHT - wide if right else LEFT, y, REGULAR, SMALL, colour, line)
