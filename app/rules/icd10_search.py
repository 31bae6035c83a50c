"""Finding a diagnosis code as one types: by code, by official words, by what people say, and misspelt."""

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations, islice, product
from typing import Literal

from app.rules.icd10 import CodeSet, Icd10Row, bare_code
from app.rules.lay_words import LayWords
from app.rules.spelling import Speller
from app.rules.text import fold

Reason = Literal["code", "said", "words", "spelling"]
"""Why a code was found: by itself, by what people say for it, by official words, or by words near the typed ones."""

LONGEST_QUERY = 120
MOST_WORDS = 8
MOST_RANKED = 400  # of what matches, the likelier codes are compared with one another
MOST_NEAR, MOST_CHANGED = 3, 8  # words tried for a misspelt one, and for one that is spelt well
MOST_SAID = 3  # beginnings of more lay phrases than this say nothing yet

_WORD = re.compile(r"[a-z0-9]+")
_CODE = re.compile(r"[A-Z][0-9A-Z]*")
_EMPTY_WORDS = frozenset(["of", "the", "and", "with", "without", "in", "due", "to", "a", "an", "for", "or", "by", "on"])
_GENERAL = ("unspecified", "uncomplicated", "without complications")  # what is meant when no more is said
_SPECIAL = ("due to", "secondary", "induced", "other", "sequela", "subsequent")  # and what is not
_COMMON = ("E11",)  # nine of ten people with diabetes; elsewhere the words decide
_BIRTH, _INJURY = "OPQ", "STVWXY"  # chapters whose codes seldom stand in a chronic care plan


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code that a text may mean. `meant` holds the words it was found by where they are not the ones typed."""

    row: Icd10Row
    reason: Reason
    meant: str = ""


class Icd10Search:
    """The index of a code set, in memory: about half a second to build, milliseconds to ask."""

    def __init__(self, codes: CodeSet, lay: LayWords) -> None:
        self.codes = codes
        self._lay = lay
        # Codes are numbered by how likely they are meant, so that the likelier of many can be had without comparing.
        self._places = array("I", sorted(range(len(codes)), key=lambda place: _likelihood(codes.lines[place])))
        found: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        above = _terms_above(codes.lines)
        for number, place in enumerate(self._places):
            for word in set(_words(above[place])):
                found[word].append(number)
        self._numbers = dict(found)
        self._vocabulary = sorted(found)
        counted = {word: len(numbers) for word, numbers in found.items()}
        self._speller = Speller((counted | dict.fromkeys(lay.words - counted.keys(), 1)).items())

    def find(self, text: str, limit: int = 30) -> tuple[FoundCode, ...]:
        """Return at most `limit` codes that `text` may mean, the likeliest first; nothing for a text without words."""
        words = _words(text[:LONGEST_QUERY])[:MOST_WORDS]
        if not words or limit < 1:
            return ()
        found: dict[str, FoundCode] = {}
        sources = (self._exact(text), self._by_saying(words), self._by_code(text), self._by_words(words, limit))
        for hit in (hit for source in sources for hit in source):
            found.setdefault(hit.row.code, hit)
            if len(found) >= limit:
                break
        if not found:
            for hit in self._by_spelling(words, limit):
                found.setdefault(hit.row.code, hit)
        return tuple(islice(found.values(), limit))

    def _exact(self, text: str) -> Iterator[FoundCode]:
        row = self.codes.row(text)
        if row is not None:
            yield FoundCode(row, "code")

    def _by_code(self, text: str) -> Iterator[FoundCode]:
        """The codes that begin like `text`, shorter ones first: E11.9 before E11.311."""
        typed = bare_code(text.replace(",", "."))
        if len(typed) < 2 or not _CODE.fullmatch(typed) or typed.isalpha():
            return
        places = self.codes.places_under(typed) or self.codes.places_under(_as_digits(typed))
        rows = sorted(places, key=lambda place: (self.codes.lines[place].index("\t"), place))
        yield from (FoundCode(self.codes.at(place), "code") for place in rows)

    def _by_saying(self, words: Sequence[str]) -> Iterator[FoundCode]:
        exact = self._lay.exact(words)
        begun = self._lay.begun(words, MOST_SAID) if len("".join(words)) >= 3 else ()
        for said in dict.fromkeys([*([exact] if exact else []), *begun]):
            rows = (self.codes.row(code) for code in said.codes)
            yield from (FoundCode(row, "said", said.means or said.say[0]) for row in rows if row is not None)

    def _by_words(self, words: Sequence[str], limit: int) -> Iterator[FoundCode]:
        official = self._lay.in_official_words(words)
        if official:
            yield from self._ranked(self._with_all([[word] for word in official]), official, limit, "said")
        yield from self._ranked(self._with_all([[word] for word in words]), words, limit, "words")

    def _by_spelling(self, words: Sequence[str], limit: int) -> Iterator[FoundCode]:
        """What was meant if words were misspelt; where even that finds nothing, all words but the fewest."""
        choices: list[Sequence[str]] = [
            (word,) if self._is_known(word) else self._speller.near(word, MOST_NEAR) or (word,) for word in words
        ]
        for tried in islice(product(*choices), MOST_NEAR**2):
            for hit in self._by_saying(tried):
                yield FoundCode(hit.row, "spelling", " ".join(tried))
        for asked in [choices, *self._with_one_changed(choices), *_with_fewer(choices)]:
            numbers = self._with_all(asked)
            if numbers:
                yield from self._ranked(numbers, [choice[0] for choice in asked], limit, "spelling")
                return

    def _with_one_changed(self, choices: Sequence[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
        """Words that are words, but not of one diagnosis: "hart failure"."""
        for place, choice in enumerate(choices):
            for near in self._speller.near(choice[0], MOST_CHANGED, known=True) if len(choices) > 1 else ():
                yield [*choices[:place], (near,), *choices[place + 1 :]]

    def _is_known(self, word: str) -> bool:
        return bool(self._begins(word)) or word in self._lay.words

    def _with_all(self, asked: Sequence[Sequence[str]]) -> set[int]:
        """Return the numbers of codes with a word beginning like one of each choice of words."""
        telling = [choice for choice in asked if not _EMPTY_WORDS.issuperset(choice)] or asked
        sets = []
        for choice in telling:
            numbers: set[int] = set()
            for word in choice:
                for beginning in self._begins(word):
                    if beginning == word or beginning not in _EMPTY_WORDS:
                        numbers.update(self._numbers[beginning])
            if not numbers:
                return numbers
            sets.append(numbers)
        sets.sort(key=len)
        return sets[0].intersection(*sets[1:])

    def _begins(self, word: str) -> Sequence[str]:
        first = bisect_left(self._vocabulary, word)
        return self._vocabulary[first : bisect_left(self._vocabulary, f"{word}~", first)]

    def _ranked(self, numbers: set[int], asked: Sequence[str], limit: int, reason: Reason) -> Iterator[FoundCode]:
        likely = nsmallest(MOST_RANKED, numbers)
        best = nsmallest(limit, ((-self._fit(number, _telling(asked)), number) for number in likely))
        meant = "" if reason == "words" else " ".join(asked)
        for _, number in best:
            yield FoundCode(self.codes.at(self._places[number]), reason, meant)

    def _fit(self, number: int, asked: list[str]) -> float:
        """Return how well a code's own words fit; one found only by the terms of a category above it fits least."""
        code, billable, chronic, title, terms = self.codes.lines[self._places[number]].split("\t")
        in_title = _words(title)
        fit = 2.0 * (billable == "1") + 2.0 * (chronic == "1") - 0.3 * len(in_title) - 4.0 * (code[0] in _INJURY)
        fit += 0.5 * code.startswith(_COMMON)
        in_terms = None
        for word in asked:
            if word in in_title:
                fit += 6
            elif any(own.startswith(word) for own in in_title):
                fit += 4
            elif terms:
                in_terms = _words(terms) if in_terms is None else in_terms
                fit += 3 * (word in in_terms)
        if in_title[0].startswith(asked[0]):
            fit += 2
        if _telling(in_title) == asked or (in_terms and any(_words(term) == asked for term in terms.split("|"))):
            fit += 10
        plain = title.lower()
        if any(sign in plain for sign in _GENERAL):
            fit += 1
        return fit - 2 * sum(sign in plain for sign in _SPECIAL if sign not in asked)


def _terms_above(lines: Sequence[str]) -> list[str]:
    """Return for each code its title and terms, and the terms of the categories it is in but for single injuries."""
    all_terms: list[str] = []
    path: list[tuple[str, str]] = []
    for line in lines:
        code, _, _, title, terms = line.split("\t")
        while path and not code.startswith(path[-1][0]):
            path.pop()
        if terms:
            path.append((code, terms))
        if code[0] in _INJURY:
            all_terms.append(f"{title} {terms}")
        else:
            all_terms.append(" ".join((title, *(above for _, above in path))))
    return all_terms


def _likelihood(line: str) -> tuple[int, bool, bool, int]:
    code, _, chronic, _ = line.split("\t", 3)
    rare = 2 if code[0] in _INJURY else int(code[0] in _BIRTH)
    return rare, len(code) == 7, chronic != "1", len(code)


def _words(text: str) -> list[str]:
    plain = text.lower().replace("'", "") if text.isascii() else fold(text)
    return _WORD.findall(plain)


def _telling(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _EMPTY_WORDS] or list(words)


def _as_digits(typed: str) -> str:
    """Return a code with the letters that look like digits as such, behind its first letter."""
    return typed[0] + typed[1:].translate(str.maketrans("OIL", "011"))


def _with_fewer(choices: Sequence[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    for left_out in range(1, len(choices)):
        yield from (list(kept) for kept in combinations(choices, len(choices) - left_out))
