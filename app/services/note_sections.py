from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import assets
from app.models import Setting

KEY = "note_sections"
MOST_SECTIONS = 20
OWN_WORDS = ("reason", "next_step")
"""The keys of parts that each contact says in its own words."""
MEDICATIONS = "medications"
"""The key of the part about medicines; it stays whatever the clinic calls the part."""


@dataclass(frozen=True, slots=True)
class NoteSection:
    """A part of the clinic's call note. `key` stays when the title changes; wrap-up asks for the required ones."""

    key: str
    title: str
    required: bool

    @property
    def may_be_the_same(self) -> bool:
        """Whether "no change" can answer the part: not why this contact was made, nor what comes next."""
        return self.key not in OWN_WORDS

    @property
    def asks_adherence(self) -> bool:
        """Whether it is the part about medicines, which also asks how they are taken."""
        return self.key == MEDICATIONS


def default_note_sections() -> tuple[NoteSection, ...]:
    """Return the sections that come with the program."""
    rows = assets.load_toml("note_sections.toml")["section"]
    return tuple(NoteSection(str(row["key"]), str(row["title"]), bool(row["required"])) for row in rows)


def note_sections(session: Session) -> tuple[NoteSection, ...]:
    """Return the clinic's note sections in their order: its own, else those that come with the program."""
    own = session.get(Setting, KEY)
    if own is None:
        return default_note_sections()
    return tuple(NoteSection(str(key), str(title), bool(required)) for key, title, required in own.value)


def as_stored(sections: Sequence[NoteSection]) -> list[list[object]]:
    """Return sections as the setting keeps them."""
    return [[section.key, section.title, section.required] for section in sections]
