from datetime import UTC, datetime, time, timedelta

import pytest

from app.rules.field_faults import FieldFaults
from app.services.desk import Desk
from app.services.patient_form import PatientForm
from app.services.promises import NoSuchPromise, PromiseForm, PromiseRow, WouldMovePromise
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, colleague, enrol, ring

# The clock says 15:00 UTC on Monday, 23 November 2026: 9 AM in Chicago.
TWO_PM = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def only(desk: Desk, patient: int) -> PromiseRow:
    (row,) = desk.promises.of_patient(desk.actor, patient)
    return row


def test_a_promise_comes_is_now_and_is_missed(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    made = desk.promises.promise(desk.actor, patient, PromiseForm(TWO_PM, TWO_PM + HOUR, "  After the dialysis "))
    assert (made.standing, made.person, made.reason) == ("coming", "Ana Alvarez", "After the dialysis")
    clock.advance(hours=5, minutes=30)
    assert only(desk, patient).standing == "now"
    clock.advance(hours=1)
    assert only(desk, patient).standing == "missed"
    ring(desk, clock, patient, "no_answer")
    assert only(desk, patient).standing == "late"


@pytest.mark.parametrize(("minutes", "standing"), [(284, "coming"), (286, "kept"), (330, "kept"), (361, "late")])
def test_a_call_in_time_keeps_it_whether_or_not_anybody_answered(
    desk: Desk, clock: FakeClock, minutes: int, standing: str
) -> None:
    patient = add_patient(desk)
    desk.promises.promise(desk.actor, patient, PromiseForm(TWO_PM, TWO_PM + HOUR))
    clock.advance(minutes=minutes)
    ring(desk, clock, patient, "left_message", seconds=10)
    assert only(desk, patient).standing == standing


def test_the_call_on_which_it_was_promised_does_not_keep_it(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    call_id = ring(desk, clock, patient, "call_back")
    form = PromiseForm(clock.now() - timedelta(minutes=1), clock.now() + HOUR, call_id=call_id)
    desk.promises.promise(desk.actor, patient, form)
    clock.advance(minutes=1)
    assert only(desk, patient).standing == "now"


def test_a_promised_call_is_moved_only_by_who_knows_that_it_is(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    first = desk.promises.promise(desk.actor, patient, PromiseForm(TWO_PM, TWO_PM + HOUR, "Daughter is there"))
    later = PromiseForm(TWO_PM + 4 * HOUR, TWO_PM + 5 * HOUR)
    with pytest.raises(WouldMovePromise) as warned:
        desk.promises.promise(desk.actor, patient, later)
    assert warned.value.promise.id == first.id
    assert "Ana Alvarez was to call this patient on Mon 11/23/2026 from 2:00 PM to 3:00 PM (Daughter is there)" in str(
        warned.value
    )
    moved = desk.promises.promise(desk.actor, patient, later, moving=True)
    newest, oldest = desk.promises.of_patient(desk.actor, patient)
    assert (newest.standing, oldest.standing, oldest.moved_to) == ("coming", "moved", moved.id)
    clock.advance(hours=12)
    # What was missed can be promised anew without asking; that it was missed stays on record.
    desk.promises.promise(desk.actor, patient, PromiseForm(TWO_PM + 24 * HOUR, TWO_PM + 25 * HOUR))
    assert [row.standing for row in desk.promises.of_patient(desk.actor, patient)] == ["coming", "missed", "moved"]


def test_what_cannot_be_promised(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    promise = desk.promises.promise
    manager = colleague(desk, "Dana Whitlock", "manager")
    for form, field in (
        (PromiseForm(TWO_PM, TWO_PM), "until_at"),
        (PromiseForm(TWO_PM - 24 * HOUR, TWO_PM - 23 * HOUR), "until_at"),
        (PromiseForm(TWO_PM, TWO_PM + 13 * HOUR), "until_at"),
        (PromiseForm(TWO_PM + 400 * 24 * HOUR, TWO_PM + 400 * 24 * HOUR + HOUR), "from_at"),
        (PromiseForm(TWO_PM, TWO_PM + HOUR, "a\u202eb"), "reason"),
        (PromiseForm(TWO_PM, TWO_PM + HOUR, person_id=manager.person_id), "person_id"),
    ):
        with pytest.raises(FieldFaults) as refused:
            promise(desk.actor, patient, form)
        assert set(refused.value.faults) == {field}


def test_cancelling_needs_a_reason_and_stays_on_record(desk: Desk) -> None:
    patient = add_patient(desk)
    made = desk.promises.promise(desk.actor, patient, PromiseForm(TWO_PM, TWO_PM + HOUR))
    with pytest.raises(FieldFaults):
        desk.promises.cancel(desk.actor, made.id, " ")
    desk.promises.cancel(desk.actor, made.id, "Came in instead")
    assert (only(desk, patient).standing, only(desk, patient).closed_reason) == ("cancelled", "Came in instead")
    with pytest.raises(NoSuchPromise):
        desk.promises.cancel(desk.actor, made.id, "again")


def test_open_promises_are_listed_by_their_time(desk: Desk, clock: FakeClock) -> None:
    ben = colleague(desk, "Ben Okoro", "nurse")
    rosa, juan, ines = (add_patient(desk, given, "Delgado") for given in ("Rosa", "Juan", "Ines"))
    desk.promises.promise(desk.actor, rosa, PromiseForm(TWO_PM + HOUR, TWO_PM + 2 * HOUR))
    desk.promises.promise(desk.actor, juan, PromiseForm(TWO_PM, TWO_PM + HOUR))
    desk.promises.promise(desk.actor, ines, PromiseForm(TWO_PM, TWO_PM + HOUR, person_id=ben.person_id))
    assert [row.patient for row in desk.promises.open(desk.actor)] == ["Delgado, Juan", "Delgado, Rosa"]
    assert [row.patient for row in desk.promises.open(ben)] == ["Delgado, Ines"]
    clock.advance(hours=5)
    ring(desk, clock, juan, "no_answer")
    assert len(desk.promises.open(desk.actor, mine=False)) == 2


def test_doubts_are_said_before_a_promise_is_given(desk: Desk) -> None:
    abroad = desk.patients.add(
        desk.actor,
        PatientForm(
            "Rosa",
            "Delgado",
            datetime(1948, 3, 2, tzinfo=UTC).date(),
            time_zone="Pacific/Honolulu",
            call_from=time(9),
            call_until=time(12),
        ),
    )
    other = add_patient(desk, "Someone", "Else")
    enrol(desk, other)
    desk.promises.promise(desk.actor, other, PromiseForm(TWO_PM, TWO_PM + HOUR))
    (clash, *rest) = reversed(desk.promises.doubts(desk.actor, abroad, PromiseForm(TWO_PM, TWO_PM + HOUR)))
    assert clash.startswith("Ana Alvarez has promised another patient a call on Mon 11/23/2026 from 2:00 PM")
    assert rest == []  # 2 PM in Chicago is 10 in the morning there
    thanksgiving = PromiseForm(TWO_PM + 72 * HOUR, TWO_PM + 73 * HOUR)
    assert desk.promises.doubts(desk.actor, abroad, thanksgiving) == (
        "The clinic is closed that day: Thanksgiving Day.",
    )
    sunday_evening = PromiseForm(TWO_PM + 146 * HOUR, TWO_PM + 147 * HOUR)
    assert desk.promises.doubts(desk.actor, abroad, sunday_evening) == (
        "The clinic does not work that day of the week.",
        "The patient wants calls from 09:00 to 12:00; there it will be 12:00.",
    )
