from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from app import assets
from app.rules.blanks import blank_fault, fill
from app.rules.field_faults import FieldFaults, FormCheck
from app.services.door import reads, writes
from app.services.note_sections import note_sections
from app.services.patients import patient_of
from app.services.scripts import spoken_values
from app.services.setting_store import own_setting, put_setting
from app.storage.ledger import Ledger, Reading, Work

MOST_PHRASES = 40
LONGEST_PHRASE = 300
BLANKS = ("clinic", "nurse", "patient_given", "practitioner", "callback_number", "after_hours_number")
"""The blanks that a phrase may have, as in {practitioner}; they are filled for the patient on the line."""
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

    @reads("call.work")
    def filled(self, reading: Reading, patient_id: int) -> Mapping[str, tuple[str, ...]]:
        """Return the phrases of each section with the blanks filled for a patient and whoever is signed in.

        A blank for which nothing is on record stands as "[practitioner]". Raises `NoSuchPatient`.
        """
        known = spoken_values(reading, patient_of(reading.session, patient_id))
        values = {name: known.get(name, "") for name in BLANKS}
        return {
            section: tuple(fill(phrase, values).text for phrase in phrases)
            for section, phrases in _phrases(reading.session).items()
        }

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
            if wrong := blank_fault(line, BLANKS):
                check.fault("phrases", wrong)
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

    @writes("clinic.edit")
    def reset_section(self, work: Work, section: str) -> None:
        """Let the phrases of a section be those that come with the program."""
        own: Any = own_setting(work.session, _KEY) or {}
        put_setting(work.session, _KEY, {key: texts for key, texts in own.items() if key != section} or None)
        work.note(event="phrases_reset", section=section)


@cache
def _shipped() -> Mapping[str, tuple[str, ...]]:
    return {key: tuple(texts) for key, texts in assets.load_toml("phrases.toml")["sections"].items()}


def _phrases(session: Session) -> Mapping[str, tuple[str, ...]]:
    own: Any = own_setting(session, _KEY) or {}
    return {
        section.key: tuple(own[section.key]) if section.key in own else _shipped().get(section.key, ())
        for section in note_sections(session)
    }
