"""Which of the board's patients are shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.rules.text import fold
from app.services.readiness import BoardRow


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a person asked to see: a state, a practitioner by NPI, words; empty is all.

    `kept` is the patient whose chart was just open: they stay in the list, whatever became of them, until the person
    has moved on.
    """

    state: str = ""
    npi: str = ""
    text: str = ""
    kept: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it lets everybody through."""
        return not (self.state or self.npi or self.text)

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
        if self.npi not in ("", row.npi):
            return False
        if not words:
            return True
        codes = " ".join(line.code for line in row.lines)
        missing = " ".join(found.sentence for found in row.blockers)
        said = fold(f"{row.name} {row.mrn} {codes} {missing}")
        return all(word in said for word in words)
