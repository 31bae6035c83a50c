from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AmendmentEvent, AmendmentRequest, Person
from app.rules.amendment import GROUNDS, due_on
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.services.clinic_day import day_at
from app.services.door import reads, writes
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading, Work

DECISIONS = ("accepted", "denied")
_AFTER: dict[str, tuple[str, ...]] = {
    "accepted": ("informed",),
    "denied": ("disagreement", "rebuttal"),
}
"""What may be appended once it is decided."""


@dataclass(frozen=True, slots=True)
class AmendmentForm:
    """What a patient asks for. `asked_by`: the patient, or who speaks for them; `record`: the part it is about."""

    asked_on: date | None = None
    asked_by: str = ""
    record: str = ""
    change: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AmendmentStep:
    """Something that followed a request. `kind`: extended, accepted, denied, disagreement, rebuttal or informed."""

    kind: str
    happened_on: date
    basis: str
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """A request and all that followed, oldest first.

    `state`: open, accepted or denied; `is_late`: not decided by `due_on`.
    """

    id: int
    patient_id: int
    asked_on: date
    asked_by: str
    record: str
    change: str
    reason: str
    state: str
    due_on: date
    is_extended: bool
    is_late: bool
    steps: tuple[AmendmentStep, ...]


class AmendmentStanding(ClinicError):
    """The request is not in the state that the step needs."""


class Amendments:
    """Requests of patients to amend their record (45 CFR 164.526): received, decided in time, and appended for ever."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("patient.open")
    def rows(self, reading: Reading, patient_id: int) -> tuple[AmendmentRow, ...]:
        """Return a patient's requests, the newest first."""
        patient_of(reading.session, patient_id)
        return _rows(reading.session, day_at(reading.session, reading.now), patient_id)

    @reads("patient.open")
    def waiting(self, reading: Reading) -> tuple[AmendmentRow, ...]:
        """Return the requests of all patients that wait for a decision, the one due first at the head."""
        rows = _rows(reading.session, day_at(reading.session, reading.now))
        return tuple(sorted((row for row in rows if row.state == "open"), key=lambda row: (row.due_on, row.id)))

    @writes("amendment.record")
    def receive(self, work: Work, patient_id: int, form: AmendmentForm) -> AmendmentRow:
        """Record a request on the day it came. Raises `FieldFaults`."""
        patient_of(work.session, patient_id)
        work.about(patient_id)
        check = FormCheck()
        values = {
            "asked_on": check.day(
                "asked_on",
                form.asked_on,
                needed="Give the day on which it came.",
                latest=day_at(work.session, work.now),
            ),
            "asked_by": check.line("asked_by", form.asked_by, needed="Say who asked."),
            "record": check.line("record", form.record, needed="Say which part of the record it is about."),
            "change": check.note("change", form.change),
            "reason": check.note("reason", form.reason),
        }
        if not form.change.strip():
            check.fault("change", "Say what it should be changed to.")
        check.finish()
        row = AmendmentRequest(patient_id=patient_id, recorded_at=work.now, recorded_by=work.actor.person_id, **values)
        work.session.add(row)
        work.session.flush()
        return _one(work, row.id)

    @writes("amendment.decide")
    def extend(self, work: Work, request_id: int, reason: str) -> AmendmentRow:
        """Take 30 days more, once, for a reason that the patient is told in writing."""
        before = _one(work, request_id)
        if before.state != "open" or before.is_extended:
            raise AmendmentStanding("The time to act can be extended once, before the decision.")
        return _append(work, before, "extended", reason, needed="Say why it takes longer; the patient is told.")

    @writes("amendment.decide")
    def accept(self, work: Work, request_id: int, words: str) -> AmendmentRow:
        """Accept a request: `words` are the amendment as it is appended to the record."""
        return _append(work, _undecided(work, request_id), "accepted", words, needed="Write the amendment.")

    @writes("amendment.decide")
    def deny(self, work: Work, request_id: int, basis: str, words: str) -> AmendmentRow:
        """Deny a request on one of the grounds of the law, told in plain words."""
        before = _undecided(work, request_id)
        check = FormCheck()
        check.choice("basis", basis, tuple(GROUNDS), "Choose the ground on which it is denied.")
        check.finish()
        return _append(work, before, "denied", words, needed="Explain it in plain words.", basis=basis)

    @writes("amendment.record")
    def add_statement(self, work: Work, request_id: int, kind: str, words: str) -> AmendmentRow:
        """Append what followed a decision: who was informed, a disagreement, or the clinic's rebuttal of it."""
        before = _one(work, request_id)
        if kind not in _AFTER.get(before.state, ()):
            raise AmendmentStanding(
                "Statements follow a decision: who was informed of an amendment, or what is said of a denial."
            )
        if kind == "rebuttal" and all(step.kind != "disagreement" for step in before.steps):
            raise AmendmentStanding("A rebuttal answers a statement of disagreement; there is none.")
        return _append(work, before, kind, words, needed="Write what is to be appended.")


def _undecided(work: Work, request_id: int) -> AmendmentRow:
    row = _one(work, request_id)
    if row.state != "open":
        raise AmendmentStanding("This request is decided. A decision stays; the patient may ask again.")
    return row


def _append(work: Work, before: AmendmentRow, kind: str, words: str, *, needed: str, basis: str = "") -> AmendmentRow:
    check = FormCheck()
    if not words.strip():
        check.fault("words", needed)
    said = check.note("words", words)
    check.finish()
    work.session.add(
        AmendmentEvent(
            request_id=before.id,
            kind=kind,
            happened_on=day_at(work.session, work.now),
            basis=basis,
            words=said,
            recorded_at=work.now,
            recorded_by=work.actor.person_id,
        )
    )
    work.session.flush()
    return _one(work, before.id)


def _one(work: Work, request_id: int) -> AmendmentRow:
    row = work.session.get(AmendmentRequest, request_id)
    if row is None:
        raise ClinicError("There is no such request. Open the chart again.")
    work.about(row.patient_id)
    found = _rows(work.session, day_at(work.session, work.now), row.patient_id)
    return next(each for each in found if each.id == request_id)


def _rows(session: Session, today: date, patient_id: int | None = None) -> tuple[AmendmentRow, ...]:
    asked = select(AmendmentRequest).order_by(AmendmentRequest.asked_on.desc(), AmendmentRequest.id.desc())
    if patient_id is not None:
        asked = asked.where(AmendmentRequest.patient_id == patient_id)
    requests = session.scalars(asked).all()
    followed: defaultdict[int, list[AmendmentStep]] = defaultdict(list)
    events = session.execute(
        select(AmendmentEvent, Person.name)
        .join(Person, Person.id == AmendmentEvent.recorded_by)
        .where(AmendmentEvent.request_id.in_([row.id for row in requests]))
        .order_by(AmendmentEvent.id)
    )
    for event, name in events:
        followed[event.request_id].append(AmendmentStep(event.kind, event.happened_on, event.basis, event.words, name))
    return tuple(_row(row, tuple(followed[row.id]), today) for row in requests)


def _row(row: AmendmentRequest, steps: tuple[AmendmentStep, ...], today: date) -> AmendmentRow:
    state = next((step.kind for step in steps if step.kind in DECISIONS), "open")
    is_extended = any(step.kind == "extended" for step in steps)
    last_day = due_on(row.asked_on, is_extended=is_extended)
    return AmendmentRow(
        *(row.id, row.patient_id, row.asked_on, row.asked_by, row.record, row.change, row.reason),
        state=state,
        due_on=last_day,
        is_extended=is_extended,
        is_late=state == "open" and today > last_day,
        steps=steps,
    )
