"""What happens with a signed plan: goals measured, follow-ups made and done, versions looked back at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.models import CarePlan, CarePlanEvent
from app.rules.care_plan import Item
from app.rules.field_faults import FieldFaults
from app.services.desk import Desk
from app.services.follow_up_rows import FollowUpRow
from app.services.people import PersonForm
from app.services.plan_history import NoSuchProgress, ProgressForm
from app.services.plan_lookup import NoSuchPlan
from app.storage.integrity import check
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, enrol
from tests.services.test_care_plans import GOAL, TODAY, sign_whole, whole

ANA = "Ana Alvarez, RN"
CALL = {"what": "Monthly call", "who": ANA, "due": "Every month", "due_on": "12/01/2026"}
LABS = {"what": "Order labs", "who": "Ben Okafor, LPN", "due": "Every 6 months", "due_on": "01/15/2027"}
DAUGHTER = {"what": "Fill the pill box", "who": "the daughter", "due": "weekly", "due_on": "12/01/2026"}
UNDATED = {"what": "Ask about falls", "who": ANA, "due": "Every 3 months"}


def sign_with(desk: Desk, patient_id: int, interventions: Sequence[Item], goals: Sequence[Item] = (GOAL,)) -> int:
    """Sign a version with these goals and interventions."""
    draft = desk.care_plans.draft(desk.actor, patient_id)
    given = {"interventions": tuple(interventions), "goals": tuple(goals)}
    sections = [replace(each, items=given[each.key]) if each.key in given else each for each in whole(draft)]
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, sections, draft.mark)
    return desk.care_plans.sign(desk.actor, patient_id, FIRST_PERSON.passphrase, mark).plan_id


def standing(desk: Desk, patient_id: int, key: str) -> list[Item]:
    draft = desk.care_plans.draft(desk.actor, patient_id)
    return list(next(each.items for each in draft.sections if each.key == key))


def follow_ups(desk: Desk, patient_id: int) -> list[tuple[str, str, date]]:
    rows = desk.follow_ups.rows(desk.actor, patient_id=patient_id)
    return [(row.what, row.owner, row.due_on) for row in rows]


def the(desk: Desk, patient_id: int, what: str) -> FollowUpRow:
    (row,) = [row for row in desk.follow_ups.rows(desk.actor, patient_id=patient_id) if row.what == what]
    return row


@pytest.fixture
def rosa(desk: Desk) -> int:
    desk.people.add(desk.actor, PersonForm("Ben Okafor", "LPN", "ben", ("nurse",)), "nine brave otters nap")
    return add_patient(desk)


def test_dated_interventions_of_people_here_become_follow_ups_with_the_signature(desk: Desk, rosa: int) -> None:
    plan = sign_with(desk, rosa, [CALL, LABS, DAUGHTER, UNDATED])
    assert follow_ups(desk, rosa) == [
        ("Monthly call", "Ana Alvarez", date(2026, 12, 1)),
        ("Order labs", "Ben Okafor", date(2027, 1, 15)),
    ]
    tasks = desk.plan_history.tasks(desk.actor, rosa)
    refs = {item["what"]: item["ref"] for item in _items(desk, plan, "interventions")}
    assert {task.ref for task in tasks} == {refs["Monthly call"], refs["Order labs"]}
    row = the(desk, rosa, "Monthly call")
    assert (row.source, row.urgency) == ("plan", "routine")


def test_signing_again_unchanged_makes_none_twice_also_when_one_is_done(desk: Desk, rosa: int) -> None:
    sign_with(desk, rosa, [CALL, LABS])
    desk.follow_ups.close(desk.actor, the(desk, rosa, "Order labs").id, "Normal")
    before = follow_ups(desk, rosa)
    assert before[1] == ("Order labs", "Ben Okafor", date(2027, 7, 15))  # it repeats
    sign_with(desk, rosa, standing(desk, rosa, "interventions"))
    assert follow_ups(desk, rosa) == before


def test_a_follow_up_follows_its_intervention(desk: Desk, rosa: int) -> None:
    sign_with(desk, rosa, [CALL, LABS])
    first = the(desk, rosa, "Monthly call")
    call, labs = standing(desk, rosa, "interventions")
    sign_with(desk, rosa, [{**call, "what": "Call each month", "due_on": "12/08/2026"}])
    moved = the(desk, rosa, "Call each month")
    assert (moved.id, moved.due_on) == (first.id, date(2026, 12, 8))
    (gone,) = desk.follow_ups.rows(desk.actor, state="closed", patient_id=rosa)
    assert (gone.what, gone.status) == ("Order labs", "cancelled")
    assert gone.outcome == "No longer asked for in the care plan (version 2)."
    assert labs["what"] == "Order labs"


def test_what_repeats_comes_again_when_it_is_done_and_goes_when_that_is_undone(
    desk: Desk, rosa: int, clock: FakeClock
) -> None:
    sign_with(desk, rosa, [CALL])
    done = the(desk, rosa, "Monthly call")
    clock.advance(days=40)  # 2027-01-02: late by a month, and the next is not in the past
    desk.follow_ups.close(desk.actor, done.id, "Doing well")
    assert the(desk, rosa, "Monthly call").due_on == date(2027, 2, 1)
    desk.follow_ups.reopen(desk.actor, done.id)
    assert the(desk, rosa, "Monthly call").id == done.id
    desk.follow_ups.close(desk.actor, done.id, "Doing well")
    again = the(desk, rosa, "Monthly call")
    assert again.due_on == date(2027, 2, 1)
    desk.follow_ups.cancel(desk.actor, again.id, "In hospital")
    assert follow_ups(desk, rosa) == []


def _items(desk: Desk, plan_id: int, key: str) -> list[Item]:
    return list(next(each.items for each in desk.care_plans.version(desk.actor, plan_id).sections if each.key == key))


def test_progress_is_added_without_a_signature_and_never_changed(desk: Desk, rosa: int, clock: FakeClock) -> None:
    plan = sign_whole(desk, rosa)
    before = desk.care_plans.version(desk.actor, plan)
    (goal,) = desk.plan_history.goals(desk.actor, rosa)
    assert (goal.what, goal.now, goal.target, goal.problems) == (
        "Blood pressure",
        "152/90",
        "130/80",
        ("All problems",),
    )
    clock.advance(days=20)
    noted = [
        desk.plan_history.record_progress(desk.actor, rosa, goal.ref, ProgressForm(value, TODAY + timedelta(days=days)))
        for value, days in (("144/86", 10), ("148/88", 3))
    ]
    (goal,) = desk.plan_history.goals(desk.actor, rosa)
    assert [(row.value, row.by) for row in goal.entries] == [("148/88", "Ana Alvarez"), ("144/86", "Ana Alvarez")]
    assert desk.care_plans.version(desk.actor, plan) == before
    wrong = noted[0]
    desk.plan_history.correct_progress(
        desk.actor, wrong.id, ProgressForm("134/86", TODAY + timedelta(days=10), "Read wrongly")
    )
    (goal,) = desk.plan_history.goals(desk.actor, rosa)
    assert [row.value for row in goal.counted] == ["148/88", "134/86"]
    assert [row.value for row in goal.entries] == ["148/88", "144/86", "134/86"]
    with pytest.raises(NoSuchProgress):
        desk.plan_history.correct_progress(desk.actor, wrong.id, ProgressForm("1", TODAY, "again"))
    desk.plan_history.correct_progress(desk.actor, noted[1].id, ProgressForm("", TODAY, "Another patient's"))
    assert [row.value for row in desk.plan_history.goals(desk.actor, rosa)[0].counted] == ["134/86"]
    for statement in ("UPDATE plan_progress SET value = '120/70'", "DELETE FROM plan_progress"):
        with pytest.raises(DatabaseError), desk.opened.file.engine.begin() as connection:
            connection.execute(text(statement))
    assert check(desk.opened.file.engine, desk.opened.file.key).faults == ()


def test_progress_goes_on_under_a_goal_whose_words_a_revision_changed(desk: Desk, rosa: int) -> None:
    sign_whole(desk, rosa)
    (goal,) = desk.plan_history.goals(desk.actor, rosa)
    desk.plan_history.record_progress(desk.actor, rosa, goal.ref, ProgressForm("144/86", TODAY))
    (item,) = standing(desk, rosa, "goals")
    sign_with(desk, rosa, standing(desk, rosa, "interventions"), [{**item, "what": "Pressure at home", "to": "125/75"}])
    (goal,) = desk.plan_history.goals(desk.actor, rosa)
    assert (goal.what, goal.target, [row.value for row in goal.counted]) == ("Pressure at home", "125/75", ["144/86"])
    assert goal.entries[0].goal == "Blood pressure"


def test_progress_asks_for_a_value_a_day_that_came_and_a_goal_that_was_signed(desk: Desk, rosa: int) -> None:
    with pytest.raises(NoSuchPlan):
        desk.plan_history.record_progress(desk.actor, rosa, "x", ProgressForm("1", TODAY))
    sign_whole(desk, rosa)
    ref = desk.plan_history.goals(desk.actor, rosa)[0].ref
    for form, field in (
        (ProgressForm("", TODAY), "value"),
        (ProgressForm("a\nb", TODAY), "value"),
        (ProgressForm("1", None), "on"),
        (ProgressForm("1", TODAY + timedelta(days=1)), "on"),
    ):
        with pytest.raises(FieldFaults) as refused:
            desk.plan_history.record_progress(desk.actor, rosa, ref, form)
        assert list(refused.value.faults) == [field]
    noted = desk.plan_history.record_progress(desk.actor, rosa, ref, ProgressForm("1", TODAY))
    with pytest.raises(FieldFaults, match="why"):
        desk.plan_history.correct_progress(desk.actor, noted.id, ProgressForm("2", TODAY))


def test_the_version_in_force_on_any_day(desk: Desk, rosa: int, clock: FakeClock) -> None:
    first = sign_whole(desk, rosa)
    clock.advance(days=30)
    second = sign_whole(desk, rosa)

    def in_force(day: date) -> int | None:
        row = desk.plan_history.in_force_on(desk.actor, rosa, day)
        return None if row is None else row.plan_id

    assert in_force(TODAY - timedelta(days=1)) is None
    assert in_force(TODAY) == in_force(TODAY + timedelta(days=29)) == first
    assert in_force(TODAY + timedelta(days=30)) == in_force(date(2199, 1, 1)) == second


def test_two_versions_are_compared_and_a_draft_with_a_version(desk: Desk, rosa: int) -> None:
    first = sign_whole(desk, rosa)
    draft = desk.care_plans.draft(desk.actor, rosa)
    changed = [replace(each, text="Much better") if each.key == "prognosis" else each for each in draft.sections]
    desk.care_plans.save_draft(desk.actor, draft.plan_id, changed, draft.mark)
    pairs = {pair.key: pair for pair in desk.plan_history.compare(desk.actor, first, draft.plan_id)}
    assert [key for key, pair in pairs.items() if pair.is_changed] == ["prognosis"]
    other = sign_whole(desk, add_patient(desk))
    with pytest.raises(NoSuchPlan):
        desk.plan_history.compare(desk.actor, first, other)


def test_a_month_s_work_on_the_plan_arises_from_the_work(desk: Desk, rosa: int, clock: FakeClock) -> None:
    plan = sign_with(desk, rosa, [CALL])
    clock.advance(days=10)
    ref = desk.plan_history.goals(desk.actor, rosa)[0].ref
    day = TODAY + timedelta(days=10)
    desk.plan_history.record_progress(desk.actor, rosa, ref, ProgressForm("144/86", day))
    desk.care_plans.record_copy_given(desk.actor, plan, day, "paper")
    desk.follow_ups.close(desk.actor, the(desk, rosa, "Monthly call").id, "Doing well")
    december, november = desk.plan_history.work_by_month(desk.actor, rosa)
    assert str(december.month) == "2026-12"
    assert set(december.done) == {
        (day, "Measured: Blood pressure, 144/86"),
        (day, "Copy given: version 1"),
        (day, "Done: Monthly call"),
    }
    assert set(november.done) == {(TODAY, "Signed: version 1"), (TODAY, "Reviewed: version 1")}


def test_reviews_are_due_after_the_clinics_months(desk: Desk, rosa: int, clock: FakeClock) -> None:
    assert desk.plan_history.review_months(desk.actor) == 6
    enrol(desk, rosa)
    plan = sign_whole(desk, rosa)
    desk.care_plans.record_copy_given(desk.actor, plan, TODAY, "paper")
    desk.plan_history.set_review_months(desk.actor, 2)
    clock.advance(days=60)
    assert not desk.plan_history.is_review_due(desk.actor, rosa)
    assert "plan_due" not in desk.today.everyone(desk.actor)[0].filters
    clock.advance(days=1)
    assert desk.plan_history.is_review_due(desk.actor, rosa)
    assert "plan_due" in desk.today.everyone(desk.actor)[0].filters
    desk.care_plans.record_review(desk.actor, plan, TODAY + timedelta(days=61))
    assert "plan_due" not in desk.today.everyone(desk.actor)[0].filters
    for wrong in (0, 13):
        with pytest.raises(FieldFaults):
            desk.plan_history.set_review_months(desk.actor, wrong)


def test_nobody_is_asked_to_review_a_plan_brought_in_that_was_signed_lately(desk: Desk, rosa: int) -> None:
    enrol(desk, rosa)
    with desk.opened.ledger.writing(desk.actor, "import.run") as work:
        work.session.add(
            CarePlan(patient_id=rosa, status="imported", edited_at=work.now, signed_on=TODAY - timedelta(days=30))
        )
        work.session.flush()
        work.session.add(
            CarePlanEvent(
                care_plan_id=work.session.scalars(select(CarePlan.id)).one(),
                kind="copy_given",
                happened_on=TODAY - timedelta(days=30),
                recorded_at=work.now,
            )
        )
    # The month's case has its days as they were written, without a review; nobody is asked to review it for that.
    overview = desk.overviews.of(desk.actor, rosa)
    assert overview.plan is not None
    assert overview.plan.last_reviewed_on is None
    assert not desk.plan_history.is_review_due(desk.actor, rosa)
    assert "plan_due" not in desk.today.everyone(desk.actor)[0].filters
