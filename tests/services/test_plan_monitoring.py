import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.rules.errors import ClinicError
from app.services.desk import Desk
from app.services.plan_lookup import NoSuchPlan
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient
from tests.services.test_care_plans import chart, sign_whole


def test_a_plan_is_reviewed_once_each_of_its_sections_was_looked_at(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    chart(desk, patient)
    plan_id = sign_whole(desk, patient)
    clock.advance(days=20)
    plan = desk.plan_monitoring.in_force(desk.actor, patient)
    assert plan is not None
    assert (plan.row.plan_id, plan.has_draft) == (plan_id, False)
    assert plan.looks == {}
    signed_on = plan.row.last_reviewed_on
    *some, last = [section.key for section in plan.sections]
    assert {"goals", "interventions"} <= set(some) | {last}
    for key in some:
        plan = desk.plan_monitoring.no_change(desk.actor, plan_id, key)
        assert (plan.looks[key].on, plan.looks[key].by) == (plan.today, "Ana Alvarez")
        assert plan.row.last_reviewed_on == signed_on
    plan = desk.plan_monitoring.no_change(desk.actor, plan_id, last)
    assert plan.row.last_reviewed_on == plan.today
    assert not any(plan.is_due(section.key) for section in plan.sections)
    desk.plan_monitoring.no_change(desk.actor, plan_id, last)  # a second look on the same day writes nothing
    with desk.opened.file.engine.connect() as connection:
        looks = connection.execute(text("SELECT count(*) FROM plan_section_review")).scalar_one()
        reviews = connection.execute(text("SELECT count(*) FROM care_plan_event WHERE kind = 'reviewed'")).scalar_one()
    assert (looks, reviews) == (len(some) + 1, 2)  # signing reviews, too
    clock.advance(days=1)
    again = desk.plan_monitoring.in_force(desk.actor, patient)
    assert again is not None
    assert all(again.is_due(section.key) for section in again.sections)
    with pytest.raises(DatabaseError), desk.opened.file.engine.begin() as connection:
        connection.execute(text("DELETE FROM plan_section_review"))


def test_only_a_signed_plan_and_what_it_says_can_be_looked_at(desk: Desk) -> None:
    patient = add_patient(desk)
    assert desk.plan_monitoring.in_force(desk.actor, patient) is None
    draft = desk.care_plans.draft(desk.actor, patient)
    assert desk.plan_monitoring.in_force(desk.actor, patient) is None
    with pytest.raises(NoSuchPlan):
        desk.plan_monitoring.no_change(desk.actor, draft.plan_id, "goals")
    plan_id = sign_whole(desk, patient)
    with pytest.raises(ClinicError, match="nothing under that section"):
        desk.plan_monitoring.no_change(desk.actor, plan_id, "no_such_section")
    call = desk.calls.start(desk.actor, add_patient(desk, "Other", "Patient"))
    with pytest.raises(ClinicError, match="another patient"):
        desk.plan_monitoring.no_change(desk.actor, plan_id, "goals", call.call_id)
