"""Taking in what a payer sent back: matched to what was sent, and either all of it recorded or nothing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ClaimBatch, ClaimResponse, ClaimSending
from app.rules.claim_answers import ACKNOWLEDGEMENT, BatchAnswer, ClaimAnswer, ResponseFile, SetAnswer
from app.rules.errors import ClinicError
from app.services.claims.sending import TEST, record
from app.services.clinic_day import day_at
from app.storage.ledger import Work

ClaimAt = Callable[[bytes, int], str]
"""Which claim a segment of a claim file belongs to: content of the file, place in its transaction set."""


class ForeignResponse(ClinicError):
    """The file answers something that CareLoop did not send."""


@dataclass(frozen=True, slots=True)
class ResponseRead:
    """What a file that came back did. `is_new` is False for one that was read before; then nothing changed.

    `test_only`: it answers a test file, of which no claim was sent.
    """

    kind: str
    is_new: bool
    accepted: int = 0
    rejected: int = 0
    test_only: bool = False
    test_accepted: bool = False


def take_in(work: Work, data: bytes, response: ResponseFile, claim_at: ClaimAt) -> ResponseRead:
    """Record a response. Raises `ForeignResponse`; then nothing is changed."""
    digest = hashlib.sha256(data).hexdigest()
    if work.session.scalar(select(ClaimResponse.id).where(ClaimResponse.sha256 == digest)) is not None:
        work.note(response=digest, already_read=True)
        return ResponseRead(response.kind, is_new=False)
    is_file_answer = response.kind == ACKNOWLEDGEMENT
    row = ClaimResponse(
        sha256=digest,
        kind=response.kind,
        control=response.control,
        sender=response.sender[:15],
        claims=0 if is_file_answer else len(response.claims),
        read_at=work.now,
        read_by=work.actor.name,
        person_id=work.actor.person_id,
    )
    work.session.add(row)
    work.session.flush()
    took = _Taking(work, row.id, day_at(work.session, work.now))
    if is_file_answer:
        for answer in response.sets:
            took.file_answer(answer, claim_at)
    else:
        took.claim_answers(response.batches, response.claims)
    work.note(response=digest, kind=response.kind, accepted=took.accepted, rejected=took.rejected)
    return ResponseRead(
        response.kind,
        is_new=True,
        accepted=took.accepted,
        rejected=took.rejected,
        test_only=took.tests > 0 and not took.claims,
        test_accepted=took.test_accepted,
    )


class _Taking:
    """One response on its way into the register."""

    def __init__(self, work: Work, response_id: int, today: date) -> None:
        self.accepted = self.rejected = self.tests = self.claims = 0
        self.test_accepted = True
        self._work = work
        self._response_id = response_id
        self._today = today

    def file_answer(self, answer: SetAnswer, claim_at: ClaimAt) -> None:
        """Record a 999's word on one claim file."""
        batch = self._batch(answer.group_control)
        if batch is None:
            raise ForeignResponse(
                "This acknowledgement (999) answers a claim file that was not made here "
                f"(control number {_shown(answer.group_control)}). Nothing was changed."
            )
        if batch.kind == TEST:
            self._test(accepted=answer.accepted)
            return
        blamed: dict[str, list[str]] = {}
        for fault in answer.faults:
            number = claim_at(batch.content.encode("ascii"), fault.position)
            blamed.setdefault(number, []).append("/".join((fault.segment, *fault.codes)))
        for sending in self._sendings(batch):
            codes = (f"999-{answer.code}", *blamed.get(sending.claim_no, ()), *blamed.get("", ()))
            reason = "" if answer.accepted or sending.claim_no in blamed else "Turned back with its whole file."
            kind = "file_accepted" if answer.accepted else "file_rejected"
            self._record(sending, kind, codes, accepted=answer.accepted, reason=reason)

    def claim_answers(self, batches: Sequence[BatchAnswer], claims: Sequence[ClaimAnswer]) -> None:
        """Record a 277CA's words on files and claims."""
        known = _sendings_by_no(self._work.session, [answer.claim_no for answer in claims])
        unknown = [answer.claim_no for answer in claims if answer.claim_no not in known]
        files = [(answer, self._batch(answer.reference)) for answer in batches]
        tests = bool(files) and all(batch is not None and batch.kind == TEST for _, batch in files)
        if tests:
            fine = all(answer.accepted for answer in batches) and all(answer.accepted for answer in claims)
            self._test(accepted=fine)
            return
        if unknown or not (claims or any(batch for _, batch in files)):
            raise ForeignResponse(
                "This acknowledgement (277CA) speaks of claims that were not made here "
                f"({len(unknown)} of {len(claims)}). Nothing was changed."
            )
        for answer, batch in files:
            if batch is None or answer.accepted:
                continue
            codes = tuple(status.code for status in answer.statuses)
            spoken_of = {claim.claim_no for claim in claims}
            for sending in self._sendings(batch):
                if sending.claim_no not in spoken_of:
                    why = "Turned back with its whole file."
                    self._record(sending, "rejected", codes, accepted=False, on=answer.on, reason=why)
        for claim in claims:
            sending = known[claim.claim_no]
            kind = "accepted" if claim.accepted else "rejected"
            codes = tuple(dict.fromkeys(status.code for status in claim.statuses))
            self._record(sending, kind, codes, accepted=claim.accepted, on=claim.on, payer_no=claim.payer_no)

    def _batch(self, number: str) -> ClaimBatch | None:
        if not number.isdecimal() or len(number) > 9:
            return None
        rows = select(ClaimBatch).where(ClaimBatch.control_no == int(number), ClaimBatch.content != "")
        return self._work.session.scalars(rows).first()

    def _sendings(self, batch: ClaimBatch) -> list[ClaimSending]:
        rows = select(ClaimSending).where(ClaimSending.batch_id == batch.id).order_by(ClaimSending.id)
        return list(self._work.session.scalars(rows))

    def _test(self, *, accepted: bool) -> None:
        self.tests += 1
        self.test_accepted = self.test_accepted and accepted

    def _record(
        self,
        sending: ClaimSending,
        kind: str,
        codes: Sequence[str],
        *,
        accepted: bool,
        on: str = "",
        payer_no: str = "",
        reason: str = "",
    ) -> None:
        self.claims += 1
        self.accepted += accepted
        self.rejected += not accepted
        record(
            self._work,
            sending.claim_id,
            kind,
            _day(on) or self._today,
            sending_id=sending.id,
            response_id=self._response_id,
            codes=[code[:80] for code in codes],
            payer_no=payer_no[:50],
            reason=reason,
        )


def _sendings_by_no(session: Session, numbers: Sequence[str]) -> dict[str, ClaimSending]:
    found: dict[str, ClaimSending] = {}
    for first in range(0, len(numbers), 300):
        some = numbers[first : first + 300]
        rows = session.scalars(select(ClaimSending).where(ClaimSending.claim_no.in_(some)))
        found |= {row.claim_no: row for row in rows}
    return found


def _day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def _shown(number: str) -> str:
    return number if number.isalnum() and len(number) <= 20 else "unreadable"
