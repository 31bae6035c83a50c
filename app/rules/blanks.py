"""Texts of the clinic's own with blanks in them, such as "This is {nurse} from {clinic}"."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_BLANK = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its blanks filled, and those for which there was nothing; they stand in it as "[callback number]"."""

    text: str
    missing: tuple[str, ...] = ()


def blanks_in(text: str) -> frozenset[str]:
    """Return the names of a text's blanks."""
    return frozenset(_BLANK.findall(text))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Return the text with each blank's value; what a value holds is never taken for a blank."""
    missing: dict[str, None] = {}

    def value(blank: re.Match[str]) -> str:
        known = values.get(blank[1], "")
        if not known:
            missing[blank[1]] = None
        return known or f"[{blank[1].replace('_', ' ')}]"

    return Filled(_BLANK.sub(value, text), tuple(missing))


def blank_fault(text: str, known: Collection[str]) -> str | None:
    """Return why `text` cannot be used with these blanks alone, as a sentence, or None when it can."""
    strange = sorted(blanks_in(text) - set(known))
    if not strange:
        return None
    allowed = ", ".join(f"{{{name}}}" for name in known)
    return f"There is no blank {{{strange[0]}}} here. The blanks are {allowed}."
