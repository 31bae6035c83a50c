"""One click, one PDF: why a month was billed, with the proof that nothing was altered since."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Approval, ApprovalWithdrawal, Claim, Clinic, Packet, Person, Practitioner
from app.rules.audit_answer import AuditAnswer, ClaimStep, GivenApproval, PacketVersion, Proof
from app.rules.claim_facts import REPLACEMENT, VOID
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.packet_facts import DRAFT, FINAL, AuditFacts, PacketFacts
from app.security.permissions import Actor
from app.services.approvals import approval_facts
from app.services.audit_words import audit_extracts
from app.services.claims.register import HistoryLine, history_of, standing_of_claim
from app.services.closing.paper_store import is_stored, stored
from app.services.door import composed, writes
from app.services.judging import clinic_of
from app.services.packet_gathering import local_iso
from app.storage.integrity import Checked
from app.storage.ledger import Ledger, Reading, Work

ANSWER = "answer.make"

_STATES = {
    "ready": "not sent yet",
    "again": "to be sent once more",
    "exported": "left in a claim file or on paper",
    "submitted": "submitted",
    "accepted": "accepted for adjudication",
    "rejected": "rejected before adjudication",
    "denied": "denied",
    "paid": "paid",
    "voided": "taken back",
    "written_off": "written off",
}
_STEPS = {
    "exported": "Left",
    "submitted": "Submitted",
    "file_accepted": "File accepted by the receiver",
    "file_rejected": "File turned back by the receiver",
    "accepted": "Accepted for adjudication",
    "rejected": "Rejected",
    "denied": "Denied",
    "paid": "Paid",
    "resubmission": "To be sent again",
    "written_off": "Written off",
    "overpayment": "Possible overpayment found",
    "overpayment_settled": "Overpayment dealt with",
}


class NothingClosed(ClinicError):
    """There is no month to answer for."""

    def __init__(self) -> None:
        super().__init__("This patient's month was never closed: there is no final packet to answer with.")


@dataclass(frozen=True, slots=True)
class AnswerPdf:
    """The answer as a file. Its name says the packet's number, and nobody's name. `holds`: so does the proof."""

    name: str
    pdf: bytes
    holds: bool


class AuditAnswers:
    """Answers to audits of closed months."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        check: Callable[[], Checked],
        print_packet: Callable[[PacketFacts], bytes],
        print_answer: Callable[[AuditAnswer, bytes], bytes],
        program_version: str,
    ) -> None:
        self._ledger = ledger
        self._check = check
        self._print_packet = print_packet
        self._print_answer = print_answer
        self._program_version = program_version

    @composed(ANSWER)
    def answer(self, actor: Actor, patient_id: int, month: Month) -> AnswerPdf:
        """Return the answer for a closed month, from what was frozen then. The trail notes that it was made.

        The whole trail and every sealed record are checked while it is made. Raises `NothingClosed`.
        """
        with self._ledger.reading(actor, ANSWER) as reading:
            _newest_final(reading.session, patient_id, month)  # said before the check, which takes its time
        checked = self._check()
        with self._ledger.reading(actor, ANSWER) as reading:
            packet = _newest_final(reading.session, patient_id, month)
            content = self._file_of(reading.session, packet)
            answer = self._gather(reading, packet, content, checked)
        pdf = self._print_answer(answer, content)
        number = answer.packet.making.packet_id
        with self._ledger.writing(actor, ANSWER) as work:
            work.about(patient_id)
            digest = hashlib.sha256(pdf).hexdigest()
            work.note(month=str(month), packet=number, holds=answer.proof.holds, sha256=digest)
        return AnswerPdf(f"audit-answer-{number}.pdf", pdf, answer.proof.holds)

    @composed(ANSWER)
    def of_packet(self, actor: Actor, packet_id: int) -> AnswerPdf:
        """Return the answer for the month of a packet. Raises `NothingClosed`."""
        with self._ledger.reading(actor, ANSWER) as reading:
            row = reading.session.get(Packet, packet_id)
            if row is None:
                raise NothingClosed
            patient_id, month = row.patient_id, Month.parse(row.month)
        return self.answer(actor, patient_id, month)

    @writes(ANSWER)
    def leave(self, work: Work, name: str, patient_id: int, form: str, purpose: str) -> None:
        """Note that a copy of an answer leaves the encrypted file: printed, or saved as a PDF, and why (a key)."""
        work.about(patient_id)
        work.note(event="copy_leaves", document=name.removesuffix(".pdf"), form=form, purpose=purpose)

    def _file_of(self, session: Session, packet: Packet) -> bytes:
        """Return the packet's file as it was made; drawn again where only its facts were kept."""
        if is_stored(session, packet.stored_sha256):
            return stored(session, str(packet.stored_sha256))
        return self._print_packet(PacketFacts.from_json(packet.facts))

    def _gather(self, reading: Reading, packet: Packet, content: bytes, checked: Checked) -> AuditAnswer:
        session = reading.session
        clinic = clinic_of(session)
        zone = clinic.time_zone
        facts = PacketFacts.from_json(packet.facts)
        at = local_iso(reading.now, zone)
        proof = Proof(
            checked_at=at,
            chain_head=checked.chain_head,
            audit_events=checked.audit_events,
            sealed_rows=checked.sealed_rows,
            faults=tuple(f"{fault.check}: {fault.what}" for fault in checked.faults),
            packet_sha256=packet.stored_sha256 or packet.sha256,
            reprint_sha256=hashlib.sha256(content).hexdigest(),
            facts_hash=packet.facts_hash,
            facts_hash_now=facts.facts_hash(),
        )
        claim = session.scalars(
            select(Claim).where(Claim.patient_id == packet.patient_id, Claim.month == packet.month)
        ).first()
        return AuditAnswer(
            packet=facts,
            proof=proof,
            made_at=at,
            made_by=reading.actor.name,
            program_version=self._program_version,
            claim_state=_STATES[standing_of_claim(session, claim).state] if claim else "",
            packets=_packets(session, packet, zone),
            approvals=_approvals(session, clinic, packet),
            claim=tuple(_step(line, zone) for line in history_of(session, claim.id)) if claim else (),
            after=self._after(session, packet, zone),
        )

    def _after(self, session: Session, packet: Packet, zone: str) -> tuple[AuditFacts, ...]:
        names: Mapping[str, str] = self._ledger.permissions.names
        since = packet.made_at.astimezone(ZoneInfo(zone))
        found = audit_extracts(session, [packet.patient_id], since, zone, names).get(packet.patient_id, ())
        return tuple(each for each in found if datetime.fromisoformat(each.at) >= since.replace(microsecond=0))


def _newest_final(session: Session, patient_id: int, month: Month) -> Packet:
    """Return the month's newest packet that was ever final: the one that stands, else a void one."""
    rows = session.scalars(
        select(Packet)
        .where(Packet.patient_id == patient_id, Packet.month == str(month), Packet.state != DRAFT)
        .order_by(Packet.state == FINAL, Packet.revision)
    ).all()
    finals = [row for row in rows if PacketFacts.from_json(row.facts).making.state == FINAL]
    if not finals:
        raise NothingClosed
    return finals[-1]


def _packets(session: Session, packet: Packet, zone: str) -> tuple[PacketVersion, ...]:
    rows = session.scalars(
        select(Packet)
        .where(Packet.patient_id == packet.patient_id, Packet.month == packet.month)
        .order_by(Packet.revision)
    )
    return tuple(
        PacketVersion(row.packet_no, row.state, row.revision, local_iso(row.made_at, zone), row.made_by, row.sha256)
        for row in rows
    )


def _approvals(session: Session, clinic: Clinic, packet: Packet) -> tuple[GivenApproval, ...]:
    own = {
        row.person_id: row.npi
        for row in session.execute(select(Practitioner.person_id, Practitioner.npi).where(Practitioner.person_id > 0))
    }
    people = {row.id: row.name for row in session.execute(select(Person.id, Person.name))}
    rows = session.execute(
        select(Approval, ApprovalWithdrawal)
        .outerjoin(ApprovalWithdrawal, ApprovalWithdrawal.approval_id == Approval.id)
        .where(Approval.patient_id == packet.patient_id, Approval.month == packet.month)
        .order_by(Approval.id)
    )
    found = []
    for approval, taken_back in rows:
        withdrawn = ""
        if taken_back is not None:
            when = local_iso(taken_back.withdrawn_at, clinic.time_zone)[:10]
            withdrawn = f"{when} by {people.get(taken_back.person_id, taken_back.withdrawn_by)}: {taken_back.reason}"
        found.append(
            GivenApproval(
                approval_facts(approval, clinic.time_zone, own.get(approval.person_id)),
                approval.facts_hash == packet.facts_hash,
                withdrawn,
                approval.family or "",
                approval.family_reason or "",
            )
        )
    return tuple(found)


def _step(line: HistoryLine, zone: str) -> ClaimStep:
    as_what = {REPLACEMENT: "replacement", VOID: "void"}.get(line.frequency, "")
    parts = (
        f"claim {line.claim_no}" if line.claim_no else "",
        f"control number {line.control_no:09d}" if line.control_no and line.kind == "exported" else "",
        f"of packet {line.packet_no}" if line.packet_no and line.kind == "exported" else "",
        as_what,
        " ".join(line.codes),
        "; ".join(dict.fromkeys(line.words)),
        f"payer's number {line.payer_no}" if line.payer_no else "",
        f"${line.cents // 100:,}.{line.cents % 100:02d}" if line.cents is not None else "",
        f"file {line.response}" if line.response else "",
        line.reason,
    )
    return ClaimStep(
        line.on.isoformat(),
        local_iso(line.at, zone),
        line.by,
        _STEPS[line.kind],
        " · ".join(part for part in parts if part),
    )
