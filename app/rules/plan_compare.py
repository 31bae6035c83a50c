"""Two versions of a care plan side by side: what was added, what was taken out, word by word."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from app.rules.care_plan import SectionText, item_line
from app.rules.plan_items import item_ref

Mark = Literal["same", "added", "removed"]

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE = 0.5
"""From how much of two lines' words in common on they are taken for one that was changed."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together, and whether they are in both versions."""

    text: str
    mark: Mark = "same"


@dataclass(frozen=True, slots=True)
class LinePair:
    """A line as the older version and as the newer one has it; without runs on the side that does not have it."""

    old: tuple[Run, ...]
    new: tuple[Run, ...]

    @property
    def is_changed(self) -> bool:
        return any(run.mark != "same" for run in (*self.old, *self.new))


@dataclass(frozen=True, slots=True)
class SectionPair:
    """An element of the plan in both versions; `lines` in the order of the newer one."""

    key: str
    title: str
    lines: tuple[LinePair, ...]

    @property
    def is_changed(self) -> bool:
        return any(line.is_changed for line in self.lines)


_Line = tuple[str, str]
"""What a line is known by in both versions (an item's name; empty for text), and its words."""


def compared(old: Iterable[SectionText], new: Iterable[SectionText]) -> tuple[SectionPair, ...]:
    """Return the elements of two versions that say something in either, each with its lines side by side.

    Nothing is left out: the old runs of all lines of an element are its old text, the new runs its new text.
    """
    before = {section.key: section for section in old}
    after = {section.key: section for section in new}
    keys = [*after, *(key for key in before if key not in after)]
    pairs = []
    for key in keys:
        lines = tuple(_paired(_lines(before.get(key)), _lines(after.get(key))))
        if lines:
            pairs.append(SectionPair(key, (after.get(key) or before[key]).title, lines))
    return tuple(pairs)


def marked(old: str, new: str) -> LinePair:
    """Return one line in both versions with the words that differ marked."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    left: list[Run] = []
    right: list[Run] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            left.append(Run("".join(before[a:b])))
            right.append(Run("".join(after[c:d])))
        else:
            left += [Run("".join(before[a:b]), "removed")] if b > a else []
            right += [Run("".join(after[c:d]), "added")] if d > c else []
    return LinePair(tuple(left), tuple(right))


def _lines(section: SectionText | None) -> list[_Line]:
    if section is None:
        return []
    found = [(item_ref(item), line) for item in section.items if (line := item_line(section, item))]
    found += [("", line) for line in section.text.splitlines() if line.strip()]
    if section.not_applicable:
        found.append(("", f"Does not apply: {section.not_applicable}"))
    return found


def _paired(old: Sequence[_Line], new: Sequence[_Line]) -> Iterator[LinePair]:
    """Pair lines by name, then by their words; what is left was taken out, shown where it stood, or added."""
    partner: dict[int, int] = {}
    for place, other in _candidates(old, new):
        if place not in partner and other not in partner.values():
            partner[place] = other
    beside = {other: place for place, other in partner.items()}
    shown: set[int] = set()
    for other, (_, words) in enumerate(new):
        if other in beside:
            place = beside[other]
            yield from _taken_out(old, range(place), partner, shown)
            yield marked(old[place][1], words)
            shown.add(place)
        else:
            yield LinePair((), (Run(words, "added"),))
    yield from _taken_out(old, range(len(old)), partner, shown)


def _taken_out(old: Sequence[_Line], places: range, partner: dict[int, int], shown: set[int]) -> Iterator[LinePair]:
    for place in places:
        if place not in partner and place not in shown:
            shown.add(place)
            yield LinePair((Run(old[place][1], "removed"),), ())


def _candidates(old: Sequence[_Line], new: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Return the pairs of lines that may be the same one, the surest first."""
    everything = [(a, b) for a in range(len(old)) for b in range(len(new)) if bool(old[a][0]) == bool(new[b][0])]
    yield from ((a, b) for a, b in everything if old[a] == new[b])
    yield from ((a, b) for a, b in everything if old[a][0] and old[a][0] == new[b][0])
    left = [(a, b) for a, b in everything if old[a] != new[b]]
    alike = sorted(((-_likeness(old[a][1], new[b][1]), a, b) for a, b in left), key=lambda each: each)
    yield from ((a, b) for likeness, a, b in alike if -likeness >= _ALIKE)


def _likeness(one: str, other: str) -> float:
    words, others = _TOKEN.findall(one), _TOKEN.findall(other)
    # The upper bound costs little and spares most pairs the exact answer.
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE else 0.0
