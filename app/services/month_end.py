from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, CloseFile, MonthClose, Packet
from app.rules.errors import ClinicError
from app.rules.family_choice import checked_reason, take_family
from app.rules.month import Month
from app.rules.packet_facts import DRAFT, VOID, PacketFacts
from app.rules.papers import ReadinessReport
from app.rules.rule_book import RuleBook
from app.security.permissions import Actor
from app.services.approvals import NothingToWithdraw, Standing, attest, standing_approvals, take_back
from app.services.board.holds import MonthHeld
from app.services.closing.claims_out import CLAIM_WORK, NOT_CLAIMED_FILE, SendClaims, not_claimed, put_claims
from app.services.closing.dry_run import DryRun, outlook
from app.services.closing.made import Made, MadePacket, MakingStopped, MonthChanged, NotReady, PacketPreview
from app.services.closing.month_state import MonthState, month_state, newest_close
from app.services.closing.paper_store import store, stored
from app.services.closing.press import BOUND_FILE, CLAIMS, PAPERS, READINESS_FILE, Press, Writers
from app.services.closing.protection import protection
from app.services.closing.two_people import may_close_own
from app.services.closing.written_again import described, write_again
from app.services.door import composed, reads, writes
from app.services.judging import Judged, clinic_of, judge, require_known, require_over
from app.services.making import Finish, Look, Plan, Sheet, is_open_and_ready, keep_sheet, kept_packets, plan_month
from app.services.month_papers import BOUND, READINESS, Maker, keep_paper, kept_paper, report_as_kept
from app.services.packet_folder import PACKETS, PacketFolder, full_manifest, packet_folder, sha256_of
from app.services.people import is_one_person_clinic
from app.services.readiness import report_of
from app.storage.ledger import Ledger, Reading, Work, chain_head

__all__ = [
    "PAPERS",
    "DryRun",
    "Made",
    "MadePacket",
    "MakingStopped",
    "MonthChanged",
    "MonthEnd",
    "NotReady",
    "PacketPreview",
    "Writers",
]

APPROVE, MAKE, CLOSE = "month.approve", "month.make", "month.close"


class MonthEnd:
    """Approves months, makes their packets and closes them.

    Packets are made of frozen facts, and their bytes are kept: what was made once is printed again from the store.
    """

    def __init__(
        self,
        ledger: Ledger,
        book: RuleBook,
        *,
        clinic_folder: Path,
        program_version: str,
        verify_passphrase: Callable[[str], None],
        writers: Writers,
        send_claims: SendClaims,
    ) -> None:
        self._ledger = ledger
        self._book = book
        self._clinic_folder = clinic_folder
        self._program_version = program_version
        self._verify = verify_passphrase
        self._writers = writers
        self._send_claims = send_claims

    @reads("readiness.read")
    def state(self, reading: Reading, month: Month) -> MonthState:
        """Return whether the month is open or closed, by whom and when."""
        return month_state(reading.session, month)

    @composed(MAKE)
    def preview(self, actor: Actor, patient_id: int, month: Month) -> PacketPreview:
        """Return the packet as it would be made now, or as it was made when it is final. Raise `NotReady`."""
        with self._ledger.reading(actor, MAKE) as reading:
            clinic, each = self._one(reading.session, patient_id, month)
            kept = kept_packets(reading.session, month).get(patient_id)
            if each.packet_no is not None and kept is not None:
                facts = PacketFacts.from_json(kept.facts)
                pdf = stored(reading.session, kept.stored_sha256) if kept.stored_sha256 else None
                approval = None
            else:
                making = self._maker(reading, clinic).making("preview", kept.revision + 1 if kept else 1, DRAFT)
                standing = self._standing(reading.session, clinic, each)
                facts, pdf, approval = replace(standing.facts, making=making), None, standing.approval
        return PacketPreview(facts, pdf or self._writers.packet(facts), facts.facts_hash(), approval)

    @composed(MAKE)
    def draft(self, actor: Actor, patient_id: int, month: Month) -> PacketPreview:
        """Return the preview to be saved as a file. It leaves the encrypted file, so the trail notes it."""
        made = self.preview(actor, patient_id, month)
        with self._ledger.writing(actor, MAKE) as work:
            work.about(patient_id)
            work.note(month=str(month), paper="preview", facts=made.facts_hash)
        return made

    @composed(APPROVE)
    def approve(
        self,
        actor: Actor,
        patient_id: int,
        month: Month,
        passphrase: str,
        seen: str = "",
        *,
        family: str | None = None,
        reason: str = "",
    ) -> None:
        """Attest to a patient's month, with the person's passphrase asked again; it binds the facts as they stand.

        `seen` is the `facts_hash` of the preview that was looked at. `family` takes other codes than the recommended
        ones, which needs a `reason`. Raises `WrongPassphrase`, `NotReady`, `MonthNotOver`, `MonthHeld`, `NoSuchFamily`,
        `ReasonNeeded`, or `MonthChanged` when the facts are no longer those.
        """
        self._verify(passphrase)
        with self._ledger.writing(actor, APPROVE) as work:
            clinic, each = self._one(work.session, patient_id, month)
            require_over(month, clinic.time_zone, work.now)
            if each.packet_no is not None:
                raise NotReady(f"The packet of {month} is made and final; there is nothing left to approve.")
            _require_open(work.session, month)
            if each.hold is not None:
                raise MonthHeld(month, each.hold)
            standing = self._standing(work.session, clinic, each)
            if seen and seen not in (standing.facts.facts_hash(), standing.recommended.facts_hash()):
                raise MonthChanged
            taken = take_family(standing.recommended, family, reason) if family else standing.facts
            attest(work, patient_id, taken, one_person_clinic=is_one_person_clinic(work.session))

    @composed(APPROVE)
    def approve_all(self, actor: Actor, month: Month, passphrase: str) -> int:
        """Attest to every ready month at once, where one person is the whole clinic; return how many were new.

        Raises `NotReady` where more than one person can sign in: there each month is looked at by itself.
        """
        self._verify(passphrase)
        if not self._works_alone(actor):
            raise NotReady("More than one person works here: each patient's month is approved by itself.")
        return self._approve_alone(actor, month)

    @writes(APPROVE)
    def withdraw(self, work: Work, patient_id: int, month: Month, reason: str) -> None:
        """Take an approval back before its packet is final. Raise `ReasonNeeded`, `NothingToWithdraw`, `NotReady`."""
        kept = checked_reason(reason, "Say why this approval is taken back.")
        clinic, each = self._one(work.session, patient_id, month)
        standing = None if each.packet_no is not None else self._standing(work.session, clinic, each)
        if standing is None or standing.approval_id is None:
            raise NothingToWithdraw
        take_back(work, standing.approval_id, kept)

    @reads(MAKE)
    def dry_run(self, reading: Reading, month: Month, *, approves: bool = False) -> DryRun:
        """Return what closing the month now would make; nothing is written.

        `approves`: as if the passphrase were given that, in a clinic of one person, approves all that is ready.
        Raises `MonthUnknown`, `MonthNotOver`.
        """
        session = reading.session
        clinic = self._require_finished(reading, month)
        finish = self._finish(reading, closes=True)
        if approves and is_one_person_clinic(session):
            finish = replace(finish, all_ready=True)
        plan = plan_month(session, clinic, month, self._look(reading, clinic, finish))
        earlier = {row.patient_id: (row.packet_no, row.facts) for row in kept_packets(session, month).values()}
        return outlook(month, plan, earlier)

    @composed(MAKE)
    def make(
        self,
        actor: Actor,
        month: Month,
        out: Path,
        *,
        passphrase: str | None = None,
        papers: Collection[str] = PAPERS,
        close: bool = False,
        pdf_passphrase: str | None = None,
        progress: Callable[[int, int], None] = lambda _done, _of: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Made:
        """Write a packet for each ready patient, all of them bound, the lists, the report and a manifest to `out`.

        `papers` leaves some of these out; packets are written singly, bound or both, and are kept either way.
        Approved months become final packets where who makes them may close (and is not who approved them, unless nobody
        else could be), others drafts under a watermark. In a clinic of one person the passphrase, given again, approves
        all ready months in the same step. What was made before and still stands is written as it was, the same bytes.
        `close` closes the month: nothing is left as a draft, and all that leaves with it is kept. Of a closed month
        exactly that is written again. `progress` is told (done, of); `cancelled` is asked before each packet.

        `CLAIMS` among `papers`, for who may work claims, sends what is final and can leave: once, after the packets are
        kept, in the month's claim files, which lie with the papers; asked again, the same files. `pdf_passphrase` has
        every PDF written as a copy that opens with it alone (AES-256); what is kept stays as it was made.

        Raises `OutRefused`, `PaperPassphraseRefused`, `WrongPassphrase`, `MonthUnknown`, `MonthNotOver`,
        `MakingStopped`, `MonthChanged`; then nothing is in `out`. `PaperDamaged` when a kept paper is not what it was.
        """
        if not {PACKETS, BOUND} & set(papers):
            raise ClinicError("Choose how packets are written: one PDF a patient, all in one bound PDF, or both.")
        protect = protection(self._writers.protect, pdf_passphrase)
        with packet_folder(out, self._clinic_folder, protect) as folder:
            with self._ledger.reading(actor, MAKE) as reading:
                self._require_finished(reading, month)
                state = month_state(reading.session, month)
            if CLAIMS in papers:
                folder.require_places((NOT_CLAIMED_FILE,))
                with self._ledger.reading(actor, CLAIM_WORK):
                    pass
            if state.is_closed:
                with self._ledger.writing(actor, MAKE) as work:
                    made = write_again(work, self._book, month, folder, papers)
                return self._leave(actor, made, folder, papers, {})
            if close:
                with self._ledger.reading(actor, CLOSE):
                    pass
            approved = 0
            if passphrase is not None:
                self._verify(passphrase)
                if self._works_alone(actor) and self._ledger.may(actor, APPROVE):
                    approved = self._approve_alone(actor, month)
            with self._ledger.reading(actor, MAKE) as reading:
                clinic = clinic_of(reading.session)
                look = self._look(reading, clinic, self._finish(reading, closes=close))
                plan = plan_month(reading.session, clinic, month, look)
            press = Press(self._writers, folder, papers)
            self._print(actor, press, plan, progress, cancelled, closes=close)
            self._keep(actor, month, plan, press)
            closed = self._finish_month(actor, plan, press, papers, close=close, protected=folder.is_protected)
            made = Made(month, _made_packets(plan, press), len(plan.left_out), approved, (), {}, closed)
            return self._leave(actor, made, folder, papers, plan.gone)

    def _leave(
        self, actor: Actor, made: Made, folder: PacketFolder, papers: Collection[str], gone: Mapping[str, str]
    ) -> Made:
        """Send the claims if they were asked for, now that the packets are kept, and let all leave together.

        Were the folder to fail after that, the claims are sent and kept: asked again, the same files come out.
        """
        claims = None
        if CLAIMS in papers:
            claims = self._send_claims(actor, made.month)
            with self._ledger.reading(actor, CLAIM_WORK) as reading:
                left_out = not_claimed(reading.session, claims.left_out)
            put_claims(folder, claims, self._writers.not_claimed(str(made.month), left_out))
        rules = self._book.version
        if made.closed:
            with self._ledger.reading(actor, MAKE) as reading:
                close = newest_close(reading.session, made.month)
                rules = close.rule_version if close is not None else rules
        files = folder.finish(described(made.month, rules, made.closed), gone)
        return replace(made, files=files, digests=dict(folder.files), claims=claims, is_protected=folder.is_protected)

    def _print(
        self,
        actor: Actor,
        press: Press,
        plan: Plan,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        *,
        closes: bool,
    ) -> None:
        def ask() -> bool:
            if cancelled():
                raise MakingStopped
            return False

        def kept(sha256: str) -> bytes:
            with self._ledger.reading(actor, MAKE) as reading:
                return stored(reading.session, sha256)

        press.packets(plan, kept, progress, ask, binds=closes or press.wants(BOUND))
        press.lists(plan, all_of_them=closes)
        ask()

    def _keep(self, actor: Actor, month: Month, plan: Plan, press: Press) -> None:
        """Freeze what each new packet was made of, unless the record changed while it was printed."""
        seen = plan.chain_seq
        for sheet in plan.sheets:
            if sheet.kept is not None and sheet.stored is not None:
                continue
            with self._ledger.writing(actor, MAKE) as work:
                now_at, _ = chain_head(work.session)
                paper = press.cuts[sheet.file]
                store(work, [paper], press.known)
                if sheet.kept is not None:  # an earlier program did not keep bytes: from here on these are they
                    _packet(work.session, sheet.number).stored_sha256 = paper.sha256
                else:
                    if now_at != seen:
                        self._require_unchanged(work.session, month, sheet)
                    keep_sheet(work, sheet, paper.sha256)
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
        given, holds = sheet.facts.approval, standing.approval
        if given is not None and (holds is None or (holds.name, holds.at) != (given.name, given.at)):
            raise MonthChanged  # taken back while the packet was printed

    def _finish_month(
        self, actor: Actor, plan: Plan, press: Press, papers: Collection[str], *, close: bool, protected: bool
    ) -> int:
        """Print the rest as it is now that the packets are kept, freeze it, and close; return the close's number."""
        month = Month.parse(plan.bound.index.month)
        fresh = self._report(actor, month, press) if close or READINESS in papers else None
        with self._ledger.writing(actor, CLOSE if close else MAKE) as work:
            wanted = press.cuts if close else {n: c for n, c in press.cuts.items() if n in (BOUND_FILE, READINESS_FILE)}
            store(work, wanted.values(), press.known)
            if plan.kept_bound is None and BOUND_FILE in press.cuts:
                keep_paper(work, plan.bound, press.cuts[BOUND_FILE].sha256, self._book.version)
            if fresh is not None:
                keep_paper(work, fresh, press.cuts[READINESS_FILE].sha256, self._book.version)
            closed = self._close(work, month, plan, press) if close else 0
            work.note(
                month=str(month),
                made=[sheet.number for sheet in plan.sheets if sheet.kept is None],
                printed_again=[sheet.number for sheet in plan.sheets if sheet.kept is not None],
                voided=len(plan.void),
            )
            if protected:
                work.note(protected=True)
        return closed

    def _close(self, work: Work, month: Month, plan: Plan, press: Press) -> int:
        revision = month_state(work.session, month).revision + 1
        digests = {name: paper.sha256 for name, paper in press.cuts.items()}
        manifest = full_manifest(described(month, self._book.version, revision), digests)
        closed = MonthClose(
            month=str(month),
            revision=revision,
            packets=len(plan.sheets),
            not_billed=len(plan.left_out),
            one_person_clinic=is_one_person_clinic(work.session),
            manifest_sha256=sha256_of(manifest),
            rule_version=self._book.version,
            program_version=self._program_version,
            closed_at=work.now,
            closed_by=work.actor.name,
            person_id=work.actor.person_id,
        )
        work.session.add(closed)
        work.session.flush()
        work.session.add_all(
            CloseFile(close_id=closed.id, name=name, sha256=digest) for name, digest in digests.items()
        )
        work.note(close=revision, manifest=closed.manifest_sha256)
        return revision

    def _report(self, actor: Actor, month: Month, press: Press) -> ReadinessReport | None:
        """Print the readiness report, and return it if it is to be kept: not printed again as it was."""
        with self._ledger.reading(actor, MAKE) as reading:
            clinic = clinic_of(reading.session)
            maker = self._maker(reading, clinic)
            judged = judge(reading.session, clinic, month, self._book)
            live = report_of(reading.session, clinic, month, judged, self._book, making=maker.making(""))
            kept = kept_paper(reading.session, month, READINESS)
            report, is_new = report_as_kept(live, kept, maker)
            was = None if is_new or kept is None else stored(reading.session, kept.sha256)
        press.put(READINESS_FILE, self._writers.report(report) if was is None else was)
        return report if is_new else None

    def _maker(self, reading: Reading, clinic: Clinic) -> Maker:
        return Maker(reading.now, reading.actor.name, self._program_version, clinic.time_zone)

    def _look(self, reading: Reading, clinic: Clinic, finish: Finish) -> Look:
        return Look(self._book, self._maker(reading, clinic), self._ledger.permissions.names, finish)

    def _finish(self, reading: Reading, *, closes: bool) -> Finish:
        actor, permissions = reading.actor, self._ledger.permissions
        return Finish(
            may=self._ledger.may(actor, CLOSE),
            person_id=actor.person_id,
            own_too=may_close_own(reading.session, permissions, actor),
            closes=closes,
        )

    def _require_finished(self, reading: Reading, month: Month) -> Clinic:
        clinic = clinic_of(reading.session)
        require_known(self._book, month, clinic.setting)
        require_over(month, clinic.time_zone, reading.now)
        return clinic

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
                attest(work, patient_id, standing[patient_id].facts, one_person_clinic=True)
        return len(unapproved)


def _require_open(session: Session, month: Month) -> None:
    if month_state(session, month).is_closed:
        raise NotReady(f"{month} is closed. It is opened again first, with a reason, on the month-end page.")


def _packet(session: Session, number: str) -> Packet:
    return session.scalars(select(Packet).where(Packet.packet_no == number)).one()


def _made_packets(plan: Plan, press: Press) -> tuple[MadePacket, ...]:
    return tuple(
        MadePacket(
            packet_no=sheet.number,
            patient_id=sheet.patient_id,
            state=sheet.facts.making.state,
            revision=sheet.facts.making.revision,
            sha256=press.cuts[sheet.file].sha256,
            is_new=sheet.kept is None,
            changed_since=sheet.changed_since,
        )
        for sheet in plan.sheets
    )
