"""What is different in a patient's month since it was approved or closed: was, is, and who changed it when."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import Approval, AuditEvent, Clinic, Packet, Person
from app.rules.evaluate import evaluate
from app.rules.fact_changes import COUNTS_OTHERWISE, FactChange, fact_changes
from app.rules.family_choice import NoSuchFamily, take_family
from app.rules.month import Month
from app.rules.packet_facts import FINAL, NOT_MADE, PacketFacts
from app.rules.rule_book import RuleBook
from app.services.closing.paper_store import is_stored, stored
from app.services.judging import Judged, clinic_of, judge
from app.services.month_case import gather
from app.services.packet_gathering import local_iso, packet_facts

_TABLES: Mapping[str, frozenset[str]] = {
    "time": frozenset({"time_entry"}),
    "consent": frozenset({"consent"}),
    "conditions": frozenset({"condition"}),
    "visit": frozenset({"enrolment", "patient"}),
    "plan": frozenset({"care_plan", "care_plan_event"}),
    "mdm": frozenset({"mdm"}),
    "stays": frozenset({"stay"}),
    "services": frozenset({"other_service"}),
    "biller": frozenset({"practitioner", "patient"}),
    "patient": frozenset({"patient"}),
    "clinic": frozenset({"clinic", "charge"}),
}
_AT_ONCE = 300
_OF_ALL = ("import.run", "clinic.edit", "practitioner.edit")


@dataclass(frozen=True, slots=True)
class ChangedMonth:
    """A patient's month that is no longer what it was when it was approved, or when its packet was made.

    `packet_no` is empty for an approval whose packet was never made. `since` and `by` are when that was, and by whom.
    `lines_were` and `lines_now` are code and units.
    """

    patient_id: int
    packet_no: str
    since: datetime
    by: str
    lines_were: tuple[tuple[str, int], ...]
    lines_now: tuple[tuple[str, int], ...]
    changes: tuple[FactChange, ...]

    @property
    def bears_on_claim(self) -> bool:
        return any(change.bears_on_claim for change in self.changes)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What a month was when it was looked at last, and when and by whom."""

    patient_id: int
    packet_no: str
    since: datetime
    by: str
    facts: PacketFacts


def changed_since_close(
    session: Session, month: Month, book: RuleBook, patient_ids: Sequence[int] | None = None
) -> tuple[ChangedMonth, ...]:
    """Return the closed patient-months of which the record now says something else that bears on them.

    What was closed is not changed by it. This is where a claim for too much shows itself (42 CFR 401.305: reported and
    returned within 60 days of its being found).
    """
    clinic = clinic_of(session)
    judged = judge(session, clinic, month, book, patient_ids)
    moved = [each.patient.id for each in judged if each.changed_since]
    if not moved:
        return ()
    rows = session.scalars(
        select(Packet).where(Packet.month == str(month), Packet.state == FINAL).order_by(Packet.packet_no)
    )
    packets = [row for row in rows if row.patient_id in set(moved)]
    now = facts_now(session, clinic, month, moved, book)
    found = []
    for row in packets:
        was = _Earlier(row.patient_id, row.packet_no, row.made_at, row.made_by, PacketFacts.from_json(row.facts))
        found.append(_changed(session, clinic.time_zone, was, now.get(row.patient_id)))
    return tuple(each for each in found if each.changes)


def changed_since_approval(session: Session, month: Month, book: RuleBook, patient_id: int) -> ChangedMonth | None:
    """Return what is different since the month was last approved, or its packet last made; None when nothing is.

    Withdrawn approvals and void packets count too: what they said is what was looked at last.
    """
    clinic = clinic_of(session)
    approval = session.scalars(
        select(Approval)
        .where(Approval.month == str(month), Approval.patient_id == patient_id)
        .order_by(Approval.id.desc())
        .limit(1)
    ).first()
    packet = session.scalars(
        select(Packet)
        .where(Packet.month == str(month), Packet.patient_id == patient_id)
        .order_by(Packet.revision.desc())
        .limit(1)
    ).first()
    now = facts_now(session, clinic, month, [patient_id], book)
    if patient_id not in now:
        return None
    number = packet.packet_no if packet is not None else ""
    if approval is not None and is_stored(session, approval.facts_hash):
        facts = PacketFacts.from_bound_json(stored(session, approval.facts_hash).decode("ascii"))
        was = _Earlier(patient_id, number, approval.approved_at, approval.approver, facts)
    elif packet is not None:
        was = _Earlier(patient_id, number, packet.made_at, packet.made_by, PacketFacts.from_json(packet.facts))
    else:
        return None
    changed = _changed(session, clinic.time_zone, was, now[patient_id])
    return changed if changed.changes else None


def facts_now(
    session: Session, clinic: Clinic, month: Month, patient_ids: Sequence[int], book: RuleBook
) -> dict[int, PacketFacts]:
    """Return, by patient, the month's facts as the record stands now, closed or not."""
    gathered = gather(session, month, clinic.time_zone, clinic.setting, patient_ids)
    live = [Judged(patient, case, evaluate(case, book)) for patient, case in gathered]
    return packet_facts(session, clinic, live, book, NOT_MADE)


def _changed(session: Session, zone: str, earlier: _Earlier, here: PacketFacts | None) -> ChangedMonth:
    was, lines = earlier.facts, _lines(earlier.facts)
    head = (earlier.patient_id, earlier.packet_no, earlier.since, earlier.by, lines)
    if here is None:  # the record of who was enrolled itself went: nothing of it can be billed
        return ChangedMonth(*head, (), (FactChange("claim", "Enrolment", "on record", ""),))
    if was.choice is not None:  # compared with what the same choice would bill now
        with suppress(NoSuchFamily):
            here = take_family(here, was.choice.taken, was.choice.reason)
    changes = fact_changes(was, here)
    trail = _trail(session, earlier.patient_id, earlier.since) if changes else ()
    return ChangedMonth(*head, _lines(here), tuple(_named(change, trail, zone) for change in changes))


def _lines(facts: PacketFacts) -> tuple[tuple[str, int], ...]:
    return tuple((line.code, line.units) for line in facts.readiness.lines)


_Step = tuple[frozenset[str], datetime, str]


def _trail(session: Session, patient_id: int, since: datetime) -> tuple[_Step, ...]:
    """What touched the patient's record, or everybody's, since then: tables, when, by whom; the newest first."""
    people = {row.id: row.name for row in session.execute(select(Person.id, Person.name))}
    rows = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.at >= since,
            AuditEvent.outcome == "ok",
            or_(AuditEvent.patient_id == patient_id, AuditEvent.action.in_(_OF_ALL)),
        )
        .order_by(AuditEvent.seq.desc())
    )
    return tuple((_touched(row), row.at, people.get(row.actor_id) or row.actor) for row in rows)


def _touched(event: AuditEvent) -> frozenset[str]:
    if event.action == "import.run":
        return frozenset().union(*_TABLES.values())
    changes = json.loads(event.detail).get("changes", [])
    return frozenset(str(table) for table, *_ in changes)


def _named(change: FactChange, trail: Sequence[_Step], zone: str) -> FactChange:
    wanted = _TABLES.get(change.part)
    if change.by or wanted is None or change.what == COUNTS_OTHERWISE:
        return change
    for tables, at, by in trail:
        if tables & wanted:
            return replace(change, by=by, at=local_iso(at, zone))
    return change
