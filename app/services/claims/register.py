"""The claim register: a row for each patient-month that was or can be billed, as it stands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Claim, ClaimBatch, ClaimEvent, ClaimResponse, ClaimSending, Clinic, Packet, Patient
from app.rules.claim_facts import ClaimFacts
from app.rules.claim_gaps import Gap
from app.rules.claim_state import (
    AGAIN,
    OVER,
    READY,
    Deadline,
    Standing,
    deadline_of,
    frequencies,
    may_become,
)
from app.rules.claim_status import in_words
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.packet_facts import FINAL, LineFacts
from app.services.claims.choices import choices_of, claim_form
from app.services.claims.gathering import due_claims, final_packets, served_on, standings_of
from app.services.packet_gathering import record_number
from app.services.patient_rows import display_name

_BY_HAND = ("submitted", "denied", "paid", "resubmission", "written_off", "overpayment", "overpayment_settled")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A patient-month in the register.

    `claim_id` is None while nothing was ever sent. `gaps` keep it out of an 837P (only for what waits to be sent).
    `may` are the events that can be recorded by hand now; `frequencies` how it may be sent again. `changed`: its packet
    is no longer the one it was sent with. `control_no` names the file it left with, 0 before that.
    """

    patient_id: int
    claim_id: int | None
    month: str
    name: str
    record: str
    claim_no: str
    packet_no: str
    npi: str
    lines: tuple[LineFacts, ...]
    cents: int
    served_on: date
    standing: Standing
    gaps: tuple[Gap, ...]
    deadline: Deadline | None
    may: tuple[str, ...]
    frequencies: tuple[str, ...]
    attempt: int
    control_no: int
    on_paper: bool
    changed: bool

    @property
    def state(self) -> str:
        return self.standing.state

    @property
    def is_open(self) -> bool:
        """Whether something is left to do or to wait for."""
        return self.state not in OVER or self.standing.overpaid_on is not None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One happening of a claim. `codes` are as the payer wrote them, `words` what CareLoop knows of their meaning.

    `packet_no` is the packet of which the sending was made that it is about.
    """

    kind: str
    on: date
    at: datetime
    by: str
    claim_no: str
    control_no: int
    frequency: str
    codes: tuple[str, ...]
    words: tuple[str, ...]
    payer_no: str
    cents: int | None
    reason: str
    response: str
    packet_no: str = ""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A claim file or a print of forms: when it left, with how many claims, for how much."""

    id: int
    kind: str
    control_no: int
    month: str
    claims: int
    cents: int
    sha256: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class _Sent:
    sending_id: int
    attempt: int
    claim_no: str
    packet_id: int
    control_no: int
    on_paper: bool


def register_rows(session: Session, clinic: Clinic, month: Month | None) -> list[RegisterRow]:
    """Return the rows of a month by name; or of all months, those where something is left to do or wait for."""
    if month is None:
        months = sorted({*session.scalars(select(Packet.month).distinct()), *session.scalars(select(Claim.month))})
        found = [row for each in months for row in _rows_of(session, clinic, Month.parse(each))]
        return [row for row in found if row.is_open]
    return _rows_of(session, clinic, month)


def claim_of(session: Session, claim_id: int) -> Claim:
    """Return a claim's row. Raises `ClinicError`."""
    row = session.get(Claim, claim_id)
    if row is None:
        raise ClinicError("This claim is not in the register.")
    return row


def history_of(session: Session, claim_id: int) -> list[HistoryLine]:
    """Return what happened to a claim, oldest first."""
    rows = session.execute(
        select(
            ClaimEvent,
            ClaimSending.claim_no,
            ClaimBatch.control_no,
            ClaimResponse.kind,
            ClaimResponse.control,
            Packet.packet_no,
        )
        .outerjoin(ClaimSending, ClaimSending.id == ClaimEvent.sending_id)
        .outerjoin(Packet, Packet.id == ClaimSending.packet_id)
        .outerjoin(ClaimBatch, ClaimBatch.id == ClaimSending.batch_id)
        .outerjoin(ClaimResponse, ClaimResponse.id == ClaimEvent.response_id)
        .where(ClaimEvent.claim_id == claim_id)
        .order_by(ClaimEvent.id)
    )
    return [
        HistoryLine(
            kind=event.kind,
            on=event.on,
            at=event.at,
            by=event.by,
            claim_no=claim_no or "",
            control_no=control_no or 0,
            frequency=event.frequency,
            codes=(codes := tuple(event.codes.split())),
            words=tuple(word for code in codes if (word := in_words(code))),
            payer_no=event.payer_no,
            cents=event.cents,
            reason=event.reason,
            response=f"{kind} {control}" if kind else "",
            packet_no=packet_no or "",
        )
        for event, claim_no, control_no, kind, control, packet_no in rows
    ]


def batch_rows(session: Session, month: Month | None) -> list[BatchRow]:
    """Return the files and prints that left, the newest first."""
    query = select(ClaimBatch).order_by(ClaimBatch.id.desc())
    if month is not None:
        query = query.where(ClaimBatch.month == str(month))
    return [
        BatchRow(
            row.id,
            row.kind,
            row.control_no,
            row.month,
            row.claims,
            row.cents,
            row.sha256,
            row.made_at,
            row.made_by,
        )
        for row in session.scalars(query)
    ]


def _rows_of(session: Session, clinic: Clinic, month: Month) -> list[RegisterRow]:
    claims = {row.patient_id: row.id for row in session.scalars(select(Claim).where(Claim.month == str(month)))}
    finals = {packet.patient_id: packet for packet in final_packets(session, month)}
    sent = _newest_sendings(session, claims.values())
    lost = [sent[claim_id].packet_id for patient_id, claim_id in claims.items() if patient_id not in finals]
    packets = [*finals.values(), *session.scalars(select(Packet).where(Packet.id.in_(lost)))]
    dues = due_claims(session, clinic, packets, choices_of(claim_form(session)))
    names = _names(session, [packet.patient_id for packet in packets])
    rows = []
    for packet in packets:
        due, last = dues[packet.id], sent.get(claims.get(packet.patient_id, 0))
        facts, standing = due.facts, due.standing
        waits = standing.state in {READY, AGAIN}
        rows.append(
            RegisterRow(
                patient_id=packet.patient_id,
                claim_id=due.claim_id,
                month=str(month),
                name=names[packet.patient_id],
                record=record_number(packet.patient_id),
                claim_no=last.claim_no if last else facts.claim_no,
                packet_no=packet.packet_no,
                npi=facts.rendering.npi,
                lines=facts.lines,
                cents=facts.cents,
                served_on=served_on(facts),
                standing=standing,
                gaps=due.gaps if waits else (),
                deadline=deadline_of(standing, served_on(facts)),
                may=tuple(kind for kind in _BY_HAND if last is not None and may_become(standing, kind)),
                frequencies=frequencies(standing),
                attempt=last.attempt if last else 0,
                control_no=last.control_no if last else 0,
                on_paper=last.on_paper if last else False,
                changed=last is not None and (packet.state != FINAL or last.packet_id != packet.id),
            )
        )
    rows.sort(key=lambda row: (row.name.casefold(), row.patient_id))
    return rows


def _newest_sendings(session: Session, claim_ids: Iterable[int]) -> dict[int, _Sent]:
    wanted = set(claim_ids)
    rows = session.execute(
        select(
            ClaimSending.claim_id,
            ClaimSending.id,
            ClaimSending.attempt,
            ClaimSending.claim_no,
            ClaimSending.packet_id,
            ClaimBatch.control_no,
            ClaimBatch.kind,
        )
        .join(ClaimBatch, ClaimBatch.id == ClaimSending.batch_id)
        .order_by(ClaimSending.attempt)
    )
    return {
        row.claim_id: _Sent(row.id, row.attempt, row.claim_no, row.packet_id, row.control_no, row.kind == "paper")
        for row in rows
        if row.claim_id in wanted
    }


def newest_sending(session: Session, claim_id: int) -> ClaimSending:
    """Return a claim's newest sending."""
    rows = select(ClaimSending).where(ClaimSending.claim_id == claim_id).order_by(ClaimSending.attempt.desc()).limit(1)
    return session.scalars(rows).one()


def sent_facts(sending: ClaimSending) -> ClaimFacts:
    """Return what a sending said."""
    return ClaimFacts.from_json(sending.facts)


def standing_of_claim(session: Session, claim: Claim) -> Standing:
    """Return where a claim stands."""
    return standings_of(session, [claim.patient_id])[claim.patient_id, claim.month][2]


def _names(session: Session, ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    listed = list(ids)
    for first in range(0, len(listed), 300):
        rows = session.scalars(select(Patient).where(Patient.id.in_(listed[first : first + 300])))
        found |= {row.id: display_name(row.family_name, row.given_name, row.suffix) for row in rows}
    return found
