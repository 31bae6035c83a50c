"""What tests of calls have in common: patients to call, and time that passes with heartbeats."""

from datetime import date

from app.models import Enrolment, Person, Practitioner
from app.security.permissions import Actor
from app.services.call_rows import CallNow
from app.services.desk import Desk
from app.services.founding import actor_named
from app.services.patient_form import PatientForm
from app.services.wrap_up import WrapUp
from tests.fake_clock import FakeClock

WHOLE_NOTE = {
    "reason": "Monthly call",
    "symptoms": "No swelling, sleeps flat",
    "medications": "Takes all as listed",
    "next_step": "Call again in two weeks",
}


def add_patient(desk: Desk, given: str = "Rosa", family: str = "Delgado") -> int:
    return desk.patients.add(desk.actor, PatientForm(given_name=given, family_name=family, born_on=date(1948, 3, 2)))


def enrol(desk: Desk, patient_id: int, npi: str = "1234567893", *, person_id: int | None = None) -> None:
    """Put a patient into the programme under a billing practitioner, who may be one of the people who sign in."""
    with desk.opened.ledger.writing(desk.actor, "enrolment.change") as work:
        practitioner = Practitioner(npi=npi, name="Dr. Ito", kind="physician", person_id=person_id)
        work.session.add(practitioner)
        work.session.flush()
        work.session.add(
            Enrolment(
                patient_id=patient_id,
                status="enrolled",
                practitioner_id=practitioner.id,
                ccm_started_on=date(2026, 1, 5),
            )
        )


def live(desk: Desk, clock: FakeClock, call_id: int, seconds: int) -> CallNow:
    """Let time pass as it does in the program: with a heartbeat every five seconds."""
    for _ in range(seconds // 5):
        clock.advance(seconds=5)
        desk.calls.beat(desk.actor, call_id)
    clock.advance(seconds=seconds % 5)
    return desk.calls.beat(desk.actor, call_id)


def colleague(desk: Desk, name: str, *roles: str) -> Actor:
    """Let another person work here and sign in beside the first, without a passphrase's cost."""
    username = name.partition(" ")[0].lower()
    with desk.opened.ledger.writing(desk.actor, "people.edit") as work:
        work.session.add(Person(username=username, name=name, roles=sorted(roles), added_at=work.now))
    return actor_named(desk.opened.file, username)


def ring(desk: Desk, clock: FakeClock, patient_id: int, outcome: str = "reached", seconds: int = 60) -> int:
    """Make a whole call; return its id."""
    made = desk.calls.start(desk.actor, patient_id)
    clock.advance(seconds=seconds)
    desk.calls.stop(desk.actor, made.call_id)
    desk.calls.finish(desk.actor, made.call_id, WrapUp(outcome, WHOLE_NOTE if outcome == "reached" else {}))
    return made.call_id
