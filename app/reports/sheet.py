"""One printed sheet: its measures, its palette, and what is to be drawn on it.

Units are points, y grows upward as in PDF, the sheet is US Letter.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from app.reports.pdf_text import Colour, Printable, Run

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
