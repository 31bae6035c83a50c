"""Taking an import back: whether that can be done, and doing it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Select, Table, delete, func, or_, select
from sqlalchemy.orm import Session

from app.models import (
    Allergy,
    Approval,
    AuditEvent,
    Base,
    CarePlan,
    CarePlanEvent,
    Condition,
    Consent,
    Enrolment,
    ImportBatch,
    Mdm,
    Medication,
    OtherService,
    Packet,
    Patient,
    Practitioner,
    Stay,
    TimeEntry,
)
from app.rules.errors import ClinicError
from app.storage.ledger import Work

# Children before what they point to. Sealed rows leave through the session, so that the audit chain lets them go.
_SEALED: tuple[type[Base], ...] = (CarePlanEvent, CarePlan, Consent, Mdm, TimeEntry, Enrolment)
_PLAIN: tuple[type[Base], ...] = (Condition, Medication, Allergy, Stay, OtherService, Patient, Practitioner)
_DAYS = {"died_on"}

_CALLED = {
    "approval": "approval",
    "call": "call",
    "care_plan": "care plan",
    "care_plan_event": "care plan review or copy",
    "condition": "condition",
    "consent": "consent",
    "eligibility_check": "eligibility check",
    "enrolment": "enrolment",
    "follow_up": "follow-up",
    "mdm": "decision-making record",
    "month_hold": "hold",
    "medication": "medicine",
    "note": "note",
    "other_service": "service",
    "packet": "packet",
    "patient_contact": "contact",
    "plan_follow_up": "follow-up of the care plan",
    "plan_progress": "measured goal",
    "plan_section_review": "look at a care plan section",
    "promise": "promised call",
    "reconciliation": "review of medicines",
    "time_entry": "time entry",
    "time_review": "look at hand-entered time",
    "touch_point": "planned call",
}
_PLURALS = {
    "care plan review or copy": "care plan reviews or copies",
    "follow-up of the care plan": "follow-ups of the care plan",
    "look at a care plan section": "looks at care plan sections",
    "look at hand-entered time": "looks at hand-entered time",
    "review of medicines": "reviews of medicines",
    "corrected time entry": "corrected time entries",
    "time entry": "time entries",
}


class UndoRefused(ClinicError):
    """Something was built on the import since."""


def refuse_undo(session: Session, batch: ImportBatch) -> None:
    """Raise `UndoRefused` unless the import is the newest, and nothing was built on it since."""
    later = select(func.min(ImportBatch.id)).where(ImportBatch.id > batch.id, ImportBatch.undone_at.is_(None))
    if newer := session.scalar(later):
        raise UndoRefused(f"Import {newer} was made after this one. Undo that one first.")
    built = Counter({_CALLED.get(name, name): count for name, count in _pointing(session, batch.id)})
    for name, table in (("packet", Packet), ("approval", Approval)):
        built[name] = max(built[name], _made_since(session, batch, table))
    newer_versions = select(func.count()).where(
        TimeEntry.entry_id.in_(select(TimeEntry.entry_id).where(TimeEntry.import_id == batch.id)),
        TimeEntry.import_id.is_distinct_from(batch.id),
    )
    built["corrected time entry"] = session.scalar(newer_versions) or 0
    built["changed row"] = _changed_since(session, batch)
    if said := [_count(count, name) for name, count in sorted(built.items()) if count]:
        raise UndoRefused(
            f"Import {batch.id} cannot be undone, because work since then stands on it: {', '.join(said)}. "
            "Correct what is wrong in the charts instead."
        )


def take_back(work: Work, batch: ImportBatch) -> Mapping[str, int]:
    """Remove every row that came with the import, and put back the columns it changed; return the rows by table."""
    session = work.session
    removed: dict[str, int] = {}
    batch.undoing = True  # the triggers let go of append-only rows only while this is set
    session.flush()
    for table in _SEALED:
        rows = session.scalars(select(table).where(_import_of(table) == batch.id)).all()
        for row in rows:
            session.delete(row)
        session.flush()
        removed[table.__tablename__] = len(rows)
    for _, patient_id, column, old in batch.before:
        value = date.fromisoformat(old) if column in _DAYS and old is not None else old
        setattr(session.get_one(Patient, patient_id), column, value)
    session.flush()
    for table in _PLAIN:
        gone = select(func.count()).select_from(table).where(_import_of(table) == batch.id)
        removed[table.__tablename__] = session.scalar(gone) or 0
        session.execute(delete(table).where(_import_of(table) == batch.id))
        work.touched(table.__tablename__)
    batch.undoing, batch.undone_at = False, work.now
    return {name: count for name, count in removed.items() if count}


def _pointing(session: Session, import_id: int) -> Iterator[tuple[str, int]]:
    """Yield, by table, how many rows that did not come with the import point to rows that did."""
    for table in Base.metadata.sorted_tables:
        ways = [
            (column, key.column.table)
            for column in table.columns
            for key in column.foreign_keys
            if "import_id" in key.column.table.columns
        ]
        if not ways:
            continue
        points = or_(*(column.in_(_came(parent, import_id)) for column, parent in ways))
        query = select(func.count()).select_from(table).where(points)
        if "import_id" in table.columns:
            query = query.where(table.columns["import_id"].is_distinct_from(import_id))
        if count := session.scalar(query):
            yield table.name, count


def _made_since(session: Session, batch: ImportBatch, table: type[Packet | Approval]) -> int:
    """Count packets or approvals made since, of any patient whom the import brought something."""
    made = table.made_at if issubclass(table, Packet) else table.approved_at
    brought = [
        select(part.columns["patient_id"]).where(part.columns["import_id"] == batch.id)
        for part in Base.metadata.sorted_tables
        if {"patient_id", "import_id"} <= set(part.columns.keys())
    ]
    changed = [patient_id for _, patient_id, _, _ in batch.before]
    whose = or_(*(table.patient_id.in_(some) for some in brought), table.patient_id.in_(changed))
    return session.scalar(select(func.count()).select_from(table).where(made >= batch.imported_at, whose)) or 0


def _changed_since(session: Session, batch: ImportBatch) -> int:
    """Count rows of the import, or columns it changed, that the audit trail says were changed afterwards."""
    put_back = {(name, row_id, column) for name, row_id, column, _ in batch.before}
    changed: set[tuple[str, int]] = set()
    again: set[tuple[str, int]] = set()
    since = select(AuditEvent.detail).where(
        AuditEvent.at >= batch.imported_at, AuditEvent.seq > _seq_of(session, batch)
    )
    undone = set(session.scalars(select(ImportBatch.id).where(ImportBatch.undone_at.is_not(None))))
    for detail in session.scalars(since.where(AuditEvent.detail.contains('"changed"'))):
        facts = json.loads(detail)
        if facts.get("import_id") in undone or "undone_import_id" in facts:
            continue  # what a later import changed was put back by its own undoing
        for name, row_id, how, fields, _ in facts.get("changes", ()):
            if how == "changed":
                changed.add((name, row_id))
                again |= {(name, row_id) for column in fields if (name, row_id, column) in put_back}
    count = len(again)
    for table in (*_SEALED, *_PLAIN):
        ids = [row_id for name, row_id in changed - again if name == table.__tablename__]
        for start in range(0, len(ids), 500):
            theirs = select(func.count()).select_from(table).where(_import_of(table) == batch.id)
            count += session.scalar(theirs.where(table.__table__.columns["id"].in_(ids[start : start + 500]))) or 0
    return count


def _seq_of(session: Session, batch: ImportBatch) -> int:
    """Return the number of the audit event that the import itself is."""
    runs = select(AuditEvent.seq, AuditEvent.detail).where(
        AuditEvent.action == "import.run", AuditEvent.at >= batch.imported_at
    )
    for row in session.execute(runs.order_by(AuditEvent.seq)):
        if json.loads(row.detail).get("import_id") == batch.id:
            return int(row.seq)
    return 0


def _came(table: Table, import_id: int) -> Select[int]:
    return select(table.columns["id"]).where(table.columns["import_id"] == import_id)


def _import_of(table: type[Base]) -> ColumnElement[int | None]:
    return table.__table__.columns["import_id"]


def _count(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {_PLURALS.get(name, name + 's')}"
