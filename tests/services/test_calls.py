import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.compose import open_desk
from app.models import AuditEvent, Call, CallSpan, Note, TimeEntry
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.rules.month import Month
from app.rules.timer import NotNow
from app.services.call_steps import NoSuchCall
from app.services.calls import MonthSeconds
from app.services.desk import Desk
from app.services.founding import House
from app.services.patients import NoSuchPatient
from app.services.people import PersonForm
from app.services.wrap_up import NoteIncomplete, WrapUp
from app.storage.integrity import check
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import WHOLE_NOTE, add_patient, enrol, live

NOVEMBER = Month(2026, 11)


def entries(desk: Desk) -> list[TimeEntry]:
    with desk.opened.ledger.reading(desk.actor, "time.read") as reading:
        rows = list(reading.session.scalars(select(TimeEntry).order_by(TimeEntry.start_at)))
        reading.session.expunge_all()
        return rows


def require_clean(desk: Desk) -> None:
    checked = check(desk.opened.file.engine, desk.opened.file.key)
    assert checked.faults == ()


def test_a_reached_call_becomes_time_and_a_signed_note(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    began = clock.now()
    call = desk.calls.start(desk.actor, patient)
    assert (call.patient, call.timer.state, call.seconds, call.role) == (
        "Delgado, Rosa",
        "running",
        0,
        "clinical_staff",
    )
    live(desk, clock, call.call_id, 600)
    desk.calls.switch_activity(desk.actor, call.call_id, "medication_management")
    running = live(desk, clock, call.call_id, 300)
    assert running.seconds == 900
    assert running.timer.seconds_at(clock.monotonic_ns() + 3_000_000_000) == 903
    desk.calls.save_draft(desk.actor, call.call_id, WHOLE_NOTE)
    stopped = desk.calls.stop(desk.actor, call.call_id)
    assert stopped.timer.state == "wrap_up"
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("reached"))
    assert done.seconds == 900
    assert done.left_out_seconds == 0
    assert [
        (each.start, each.seconds, each.activity, each.contact, each.source, each.staff, each.credential, each.role)
        for each in done.entries
    ] == [
        (began, 600, "patient_call", "reached", "timer", "Ana Alvarez", "RN", "clinical_staff"),
        (
            began + timedelta(seconds=600),
            300,
            "medication_management",
            "reached",
            "timer",
            "Ana Alvarez",
            "RN",
            "clinical_staff",
        ),
    ]
    assert all(each.signed and each.confirmed and each.recorded_at is None for each in done.entries)
    assert {each.utc_offset_minutes for each in done.entries} == {-360}
    with desk.opened.ledger.reading(desk.actor, "note.read") as reading:
        note = reading.session.get_one(Note, done.note_id)
        assert json.loads(note.content) == [
            ["Reason for contact", "Monthly call"],
            ["Symptoms and changes", "No swelling, sleeps flat"],
            ["Medications reviewed, adherence", "Takes all as listed"],
            ["Next step, and when", "Call again in two weeks"],
        ]
        assert (note.author, note.credential, note.signed_at) == ("Ana Alvarez", "RN", clock.now())
        assert reading.session.get_one(Call, call.call_id).draft == "{}"
    assert desk.calls.current(desk.actor) is None
    require_clean(desk)


def test_month_seconds_are_the_rules_own(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    assert desk.calls.month_seconds(desk.actor, patient, NOVEMBER) == MonthSeconds()
    enrol(desk, patient)
    call = desk.calls.start(desk.actor, patient)
    live(desk, clock, call.call_id, 125)
    desk.calls.stop(desk.actor, call.call_id)
    desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE))
    attempt = desk.calls.start(desk.actor, patient)
    live(desk, clock, attempt.call_id, 40)
    desk.calls.stop(desk.actor, attempt.call_id)
    desk.calls.finish(desk.actor, attempt.call_id, WrapUp("no_answer"))
    assert desk.calls.month_seconds(desk.actor, patient, NOVEMBER) == MonthSeconds(clinical_staff=125)
    assert desk.calls.month_seconds(desk.actor, patient, Month(2026, 10)).pooled == 0


def test_the_billing_practitioners_own_minutes_are_theirs(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient, person_id=desk.actor.person_id)
    call = desk.calls.start(desk.actor, patient)
    assert call.role == "practitioner"
    live(desk, clock, call.call_id, 60)
    desk.calls.stop(desk.actor, call.call_id)
    desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE))
    assert desk.calls.month_seconds(desk.actor, patient, NOVEMBER) == MonthSeconds(practitioner=60)


@pytest.mark.parametrize("outcome", ["no_answer", "left_message", "wrong_number", "call_back", "declined"])
def test_an_attempt_is_kept_and_by_default_clerical(desk: Desk, clock: FakeClock, outcome: str) -> None:
    patient = add_patient(desk)
    call = desk.calls.start(desk.actor, patient)
    live(desk, clock, call.call_id, 30)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp(outcome))
    assert [(each.activity, each.contact, each.seconds) for each in done.entries] == [("clerical", "attempt", 30)]
    assert done.note_id is None


def test_the_clinic_may_let_attempts_keep_their_activity(desk: Desk, clock: FakeClock) -> None:
    desk.clinic.set_attempts_are_clerical(desk.actor, clerical=False)
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 30)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer"))
    assert [(each.activity, each.contact) for each in done.entries] == [("patient_call", "attempt")]


def test_chart_work_before_an_unanswered_call_keeps_its_activity(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk), "record_review")
    live(desk, clock, call.call_id, 120)
    desk.calls.switch_activity(desk.actor, call.call_id, "patient_call")
    live(desk, clock, call.call_id, 20)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer"))
    assert [(each.activity, each.seconds) for each in done.entries] == [("record_review", 120), ("clerical", 20)]


def test_desk_work_needs_no_outcome_but_a_word_of_what_was_done(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk), "record_review")
    live(desk, clock, call.call_id, 65)
    desk.calls.stop(desk.actor, call.call_id)
    with pytest.raises(FieldFaults, match="what was done"):
        desk.calls.finish(desk.actor, call.call_id, WrapUp())
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp(sections={"coordination": "Faxed labs to cardiology"}))
    assert [(each.activity, each.contact, each.seconds) for each in done.entries] == [("record_review", "none", 65)]


def test_a_reached_call_needs_the_required_parts_of_the_note(desk: Desk) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    desk.calls.stop(desk.actor, call.call_id)
    with pytest.raises(NoteIncomplete) as refused:
        desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", {"reason": "Monthly", "symptoms": "   "}))
    assert (
        str(refused.value)
        == "The note still needs: Symptoms and changes, Medications reviewed, adherence, Next step, and when."
    )
    assert list(refused.value.faults) == ["symptoms", "medications", "next_step"]
    with pytest.raises(FieldFaults, match="how the call ended"):
        desk.calls.finish(desk.actor, call.call_id, WrapUp())
    with pytest.raises(FieldFaults, match="how the call ended"):
        desk.calls.finish(desk.actor, call.call_id, WrapUp("gone fishing"))
    with pytest.raises(FieldFaults, match="cannot be shown"):
        desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE | {"reason": "a\u202eb"}))
    assert desk.calls.current(desk.actor) is not None
    assert entries(desk) == []


def test_another_patient_parks_the_call_and_no_second_is_given_out_twice(desk: Desk, clock: FakeClock) -> None:
    first, second = add_patient(desk), add_patient(desk, "Otto", "Berg")
    call = desk.calls.start(desk.actor, first)
    live(desk, clock, call.call_id, 100)
    other = desk.calls.start(desk.actor, second)
    assert [(each.call_id, each.timer.state) for each in desk.calls.parked(desk.actor)] == [(call.call_id, "parked")]
    live(desk, clock, other.call_id, 50)
    desk.calls.stop(desk.actor, other.call_id)
    taken_up = desk.calls.take_up(desk.actor, call.call_id)
    assert taken_up.seconds == 100
    assert [(each.call_id, each.timer.state) for each in desk.calls.parked(desk.actor)] == [(other.call_id, "wrap_up")]
    live(desk, clock, call.call_id, 20)
    desk.calls.stop(desk.actor, call.call_id)
    for each in (call, other):
        desk.calls.finish(desk.actor, each.call_id, WrapUp("no_answer"))
    rows = entries(desk)
    assert [(row.patient_id, (row.end_at - row.start_at).seconds) for row in rows] == [
        (first, 100),
        (second, 50),
        (first, 20),
    ]
    assert all(former.end_at <= latter.start_at for former, latter in pairwise(rows))


def test_the_database_itself_refuses_a_second_running_timer(desk: Desk) -> None:
    first = desk.calls.start(desk.actor, add_patient(desk))
    with pytest.raises(IntegrityError), desk.opened.ledger.writing(desk.actor, "call.work") as work:
        running = work.session.get_one(Call, first.call_id)
        work.session.add(
            Call(
                token="another",
                patient_id=running.patient_id,
                person_id=running.person_id,
                session=running.session,
                state="running",
                activity="patient_call",
                started_at=running.started_at,
                beat_at=running.beat_at,
                stretch_at=running.stretch_at,
                stretch_wall=running.stretch_wall,
            )
        )
        work.session.flush()


def test_a_pause_is_not_worked(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 30)
    assert desk.calls.pause(desk.actor, call.call_id).timer.state == "paused"
    clock.advance(minutes=20)
    current = desk.calls.current(desk.actor)
    assert current is not None
    assert (current.timer.state, current.seconds) == ("paused", 30)
    assert desk.calls.beat(desk.actor, call.call_id).seconds == 30
    desk.calls.resume(desk.actor, call.call_id)
    live(desk, clock, call.call_id, 30)
    assert desk.calls.stop(desk.actor, call.call_id).seconds == 60


def test_sleep_and_clock_jumps_ask_and_are_not_billed_in_silence(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    call = desk.calls.start(desk.actor, patient)
    live(desk, clock, call.call_id, 60)
    clock.advance(minutes=10)  # the lid was closed
    woken = desk.calls.beat(desk.actor, call.call_id)
    assert [(gap.doubt, gap.seconds) for gap in woken.timer.doubts] == [("silence", 600)]
    live(desk, clock, call.call_id, 60)
    clock.jump(hours=-1)
    live(desk, clock, call.call_id, 60)
    clock.jump(hours=1)
    stopped = desk.calls.stop(desk.actor, call.call_id)
    # The five seconds around the jump are asked for too; where it jumps back, no time has passed.
    assert [(gap.doubt, gap.seconds) for gap in stopped.timer.doubts] == [
        ("silence", 600),
        ("clock_jump", 5),
    ]
    assert stopped.seconds == 175
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE))
    assert sum(each.seconds for each in done.entries if each.confirmed) == 175
    assert sum(each.seconds for each in done.entries if not each.confirmed) == 605
    assert desk.calls.month_seconds(desk.actor, patient, NOVEMBER).pooled == 175
    with desk.opened.ledger.reading(desk.actor, "audit.read") as reading:
        noted = [
            json.loads(row.detail).get("doubt")
            for row in reading.session.scalars(select(AuditEvent).where(AuditEvent.action == "call.work"))
        ]
    assert (noted.count("silence"), noted.count("clock_jump")) == (1, 1)
    require_clean(desk)


@pytest.mark.parametrize(("keep", "seconds"), [(True, 660), (False, 60)])
def test_every_answer_to_a_gap_is_kept(desk: Desk, clock: FakeClock, keep: bool, seconds: int) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    clock.advance(minutes=10)
    desk.calls.beat(desk.actor, call.call_id)
    answered = desk.calls.answer(desk.actor, call.call_id, keep=keep, reason="We talked on")
    assert answered.seconds == seconds
    assert answered.timer.doubts == ()
    with pytest.raises(ClinicError, match="no gap"):
        desk.calls.answer(desk.actor, call.call_id, keep=True)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer"))
    assert done.seconds == seconds
    assert [each.source for each in done.entries] == (["timer", "estimated"] if keep else ["timer"])
    with desk.opened.ledger.reading(desk.actor, "audit.read") as reading:
        events = [
            json.loads(row.detail).get("event")
            for row in reading.session.scalars(select(AuditEvent).where(AuditEvent.action == "call.work"))
        ]
    assert ("gap_kept" if keep else "gap_discarded") in events


def test_a_call_over_the_months_end_is_cut_at_local_midnight(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    clock.advance(seconds=(datetime(2026, 12, 1, 5, 59, 0, tzinfo=UTC) - clock.now()).total_seconds())
    call = desk.calls.start(desk.actor, patient)
    live(desk, clock, call.call_id, 180)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE))
    midnight = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)  # in Chicago
    assert [(each.start, each.end) for each in done.entries] == [
        (midnight - timedelta(seconds=60), midnight),
        (midnight, midnight + timedelta(seconds=120)),
    ]
    assert desk.calls.month_seconds(desk.actor, patient, NOVEMBER).pooled == 60
    assert desk.calls.month_seconds(desk.actor, patient, NOVEMBER.next).pooled == 120


def test_a_timer_left_on_is_no_day_of_work(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    call = desk.calls.start(desk.actor, patient)
    for _ in range(1040):  # beats go on while nobody is there
        clock.advance(seconds=30)
        desk.calls.beat(desk.actor, call.call_id)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE))
    assert done.seconds == 1040 * 30
    assert all(each.seconds <= 8 * 3600 for each in done.entries)
    assert sum(each.seconds for each in done.entries if each.confirmed) == 8 * 3600


def test_minutes_are_corrected_only_with_a_reason_and_labelled(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    call = desk.calls.start(desk.actor, patient)
    began = clock.now()
    live(desk, clock, call.call_id, 400)
    desk.calls.stop(desk.actor, call.call_id)
    with pytest.raises(FieldFaults, match="Say why"):
        desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer", corrected_minutes=3))
    with pytest.raises(FieldFaults, match="between 0 and 480"):
        desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer", corrected_minutes=481, reason="x"))
    done = desk.calls.finish(
        desk.actor, call.call_id, WrapUp("no_answer", corrected_minutes=3, reason="Forgot to stop")
    )
    (entry,) = done.entries
    assert (entry.start, entry.seconds, entry.source, entry.reason) == (began, 180, "manual", "Forgot to stop")
    assert entry.recorded_at == clock.now()
    with desk.opened.ledger.reading(desk.actor, "time.read") as reading:
        spans = list(reading.session.scalars(select(CallSpan).where(CallSpan.call_id == call.call_id)))
        assert [(row.end_at - row.start_at).seconds for row in spans if row.end_at] == [
            400
        ]  # what the timer said stays


def test_the_minutes_as_shown_keep_the_timers_seconds(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 400)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer", corrected_minutes=6))
    assert [(each.seconds, each.source) for each in done.entries] == [(400, "timer")]


def test_more_minutes_begin_earlier_but_never_in_time_already_recorded(desk: Desk, clock: FakeClock) -> None:
    first = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, first.call_id, 300)
    desk.calls.stop(desk.actor, first.call_id)
    desk.calls.finish(desk.actor, first.call_id, WrapUp("no_answer"))
    clock.advance(minutes=2)
    call = desk.calls.start(desk.actor, add_patient(desk, "Otto", "Berg"))
    live(desk, clock, call.call_id, 60)
    desk.calls.stop(desk.actor, call.call_id)
    with pytest.raises(ClinicError, match="recorded already for another patient"):
        desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer", corrected_minutes=4, reason="Forgot to start"))
    done = desk.calls.finish(
        desk.actor, call.call_id, WrapUp("no_answer", corrected_minutes=3, reason="Forgot to start")
    )
    assert [(each.start, each.seconds) for each in done.entries] == [(call.started_at - timedelta(minutes=2), 180)]


def test_a_forgotten_start_is_set_back_as_estimated_time(desk: Desk, clock: FakeClock) -> None:
    clock.advance(minutes=30)
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 10)
    with pytest.raises(FieldFaults, match="Say why"):
        desk.calls.set_start_back(desk.actor, call.call_id, 5, " ")
    back = desk.calls.set_start_back(desk.actor, call.call_id, 5, "Answered on the hall phone")
    assert back.timer.state == "running"
    live(desk, clock, call.call_id, 10)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("no_answer"))
    assert [(each.source, each.seconds, each.reason) for each in done.entries] == [
        ("estimated", 300, "Answered on the hall phone"),
        ("timer", 20, ""),
    ]
    assert done.entries[0].recorded_at == clock.now()


def test_a_discarded_call_leaves_no_time(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 10)
    with pytest.raises(FieldFaults, match="Say why"):
        desk.calls.discard(desk.actor, call.call_id, "")
    desk.calls.discard(desk.actor, call.call_id, "Wrong patient selected")
    assert desk.calls.current(desk.actor) is None
    assert entries(desk) == []
    with pytest.raises(NotNow):
        desk.calls.stop(desk.actor, call.call_id)


def test_an_activity_chosen_at_wrap_up_replaces_the_current_one(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 10)
    desk.calls.switch_activity(desk.actor, call.call_id, "education")
    live(desk, clock, call.call_id, 10)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE, activity="referral"))
    assert [each.activity for each in done.entries] == ["patient_call", "referral"]


def test_what_is_not_there_is_refused_in_words(desk: Desk) -> None:
    with pytest.raises(NoSuchPatient):
        desk.calls.start(desk.actor, 99)
    with pytest.raises(NoSuchCall):
        desk.calls.pause(desk.actor, 99)
    call = desk.calls.start(desk.actor, add_patient(desk))
    with pytest.raises(FieldFaults, match="activity"):
        desk.calls.switch_activity(desk.actor, call.call_id, "golf")
    with pytest.raises(NotNow, match="is running"):
        desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE))
    with pytest.raises(NotNow):
        desk.calls.recover_accept(desk.actor, call.call_id)


def test_nobody_touches_anothers_call(desk: Desk, house: House, clock: FakeClock) -> None:
    desk.people.add(desk.actor, PersonForm("Ben Okafor", "", "ben", ("coordinator",)), "nine brave otters nap")
    patient = add_patient(desk)
    call = desk.calls.start(desk.actor, patient)
    folder = desk.opened.file.folder
    desk.close()
    ben = open_desk(folder, "ben", "nine brave otters nap", house)
    try:
        with pytest.raises(NoSuchCall):
            ben.calls.stop(ben.actor, call.call_id)
        assert ben.calls.recoverable(ben.actor) == ()
        assert ben.calls.current(ben.actor) is None
        own = ben.calls.start(ben.actor, patient)  # two people may work on one patient
        assert own.role == "non_clinical"  # a coordinator without a clinical credential
    finally:
        ben.close()


def test_drafts_are_kept_as_typed(desk: Desk, house: House) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    desk.calls.save_draft(desk.actor, call.call_id, {"reason": "Swelling since \n"})
    folder = desk.opened.file.folder
    desk.calls.pause(desk.actor, call.call_id)
    desk.close()
    again = open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    try:
        current = again.calls.current(again.actor)
        assert current is not None
        assert current.draft == {"reason": "Swelling since \n"}
    finally:
        again.close()
