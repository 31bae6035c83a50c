from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.models import Person
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.security.permissions import NotPermitted
from app.services.desk import Desk
from app.services.escalation_rules import EscalationRule
from app.services.escalations import EscalationForm, NotThisStep, NotYoursToAnswer
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, colleague, enrol

NINE = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # in Chicago, a Monday


def test_the_rules_say_to_whom_by_when_and_what_to_do(desk: Desk) -> None:
    doctor = colleague(desk, "Miriam Hale", "practitioner")
    patient = add_patient(desk)
    enrol(desk, patient, person_id=doctor.person_id)
    made = desk.escalations.escalate(desk.actor, patient, EscalationForm("emergency", "Pressure in the chest"))
    assert (made.to, made.to_person_id, made.is_emergency) == ("Miriam Hale", doctor.person_id, True)
    assert made.due_at == NINE + timedelta(minutes=15)
    assert "911" in made.do_now
    slow = desk.escalations.route(desk.actor, patient, "side_effect")
    assert slow.due_at == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # 5 PM of the next working day
    desk.cadence.close_on(desk.actor, datetime(2026, 11, 24, tzinfo=UTC).date(), "Staff day")
    assert desk.escalations.route(desk.actor, patient, "side_effect").due_at.day == 25
    errand = desk.escalations.route(desk.actor, patient, "services")
    assert (errand.role, errand.person_id) == ("coordinator", None)


def test_every_shipped_rule_goes_somewhere_and_says_what_to_do(desk: Desk) -> None:
    rules = desk.escalations.rules(desk.actor)
    assert len(rules) > 10
    assert len({rule.key for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.do_now
        assert rule.look_for
        assert desk.escalations.route(desk.actor, add_patient(desk), rule.key).due_at > NINE


def test_without_a_practitioner_who_signs_in_it_goes_to_whoever_there_is(desk: Desk) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    assert desk.escalations.route(desk.actor, patient, "fall").person_id is None
    assert desk.escalations.route(desk.actor, patient, "fall").role == "practitioner"


def test_it_is_answered_by_whom_it_went_to_until_its_time_is_over(desk: Desk, clock: FakeClock) -> None:
    doctor, other = colleague(desk, "Miriam Hale", "practitioner"), colleague(desk, "Jonah Quill", "practitioner")
    nurse = colleague(desk, "Ben Okoro", "nurse")
    patient = add_patient(desk)
    enrol(desk, patient, person_id=doctor.person_id)
    made = desk.escalations.escalate(nurse, patient, EscalationForm("blood_sugar", "58, shaky, had juice"))
    for somebody in (nurse, other):
        with pytest.raises(NotYoursToAnswer, match="Miriam Hale"):
            desk.escalations.answer(somebody, made.id, "Eat")
    assert [row.may_answer for row in desk.escalations.rows(doctor, mine=True)] == [True]
    assert desk.escalations.rows(other, mine=True) == ()
    clock.advance(minutes=61)
    (late,) = desk.escalations.rows(other, mine=True)
    assert (late.is_overdue, late.may_answer) == (True, True)
    with pytest.raises(FieldFaults):
        desk.escalations.answer(other, made.id, " ")
    answered = desk.escalations.answer(other, made.id, "Hold the evening dose; call at eight")
    assert (answered.status, answered.answered_by, answered.is_overdue) == ("answered", "Jonah Quill", False)
    with pytest.raises(NotThisStep):
        desk.escalations.answer(doctor, made.id, "Me too")


def test_when_it_went_to_somebody_who_left_their_role_answers_at_once(desk: Desk) -> None:
    doctor, other = colleague(desk, "Miriam Hale", "practitioner"), colleague(desk, "Jonah Quill", "practitioner")
    form = EscalationForm("blood_sugar", "58, shaky", person_id=doctor.person_id)
    made = desk.escalations.escalate(desk.actor, add_patient(desk), form)
    with desk.opened.ledger.writing(desk.actor, "people.edit") as work:
        work.session.get_one(Person, doctor.person_id).active = False
    assert desk.escalations.answer(other, made.id, "Juice").answered_by == "Jonah Quill"


def test_nothing_closes_without_an_answer_and_an_outcome(desk: Desk) -> None:
    patient = add_patient(desk)
    made = desk.escalations.escalate(desk.actor, patient, EscalationForm("fluid", "Up 4 pounds since Friday"))
    with pytest.raises(NotThisStep, match="Nobody has answered"):
        desk.escalations.close(desk.actor, made.id, "fine")
    desk.escalations.answer(desk.actor, made.id, "Double the water tablet for two days")
    with pytest.raises(FieldFaults):
        desk.escalations.close(desk.actor, made.id, "")
    assert desk.escalations.close(desk.actor, made.id, "Down 3 pounds on Wednesday").status == "closed"
    with pytest.raises(NotThisStep):
        desk.escalations.close(desk.actor, made.id, "again")
    assert desk.escalations.rows(desk.actor) == ()
    assert [row.status for row in desk.escalations.rows(desk.actor, state="all", patient_id=patient)] == ["closed"]


def test_only_who_raised_it_takes_it_back_and_it_stays_on_record(desk: Desk) -> None:
    nurse = colleague(desk, "Ben Okoro", "nurse")
    made = desk.escalations.escalate(desk.actor, add_patient(desk), EscalationForm("other", "Wrong chart"))
    with pytest.raises(NotThisStep, match="Only who raised"):
        desk.escalations.withdraw(nurse, made.id, "mistake")
    taken = desk.escalations.withdraw(desk.actor, made.id, "Raised on the wrong patient")
    assert (taken.status, taken.outcome) == ("withdrawn", "Raised on the wrong patient")


def test_an_escalation_changed_behind_the_programs_back_is_found(desk: Desk) -> None:
    made = desk.escalations.escalate(desk.actor, add_patient(desk), EscalationForm("fall", "Slipped, no pain"))
    with desk.opened.file.engine.begin() as connection:
        connection.execute(text("UPDATE escalation SET what = 'nothing' WHERE id = :id"), {"id": made.id})
    (fault,) = desk.integrity.check(desk.actor).faults
    assert fault.what == f"escalation {made.id} was changed behind CareLoop's back"


def test_the_clinic_writes_its_own_rules_and_what_was_raised_keeps_its_words(desk: Desk) -> None:
    patient = add_patient(desk)
    made = desk.escalations.escalate(desk.actor, patient, EscalationForm("fall", "Slipped"))
    ben = colleague(desk, "Ben Okoro", "nurse")
    own = (
        EscalationRule("", "Rash on the foot", "", "Ask for a picture", "nurse", ben.person_id, 120),
        EscalationRule("", "Lost glasses", "", "Note it", "coordinator"),
    )
    kept = desk.escalations.set_rules(desk.actor, own)
    assert [(rule.key, rule.minutes) for rule in kept] == [("rash_on_the_foot", 120), ("lost_glasses", None)]
    assert desk.escalations.route(desk.actor, patient, "rash_on_the_foot").person_id == ben.person_id
    with pytest.raises(ClinicError, match="no such rule"):
        desk.escalations.escalate(desk.actor, patient, EscalationForm("fall", "Again"))
    (row,) = desk.escalations.rows(desk.actor, patient_id=patient)
    assert row.symptom == made.symptom == "A fall without a blow to the head"
    for wrong in (
        replace(own[0], symptom=" "),
        replace(own[0], do_now=""),
        replace(own[0], to="admin"),
        replace(own[0], minutes=0),
        replace(own[0], person_id=99),
        replace(own[0], symptom="LOST GLASSES"),
    ):
        with pytest.raises(FieldFaults) as refused:
            desk.escalations.set_rules(desk.actor, (own[1], wrong))
        assert set(refused.value.faults) == {"escalation_rules"}
    with pytest.raises(NotPermitted):
        desk.escalations.set_rules(ben, own)
    assert len(desk.escalations.set_rules(desk.actor, ())) > 10


def test_the_overdue_come_first_then_the_answered(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    raised = [
        desk.escalations.escalate(desk.actor, patient, EscalationForm(key, "seen")).id
        for key in ("side_effect", "fall", "blood_sugar", "breathing")
    ]
    desk.escalations.answer(desk.actor, raised[3], "Two puffs")
    clock.advance(minutes=90)
    assert [row.id for row in desk.escalations.rows(desk.actor)] == [raised[2], raised[3], raised[1], raised[0]]
