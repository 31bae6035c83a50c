from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.rules.field_faults import FieldFaults
from app.rules.month import Month
from app.services.desk import Desk
from app.services.notes import AmendedSince, NoSuchNote, NotYourNote
from app.services.patient_form import PatientForm
from app.services.patients import NoSuchPatient
from app.services.time_log import entries_of
from app.services.wrap_up import WrapUp
from tests.fake_clock import FakeClock
from tests.services.audit import events
from tests.services.calling import WHOLE_NOTE, add_patient, colleague, ring


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


def test_an_amendment_is_a_new_note_in_place_of_the_old_one(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (first,) = desk.notes.of_patient(desk.actor, patient)
    clock.advance(hours=2)
    text = [*first.sections[:-1], ("Next step, and when", "Call on Friday instead")]
    with pytest.raises(FieldFaults) as refused:
        desk.notes.amend(desk.actor, first.id, text, " ")
    assert refused.value.faults == {"reason": "Say why the note is amended."}
    with pytest.raises(FieldFaults, match="Nothing in the note was changed"):
        desk.notes.amend(desk.actor, first.id, first.sections, "why")
    amended = desk.notes.amend(desk.actor, first.id, text, "Wrong day")
    assert (amended.amends_id, amended.reason, amended.sections[-1][1]) == (first.id, "Wrong day", text[-1][1])
    newest, oldest = desk.notes.of_patient(desk.actor, patient)
    assert (newest, oldest.is_amended, oldest.sections) == (amended, True, first.sections)
    with pytest.raises(AmendedSince):
        desk.notes.amend(desk.actor, first.id, text, "again")
    assert desk.notes.amend(desk.actor, amended.id, first.sections, "The first was right").amends_id == amended.id
    assert desk.integrity.check(desk.actor).faults == ()


def test_only_who_signed_a_note_amends_it(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (note,) = desk.notes.of_patient(desk.actor, patient)
    ben = colleague(desk, "Ben Okoro", "nurse")
    with pytest.raises(NotYourNote, match="Ana Alvarez"):
        desk.notes.amend(ben, note.id, [("Reason for contact", "x")], "why")
    with pytest.raises(NoSuchNote):
        desk.notes.amend(ben, 99, [("Reason for contact", "x")], "why")


def test_the_packet_prints_the_note_as_amended(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (note,) = desk.notes.of_patient(desk.actor, patient)
    desk.notes.amend(desk.actor, note.id, [("Reason for contact", "Discharged on Friday")], "Left out")
    with desk.opened.ledger.reading(desk.actor, "note.read") as reading:
        logged = entries_of(reading.session, [patient], Month(2026, 11), "America/Chicago")
    assert [entry.text for entry in logged[patient]] == ["Reason for contact: Discharged on Friday"]


def test_notes_wait_to_be_filed_and_of_an_amended_one_the_newest(desk: Desk, clock: FakeClock) -> None:
    first, second = add_patient(desk), add_patient(desk, "Juan", "Ortiz")
    for patient in (first, second):
        ring(desk, clock, patient)
    (one,) = desk.notes.of_patient(desk.actor, first)
    (two,) = desk.notes.of_patient(desk.actor, second)
    assert [note.id for note in desk.notes.unfiled(desk.actor)] == [one.id, two.id]
    filed = desk.notes.mark_filed(desk.actor, one.id)
    assert (filed.is_filed, filed.filed_at, filed.filed_by) == (True, clock.now(), "Ana Alvarez")
    assert [note.patient for note in desk.notes.unfiled(desk.actor)] == ["Ortiz, Juan"]
    amended = desk.notes.amend(desk.actor, one.id, [("Reason for contact", "More")], "Forgotten")
    assert [note.id for note in desk.notes.unfiled(desk.actor)] == [two.id, amended.id]
    desk.notes.mark_filed(desk.actor, amended.id)
    assert not desk.notes.mark_filed(desk.actor, amended.id, filed=False).is_filed
    assert [note.id for note in desk.notes.unfiled(desk.actor)] == [two.id, amended.id]
    ben = colleague(desk, "Ben Okoro", "nurse")
    assert desk.notes.unfiled(ben) == ()
    assert len(desk.notes.unfiled(ben, mine=False)) == 2


def test_a_note_is_copied_in_the_clinics_layout_and_that_it_left_is_noted(desk: Desk, clock: FakeClock) -> None:
    patient = desk.patients.add(
        desk.actor, PatientForm(given_name="Rosa", family_name="Delgado", born_on=date(1948, 3, 2), mrn="M-7")
    )
    ring(desk, clock, patient, seconds=59)
    (note,) = desk.notes.of_patient(desk.actor, patient)
    assert desk.notes.copy_for_ehr(desk.actor, note.id).split("\n") == [
        "CHRONIC CARE MANAGEMENT CONTACT",
        "Date: 11/23/2026  Time: 09:00 CST  Outcome: reached  Recorded time: 0:59",
        "Patient: Rosa Delgado  DOB: 03/02/1948  MRN: M-7",
        "",
        "Reason for contact: Monthly call",
        "Symptoms and changes: No swelling, sleeps flat",
        "Medications reviewed, adherence: Takes all as listed",
        "Next step, and when: Call again in two weeks",
        "",
        "Signed by Ana Alvarez, RN, 11/23/2026 09:00 CST",
    ]
    ((event, facts),) = events(desk, "note.file")
    assert (event.patient_id, facts["event"], facts["note"]) == (patient, "copy", note.id)
    amended = desk.notes.amend(desk.actor, note.id, [("Reason for contact", "{mrn} {x}")], "Left out")
    copied = desk.notes.copy_for_ehr(desk.actor, amended.id)
    assert copied.endswith("Amended: replaces the note of 11/23/2026 09:00 CST. Reason: Left out")
    assert "Reason for contact: {mrn} {x}" in copied  # what was typed is never taken for a blank


def test_the_clinic_lays_its_copied_notes_out_itself(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (note,) = desk.notes.of_patient(desk.actor, patient)
    desk.notes.set_ehr_layout(desk.actor, "{date} {mrn}\n{sections}\n-- {author}")
    assert desk.notes.copy_for_ehr(desk.actor, note.id).startswith("11/23/2026 not recorded\nReason for contact: ")
    for layout in ("{date} only", "{sections} {secret}"):
        with pytest.raises(FieldFaults) as refused:
            desk.notes.set_ehr_layout(desk.actor, layout)
        assert set(refused.value.faults) == {"layout"}
    layout, blanks = desk.notes.ehr_layout(desk.actor)
    assert layout == "{date} {mrn}\n{sections}\n-- {author}"
    assert "sections" in blanks
    desk.notes.set_ehr_layout(desk.actor, "")
    assert desk.notes.ehr_layout(desk.actor)[0].startswith("CHRONIC CARE")
