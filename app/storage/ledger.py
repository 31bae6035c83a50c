"""The clinic's book: one short session an operation, with permission, change and audit row in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, event, inspect, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.clock import Clock
from app.models import (
    AmendmentEvent,
    AmendmentRequest,
    Approval,
    ApprovalWithdrawal,
    AuditEvent,
    Base,
    CarePlan,
    CarePlanEvent,
    Claim,
    ClaimBatch,
    ClaimEvent,
    ClaimResponse,
    ClaimSending,
    Clinic,
    Consent,
    Enrolment,
    Escalation,
    FollowUp,
    Mdm,
    MonthClose,
    MonthHold,
    MonthPaper,
    MonthReopening,
    Note,
    Packet,
    Person,
    PlanFollowUp,
    PlanProgress,
    TimeEntry,
)
from app.rules.errors import ClinicError
from app.security.audit_chain import canonical, genesis, link
from app.security.keys import DataKey
from app.security.permissions import Actor, NotPermitted, Permissions
from app.security.seal import seal
from app.storage.vault import is_environment_trouble, plain_words

# A changed row of these is named by the integrity check, whoever changed it and however.
SEALED: tuple[type[Base], ...] = (
    AmendmentEvent,
    AmendmentRequest,
    Approval,
    ApprovalWithdrawal,
    CarePlan,
    CarePlanEvent,
    Claim,
    ClaimBatch,
    ClaimEvent,
    ClaimResponse,
    ClaimSending,
    Consent,
    Enrolment,
    Escalation,
    FollowUp,
    Mdm,
    MonthClose,
    MonthHold,
    MonthPaper,
    MonthReopening,
    Note,
    Packet,
    Person,
    PlanFollowUp,
    PlanProgress,
    TimeEntry,
)


class ClinicLocked(ClinicError):
    """The screen is locked: key and connections are gone until someone signs in again."""

    def __init__(self) -> None:
        super().__init__("CareLoop is locked. Sign in again; nothing typed is lost.")


@dataclass(frozen=True, slots=True)
class Changes:
    """Which tables a committed operation touched."""

    tables: frozenset[str]

    def touch(self, *tables: str) -> bool:
        return not self.tables.isdisjoint(tables)


@dataclass(slots=True)
class Reading:
    """An open session for looking, and who looks."""

    session: Session
    actor: Actor
    now: datetime


@dataclass(slots=True)
class Work(Reading):
    """An open session for changing. What is flushed through it is written to the audit trail by itself."""

    patient_id: int | None = None
    facts: dict[str, object] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    rows: dict[tuple[str, int | str], tuple[Base, str, set[str]]] = field(default_factory=dict)

    def about(self, patient_id: int) -> None:
        """Say which patient the audit row is about."""
        self.patient_id = patient_id

    def note(self, **facts: object) -> None:
        """Add facts to the audit row: counts, ids, hashes, codes. Never a patient's text."""
        self.facts.update(facts)

    def touched(self, *tables: str) -> None:
        """Name tables changed by bulk statements, which do not pass through a flush."""
        self.tables.update(tables)


class Ledger:
    """Opens the sessions of all services on one clinic."""

    def __init__(
        self,
        engine: Engine,
        key: DataKey,
        clock: Clock,
        permissions: Permissions,
        on_commit: Callable[[Changes], None] = lambda _: None,
    ) -> None:
        self.clock = clock
        self.permissions = permissions
        self._on_commit = on_commit
        self._engine: Engine | None = engine
        self._key: DataKey | None = key

    @contextmanager
    def reading(self, actor: Actor, action: str) -> Iterator[Reading]:
        """Yield a session in which nothing is changed. Raise `NotPermitted` unless `actor` may do `action`."""
        engine, _ = self._held()
        with _in_plain_words(), Session(engine) as session:
            self._require(session, actor, action)
            yield Reading(session, actor, self.clock.now())
            session.rollback()

    @contextmanager
    def writing(self, actor: Actor, action: str, *, audited: bool = True) -> Iterator[Work]:
        """Yield a session that commits with its audit row, or leaves no trace at all.

        Unaudited work (a heartbeat, a draft as it is typed) is checked the same, but neither noted nor announced.
        """
        engine, _ = self._held()
        with _in_plain_words(), Session(engine.execution_options(immediate=True), expire_on_commit=False) as session:
            self._require(session, actor, action)
            with self._transaction(session, actor, action, audited=audited) as work:
                yield work
        if audited and work.tables:
            self._on_commit(Changes(frozenset(work.tables)))

    @contextmanager
    def founding(self, actor: Actor) -> Iterator[Work]:
        """Yield the session that fills a new clinic, before there is anybody whose permission could be asked."""
        engine, _ = self._held()
        with _in_plain_words(), Session(engine.execution_options(immediate=True), expire_on_commit=False) as session:
            if session.scalar(select(AuditEvent.seq).limit(1)) is not None:
                raise RuntimeError("the clinic exists")
            with self._transaction(session, actor, "clinic.create", audited=True) as work:
                yield work

    def may(self, actor: Actor, action: str) -> bool:
        """Whether `actor`'s roles as of sign-in allow `action`; for leaving out what a screen would refuse."""
        return self.permissions.may(actor.roles, action)

    def lock(self) -> None:
        """Close every connection and overwrite the key."""
        if self._engine is not None:
            self._engine.dispose()
        if self._key is not None:
            self._key.wipe()
        self._engine = self._key = None

    def unlock(self, engine: Engine, key: DataKey) -> None:
        """Go on with a newly opened file."""
        self._engine, self._key = engine, key

    @contextmanager
    def _transaction(self, session: Session, actor: Actor, action: str, *, audited: bool) -> Iterator[Work]:
        work = Work(session, actor, self.clock.now())
        event.listen(session, "after_flush", lambda flushed, _: _collect(work, flushed))
        yield work
        session.flush()
        if audited:
            self._append(session, work, action)
        session.commit()

    def _require(self, session: Session, actor: Actor, action: str) -> None:
        # Roles are read anew, so that a change or a dismissal holds from the next step on.
        person = session.get(Person, actor.person_id)
        roles = person.roles if person is not None and person.active else []
        session.expunge_all()
        if self.permissions.may(roles, action):
            return
        session.rollback()
        self._deny(actor, action)
        raise NotPermitted(action, self.permissions.names.get(action, action))

    def _deny(self, actor: Actor, action: str) -> None:
        engine, key = self._held()
        with Session(engine.execution_options(immediate=True)) as session:
            session.add(_event(session, key, Work(session, actor, self.clock.now()), action, "denied"))
            session.commit()

    def _append(self, session: Session, work: Work, action: str) -> None:
        _, key = self._held()
        changes = [
            [table, row_id, how, sorted(fields), seal(key.audit, row) if _is_sealed(row) and how != "removed" else ""]
            for (table, row_id), (row, how, fields) in sorted(
                work.rows.items(), key=lambda item: (item[0][0], str(item[0][1]))
            )
        ]
        if changes:
            work.facts["changes"] = changes
        session.add(_event(session, key, work, action, "ok"))
        session.flush()

    def _held(self) -> tuple[Engine, DataKey]:
        if self._engine is None or self._key is None:
            raise ClinicLocked
        return self._engine, self._key


def chain_head(session: Session) -> tuple[int, str]:
    """Return number and link of the newest audit event; before the first, 0 and the genesis link."""
    newest = session.execute(select(AuditEvent.seq, AuditEvent.mac).order_by(AuditEvent.seq.desc()).limit(1)).first()
    if newest is not None:
        return newest.seq, newest.mac
    return 0, genesis(session.scalars(select(Clinic.vault_id)).one())


def _event(session: Session, key: DataKey, work: Work, action: str, outcome: str) -> AuditEvent:
    seq, before = chain_head(session)
    added = AuditEvent(
        seq=seq + 1,
        at=work.now,
        actor_id=work.actor.person_id,
        actor=work.actor.username,
        session=work.actor.session,
        action=action,
        outcome=outcome,
        patient_id=work.patient_id,
        detail=canonical(work.facts).decode(),
    )
    added.mac = link(key.audit, before, added)
    return added


def _collect(work: Work, session: Session) -> None:
    for rows, how in ((session.new, "added"), (session.dirty, "changed"), (session.deleted, "removed")):
        for row in rows:
            if not isinstance(row, Base) or isinstance(row, AuditEvent):
                continue
            state = inspect(row)
            fields = {a.key for a in state.attrs if a.history.has_changes()} if how == "changed" else set()
            if how == "changed" and not fields:
                continue
            row_id = state.identity[0] if state.identity else state.mapper.primary_key_from_instance(row)[0]
            _, earlier, known = work.rows.get((row.__tablename__, row_id), (row, how, set()))
            kept = "added" if earlier == "added" and how == "changed" else how
            work.rows[row.__tablename__, row_id] = (row, kept, fields | known)
            work.tables.add(row.__tablename__)


def _is_sealed(row: Base) -> bool:
    return isinstance(row, SEALED) and not (isinstance(row, CarePlan) and row.status == "draft")


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if is_environment_trouble(error):
            raise plain_words(error) from error
        raise
