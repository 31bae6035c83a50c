"""How hard a text for patients is to read."""

import re
from typing import Literal

from app.rules.text import fold

Language = Literal["en", "es"]

_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+")
_SPANISH_SYLLABLES = re.compile(r"[iuü]?[aeoáéó][iuy]?|[íú]|[iuü]+", re.IGNORECASE)


def grade(text: str) -> float:
    """Return the United States school grade of an English text (Flesch and Kincaid, 1975); 0 for one without words.

    Syllables are counted by rule and not by dictionary, so that a grade may be half a grade off.
    """
    words = _WORD.findall(text)
    if not words:
        return 0.0
    syllables = sum(map(english_syllables, words))
    return 0.39 * len(words) / _sentences(text) + 11.8 * syllables / len(words) - 15.59


def ease_in_spanish(text: str) -> float:
    """Return how easily a Spanish text reads (Fernández Huerta, 1959): 80 and more is easy, 70 fairly easy."""
    words = _WORD.findall(text)
    if not words:
        return 100.0
    syllables = sum(map(spanish_syllables, words))
    return 206.84 - 60.0 * syllables / len(words) - 1.02 * len(words) / _sentences(text)


def english_syllables(word: str) -> int:
    """Return about how many syllables an English word has."""
    plain = re.sub(r"['’]", "", fold(word))
    count = len(_ENGLISH_VOWELS.findall(plain))
    if plain.endswith(("e", "ed", "es")) and not plain.endswith(
        ("le", "ted", "ded", "ses", "ces", "zes", "ges", "ches")
    ):
        count -= 1
    if plain.endswith(("ia", "io", "ian", "ious", "ium")):
        count += 1
    return max(1, count)


def spanish_syllables(word: str) -> int:
    """Return how many syllables a Spanish word has; a strong vowel with a weak one is one syllable."""
    sounded = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.casefold())
    return max(1, len(_SPANISH_SYLLABLES.findall(sounded)))


def _sentences(text: str) -> int:
    return max(1, len([part for part in _SENTENCE.split(text) if part.strip()]))
