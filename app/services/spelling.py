"""How words are written: the American dictionary, the words of care, and the clinic's own."""

import io
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import assets
from app.models import Allergy, Clinic, Condition, Medication, Person, Practitioner
from app.rules.field_faults import FieldFaults
from app.services.door import reads, writes
from app.services.setting_store import own_setting, put_setting
from app.storage.ledger import Ledger, Reading, Work

MOST_WORDS = 5_000
LONGEST_WORD = 60
MOST_SUGGESTIONS = 5
_KEY = "dictionary"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Dictionary(Protocol):
    """A Hunspell dictionary, as spylls reads it."""

    def lookup(self, word: str) -> bool:
        """Whether the word is in it, in one of its forms."""

    def suggest(self, word: str) -> Iterable[str]:
        """Yield words that may have been meant, the likeliest first."""


class Speller:
    """The dictionary with the words of care. Pure Python: about half a second to load, and as much for a suggestion.

    Threads may share it; the window's never asks it.
    """

    def __init__(self, dictionary: Dictionary, care_words: frozenset[str]) -> None:
        """Know what is in `dictionary`, or among `care_words` (in lower case)."""
        self._dictionary = dictionary
        self._care = care_words
        self._lock = Lock()

    def is_right(self, word: str) -> bool:
        """Whether a word is written as one writes it."""
        plain = word.replace("’", "'")
        if plain.casefold().removesuffix("'s") in self._care:
            return True
        with self._lock:
            return bool(self._dictionary.lookup(plain))

    def suggest(self, word: str, own: Iterable[str] = ()) -> tuple[str, ...]:
        """Return what may have been meant, the clinic's `own` words and those of care among it."""
        plain = word.replace("’", "'")
        near = [each for each in (*own, *sorted(self._care)) if _is_near(plain.casefold(), each)]
        with self._lock:
            found = list(dict.fromkeys((*near[:2], *_first(self._dictionary.suggest(plain), MOST_SUGGESTIONS))))
        return tuple(found[:MOST_SUGGESTIONS])


class Spelling:
    """The words that this clinic knows beside the dictionary: its own, its medicines, its people."""

    def __init__(self, ledger: Ledger, load: Callable[[], Speller]) -> None:
        """Let `load` read the dictionary; it is called by whoever checks, on a thread of its own."""
        self._ledger = ledger
        self.load = load

    @reads("clinic.read")
    def known(self, reading: Reading) -> frozenset[str]:
        """Return every word, in lower case, that the clinic's lists and its dictionary hold."""
        return frozenset(_own(reading.session)) | _listed(reading.session)

    @reads("clinic.read")
    def dictionary(self, reading: Reading) -> tuple[str, ...]:
        """Return the clinic's own words, in order."""
        return tuple(sorted(_own(reading.session)))

    @writes("dictionary.add")
    def add(self, work: Work, word: str) -> None:
        """Put a word into the clinic's dictionary. Raises `FieldFaults` (`word`)."""
        plain = word.replace("’", "'").strip().casefold()
        own = _own(work.session)
        if not _WORD.fullmatch(plain) or len(plain) > LONGEST_WORD:
            raise FieldFaults({"word": "Only a single word of letters can be added to the dictionary."})
        if len(own) >= MOST_WORDS:
            raise FieldFaults({"word": f"The clinic's dictionary holds at most {MOST_WORDS} words. Take some away."})
        if plain not in own:
            put_setting(work.session, _KEY, sorted({*own, plain}))
            work.note(event="word_added", words=len(own) + 1)

    @writes("clinic.edit")
    def remove(self, work: Work, word: str) -> None:
        """Take a word out of the clinic's dictionary."""
        own = _own(work.session)
        left = sorted(set(own) - {word})
        put_setting(work.session, _KEY, left or None)
        work.note(event="word_removed", words=len(left))


def words_in(text: str) -> list[tuple[int, str]]:
    """Return the words of a text that can be checked, each with where it begins.

    Left out are those with a digit beside them (500mg), abbreviations in capitals, and single letters.
    """
    found = []
    for match in _WORD.finditer(text):
        word = match[0]
        around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
        if len(word) > 1 and not word.isupper() and not any(sign.isdigit() or sign in "@_/" for sign in around):
            found.append((match.start(), word))
    return found


@cache
def load_speller() -> Speller:
    """Return the dictionary that comes with the program, with the words of care, read once."""
    # Here, and not above: a clinic that checks nothing spends neither the time nor the memory.
    from spylls.hunspell import Dictionary as Hunspell  # noqa: PLC0415
    from spylls.hunspell import readers  # noqa: PLC0415
    from spylls.hunspell.readers.file_reader import FileReader  # noqa: PLC0415

    class TextReader(FileReader):  # type: ignore[misc] # it has no types
        """Reads the whole file at once; the library's own leaves files open."""

        def _open(self, path: str, encoding: str) -> io.StringIO:
            return io.StringIO(Path(path).read_text(encoding, errors="surrogateescape"))

    folder = Path(readers.__file__).parents[1] / "data" / "en"
    rules, context = readers.read_aff(TextReader(str(folder / "en_US.aff")))
    words = readers.read_dic(
        TextReader(str(folder / "en_US.dic"), encoding=context.encoding), aff=rules, context=context
    )
    return Speller(Hunspell(rules, words), _care_words())


def _care_words() -> frozenset[str]:
    listed = (assets.RESOURCES / "spelling" / "medical_words.txt").read_text(encoding="utf-8").splitlines()
    found = {line.strip() for line in listed if line.strip() and not line.startswith("#")}
    for line in assets.load_code_set().lines:
        found.update(_WORD.findall(line.split("\t", 3)[3].casefold()))
    for name in ("phrases.toml", "care_plan_sections.toml", "escalation_rules.toml"):
        found.update(_said(assets.load_toml(name)))
    for path in sorted((assets.RESOURCES / "care_plan_templates").glob("*.toml")):
        found.update(_said(assets.load_toml(f"care_plan_templates/{path.name}")))
    return frozenset(found)


def _said(value: Any) -> set[str]:  # noqa: ANN401 - whatever a table holds
    if isinstance(value, str):
        return set(_WORD.findall(value.casefold()))
    if isinstance(value, dict):
        value = value.values()
    return set().union(*map(_said, value)) if isinstance(value, Iterable) else set()


def _own(session: Session) -> tuple[str, ...]:
    own: Any = own_setting(session, _KEY) or ()
    return tuple(str(word) for word in own)


def _listed(session: Session) -> frozenset[str]:
    """Return the words of the clinic's own lists: medicines, allergies, problems, and who works here."""
    found: set[str] = set()
    for column in (
        *(Medication.description, Medication.directions, Allergy.description, Allergy.reaction, Condition.description),
        *(Person.name, Practitioner.name, Clinic.name),
    ):
        for text in session.scalars(select(column).distinct()):
            found.update(_WORD.findall(text.casefold()))
    return frozenset(found)


def _is_near(typed: str, known: str) -> bool:
    """Whether two words differ by one letter too many, too few, another, or two that changed places."""
    if abs(len(typed) - len(known)) > 1 or len(typed) < 4 or typed == known:
        return False
    start = 0
    while start < min(len(typed), len(known)) and typed[start] == known[start]:
        start += 1
    if start == 0:
        return False
    rest, other = typed[start:], known[start:]
    swapped = len(rest) > 1 and rest[1::-1] + rest[2:] == other
    return swapped or rest[1:] == other or rest == other[1:] or rest[1:] == other[1:]


def _first(words: Iterable[str], most: int) -> list[str]:
    found = []
    for word in words:
        found.append(word)
        if len(found) == most:
            break
    return found
