from datetime import timedelta

from app.rules.month import Month
from app.services.desk import Desk
from app.services.impossible_days import findings
from app.services.time_entries import EntryForm
from app.services.wrap_up import WrapUp
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, colleague, live, ring

NOVEMBER = Month(2026, 11)


def test_an_honest_day_is_not_mentioned(desk: Desk, clock: FakeClock) -> None:
    for name in ("Rosa", "Bill"):
        ring(desk, clock, add_patient(desk, name), "no_answer", 20)
    assert desk.impossible_days.month(desk.actor, NOVEMBER) == ()


def test_two_people_on_one_patient_are_shown_with_a_way_to_the_chart(desk: Desk, clock: FakeClock) -> None:
    patient_id = add_patient(desk)
    bo = colleague(desk, "Bo Chen", "nurse")
    mine = desk.calls.start(desk.actor, patient_id)
    hers = desk.calls.start(bo, patient_id)
    clock.advance(seconds=20)
    for actor, call in ((desk.actor, mine), (bo, hers)):
        desk.calls.stop(actor, call.call_id)
    entries = [
        desk.calls.finish(actor, call.call_id, WrapUp("no_answer")).entries[0].entry_id
        for actor, call in ((desk.actor, mine), (bo, hers))
    ]
    (day,) = desk.impossible_days.month(desk.actor, NOVEMBER)
    assert (day.kind, day.staff) == ("two_people", "Ana Alvarez, Bo Chen")
    assert day.patients == ((patient_id, "Delgado, Rosa"),)
    assert "Delgado" not in day.sentence
    warned = desk.impossible_days.of_patient(desk.actor, patient_id, NOVEMBER)
    assert warned == dict.fromkeys(entries, (day.sentence,))
    assert desk.impossible_days.of_patient(desk.actor, add_patient(desk, "Bill"), NOVEMBER) == {}


def test_more_work_than_the_trail_knows_of(desk: Desk, clock: FakeClock) -> None:
    patient_id = add_patient(desk)
    live(desk, clock, desk.calls.start(desk.actor, patient_id).call_id, 60)
    clock.advance(hours=3)
    now = clock.now()
    desk.time_entries.add(
        desk.actor, patient_id, EntryForm(now - timedelta(hours=9), now - timedelta(hours=4), "record_review"), "paper"
    )
    with desk.opened.ledger.reading(desk.actor, "time.read") as reading:
        (day,) = findings(reading.session, NOVEMBER)
    assert (day.kind, day.seconds) == ("more_than_signed_in", 5 * 3600)
    assert 3 * 3600 <= day.beside < 3 * 3600 + 120


def test_like_times_by_hand_are_mentioned_and_a_withdrawn_one_is_not(desk: Desk, clock: FakeClock) -> None:
    clock.advance(hours=6)
    made = []
    for at in range(3):
        begins = clock.now() - timedelta(minutes=40 * (at + 1))
        form = EntryForm(begins, begins + timedelta(minutes=20), "record_review")
        (row,) = desk.time_entries.add(desk.actor, add_patient(desk, f"P{at}"), form, "forgot the timer")
        made.append(row)
    kinds = [day.kind for day in desk.impossible_days.month(desk.actor, NOVEMBER)]
    assert "same_length" in kinds
    desk.time_entries.withdraw(desk.actor, made[0].entry_id, "wrong patient")
    kinds = [day.kind for day in desk.impossible_days.month(desk.actor, NOVEMBER)]
    assert "same_length" not in kinds
