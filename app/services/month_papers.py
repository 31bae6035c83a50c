"""The papers of a whole month: the index that binds its packets, and the readiness report; frozen when first made."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, MonthPaper, Patient
from app.rules import frozen_json
from app.rules.month import Month
from app.rules.packet_facts import DRAFT, FINAL, Making, PacketFacts
from app.rules.papers import BoundIndex, NotBilled, ReadinessReport
from app.rules.rule_book import RuleBook
from app.services.board.holds import hold_words
from app.services.closing.paper_store import is_stored
from app.services.judging import Judged
from app.services.packet_gathering import clinic_facts, local_iso, patient_facts
from app.storage.ledger import Work

BOUND, READINESS = "bound", "readiness"
_AT_ONCE = 300
_WITHOUT_MAKING = frozenset({"making"})


class BindPackets(Protocol):
    """How packets are bound: their facts in order, the index; told how far it is, and asked whether to stop."""

    def __call__(
        self,
        facts: Sequence[PacketFacts],
        index: BoundIndex,
        *,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] = ...,
    ) -> bytes: ...


@dataclass(frozen=True, slots=True)
class BoundMonth:
    """What a bound document is made of: its index, and the packets' numbers in order (each has facts of its own)."""

    index: BoundIndex
    packets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest paper of a kind as it was first made. What a program made that did not keep bytes is made anew."""

    revision: int
    facts: str
    facts_hash: str
    sha256: str
    is_stored: bool


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes papers, when and with what."""

    at: datetime
    by: str
    program_version: str
    zone: str

    def making(self, number: str, revision: int = 1, state: str = FINAL) -> Making:
        return Making(number, local_iso(self.at, self.zone), self.by, self.program_version, state, revision)


def kept_paper(session: Session, month: Month, kind: str) -> Kept | None:
    """Return the newest paper of a kind that was made of the month. `is_stored`: its bytes are kept."""
    row = session.scalars(
        select(MonthPaper)
        .where(MonthPaper.month == str(month), MonthPaper.kind == kind)
        .order_by(MonthPaper.revision.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Kept(row.revision, row.facts, row.facts_hash, row.sha256, is_stored(session, row.sha256))


def bound_index(
    session: Session,
    clinic: Clinic,
    month: Month,
    left_out: Sequence[Judged],
    book: RuleBook,
    *,
    making: Making,
    waiting: Mapping[int, str],
) -> BoundIndex:
    """Return the sheets around the packets; `left_out` are the patients without one.

    `waiting` says of ready ones why they have none.
    """
    people: dict[int, Patient] = {}
    for first in range(0, len(left_out), _AT_ONCE):
        some = [each.patient.id for each in left_out[first : first + _AT_ONCE]]
        people |= {row.id: row for row in session.scalars(select(Patient).where(Patient.id.in_(some)))}
    not_billed = tuple(
        NotBilled(
            patient_facts(people[each.patient.id]),
            (
                *hold_words(each.hold),
                *((waiting[each.patient.id],) if each.patient.id in waiting else ()),
                *(book.finding(code).sentence for code in each.result.blockers),
            ),
            each.result.clinical_staff_seconds + each.result.practitioner_seconds,
        )
        for each in left_out
    )
    return BoundIndex(clinic_facts(clinic), str(month), making, not_billed)


def bound_as_kept(bound: BoundMonth, kept: Kept | None, maker: Maker, *, is_final: bool) -> tuple[BoundMonth, bool]:
    """Return what to bind, and whether that is the first making: what did not change is bound as it was then."""
    if kept is not None and kept.is_stored and kept.facts_hash == bound_hash(bound):
        return frozen_json.from_json(BoundMonth, kept.facts), False
    revision = kept.revision + 1 if kept else 1
    number = f"CL-{bound.index.month}-bound-r{revision}"
    making = maker.making(number, revision, FINAL if is_final else DRAFT)
    return replace(bound, index=replace(bound.index, making=making)), True


def report_as_kept(report: ReadinessReport, kept: Kept | None, maker: Maker) -> tuple[ReadinessReport, bool]:
    """Return the readiness report to print, and whether that is the first making."""
    if kept is not None and kept.is_stored and kept.facts_hash == report_hash(report):
        return frozen_json.from_json(ReadinessReport, kept.facts), False
    revision = kept.revision + 1 if kept else 1
    return replace(report, making=maker.making(f"CL-{report.month}-readiness-r{revision}", revision)), True


def keep_paper(work: Work, paper: BoundMonth | ReadinessReport, digest: str, rule_version: str) -> None:
    """Freeze what a paper was made of when it is made first. `digest` is the SHA-256 of its file."""
    if isinstance(paper, BoundMonth):
        kind, month, making, facts_hash = BOUND, paper.index.month, paper.index.making, bound_hash(paper)
    else:
        kind, month, making, facts_hash = READINESS, paper.month, paper.making, report_hash(paper)
    work.session.add(
        MonthPaper(
            paper_no=making.packet_id,
            month=month,
            kind=kind,
            revision=making.revision,
            facts=frozen_json.to_json(paper),
            facts_hash=facts_hash,
            sha256=digest,
            rule_version=rule_version,
            program_version=making.program_version,
            made_at=work.now,
            made_by=making.made_by,
        )
    )


def bound_hash(bound: BoundMonth) -> str:
    """Return the hash of what is bound, whenever and by whomever it is made."""
    index = frozen_json.to_json(bound.index, without=_WITHOUT_MAKING)
    return _sha256("\n".join((index, *bound.packets)))


def report_hash(report: ReadinessReport) -> str:
    """Return the hash of what is reported, whenever and by whomever it is made."""
    return _sha256(frozen_json.to_json(report, without=_WITHOUT_MAKING))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
