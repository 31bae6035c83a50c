import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.services.desk import Desk
from app.services.patients import NoSuchPatient
from app.services.wrap_up import WrapUp
from tests.fake_clock import FakeClock
from tests.services.calling import WHOLE_NOTE, add_patient


def test_notes_are_listed_newest_first_in_their_parts(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    for outcome, reason in (("reached", "First"), ("left_message", "Second")):
        call = desk.calls.start(desk.actor, patient)
        clock.advance(seconds=20)
        desk.calls.stop(desk.actor, call.call_id)
        desk.calls.finish(desk.actor, call.call_id, WrapUp(outcome, WHOLE_NOTE | {"reason": f"  {reason}\r\ncall "}))
    newest, oldest = desk.notes.of_patient(desk.actor, patient)
    assert newest.sections[0] == ("Reason for contact", "Second\ncall")
    assert (newest.outcome, oldest.outcome) == ("left_message", "reached")
    assert (oldest.author, oldest.credential) == ("Ana Alvarez", "RN")
    assert [title for title, _ in oldest.sections] == [
        "Reason for contact",
        "Symptoms and changes",
        "Medications reviewed, adherence",
        "Next step, and when",
    ]
    assert desk.notes.of_patient(desk.actor, patient, 1) == (newest,)
    with pytest.raises(NoSuchPatient):
        desk.notes.of_patient(desk.actor, 99)


def test_a_signed_note_is_never_changed(desk: Desk) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    desk.calls.stop(desk.actor, call.call_id)
    desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE))
    for statement in ("UPDATE note SET content = '[]'", "DELETE FROM note"):
        with pytest.raises(DatabaseError), desk.opened.file.engine.begin() as connection:
            connection.execute(text(statement))
