"""Charts on paper, of the same values and in the same forms as on the screen; labelled directly, readable in grey."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from app.reports.page import Flow
from app.reports.pdf_text import BOLD, REGULAR, Colour, Run, Typesetter
from app.reports.sheet import (
    ACCENT,
    BLOCK,
    LEFT,
    MUTED,
    READY,
    RIGHT,
    SMALL,
    TEXT,
    WARN,
    Fill,
    Page,
    Rule,
)
from app.rules.report import LIGHTER, Chart, Series, Tone, shortly

_HEIGHT = 118.0
_LABELS = 14.0
_HEAD = 30.0
_BARS = 0.68
_TONES: dict[Tone, Colour] = {"accent": ACCENT, "ready": READY, "warn": WARN, "block": BLOCK, "muted": MUTED}


class _Frame(NamedTuple):
    """Where on its page a chart is drawn: the base line, its height, and the width of one place."""

    page: Page
    base: float
    height: float
    step: float
    top: int


def draw_chart(flow: Flow, chart: Chart) -> None:
    """Set a chart: its title, its legend where there is more than one series, and the drawing."""
    if not chart.places:
        return
    flow.space(6)
    page, top = flow.room(_HEAD + _HEIGHT + _LABELS)
    setter = flow.typesetter
    _text(page, setter, LEFT, top - 10, chart.title, size=9, face=BOLD)
    if len(chart.series) > 1:
        _legend(page, setter, top - 22, chart.series)
    step = (RIGHT - LEFT) / len(chart.places)
    frame = _Frame(page, top - _HEAD - _HEIGHT, _HEIGHT - 12, step, chart.top)
    page.rules.append(Rule(LEFT, frame.base, RIGHT, frame.base, 0.8, MUTED))
    if chart.shape == "line":
        _lines(frame, setter, chart)
    elif chart.shape == "stacked":
        _stacks(frame, setter, chart)
    else:
        _bars(frame, setter, chart)
    _places(frame, setter, chart)
    if chart.note:
        flow.paragraph(chart.note, small=True)


def tone_of(tone: Tone) -> Colour:
    """Return the colour of a tone as charts are printed."""
    away = LIGHTER[tone]
    red, green, blue = _TONES[tone]
    return red + (1 - red) * away, green + (1 - green) * away, blue + (1 - blue) * away


def _bars(frame: _Frame, setter: Typesetter, chart: Chart) -> None:
    wide = frame.step * _BARS / len(chart.series)
    wide = min(wide, 46.0)
    for number, each in enumerate(chart.series):
        for at, value in enumerate(each.values):
            if not value:
                continue
            middle = LEFT + (at + 0.5) * frame.step
            x = middle + (number - len(chart.series) / 2) * wide
            high = frame.height * value / frame.top
            frame.page.fills.append(Fill(x, frame.base, wide - 1, high, tone_of(each.tone)))
            _value(frame, setter, (x + wide / 2, frame.base + high), value, chart, room=wide + 10)


def _stacks(frame: _Frame, setter: Typesetter, chart: Chart) -> None:
    wide = min(frame.step * _BARS, 46.0)
    for at in range(len(chart.places)):
        x, y, total = LEFT + (at + 0.5) * frame.step - wide / 2, frame.base, 0
        for each in chart.series:
            value = each.values[at] or 0
            high = frame.height * value / frame.top
            frame.page.fills.append(Fill(x, y, wide, high, tone_of(each.tone)))
            y, total = y + high, total + value
            if high:
                frame.page.rules.append(Rule(x, y, x + wide, y, 0.7, (1, 1, 1)))
        if total:
            _value(frame, setter, (x + wide / 2, y), total, chart, room=frame.step)


def _lines(frame: _Frame, setter: Typesetter, chart: Chart) -> None:
    for each in chart.series:
        colour = tone_of(each.tone)
        points = [
            (LEFT + (at + 0.5) * frame.step, frame.base + frame.height * value / frame.top, value)
            for at, value in enumerate(each.values)
            if value is not None
        ]
        for (x1, y1, _), (x2, y2, _) in itertools.pairwise(points):
            frame.page.rules.append(Rule(x1, y1, x2, y2, 1.6, colour))
        for x, y, _ in points:
            frame.page.fills.append(Fill(x - 2, y - 2, 4, 4, colour))
        if points:
            x, y, value = points[-1]
            _value(frame, setter, (x, y + 2), value, chart, room=frame.step * 2)


def _value(
    frame: _Frame, setter: Typesetter, at: tuple[float, float], value: int, chart: Chart, *, room: float
) -> None:
    """Write a value above what stands for it, its middle and top at `at`, where it has room."""
    middle, y = at
    words = setter.printable(shortly(value, chart.unit))
    wide = setter.width(words, REGULAR, SMALL)
    if wide <= room:
        frame.page.runs.append(Run(middle - wide / 2, y + 2, REGULAR, SMALL, TEXT, words))


def _places(frame: _Frame, setter: Typesetter, chart: Chart) -> None:
    """Write the places under the base line; where they have no room, every second, third … of them."""
    widest = max(setter.width(setter.printable(place), REGULAR, SMALL) for place in chart.places)
    every = max(1, int(-(-(min(widest, 60.0) + 4) // frame.step)))
    for at, place in enumerate(chart.places):
        if at % every:
            continue
        words = setter.shortened(place, REGULAR, SMALL, max(frame.step * every - 4, 14))
        x = LEFT + (at + 0.5) * frame.step - setter.width(words, REGULAR, SMALL) / 2
        frame.page.runs.append(Run(max(x, LEFT), frame.base - 9, REGULAR, SMALL, MUTED, words))


def _legend(page: Page, setter: Typesetter, y: float, series: Sequence[Series]) -> None:
    x = LEFT
    for each in series:
        page.fills.append(Fill(x, y - 1, 8, 8, tone_of(each.tone)))
        words = setter.printable(each.name)
        page.runs.append(Run(x + 12, y, REGULAR, SMALL + 1, TEXT, words))
        x += 12 + setter.width(words, REGULAR, SMALL + 1) + 16


def _text(page: Page, setter: Typesetter, x: float, y: float, text: str, *, size: float, face: str) -> None:
    page.runs.append(Run(x, y, face, size, TEXT, setter.shortened(text, face, size, RIGHT - x)))
