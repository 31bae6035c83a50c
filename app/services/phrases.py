from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from app import assets
from app.rules.field_faults import FieldFaults, FormCheck
from app.services.door import reads, writes
from app.services.note_sections import note_sections
from app.services.setting_store import own_setting, put_setting
from app.storage.ledger import Ledger, Reading, Work

MOST_PHRASES = 40
LONGEST_PHRASE = 300
_KEY = "phrases"


class Phrases:
    """Ready phrases for the parts of a note."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("clinic.read")
    def by_section(self, reading: Reading) -> Mapping[str, tuple[str, ...]]:
        """Return the phrases of each section of the clinic's note, by its key; none for some.

        A phrase that ends in a space is to be finished by hand.
        """
        return _phrases(reading.session)

    @writes("clinic.edit")
    def set_section(self, work: Work, section: str, phrases: Sequence[str]) -> None:
        """Change the phrases of a section. Raises `FieldFaults` (`phrases`)."""
        if section not in {row.key for row in note_sections(work.session)}:
            raise FieldFaults({"phrases": "The note has no such section any more."})
        if len(phrases) > MOST_PHRASES:
            raise FieldFaults({"phrases": f"A section has at most {MOST_PHRASES} phrases."})
        check = FormCheck()
        kept: list[str] = []
        for phrase in phrases:
            line = check.line("phrases", phrase, LONGEST_PHRASE)
            # A space at the end is kept: it says that the phrase goes on.
            whole = f"{line} " if line and phrase.endswith(" ") else line
            if whole and whole not in kept:
                kept.append(whole)
        check.finish()
        own: Any = own_setting(work.session, _KEY) or {}
        others = {key: list(texts) for key, texts in own.items() if key != section}
        ours = list(_shipped().get(section, ()))
        put_setting(work.session, _KEY, (others if kept == ours else others | {section: kept}) or None)
        work.note(event="phrases", section=section, phrases=len(kept))


@cache
def _shipped() -> Mapping[str, tuple[str, ...]]:
    return {key: tuple(texts) for key, texts in assets.load_toml("phrases.toml")["sections"].items()}


def _phrases(session: Session) -> Mapping[str, tuple[str, ...]]:
    own: Any = own_setting(session, _KEY) or {}
    return {
        section.key: tuple(own[section.key]) if section.key in own else _shipped().get(section.key, ())
        for section in note_sections(session)
    }
