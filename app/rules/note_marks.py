"""Marks in a call note: that nothing changed since an earlier note, and how medicines are taken.

A draft keeps them beside the text, under the part's key with the kind of mark behind it (`symptoms#no_change`), so that
everything half written is one mapping from key to text. What is signed says them in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["no_change", "adherence"]
KINDS: tuple[Kind, ...] = ("adherence", "no_change")
ADHERENCE = ("as_prescribed", "misses_some", "stopped", "not_asked")
"""How medicines are taken, in the order they are offered; the last says that nobody asked."""
ADHERENCE_WORDS = {
    "as_prescribed": "Taking as prescribed.",
    "misses_some": "Misses some doses.",
    "stopped": "Stopped taking at least one.",
    "not_asked": "How medicines are taken was not asked.",
}
_SIGN = "#"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in the part `section`: the id of the earlier note, or a word of `ADHERENCE`."""

    section: str
    kind: Kind
    value: str


def mark_key(section: str, kind: Kind) -> str:
    """Return where a draft keeps a mark."""
    return f"{section}{_SIGN}{kind}"


def divided(draft: Mapping[str, str]) -> tuple[dict[str, str], tuple[Mark, ...]]:
    """Return a draft's text by part, and its marks that are set."""
    texts: dict[str, str] = {}
    marks = []
    for key, value in draft.items():
        section, sign, kind = key.partition(_SIGN)
        known = next((each for each in KINDS if each == kind), None)
        if not sign:
            texts[key] = value
        elif known is not None and value:
            marks.append(Mark(section, known, value))
    return texts, tuple(marks)


def says_something(section: str, texts: Mapping[str, str], marks: tuple[Mark, ...]) -> bool:
    """Whether a part says something: a text, or a mark that answers it. That nobody asked is no answer."""
    if texts.get(section, "").strip():
        return True
    return any(mark.section == section and mark.value != ADHERENCE[-1] for mark in marks)


def in_words(text: str, adherence: str, since: date | None) -> str:
    """Return what a part says in the signed note: how medicines are taken, since when nothing changed, the text."""
    parts = (
        ADHERENCE_WORDS.get(adherence, ""),
        f"No change since {since:%m/%d/%Y}." if since is not None else "",
        text,
    )
    return " ".join(part for part in parts if part)
