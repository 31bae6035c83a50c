"""The one door by which text reaches a PDF: made printable, measured, broken into lines, painted.

Patient text is hostile (SECURITY.md L20, P24). Nothing here reads markup, so `<b>` prints as `<b>`. A character that
this program cannot set rightly never becomes a black box or a blank: it prints as its number, `⟦U+738B⟧`.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, MutableMapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, NewType

from reportlab import rl_config
from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFObject,
    PDFStream,
    PDFTrueTypeFont,
    PDFZCompress,
)
from reportlab.pdfbase.ttfonts import FF_NONSYMBOLIC, FF_SYMBOLIC, SUBSETN, TTFont, makeToUnicodeCMap
from reportlab.pdfgen.canvas import Canvas

rl_config.useA85 = 0  # a page's stream as it is: a fifth smaller than written in printable letters

REGULAR, BOLD = "CareLoop-Sans", "CareLoop-Sans-Bold"
FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"
MARK = "⟦"
"""Begins a substitute. In the text itself it is substituted too, so that it always means one."""

Printable = NewType("Printable", str)
"""Text in which every character has a glyph. Only `Typesetter` makes it."""

Colour = tuple[float, float, float]


class Run(NamedTuple):
    """A piece of one line of text, its baseline's left end in points from the page's lower left."""

    x: float
    y: float
    face: str
    size: float
    colour: Colour
    text: Printable


# Signs that papers or usual names have, besides ASCII. They stand in each document's first subset, always at the same
# numbers: so the fonts of nearly all papers are the same bytes, made once in a process and kept once in the clinic.
_USUAL = "·–—’“”…•✓✗▲○−×⟦⟧ÁÉÍÑÓÖÚÜáäçèéíñóöúü"


class _Face(TTFont):
    """A font that sets plain ASCII at once and refuses to draw what has not been made printable."""

    def __init__(self, name: str, filename: str) -> None:
        super().__init__(name, filename, asciiReadable=True, shapable=False)
        self._ready: dict[tuple[int, ...], tuple[bytes, bytes, bytes]] = {}
        self._codes: dict[int, str] = {}  # of the first subset, whatever the document
        self._first: frozenset[str] = frozenset()

    def splitString(self, text: str, doc: object, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: N802
        if text.isascii():  # the first subset holds printable ASCII at its own numbers
            return [(0, text.encode("ascii"))]
        self._begin(doc)
        if self._first.issuperset(text):
            return [(0, text.translate(self._codes).encode("latin-1"))]
        assert _drawable().issuperset(text), "text did not come through the typesetter"
        pieces: list[tuple[int, bytes]] = super().splitString(text, doc, encoding)
        return pieces

    def getSubsetInternalName(self, subset: int, doc: object) -> str:  # noqa: N802
        self._begin(doc)
        name: str = super().getSubsetInternalName(subset, doc)
        return name

    def addObjects(self, doc: Any) -> None:  # noqa: ANN401, N802 - reportlab's document has no type
        """Add the document's fonts as reportlab does, but make the bytes of each subset once in a process."""
        state = self.state[doc]
        state.frozen = 1
        for number, subset in enumerate(state.subsets):
            internal = self.getSubsetInternalName(number, doc)[1:]
            base = b"".join((SUBSETN(number), b"+", self.face.name, self.face.subfontNameX)).decode("ascii")
            key = (number, *subset)
            if key not in self._ready:
                self._ready[key] = self._made(doc, base, subset)
                _keep_few(self._ready)
            program, unicode, widths = (_Ready(content) for content in self._ready[key])
            font: Any = PDFTrueTypeFont()
            font.__Comment__ = f"Font {self.fontName} subset {number}"
            font.Name = internal
            font.BaseFont = base
            font.FirstChar = 0
            font.LastChar = len(subset) - 1
            font.Widths = widths
            font.ToUnicode = doc.Reference(unicode, f"toUnicodeCMap:{base}")
            face = self.face
            font.FontDescriptor = doc.Reference(
                PDFDictionary(
                    {
                        "Type": "/FontDescriptor",
                        "Ascent": face.ascent,
                        "CapHeight": face.capHeight,
                        "Descent": face.descent,
                        "Flags": face.flags & ~FF_NONSYMBOLIC | FF_SYMBOLIC,
                        "FontBBox": PDFArray(face.bbox),
                        "FontName": PDFName(base),
                        "ItalicAngle": face.italicAngle,
                        "StemV": face.stemV,
                        "FontFile2": doc.Reference(program, f"fontFile:{face.filename}({base})"),
                        "MissingWidth": face.defaultWidth,
                    }
                ),
                f"fontDescriptor:{base}",
            )
            doc.Reference(font, internal)
            doc.idToObject["BasicFonts"].dict[internal] = font
        del self.state[doc]

    def _begin(self, doc: object) -> None:
        """Give the document its first subset."""
        if doc not in self.state:
            self.state[doc] = TTFont.State(asciiReadable=True, ttf=self)
            super().splitString("".join(letter for letter in _USUAL if ord(letter) in self.face.charToGlyph), doc)
            if not self._codes:
                state: Any = self.state[doc]
                self._codes = {code: chr(at) for code, at in state.assignments.items() if at < 256}
                self._first = frozenset(map(chr, self._codes)) & _drawable()

    def _made(self, doc: Any, base: str, subset: list[int]) -> tuple[bytes, bytes, bytes]:  # noqa: ANN401 - as above
        program = PDFStream(content=self.face.makeSubset(subset), filters=[PDFZCompress])
        program.dictionary["Length1"] = len(program.content)
        unicode = PDFStream(content=makeToUnicodeCMap(base, subset), filters=[PDFZCompress])
        widths = PDFArray(list(map(self.face.getCharWidth, subset)))
        return program.format(doc), unicode.format(doc), widths.format(doc)


class _Ready(PDFObject):
    """An object whose bytes are ready."""

    __RefOnly__ = 1

    def __init__(self, content: bytes) -> None:
        self._content = content

    def format(self, document: object) -> bytes:  # noqa: ARG002 - reportlab's signature
        return self._content


class Typesetter:
    """Makes text printable, measures it and breaks it into lines, for one document.

    It remembers what it has measured, so it holds patient text: let go of it with the document.
    """

    def __init__(self) -> None:
        self._faces = _faces()
        self._set = _printable()
        self._clean: dict[str, Printable] = {}
        self._words: dict[tuple[str, str], float] = {}
        self._broken: dict[tuple[str, str, float, float], tuple[Printable, ...]] = {}

    def printable(self, text: str) -> Printable:
        """The text with plain line ends, composed letters, and substitutes for what cannot be printed."""
        if text.isascii() and text.isprintable():
            return Printable(text)
        known = self._clean.get(text)
        if known is None:
            known = self._clean[text] = _substituted(text, self._set)
            _keep_small(self._clean)
        return known

    def width(self, text: Printable, face: str, size: float) -> float:
        """How wide one line of text is, in points."""
        key = (text, face)
        thousandths = self._words.get(key)
        if thousandths is None:
            thousandths = self._words[key] = self._faces[face].stringWidth(text, 1000)
            _keep_small(self._words)
        return thousandths * size / 1000

    def lines(self, text: str, face: str, size: float, width: float) -> tuple[Printable, ...]:
        """The text in lines no wider than `width` points; a longer word is broken. At least one line, maybe empty."""
        key = (text, face, size, width)
        known = self._broken.get(key)
        if known is None:
            clean = self.printable(text)
            if "\n" not in clean and self.width(clean, face, size) <= width:
                known = (clean,)
            else:
                known = tuple(line for part in clean.split("\n") for line in self._wrapped(part, face, size, width))
            if len(text) < 200:
                self._broken[key] = known
                _keep_small(self._broken)
        return known

    def shortened(self, text: str, face: str, size: float, width: float) -> Printable:
        """One line no wider than `width`, ending in an ellipsis when the text had to be cut."""
        line = self.printable(" ".join(text.split()))
        if self.width(line, face, size) <= width:
            return line
        return Printable(next(self._chopped(line + " ", face, size, width - size)).rstrip() + "…")

    def _wrapped(self, part: str, face: str, size: float, width: float) -> Iterator[Printable]:
        space = self.width(Printable(" "), face, size)
        line: list[str] = []
        used = 0.0
        for word in part.split(" "):
            wide = self.width(Printable(word), face, size)
            if line and used + space + wide > width:
                yield Printable(" ".join(line))
                line, used = [], 0.0
            if wide > width:
                *whole, rest = self._chopped(word, face, size, width)
                yield from whole
                line, used = [rest], self.width(rest, face, size)
            else:
                used += wide + (space if line else 0.0)
                line.append(word)
        yield Printable(" ".join(line))

    def _chopped(self, word: str, face: str, size: float, width: float) -> Iterator[Printable]:
        begin, used = 0, 0.0
        for at, letter in enumerate(word):
            wide = self.width(Printable(letter), face, size)
            if at > begin and used + wide > width:
                yield Printable(word[begin:at])
                begin, used = at, 0.0
            used += wide
        yield Printable(word[begin:])


def unprintable(text: str) -> str:
    """The characters of `text` that papers must substitute, each once, in order; empty when it prints as it is."""
    fits = _printable()
    return "".join(dict.fromkeys(letter for letter in _composed(text) if letter not in fits))


def name_fonts(canvas: Any) -> None:  # noqa: ANN401 - what is asked of it has no type
    """Give the faces their names within a new document, always the same: equal pages are then equal bytes anywhere."""
    for name in (REGULAR, BOLD):
        _faces()[name].getSubsetInternalName(0, canvas._doc)  # noqa: SLF001 - as in `paint`


def paint(canvas: Any, runs: Iterable[Run]) -> None:  # noqa: ANN401 - what is asked of it has no type
    """Draw the runs in order, which is the order they are read in."""
    doc, faces = canvas._doc, _faces()  # noqa: SLF001 - its text object costs twice as much for the same operators
    out = ["q BT"]
    font: tuple[str, float, int] | None = None
    colour: Colour | None = None
    for run in runs:
        if not run.text:
            continue
        if run.colour != colour:
            colour = run.colour
            out.append(_filling(colour))
        out.append(f"1 0 0 1 {run.x:.2f} {run.y:.2f} Tm")
        face = faces[run.face]
        for subset, piece in face.splitString(run.text, doc):
            if font != (run.face, run.size, subset):
                font = (run.face, run.size, subset)
                out.append(f"{face.getSubsetInternalName(subset, doc)} {run.size:g} Tf")
            out.append(f"({escapePDF(piece)}) Tj")
    out.append("ET Q")
    canvas._code.append(" ".join(out))  # noqa: SLF001 - as above


def paint_typed(canvas: Canvas, size: float, pieces: Iterable[tuple[float, float, str]]) -> None:
    """Draw text (x, y of its baseline) as a typewriter does, every sign 0.6 of `size` wide: for pre-printed forms.

    Forms take plain Latin letters alone; any other sign leaves a blank, as `claim_text` does.
    """
    canvas.setFont("Courier", size)
    for x, y, text in pieces:
        canvas.drawString(x, y, "".join(sign if " " <= sign <= "~" else " " for sign in text))


def paint_shapes(
    canvas: Any,  # noqa: ANN401 - as above
    fills: Iterable[tuple[float, float, float, float, Colour]],
    rules: Iterable[tuple[float, float, float, float, float, Colour]],
) -> None:
    """Draw filled rectangles (x, y, width, height) and above them lines (from, to, thickness)."""
    out = ["q"]
    for x, y, wide, high, colour in fills:
        out.append(f"{_filling(colour)} {x:.2f} {y:.2f} {wide:.2f} {high:.2f} re f")
    for x1, y1, x2, y2, thickness, colour in rules:
        out.append(f"{thickness:g} w {_stroking(colour)} {x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l S")
    out.append("Q")
    canvas._code.append(" ".join(out))  # noqa: SLF001 - as above


@cache
def _filling(colour: Colour) -> str:
    return " ".join(f"{part:g}" for part in colour) + " rg"


@cache
def _stroking(colour: Colour) -> str:
    return " ".join(f"{part:g}" for part in colour) + " RG"


def paint_watermark(canvas: Canvas, text: Printable, colour: Colour, width: float, height: float) -> None:
    """Draw one line of large pale text along the page's diagonal."""
    size = min(46.0, 700 * 46.0 / _faces()[BOLD].stringWidth(text, 46.0))
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(52)
    canvas.setFont(BOLD, size)
    canvas.setFillColorRGB(*colour)
    canvas.drawCentredString(0, -size / 3, text)
    canvas.restoreState()


def bookmark(canvas: Canvas, key: str, title: Printable, level: int, y: float) -> None:
    """Mark this height of the current page and list it in the outline; keys are unique, levels grow by one at most."""
    canvas.bookmarkPage(key, fit="XYZ", left=0, top=y)
    canvas.addOutlineEntry(" ".join(title.split()) or "–", key, level=level, closed=level == 0)


_loading = threading.Lock()
_loaded: dict[str, _Face] = {}


def _faces() -> dict[str, _Face]:
    """Both faces, registered with reportlab once in a process; two jobs may ask at the same time."""
    with _loading:
        if not _loaded:
            for name, file in ((REGULAR, "DejaVuSans.ttf"), (BOLD, "DejaVuSans-Bold.ttf")):
                face = _Face(name, str(FONTS / file))
                pdfmetrics.registerFont(face)
                _loaded[name] = face
    return _loaded


_MARKS = range(0x300, 0x370)


@cache
def _printable() -> frozenset[str]:
    """Letters that both faces have and that stand rightly when simply set one after another, left to right.

    So no right-to-left or joining script, though the font has some of their glyphs, and nothing invisible.
    """
    shared = set.intersection(*(set(face.face.charToGlyph) for face in _faces().values()))
    return frozenset(chr(code) for code in shared if _plain(code)) | {"\n"}


@cache
def _drawable() -> frozenset[str]:
    return _printable() | {MARK}


def _plain(code: int) -> bool:
    letter = chr(code)
    if letter == MARK or unicodedata.bidirectional(letter) in {"R", "AL", "AN"}:
        return False
    kind = unicodedata.category(letter)
    return code in _MARKS or kind[0] in "LNPS" or kind == "Zs"


_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_FLOOD = re.compile("([\u0300-\u036f]{2})([\u0300-\u036f]+)")


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", _BREAKS.sub("\n", text).replace("\t", "    ").replace("\xa0", " "))


def _substituted(text: str, fits: frozenset[str]) -> Printable:
    text = _composed(text)
    if not fits.issuperset(text):
        text = "".join(
            "".join(letters) if fine else _numbers("".join(letters))
            for fine, letters in groupby(text, key=fits.__contains__)
        )
    return Printable(_FLOOD.sub(lambda flood: f"{flood[1]}{MARK}+{len(flood[2])} marks⟧", text))


def _numbers(letters: str) -> str:
    """The numbers of characters that cannot be printed: each, with how often it follows itself."""
    named = ((letter, len(list(same))) for letter, same in groupby(letters))
    return MARK + " ".join(f"U+{ord(letter):04X}" + (f" ×{n}" if n > 1 else "") for letter, n in named) + "⟧"


def _keep_few(made: dict[tuple[int, ...], tuple[bytes, bytes, bytes]]) -> None:
    if len(made) > 40:  # a subset with a paper's own signs is seldom asked for again
        for key in list(made)[2:22]:
            del made[key]


def _keep_small(remembered: MutableMapping[Any, Any]) -> None:
    if len(remembered) > 50_000:
        remembered.clear()
