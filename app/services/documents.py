import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from app.models import CarePlan, CarePlanEvent, Note, Packet
from app.rules.errors import ClinicError, ProgramFault
from app.rules.month import Month
from app.rules.packet_facts import PacketFacts
from app.security.permissions import NotPermitted
from app.services.closing.paper_store import is_stored, stored
from app.services.door import reads, writes
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading, Work

Kind = Literal["packet", "care_plan", "note"]
ACTIONS: dict[Kind, str] = {"packet": "month.make", "care_plan": "care_plan.read", "note": "note.read"}
"""What one must be allowed to do to open a document of each kind."""
_STATES = {"draft": "draft", "final": "final", "void": "void: replaced, or no longer ready"}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A paper or a signed text about a patient. `id` is that of its own kind; `is_void`: it no longer stands."""

    kind: Kind
    id: int
    title: str
    detail: str
    at: datetime
    by: str
    is_void: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.id}"


class Documents:
    """Everything about a patient that was made to be read or printed, and the packets as they were first printed."""

    def __init__(self, ledger: Ledger, make_packet: Callable[[PacketFacts], bytes]) -> None:
        self._ledger = ledger
        self._make_packet = make_packet

    @reads("patient.open")
    def of_patient(self, reading: Reading, patient_id: int) -> tuple[DocumentRow, ...]:
        """Return the documents that this person may open, the newest first. Raises `NoSuchPatient`."""
        patient_of(reading.session, patient_id)
        found = [
            *(self._packets(reading, patient_id) if self._may(reading, "packet") else ()),
            *(self._plans(reading, patient_id) if self._may(reading, "care_plan") else ()),
            *(self._notes(reading, patient_id) if self._may(reading, "note") else ()),
        ]
        return tuple(sorted(found, key=lambda row: (row.at, row.key), reverse=True))

    @reads("month.make")
    def packet(self, reading: Reading, packet_id: int) -> bytes:
        """Return a packet's PDF again: the bytes that were kept, or the same made anew of what was frozen then."""
        row = reading.session.get(Packet, packet_id)
        if row is None:
            raise ClinicError("There is no such packet. Open the list again.")
        if is_stored(reading.session, row.sha256):
            return stored(reading.session, row.sha256)
        content = self._make_packet(PacketFacts.from_json(row.facts))
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise ProgramFault(f"Packet {row.packet_no} does not print as it was first made.")
        return content

    @writes("patient.open")
    def leave(self, work: Work, row: DocumentRow, patient_id: int, form: str, purpose: str) -> None:
        """Note that a copy leaves the encrypted file now: printed, or saved as a PDF, and why (a key, not a text)."""
        if not self._ledger.may(work.actor, ACTIONS[row.kind]):
            raise NotPermitted(ACTIONS[row.kind], self._ledger.permissions.names[ACTIONS[row.kind]])
        patient_of(work.session, patient_id)
        work.about(patient_id)
        work.note(event="copy_leaves", document=row.key, form=form, purpose=purpose)

    def _may(self, reading: Reading, kind: Kind) -> bool:
        return self._ledger.may(reading.actor, ACTIONS[kind])

    def _packets(self, reading: Reading, patient_id: int) -> list[DocumentRow]:
        rows = reading.session.scalars(select(Packet).where(Packet.patient_id == patient_id))
        return [
            DocumentRow(
                kind="packet",
                id=row.id,
                title=f"Packet for {_month(row.month)}",
                detail=f"{row.packet_no}, {_STATES.get(row.state, row.state)}",
                at=row.made_at,
                by=row.made_by,
                is_void=row.state == "void",
            )
            for row in rows
        ]

    def _plans(self, reading: Reading, patient_id: int) -> list[DocumentRow]:
        plans = reading.session.scalars(
            select(CarePlan).where(CarePlan.patient_id == patient_id, CarePlan.status == "signed")
        ).all()
        titles = {plan.id: f"Care plan, version {plan.version}" for plan in plans}
        copies = reading.session.scalars(
            select(CarePlanEvent).where(CarePlanEvent.care_plan_id.in_(titles), CarePlanEvent.kind == "copy_given")
        )
        given: dict[int, CarePlanEvent] = {}
        for copy in copies:
            given[copy.care_plan_id] = copy
        return [
            DocumentRow(
                kind="care_plan",
                id=plan.id,
                title=titles[plan.id],
                detail=_copied(given.get(plan.id)),
                at=plan.signed_at or plan.edited_at,
                by=plan.signed_by,
            )
            for plan in plans
        ]

    def _notes(self, reading: Reading, patient_id: int) -> list[DocumentRow]:
        rows = reading.session.scalars(select(Note).where(Note.patient_id == patient_id)).all()
        amended = {row.amends_id for row in rows}
        return [
            DocumentRow(
                kind="note",
                id=row.id,
                title="Amended call note" if row.amends_id is not None else "Call note",
                detail="Amended since; the later one stands" if row.id in amended else "Signed",
                at=row.signed_at,
                by=row.author,
                is_void=row.id in amended,
            )
            for row in rows
        ]


def _month(key: str) -> str:
    return f"{Month.parse(key).first:%B %Y}"


def _copied(copy: CarePlanEvent | None) -> str:
    if copy is None:
        return "Signed; no copy given yet"
    return f"Signed; copy given {copy.happened_on:%m/%d/%Y} ({copy.method.replace('_', ' ')})"
