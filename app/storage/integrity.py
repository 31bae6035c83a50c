"""Whether the clinic file is what CareLoop wrote: pages, references, audit chain, and each sealed row."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.models import AuditEvent, Base, CarePlan, Clinic
from app.security.audit_chain import first_fault
from app.security.keys import DataKey
from app.security.seal import seal
from app.storage.ledger import SEALED, chain_head


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: which check found it, and what it is."""

    check: str
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the clinic file found."""

    faults: tuple[Fault, ...]
    audit_events: int
    chain_head: str
    sealed_rows: int


def check(engine: Engine, key: DataKey, progress: Callable[[str], None] = lambda _: None) -> Checked:
    """Run every check and return all that is wrong. A page fault ends the run: nothing behind it can be trusted."""
    faults: list[Fault] = []
    with engine.connect() as connection:
        # Neither check sees what the other does: cut-off pages are missed by the cipher's, replayed ones by both.
        for pragma, name in (("cipher_integrity_check", "pages"), ("integrity_check", "database")):
            progress(name)
            try:
                found = [str(row[0]) for row in connection.execute(text(f"PRAGMA {pragma}"))]
            except DatabaseError:
                found = ["the file cannot be read to its end"]
            faults += [Fault(name, words) for words in found if words != "ok"]
        if faults:
            return Checked(tuple(faults), 0, "", 0)
        progress("references")
        faults += [
            Fault("references", f"{row[0]} row {row[1]} points to a missing {row[2]}")
            for row in connection.execute(text("PRAGMA foreign_key_check"))
        ]
    with Session(engine) as session:
        progress("audit trail")
        clinics = session.scalars(select(Clinic.vault_id)).all()
        if len(clinics) != 1:
            return Checked((*faults, Fault("database", "the clinic's own row is missing")), 0, "", 0)
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
        broken = first_fault(key.audit, clinics[0], events)
        if broken is not None:
            faults.append(Fault("audit trail", broken.fault))
        progress("sealed rows")
        wrong, rows = _sealed_faults(session, key, events)
        faults += wrong
        _, head = chain_head(session)
        return Checked(tuple(faults), len(events), head, rows)


def _sealed_faults(session: Session, key: DataKey, events: Sequence[AuditEvent]) -> tuple[list[Fault], int]:
    expected = _expected_seals(events)
    faults: list[Fault] = []
    rows = 0
    for table in SEALED:
        for row in session.scalars(select(table)):
            if isinstance(row, CarePlan) and row.status == "draft":
                continue
            rows += 1
            row_id = _row_id(row)
            known = expected.pop((row.__tablename__, row_id), None)
            if known is None:
                faults.append(Fault("sealed rows", f"{row.__tablename__} {row_id} was added behind CareLoop's back"))
            elif known != seal(key.audit, row):
                faults.append(Fault("sealed rows", f"{row.__tablename__} {row_id} was changed behind CareLoop's back"))
    faults += [
        Fault("sealed rows", f"{table} {row_id} is missing") for (table, row_id), mark in expected.items() if mark
    ]
    return faults, rows


def _expected_seals(events: Sequence[AuditEvent]) -> dict[tuple[str, int], str]:
    seals: dict[tuple[str, int], str] = {}
    for event in events:
        for table, row_id, how, _, mark in _changes(event):
            if how == "removed":
                seals.pop((table, row_id), None)
            elif mark:
                seals[table, row_id] = mark
    return seals


def _changes(event: AuditEvent) -> Iterable[tuple[str, int, str, object, str]]:
    try:
        return [
            (str(table), row_id, how, _, mark) for table, row_id, how, _, mark in json.loads(event.detail)["changes"]
        ]
    except (ValueError, KeyError, TypeError):
        return ()  # it has none; or it is not what was written, which the chain tells


def _row_id(row: Base) -> int:
    return int(row.id)  # type: ignore[attr-defined]
