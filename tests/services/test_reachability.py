from datetime import date

import pytest

from app.services.desk import Desk
from app.services.patient_form import PatientForm
from app.services.patients import NoSuchPatient
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, ring


def test_hours_are_the_patients_own_and_wrong_numbers_say_nothing(desk: Desk, clock: FakeClock) -> None:
    form = PatientForm("Rosa", "Delgado", date(1948, 3, 2), time_zone="America/Los_Angeles")
    patient = desk.patients.add(desk.actor, form)
    for outcome in ("reached", "reached", "declined", "no_answer"):
        ring(desk, clock, patient, outcome, seconds=30)  # 9 o'clock here, 7 there
        clock.advance(days=1, seconds=-30)
    ring(desk, clock, patient, "wrong_number", seconds=30)
    assert desk.reachability.of(desk.actor, patient).in_words() == "Not enough calls yet: 4 of 5."
    clock.advance(hours=6)
    for _ in range(3):
        ring(desk, clock, patient, "left_message", seconds=30)
    found = desk.reachability.of(desk.actor, patient)
    assert (found.tried, found.answered) == (7, 3)
    assert found.in_words() == "Answered 3 of 4 times between 7 and 9 AM."
    with pytest.raises(NoSuchPatient):
        desk.reachability.of(desk.actor, 99)


def test_of_others_calls_nothing_is_learned(desk: Desk, clock: FakeClock) -> None:
    patient, other = add_patient(desk), add_patient(desk, "Juan", "Ortiz")
    for _ in range(6):
        ring(desk, clock, other)
    assert desk.reachability.of(desk.actor, patient).tried == 0
