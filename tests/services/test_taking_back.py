"""Each step that is not signed can be taken back, as long as nobody changed the same since."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.rules.errors import ClinicError
from app.security.permissions import Actor
from app.services.cadence import CadenceForm
from app.services.desk import Desk
from app.services.escalations import EscalationForm, NotThisStep
from app.services.follow_ups import TAKEN_BACK, ChangedSince, FollowUpForm, NotOpen
from app.services.promises import NoSuchPromise, PromiseForm, WouldMovePromise
from tests.fake_clock import FakeClock
from tests.services.audit import events
from tests.services.calling import add_patient, colleague, enrol

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def patient(desk: Desk) -> int:
    made = add_patient(desk)
    enrol(desk, made)
    return made


@pytest.fixture
def ben(desk: Desk) -> Actor:
    return colleague(desk, "Ben Okoro", "nurse")


def test_an_added_follow_up_is_taken_back_and_stays_on_record(desk: Desk, patient: int) -> None:
    row = desk.follow_ups.add(desk.actor, patient, FollowUpForm("Call cardiology", date(2026, 11, 30)))
    back = desk.follow_ups.take_back(desk.actor, row)
    assert (back.status, back.outcome) == ("cancelled", TAKEN_BACK)
    with pytest.raises(NotOpen):
        desk.follow_ups.take_back(desk.actor, row)


def test_a_changed_follow_up_is_put_back_unless_somebody_changed_it_since(desk: Desk, patient: int, ben: Actor) -> None:
    before = desk.follow_ups.add(desk.actor, patient, FollowUpForm("Call cardiology", date(2026, 11, 30)))
    form = FollowUpForm("Call cardiology", date(2026, 12, 1), ben.person_id)
    after = desk.follow_ups.edit(desk.actor, before.id, form)
    assert desk.follow_ups.put_back(desk.actor, before, after) == before
    after = desk.follow_ups.edit(desk.actor, before.id, form)
    desk.follow_ups.edit(ben, before.id, replace(form, priority="high"))
    with pytest.raises(ChangedSince):
        desk.follow_ups.put_back(desk.actor, before, after)


def test_an_answer_is_taken_back_only_by_who_gave_it_and_before_it_was_acted_on(
    desk: Desk, patient: int, ben: Actor
) -> None:
    raised = desk.escalations.escalate(desk.actor, patient, EscalationForm("fall", "Slipped"))
    desk.escalations.answer(desk.actor, raised.id, "Come in")
    with pytest.raises(NotThisStep):
        desk.escalations.take_answer_back(ben, raised.id)
    assert desk.escalations.take_answer_back(desk.actor, raised.id).status == "open"
    desk.escalations.answer(desk.actor, raised.id, "Come in tomorrow")
    desk.escalations.close(desk.actor, raised.id, "Came in")
    with pytest.raises(NotThisStep):
        desk.escalations.take_answer_back(desk.actor, raised.id)
    again = desk.escalations.reopen(desk.actor, raised.id)
    assert (again.status, again.answer, again.outcome) == ("answered", "Come in tomorrow", "")


def test_a_withdrawn_escalation_waits_for_its_answer_again(desk: Desk, patient: int) -> None:
    raised = desk.escalations.escalate(desk.actor, patient, EscalationForm("fall", "Slipped"))
    desk.escalations.withdraw(desk.actor, raised.id, "By mistake")
    assert desk.escalations.reopen(desk.actor, raised.id).status == "open"
    with pytest.raises(NotThisStep):
        desk.escalations.reopen(desk.actor, raised.id)


def test_taking_a_promise_back_gives_the_one_before_again(desk: Desk, patient: int) -> None:
    first = desk.promises.promise(desk.actor, patient, PromiseForm(NOW + HOUR, NOW + 2 * HOUR))
    second = desk.promises.promise(desk.actor, patient, PromiseForm(NOW + 3 * HOUR, NOW + 4 * HOUR), moving=True)
    desk.promises.take_back(desk.actor, second.id)
    assert [(row.id, row.standing) for row in desk.promises.of_patient(desk.actor, patient)] == [
        (second.id, "cancelled"),
        (first.id, "coming"),
    ]
    with pytest.raises(NoSuchPromise):
        desk.promises.take_back(desk.actor, second.id)


def test_a_cancelled_promise_is_given_again_unless_another_was(desk: Desk, patient: int) -> None:
    first = desk.promises.promise(desk.actor, patient, PromiseForm(NOW + HOUR, NOW + 2 * HOUR))
    desk.promises.cancel(desk.actor, first.id, "Not needed")
    desk.promises.give_again(desk.actor, first.id)
    assert desk.promises.of_patient(desk.actor, patient)[0].standing == "coming"
    desk.promises.cancel(desk.actor, first.id, "Not needed")
    desk.promises.promise(desk.actor, patient, PromiseForm(NOW + 3 * HOUR, NOW + 4 * HOUR))
    with pytest.raises(WouldMovePromise):
        desk.promises.give_again(desk.actor, first.id)


def test_a_plan_is_withdrawn_only_while_it_is_the_last(desk: Desk, patient: int) -> None:
    desk.cadence.plan(desk.actor, patient, date(2026, 11, 30))
    desk.cadence.plan(desk.actor, patient, date(2026, 12, 1))
    with pytest.raises(ClinicError, match="planned anew"):
        desk.cadence.withdraw_plan(desk.actor, patient, date(2026, 11, 30))
    assert desk.cadence.withdraw_plan(desk.actor, patient, date(2026, 12, 1)).planned_on == date(2026, 11, 30)


def test_a_tier_is_set_back_only_while_it_stands(desk: Desk, patient: int) -> None:
    high, low = CadenceForm("high"), CadenceForm("low")
    desk.cadence.set_for(desk.actor, patient, high)
    assert desk.cadence.set_for(desk.actor, patient, CadenceForm(), instead_of=high).form == CadenceForm()
    desk.cadence.set_for(desk.actor, patient, low)
    with pytest.raises(ClinicError, match="changed again since"):
        desk.cadence.set_for(desk.actor, patient, CadenceForm(), instead_of=high)


def test_patients_handed_over_are_handed_back_but_those_given_on_since(desk: Desk, patient: int, ben: Actor) -> None:
    other, third = add_patient(desk, "Otto"), add_patient(desk, "Tess")
    for each in (other, third):
        enrol(desk, each, f"{each:010}")
    me = desk.actor.person_id
    desk.cadence.set_owner(desk.actor, [patient, other], me)
    assert desk.cadence.hand_over(desk.actor, me, ben.person_id) == (patient, other)
    desk.cadence.set_owner(desk.actor, [other], None)
    assert desk.cadence.hand_over(desk.actor, ben.person_id, me, (patient, other)) == (patient,)
    with pytest.raises(ClinicError, match="somebody else"):
        desk.cadence.hand_over(desk.actor, me, me)


def test_what_is_taken_back_is_in_the_audit_trail(desk: Desk, clock: FakeClock, patient: int) -> None:
    row = desk.follow_ups.add(desk.actor, patient, FollowUpForm("Call cardiology", date(2026, 11, 30)))
    clock.advance(minutes=1)
    desk.follow_ups.take_back(desk.actor, row)
    assert [facts["event"] for _, facts in events(desk, "follow_up.work")] == ["add", "take_back"]
