import pytest

from app.rules.field_faults import FieldFaults
from app.security.permissions import NotPermitted
from app.services.desk import Desk
from app.services.timer_policies import TimerPolicy
from tests.services.calling import colleague


def test_what_comes_with_the_program(desk: Desk) -> None:
    policy = desk.timer_policies.policy(desk.actor)
    assert (policy.idle_seconds("record_review"), policy.idle_seconds("patient_call")) == (180, 600)
    assert policy.start_for(("nurse",)) == policy.start_for(("coordinator", "admin")) == "offer"
    assert policy.start_for(("practitioner",)) == policy.start_for(("manager", "admin")) == "manual"
    assert policy.start_for(("practitioner", "nurse")) == "offer"


def test_the_clinic_chooses_and_takes_back(desk: Desk) -> None:
    chosen = TimerPolicy(1, 15, {"nurse": "at_once", "coordinator": "manual", "practitioner": "offer"})
    desk.timer_policies.set_policy(desk.actor, chosen)
    assert desk.timer_policies.policy(desk.actor) == chosen
    desk.timer_policies.set_policy(desk.actor, TimerPolicy())
    assert desk.timer_policies.policy(desk.actor) == TimerPolicy()


@pytest.mark.parametrize("minutes", [0, 16, -1])
def test_idle_time_alone_never_reaches_a_bill(desk: Desk, minutes: int) -> None:
    for policy, key in (
        (TimerPolicy(idle_desk_minutes=minutes), "idle_desk_minutes"),
        (TimerPolicy(idle_call_minutes=minutes), "idle_call_minutes"),
    ):
        with pytest.raises(FieldFaults) as refused:
            desk.timer_policies.set_policy(desk.actor, policy)
        assert list(refused.value.faults) == [key]


def test_a_role_without_a_choice_is_refused(desk: Desk) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.timer_policies.set_policy(desk.actor, TimerPolicy(starts={"nurse": "offer", "coordinator": "offer"}))
    assert list(refused.value.faults) == ["practitioner"]


def test_a_nurse_may_read_it_and_no_more(desk: Desk) -> None:
    nurse = colleague(desk, "Bo Chen", "nurse")
    assert desk.timer_policies.policy(nurse) == TimerPolicy()
    with pytest.raises(NotPermitted):
        desk.timer_policies.set_policy(nurse, TimerPolicy(2))
