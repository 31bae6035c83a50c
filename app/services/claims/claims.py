import re
from collections.abc import Callable, Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Packet
from app.rules.claim_answers import ResponseFile
from app.rules.claim_facts import MOST_CLAIMS, REPLACEMENT, VOID, ClaimFacts
from app.rules.claim_state import AGAIN, EXPORTED, OUT, READY, Standing, frequencies, may_become
from app.rules.claim_status import read_adjustment, read_remark
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.month import Month
from app.rules.packet_facts import FINAL
from app.rules.rule_book import RuleBook
from app.security.permissions import Actor
from app.services.claims import register
from app.services.claims.answering import ClaimAt, ResponseRead, take_in
from app.services.claims.choices import (
    ClaimForm,
    Offset,
    choices_of,
    claim_form,
    keep_claim_form,
    keep_offset,
    missing_for_files,
    offsets,
)
from app.services.claims.gathering import Due, due_claims, final_packets
from app.services.claims.register import BatchRow, HistoryLine, RegisterRow
from app.services.claims.sending import ClaimFile, MonthClaims, Outgoing, WriteFile, file_of, record
from app.services.clinic_day import day_at
from app.services.closing.changes import ChangedMonth, changed_since_close
from app.services.door import composed, reads, writes
from app.services.judging import clinic_of
from app.storage.ledger import Ledger, Reading, Work

READ, WORK, SETTINGS = "claim.read", "claim.work", "clinic.edit"
LONGEST_REASON = 500
_PAYER_NO = re.compile(r"[A-Z0-9][A-Z0-9 .\-/]{0,49}")


class NotNow(ClinicError):
    """What was asked for does not go with where the claim stands."""


class Claims:
    """The claims of closed months: sent, answered, denied, sent again; and never two for one patient's month."""

    def __init__(
        self,
        ledger: Ledger,
        book: RuleBook,
        *,
        program_version: str,
        write_file: WriteFile,
        read_response: Callable[[bytes], ResponseFile],
        claim_at: ClaimAt,
        print_forms: Callable[[Sequence[ClaimFacts], Offset], bytes],
        print_data_sheets: Callable[[Sequence[ClaimFacts]], bytes],
        print_calibration: Callable[[Offset], bytes],
    ) -> None:
        self._ledger = ledger
        self._book = book
        self._program_version = program_version
        self._write_file = write_file
        self._read_response = read_response
        self._claim_at = claim_at
        self._print_forms = print_forms
        self._print_data_sheets = print_data_sheets
        self._print_calibration = print_calibration

    @reads(READ)
    def rows(self, reading: Reading, month: Month | None = None) -> list[RegisterRow]:
        """Return the register of a month; or, of all months, the claims where something is left to do or wait for."""
        return register.register_rows(reading.session, clinic_of(reading.session), month)

    @reads(READ)
    def history(self, reading: Reading, claim_id: int) -> list[HistoryLine]:
        """Return what happened to a claim, oldest first. Raises `ClinicError`."""
        register.claim_of(reading.session, claim_id)
        return register.history_of(reading.session, claim_id)

    @reads(READ)
    def batches(self, reading: Reading, month: Month | None = None) -> list[BatchRow]:
        """Return the claim files and prints that left, the newest first."""
        return register.batch_rows(reading.session, month)

    @reads(READ)
    def form(self, reading: Reading) -> ClaimForm:
        """Return what the clinic chose for its claims."""
        return claim_form(reading.session)

    @reads(READ)
    def missing_for_files(self, reading: Reading) -> tuple[str, ...]:
        """Return what a claim file still needs of the clinic's choices, in words."""
        return missing_for_files(claim_form(reading.session), clinic_of(reading.session))

    @writes(SETTINGS)
    def choose(self, work: Work, form: ClaimForm) -> None:
        """Keep what the clinic chose for its claims. Raises `FieldFaults`."""
        keep_claim_form(work.session, form)

    @reads(READ)
    def offset(self, reading: Reading, printer: str = "") -> Offset:
        """Return how far a printer's print is moved on the form: its own, or that of any printer."""
        own = offsets(reading.session)
        return own.get(printer, own.get("", Offset()))

    @writes(WORK)
    def set_offset(self, work: Work, printer: str, offset: Offset) -> None:
        """Keep how far a printer's print is moved. Raises `FieldFaults`."""
        keep_offset(work.session, printer, offset)

    @writes(WORK)
    def month_files(self, work: Work, month: Month, limit: int = MOST_CLAIMS) -> MonthClaims:
        """Send the month's claims that can leave, and return all its claim files, those from before as they were.

        A claim leaves once: asked again, the same files come back, the same bytes. One to be sent again leaves in a
        file of its own kind. `limit` is how many claims a file holds at most.
        """
        return self._outgoing(work, month).make_files(limit)

    @writes(WORK)
    def test_file(self, work: Work, month: Month) -> ClaimFile:
        """Return a file of what could leave, marked as a test. No claim is sent. Raises `NothingToSend`."""
        return self._outgoing(work, month).make_test_file()

    @writes(WORK)
    def file(self, work: Work, batch_id: int) -> ClaimFile:
        """Return a claim file as it was made, to be saved again. The trail notes that it left."""
        found = file_of(work.session, batch_id)
        work.note(batch=batch_id, claims=found.claims)
        return found

    @composed(WORK)
    def read_response(self, actor: Actor, data: bytes) -> ResponseRead:
        """Take in a 999 or a 277CA. The same file twice changes nothing.

        Raises `ClinicError` for any other file, and for one that answers what was not sent from here; then nothing is
        changed.
        """
        response = self._read_response(data)
        with self._ledger.writing(actor, WORK) as work:
            return take_in(work, data, response, self._claim_at)

    @writes(WORK)
    def mark_submitted(self, work: Work, claim_ids: Collection[int], on: date) -> int:
        """Record the day on which claims were sent to the payer; return for how many it was news.

        Raises `FieldFaults` for a day that has not come yet.
        """
        self._require_day(work, on)
        marked = 0
        for claim_id in claim_ids:
            standing = self._standing(work.session, claim_id)
            if standing.state == EXPORTED:
                self._record(work, claim_id, "submitted", on)
                marked += 1
        work.note(claims=list(claim_ids), submitted=marked)
        return marked

    @writes(WORK)
    def deny(self, work: Work, claim_id: int, on: date, *, codes: str, payer_no: str = "", reason: str = "") -> None:
        """Record a denial with its adjustment and remark codes ("CO-97 N386"). Raises `FieldFaults`, `NotNow`."""
        check = FormCheck()
        kept = _codes(check, codes)
        number = _payer_no(check, payer_no)
        why = check.line("reason", reason, LONGEST_REASON)
        check.finish()
        self._require_day(work, on)
        self._require(work, claim_id, "denied", "A denial is recorded for a claim that the payer has.")
        self._record(work, claim_id, "denied", on, codes=kept, payer_no=number, reason=why)

    @writes(WORK)
    def pay(self, work: Work, claim_id: int, on: date, cents: int, payer_no: str = "") -> None:
        """Record that the payer paid, and how much. Raises `FieldFaults`, `NotNow`."""
        check = FormCheck()
        number = _payer_no(check, payer_no)
        if not 0 <= cents <= 100_000_000:
            check.fault("cents", "Give the amount that was paid.")
        check.finish()
        self._require_day(work, on)
        self._require(work, claim_id, "paid", "A payment is recorded for a claim that the payer has.")
        self._record(work, claim_id, "paid", on, payer_no=number, cents=cents)

    @writes(WORK)
    def send_again(self, work: Work, claim_id: int, frequency: str, payer_no: str = "", reason: str = "") -> None:
        """Have a claim sent once more with the month's next file: new (1), as a replacement (7), or to void it (8).

        `payer_no` is the payer's own number of the claim, which 7 and 8 need unless it is known. A claim that already
        left needs a reason for leaving as new. Raises `FieldFaults`, `NotNow`.
        """
        check = FormCheck()
        standing = self._standing(work.session, claim_id)
        number = _payer_no(check, payer_no)
        why = check.line("reason", reason, LONGEST_REASON, needed="Say why the claim is sent again.")
        if frequency in {REPLACEMENT, VOID} and not (number or standing.payer_no):
            check.fault("payer_no", "Give the payer's number of the claim that is replaced or taken back.")
        check.finish()
        if frequency not in frequencies(standing):
            raise NotNow("This claim cannot be sent again in this way as it stands. Look at it again.")
        claim = register.claim_of(work.session, claim_id)
        if frequency != VOID and not _has_final(work.session, claim.patient_id, claim.month):
            raise NotNow("The month is open again and has no final packet. Close it first, or void the claim.")
        today = day_at(work.session, work.now)
        self._record(work, claim_id, "resubmission", today, payer_no=number, frequency=frequency, reason=why)

    @writes(WORK)
    def write_off(self, work: Work, claim_id: int, reason: str) -> None:
        """Give a claim up. Raises `FieldFaults`, `NotNow`."""
        check = FormCheck()
        why = check.line("reason", reason, LONGEST_REASON, needed="Say why the claim is written off.")
        check.finish()
        self._require(work, claim_id, "written_off", "This claim is over already.")
        self._record(work, claim_id, "written_off", day_at(work.session, work.now), reason=why)

    @writes(WORK)
    def settle_overpayment(self, work: Work, claim_id: int, reason: str) -> None:
        """Record how an overpayment was dealt with: returned, or found to be none. Raises `FieldFaults`, `NotNow`."""
        check = FormCheck()
        why = check.line("reason", reason, LONGEST_REASON, needed="Say what was returned, or why nothing is owed.")
        check.finish()
        self._require(work, claim_id, "overpayment_settled", "No overpayment is open for this claim.")
        self._record(work, claim_id, "overpayment_settled", day_at(work.session, work.now), reason=why)

    @composed(WORK)
    def notice_changes(self, actor: Actor, month: Month) -> int:
        """Note each claim whose closed facts changed after it left; return how many are new.

        From that day the 60 days run in which an overpayment is reported and returned (42 CFR 401.305). Noted once for
        each sending; a claim that was dealt with is noted again only after it is sent again.
        """
        with self._ledger.reading(actor, WORK) as reading:
            found = self._changed(reading.session, month)
        if not found:
            return 0
        with self._ledger.writing(actor, WORK) as work:
            today = day_at(work.session, work.now)
            still = {claim_id: why for claim_id, why in found.items() if self._may_note(work.session, claim_id)}
            for claim_id, why in still.items():
                self._record(work, claim_id, "overpayment", today, reason=why)
            work.note(month=str(month), changed=len(still))
        return len(still)

    @writes(WORK)
    def print_forms(self, work: Work, month: Month, patient_ids: Collection[int], printer: str = "") -> bytes:
        """Return claims as text for pre-printed CMS-1500 forms, as a PDF.

        What had not left yet counts as sent on paper. Raises `NotNow` where one cannot be printed.
        """
        dues = self._dues(work.session, month, patient_ids)
        for due in dues:
            missing = [gap.text for gap in due.gaps if gap.on_paper]
            if missing and due.standing.state in {READY, AGAIN}:
                raise NotNow(f"The claim of packet {due.packet_no} cannot be printed. {missing[0]}")
        new = [due for due in dues if due.standing.state in {READY, AGAIN}]
        if new:
            self._outgoing(work, month).send_on_paper(new)
        facts = [due.facts if due in new else _sent(work.session, due) for due in dues]
        own = offsets(work.session)
        work.note(month=str(month), forms=len(facts))
        return self._print_forms(facts, own.get(printer, own.get("", Offset())))

    @writes(WORK)
    def print_data_sheets(self, work: Work, month: Month, patient_ids: Collection[int]) -> bytes:
        """Return a sheet a claim that says what goes into which box. Nothing counts as sent."""
        dues = self._dues(work.session, month, patient_ids)
        work.note(month=str(month), sheets=len(dues))
        return self._print_data_sheets(
            [due.facts if due.standing.state in {READY, AGAIN} else _sent(work.session, due) for due in dues]
        )

    @writes(WORK)
    def leave(self, work: Work, patient_id: int, month: Month, form: str, purpose: str) -> None:
        """Note that a copy of a claim's data sheet leaves the encrypted file: printed or saved, and why (a key)."""
        work.about(patient_id)
        work.note(event="copy_leaves", document=f"claim-sheet-{month}", form=form, purpose=purpose)

    @reads(READ)
    def calibration_page(self, reading: Reading, printer: str = "") -> bytes:
        """Return a page, without a patient, that shows where print falls on the form."""
        own = offsets(reading.session)
        return self._print_calibration(own.get(printer, own.get("", Offset())))

    def _outgoing(self, work: Work, month: Month) -> Outgoing:
        return Outgoing(work, clinic_of(work.session), month, self._write_file, self._program_version)

    def _dues(self, session: Session, month: Month, patient_ids: Collection[int]) -> list[Due]:
        wanted = set(patient_ids)
        packets = [packet for packet in final_packets(session, month) if packet.patient_id in wanted]
        if len(packets) != len(wanted):
            raise NotNow("A claim is printed of a final packet. Close the month first.")
        return list(due_claims(session, clinic_of(session), packets, choices_of(claim_form(session))).values())

    def _changed(self, session: Session, month: Month) -> dict[int, str]:
        clinic = clinic_of(session)
        rows = [row for row in register.register_rows(session, clinic, month) if row.claim_id and row.state in OUT]
        rows = [row for row in rows if row.claim_id and self._may_note(session, row.claim_id)]
        if not rows:
            return {}
        month_now = changed_since_close(session, month, self._book, [row.patient_id for row in rows])
        moved = {each.patient_id: each for each in month_now if each.bears_on_claim}
        found = {}
        for row in rows:
            if row.claim_id and row.changed:
                found[row.claim_id] = "The month was opened again after the claim left."
            elif row.claim_id and (each := moved.get(row.patient_id)) is not None:
                found[row.claim_id] = _what_changed(each)
        return found

    def _may_note(self, session: Session, claim_id: int) -> bool:
        standing = self._standing(session, claim_id)
        if not may_become(standing, "overpayment"):
            return False
        lines = register.history_of(session, claim_id)
        since = max((at for at, line in enumerate(lines) if line.kind == "exported"), default=-1)
        return all(line.kind != "overpayment" for line in lines[since + 1 :])

    def _standing(self, session: Session, claim_id: int) -> Standing:
        return register.standing_of_claim(session, register.claim_of(session, claim_id))

    def _require(self, work: Work, claim_id: int, kind: str, sentence: str) -> None:
        if not may_become(self._standing(work.session, claim_id), kind):
            raise NotNow(f"{sentence} Look at it again.")

    def _require_day(self, work: Work, on: date) -> None:
        if on > day_at(work.session, work.now):
            raise FieldFaults({"on": "This day has not come yet."})

    def _record(
        self,
        work: Work,
        claim_id: int,
        kind: str,
        on: date,
        *,
        codes: Sequence[str] = (),
        payer_no: str = "",
        frequency: str = "",
        cents: int | None = None,
        reason: str = "",
    ) -> None:
        claim = register.claim_of(work.session, claim_id)
        sending = register.newest_sending(work.session, claim_id)
        work.about(claim.patient_id)
        work.note(claim=claim_id, kind=kind)
        record(
            work,
            claim_id,
            kind,
            on,
            sending_id=sending.id,
            codes=codes,
            payer_no=payer_no,
            frequency=frequency,
            cents=cents,
            reason=reason,
        )


def _what_changed(month: ChangedMonth) -> str:
    """Return why a claim may have been for too much: its codes, then and now. Names no patient."""
    was, now = (
        ", ".join(f"{code} ×{units}" for code, units in lines) or "none"
        for lines in (month.lines_were, month.lines_now)
    )
    told = f" Codes were {was}, now {now}." if was != now else " The codes are the same."
    return f"The record changed after the month was closed.{told}"


def _sent(session: Session, due: Due) -> ClaimFacts:
    """Return what a claim that left said."""
    if due.claim_id is None:
        return due.facts
    return register.sent_facts(register.newest_sending(session, due.claim_id))


def _has_final(session: Session, patient_id: int, month: str) -> bool:
    rows = select(Packet.id).where(Packet.patient_id == patient_id, Packet.month == month, Packet.state == FINAL)
    return session.scalar(rows) is not None


def _codes(check: FormCheck, text: str) -> tuple[str, ...]:
    """Return adjustment and remark codes in the order typed, each once."""
    words = text.replace(",", " ").replace(";", " ").split()
    kept = [read_remark(word) or read_adjustment(word) for word in words]
    if not words:
        check.fault("codes", "Give the adjustment code of the denial, such as CO-97.")
    elif None in kept:
        check.fault("codes", "Codes look like CO-97 or B20 (adjustment) and N386 or MA130 (remark).")
    elif not any(read_adjustment(word) for word in words):
        check.fault("codes", "A denial has an adjustment code, such as CO-97, beside its remark codes.")
    return tuple(dict.fromkeys(code for code in kept if code))


def _payer_no(check: FormCheck, text: str) -> str:
    number = check.name("payer_no", text).upper()
    if number and not _PAYER_NO.fullmatch(number):
        check.fault("payer_no", "A payer's claim number has letters and digits, at most fifty.")
    return number
