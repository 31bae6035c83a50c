"""What becomes of a running call when the program dies under it, or the screen is locked over it."""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.compose import open_desk
from app.models import Call, CallSpan
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.call_steps import LeftRunning
from app.services.desk import Desk
from app.services.founding import House, unlock_again
from app.services.people import PersonForm
from app.services.time_entries import EntryForm
from app.services.wrap_up import WrapUp
from app.storage.integrity import check
from app.storage.journal import JOURNAL_FILE
from app.storage.ledger import ClinicLocked
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, live


@pytest.fixture
def after_a_crash(desk: Desk, house: House, clock: FakeClock) -> Iterator[Callable[[], Desk]]:
    """Die without a word, and sign in again: nothing is stopped, closed or said to the file."""
    opened: list[Desk] = []

    def sign_in_again() -> Desk:
        folder = desk.opened.file.folder
        desk.opened.file.engine.dispose()
        desk.opened.file.holder.close()
        clock.reboot()
        opened.append(open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house))
        return opened[-1]

    yield sign_in_again
    for each in opened:
        each.close()


def lock(desk: Desk) -> None:
    desk.opened.ledger.lock()


def unlock(desk: Desk) -> None:
    unlock_again(desk.opened, FIRST_PERSON.passphrase)


def test_the_next_sign_in_offers_the_call_back(desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]) -> None:
    patient = add_patient(desk)
    call = desk.calls.start(desk.actor, patient)
    live(desk, clock, call.call_id, 60)
    desk.calls.save_draft(desk.actor, call.call_id, {"reason": "Dizzy since Monday"})
    beaten_at = clock.now()
    clock.advance(seconds=124)
    again = after_a_crash()
    (left,) = again.calls.recoverable(again.actor)
    assert (left.call_id, left.patient_id, left.patient) == (call.call_id, patient, "Delgado, Rosa")
    assert (left.seconds, left.last_beat_at, left.gap_seconds) == (60, beaten_at, 124)
    assert left.draft == {"reason": "Dizzy since Monday"}
    assert again.calls.current(again.actor) is None
    with pytest.raises(LeftRunning):
        again.calls.stop(again.actor, call.call_id)
    with pytest.raises(LeftRunning):
        again.calls.beat(again.actor, call.call_id)


def test_accepting_keeps_the_time_up_to_the_last_beat(
    desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]
) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    clock.advance(minutes=30)
    again = after_a_crash()
    accepted = again.calls.recover_accept(again.actor, call.call_id)
    assert (accepted.timer.state, accepted.seconds) == ("wrap_up", 60)
    done = again.calls.finish(again.actor, call.call_id, WrapUp("no_answer"))
    assert [(each.source, each.seconds) for each in done.entries] == [("recovered", 60)]
    assert again.calls.recoverable(again.actor) == ()
    assert check(again.opened.file.engine, again.opened.file.key).faults == ()


def test_resuming_goes_on_from_now(desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    clock.advance(minutes=30)
    again = after_a_crash()
    resumed = again.calls.recover_resume(again.actor, call.call_id)
    assert (resumed.timer.state, resumed.seconds) == ("running", 60)
    live(again, clock, call.call_id, 45)
    again.calls.stop(again.actor, call.call_id)
    done = again.calls.finish(again.actor, call.call_id, WrapUp("no_answer"))
    assert [(each.source, each.seconds) for each in done.entries] == [("recovered", 60), ("timer", 45)]


def test_the_gap_is_added_only_with_a_reason_and_stays_estimated(
    desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]
) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    beaten_at = clock.now()
    clock.advance(minutes=10)
    again = after_a_crash()
    with pytest.raises(FieldFaults, match="what was done"):
        again.calls.recover_with_gap(again.actor, call.call_id, "  ")
    with pytest.raises(ClinicError, match="future"):
        again.calls.recover_with_gap(again.actor, call.call_id, "On", clock.now() + timedelta(seconds=1))
    with pytest.raises(ClinicError, match="before it begins"):
        again.calls.recover_with_gap(again.actor, call.call_id, "On", beaten_at)
    with_gap = again.calls.recover_with_gap(
        again.actor, call.call_id, "The power went, we talked on", beaten_at + timedelta(minutes=4)
    )
    assert with_gap.seconds == 300
    done = again.calls.finish(again.actor, call.call_id, WrapUp("no_answer"))
    assert [(each.source, each.seconds, each.reason) for each in done.entries] == [
        ("recovered", 60, ""),
        ("estimated", 240, "The power went, we talked on"),
    ]


def test_a_gap_over_eight_hours_is_refused(desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    clock.advance(hours=15)
    again = after_a_crash()
    with pytest.raises(ClinicError, match="longer than 8 hours"):
        again.calls.recover_with_gap(again.actor, call.call_id, "Overnight")
    assert again.calls.recoverable(again.actor) != ()  # nothing was decided by the refusal


def test_a_gap_in_time_already_recorded_is_refused(
    desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]
) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    clock.advance(minutes=10)
    again = after_a_crash()
    form = EntryForm(clock.now() - timedelta(minutes=5), clock.now(), "record_review")
    again.time_entries.add(again.actor, add_patient(again, "Otto", "Berg"), form, "Worked on paper")
    with pytest.raises(ClinicError, match="recorded already for another patient"):
        again.calls.recover_with_gap(again.actor, call.call_id, "We talked on")


def test_a_new_call_parks_the_one_that_was_left(
    desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]
) -> None:
    patient = add_patient(desk)
    call = desk.calls.start(desk.actor, patient)
    live(desk, clock, call.call_id, 60)
    clock.advance(minutes=10)
    again = after_a_crash()
    again.calls.start(again.actor, patient)
    (parked,) = again.calls.parked(again.actor)
    assert (parked.call_id, parked.seconds) == (call.call_id, 60)
    assert {span.source for span in parked.timer.spans} == {"recovered"}


def test_what_rested_when_the_program_died_rests_on(
    desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]
) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    desk.calls.stop(desk.actor, call.call_id)
    again = after_a_crash()
    assert again.calls.recoverable(again.actor) == ()
    current = again.calls.current(again.actor)
    assert current is not None
    assert (current.timer.state, current.seconds) == ("wrap_up", 60)


def test_a_locked_screen_never_stops_a_call(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    lock(desk)
    with pytest.raises(ClinicLocked):
        desk.calls.beat(desk.actor, call.call_id)
    for _ in range(60):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token)
    unlock(desk)
    assert desk.calls.recoverable(desk.actor) == ()  # it is still this session's
    assert desk.calls.take_in_journal(desk.actor) == 0  # `recoverable` took it in
    running = live(desk, clock, call.call_id, 10)
    assert (running.seconds, running.timer.doubts) == (370, ())
    assert desk.calls.stop(desk.actor, call.call_id).seconds == 370
    assert not (desk.opened.file.folder / JOURNAL_FILE).exists()


def test_a_locked_hour_without_beats_is_asked_for(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    lock(desk)
    for _ in range(6):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token)
    clock.advance(hours=1)
    for _ in range(6):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token)
    unlock(desk)
    assert desk.calls.take_in_journal(desk.actor) == 12
    running = desk.calls.beat(desk.actor, call.call_id)
    assert [(gap.doubt, gap.seconds) for gap in running.timer.doubts] == [("silence", 3605)]
    assert running.seconds == 60 + 30 + 25


def test_dying_while_locked_loses_no_beat(desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    lock(desk)
    for _ in range(12):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token)
    with (desk.opened.file.folder / JOURNAL_FILE).open("a") as journal:
        journal.write(f"{call.token} 2026-11-23T")  # the power went in the middle of a line
    clock.advance(minutes=1)
    again = after_a_crash()
    (left,) = again.calls.recoverable(again.actor)
    assert (left.seconds, left.gap_seconds) == (120, 60)
    assert again.calls.recover_accept(again.actor, call.call_id).seconds == 120


def test_the_journal_holds_nothing_about_anybody(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    desk.calls.save_draft(desk.actor, call.call_id, {"reason": "Swelling"})
    lock(desk)
    desk.call_journal.beat(call.token)
    journal = desk.opened.file.folder / JOURNAL_FILE
    assert journal.read_text().split(" ")[0] == call.token
    assert len(journal.read_text().split()) == 4
    for word in ("Rosa", "Delgado", "Swelling", "patient_call", "ana", "Ana"):
        assert word not in journal.read_text()
    if os.name != "nt":
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    unlock(desk)


def test_beats_of_others_wait_for_them(desk: Desk, house: House, clock: FakeClock) -> None:
    desk.people.add(desk.actor, PersonForm("Ben Okafor", "LPN", "ben", ("nurse",)), "nine brave otters nap")
    call = desk.calls.start(desk.actor, add_patient(desk))
    folder = desk.opened.file.folder
    lock(desk)
    for _ in range(4):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token)
    desk.close()
    ben = open_desk(folder, "ben", "nine brave otters nap", house)
    assert ben.calls.recoverable(ben.actor) == ()
    ben.close()
    ana = open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    assert [left.seconds for left in ana.calls.recoverable(ana.actor)] == [20]
    ana.close()


def write_lines(folder: Path, lines: list[str]) -> None:
    (folder / JOURNAL_FILE).write_text("".join(f"{line}\n" for line in lines))


def test_a_journal_that_is_not_ours_changes_nothing_it_cannot_know(desk: Desk, house: House, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 10)
    soon = clock.now() + timedelta(days=3)
    write_lines(
        desk.opened.file.folder,
        [
            "",
            "rubbish",
            "\x00\x01 \udcff".encode("utf-8", "replace").decode(),
            f"{call.token} yesterday 12 boot-1",
            f"{call.token} 2026-11-23T15:00:00 12 boot-1",
            f"{call.token} {soon.isoformat()} {clock.monotonic_ns() + 10**15} boot-1",
            f"{call.token} {clock.now().isoformat()} {'9' * 400} boot-1",
            f"{call.token} {clock.now().isoformat()} ٣ boot-1",
            f"nobody {clock.now().isoformat()} 5 boot-1",
        ],
    )
    desk.calls.take_in_journal(desk.actor)
    running = desk.calls.beat(desk.actor, call.call_id)
    assert (running.seconds, running.timer.doubts) == (10, ())
    assert not (desk.opened.file.folder / JOURNAL_FILE).exists()


def test_taking_in_twice_changes_nothing(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    lock(desk)
    for _ in range(3):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token)
    kept = (desk.opened.file.folder / JOURNAL_FILE).read_bytes()
    unlock(desk)
    desk.calls.take_in_journal(desk.actor)
    (desk.opened.file.folder / JOURNAL_FILE).write_bytes(kept)
    desk.calls.take_in_journal(desk.actor)
    assert desk.calls.beat(desk.actor, call.call_id).seconds == 15
    with desk.opened.ledger.reading(desk.actor, "time.read") as reading:
        assert reading.session.get_one(Call, call.call_id).state == "running"
        assert len(list(reading.session.scalars(select(CallSpan)))) == 1
