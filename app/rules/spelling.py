"""Words near a misspelt one: by how they sound, then by how many letters would have to change."""

import re
from collections import defaultdict
from collections.abc import Iterable

SHORTEST = 4  # below it nearly every word is near

# Spellings of one sound, in the order in which they are put into one form.
_SOUNDS = tuple(
    (re.compile(spelling), sound)
    for spelling, sound in (
        ("^(pn|kn|gn)", "n"),
        ("^ps", "s"),
        ("^wr", "r"),
        ("^x", "z"),
        ("ph", "f"),
        ("rh", "r"),
        ("[ts]ion|shun|shion", "shun"),
        ("[ct]ia|sha", "sha"),
        ("[ct]ious|shus", "shus"),
        ("ae|oe", "e"),
        ("dge", "je"),
        ("ch(?=[lrao])|ck|q|c(?![ehiy])", "k"),
        ("c(?=[eiy])|z", "s"),
        ("th", "t"),
        ("gh", "g"),
        ("w(?=[aeo])", "u"),
        ("y", "i"),
        (r"(.)\1+", r"\1"),
    )
)


class Speller:
    """A list of words that knows which of them a misspelt one may have meant."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        """`words`: each with how often it occurs; of two equally near ones the more frequent comes first."""
        self._by_first: defaultdict[str, list[tuple[str, int, int, str]]] = defaultdict(list)
        for word, often in words:
            if len(word) >= SHORTEST - 1 and word.isalpha():
                sound = sound_of(word)
                self._by_first[sound[0]].append((sound, _letters(sound), often, word))

    def near(self, word: str, most: int, *, known: bool = False) -> tuple[str, ...]:
        """Return at most `most` words, those with the fewest changes, of these the shortest ends first.

        A word that is still being typed is held against the beginnings of longer ones. One that is `known` to begin a
        word, but cannot be what was meant, is held against others only.
        """
        if len(word) < SHORTEST or not word.isalpha():
            return ()
        sound = sound_of(word)
        allowed = 1 if len(sound) < 7 else 2
        mask, length = _letters(sound), len(sound)
        found = []
        for first in dict.fromkeys(sound[:2]):  # the first two may be swapped
            for other, letters, often, spelt in self._by_first.get(first, ()):
                if len(other) >= length - allowed and (mask & ~letters).bit_count() <= allowed:
                    changes, rest = distance(sound, other, allowed)
                    if known <= changes <= allowed:
                        found.append((changes, rest, -often, spelt))
        found.sort()
        return tuple(spelt for changes, *_, spelt in found if changes == found[0][0])[:most]


def sound_of(word: str) -> str:
    """Return a rough form of how a word sounds: "emphysema" and "emfizema" have the same."""
    sound = word
    for spelling, one in _SOUNDS:
        sound = spelling.sub(one, sound)
    return sound


def distance(word: str, other: str, most: int) -> tuple[int, int]:
    """Return how many letters are wrong, missing, too many or swapped, and how much of `other` is left after that.

    What is left of `other` costs nothing. The count is exact up to `most`; above it is only known to be more.
    """
    far = most + 1
    width = min(len(other), len(word) + most)
    older: list[int] = []
    before = [min(j, far) for j in range(width + 1)]
    for i, sign in enumerate(word, 1):
        row = [far] * (width + 1)
        if i <= most:
            row[0] = i
        best = row[0]
        for j in range(max(1, i - most), min(width, i + most) + 1):
            least = before[j - 1] + (sign != other[j - 1])
            least = min(least, before[j] + 1, row[j - 1] + 1)
            if i > 1 and j > 1 and sign == other[j - 2] and word[i - 2] == other[j - 1]:
                least = min(least, older[j - 2] + 1)
            row[j] = least
            best = min(best, least)
        if best > most:
            return far, len(other)
        older, before = before, row
    changes = min(before)
    return changes, min(len(other) - j for j, count in enumerate(before) if count == changes)


def _letters(word: str) -> int:
    mask = 0
    for sign in word:
        mask |= 1 << (ord(sign) & 31)
    return mask
