from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.compose import open_desk
from app.models import Packet, TimeEntry
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.rules.month import Month
from app.services.closed_month import MonthClosed, first_closed
from app.services.desk import Desk
from app.services.founding import House
from app.services.overlap import TimeOverlaps
from app.services.people import PersonForm
from app.services.time_entries import EntryForm, NoSuchEntry, NotYourEntry
from app.services.wrap_up import WrapUp
from app.storage.integrity import check
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, live

NOVEMBER = Month(2026, 11)
NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # in Chicago


def form(start: datetime = NOON, seconds: int = 600, activity: str = "record_review") -> EntryForm:
    return EntryForm(start, start + timedelta(seconds=seconds), activity)


def close_november(desk: Desk, patient_id: int) -> None:
    with desk.opened.ledger.writing(desk.actor, "month.make") as work:
        work.session.add(
            Packet(
                packet_no="K-1",
                patient_id=patient_id,
                month="2026-11",
                revision=1,
                state="final",
                facts="{}",
                facts_hash="",
                case="{}",
                result="{}",
                rule_version="2026",
                program_version="0",
                sha256="",
                made_at=work.now,
                made_by="Ana Alvarez",
            )
        )


def test_time_by_hand_is_labelled_and_has_a_reason(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    with pytest.raises(FieldFaults, match="Say why"):
        desk.time_entries.add(desk.actor, patient, form(), "")
    (entry,) = desk.time_entries.add(desk.actor, patient, form(), "Timer was off")
    assert (entry.source, entry.reason, entry.recorded_at, entry.seconds) == (
        "manual",
        "Timer was off",
        clock.now(),
        600,
    )
    assert (entry.staff, entry.credential, entry.role, entry.written_by) == (
        "Ana Alvarez",
        "RN",
        "clinical_staff",
        "Ana Alvarez",
    )
    assert desk.time_entries.month(desk.actor, patient, NOVEMBER) == (entry,)
    assert desk.time_entries.month(desk.actor, patient, Month(2026, 10)) == ()


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (NOON, NOON, "ends before it begins"),
        (NOON, NOON - timedelta(seconds=1), "ends before it begins"),
        (NOON, NOON + timedelta(hours=8, seconds=1), "longer than 8 hours"),
        (datetime(2026, 11, 23, 14, 59, tzinfo=UTC), datetime(2026, 11, 23, 15, 1, tzinfo=UTC), "in the future"),
    ],
)
def test_impossible_time_is_refused_in_words(desk: Desk, start: datetime, end: datetime, says: str) -> None:
    with pytest.raises(FieldFaults, match=says):
        desk.time_entries.add(desk.actor, add_patient(desk), EntryForm(start, end, "record_review"), "why")


def test_words_that_are_none_of_ours_are_refused(desk: Desk) -> None:
    patient = add_patient(desk)
    for wrong in (
        EntryForm(NOON, NOON + timedelta(minutes=5), "golf"),
        EntryForm(NOON, NOON + timedelta(minutes=5), "education", contact="maybe"),
        EntryForm(NOON, NOON + timedelta(minutes=5), "education", used_for="golf"),
        EntryForm(NOON, NOON + timedelta(minutes=5), "education", note="a\u202eb"),
    ):
        with pytest.raises(FieldFaults):
            desk.time_entries.add(desk.actor, patient, wrong, "why")
    assert desk.time_entries.month(desk.actor, patient, NOVEMBER) == ()


def test_no_second_of_a_person_is_entered_twice(desk: Desk) -> None:
    patient, other = add_patient(desk), add_patient(desk, "Otto", "Berg")
    desk.time_entries.add(desk.actor, patient, form(), "why")
    with pytest.raises(TimeOverlaps) as refused:
        desk.time_entries.add(desk.actor, other, form(NOON + timedelta(minutes=5)), "why")
    assert refused.value.free == (NOON + timedelta(minutes=10), NOON + timedelta(minutes=15))
    assert "12:10:00–12:15:00" in str(refused.value)
    assert "another patient" in str(refused.value)
    with pytest.raises(TimeOverlaps, match="Nothing of it is free"):
        desk.time_entries.add(desk.actor, patient, form(NOON + timedelta(minutes=1), 60), "why")
    desk.time_entries.add(desk.actor, other, form(NOON + timedelta(minutes=10)), "why")  # touching is not overlapping


def test_time_by_hand_does_not_overlap_a_call_that_is_not_written_up(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    began = clock.now()
    call = desk.calls.start(desk.actor, patient)
    live(desk, clock, call.call_id, 300)
    with pytest.raises(TimeOverlaps, match="this patient"):
        desk.time_entries.add(desk.actor, patient, form(began + timedelta(seconds=60), 60), "why")
    desk.calls.discard(desk.actor, call.call_id, "Wrong patient")
    desk.time_entries.add(desk.actor, patient, form(began + timedelta(seconds=60), 60), "why")


def test_somebody_elses_time_names_who_wrote_it(desk: Desk) -> None:
    ben = desk.people.add(desk.actor, PersonForm("Ben Okafor", "LPN"))
    typed = EntryForm(NOON, NOON + timedelta(minutes=5), "education", person_id=ben)
    (entry,) = desk.time_entries.add(desk.actor, add_patient(desk), typed, "He has no computer")
    assert (entry.staff, entry.credential, entry.role, entry.written_by) == (
        "Ben Okafor",
        "LPN",
        "clinical_staff",
        "Ana Alvarez",
    )


def test_time_over_the_months_end_becomes_two_entries(desk: Desk, clock: FakeClock) -> None:
    clock.advance(days=10)
    midnight = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
    patient = add_patient(desk)
    made = desk.time_entries.add(desk.actor, patient, form(midnight - timedelta(minutes=4)), "why")
    assert [(each.start, each.seconds) for each in made] == [
        (midnight - timedelta(minutes=4), 240),
        (midnight, 360),
    ]
    assert len({each.entry_id for each in made}) == 2


def test_a_correction_is_a_new_version_and_the_old_one_stays(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    call = desk.calls.start(desk.actor, patient)
    live(desk, clock, call.call_id, 600)
    desk.calls.stop(desk.actor, call.call_id)
    (timed,) = desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer")).entries
    clock.advance(hours=1)
    with pytest.raises(FieldFaults, match="Say why"):
        desk.time_entries.correct(desk.actor, timed.entry_id, form(timed.start, 600), " ")
    relabelled = desk.time_entries.correct(
        desk.actor, timed.entry_id, form(timed.start, 600, "education"), "It was teaching"
    )
    assert (relabelled.version, relabelled.source, relabelled.recorded_at) == (2, "timer", None)
    shorter = desk.time_entries.correct(desk.actor, timed.entry_id, form(timed.start, 480, "education"), "Stopped late")
    assert (shorter.version, shorter.source, shorter.seconds) == (3, "manual", 480)
    assert shorter.recorded_at == clock.now()
    assert [(each.version, each.activity, each.seconds) for each in shorter.earlier] == [
        (1, "clerical", 600),
        (2, "education", 600),
    ]
    assert desk.time_entries.month(desk.actor, patient, NOVEMBER) == (shorter,)
    assert check(desk.opened.file.engine, desk.opened.file.key).faults == ()
    with pytest.raises(DatabaseError), desk.opened.file.engine.begin() as connection:
        connection.execute(text("UPDATE time_entry SET end_at = start_at WHERE version = 1"))


def test_a_withdrawn_entry_frees_its_seconds_and_stays_on_record(desk: Desk) -> None:
    patient = add_patient(desk)
    (entry,) = desk.time_entries.add(desk.actor, patient, form(), "why")
    gone = desk.time_entries.withdraw(desk.actor, entry.entry_id, "Wrong patient")
    assert (gone.withdrawn, gone.version, gone.reason) == (True, 2, "Wrong patient")
    with pytest.raises(ClinicError, match="withdrawn"):
        desk.time_entries.correct(desk.actor, entry.entry_id, form(), "why")
    desk.time_entries.add(desk.actor, patient, form(), "Again")
    assert [each.withdrawn for each in desk.time_entries.month(desk.actor, patient, NOVEMBER)].count(True) == 1


def test_a_correction_must_not_run_into_other_time(desk: Desk) -> None:
    patient = add_patient(desk)
    (first,) = desk.time_entries.add(desk.actor, patient, form(), "why")
    desk.time_entries.add(desk.actor, patient, form(NOON + timedelta(minutes=20)), "why")
    with pytest.raises(TimeOverlaps):
        desk.time_entries.correct(desk.actor, first.entry_id, form(NOON, 1500), "why")
    assert desk.time_entries.correct(desk.actor, first.entry_id, form(NOON, 1200), "why").seconds == 1200


def test_doubtful_time_counts_once_it_is_confirmed(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    clock.advance(minutes=10)
    desk.calls.stop(desk.actor, call.call_id)
    sure, doubtful = desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer")).entries
    assert (sure.confirmed, doubtful.confirmed) == (True, False)
    with pytest.raises(ClinicError, match="not in doubt"):
        desk.time_entries.confirm(desk.actor, sure.entry_id, "why")
    confirmed = desk.time_entries.confirm(desk.actor, doubtful.entry_id, "We talked on")
    assert (confirmed.confirmed, confirmed.source, confirmed.seconds) == (True, "estimated", 600)
    assert confirmed.recorded_at == clock.now()


def test_a_closed_month_takes_no_change(desk: Desk) -> None:
    patient = add_patient(desk)
    (entry,) = desk.time_entries.add(desk.actor, patient, form(), "why")
    close_november(desk, patient)
    changes: tuple[Callable[[], object], ...] = (
        lambda: desk.time_entries.correct(desk.actor, entry.entry_id, form(NOON, 60), "why"),
        lambda: desk.time_entries.withdraw(desk.actor, entry.entry_id, "why"),
        lambda: desk.time_entries.correct(
            desk.actor, entry.entry_id, form(datetime(2026, 10, 3, 15, 0, tzinfo=UTC), 60), "why"
        ),
    )
    for change in changes:
        with pytest.raises(MonthClosed, match="2026-11 is closed"):
            change()
    # What was forgotten is still written down, late; the packet stays what it is.
    (late,) = desk.time_entries.add(desk.actor, patient, form(NOON + timedelta(hours=1)), "forgotten on the day")
    assert late.seconds > 0
    with desk.opened.ledger.reading(desk.actor, "time.read") as reading:
        assert first_closed(reading.session, [patient], Month(2026, 11)) != {}


def test_a_call_in_a_closed_month_is_shown_so_and_still_saved(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    close_november(desk, patient)
    call = desk.calls.start(desk.actor, patient)
    assert call.month_closed
    live(desk, clock, call.call_id, 60)
    desk.calls.stop(desk.actor, call.call_id)
    assert desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer")).seconds == 60


def test_only_whose_time_it_is_changes_it(desk: Desk, house: House) -> None:
    desk.people.add(desk.actor, PersonForm("Ben Okafor", "LPN", "ben", ("nurse",)), "nine brave otters nap")
    (entry,) = desk.time_entries.add(desk.actor, add_patient(desk), form(), "why")
    folder = desk.opened.file.folder
    desk.close()
    ben = open_desk(folder, "ben", "nine brave otters nap", house)
    with pytest.raises(NotYourEntry, match="Ana Alvarez"):
        ben.time_entries.withdraw(ben.actor, entry.entry_id, "why")
    with pytest.raises(NoSuchEntry):
        ben.time_entries.withdraw(ben.actor, "none", "why")
    ben.close()
    ana = open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    assert ana.time_entries.withdraw(ana.actor, entry.entry_id, "why").withdrawn
    ana.close()


def test_imported_time_is_corrected_by_whoever_may_and_keeps_its_label(desk: Desk) -> None:
    patient = add_patient(desk)
    with desk.opened.ledger.writing(desk.actor, "import.run") as work:
        work.session.add(
            TimeEntry(
                entry_id="t7",
                version=1,
                patient_id=patient,
                start_at=NOON,
                end_at=NOON + timedelta(minutes=10),
                utc_offset_minutes=-360,
                staff="Somebody Before",
                role="clinical_staff",
                activity="education",
                source="imported",
                written_at=work.now,
                written_by="Ana Alvarez",
            )
        )
    corrected = desk.time_entries.correct(desk.actor, "t7", form(NOON, 300, "education"), "Sheet was wrong")
    assert (corrected.source, corrected.staff, corrected.seconds) == ("imported", "Somebody Before", 300)
    with desk.opened.ledger.reading(desk.actor, "time.read") as reading:
        versions = reading.session.scalars(select(TimeEntry.version).where(TimeEntry.entry_id == "t7"))
        assert sorted(versions) == [1, 2]
