import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.orm import Session

from app.models import Approval, Clinic, Packet
from app.rules.errors import ClinicError, ProgramFault
from app.rules.month import Month
from app.rules.packet_facts import ATTESTATION, DRAFT, FINAL, VOID, PacketFacts
from app.rules.papers import ReadinessReport
from app.rules.rule_book import RuleBook
from app.security.permissions import Actor
from app.services.approvals import Standing, standing_approvals
from app.services.door import composed
from app.services.judging import Judged, clinic_of, judge, require_known, require_over
from app.services.making import Plan, Sheet, is_open_and_ready, keep_sheet, kept_packets, plan_month
from app.services.month_papers import (
    BOUND,
    READINESS,
    BindPackets,
    Maker,
    keep_paper,
    kept_paper,
    report_as_kept,
)
from app.services.packet_folder import PACKETS, PacketFolder, packet_folder
from app.services.people import is_one_person_clinic
from app.services.readiness import report_of
from app.storage.ledger import Ledger, Reading, Work, chain_head

APPROVE, MAKE = "month.approve", "month.make"
BOUND_FILE, READINESS_FILE = "bound.pdf", "readiness.pdf"
PAPERS = frozenset({PACKETS, BOUND, READINESS})
"""What can be written: a PDF a packet, all of them bound, the readiness report."""


class NotReady(ClinicError):
    """The month cannot be approved as it stands."""


class MonthChanged(ClinicError):
    """The record is no longer what was looked at."""

    def __init__(self) -> None:
        super().__init__("This month's record has changed in the meantime. Look at it again, then repeat the step.")


class MakingStopped(ClinicError):
    """The person stopped it."""

    def __init__(self) -> None:
        super().__init__("Stopped. No packet was made.")


@dataclass(frozen=True, slots=True)
class PacketPreview:
    """A packet on screen: its facts, its PDF, and the hash that an approval of it is bound to."""

    facts: PacketFacts
    pdf: bytes
    facts_hash: str


@dataclass(frozen=True, slots=True)
class MadePacket:
    """A packet that was written. `state` is draft or final; `is_new`: not a reprint, byte for byte, of an earlier one.

    `changed_since`: the record is no longer what this final packet says; it stays as it was made.
    """

    packet_no: str
    patient_id: int
    state: str
    revision: int
    sha256: str
    is_new: bool
    changed_since: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What a month-end wrote. `not_ready` patients have no packet; `approved_now` were approved in the same step."""

    month: Month
    packets: tuple[MadePacket, ...]
    not_ready: int
    approved_now: int
    files: tuple[Path, ...]

    @property
    def finals(self) -> int:
        return sum(packet.state == FINAL for packet in self.packets)

    @property
    def drafts(self) -> int:
        return sum(packet.state == DRAFT for packet in self.packets)


class MonthEnd:
    """Approves months and makes their packets.

    Packets are made of frozen facts: what was made once is printed again from them, the same bytes for ever.
    """

    def __init__(
        self,
        ledger: Ledger,
        book: RuleBook,
        *,
        clinic_folder: Path,
        program_version: str,
        verify_passphrase: Callable[[str], None],
        make_packet: Callable[[PacketFacts], bytes],
        bind: BindPackets,
        make_report: Callable[[ReadinessReport], bytes],
    ) -> None:
        self._ledger = ledger
        self._book = book
        self._clinic_folder = clinic_folder
        self._program_version = program_version
        self._verify = verify_passphrase
        self._make_packet = make_packet
        self._bind = bind
        self._make_report = make_report

    @composed(MAKE)
    def preview(self, actor: Actor, patient_id: int, month: Month) -> PacketPreview:
        """Return the packet as it would be made now, or as it was made when it is final. Raise `NotReady`."""
        with self._ledger.reading(actor, MAKE) as reading:
            clinic, each = self._one(reading.session, patient_id, month)
            kept = kept_packets(reading.session, month).get(patient_id)
            if each.packet_no is not None and kept is not None:
                facts = PacketFacts.from_json(kept.facts)
            else:
                making = self._maker(reading, clinic).making("preview", kept.revision + 1 if kept else 1, DRAFT)
                facts = replace(self._standing(reading.session, clinic, each).facts, making=making)
        return PacketPreview(facts, self._make_packet(facts), facts.facts_hash())

    @composed(MAKE)
    def draft(self, actor: Actor, patient_id: int, month: Month) -> PacketPreview:
        """Return the preview to be saved as a file. It leaves the encrypted file, so the trail notes it."""
        made = self.preview(actor, patient_id, month)
        with self._ledger.writing(actor, MAKE) as work:
            work.about(patient_id)
            work.note(month=str(month), paper="preview", facts=made.facts_hash)
        return made

    @composed(APPROVE)
    def approve(self, actor: Actor, patient_id: int, month: Month, passphrase: str, seen: str = "") -> None:
        """Attest to a patient's month, with the person's passphrase asked again; it binds the facts as they stand.

        `seen` is the `facts_hash` of the preview that was looked at. Raises `WrongPassphrase`, `NotReady`,
        `MonthNotOver`, or `MonthChanged` when the facts are no longer those.
        """
        self._verify(passphrase)
        with self._ledger.writing(actor, APPROVE) as work:
            clinic, each = self._one(work.session, patient_id, month)
            require_over(month, clinic.time_zone, work.now)
            if each.packet_no is not None:
                raise NotReady(f"The packet of {month} is made and final; there is nothing left to approve.")
            standing = self._standing(work.session, clinic, each)
            if seen and seen != standing.facts.facts_hash():
                raise MonthChanged
            _attest(work, each, standing.facts, one_person_clinic=is_one_person_clinic(work.session))

    @composed(APPROVE)
    def approve_all(self, actor: Actor, month: Month, passphrase: str) -> int:
        """Attest to every ready month at once, where one person is the whole clinic; return how many were new.

        Raises `NotReady` where more than one person can sign in: there each month is looked at by itself.
        """
        self._verify(passphrase)
        if not self._works_alone(actor):
            raise NotReady("More than one person works here: each patient's month is approved by itself.")
        return self._approve_alone(actor, month)

    @composed(MAKE)
    def make(
        self,
        actor: Actor,
        month: Month,
        out: Path,
        *,
        passphrase: str | None = None,
        papers: Collection[str] = PAPERS,
        progress: Callable[[int, int], None] = lambda _done, _of: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Made:
        """Write a packet for each ready patient, all of them bound, the readiness report and a manifest to `out`.

        `papers` leaves some of these out; packets are written singly, bound or both, and are kept either way.
        Approved months become final packets, others drafts under a watermark. In a clinic of one person the passphrase,
        given again, approves all ready months in the same step. What was made before and still stands is printed from
        its frozen facts, the same bytes. `progress` is told (done, of); `cancelled` is asked before each packet.

        Raises `OutRefused`, `WrongPassphrase`, `MonthUnknown`, `MonthNotOver`, `MakingStopped`, `MonthChanged`; then
        nothing is in `out`. `ProgramFault` when a kept packet does not come out as it did.
        """
        if not {PACKETS, BOUND} & set(papers):
            raise ClinicError("Choose how packets are written: one PDF a patient, all in one bound PDF, or both.")
        with packet_folder(out, self._clinic_folder) as folder:
            with self._ledger.reading(actor, MAKE) as reading:
                clinic = clinic_of(reading.session)
                require_known(self._book, month, clinic.setting)
                require_over(month, clinic.time_zone, reading.now)
            approved = 0
            if passphrase is not None:
                self._verify(passphrase)
                if self._works_alone(actor) and self._ledger.may(actor, APPROVE):
                    approved = self._approve_alone(actor, month)
            with self._ledger.reading(actor, MAKE) as reading:
                clinic = clinic_of(reading.session)
                maker = self._maker(reading, clinic)
                names = self._ledger.permissions.names
                plan = plan_month(reading.session, clinic, month, self._book, maker=maker, names=names)
            digests = self._print(plan, folder, papers, progress, cancelled)
            self._keep(actor, month, plan, digests)
            self._finish(actor, plan, folder, papers, digests)
            files = folder.finish({"format": 1, "month": str(month), "rules": self._book.version}, plan.gone)
        packets = tuple(
            MadePacket(
                packet_no=sheet.number,
                patient_id=sheet.patient_id,
                state=sheet.facts.making.state,
                revision=sheet.facts.making.revision,
                sha256=digests[sheet.file],
                is_new=sheet.kept is None,
                changed_since=sheet.changed_since,
            )
            for sheet in plan.sheets
        )
        return Made(month, packets, len(plan.left_out), approved, files)

    def _maker(self, reading: Reading, clinic: Clinic) -> Maker:
        return Maker(reading.now, reading.actor.name, self._program_version, clinic.time_zone)

    def _works_alone(self, actor: Actor) -> bool:
        with self._ledger.reading(actor, MAKE) as reading:
            return is_one_person_clinic(reading.session)

    def _one(self, session: Session, patient_id: int, month: Month) -> tuple[Clinic, Judged]:
        """Return the clinic and a ready patient's month."""
        clinic = clinic_of(session)
        judged = judge(session, clinic, month, self._book, [patient_id])
        if not judged:
            raise NotReady("This patient was never enrolled: there is no month to bill.")
        if judged[0].result.verdict != "ready":
            said = " ".join(self._book.finding(code).sentence for code in judged[0].result.blockers)
            raise NotReady(f"{month} is not ready to bill: {said}")
        return clinic, judged[0]

    def _standing(self, session: Session, clinic: Clinic, each: Judged) -> Standing:
        return standing_approvals(session, clinic, [each], self._book)[each.patient.id]

    def _approve_alone(self, actor: Actor, month: Month) -> int:
        with self._ledger.reading(actor, APPROVE) as reading:
            clinic = clinic_of(reading.session)
            require_over(month, clinic.time_zone, reading.now)
            judged = judge(reading.session, clinic, month, self._book)
            ready = {each.patient.id: each for each in judged if is_open_and_ready(each)}
            standing = standing_approvals(reading.session, clinic, list(ready.values()), self._book)
        unapproved = [patient_id for patient_id, each in standing.items() if each.approval is None]
        for patient_id in unapproved:
            with self._ledger.writing(actor, APPROVE) as work:
                _attest(work, ready[patient_id], standing[patient_id].facts, one_person_clinic=True)
        return len(unapproved)

    def _print(
        self,
        plan: Plan,
        folder: PacketFolder,
        papers: Collection[str],
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> dict[str, str]:
        """Write packets and bound document into `folder`, as `papers` asks, and return the SHA-256 of each one made."""

        def ask() -> bool:
            if cancelled():
                raise MakingStopped
            return False

        steps = len(plan.sheets) * (2 if BOUND in papers else 1)
        digests = {}
        for done, sheet in enumerate(plan.sheets, 1):
            ask()
            content = self._make_packet(sheet.facts)
            digests[sheet.file] = hashlib.sha256(content).hexdigest()
            if PACKETS in papers:
                folder.add(sheet.file, content)
            if sheet.kept is not None:
                _require_same(sheet.number, digests[sheet.file], sheet.kept)
            progress(done, steps)
        if BOUND not in papers:
            return digests
        bound = self._bind(
            [sheet.facts for sheet in plan.sheets],
            plan.bound.index,
            progress=lambda done, of: progress(len(plan.sheets) + done, len(plan.sheets) + of),
            cancelled=ask,
        )
        digests[BOUND_FILE] = folder.add(BOUND_FILE, bound)
        if plan.kept_bound is not None:
            _require_same(plan.bound.index.making.packet_id, digests[BOUND_FILE], plan.kept_bound)
        return digests

    def _keep(self, actor: Actor, month: Month, plan: Plan, digests: Mapping[str, str]) -> None:
        """Freeze what each new packet was made of, unless the record changed while it was printed."""
        seen = plan.chain_seq
        for sheet in plan.sheets:
            if sheet.kept is not None:
                continue
            with self._ledger.writing(actor, MAKE) as work:
                now_at, _ = chain_head(work.session)
                if now_at != seen:
                    self._require_unchanged(work.session, month, sheet)
                keep_sheet(work, sheet, digests[sheet.file])
            seen = now_at + 1
        if plan.void:
            with self._ledger.writing(actor, MAKE) as work:
                for packet_id in plan.void:
                    work.session.get_one(Packet, packet_id).state = VOID

    def _require_unchanged(self, session: Session, month: Month, sheet: Sheet) -> None:
        clinic = clinic_of(session)
        judged = judge(session, clinic, month, self._book, [sheet.patient_id])
        open_still = [each for each in judged if is_open_and_ready(each)]
        standing = standing_approvals(session, clinic, open_still, self._book).get(sheet.patient_id)
        if standing is None or standing.facts.facts_hash() != sheet.facts.facts_hash():
            raise MonthChanged

    def _finish(
        self, actor: Actor, plan: Plan, folder: PacketFolder, papers: Collection[str], digests: Mapping[str, str]
    ) -> None:
        """Print the readiness report as it is now that the packets are kept, and freeze the month's papers."""
        month = Month.parse(plan.bound.index.month)
        report = self._report(actor, month, folder) if READINESS in papers else None
        with self._ledger.writing(actor, MAKE) as work:
            if plan.kept_bound is None and BOUND_FILE in digests:
                keep_paper(work, plan.bound, digests[BOUND_FILE], self._book.version)
            if report is not None:
                keep_paper(work, report, folder.files[READINESS_FILE], self._book.version)
            work.note(
                month=str(month),
                made=[sheet.number for sheet in plan.sheets if sheet.kept is None],
                printed_again=[sheet.number for sheet in plan.sheets if sheet.kept is not None],
                voided=len(plan.void),
            )

    def _report(self, actor: Actor, month: Month, folder: PacketFolder) -> ReadinessReport | None:
        """Write the readiness report, and return it if it is to be kept: not printed again as it was."""
        with self._ledger.reading(actor, MAKE) as reading:
            clinic = clinic_of(reading.session)
            maker = self._maker(reading, clinic)
            judged = judge(reading.session, clinic, month, self._book)
            making = maker.making("")
            live = report_of(reading.session, clinic, month, judged, self._book, making=making)
            kept = kept_paper(reading.session, month, READINESS)
        report, is_new = report_as_kept(live, kept, maker)
        digest = folder.add(READINESS_FILE, self._make_report(report))
        if kept is not None and not is_new:
            _require_same(report.making.packet_id, digest, kept.sha256)
        return report if is_new else None


def _attest(work: Work, each: Judged, facts: PacketFacts, *, one_person_clinic: bool) -> None:
    digest = facts.facts_hash()
    work.about(each.patient.id)
    work.session.add(
        Approval(
            patient_id=each.patient.id,
            month=str(each.case.month),
            facts_hash=digest,
            npi=each.patient.npi,
            approver=work.actor.name,
            credential=work.actor.credential,
            meaning=ATTESTATION,
            one_person_clinic=one_person_clinic,
            approved_at=work.now,
            person_id=work.actor.person_id,
        )
    )
    work.note(month=str(each.case.month), facts=digest)


def _require_same(number: str, printed: str, kept: str) -> None:
    if printed != kept:
        raise ProgramFault(
            f"{number} does not come out as it was first made, so nothing was written. "
            "Print it with the version of CareLoop that made it."
        )
