"""From final packets to claims: what each says, and what keeps it out of a claim file."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Claim, ClaimEvent, ClaimSending, Clinic, Packet, Patient, Practitioner
from app.rules.claim_facts import ORIGINAL, VOID, Choices, ClaimFacts, Sending, claim_facts, read_address
from app.rules.claim_gaps import Gap, claim_gaps
from app.rules.claim_state import AGAIN, Happening, Standing, standing_of
from app.rules.month import Month
from app.rules.packet_facts import FINAL, ClinicFacts, PacketFacts, PatientFacts, PractitionerFacts
from app.services.packet_gathering import clinic_facts, patient_facts, practitioner_facts

F = TypeVar("F", PatientFacts, ClinicFacts, PractitionerFacts)
_AT_ONCE = 300
# Parts of a packet that a claim says nothing of; they are most of its length.
_NOT_ON_CLAIMS = ("time", "gates", "audit", "care_plan", "consent", "visit", "stays", "services", "mdm")


@dataclass(frozen=True, slots=True)
class Due:
    """A final packet with its claim as it stands. `facts` is what would be sent now, `gaps` what it lacks."""

    patient_id: int
    packet_id: int
    packet_no: str
    claim_id: int | None
    attempt: int
    standing: Standing
    facts: ClaimFacts
    gaps: tuple[Gap, ...]


def due_claims(session: Session, clinic: Clinic, packets: Collection[Packet], choices: Choices) -> dict[int, Due]:
    """Return, by packet, the claims of final packets: of months never billed, and of those to be sent once more.

    What a packet is silent about on numbers and addresses is taken from the record as it is now. A claim that is sent
    again takes all of these from the record, for a wrong one may be why. Codes, units, charges and diagnoses are always
    the packet's.
    """
    standings = standings_of(session, [packet.patient_id for packet in packets])
    today = _Today(session, clinic, packets)
    found = {}
    for packet in packets:
        claim_id, attempts, standing = standings.get((packet.patient_id, packet.month), (None, 0, standing_of(())))
        again = attempts > 0
        facts = today.completed(_claim_part(packet.facts), packet.patient_id, prefer_today=again)
        sending = Sending(
            claim_no(packet.month, packet.patient_id, attempts + 1),
            standing.frequency,
            standing.payer_no if standing.frequency != ORIGINAL else "",
        )
        made = claim_facts(facts, choices, sending)
        found[packet.id] = Due(
            packet.patient_id, packet.id, packet.packet_no, claim_id, attempts + 1, standing, made, claim_gaps(made)
        )
    return found


def void_claims(session: Session, month: Month) -> list[Due]:
    """Return the claims of a month that are to be taken back.

    Each says what its last sending said, also when its packet is void since.
    """
    found = []
    for (patient_id, of), (claim_id, attempts, standing) in standings_of(session).items():
        if of != str(month) or standing.state != AGAIN or standing.frequency != VOID:
            continue
        last = session.scalars(
            select(ClaimSending).where(ClaimSending.claim_id == claim_id, ClaimSending.attempt == attempts)
        ).one()
        facts = replace(
            ClaimFacts.from_json(last.facts),
            claim_no=claim_no(of, patient_id, attempts + 1),
            frequency=VOID,
            original_no=standing.payer_no,
        )
        gaps = claim_gaps(facts)
        found.append(Due(patient_id, last.packet_id, facts.packet_no, claim_id, attempts + 1, standing, facts, gaps))
    return found


def final_packets(session: Session, month: Month | str) -> list[Packet]:
    """Return the month's final packets."""
    rows = select(Packet).where(Packet.month == str(month), Packet.state == FINAL).order_by(Packet.patient_id)
    return list(session.scalars(rows))


def claim_no(month: str, patient_id: int, attempt: int) -> str:
    """Return the number of a sending, which names nobody: at most 20 signs, of which payers give all back."""
    return f"{month[2:4]}{month[5:7]}-{patient_id:06d}-{attempt}"


def standings_of(
    session: Session, patient_ids: Collection[int] | None = None
) -> dict[tuple[int, str], tuple[int, int, Standing]]:
    """Return, by patient and month, each claim's id, how often it was sent, and where it stands."""
    claims = session.execute(select(Claim.id, Claim.patient_id, Claim.month)).all()
    if patient_ids is not None:
        wanted = set(patient_ids)
        claims = [row for row in claims if row.patient_id in wanted]
    happened = happenings_of(session, None if patient_ids is None else [row.id for row in claims])
    attempts: dict[int, int] = {}
    for row in session.execute(select(ClaimSending.claim_id, ClaimSending.attempt)):
        attempts[row.claim_id] = max(row.attempt, attempts.get(row.claim_id, 0))
    return {
        (row.patient_id, row.month): (row.id, attempts.get(row.id, 0), standing_of(happened.get(row.id, ())))
        for row in claims
    }


def happenings_of(session: Session, claim_ids: Collection[int] | None = None) -> dict[int, list[Happening]]:
    """Return, by claim, what happened to it, oldest first."""
    numbers = {row.id: row.attempt for row in session.execute(select(ClaimSending.id, ClaimSending.attempt))}
    found: dict[int, list[Happening]] = {}
    wanted = None if claim_ids is None else set(claim_ids)
    rows = session.execute(
        select(
            ClaimEvent.claim_id,
            ClaimEvent.kind,
            ClaimEvent.on,
            ClaimEvent.sending_id,
            ClaimEvent.codes,
            ClaimEvent.payer_no,
            ClaimEvent.frequency,
        ).order_by(ClaimEvent.id)
    )
    for row in rows:
        if wanted is None or row.claim_id in wanted:
            happening = Happening(
                row.kind,
                row.on,
                numbers.get(row.sending_id, 0) if row.sending_id else 0,
                tuple(row.codes.split()),
                row.payer_no,
                row.frequency,
            )
            found.setdefault(row.claim_id, []).append(happening)
    return found


def claim_states(session: Session, month: Month) -> dict[int, str]:
    """Return, by patient, the state (`claim_state.STATES`) of each claim of a month that was ever sent."""
    return {
        patient_id: standing.state
        for (patient_id, of), (_, _, standing) in standings_of(session).items()
        if of == str(month)
    }


def _claim_part(text: str) -> PacketFacts:
    """Return a packet's facts without the parts that claims do not need: reading those takes most of the time."""
    loaded = json.loads(text)
    for name in _NOT_ON_CLAIMS:
        loaded.pop(name, None)
    return PacketFacts.from_json(json.dumps(loaded))


class _Today:
    """What the record says now of those whom the packets name."""

    def __init__(self, session: Session, clinic: Clinic, packets: Collection[Packet]) -> None:
        ids = [packet.patient_id for packet in packets]
        self._patients: dict[int, Patient] = {}
        for first in range(0, len(ids), _AT_ONCE):
            some = select(Patient).where(Patient.id.in_(ids[first : first + _AT_ONCE]))
            self._patients |= {row.id: row for row in session.scalars(some)}
        self._clinic = clinic_facts(clinic)
        self._billers = {row.npi: row for row in session.scalars(select(Practitioner))}

    def completed(self, facts: PacketFacts, patient_id: int, *, prefer_today: bool) -> PacketFacts:
        patient = patient_facts(self._patients[patient_id])
        biller = self._billers.get(facts.practitioner.npi)
        return replace(
            facts,
            patient=_patient(facts.patient, patient, prefer_today=prefer_today),
            clinic=_clinic(facts.clinic, self._clinic, prefer_today=prefer_today),
            practitioner=facts.practitioner
            if biller is None
            else _biller(
                facts.practitioner, practitioner_facts(biller, facts.practitioner.kind or ""), prefer_today=prefer_today
            ),
        )


def _patient(then: PatientFacts, now: PatientFacts, *, prefer_today: bool) -> PatientFacts:
    fields = ("claim_name", "born_on", "sex", "mbi", "phone", "account_no")
    filled = _filled(then, now, fields, prefer_today=prefer_today)
    return replace(filled, address=_fuller(then.address, now.address, prefer_today=prefer_today))


def _clinic(then: ClinicFacts, now: ClinicFacts, *, prefer_today: bool) -> ClinicFacts:
    filled = _filled(then, now, ("phone", "tin", "group_npi", "place_of_service"), prefer_today=prefer_today)
    return replace(filled, address=_fuller(then.address, now.address, prefer_today=prefer_today))


def _biller(then: PractitionerFacts, now: PractitionerFacts, *, prefer_today: bool) -> PractitionerFacts:
    return _filled(then, now, ("name", "credential", "taxonomy"), prefer_today=prefer_today)


def _filled(then: F, now: F, fields: Collection[str], *, prefer_today: bool) -> F:
    pairs = {name: (getattr(then, name), getattr(now, name)) for name in fields}
    values: dict[str, Any] = {
        name: (new or old) if prefer_today else (old or new) for name, (old, new) in pairs.items()
    }
    return replace(then, **values)


def _fuller(then: tuple[str, ...], now: tuple[str, ...], *, prefer_today: bool) -> tuple[str, ...]:
    """Return the address that a claim can be sent with; the packet's, when either would do."""
    if prefer_today and now:
        return now
    return then if _wanting(then) <= _wanting(now) else now


def _wanting(lines: tuple[str, ...]) -> int:
    address = read_address(lines)
    parts = (address.line1, address.city, address.state, address.zip)
    return sum(not part for part in parts) * 10 + (len(address.zip) != 9)


def served_on(facts: ClaimFacts) -> date:
    """Return the claim's date of service, or the first day of its month where it has none."""
    return date.fromisoformat(facts.served_on or f"{facts.month}-01")
