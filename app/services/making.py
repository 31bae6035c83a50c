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
from app.rules.packet_facts import DRAFT, FINAL, VOID, Making, PacketFacts
from app.rules.rule_book import RuleBook
from app.rules.text import fold
from app.security.audit_chain import canonical
from app.services.approvals import Standing, standing_approvals
from app.services.audit_words import audit_extracts
from app.services.judging import Judged, judge
from app.services.month_papers import BOUND, BoundMonth, Maker, bound_as_kept, bound_index, kept_paper
from app.services.packet_folder import PACKETS
from app.storage.ledger import Work, chain_head

NOT_APPROVED = "Ready, but not approved by the billing practitioner."
OWN_APPROVAL = "Approved by the person who makes the packets: somebody else closes it."


@dataclass(frozen=True, slots=True)
class Finish:
    """Which approved months become final: none unless `may`, and not one's own unless `own_too`.

    `closes`: the month is closed with it, so nothing is left as a draft. `all_ready`: as if all were approved.
    """

    may: bool
    person_id: int
    own_too: bool
    closes: bool = False
    all_ready: bool = False

    def lets(self, standing: Standing) -> bool:
        """Tell whether a month becomes final."""
        if standing.approval is None:
            return self.all_ready
        return self.may and (self.own_too or standing.approver_id != self.person_id)

    def why_not(self, standing: Standing) -> str:
        """Return why a ready month does not become final."""
        return NOT_APPROVED if standing.approval is None else OWN_APPROVAL


@dataclass(frozen=True, slots=True)
class Sheet:
    """A packet to print. `kept` is the SHA-256 of one that was made before and stands; None: it is made now.

    `stored` is that of its bytes in the store, None for one that a program made that did not keep them. `supersedes` is
    the row of the draft whose place it takes. `judged` is None for a kept packet of somebody who has no case any more.
    """

    patient_id: int
    facts: PacketFacts
    kept: str | None
    judged: Judged | None
    supersedes: int | None = None
    changed_since: bool = False
    stored: str | None = None

    @property
    def number(self) -> str:
        return self.facts.making.packet_id

    @property
    def file(self) -> str:
        return file_of(self.number)


@dataclass(frozen=True, slots=True)
class Voided:
    """A final packet that was taken back: its row's number and id, its bytes' hash, the revision that follows."""

    number: str
    row_id: int
    stored: str | None
    facts: str
    superseded_by: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is printed of a month, in order of names, as one look at the clinic file found it.

    `void` are rows of drafts whose patients are no longer ready; `gone` the files of all packets that no longer stand
    (name → SHA-256); `voided` final packets that were taken back, by number, with the revision that follows (None: not
    yet); `kept_bound` the SHA-256 of the bound document when it stands as it was made.
    """

    sheets: tuple[Sheet, ...]
    left_out: tuple[Judged, ...]
    void: tuple[int, ...]
    gone: Mapping[str, str]
    voided: tuple[Voided, ...]
    bound: BoundMonth
    kept_bound: str | None
    chain_seq: int


@dataclass(frozen=True, slots=True)
class Look:
    """How a month is looked at for making: the rules, who makes it, the trail's actions in words, what is finished."""

    book: RuleBook
    maker: Maker
    names: Mapping[str, str]
    finish: Finish


def plan_month(session: Session, clinic: Clinic, month: Month, look: Look) -> Plan:
    """Return what is to be printed of a month now.

    Raises `ProgramFault` where a time log does not add up to the month's totals.
    """
    book, maker, finish = look.book, look.maker, look.finish
    judged = judge(session, clinic, month, book)
    kept = kept_packets(session, month)
    chain_seq, head = chain_head(session)
    standing = standing_approvals(session, clinic, [each for each in judged if is_open_and_ready(each)], book)
    changed = {each.patient.id for each in judged if each.changed_since}
    sheets = [
        _as_made(row, None, changed_since=row.patient_id in changed) for row in kept.values() if row.state == FINAL
    ]
    fresh: list[Sheet] = []
    waiting: dict[int, str] = {}
    for each in judged:
        patient_id = each.patient.id
        if patient_id not in standing:
            continue
        now, last = standing[patient_id], kept.get(patient_id)
        state = FINAL if finish.lets(now) else DRAFT
        if state == DRAFT and finish.closes:
            waiting[patient_id] = finish.why_not(now)
            continue
        if last is not None and last.state == state and last.facts_hash == now.facts.facts_hash():
            standing_one = _as_made(last, each)
            if (standing_one.facts.approval is None) == (now.approval is None):  # a draft says whether it is approved
                sheets.append(standing_one)
                continue
        revision = last.revision + 1 if last is not None else 1
        making = maker.making(packet_number(month, patient_id, revision), revision, state)
        supersedes = last.id if last is not None and last.state == DRAFT else None
        fresh.append(Sheet(patient_id, _made_of(now, finish, making, head), None, each, supersedes))
    since = month.bounds(ZoneInfo(clinic.time_zone))[0]
    extracts = audit_extracts(session, [sheet.patient_id for sheet in fresh], since, clinic.time_zone, look.names)
    for sheet in fresh:
        facts = replace(sheet.facts, audit=extracts.get(sheet.patient_id, ()))
        if wrong := facts.discrepancies():
            raise ProgramFault(f"The time log of packet {sheet.number} does not add up: {'; '.join(wrong)}.")
        sheets.append(replace(sheet, facts=facts))
    sheets.sort(key=lambda sheet: (fold(sheet.facts.patient.claim_name or ""), sheet.facts.patient.record_id))
    printed = {sheet.patient_id: sheet for sheet in sheets}
    left_out = tuple(
        sorted(
            (each for each in judged if each.patient.id not in printed),
            key=lambda each: (each.patient.sort_name, each.patient.id),
        )
    )
    index = bound_index(session, clinic, month, left_out, book, making=maker.making(""), waiting=waiting)
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
        voided=_voided(session, month, printed),
        bound=bound,
        kept_bound=None if bound_is_new or kept_bound is None else kept_bound.sha256,
        chain_seq=chain_seq,
    )


def _made_of(now: Standing, finish: Finish, making: Making, head: str) -> PacketFacts:
    """The facts of a packet that is made now, with the approval that it is made on."""
    approval = now.approval
    if approval is not None and not approval.one_person_clinic and making.state == FINAL:
        approval = replace(approval, closed_by_same=now.approver_id == finish.person_id)
    return replace(now.facts, making=making, approval=approval, chain_head=head)


def _as_made(row: Packet, judged: Judged | None, *, changed_since: bool = False) -> Sheet:
    facts = PacketFacts.from_json(row.facts)
    return Sheet(row.patient_id, facts, row.sha256, judged, changed_since=changed_since, stored=row.stored_sha256)


def keep_sheet(work: Work, sheet: Sheet, digest: str) -> None:
    """Freeze a new packet: its facts, the rules' input and answer, and what its file was; its bytes are stored."""
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
            stored_sha256=digest,
        )
    )
    work.note(packet=sheet.number, state=making.state, facts=facts_hash, sha256=digest)


def kept_packets(session: Session, month: Month) -> dict[int, Packet]:
    """Return, by patient, the newest packet that was made of the month, void ones too."""
    rows = session.scalars(select(Packet).where(Packet.month == str(month)).order_by(Packet.revision))
    return {row.patient_id: row for row in rows}


def is_open_and_ready(each: Judged) -> bool:
    """Tell whether a month is ready, its final packet not made yet, and nobody keeps it from being billed."""
    return each.packet_no is None and each.result.verdict == "ready" and each.hold is None


def packet_number(month: Month, patient_id: int, revision: int) -> str:
    """Return a packet's number: the same for the same month, patient and revision; it names nobody."""
    return f"CL-{month}-{patient_id:04d}-r{revision}"


def file_of(number: str) -> str:
    """Return a packet's file within the folder of a month-end."""
    return f"{PACKETS}/{number}.pdf"


def _voided(session: Session, month: Month, printed: Mapping[int, Sheet]) -> tuple[Voided, ...]:
    rows = session.scalars(
        select(Packet).where(Packet.month == str(month), Packet.reopening_id.is_not(None)).order_by(Packet.packet_no)
    )
    return tuple(
        Voided(
            row.packet_no,
            row.id,
            row.stored_sha256,
            row.facts,
            printed[row.patient_id].facts.making.revision if row.patient_id in printed else None,
        )
        for row in rows
    )


def _gone(session: Session, month: Month, printed: set[str]) -> dict[str, str]:
    rows: Sequence[Packet] = session.scalars(select(Packet).where(Packet.month == str(month))).all()
    return {file_of(row.packet_no): row.sha256 for row in rows if row.packet_no not in printed}
