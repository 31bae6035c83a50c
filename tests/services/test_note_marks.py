import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.models import NoteMark
from app.rules.field_faults import FieldFaults
from app.rules.note_marks import mark_key
from app.services.desk import Desk
from app.services.wrap_up import NoteIncomplete, WrapUp
from tests.fake_clock import FakeClock
from tests.services.calling import WHOLE_NOTE, add_patient, ring


def begin(desk: Desk, clock: FakeClock, patient_id: int) -> int:
    """Talk for a minute; return the stopped call."""
    call = desk.calls.start(desk.actor, patient_id)
    clock.advance(seconds=60)
    desk.calls.stop(desk.actor, call.call_id)
    return call.call_id


def marks(desk: Desk) -> list[NoteMark]:
    with desk.opened.ledger.reading(desk.actor, "note.read") as reading:
        found = list(reading.session.scalars(select(NoteMark).order_by(NoteMark.id)))
        reading.session.expunge_all()
        return found


def test_no_change_points_to_the_last_note_and_copies_nothing_of_it(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    clock.advance(days=14)
    last = desk.notes.last_said(desk.actor, patient)
    (first,) = desk.notes.of_patient(desk.actor, patient)
    assert set(last) == set(WHOLE_NOTE)
    assert (last["symptoms"].note_id, last["symptoms"].text) == (first.id, WHOLE_NOTE["symptoms"])
    same = {mark_key("symptoms", "no_change"): str(first.id), mark_key("medications", "adherence"): "as_prescribed"}
    said = {"reason": "Second call", "next_step": "Call in two weeks"} | same
    desk.calls.finish(desk.actor, begin(desk, clock, patient), WrapUp("reached", said))
    newest = desk.notes.of_patient(desk.actor, patient)[0]
    assert dict(newest.sections) == {
        "Reason for contact": "Second call",
        "Symptoms and changes": f"No change since {last['symptoms'].on:%m/%d/%Y}.",
        "Medications reviewed, adherence": "Taking as prescribed.",
        "Next step, and when": "Call in two weeks",
    }
    no_change, adherence = sorted(marks(desk), key=lambda mark: mark.kind, reverse=True)
    assert (no_change.section, no_change.since_note_id, no_change.since_on) == (
        "symptoms",
        first.id,
        last["symptoms"].on,
    )
    assert (adherence.section, adherence.answer, adherence.since_note_id) == ("medications", "as_prescribed", None)
    assert {mark.note_id for mark in marks(desk)} == {newest.id}
    with pytest.raises(DatabaseError), desk.opened.file.engine.begin() as connection:
        connection.execute(text("UPDATE note_mark SET answer = 'stopped'"))


def test_the_draft_keeps_marks_until_the_note_is_signed(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (first,) = desk.notes.of_patient(desk.actor, patient)
    call_id = begin(desk, clock, patient)
    draft = {"reason": "Call", "next_step": "Later", mark_key("medications", "adherence"): "stopped"}
    draft[mark_key("symptoms", "no_change")] = str(first.id)
    desk.calls.save_draft(desk.actor, call_id, draft)
    now = desk.calls.current(desk.actor)
    assert now is not None
    assert now.draft == draft
    desk.calls.finish(desk.actor, call_id, WrapUp("reached", None))
    parts = dict(desk.notes.of_patient(desk.actor, patient)[0].sections)
    assert parts["Medications reviewed, adherence"] == "Stopped taking at least one."


def test_what_was_not_asked_leaves_the_part_empty(desk: Desk, clock: FakeClock) -> None:
    call_id = begin(desk, clock, add_patient(desk))
    said = {key: text for key, text in WHOLE_NOTE.items() if key != "medications"}
    said[mark_key("medications", "adherence")] = "not_asked"
    with pytest.raises(NoteIncomplete, match="Medications reviewed"):
        desk.calls.finish(desk.actor, call_id, WrapUp("reached", said))


@pytest.mark.parametrize("value", ["77", "x", "1"])
def test_no_change_cannot_point_to_a_note_of_somebody_else(desk: Desk, clock: FakeClock, value: str) -> None:
    ring(desk, clock, add_patient(desk, "Other", "Patient"))  # note 1
    call_id = begin(desk, clock, add_patient(desk))
    said = WHOLE_NOTE | {mark_key("symptoms", "no_change"): value}
    with pytest.raises(FieldFaults) as refused:
        desk.calls.finish(desk.actor, call_id, WrapUp("reached", said))
    assert set(refused.value.faults) == {"symptoms"}
    assert marks(desk) == []


def test_an_answer_that_is_not_on_the_list_is_refused(desk: Desk, clock: FakeClock) -> None:
    call_id = begin(desk, clock, add_patient(desk))
    said = WHOLE_NOTE | {mark_key("medications", "adherence"): "always"}
    with pytest.raises(FieldFaults):
        desk.calls.finish(desk.actor, call_id, WrapUp("reached", said))


def test_an_amended_note_is_not_what_was_said_last(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (first,) = desk.notes.of_patient(desk.actor, patient)
    parts = [(title, body) for title, body in first.sections if title != "Symptoms and changes"]
    second = desk.notes.amend(desk.actor, first.id, parts, "Written about somebody else")
    last = desk.notes.last_said(desk.actor, patient)
    assert "symptoms" not in last
    assert last["reason"].note_id == second.id
    assert desk.notes.unfiled_count(desk.actor) == 1


@pytest.mark.parametrize("outcome", ["no_answer", "left_message", "wrong_number"])
def test_a_call_that_reached_nobody_is_not_what_was_said_last(desk: Desk, clock: FakeClock, outcome: str) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (first,) = desk.notes.of_patient(desk.actor, patient)
    clock.advance(days=3)
    begun_to_mark = {mark_key("symptoms", "no_change"): str(first.id), "goals": "Walks daily"}
    desk.calls.finish(desk.actor, begin(desk, clock, patient), WrapUp(outcome, begun_to_mark))
    assert len(desk.notes.of_patient(desk.actor, patient)) == 2
    assert {said.note_id for said in desk.notes.last_said(desk.actor, patient).values()} == {first.id}


@pytest.mark.parametrize("section", ["reason", "next_step"])
def test_each_contact_says_why_and_what_next_in_its_own_words(desk: Desk, clock: FakeClock, section: str) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (first,) = desk.notes.of_patient(desk.actor, patient)
    call_id = begin(desk, clock, patient)
    said = {key: text for key, text in WHOLE_NOTE.items() if key != section}
    said[mark_key(section, "no_change")] = str(first.id)
    with pytest.raises(FieldFaults, match="own words"):
        desk.calls.finish(desk.actor, call_id, WrapUp("reached", said))
