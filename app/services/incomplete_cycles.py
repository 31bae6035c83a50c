"""Contacts that were begun and never finished: each is a finding of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.models import Call, Escalation, FollowUp, Patient, Person, Promise, TouchPoint
from app.services.local_words import clock_in_words, day_in_words
from app.services.patients import display_name
from app.services.staff import names_of_staff

Kind = Literal["open_call", "no_next_step", "escalation_unanswered", "answer_not_acted_on"]

_WANTING = ("call_back", "left_message")
LOOK_BACK = timedelta(days=92)
ACT_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class IncompleteCycle:
    """A contact begun and not finished. `person_id` is whose it is to finish, None when it is a whole role's.

    `kind`: "open_call" (left open on an earlier day), "no_next_step" (the last call ended with a call back or a message
    left, and nothing is planned since), "escalation_unanswered" (over its time) or "answer_not_acted_on". `brief` says
    of a call's cycle what `sentence` says, for a narrow column.
    """

    kind: Kind
    patient_id: int
    patient: str
    since: datetime
    person_id: int | None
    person: str
    sentence: str
    call_id: int | None = None
    escalation_id: int | None = None
    brief: str = ""


def incomplete_cycles(session: Session, now: datetime, zone: ZoneInfo) -> list[IncompleteCycle]:
    """Return all unfinished cycles, the oldest first."""
    found = [
        *_open_calls(session, now, zone),
        *_without_next_step(session, now, zone),
        *_escalations(session, now, zone),
    ]
    return sorted(found, key=lambda each: (each.since, each.patient_id))


def _open_calls(session: Session, now: datetime, zone: ZoneInfo) -> Iterator[IncompleteCycle]:
    today = now.astimezone(zone).date()
    rows = session.execute(
        select(Call.id, Call.patient_id, Call.person_id, Call.started_at, Call.state, *_WHO)
        .join(Patient, Patient.id == Call.patient_id)
        .join(Person, Person.id == Call.person_id)
        .where(Call.state.not_in(("finished", "discarded")))
    )
    for row in rows:
        day = row.started_at.astimezone(zone).date()
        if day >= today:
            continue
        waits = "waits for its wrap-up" if row.state == "wrap_up" else "was never finished"
        sentence = f"The call that {row.person} began on {day_in_words(day)} {waits}."
        yield _cycle("open_call", row, row.started_at, sentence, f"Call of {day:%m/%d} not finished")


def _without_next_step(session: Session, now: datetime, zone: ZoneInfo) -> Iterator[IncompleteCycle]:
    """Yield patients whose newest call wants another one, with nothing written down since it began."""
    later = aliased(Call)
    called_again = exists().where(
        later.patient_id == Call.patient_id,
        later.state == "finished",
        later.outcome != "",
        later.started_at > Call.started_at,
    )
    planned = (
        exists().where(Promise.patient_id == Call.patient_id, Promise.made_at >= Call.started_at),
        exists().where(TouchPoint.patient_id == Call.patient_id, TouchPoint.planned_at >= Call.started_at),
        exists().where(FollowUp.patient_id == Call.patient_id, FollowUp.made_at >= Call.started_at),
    )
    query = (
        select(Call.id, Call.patient_id, Call.person_id, Call.started_at, Call.outcome, *_WHO)
        .join(Patient, Patient.id == Call.patient_id)
        .join(Person, Person.id == Call.person_id)
        .where(Call.state == "finished", Call.outcome.in_(_WANTING), Call.started_at >= now - LOOK_BACK)
        .where(Patient.died_on.is_(None), ~called_again, *(~each for each in planned))
    )
    for row in session.execute(query):
        did = "was to be called back" if row.outcome == "call_back" else "was left a message"
        day = row.started_at.astimezone(zone).date()
        brief = "Call back wanted" if row.outcome == "call_back" else "Message left"
        sentence = f"The patient {did} on {day_in_words(day)}; nothing is planned."
        yield _cycle("no_next_step", row, row.started_at, sentence, f"{brief} {day:%m/%d}, nothing planned")


def _escalations(session: Session, now: datetime, zone: ZoneInfo) -> Iterator[IncompleteCycle]:
    names = names_of_staff(session)
    rows = session.execute(
        select(Escalation, Patient.family_name, Patient.given_name, Patient.suffix)
        .join(Patient, Patient.id == Escalation.patient_id)
        .where(Escalation.status.in_(("open", "answered")))
    )
    for row, *name in rows:
        who = display_name(*name)
        if row.status == "open" and row.due_at < now:
            due = f"{day_in_words(row.due_at.astimezone(zone).date())}, {clock_in_words(row.due_at, zone)}"
            yield IncompleteCycle(
                "escalation_unanswered",
                row.patient_id,
                who,
                row.due_at,
                row.to_person_id,
                names.get(row.to_person_id or 0, ""),
                f"An escalation was to be answered by {due}.",
                escalation_id=row.id,
            )
        elif row.status == "answered" and row.answered_at is not None and row.answered_at < now - ACT_WITHIN:
            yield IncompleteCycle(
                "answer_not_acted_on",
                row.patient_id,
                who,
                row.answered_at,
                row.raised_by,
                names[row.raised_by],
                f"An escalation was answered on {day_in_words(row.answered_at.astimezone(zone).date())}; "
                "what came of it is not written down.",
                escalation_id=row.id,
            )


def _cycle(
    kind: Kind,
    row: Any,  # noqa: ANN401 - a row of a call
    since: datetime,
    sentence: str,
    brief: str,
) -> IncompleteCycle:
    return IncompleteCycle(
        kind,
        row.patient_id,
        display_name(row.family_name, row.given_name, row.suffix),
        since,
        row.person_id,
        row.person,
        sentence,
        call_id=row.id,
        brief=brief,
    )


_WHO = (Patient.family_name, Patient.given_name, Patient.suffix, Person.name.label("person"))
