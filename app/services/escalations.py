from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Call, Escalation, Patient, Person
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.security.permissions import Actor
from app.services.door import reads, writes
from app.services.escalation_rules import EscalationRule, Route, default_rules, escalation_rules, put_rules, route
from app.services.follow_ups import outcome_of
from app.services.patients import display_name, patient_of
from app.services.staff import caller, is_caller, names_of_staff
from app.storage.ledger import Ledger, Reading, Work

State = Literal["open", "answered", "live", "all"]


@dataclass(frozen=True, slots=True)
class EscalationForm:
    """A worry to hand on: the key of the clinic's rule, and what was seen or said in the nurse's own words.

    `person_id` sends it to somebody else than the rule would.
    """

    rule_key: str
    what: str
    call_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """An escalation. `status` is open, answered, closed or withdrawn; `to` names the person or the role in words.

    `is_overdue`: nobody answered by `due_at`. `may_answer`: whoever asked for the row may. `symptom` and `do_now` are
    the rule's words as they were when it was raised.
    """

    id: int
    patient_id: int
    patient: str
    rule_key: str
    symptom: str
    what: str
    do_now: str
    is_emergency: bool
    to_role: str
    to_person_id: int | None
    to: str
    due_at: datetime
    is_overdue: bool
    raised_at: datetime
    raised_by_id: int
    raised_by: str
    status: str
    may_answer: bool
    call_id: int | None = None
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""
    outcome: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""


class NoSuchEscalation(ClinicError):
    """There is no escalation with that number."""

    def __init__(self) -> None:
        super().__init__("There is no such escalation. Open the list again.")


class NotThisStep(ClinicError):
    """The escalation stands where this step is not due."""


class NotYoursToAnswer(ClinicError):
    """It went to somebody else, who still has time."""

    def __init__(self, to: str) -> None:
        super().__init__(f"This went to {to}. Others of the role may answer when its time is over.")


class Escalations:
    """Worries handed on by the clinic's written rules; each is answered, acted on and closed with an outcome."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("clinic.read")
    def rules(self, reading: Reading) -> tuple[EscalationRule, ...]:
        """Return the clinic's rules, in order."""
        return escalation_rules(reading.session)

    @writes("clinic.edit")
    def set_rules(self, work: Work, rules: Sequence[EscalationRule]) -> tuple[EscalationRule, ...]:
        """Change the rules; what was raised keeps the words it was raised by. Raises `FieldFaults`.

        No rules at all: those that come with the program hold again.
        """
        put_rules(work.session, rules or default_rules())
        work.session.flush()
        work.note(event="escalation_rules", rules=len(rules))
        return escalation_rules(work.session)

    @reads("escalation.raise")
    def route(self, reading: Reading, patient_id: int, rule_key: str) -> Route:
        """Return to whom a rule would send this patient's worry now, and by when. Raises `ClinicError`."""
        patient_of(reading.session, patient_id)
        return route(reading.session, _rule(reading.session, rule_key), patient_id, reading.now)

    @writes("escalation.raise")
    def escalate(self, work: Work, patient_id: int, form: EscalationForm) -> EscalationRow:
        """Hand a worry on. Raises `FieldFaults` (`what`, `person_id`) or `NoSuchPatient`."""
        session = work.session
        patient_of(session, patient_id)
        rule = _rule(session, form.rule_key)
        what = outcome_of(form.what, "Say what was seen or said.", "what")
        goes = route(session, rule, patient_id, work.now)
        if form.person_id is not None:
            goes = Route(goes.role, _answerer(session, form.person_id), goes.due_at)
        if form.call_id is not None:
            call = session.get(Call, form.call_id)
            if call is None or call.patient_id != patient_id:
                raise ClinicError("This escalation would hang on a call of another patient.")
        row = Escalation(
            patient_id=patient_id,
            call_id=form.call_id,
            rule_key=rule.key,
            symptom=rule.symptom,
            do_now=rule.do_now,
            is_emergency=rule.is_emergency,
            what=what,
            to_role=goes.role,
            to_person_id=goes.person_id,
            due_at=goes.due_at,
            raised_at=work.now,
            raised_by=work.actor.person_id,
            status="open",
        )
        session.add(row)
        return self._saved(work, row, "raise")

    @writes("escalation.answer")
    def answer(self, work: Work, escalation_id: int, answer: str) -> EscalationRow:
        """Answer what was handed to this person or their role; whoever raised it acts on it and closes it.

        When its time is over, anybody of the role may answer. Raises `FieldFaults` (`answer`), `NotYoursToAnswer`.
        """
        row = _named(work, escalation_id)
        if row.status != "open":
            raise NotThisStep("This escalation was answered or taken back already.")
        kept = outcome_of(answer, "Write the answer.", "answer")
        if not may_answer(work.session, row, work.actor, work.now, _roles(work.session, work.actor)):
            raise NotYoursToAnswer(_to_words(row, names_of_staff(work.session), self._ledger.permissions.roles))
        row.status, row.answer, row.answered_at, row.answered_by = "answered", kept, work.now, work.actor.person_id
        return self._saved(work, row, "answer")

    @writes("escalation.raise")
    def close(self, work: Work, escalation_id: int, outcome: str) -> EscalationRow:
        """Say what was done about an answer. Raises `FieldFaults` (`outcome`) or `NotThisStep`."""
        row = _named(work, escalation_id)
        if row.status == "open":
            raise NotThisStep("Nobody has answered yet. It is closed when the answer was acted on.")
        return self._end(work, row, "closed", outcome_of(outcome, "Say what was done, and how the patient is."))

    @writes("escalation.raise")
    def withdraw(self, work: Work, escalation_id: int, reason: str) -> EscalationRow:
        """Take an escalation back that was raised by mistake; it stays on record. Raises `FieldFaults` (`outcome`)."""
        row = _named(work, escalation_id)
        if row.status != "open":
            raise NotThisStep("What was answered is not taken back; close it with what came of it.")
        if row.raised_by != work.actor.person_id:
            raise NotThisStep("Only who raised an escalation takes it back.")
        return self._end(work, row, "withdrawn", outcome_of(reason, "Say why it is taken back."))

    @writes("escalation.answer")
    def take_answer_back(self, work: Work, escalation_id: int) -> EscalationRow:
        """Undo one's own answer before it was acted on; it waits for an answer again. Raises `NotThisStep`."""
        row = _named(work, escalation_id)
        if row.status != "answered" or row.answered_by != work.actor.person_id:
            raise NotThisStep("This answer was acted on already, or it is not yours.")
        row.status, row.answer, row.answered_at, row.answered_by = "open", "", None, None
        return self._saved(work, row, "take_answer_back")

    @writes("escalation.raise")
    def reopen(self, work: Work, escalation_id: int) -> EscalationRow:
        """Undo a closing or a taking back: it stands where it stood before. Raises `NotThisStep`."""
        row = _named(work, escalation_id)
        if row.status not in ("closed", "withdrawn"):
            raise NotThisStep("This escalation is open already.")
        row.status = "open" if row.answered_at is None else "answered"
        row.outcome, row.closed_at, row.closed_by = "", None, None
        return self._saved(work, row, "reopen")

    @reads("follow_up.read")
    def rows(
        self, reading: Reading, *, state: State = "live", patient_id: int | None = None, mine: bool = False
    ) -> tuple[EscalationRow, ...]:
        """Return escalations: the overdue first, then the answered, then by when they are due; ended ones last.

        "live" are open or answered; `mine`: raised by me, or mine to answer.
        """
        rows = escalation_rows(
            reading.session,
            reading.now,
            reading.actor,
            self._ledger.permissions.roles,
            state=state,
            patient_id=patient_id,
        )
        return tuple(row for row in rows if not mine or row.may_answer or row.raised_by_id == reading.actor.person_id)

    def _end(self, work: Work, row: Escalation, status: Literal["closed", "withdrawn"], outcome: str) -> EscalationRow:
        if row.closed_at is not None:
            raise NotThisStep("This escalation is closed already.")
        row.status, row.outcome, row.closed_at, row.closed_by = status, outcome, work.now, work.actor.person_id
        return self._saved(work, row, status)

    def _saved(self, work: Work, row: Escalation, event: str) -> EscalationRow:
        work.session.flush()
        work.about(row.patient_id)
        work.note(event=event, escalation=row.id, rule=row.rule_key)
        roles = self._ledger.permissions.roles
        return escalation_rows(work.session, work.now, work.actor, roles, state="all", escalation_id=row.id)[0]


def may_answer(session: Session, row: Escalation, actor: Actor, now: datetime, roles: Sequence[str]) -> bool:
    """Whether somebody may answer: who it was sent to; anybody of the role when nobody is, or its time is over."""
    if row.to_person_id == actor.person_id:
        return True
    if row.to_role not in roles:
        return False
    return row.to_person_id is None or now > row.due_at or not is_caller(session.get(Person, row.to_person_id))


def escalation_rows(
    session: Session,
    now: datetime,
    actor: Actor,
    role_names: Mapping[str, str],
    *,
    state: State = "live",
    patient_id: int | None = None,
    escalation_id: int | None = None,
) -> list[EscalationRow]:
    """Return escalations as lists show them to `actor`, in the order of `Escalations.rows`."""
    query = select(Escalation, Patient.family_name, Patient.given_name, Patient.suffix).join(
        Patient, Patient.id == Escalation.patient_id
    )
    wanted = {"open": ("open",), "answered": ("answered",), "live": ("open", "answered")}.get(state)
    if wanted is not None:
        query = query.where(Escalation.status.in_(wanted))
    if patient_id is not None:
        query = query.where(Escalation.patient_id == patient_id)
    if escalation_id is not None:
        query = query.where(Escalation.id == escalation_id)
    names, roles = names_of_staff(session), _roles(session, actor)
    rows = [
        _shown(
            row,
            display_name(*name),
            names,
            role_names,
            now=now,
            is_answerer=may_answer(session, row, actor, now, roles),
        )
        for row, *name in session.execute(query)
    ]
    order = {"open": 1, "answered": 1, "closed": 2, "withdrawn": 2}
    return sorted(
        rows, key=lambda row: (order[row.status], not row.is_overdue, row.status != "answered", row.due_at, row.id)
    )


def _shown(
    row: Escalation,
    patient: str,
    names: Mapping[int, str],
    role_names: Mapping[str, str],
    *,
    now: datetime,
    is_answerer: bool,
) -> EscalationRow:
    return EscalationRow(
        id=row.id,
        patient_id=row.patient_id,
        patient=patient,
        rule_key=row.rule_key,
        symptom=row.symptom,
        what=row.what,
        do_now=row.do_now,
        is_emergency=row.is_emergency,
        to_role=row.to_role,
        to_person_id=row.to_person_id,
        to=_to_words(row, names, role_names),
        due_at=row.due_at,
        is_overdue=row.status == "open" and now > row.due_at,
        raised_at=row.raised_at,
        raised_by_id=row.raised_by,
        raised_by=names[row.raised_by],
        status=row.status,
        may_answer=row.status == "open" and is_answerer,
        call_id=row.call_id,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=names.get(row.answered_by or 0, ""),
        outcome=row.outcome,
        closed_at=row.closed_at,
        closed_by=names.get(row.closed_by or 0, ""),
    )


def _to_words(row: Escalation, names: Mapping[int, str], role_names: Mapping[str, str]) -> str:
    if row.to_person_id is not None:
        return names[row.to_person_id]
    return f"any {role_names.get(row.to_role, row.to_role).lower()}"


def _roles(session: Session, actor: Actor) -> Sequence[str]:
    return session.get_one(Person, actor.person_id).roles


def _rule(session: Session, key: str) -> EscalationRule:
    rule = next((rule for rule in escalation_rules(session) if rule.key == key), None)
    if rule is None:
        raise ClinicError("There is no such rule any more. Choose another from the list.")
    return rule


def _answerer(session: Session, person_id: int) -> int:
    check = FormCheck()
    caller(session, person_id, check, "person_id")
    check.finish()
    return person_id


def _named(work: Work, escalation_id: int) -> Escalation:
    row = work.session.get(Escalation, escalation_id)
    if row is None:
        raise NoSuchEscalation
    return row
