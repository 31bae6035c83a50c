"""What one month-end is going to print: which packets are new, which stand as they were made, which are void."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, Packet
from app.rules.case_json import case_to_json
from app.rules.errors import ProgramFault
from app.rules.month import Month
from app.rules.packet_facts import DRAFT, FINAL, VOID, PacketFacts
from app.rules.rule_book import RuleBook
from app.rules.text import fold
from app.security.audit_chain import canonical
from app.services.approvals import standing_approvals
from app.services.audit_words import audit_extracts
from app.services.judging import Judged, judge
from app.services.month_papers import BOUND, BoundMonth, Maker, bound_as_kept, bound_index, kept_paper
from app.services.packet_folder import PACKETS
from app.storage.ledger import Work, chain_head


@dataclass(frozen=True, slots=True)
class Sheet:
    """A packet to print. `kept` is the SHA-256 of one that was made before and stands; None: it is made now.

    `supersedes` is the row of the draft whose place it takes. `judged` is None for a kept packet of somebody who has no
    case any more.
    """

    patient_id: int
    facts: PacketFacts
    kept: str | None
    judged: Judged | None
    supersedes: int | None = None
    changed_since: bool = False

    @property
    def number(self) -> str:
        return self.facts.making.packet_id

    @property
    def file(self) -> str:
        return file_of(self.number)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is printed of a month, in order of names, as one look at the clinic file found it.

    `void` are rows of drafts whose patients are no longer ready; `gone` the files of all drafts that no longer stand
    (name → SHA-256); `kept_bound` the SHA-256 of the bound document when it stands as it was made.
    """

    sheets: tuple[Sheet, ...]
    left_out: tuple[Judged, ...]
    void: tuple[int, ...]
    gone: Mapping[str, str]
    bound: BoundMonth
    kept_bound: str | None
    chain_seq: int


def plan_month(
    session: Session, clinic: Clinic, month: Month, book: RuleBook, *, maker: Maker, names: Mapping[str, str]
) -> Plan:
    """Return what is to be printed of a month now. `names` says the audit trail's actions in words.

    Raises `ProgramFault` where a time log does not add up to the month's totals.
    """
    judged = judge(session, clinic, month, book)
    kept = kept_packets(session, month)
    chain_seq, head = chain_head(session)
    standing = standing_approvals(session, clinic, [each for each in judged if is_open_and_ready(each)], book)
    sheets = [
        Sheet(row.patient_id, PacketFacts.from_json(row.facts), row.sha256, None)
        for row in kept.values()
        if row.state == FINAL
    ]
    changed = {each.patient.id for each in judged if each.changed_since}
    sheets = [replace(sheet, changed_since=sheet.patient_id in changed) for sheet in sheets]
    fresh: list[Sheet] = []
    for each in judged:
        patient_id = each.patient.id
        if patient_id not in standing:
            continue
        now, last = standing[patient_id], kept.get(patient_id)
        state = DRAFT if now.approval is None else FINAL
        if last is not None and last.state == state and last.facts_hash == now.facts.facts_hash():
            sheets.append(Sheet(patient_id, PacketFacts.from_json(last.facts), last.sha256, each))
            continue
        revision = last.revision + 1 if last is not None else 1
        making = maker.making(packet_number(month, patient_id, revision), revision, state)
        supersedes = last.id if last is not None and last.state == DRAFT else None
        facts = replace(now.facts, making=making, approval=now.approval, chain_head=head)
        fresh.append(Sheet(patient_id, facts, None, each, supersedes))
    since = month.bounds(ZoneInfo(clinic.time_zone))[0]
    extracts = audit_extracts(session, [sheet.patient_id for sheet in fresh], since, clinic.time_zone, names)
    for sheet in fresh:
        facts = replace(sheet.facts, audit=extracts.get(sheet.patient_id, ()))
        if wrong := facts.discrepancies():
            raise ProgramFault(f"The time log of packet {sheet.number} does not add up: {'; '.join(wrong)}.")
        sheets.append(replace(sheet, facts=facts))
    sheets.sort(key=lambda sheet: (fold(sheet.facts.patient.claim_name or ""), sheet.facts.patient.record_id))
    printed = {sheet.patient_id for sheet in sheets}
    left_out = tuple(
        sorted(
            (each for each in judged if each.patient.id not in printed),
            key=lambda each: (each.patient.sort_name, each.patient.id),
        )
    )
    index = bound_index(session, clinic, month, left_out, book, making=maker.making(""))
    kept_bound = kept_paper(session, month, BOUND)
    bound, bound_is_new = bound_as_kept(
        BoundMonth(index, tuple(sheet.number for sheet in sheets)),
        kept_bound,
        maker,
        is_final=all(sheet.facts.making.state == FINAL for sheet in sheets),
    )
    return Plan(
        sheets=tuple(sheets),
        left_out=left_out,
        void=tuple(row.id for row in kept.values() if row.state == DRAFT and row.patient_id not in printed),
        gone=_gone(session, month, {sheet.number for sheet in sheets}),
        bound=bound,
        kept_bound=None if bound_is_new or kept_bound is None else kept_bound.sha256,
        chain_seq=chain_seq,
    )


def keep_sheet(work: Work, sheet: Sheet, digest: str) -> None:
    """Freeze a new packet: its facts, the rules' input and answer, and what its file was."""
    if sheet.judged is None:
        raise ValueError("a new packet is made of a case")
    making = sheet.facts.making
    work.about(sheet.patient_id)
    if sheet.supersedes is not None:
        work.session.get_one(Packet, sheet.supersedes).state = VOID
    facts_hash = sheet.facts.facts_hash()
    work.session.add(
        Packet(
            packet_no=sheet.number,
            patient_id=sheet.patient_id,
            month=sheet.facts.month,
            revision=making.revision,
            state=making.state,
            facts=sheet.facts.to_json(),
            facts_hash=facts_hash,
            case=canonical(case_to_json(sheet.judged.case)).decode(),
            result=canonical(sheet.judged.result.to_json()).decode(),
            rule_version=sheet.facts.rule_version,
            program_version=making.program_version,
            sha256=digest,
            made_at=work.now,
            made_by=making.made_by,
        )
    )
    work.note(packet=sheet.number, state=making.state, facts=facts_hash, sha256=digest)


def kept_packets(session: Session, month: Month) -> dict[int, Packet]:
    """Return, by patient, the newest packet that was made of the month, void ones too."""
    rows = session.scalars(select(Packet).where(Packet.month == str(month)).order_by(Packet.revision))
    return {row.patient_id: row for row in rows}


def is_open_and_ready(each: Judged) -> bool:
    """Tell whether a month is ready and its final packet not made yet."""
    return each.packet_no is None and each.result.verdict == "ready"


def packet_number(month: Month, patient_id: int, revision: int) -> str:
    """Return a packet's number: the same for the same month, patient and revision; it names nobody."""
    return f"CL-{month}-{patient_id:04d}-r{revision}"


def file_of(number: str) -> str:
    """Return a packet's file within the folder of a month-end."""
    return f"{PACKETS}/{number}.pdf"


def _gone(session: Session, month: Month, printed: set[str]) -> dict[str, str]:
    rows: Sequence[Packet] = session.scalars(select(Packet).where(Packet.month == str(month))).all()
    return {file_of(row.packet_no): row.sha256 for row in rows if row.packet_no not in printed}
