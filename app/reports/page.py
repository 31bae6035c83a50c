"""Pages of a paper: text set from the top down, breaking to a new page where it must; drawn later, when all are known.

Everything is rows of cells. A row that does not fit goes to the next page, or, when it is tall, is split between lines;
so nothing is ever clipped and no text is too long. Units are points, y grows upward as in PDF, the page is US Letter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import NamedTuple

from app.reports.pdf_text import BOLD, MARK, REGULAR, Colour, Printable, Run, Typesetter

WIDTH, HEIGHT = 612.0, 792.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 570.0, 738.0, 66.0
BODY, SMALL, TABLE, TITLE = 9.0, 7.0, 7.5, 17.0

TEXT: Colour = (0.11, 0.15, 0.20)
MUTED: Colour = (0.36, 0.41, 0.46)
ACCENT: Colour = (0.07, 0.35, 0.51)
READY: Colour = (0.07, 0.42, 0.24)
WARN: Colour = (0.54, 0.33, 0.0)
BLOCK: Colour = (0.66, 0.11, 0.10)
RULE: Colour = (0.80, 0.83, 0.86)
SHADE: Colour = (0.945, 0.955, 0.965)


class Fill(NamedTuple):
    """A filled rectangle, lower left corner and size."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


class Rule(NamedTuple):
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    thickness: float
    colour: Colour


class Mark(NamedTuple):
    """A bookmark at a height of the page."""

    key: str
    title: Printable
    level: int
    y: float


class Link(NamedTuple):
    """A place on the page that leads to a bookmark."""

    key: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(slots=True)
class Page:
    """What is to be drawn on one page. `substituted` says that some character stands there by its number."""

    runs: list[Run] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    substituted: bool = False


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
        self._put([Column(1)], Row((Cell(text, bold=True),)), _Look(TITLE, 22, 4, 2))
        if under:
            self._put([Column(1)], Row((Cell(under, colour=MUTED),)), _Look(11, 15, under=6))

    def heading(self, text: str, key: str | None = None, level: int = 1, room: float = 84) -> None:
        """A part's heading with a rule, kept together with `room` points of what follows; `key` bookmarks it."""
        self.space(14)
        self.need(room)
        self.mark(text, key, level)
        self._put([Column(1)], Row((Cell(text, bold=True, colour=ACCENT),)), _Look(11.5, 15, under=2))
        self._rule(LEFT, RIGHT, 0.8, ACCENT)
        self._y -= 6

    def subheading(self, text: str) -> None:
        """A heading within a part."""
        self.space(6)
        self.need(48)
        self._put([Column(1)], Row((Cell(text, bold=True),)), _Look(BODY, 12.5, under=3))

    def mark(self, text: str, key: str | None, level: int) -> None:
        """Bookmark this place, when there is a key."""
        if key:
            self._page.marks.append(Mark(key, self.typesetter.printable(text), level, self._y + 4))

    def paragraph(self, text: str | Cell, *, small: bool = False) -> None:
        """Running text; line ends in it are kept."""
        self._put([Column(1)], Row((text,)), _FINE if small else _PROSE)

    def items(self, items: Sequence[str]) -> None:
        """A list, each item with a dot."""
        for item in items:
            self.item("•", item)

    def item(self, sign: str, text: str) -> None:
        """One item of a list, after its sign or number."""
        self._put([Column(3), Column(97)], Row((sign, text)), _PROSE)

    def facts(self, pairs: Sequence[tuple[str, str | Cell]], *, pairs_a_row: int = 2) -> None:
        """Names and values, two pairs (or one) a row; names are muted."""
        columns = [Column(19), Column(31)] * 2 if pairs_a_row == 2 else [Column(19), Column(81)]
        cells = [cell for name, value in pairs for cell in (Cell(name, colour=MUTED), value)]
        step = 2 * pairs_a_row
        rows = [Row(tuple(cells[at : at + step])) for at in range(0, len(cells), step)]
        self.need(min(sum(self._height(columns, row, _FACTS) for row in rows), 160))
        for row in rows:
            self._put(columns, row, _FACTS)
        self.space(5)

    def table(
        self, columns: Sequence[Column], rows: Sequence[Row], *, empty: str = "None on record.", dense: bool = False
    ) -> None:
        """Rows under column titles that are repeated on each page; `empty` stands there when there is no row."""
        if not rows:
            self.paragraph(Cell(empty, colour=MUTED))
            return
        look = _DENSE if dense else _GRID
        titles = Row(tuple(Cell(column.title, bold=True, colour=MUTED) for column in columns))
        self.need(self._height(columns, titles, look) + min(self._height(columns, rows[0], look), 200))
        self._head(columns, titles, look)
        for row in rows:
            self._put(columns, row, look, titles)
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
        self._put([Column(1)], Row((Cell(name, bold=True, colour=ACCENT),)), _Look(13, 17))
        for line in lines:
            self._put([Column(1)], Row((Cell(line, colour=MUTED),)), _Look(8, 11))
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

    def _head(self, columns: Sequence[Column], titles: Row, look: _Look) -> None:
        self._draw(self._lines(columns, titles, look), look, replace(titles, shaded=True))

    def _height(self, columns: Sequence[Column], row: Row, look: _Look) -> float:
        return len(self._lines(columns, row, look)) * look.leading + look.above + look.under

    def _put(self, columns: Sequence[Column], row: Row, look: _Look, titles: Row | None = None) -> None:
        """Set one row here or on the next page; split it between lines when it is taller than a good part of a page."""
        lines = self._lines(columns, row, look)
        extra = look.above + look.under
        while lines:
            fits = int((self._y - BOTTOM - extra + 0.01) // look.leading)
            if fits < len(lines) and (fits < 2 or len(lines) * look.leading < 160):
                self.new_page()
                if titles:
                    self._head(columns, titles, look)
                fits = int((self._y - BOTTOM - extra) // look.leading)
            self._draw(lines[:fits], look, row)
            lines = lines[fits:]

    def _draw(self, lines: Sequence[_Line], look: _Look, row: Row | None = None) -> None:
        top = self._y
        height = len(lines) * look.leading + look.above + look.under
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
        unit = (RIGHT - LEFT) / sum(column.share for column in columns)
        lines: list[_Line] = []
        x = LEFT
        for number, (column, cell) in enumerate(zip(columns, row.cells, strict=False)):
            wide = RIGHT - LEFT if row.wide else column.share * unit
            _lay(lines, 0, self._bits(row, cell, look, _Slot(number, x, wide, column.right)))
            x += wide
        below_x = LEFT + sum(column.share for column in columns[: row.below_from]) * unit
        for number, cell in enumerate(row.below, len(columns)):
            _lay(lines, len(lines), self._bits(row, cell, look, _Slot(number, below_x, RIGHT - below_x, right=False)))
        return lines

    def _bits(self, row: Row, cell: str | Cell, look: _Look, slot: _Slot) -> Iterator[_Bit]:
        """The cell's lines, from its first on."""
        text, bold, colour = (cell, False, TEXT) if isinstance(cell, str) else (cell.text, cell.bold, cell.colour)
        face = BOLD if bold or row.bold else REGULAR
        room = slot.width - look.before - look.after
        x = slot.x + look.before
        for line in self.typesetter.lines(text, face, look.size, room):
            indent = room - self.typesetter.width(line, face, look.size) if slot.right else 0.0
            yield _Bit(x + indent, face, colour, line, row.struck and isinstance(cell, str), slot.cell)


def _lay(lines: list[_Line], at: int, bits: Iterator[_Bit]) -> None:
    """Put the lines of a cell beside those of its neighbours, from line `at` on."""
    for number, bit in enumerate(bits, at):
        if number == len(lines):
            lines.append([])
        if bit.text:
            lines[number].append(bit)


def _box(x: float, y: float, wide: float, high: float) -> tuple[Rule, ...]:
    corners = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
    return tuple(Rule(*corners[at], *corners[(at + 1) % 4], 0.6, RULE) for at in range(4))
