"""Patient-months that somebody keeps from being billed: held until a question is answered, or not billed at all.

A hold is a person's decision with a reason. It never changes verdict, lines or blockers; while it stands the month is
neither approved nor closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Enrolment, MonthHold, Person
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.rules.month import Month
from app.services.closed_month import is_closed
from app.services.door import reads, writes
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading, Work

HELD, NOT_BILLED = "held", "not_billed"
RELEASED, TAKEN_BACK = "released", "taken_back"
_NOW = {HELD: "is held", NOT_BILLED: "is marked as not billed"}


class MonthHeld(ClinicError):
    """Somebody keeps the month from being billed."""

    def __init__(self, month: Month, hold: "Hold") -> None:
        super().__init__(
            f"{month} {_NOW[hold.kind]} for this patient ({hold.by}: {hold.reason}). "
            "Let it go on the board first if it is to be billed."
        )


class NotHeld(ClinicError):
    """There is nothing to hold or to let go, or another thing than was asked for."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What keeps a month from being billed now. `kind` is `HELD` or `NOT_BILLED`; `by` is a name."""

    kind: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class HoldEvent:
    """One step of a month's holds. `act` is one of `HELD`, `RELEASED`, `NOT_BILLED`, `TAKEN_BACK`."""

    act: str
    reason: str
    at: datetime
    by: str


def standing_holds(session: Session, month: Month) -> Mapping[int, Hold]:
    """Return, by patient, what keeps months from being billed."""
    newest = select(func.max(MonthHold.id)).where(MonthHold.month == str(month)).group_by(MonthHold.patient_id)
    query = (
        select(MonthHold.patient_id, MonthHold.act, MonthHold.reason, MonthHold.at, Person.name)
        .join(Person, Person.id == MonthHold.by)
        .where(MonthHold.id.in_(newest), MonthHold.act.in_((HELD, NOT_BILLED)))
    )
    return {row.patient_id: Hold(row.act, row.reason, row.at, row.name) for row in session.execute(query)}


def standing_hold(session: Session, patient_id: int, month: Month) -> Hold | None:
    """Return what keeps a patient's month from being billed, or None."""
    row = session.execute(
        select(MonthHold.act, MonthHold.reason, MonthHold.at, Person.name)
        .join(Person, Person.id == MonthHold.by)
        .where(MonthHold.patient_id == patient_id, MonthHold.month == str(month))
        .order_by(MonthHold.id.desc())
        .limit(1)
    ).one_or_none()
    return Hold(row.act, row.reason, row.at, row.name) if row is not None and row.act in _NOW else None


def is_held(session: Session, patient_id: int, month: Month) -> bool:
    """Whether somebody keeps a patient's month from being billed."""
    return standing_hold(session, patient_id, month) is not None


def require_not_held(session: Session, patient_id: int, month: Month) -> None:
    """Raise `MonthHeld` while somebody keeps the month from being billed."""
    hold = standing_hold(session, patient_id, month)
    if hold is not None:
        raise MonthHeld(month, hold)


def hold_words(hold: Hold | None) -> tuple[str, ...]:
    """Return a hold as lists of reasons have it; nothing where there is none."""
    if hold is None:
        return ()
    said = {HELD: "Held", NOT_BILLED: "Not billed"}[hold.kind]
    return (f"{said} by {hold.by}: {hold.reason}",)


class Holds:
    """Keeping a patient's month from being billed, and letting it go. Every step has a reason and a person."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("readiness.read")
    def history(self, reading: Reading, patient_id: int, month: Month) -> tuple[HoldEvent, ...]:
        """Return all steps of a patient's month, the newest first."""
        rows = reading.session.execute(
            select(MonthHold.act, MonthHold.reason, MonthHold.at, Person.name)
            .join(Person, Person.id == MonthHold.by)
            .where(MonthHold.patient_id == patient_id, MonthHold.month == str(month))
            .order_by(MonthHold.id.desc())
        )
        return tuple(HoldEvent(row.act, row.reason, row.at, row.name) for row in rows)

    @writes("month.hold")
    def hold(self, work: Work, patient_id: int, month: Month, reason: str) -> None:
        """Keep the month from being billed until it is released.

        Raises `FieldFaults` (`reason`), `NoSuchPatient`, `MonthHeld`, or `NotHeld` once its final packet is made.
        """
        require_not_held(work.session, patient_id, month)
        _write(work, patient_id, month, HELD, reason)

    @writes("month.hold")
    def release(self, work: Work, patient_id: int, month: Month, reason: str) -> None:
        """Let a held month go. Raises `FieldFaults` (`reason`) or `NotHeld`."""
        _require(work.session, patient_id, month, HELD)
        _write(work, patient_id, month, RELEASED, reason)

    @writes("month.hold")
    def mark_not_billed(self, work: Work, patient_id: int, month: Month, reason: str) -> None:
        """Say that the month is not to be billed at all; a held one can go on to this. Raises as `hold`."""
        standing = standing_hold(work.session, patient_id, month)
        if standing is not None and standing.kind == NOT_BILLED:
            raise MonthHeld(month, standing)
        _write(work, patient_id, month, NOT_BILLED, reason)

    @writes("month.hold")
    def take_back(self, work: Work, patient_id: int, month: Month, reason: str) -> None:
        """Say that the month may be billed after all. Raises `FieldFaults` (`reason`) or `NotHeld`."""
        _require(work.session, patient_id, month, NOT_BILLED)
        _write(work, patient_id, month, TAKEN_BACK, reason)


def _require(session: Session, patient_id: int, month: Month, kind: str) -> None:
    standing = standing_hold(session, patient_id, month)
    if standing is None or standing.kind != kind:
        now = _NOW[standing.kind] if standing is not None else "is neither held nor marked as not billed"
        raise NotHeld(f"{month} {now} for this patient. Look at the board again.")


def _write(work: Work, patient_id: int, month: Month, act: str, reason: str) -> None:
    check = FormCheck()
    kept = check.note("reason", reason)
    if not kept and "reason" not in check.faults:
        check.fault("reason", "Say why: the reason stays on record.")
    check.finish()
    patient_of(work.session, patient_id)
    standing = work.session.scalar(select(Enrolment.status).where(Enrolment.patient_id == patient_id))
    if standing in (None, "declined"):
        raise NotHeld("This patient was never enrolled: there is no month to bill.")
    if is_closed(work.session, patient_id, month):
        raise NotHeld(f"{month} is closed for this patient: its final packet is made. Reopen the month first.")
    work.about(patient_id)
    work.note(month=str(month), act=act)
    work.session.add(
        MonthHold(patient_id=patient_id, month=str(month), act=act, reason=kept, at=work.now, by=work.actor.person_id)
    )
