"""The audit trail in words, as far as it bears on some patients."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AuditEvent, Consent, Enrolment, ImportBatch, Person, TimeEntry
from app.rules.packet_facts import AuditFacts
from app.services.packet_gathering import local_iso

_AT_ONCE = 300
_IMPORT = "import.run"


def audit_extracts(
    session: Session, patient_ids: Sequence[int], since: datetime, zone: str, names: Mapping[str, str]
) -> dict[int, tuple[AuditFacts, ...]]:
    """Return, by patient, what was done about them from `since` on, and the imports that their record came from.

    `names` says each action in words (`Permissions.names`). No value of any field is in it: the trail holds none.
    """
    people = {row.id: row.name for row in session.execute(select(Person.id, Person.name))}
    found: dict[int, list[AuditFacts]] = defaultdict(list)
    imports = _imports(session, zone, names, people)
    for first in range(0, len(patient_ids), _AT_ONCE):
        some = patient_ids[first : first + _AT_ONCE]
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.patient_id.in_(some), AuditEvent.at >= since).order_by(AuditEvent.seq)
        )
        for event in events:
            if event.patient_id is not None:
                found[event.patient_id].append(event_in_words(event, zone, names, people))
        for patient_id, batches in _batches(session, some).items():
            found[patient_id] += [imports[batch] for batch in batches if batch in imports]
    return {patient_id: tuple(sorted(rows, key=lambda row: row.number)) for patient_id, rows in found.items()}


def event_in_words(event: AuditEvent, zone: str, names: Mapping[str, str], people: Mapping[int, str]) -> AuditFacts:
    """Return one event as a person reads it: what was done, by whom, and which records it changed."""
    said = names.get(event.action, event.action)
    said = said[:1].upper() + said[1:]
    return AuditFacts(
        number=event.seq,
        at=local_iso(event.at, zone),
        actor=people.get(event.actor_id) or event.actor,
        action=said if event.outcome == "ok" else f"{said}: refused",
        detail=_detail(json.loads(event.detail)),
    )


def _detail(facts: Mapping[str, object]) -> str:
    """Return which records were added, changed or removed, and how many of each."""
    changes = facts.get("changes")
    counted: Counter[tuple[str, str]] = Counter()
    if isinstance(changes, list):
        counted.update((str(table), str(how)) for table, _, how, *_ in changes)
    words = [
        f"{table.replace('_', ' ')} {how}" + (f" ({count})" if count > 1 else "")
        for (table, how), count in sorted(counted.items())
    ]
    return "; ".join(words)


def _imports(session: Session, zone: str, names: Mapping[str, str], people: Mapping[int, str]) -> dict[int, AuditFacts]:
    """Return the event of each import that stands, by its batch; both bear the same instant."""
    batches = session.execute(
        select(ImportBatch.id, AuditEvent)
        .join(AuditEvent, (AuditEvent.at == ImportBatch.imported_at) & (AuditEvent.action == _IMPORT))
        .where(ImportBatch.undone_at.is_(None))
    )
    found = {}
    for batch_id, event in batches:
        facts = event_in_words(event, zone, names, people)
        found[batch_id] = AuditFacts(facts.number, facts.at, facts.actor, facts.action, "records of this patient")
    return found


def _batches(session: Session, patient_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return the imports that brought in what a month is judged by."""
    found: dict[int, set[int]] = defaultdict(set)
    for table in (TimeEntry, Consent, Enrolment):
        rows = session.execute(
            select(table.patient_id, table.import_id)
            .where(table.patient_id.in_(patient_ids), table.import_id.is_not(None))
            .distinct()
        )
        for row in rows:
            found[row.patient_id].add(row.import_id)
    return found
