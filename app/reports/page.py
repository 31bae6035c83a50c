"""Pages of a paper: text set from the top down, breaking to a new page where it must; drawn later, when all are known.

Everything is rows of cells. A row that does not fit goes to the next page, or, when it is tall, is split between lines;
so nothing is ever clipped and no text is too long. Units are points, y grows upward as in PDF, the page is US Letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from app.reports.pdf_text import BOLD, MARK, REGULAR, Colour, Printable, Run, Typesetter
from app.reports.sheet import (
    ACCENT,
    BODY,
    BOTTOM,
    LEFT,
    MUTED,
    RIGHT,
    RULE,
    SHADE,
    SMALL,
    TABLE,
    TEXT,
    TITLE,
    TOP,
    Fill,
    Link,
    Mark,
    Page,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """Text with its own look; a plain `str` is a cell in the row's look."""

    text: str
    bold: bool = False
    colour: Colour = TEXT


@dataclass(frozen=True, slots=True)
class Column:
    """A column's width share, title and side. Shares are scaled to the paper's width."""

    share: float
    title: str = ""
    right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells from the left; `below` are further lines of text under them, from column `below_from` to the right edge.

    `struck` draws a line through the plain texts,
    not through a `Cell`. `wide` lets the first cell run over the whole width. `link` is the bookmark a click leads to.
    """

    cells: tuple[str | Cell, ...]
    below: tuple[str | Cell, ...] = ()
    below_from: int = 1
    bold: bool = False
    struck: bool = False
    wide: bool = False
    shaded: bool = False
    link: str | None = None


class _Bit(NamedTuple):
    """A piece of one line of a row, before it has a height on a page."""

    x: float
    face: str
    colour: Colour
    text: Printable
    struck: bool = False
    cell: int = 0


_Line = list[_Bit]


class _Slot(NamedTuple):
    line: int
    cell: int
    x: float
    width: float
    right: bool


class _Look(NamedTuple):
    size: float
    leading: float
    above: float = 0
    under: float = 0
    before: float = 0
    after: float = 0
    ruled: bool = False


_PROSE = _Look(BODY, 12.5, under=4)
_FINE = _Look(SMALL, 9.5, under=3)
_LARGE = _Look(16, 22, under=7)
_FACTS = _Look(BODY, 12, 1.5, 1.5, after=8)
_GRID = _Look(TABLE, 9.6, 3, 3, before=3, after=3, ruled=True)
_DENSE = _Look(SMALL, 9.2, 3, 3, before=2, after=3, ruled=True)


class Flow:
    """Sets a paper from the first page's top to the last page's end."""

    def __init__(self, typesetter: Typesetter) -> None:
        self.typesetter = typesetter
        self.pages: list[Page] = []
        self._y = 0.0
        self.new_page()

    def new_page(self) -> None:
        """Begin a page, unless the current one is still empty."""
        if self.pages and self._y == TOP:
            return
        self.pages.append(Page())
        self._y = TOP

    def space(self, points: float) -> None:
        """Leave a gap; it is swallowed by the end of a page."""
        if self._y != TOP:
            self._y = max(self._y - points, BOTTOM)

    def need(self, points: float) -> None:
        """Go to a new page when fewer than `points` are left on this one."""
        if self._y - points < BOTTOM:
            self.new_page()

    def title(self, text: str, under: str = "") -> None:
        """The paper's own name, large."""
        self._put(Row((Cell(text, bold=True),)), _Look(TITLE, 22, 4, 2))
        if under:
            self._put(Row((Cell(under, colour=MUTED),)), _Look(11, 15, under=6))

    def heading(self, text: str, key: str | None = None, level: int = 1, room: float = 84) -> None:
        """A part's heading with a rule, kept together with `room` points of what follows; `key` bookmarks it."""
        self.space(14)
        self.need(room)
        self.mark(text, key, level)
        self._put(Row((Cell(text, bold=True, colour=ACCENT),)), _Look(11.5, 15, under=2))
        self._rule(LEFT, RIGHT, 0.8, ACCENT)
        self._y -= 6

    def subheading(self, text: str, room: float = 48) -> None:
        """A heading within a part, kept together with `room` points of what follows."""
        self.space(6)
        self.need(room)
        self._put(Row((Cell(text, bold=True),)), _Look(BODY, 12.5, under=3))

    def mark(self, text: str, key: str | None, level: int) -> None:
        """Bookmark this place, when there is a key."""
        if key:
            self._page.marks.append(Mark(key, self.typesetter.printable(text), level, self._y + 4))

    def paragraph(self, text: str | Cell, *, small: bool = False) -> None:
        """Running text; line ends in it are kept."""
        self._put(Row((text,)), _FINE if small else _PROSE)

    def large(self, text: str | Cell) -> None:
        """Running text in the size that patients' papers are read in without glasses (16 points)."""
        self._put(Row((text,)), _LARGE)

    def large_item(self, sign: str, text: str | Cell) -> None:
        """One item of a list in that size."""
        row = Row((Cell(sign, bold=True, colour=ACCENT), text))
        self._place(self._lines([Column(6), Column(94)], row, _LARGE), _LARGE, row)

    def large_heading(self, text: str, key: str) -> None:
        """A part's heading in a patient's paper, kept together with two lines of what follows."""
        self.space(16)
        self.need(96)
        self.mark(text, key, 1)
        self._put(Row((Cell(text, bold=True, colour=ACCENT),)), _Look(20, 27, under=3))
        self._rule(LEFT, RIGHT, 1.2, ACCENT)
        self._y -= 10

    def items(self, items: Sequence[str]) -> None:
        """A list, each item with a dot."""
        for item in items:
            self.item("•", item)

    def item(self, sign: str, text: str) -> None:
        """One item of a list, after its sign or number."""
        row = Row((sign, text))
        self._place(self._lines([Column(3), Column(97)], row, _PROSE), _PROSE, row)

    def facts(self, pairs: Sequence[tuple[str, str | Cell]], *, pairs_a_row: int = 2) -> None:
        """Names and values, two pairs (or one) a row; names are muted."""
        columns = [Column(19), Column(31)] * 2 if pairs_a_row == 2 else [Column(19), Column(81)]
        cells = [cell for name, value in pairs for cell in (Cell(name, colour=MUTED), value)]
        step = 2 * pairs_a_row
        rows = [self._lines(columns, Row(tuple(cells[at : at + step])), _FACTS) for at in range(0, len(cells), step)]
        self.need(min(sum(_height(lines, _FACTS) for lines in rows), 160))
        for lines in rows:
            self._place(lines, _FACTS)
        self.space(5)

    def table(
        self, columns: Sequence[Column], rows: Sequence[Row], *, empty: str = "None on record.", dense: bool = False
    ) -> None:
        """Rows under column titles that are repeated on each page; `empty` stands there when there is no row."""
        if not rows:
            self.paragraph(Cell(empty, colour=MUTED))
            return
        look = _DENSE if dense else _GRID
        titles = Row(tuple(Cell(column.title, bold=True, colour=MUTED) for column in columns), shaded=True)
        head = self._lines(columns, titles, look)
        first = self._lines(columns, rows[0], look)
        self.need(_height(head, look) + min(_height(first, look), 200))
        self._draw(head, look, titles)
        self._place(first, look, rows[0], head, titles)
        for row in rows[1:]:
            self._place(self._lines(columns, row, look), look, row, head, titles)
        self.space(5)

    def signature_lines(self, labels: Sequence[str]) -> None:
        """Blank lines to be signed by hand, side by side, a label under each."""
        self.space(24)
        self.need(24)
        gap = 18.0
        wide = (RIGHT - LEFT - gap * (len(labels) - 1)) / len(labels)
        for at, label in enumerate(labels):
            x = LEFT + at * (wide + gap)
            self._page.rules.append(Rule(x, self._y, x + wide, self._y, 0.6, TEXT))
            self._text(_Bit(x, REGULAR, MUTED, self.typesetter.printable(label)), self._y - 10, SMALL)
        self._y -= 22

    def letterhead(self, name: str, lines: Sequence[str]) -> None:
        """The clinic's name and how to reach it, once, at the top of the first page."""
        self._put(Row((Cell(name, bold=True, colour=ACCENT),)), _Look(13, 17))
        for line in lines:
            self._put(Row((Cell(line, colour=MUTED),)), _Look(8, 11))
        self._y -= 4
        self._rule(LEFT, RIGHT, 1.2, ACCENT)
        self._y -= 16

    def grid(self, words: Sequence[str], across: int) -> None:
        """Numbered words, large, each in a box, to be read and typed by a person."""
        wide, high = (RIGHT - LEFT) / across, 29.0
        tall = high * -(-len(words) // across)
        self.need(tall)
        for at, word in enumerate(words):
            x, y = LEFT + at % across * wide, self._y - (at // across + 1) * high
            self._page.rules.extend(_box(x, y, wide, high))
            self._text(_Bit(x + 8, REGULAR, MUTED, Printable(str(at + 1))), y + 10.5, BODY)
            text = self.typesetter.shortened(word, BOLD, 12, wide - 36)
            self._text(_Bit(x + 28, BOLD, TEXT, text), y + 10, 12)
        self._y -= tall + 8

    def room(self, points: float) -> tuple[Page, float]:
        """Leave room for a drawing of that height; return the page it is on, and the height of the room's top."""
        self.need(points)
        top = self._y
        self._y = top - points
        return self._page, top

    @property
    def _page(self) -> Page:
        return self.pages[-1]

    def _rule(self, x1: float, x2: float, thickness: float, colour: Colour) -> None:
        self._page.rules.append(Rule(x1, self._y, x2, self._y, thickness, colour))

    def _text(self, bit: _Bit, y: float, size: float) -> None:
        self._page.runs.append(Run(bit.x, y, bit.face, size, bit.colour, bit.text))
        if MARK in bit.text:
            self._page.substituted = True
        if bit.struck:
            end = bit.x + self.typesetter.width(bit.text, bit.face, size)
            self._page.rules.append(Rule(bit.x, y + size * 0.28, end, y + size * 0.28, 0.6, bit.colour))

    def _put(self, row: Row, look: _Look) -> None:
        self._place(self._lines([Column(1)], row, look), look, row)

    def _place(
        self,
        lines: list[_Line],
        look: _Look,
        row: Row | None = None,
        head: Sequence[_Line] = (),
        titles: Row | None = None,
    ) -> None:
        """Set one row here or on the next page; split it between lines when it is taller than a good part of a page.

        A new page begins with the table's head, when there is one.
        """
        extra = look.above + look.under
        keep = 24 if row and row.wide else 0  # a group's name stays with its first row
        while lines:
            fits = int((self._y - BOTTOM - extra - keep + 0.01) // look.leading)
            if fits < len(lines) and (fits < 2 or len(lines) * look.leading < 160):
                self.new_page()
                if head:
                    self._draw(head, look, titles)
                fits = int((self._y - BOTTOM - extra) // look.leading)
            self._draw(lines[:fits], look, row)
            lines = lines[fits:]

    def _draw(self, lines: Sequence[_Line], look: _Look, row: Row | None = None) -> None:
        top = self._y
        height = _height(lines, look)
        if row and row.shaded:
            self._page.fills.append(Fill(LEFT, top - height, RIGHT - LEFT, height, SHADE))
        y = top - look.above - look.size
        placed = [(bit.cell, y - at * look.leading, bit) for at, line in enumerate(lines) for bit in line]
        if len(lines) > 1:  # cell by cell, so that what reads the file aloud or searches it finds each cell whole
            placed.sort(key=itemgetter(0))
        for _cell, baseline, bit in placed:
            self._text(bit, baseline, look.size)
        self._y = top - height
        if look.ruled:
            self._rule(LEFT, RIGHT, 0.4, RULE)
        if row and row.link:
            self._page.links.append(Link(row.link, LEFT, self._y, RIGHT, top))

    def _lines(self, columns: Sequence[Column], row: Row, look: _Look) -> list[_Line]:
        """The row's cells broken into lines, those of neighbours side by side, those below after them."""
        unit = (RIGHT - LEFT) / sum(column.share for column in columns)
        lines: list[_Line] = []
        x = LEFT
        number = 0
        for column, cell in zip(columns, row.cells, strict=False):
            wide = RIGHT - LEFT if row.wide else column.share * unit
            self._lay(lines, row, cell, look, _Slot(0, number, x, wide, column.right))
            x += wide
            number += 1
        if row.below:
            x = LEFT + sum(column.share for column in columns[: row.below_from]) * unit
            for cell in row.below:
                self._lay(lines, row, cell, look, _Slot(len(lines), number, x, RIGHT - x, right=False))
                number += 1
        return lines

    def _lay(self, lines: list[_Line], row: Row, cell: str | Cell, look: _Look, slot: _Slot) -> None:
        """Add one cell's lines to the row's, from the slot's line on."""
        if isinstance(cell, str):
            text, face, colour, struck = cell, BOLD if row.bold else REGULAR, TEXT, row.struck
        else:
            text, face, colour, struck = cell.text, BOLD if row.bold or cell.bold else REGULAR, cell.colour, False
        typesetter = self.typesetter
        at = slot.line
        room = slot.width - look.before - look.after
        left = slot.x + look.before
        for line in typesetter.lines(text, face, look.size, room):
            if at == len(lines):
                lines.append([])
            if line:
                x = left + room - typesetter.width(line, face, look.size) if slot.right else left
                lines[at].append(_Bit(x, face, colour, line, struck, slot.cell))
            at += 1


def _height(lines: Sequence[_Line], look: _Look) -> float:
    return len(lines) * look.leading + look.above + look.under


def _box(x: float, y: float, wide: float, high: float) -> tuple[Rule, ...]:
    corners = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
    return tuple(Rule(*corners[at], *corners[(at + 1) % 4], 0.6, RULE) for at in range(4))
