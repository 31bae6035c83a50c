"""What people say for a diagnosis ("sugar", "HTN"), and the codes and official words it stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.rules.text import words_of


@dataclass(frozen=True, slots=True)
class LayWord:
    """Ways of saying one thing. `codes`: what is offered first; `means`: the official words it is searched by."""

    say: tuple[str, ...]
    codes: tuple[str, ...]
    means: str


class LayWords:
    """The table of lay words, found by whole phrase, by its beginning, and inside a longer text."""

    def __init__(self, rows: Sequence[LayWord]) -> None:
        self.rows = tuple(rows)
        self._by_phrase = {tuple(words_of(phrase)): row for row in rows for phrase in row.say}
        self._longest = max((len(phrase) for phrase in self._by_phrase), default=0)
        self._any_order = {tuple(sorted(phrase)): row for phrase, row in self._by_phrase.items()}
        self._squeezed = {"".join(phrase): row for phrase, row in self._by_phrase.items()}

    @property
    def words(self) -> frozenset[str]:
        """Every single word of every phrase."""
        return frozenset(word for phrase in self._by_phrase for word in phrase)

    def exact(self, words: Sequence[str]) -> LayWord | None:
        """Return what a whole text stands for; "a fib" and "afib" are the same, and so are words in another order."""
        return self._squeezed.get("".join(words)) or self._any_order.get(tuple(sorted(words)))

    def begun(self, words: Sequence[str], most: int) -> tuple[LayWord, ...]:
        """Return what begins like `words`, the shortest phrases first; nothing where more than `most` do."""
        typed = "".join(words)
        found = {
            id(row): row
            for phrase, row in sorted(self._squeezed.items(), key=lambda item: len(item[0]))
            if phrase.startswith(typed)
        }
        return tuple(found.values()) if len(found) <= most else ()

    def in_official_words(self, words: Sequence[str]) -> tuple[str, ...] | None:
        """Return `words` with every lay phrase among them put into official words, or None where there is none."""
        said: list[str] = []
        place, changed = 0, False
        while place < len(words):
            taken, means = self._phrase_at(words, place)
            said += means or [words[place]]
            changed = changed or bool(means)
            place += taken
        return tuple(dict.fromkeys(said)) if changed else None

    def _phrase_at(self, words: Sequence[str], place: int) -> tuple[int, list[str]]:
        for length in range(min(self._longest, len(words) - place), 0, -1):
            row = self._by_phrase.get(tuple(words[place : place + length]))
            if row is not None and row.means:
                return length, words_of(row.means)
        return 1, []


def parse_lay_words(table: Mapping[str, Any]) -> LayWords:
    """Return the lay words written in `table` (the parsed TOML). Raise `ValueError` where a phrase comes twice."""
    rows = [LayWord(tuple(row["say"]), tuple(row.get("codes", ())), row.get("means", "")) for row in table["word"]]
    phrases = [tuple(words_of(phrase)) for row in rows for phrase in row.say]
    twice = {" ".join(phrase) for phrase in phrases if phrases.count(phrase) > 1}
    if twice:
        raise ValueError(f"said twice: {', '.join(sorted(twice))}")
    return LayWords(rows)
