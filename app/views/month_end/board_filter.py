"""Which of the board's patients are shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.rules.text import fold
from app.services.readiness import BoardRow, FindingRow


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a person asked to see: a state, a practitioner by NPI, an owner by key, words; empty is all.

    `changed`: only whose state is another than on the day before. `kept` is the patient whose chart was just open: they
    stay in the list, whatever became of them, until the person has moved on.
    """

    state: str = ""
    npi: str = ""
    owner: str = ""
    text: str = ""
    changed: bool = False
    kept: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it lets everybody through."""
        return not (self.state or self.npi or self.owner or self.text or self.changed)

    def rows(self, rows: Iterable[BoardRow]) -> list[BoardRow]:
        """Return the rows to show, in their order."""
        words = fold(self.text).split()
        return [row for row in rows if row.patient_id == self.kept or self._holds(row, words)]

    def without_state(self, rows: Iterable[BoardRow]) -> list[BoardRow]:
        """Return the rows that the other choices leave, for counting them by state."""
        words = fold(self.text).split()
        return [row for row in rows if self._is_meant(row, words)]

    def _holds(self, row: BoardRow, words: list[str]) -> bool:
        return self.state in ("", row.state) and self._is_meant(row, words)

    def _is_meant(self, row: BoardRow, words: list[str]) -> bool:
        if self.npi not in ("", row.npi) or (self.changed and not row.was):
            return False
        if self.owner and all(owner_key(found) != self.owner for found in row.blockers):
            return False
        if not words:
            return True
        codes = " ".join(line.code for line in row.lines)
        missing = " ".join(found.sentence for found in row.blockers)
        said = fold(f"{row.name} {row.mrn} {codes} {missing}")
        return all(word in said for word in words)


def owner_key(found: FindingRow) -> str:
    """Return what tells owners apart: a person, or a role where nobody in particular is meant."""
    return f"person {found.person_id}" if found.person_id is not None else f"role {found.owner}"


def owners_of(rows: Iterable[BoardRow]) -> list[tuple[str, FindingRow]]:
    """Return each owner of something missing once, by key, with a finding of theirs; people first, by name."""
    known: dict[str, FindingRow] = {}
    for row in rows:
        for found in row.blockers:
            known.setdefault(owner_key(found), found)
    return sorted(known.items(), key=lambda item: (not item[1].person, item[1].person.casefold(), item[1].owner))
