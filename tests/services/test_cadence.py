from datetime import UTC, date, datetime

import pytest

from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.cadence import CadenceForm
from app.services.desk import Desk
from app.services.people import PersonForm
from app.services.time_entries import EntryForm
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, colleague, enrol, ring

# The clock says Monday, 23 November 2026, 9 o'clock in Chicago.


def test_a_tier_decides_how_often_and_a_patients_own_protocol_comes_first(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)  # from 5 January 2026, a Monday
    ring(desk, clock, patient)
    assert desk.cadence.of(desk.actor, patient).effective.key == "monthly"
    assert desk.cadence.of(desk.actor, patient).due_on == date(2026, 12, 7)  # the 5th is a Saturday
    high = desk.cadence.set_for(desk.actor, patient, CadenceForm("high"))
    assert (high.effective.key, high.due_on) == ("weekly", date(2026, 11, 30))
    own = desk.cadence.set_for(desk.actor, patient, CadenceForm("high", "biweekly"))
    assert own.due_on == date(2026, 12, 7)
    desk.cadence.set_tiers(desk.actor, {"high": "biweekly"})
    assert desk.cadence.set_for(desk.actor, patient, CadenceForm("high")).effective.key == "biweekly"
    with pytest.raises(FieldFaults) as refused:
        desk.cadence.set_for(desk.actor, patient, CadenceForm("severe", "hourly", owner_id=99))
    assert set(refused.value.faults) == {"risk_tier", "protocol", "owner_id"}


def test_nothing_is_due_for_who_is_not_in_the_programme(desk: Desk) -> None:
    patient = add_patient(desk)
    assert desk.cadence.of(desk.actor, patient).due_on is None
    assert desk.cadence.propose(desk.actor, patient) is None


def test_holidays_are_federal_until_the_clinic_says_otherwise(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    desk.cadence.set_for(desk.actor, patient, CadenceForm("high", starts_on=date(2026, 11, 19)))
    ring(desk, clock, patient)
    of = desk.cadence.of
    assert of(desk.actor, patient).due_on == date(2026, 11, 27)  # Thanksgiving is the 26th
    desk.cadence.close_on(desk.actor, date(2026, 11, 27), "Day after Thanksgiving")
    assert of(desk.actor, patient).due_on == date(2026, 11, 30)
    desk.cadence.open_on(desk.actor, date(2026, 11, 26))
    assert of(desk.actor, patient).due_on == date(2026, 11, 26)
    desk.cadence.close_on(desk.actor, date(2026, 11, 26))
    desk.cadence.open_on(desk.actor, date(2026, 11, 27))
    assert of(desk.actor, patient).due_on == date(2026, 11, 27)
    desk.cadence.keep_holiday(desk.actor, "Thanksgiving Day", kept=False)
    assert of(desk.actor, patient).due_on == date(2026, 11, 26)
    rows = {row.name: row for row in desk.cadence.holidays(desk.actor, 2027)}
    assert rows["Thanksgiving Day"].is_worked
    assert not rows["Christmas Day (observed)"].is_worked
    assert rows["Christmas Day (observed)"].day == date(2027, 12, 24)
    desk.cadence.keep_holiday(desk.actor, "Thanksgiving Day", kept=True)
    assert of(desk.actor, patient).due_on == date(2026, 11, 27)
    with pytest.raises(FieldFaults):
        desk.cadence.close_on(desk.actor, date(2026, 11, 30))
    with pytest.raises(FieldFaults):
        desk.cadence.keep_holiday(desk.actor, "Boxing Day", kept=False)


def test_a_planned_call_stands_until_somebody_is_reached(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    call_id = ring(desk, clock, patient)
    planned = desk.cadence.plan(desk.actor, patient, date(2026, 12, 1), call_id)
    assert (planned.planned_on, planned.due_on) == (date(2026, 12, 1), date(2026, 12, 1))
    clock.advance(days=1)
    ring(desk, clock, patient, "no_answer")
    assert desk.cadence.of(desk.actor, patient).due_on == date(2026, 12, 1)
    desk.cadence.plan(desk.actor, patient, date(2026, 12, 3))
    assert desk.cadence.withdraw_plan(desk.actor, patient).due_on == date(2026, 12, 1)
    clock.advance(days=7)
    ring(desk, clock, patient)
    after = desk.cadence.of(desk.actor, patient)
    assert (after.planned_on, after.due_on) == (None, date(2027, 1, 5))
    with pytest.raises(FieldFaults):
        desk.cadence.plan(desk.actor, patient, date(2026, 11, 1))
    other = add_patient(desk, "Someone", "Else")
    with pytest.raises(ClinicError, match="another patient"):
        desk.cadence.plan(desk.actor, other, date(2026, 12, 9), call_id)


def test_a_wrap_up_proposes_the_protocols_day_or_a_new_try(desk: Desk) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    propose = desk.cadence.propose
    assert propose(desk.actor, patient, "reached") == date(2026, 12, 7)
    assert propose(desk.actor, patient, "no_answer") == date(2026, 11, 25)
    assert propose(desk.actor, patient, "call_back") == date(2026, 11, 25)
    assert propose(desk.actor, patient, "declined") is None


def test_patients_are_given_to_those_who_call(desk: Desk) -> None:
    patients = [add_patient(desk, given, "Delgado") for given in ("Rosa", "Juan")]
    for number, patient in enumerate(patients):
        enrol(desk, patient, ("1234567893", "1679576722")[number])
    ben = colleague(desk, "Ben Okoro", "nurse").person_id
    clerk = desk.people.add(desk.actor, PersonForm("Pat Lind"))
    assert desk.cadence.set_owner(desk.actor, patients, ben) == 2
    assert [(row.name, row.patients) for row in desk.cadence.owners(desk.actor)] == [
        ("Ana Alvarez", 0),
        ("Ben Okoro", 2),
    ]
    assert desk.cadence.of(desk.actor, patients[0]).owner == "Ben Okoro"
    with pytest.raises(FieldFaults):
        desk.cadence.set_owner(desk.actor, patients, clerk)
    assert desk.cadence.set_owner(desk.actor, patients[:1], None) == 1


def test_time_of_an_import_counts_as_a_contact(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    begins = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    form = EntryForm(begins, begins.replace(minute=10), "patient_call", "reached")
    (entry,) = desk.time_entries.add(desk.actor, patient, form, "Typed in afterwards")
    assert desk.cadence.of(desk.actor, patient).last_reached_on == date(2026, 11, 20)
    desk.time_entries.withdraw(desk.actor, entry.entry_id, "Another patient")
    assert desk.cadence.of(desk.actor, patient).last_reached_on is None
