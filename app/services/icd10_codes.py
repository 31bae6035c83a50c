import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import assets
from app.models import Condition, Setting
from app.rules.errors import ClinicError
from app.rules.icd10 import CodeSet, Icd10Row, Standing, parse_code_set, with_hints_of
from app.rules.icd10_search import FoundCode, Icd10Search
from app.rules.identifiers import normalise_icd10
from app.security.permissions import Actor
from app.services.clinic_day import day_at
from app.services.door import composed, reads, writes
from app.services.setting_store import put_setting
from app.storage.ledger import Ledger, Reading, Work

FACTS, CODES = "icd10cm", "icd10cm.codes"  # the small and the large half of a set that the clinic loaded itself


class OlderCodeSet(ClinicError):
    """The file holds the codes of a year before the one in use."""

    def __init__(self, offered: int, used: int) -> None:
        super().__init__(f"This file is of {offered}; the codes of {used} are in use already. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class CodeSetFacts:
    """The code set in use: of a fiscal year, in force from `from_on` to `until_on`.

    `is_own`: loaded by the clinic (`loaded_on`), not the program's own. `is_outdated`: its year is over today.
    """

    year: int
    from_on: date
    until_on: date
    codes: int
    billable: int
    source: str
    is_own: bool
    loaded_on: date | None
    is_outdated: bool


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What the set in use says of a code. `instead`: billable codes near one that cannot be billed."""

    code: str
    standing: Standing
    row: Icd10Row | None
    instead: tuple[Icd10Row, ...]


@dataclass(frozen=True, slots=True)
class OutdatedCode:
    """A condition on a chart, not resolved, whose code cannot be billed with the set in use."""

    condition_id: int
    patient_id: int
    code: str
    description: str
    standing: Standing
    instead: tuple[Icd10Row, ...]


class Icd10Codes:
    """The diagnosis codes in use: the newest of those that come with the program and those the clinic loaded.

    The first question takes half a second more, in which the index is made.
    """

    def __init__(self, ledger: Ledger, read_order_file: Callable[[Path], CodeSet]) -> None:
        self._ledger = ledger
        self._read_order_file = read_order_file
        self._lock = Lock()
        self._own: tuple[str, Icd10Search] | None = None  # the clinic's set by its hash

    @reads("clinic.read")
    def search(self, reading: Reading, text: str, limit: int = 30) -> tuple[FoundCode, ...]:
        """Return the codes that a text as typed may mean, the likeliest first."""
        return self._in_use(reading.session).find(text, limit)

    @reads("clinic.read")
    def describe(self, reading: Reading, code: str) -> CodeFacts:
        """Return what the set in use says of a code, however it is written."""
        codes = self._in_use(reading.session).codes
        row = codes.row(code)
        is_billable = row is not None and row.billable
        return CodeFacts(
            code=normalise_icd10(code),
            standing=codes.standing(code),
            row=row,
            instead=() if is_billable else codes.instead_of(code),
        )

    @reads("clinic.read")
    def is_current(self, reading: Reading, code: str) -> bool:
        """Whether a code can be billed with the set in use."""
        return self._in_use(reading.session).codes.standing(code) == "billable"

    @reads("clinic.read")
    def standings(self, reading: Reading, codes: Iterable[str]) -> dict[str, Standing]:
        """Return for each code what it is in the set in use."""
        used = self._in_use(reading.session).codes
        return {code: used.standing(code) for code in codes}

    @reads("patient.open")
    def outdated(self, reading: Reading) -> list[OutdatedCode]:
        """Return the conditions on all charts whose code cannot be billed, by patient; those resolved are left out."""
        used = self._in_use(reading.session).codes
        rows = reading.session.scalars(
            select(Condition)
            .where(Condition.code_system == "icd10", Condition.code != "", Condition.resolved_on.is_(None))
            .order_by(Condition.patient_id, Condition.id)
        )
        return [
            OutdatedCode(row.id, row.patient_id, row.code, row.description, standing, used.instead_of(row.code))
            for row in rows
            if (standing := used.standing(row.code)) != "billable"
        ]

    @reads("clinic.read")
    def year(self, reading: Reading) -> int:
        """Return the fiscal year of the set in use."""
        return self._in_use(reading.session).codes.year

    @reads("clinic.read")
    def facts(self, reading: Reading) -> CodeSetFacts:
        """Return where the set in use comes from, how large it is, and whether its year is over."""
        codes = self._in_use(reading.session).codes
        own = _own_facts(reading.session)
        until_on = date(codes.year, 9, 30)
        return CodeSetFacts(
            year=codes.year,
            from_on=date(codes.year - 1, 10, 1),
            until_on=until_on,
            codes=len(codes),
            billable=codes.billable_count,
            source=codes.source,
            is_own=own is not None,
            loaded_on=date.fromisoformat(own["loaded_on"]) if own else None,
            is_outdated=day_at(reading.session, reading.now) > until_on,
        )

    @composed("clinic.edit")
    def load(self, actor: Actor, path: Path) -> CodeSetFacts:
        """Use the codes of an official order file (or its zip file) from now on; charts stay as they are.

        Raises `NotAnOrderFile` naming what is wrong with the file, or `OlderCodeSet`.
        """
        codes = self._read_order_file(path)
        self._keep(actor, codes)
        return self.facts(actor)

    @writes("clinic.edit")
    def use_program_s(self, work: Work) -> None:
        """Go back to the codes that come with the program."""
        put_setting(work.session, FACTS, None)
        put_setting(work.session, CODES, None)
        work.note(event="code_set_removed")

    @writes("clinic.edit")
    def _keep(self, work: Work, codes: CodeSet) -> None:
        own = _own_facts(work.session)
        used = int(own["year"]) if own else assets.load_code_set().year
        if codes.year < used:
            raise OlderCodeSet(codes.year, used)
        text = "\n".join((f"# year: {codes.year}", f"# source: {codes.source}", *codes.lines))
        digest = hashlib.sha256(text.encode()).hexdigest()
        put_setting(work.session, CODES, base64.b64encode(zlib.compress(text.encode())).decode("ascii"))
        today = day_at(work.session, work.now).isoformat()
        put_setting(work.session, FACTS, {"year": codes.year, "sha256": digest, "loaded_on": today})
        work.note(event="code_set", year=codes.year, codes=len(codes), content_hash=digest)

    def _in_use(self, session: Session) -> Icd10Search:
        own = _own_facts(session)
        if own is None:
            return assets.load_icd10_search()
        with self._lock:
            if self._own is None or self._own[0] != own["sha256"]:
                self._own = (own["sha256"], _own_search(session))
            return self._own[1]


def _own_facts(session: Session) -> dict[str, Any] | None:
    """Return what is kept of the clinic's own set, or None where there is none or the program's is newer."""
    kept = session.get(Setting, FACTS)
    if kept is None or kept.value["year"] < assets.load_code_set().year:
        return None
    return dict(kept.value)


def _own_search(session: Session) -> Icd10Search:
    packed = session.get_one(Setting, CODES).value
    codes = parse_code_set(zlib.decompress(base64.b64decode(packed)).decode())
    return Icd10Search(with_hints_of(codes, assets.load_code_set()), assets.load_lay_words())
