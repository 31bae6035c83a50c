"""The board beside the verdicts: checks, owners, warnings of its own, tasks handed over, and its days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.assets import load_rule_book
from app.compose import open_desk
from app.models import Patient
from app.rules.field_faults import FieldFaults
from app.security.permissions import NotPermitted
from app.services.board.eligibility import EligibilityForm
from app.services.board.handovers import AlreadyHanded, HandOver
from app.services.board.owners import owners
from app.services.board.reviews import NotYours
from app.services.desk import Desk
from app.services.founding import House
from app.services.judging import clinic_of, judge
from app.services.people import PersonForm
from app.services.practitioners import PractitionerForm
from app.services.readiness import BoardRow
from app.services.time_entries import EntryForm
from app.storage.ledger import chain_head
from tests.fake_clock import FakeClock
from tests.services.clinic_month import OCTOBER, bring_in, enrolled, number_of, ready, together

NURSES_PASSPHRASE = "four slow otters drift"


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """One ready, one short, one without Part B."""
    uncovered = {**ready("c", day=8), "enrolment": [enrolled("c", coverage="none")]}
    bring_in(desk, tmp_path / "in", together(ready("a"), ready("b", minutes=15, day=6), uncovered))
    return desk


def row(desk: Desk, patient: str) -> BoardRow:
    return next(each for each in desk.readiness.board(desk.actor, OCTOBER).rows if each.case_id == patient)


def warned(desk: Desk, patient: str) -> list[str]:
    return [found.code for found in row(desk, patient).warnings]


def test_ten_checks_say_pass_look_or_fail(clinic: Desk) -> None:
    states = {each.key: each.state for each in row(clinic, "c").checks}
    assert len(states) == 10
    assert states["eligibility"] == "fail"
    assert {key for key, state in states.items() if state == "pass"} == states.keys() - {"eligibility"}
    short = {each.key: each.state for each in row(clinic, "b").checks}
    assert short["threshold"] == "fail"
    assert short["eligibility"] == "warn"


def test_the_boards_own_warnings_change_no_verdict(clinic: Desk) -> None:
    before = clinic.readiness.results(clinic.actor, OCTOBER)
    assert warned(clinic, "a") == ["W_ELIGIBILITY_NOT_ASKED", "W_NO_MBI"]
    patient = number_of(clinic, "a")
    form = clinic.patients.form(clinic.actor, patient)
    clinic.patients.edit(clinic.actor, patient, replace(form, mbi="1EG4TE5MK73"))
    asked = EligibilityForm(date(2026, 11, 2), "part_b", "no", "Portal of the contractor")
    assert clinic.eligibility.record(clinic.actor, [patient], asked) == 1
    assert warned(clinic, "a") == []
    assert row(clinic, "a").state == "ready"
    assert clinic.readiness.results(clinic.actor, OCTOBER) == before
    kept = clinic.eligibility.rows(clinic.actor, patient)
    assert [(each.asked_on, each.answer, each.other_biller, each.by) for each in kept] == [
        (date(2026, 11, 2), "part_b", "no", "Ana Alvarez")
    ]


def test_eligibility_is_asked_for_the_month_in_it_or_in_the_next(clinic: Desk, clock: FakeClock) -> None:
    clock.jump(days=60)
    patient = number_of(clinic, "a")
    for day in (date(2026, 9, 30), date(2026, 12, 1)):
        clinic.eligibility.record(clinic.actor, [patient], EligibilityForm(day))
    assert "W_ELIGIBILITY_NOT_ASKED" in warned(clinic, "a")
    clinic.eligibility.record(clinic.actor, [patient], EligibilityForm(date(2026, 10, 1)))
    assert "W_ELIGIBILITY_NOT_ASKED" not in warned(clinic, "a")


def test_a_day_to_come_and_an_unknown_answer_are_refused(clinic: Desk) -> None:
    with pytest.raises(FieldFaults) as refused:
        clinic.eligibility.record(clinic.actor, [1], EligibilityForm(date(2099, 1, 1), "perhaps", "who"))
    assert set(refused.value.faults) == {"asked_on", "answer", "other_biller"}


def test_each_missing_thing_names_its_owner_where_one_person_can_be_meant(clinic: Desk) -> None:
    assert [(found.owner, found.person) for found in row(clinic, "b").blockers] == [("nurse", "Ana Alvarez")]
    clinic.people.add(clinic.actor, PersonForm(name="Bo Lind", username="bo", roles=("nurse",)), NURSES_PASSPHRASE)
    assert [(found.owner, found.person) for found in row(clinic, "b").blockers] == [("nurse", "")]
    bo = next(person.id for person in clinic.people.rows(clinic.actor) if person.name == "Bo Lind")
    clinic.cadence.set_owner(clinic.actor, [number_of(clinic, "b")], bo)
    assert [found.person for found in row(clinic, "b").blockers] == ["Bo Lind"]
    assert [(found.owner, found.person) for found in row(clinic, "c").blockers] == [("manager", "Ana Alvarez")]


def test_a_practitioners_findings_are_whoever_signs_in_as_the_biller(clinic: Desk) -> None:
    biller = clinic.practitioners.rows(clinic.actor)[0]
    me = clinic.actor.person_id
    clinic.people.add(
        clinic.actor, PersonForm(name="Di Roe", username="di", roles=("practitioner",)), NURSES_PASSPHRASE
    )
    clinic.practitioners.edit(
        clinic.actor, biller.id, PractitionerForm("Ann Hale", biller.npi, biller.kind, "MD", "", me)
    )
    with clinic.opened.ledger.reading(clinic.actor, "readiness.read") as reading:
        judged = judge(reading.session, clinic_of(reading.session), OCTOBER, load_rule_book())
        assert owners(reading.session).of("practitioner", judged[0].patient).person_id == me


def test_a_task_is_handed_over_once_and_is_a_follow_up(clinic: Desk) -> None:
    patient = number_of(clinic, "b")
    me = clinic.actor.person_id
    assert (me, "Ana Alvarez") in clinic.hand_overs.people(clinic.actor)
    task = HandOver("TIME_LT_THRESHOLD", me, clinic.hand_overs.due(clinic.actor), "Is anything due for her?")
    made = clinic.hand_overs.hand(clinic.actor, patient, OCTOBER, task)
    assert made.what.startswith("October 2026: The counted time does not reach 20 minutes.\nIs anything")
    found = row(clinic, "b").blockers[0]
    assert found.handed is not None
    assert (found.handed.to, found.handed.follow_up_id) == ("Ana Alvarez", made.id)
    with pytest.raises(AlreadyHanded):
        clinic.hand_overs.hand(clinic.actor, patient, OCTOBER, task)
    clinic.follow_ups.close(clinic.actor, made.id, "Nothing was due")
    assert row(clinic, "b").blockers[0].handed is None
    with pytest.raises(FieldFaults):
        clinic.hand_overs.hand(clinic.actor, patient, OCTOBER, HandOver("TIME_LT_THRESHOLD", 999, None))


def test_hand_entered_time_waits_until_somebody_else_looked(clinic: Desk, house: House) -> None:
    clinic.people.add(clinic.actor, PersonForm(name="Bo Lind", username="bo", roles=("nurse",)), NURSES_PASSPHRASE)
    patient, folder = number_of(clinic, "a"), clinic.opened.file.folder
    clinic.close()
    nurse = open_desk(folder, "bo", NURSES_PASSPHRASE, house)
    add_by_hand(nurse, patient)
    assert "W_HAND_ENTERED" in warned(nurse, "a")
    assert [each.is_mine for each in nurse.time_reviews.waiting(nurse.actor, patient, OCTOBER)] == [True]
    with pytest.raises(NotYours):
        nurse.time_reviews.review(nurse.actor, patient, OCTOBER)
    nurse.close()
    chief = open_desk(folder, "ana", "seven quiet herons wade", house)
    try:
        assert chief.time_reviews.review(chief.actor, patient, OCTOBER) == 1
        assert "W_HAND_ENTERED" not in warned(chief, "a")
        assert chief.time_reviews.waiting(chief.actor, patient, OCTOBER) == ()
    finally:
        chief.close()


def test_a_clinic_of_one_looks_its_own_time_over_openly(clinic: Desk) -> None:
    patient = number_of(clinic, "a")
    add_by_hand(clinic, patient)
    assert clinic.time_reviews.review(clinic.actor, patient, OCTOBER) == 1
    assert "W_HAND_ENTERED" not in warned(clinic, "a")


def add_by_hand(desk: Desk, patient: int) -> None:
    start = datetime(2026, 10, 12, 15, tzinfo=UTC)
    form = EntryForm(start, start + timedelta(minutes=4), "record_review")
    desk.time_entries.add(desk.actor, patient, form, "The timer was forgotten")


def test_the_board_remembers_its_days_and_says_what_changed_since(clinic: Desk, clock: FakeClock) -> None:
    first = clinic.readiness.board(clinic.actor, OCTOBER)
    assert first.since is None
    clock.jump(days=1)
    clinic.holds.hold(clinic.actor, number_of(clinic, "a"), OCTOBER, "A question")
    board = clinic.readiness.board(clinic.actor, OCTOBER)
    assert board.since is not None
    assert {each.case_id: each.was for each in board.rows} == {"a": "ready", "b": "", "c": ""}
    history = clinic.readiness.history(clinic.actor, OCTOBER)
    assert [(each.counts["ready"], each.counts["held"]) for each in history] == [(1, 0), (0, 1)]
    assert history[1].day - history[0].day == timedelta(days=1)


def test_looking_at_the_board_leaves_no_trace_in_the_trail_and_makes_no_news(clinic: Desk) -> None:
    with clinic.opened.ledger.reading(clinic.actor, "readiness.read") as reading:
        before = chain_head(reading.session)
    clinic.readiness.board(clinic.actor, OCTOBER)
    with clinic.opened.ledger.reading(clinic.actor, "readiness.read") as reading:
        assert chain_head(reading.session) == before


def test_a_nurse_may_not_hold_a_month(clinic: Desk, house: House) -> None:
    clinic.people.add(clinic.actor, PersonForm(name="Bo Lind", username="bo", roles=("nurse",)), NURSES_PASSPHRASE)
    patient, folder = number_of(clinic, "a"), clinic.opened.file.folder
    clinic.close()
    nurse = open_desk(folder, "bo", NURSES_PASSPHRASE, house)
    try:
        with pytest.raises(NotPermitted):
            nurse.holds.hold(nurse.actor, patient, OCTOBER, "I say so")
    finally:
        nurse.close()


def test_a_day_that_does_not_add_up_is_warned_of_and_changes_no_verdict(desk: Desk, tmp_path: Path) -> None:
    both = together(ready("a", day=5), ready("b", day=5))
    bring_in(desk, tmp_path / "in", both)
    found = row(desk, "a")
    assert "W_IMPOSSIBLE_DAY" in {each.code for each in found.warnings}
    assert next(check for check in found.checks if check.key == "overlap").state == "warn"
    assert found.verdict == desk.readiness.results(desk.actor, OCTOBER)[0]["verdict"]


def test_a_medicare_number_that_is_none_is_warned_of(clinic: Desk) -> None:
    number = number_of(clinic, "a")
    with clinic.opened.ledger.writing(clinic.actor, "patient.edit") as work:
        work.session.get_one(Patient, number).mbi = "1234567890A"
    assert "W_MBI_INVALID" in warned(clinic, "a")
    assert row(clinic, "a").state == "ready"
