"""The diagnosis codes of one fiscal year (ICD-10-CM), and what the set says of a code."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from app.rules.errors import ProgramFault
from app.rules.identifiers import normalise_icd10

Chronic = Literal["yes", "no", "unknown"]
"""Whether a code usually stands for a chronic condition. A hint and never a block: CMS has no closed list (E5)."""

Standing = Literal["billable", "category", "missing"]
"""Whether a code can be billed, only heads others that can, or is not in the set at all."""

_CHRONIC: Mapping[str, Chronic] = {"1": "yes", "0": "no"}
_ROW = re.compile(r"[A-Z][0-9A-Z]{2,6}\t[01]\t[019]\t[^\t]+\t[^\t]*")


@dataclass(frozen=True, slots=True)
class Icd10Row:
    """A code with its dot, its official title, and the official terms that belong under it."""

    code: str
    title: str
    billable: bool
    chronic: Chronic
    terms: tuple[str, ...]


class CodeSet:
    """All codes of a fiscal year, which begins on October 1 of the year before.

    `lines` hold code without its dot, billable (1 or 0), chronic (1, 0, 9 for unknown), title, terms parted by |, with
    tabs between them; ordered by code, each code once.
    """

    def __init__(self, year: int, source: str, lines: Iterable[str]) -> None:
        self.year = year
        self.source = source
        self.lines = tuple(lines)
        self.billable_count = sum(line[line.index("\t") + 1] == "1" for line in self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, code: str) -> Icd10Row | None:
        """Return a code's row, however the code is written, or None where the set does not have it."""
        bare = bare_code(code)
        place = bisect_left(self.lines, f"{bare}\t")
        if bare and place < len(self.lines) and self.lines[place].startswith(f"{bare}\t"):
            return self.at(place)
        return None

    def at(self, place: int) -> Icd10Row:
        """Return the row at a place of the order of codes."""
        bare, billable, chronic, title, terms = self.lines[place].split("\t")
        return Icd10Row(
            code=normalise_icd10(bare),
            title=title,
            billable=billable == "1",
            chronic=_CHRONIC.get(chronic, "unknown"),
            terms=tuple(terms.split("|")) if terms else (),
        )

    def standing(self, code: str) -> Standing:
        """Return what a code is in this set."""
        found = self.row(code)
        if found is None:
            return "missing"
        return "billable" if found.billable else "category"

    def places_under(self, code: str) -> range:
        """Return the places of all codes that begin with `code`, itself among them."""
        bare = bare_code(code)
        if not bare:
            return range(0)
        return range(bisect_left(self.lines, bare), bisect_left(self.lines, f"{bare}~"))

    def instead_of(self, code: str, most: int = 8) -> tuple[Icd10Row, ...]:
        """Return billable codes near one that cannot be billed: those under it, else under what it would stand under.

        The shortest come first: they say the least that the old code did not say.
        """
        bare = bare_code(code)
        for length in range(len(bare), 2, -1):
            rows = [row for row in map(self.at, self.places_under(bare[:length])) if row.billable]
            if rows:
                return tuple(sorted(rows, key=lambda row: (len(row.code), row.code))[:most])
        return ()


def parse_code_set(text: str) -> CodeSet:
    """Return the code set written in `text`: `# name: value` lines with year and source, then one row a line.

    Raise `ProgramFault` where a line is not what was written when the file was made.
    """
    facts, lines = {}, []
    for line in text.splitlines():
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            facts[name.strip()] = value.strip()
        elif _ROW.fullmatch(line):
            lines.append(line)
        else:
            raise ProgramFault(f"The code set is damaged at row {len(lines) + 1}. Install the program again.")
    if not facts.get("year", "").isdecimal() or any(a >= b for a, b in pairwise(lines)):
        raise ProgramFault("The code set is damaged. Install the program again.")
    return CodeSet(int(facts["year"]), facts.get("source", ""), lines)


def with_hints_of(codes: CodeSet, older: CodeSet) -> CodeSet:
    """Return `codes` with terms and chronic hints of the same codes in another set, where they have none themselves.

    The official order file has neither; a code's terms seldom change from year to year.
    """
    hints = {line[: line.index("\t")]: line for line in older.lines}
    return CodeSet(codes.year, codes.source, [_with_hints(line, hints) for line in codes.lines])


def rows_as_lines(rows: Sequence[tuple[str, bool, str]]) -> list[str]:
    """Return (code without its dot, billable, title) as the lines of a code set, in order."""
    return sorted(f"{code}\t{int(billable)}\t9\t{title}\t" for code, billable, title in rows)


def bare_code(text: str) -> str:
    """Return a code in upper case without dot and spaces; empty where it holds anything but letters and digits."""
    bare = re.sub(r"[\s.]", "", text).upper()
    return bare if bare.isascii() and bare.isalnum() else ""


def _with_hints(line: str, hints: Mapping[str, str]) -> str:
    code, billable, chronic, title, terms = line.split("\t")
    old = hints.get(code)
    if old is None:
        return line
    _, _, old_chronic, _, old_terms = old.split("\t")
    return "\t".join((code, billable, old_chronic if chronic == "9" else chronic, title, terms or old_terms))
