"""Making claim files: which claims leave, under which numbers, and what is kept of them, all in one transaction."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Claim, ClaimBatch, ClaimEvent, ClaimSending, Clinic
from app.rules.claim_facts import MOST_CLAIMS, VOID, ClaimFacts, Envelope
from app.rules.claim_state import AGAIN, READY
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.claims.choices import choices_of, claim_form, envelope_of, missing_for_files
from app.services.claims.gathering import Due, due_claims, final_packets, void_claims
from app.services.clinic_day import day_at
from app.storage.ledger import Work

FILE, TEST, PAPER = "837p", "test", "paper"
WriteFile = Callable[[Sequence[ClaimFacts], Envelope], bytes]

_CONTROL_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_MOST_CONTROL = 999_999_999


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A claim file by name and content. The name says the month and the control number, and nobody's name."""

    name: str
    content: bytes
    batch_id: int
    claims: int
    cents: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A final packet of which no claim can be sent electronically, and why. Verdict and packet stand as they are."""

    patient_id: int
    packet_no: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthClaims:
    """All claim files of a month, the older first. `claimed` and `cents` speak of the claims that left just now."""

    files: tuple[ClaimFile, ...]
    claimed: int
    cents: int
    left_out: tuple[LeftOut, ...]


class NothingToSend(ClinicError):
    """No claim can leave."""


def waiting(session: Session, clinic: Clinic, month: Month) -> tuple[list[Due], list[LeftOut]]:
    """Return the month's claims that can leave now, and those that wait for something."""
    form = claim_form(session)
    missing = missing_for_files(form, clinic)
    ready, left_out = [], []
    dues = due_claims(session, clinic, final_packets(session, month), choices_of(form)).values()
    billed = [due for due in dues if due.standing.state in {READY, AGAIN} and due.standing.frequency != VOID]
    for due in (*billed, *void_claims(session, month)):
        reasons = tuple(gap.text for gap in due.gaps)
        if missing:
            reasons = (*reasons, f"The settings for claims lack {', '.join(missing)}.")
        if reasons:
            left_out.append(LeftOut(due.patient_id, due.packet_no, reasons))
        else:
            ready.append(due)
    return ready, left_out


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The claims of one month on their way out, within one transaction."""

    work: Work
    clinic: Clinic
    month: Month
    write: WriteFile
    program_version: str

    def make_files(self, limit: int) -> MonthClaims:
        """Send what can leave, in files of at most `limit` claims, and return all claim files of the month."""
        session = self.work.session
        ready, left_out = waiting(session, self.clinic, self.month)
        limit = max(1, min(limit, MOST_CLAIMS))
        for first in range(0, len(ready), limit):
            some = ready[first : first + limit]
            _send_all(self.work, some, self._file(some, FILE), self.month)
            session.flush()
        self.work.note(month=str(self.month), claims=len(ready), left_out=len(left_out))
        cents = sum(due.facts.cents for due in ready)
        return MonthClaims(tuple(files_of(session, self.month)), len(ready), cents, tuple(left_out))

    def make_test_file(self) -> ClaimFile:
        """Return a file of what could leave, marked as a test: payers judge it and pay nothing. No claim is sent."""
        ready, left_out = waiting(self.work.session, self.clinic, self.month)
        if not ready:
            why = f" {left_out[0].reasons[0]}" if left_out else ""
            raise NothingToSend(f"No claim of {self.month} can be sent.{why}")
        batch = self._file(ready[:MOST_CLAIMS], TEST)
        self.work.note(month=str(self.month), test_claims=batch.claims)
        return _as_file(batch)

    def send_on_paper(self, dues: Collection[Due]) -> ClaimBatch:
        """Count claims as sent on printed forms."""
        batch = self._batch(dues, PAPER, "", next_control_no(self.work.session, self.work.now))
        _send_all(self.work, dues, batch, self.month)
        self.work.note(month=str(self.month), printed=len(dues))
        return batch

    def _file(self, dues: Sequence[Due], kind: str) -> ClaimBatch:
        session = self.work.session
        control_no = next_control_no(session, self.work.now)
        made_at = self.work.now.astimezone(ZoneInfo(self.clinic.time_zone))
        envelope = envelope_of(claim_form(session), self.clinic, control_no, made_at, is_test=kind == TEST)
        content = self.write([due.facts for due in dues], envelope)
        return self._batch(dues, kind, content.decode("ascii"), control_no)

    def _batch(self, dues: Collection[Due], kind: str, content: str, control_no: int) -> ClaimBatch:
        actor = self.work.actor
        batch = ClaimBatch(
            kind=kind,
            control_no=control_no,
            month=str(self.month),
            claims=len(dues),
            cents=sum(due.facts.cents for due in dues),
            content=content,
            sha256=hashlib.sha256(content.encode("ascii")).hexdigest(),
            program_version=self.program_version,
            made_at=self.work.now,
            made_by=actor.name,
            person_id=actor.person_id,
        )
        self.work.session.add(batch)
        self.work.session.flush()
        return batch


def files_of(session: Session, month: Month) -> list[ClaimFile]:
    """Return a month's claim files as they were made."""
    rows = session.scalars(
        select(ClaimBatch).where(ClaimBatch.month == str(month), ClaimBatch.kind == FILE).order_by(ClaimBatch.id)
    )
    return [_as_file(row) for row in rows]


def file_of(session: Session, batch_id: int) -> ClaimFile:
    """Return one claim file as it was made. Raises `ClinicError`."""
    row = session.get(ClaimBatch, batch_id)
    if row is None or row.kind == PAPER:
        raise ClinicError("There is no such claim file.")
    return _as_file(row)


def _send_all(work: Work, dues: Collection[Due], batch: ClaimBatch, month: Month) -> None:
    """Open the claims that are new, and keep what leaves of each."""
    session, actor = work.session, work.actor
    opened = {
        due.patient_id: Claim(
            patient_id=due.patient_id,
            month=str(month),
            opened_at=work.now,
            opened_by=actor.name,
            person_id=actor.person_id,
        )
        for due in dues
        if due.claim_id is None
    }
    session.add_all(opened.values())
    session.flush()
    sendings = [
        ClaimSending(
            claim_id=due.claim_id or opened[due.patient_id].id,
            attempt=due.attempt,
            claim_no=due.facts.claim_no,
            batch_id=batch.id,
            packet_id=due.packet_id,
            frequency=due.facts.frequency,
            original_no=due.facts.original_no,
            cents=due.facts.cents,
            facts=(text := due.facts.to_json()),
            facts_hash=hashlib.sha256(text.encode("ascii")).hexdigest(),
        )
        for due in dues
    ]
    session.add_all(sendings)
    session.flush()
    today = day_at(session, work.now)
    for sending in sendings:
        record(work, sending.claim_id, "exported", today, sending_id=sending.id, frequency=sending.frequency)


def record(
    work: Work,
    claim_id: int,
    kind: str,
    on: date,
    *,
    sending_id: int | None = None,
    response_id: int | None = None,
    codes: Sequence[str] = (),
    payer_no: str = "",
    frequency: str = "",
    cents: int | None = None,
    reason: str = "",
) -> None:
    """Add one happening to a claim."""
    work.session.add(
        ClaimEvent(
            claim_id=claim_id,
            sending_id=sending_id,
            response_id=response_id,
            kind=kind,
            on=on,
            codes=" ".join(codes),
            payer_no=payer_no,
            frequency=frequency,
            cents=cents,
            reason=reason,
            at=work.now,
            by=work.actor.name,
            person_id=work.actor.person_id,
        )
    )


def next_control_no(session: Session, now: datetime) -> int:
    """Return a control number that was never used: the seconds since 2020, or one more than the last.

    By the clock, numbers are not used again either after an older backup was restored.
    """
    last = session.scalar(select(func.max(ClaimBatch.control_no))) or 0
    number = max(last + 1, int((now - _CONTROL_FROM).total_seconds()))
    if number > _MOST_CONTROL:
        raise ClinicError("The control numbers of claim files are used up. A newer CareLoop is needed.")
    return number


def _as_file(batch: ClaimBatch) -> ClaimFile:
    test = "-test" if batch.kind == TEST else ""
    name = f"837P-{batch.month}-{batch.control_no:09d}{test}.txt"
    return ClaimFile(name, batch.content.encode("ascii"), batch.id, batch.claims, batch.cents)
