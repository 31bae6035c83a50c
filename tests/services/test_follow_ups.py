from datetime import UTC, date, datetime, timedelta

import pytest

from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.security.permissions import NotPermitted
from app.services.desk import Desk
from app.services.escalations import EscalationForm
from app.services.follow_ups import FollowUpForm, NoSuchFollowUp, NotOpen
from app.services.promises import PromiseForm
from tests.fake_clock import FakeClock
from tests.services.audit import events
from tests.services.calling import add_patient, colleague, ring

TODAY = date(2026, 11, 23)


def later(days: int) -> date:
    return TODAY + timedelta(days=days)


def test_overdue_comes_first_then_urgency_then_the_day(desk: Desk) -> None:
    patient = add_patient(desk)
    for what, days, urgency, priority in (
        ("soon tomorrow", 1, "soon", "normal"),
        ("errand long ago", -30, "none", "high"),
        ("routine yesterday", -1, "routine", "normal"),
        ("urgent today", 0, "urgent", "normal"),
        ("urgent yesterday", -1, "urgent", "low"),
        ("soon tomorrow, first", 1, "soon", "high"),
    ):
        desk.follow_ups.add(desk.actor, patient, FollowUpForm(what, later(days), urgency=urgency, priority=priority))
    rows = desk.follow_ups.rows(desk.actor)
    assert [row.what for row in rows] == [
        "urgent yesterday",
        "routine yesterday",
        "errand long ago",
        "urgent today",
        "soon tomorrow, first",
        "soon tomorrow",
    ]
    assert [row.days_overdue for row in rows] == [1, 1, 30, 0, 0, 0]
    assert [row.what for row in desk.follow_ups.rows(desk.actor, state="overdue")] == [row.what for row in rows[:3]]


def test_nothing_is_closed_without_an_outcome(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    call_id = ring(desk, clock, patient)
    form = FollowUpForm("Ask the pharmacy for blister packs", later(2), source="call", call_id=call_id)
    made = desk.follow_ups.add(desk.actor, patient, form)
    with pytest.raises(FieldFaults) as refused:
        desk.follow_ups.close(desk.actor, made.id, "  \n ")
    assert refused.value.faults == {"outcome": "Say what came of it."}
    closed = desk.follow_ups.close(desk.actor, made.id, "They come on Friday.")
    assert (closed.status, closed.outcome, closed.closed_by) == ("done", "They come on Friday.", "Ana Alvarez")
    assert desk.follow_ups.rows(desk.actor) == ()
    assert desk.follow_ups.rows(desk.actor, state="closed", patient_id=patient) == (closed,)
    with pytest.raises(NotOpen):
        desk.follow_ups.edit(desk.actor, made.id, form)
    assert desk.follow_ups.reopen(desk.actor, made.id).status == "open"
    assert desk.follow_ups.cancel(desk.actor, made.id, "Moved to her son's").status == "cancelled"
    with pytest.raises(NoSuchFollowUp):
        desk.follow_ups.close(desk.actor, 99, "done")


def test_a_follow_up_is_handed_to_somebody_who_works_here(desk: Desk) -> None:
    patient = add_patient(desk)
    ben = colleague(desk, "Ben Okoro", "nurse")
    made = desk.follow_ups.add(desk.actor, patient, FollowUpForm("Weigh daily", later(1), ben.person_id))
    assert [row.id for row in desk.follow_ups.rows(ben, owner_id=ben.person_id)] == [made.id]
    manager = colleague(desk, "Dana Whitlock", "manager")
    assert desk.follow_ups.rows(manager) != ()
    with pytest.raises(NotPermitted):
        desk.follow_ups.close(manager, made.id, "done")
    with pytest.raises(FieldFaults) as refused:
        desk.follow_ups.edit(desk.actor, made.id, FollowUpForm("", None, manager.person_id, "now", "very", "dream"))
    assert set(refused.value.faults) == {"what", "due_on", "owner_id", "priority", "urgency", "source"}
    other = add_patient(desk, "Someone", "Else")
    escalation = desk.escalations.escalate(desk.actor, other, EscalationForm("fall", "Slipped in the bath"))
    with pytest.raises(ClinicError, match="another patient"):
        desk.follow_ups.edit(
            desk.actor, made.id, FollowUpForm("Look", later(1), source="escalation", escalation_id=escalation.id)
        )


def test_the_trail_names_the_row_and_never_its_text(desk: Desk) -> None:
    patient = add_patient(desk)
    made = desk.follow_ups.add(desk.actor, patient, FollowUpForm("Ask about the furosemide", later(1)))
    desk.follow_ups.close(desk.actor, made.id, "Takes it again")
    trail = events(desk, "follow_up.work")
    assert [(event.patient_id, facts["event"]) for event, facts in trail] == [(patient, "add"), (patient, "done")]
    assert "furosemide" not in str([event.detail for event, _ in trail])
    assert desk.integrity.check(desk.actor).faults == ()


def test_a_call_that_wants_another_and_has_none_is_a_finding(desk: Desk, clock: FakeClock) -> None:
    left, back, planned, again = (add_patient(desk, given, "Delgado") for given in ("Rosa", "Juan", "Ines", "Luis"))
    ring(desk, clock, left, "left_message")
    ring(desk, clock, back, "call_back")
    ring(desk, clock, planned, "call_back")
    soon = clock.now() + timedelta(hours=2)
    desk.promises.promise(desk.actor, planned, PromiseForm(soon, soon + timedelta(hours=1)))
    ring(desk, clock, again, "left_message")
    ring(desk, clock, again)
    found = desk.follow_ups.incomplete(desk.actor)
    assert [(each.kind, each.patient_id) for each in found] == [("no_next_step", left), ("no_next_step", back)]
    assert found[1].sentence == "The patient was to be called back on Mon 11/23/2026; nothing is planned."
    desk.follow_ups.add(desk.actor, left, FollowUpForm("Try in the evening", later(1)))
    desk.cadence.plan(desk.actor, back, later(1))
    assert desk.follow_ups.incomplete(desk.actor) == ()


def test_a_call_left_open_on_an_earlier_day_is_a_finding_of_whose_it_is(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    parked = desk.calls.start(desk.actor, patient)
    desk.calls.park(desk.actor, parked.call_id)
    assert desk.follow_ups.incomplete(desk.actor) == ()
    clock.advance(days=1)
    (found,) = desk.follow_ups.incomplete(desk.actor, mine=True)
    assert (found.kind, found.call_id, found.person) == ("open_call", parked.call_id, "Ana Alvarez")
    assert found.sentence == "The call that Ana Alvarez began on Mon 11/23/2026 was never finished."
    ben = colleague(desk, "Ben Okoro", "nurse")
    assert desk.follow_ups.incomplete(ben, mine=True) == ()
    assert desk.follow_ups.incomplete(ben) != ()


def test_an_escalation_without_an_answer_or_an_outcome_is_a_finding(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    made = desk.escalations.escalate(desk.actor, patient, EscalationForm("blood_sugar", "312 before lunch"))
    clock.advance(minutes=61)
    (late,) = desk.follow_ups.incomplete(desk.actor)
    assert (late.kind, late.escalation_id, late.since) == (
        "escalation_unanswered",
        made.id,
        datetime(2026, 11, 23, 16, 0, tzinfo=UTC),
    )
    desk.escalations.answer(desk.actor, made.id, "Two units more, measure at six")
    assert desk.follow_ups.incomplete(desk.actor) == ()
    clock.advance(hours=25)
    (unacted,) = desk.follow_ups.incomplete(desk.actor)
    assert (unacted.kind, unacted.person) == ("answer_not_acted_on", "Ana Alvarez")
    desk.escalations.close(desk.actor, made.id, "Called at six: 180")
    assert desk.follow_ups.incomplete(desk.actor) == ()
