"""Whether anybody is there: asked, answered, held, and what becomes of it when the program dies or is locked."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from app.compose import open_desk
from app.models import AuditEvent
from app.rules.errors import ClinicError
from app.rules.timer import Choice
from app.security.permissions import NotPermitted
from app.services.call_rows import CallNow
from app.services.desk import Desk
from app.services.founding import House, unlock_again
from app.services.time_entries import NotYourEntry
from app.services.timer_policies import TimerPolicy
from app.services.wrap_up import WrapUp
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import WHOLE_NOTE, add_patient, colleague, live

DONE = WrapUp("", {"reason": "Read the hospital's letter"})


def be_away(desk: Desk, clock: FakeClock, call: CallNow, seconds: int, touched_ns: int | None = None) -> CallNow:
    """Let time pass with heartbeats while nobody touches anything."""
    touched = clock.monotonic_ns() if touched_ns is None else touched_ns
    for _ in range(seconds // 5):
        clock.advance(seconds=5)
        call = desk.calls.beat(desk.actor, call.call_id, touched)
    return call


def events(desk: Desk) -> list[dict[str, object]]:
    with desk.opened.ledger.reading(desk.actor, "call.work") as reading:
        rows = reading.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "call.work").order_by(AuditEvent.seq)
        )
        return [json.loads(row.detail) for row in rows]


@pytest.fixture
def at_desk(desk: Desk, clock: FakeClock) -> CallNow:
    """Desk work, a minute of it with somebody there."""
    call = desk.calls.start(desk.actor, add_patient(desk), "record_review")
    return live(desk, clock, call.call_id, 60)


def test_desk_work_asks_after_three_minutes_and_a_call_after_ten(
    desk: Desk, clock: FakeClock, at_desk: CallNow
) -> None:
    assert be_away(desk, clock, at_desk, 175).timer.idle is None
    call = desk.calls.start(desk.actor, add_patient(desk, "Bill"))
    assert be_away(desk, clock, call, 595).timer.idle is None
    asked = be_away(desk, clock, call, 5, clock.monotonic_ns() - 595_000_000_000)
    assert asked.timer.idle_seconds_at(clock.monotonic_ns()) == 600


@pytest.mark.parametrize(
    ("choice", "left"), [("keep", (260, "running")), ("discard", (60, "running")), ("stop", (60, "wrap_up"))]
)
def test_each_answer_is_exact_and_on_record(
    desk: Desk, clock: FakeClock, at_desk: CallNow, choice: Choice, left: tuple[int, str]
) -> None:
    seconds, state = left
    be_away(desk, clock, at_desk, 200)
    answered = desk.calls.review(desk.actor, at_desk.call_id, choice)
    assert (answered.seconds, answered.timer.state, answered.timer.idle) == (seconds, state, None)
    told = [(each["event"], each.get("choice"), each.get("seconds")) for each in events(desk)]
    assert told[-2:] == [("idle_asked", None, None), (f"idle_{choice}", choice, 200)]
    if state == "running":
        desk.calls.stop(desk.actor, at_desk.call_id)
    done = desk.calls.finish(desk.actor, at_desk.call_id, DONE)
    assert [(entry.seconds, entry.source, entry.confirmed) for entry in done.entries] == [(seconds, "timer", True)]


def test_what_nobody_answers_for_is_written_as_unconfirmed_and_reviewed_later(
    desk: Desk, clock: FakeClock, at_desk: CallNow
) -> None:
    held = be_away(desk, clock, at_desk, 600)
    assert (held.timer.is_held, held.seconds) == (True, 60)
    assert [each["event"] for each in events(desk)][-2:] == ["idle_asked", "idle_held"]
    stopped = desk.calls.stop(desk.actor, at_desk.call_id)
    assert [(gap.doubt, gap.seconds) for gap in stopped.timer.doubts] == [("idle", 600)]
    sure, unsure = desk.calls.finish(desk.actor, at_desk.call_id, DONE).entries
    assert (sure.seconds, sure.confirmed, unsure.seconds, unsure.confirmed) == (60, True, 600, False)
    reviewer = colleague(desk, "Mai Ito", "practitioner")
    with pytest.raises(NotYourEntry):
        desk.time_entries.confirm(reviewer, unsure.entry_id, "I saw her")
    with pytest.raises(NotPermitted):
        desk.time_entries.review(colleague(desk, "Bo Chen", "nurse"), unsure.entry_id, "no", keep=True)
    kept = desk.time_entries.review(reviewer, unsure.entry_id, "She was on the phone with the lab", keep=True)
    assert (kept.confirmed, kept.source, kept.confirmed_by) == (True, "estimated", "Mai Ito")
    (later,) = (
        row
        for row in desk.time_entries.month(desk.actor, at_desk.patient_id, at_desk.month)
        if row.entry_id == unsure.entry_id
    )
    assert later.confirmed_by == "Mai Ito"
    with pytest.raises(ClinicError, match="not in doubt"):
        desk.time_entries.review(reviewer, unsure.entry_id, "again", keep=False)


def test_a_reviewer_may_discard_it(desk: Desk, clock: FakeClock, at_desk: CallNow) -> None:
    be_away(desk, clock, at_desk, 600)
    desk.calls.stop(desk.actor, at_desk.call_id)
    _, unsure = desk.calls.finish(desk.actor, at_desk.call_id, DONE).entries
    manager = colleague(desk, "Dana Reed", "manager")
    assert desk.time_entries.review(manager, unsure.entry_id, "Lunch", keep=False).withdrawn


@pytest.fixture
def after_a_crash(desk: Desk, house: House, clock: FakeClock) -> Iterator[Callable[[], Desk]]:
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


@pytest.mark.parametrize("away", [200, 900])
def test_a_kill_during_the_question_leaves_it_unanswered(
    desk: Desk, clock: FakeClock, at_desk: CallNow, after_a_crash: Callable[[], Desk], away: int
) -> None:
    be_away(desk, clock, at_desk, away)
    clock.advance(seconds=30)
    again = after_a_crash()
    (left,) = again.calls.recoverable(again.actor)
    assert (left.seconds, left.doubtful_seconds) == (60, away)
    accepted = again.calls.recover_accept(again.actor, left.call_id)
    assert (accepted.seconds, [gap.seconds for gap in accepted.timer.doubts]) == (60, [away])
    done = again.calls.finish(again.actor, left.call_id, DONE)
    assert [(entry.seconds, entry.confirmed) for entry in done.entries] == [(60, True), (away, False)]


def test_a_locked_screen_asks_and_its_answer_is_taken_in(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    touched = clock.monotonic_ns()
    desk.opened.ledger.lock()
    for _ in range(124):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token, touched)
    desk.call_journal.beat(call.token, touched, "keep")
    touched = clock.monotonic_ns()
    for _ in range(12):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token, touched)
    unlock_again(desk.opened, FIRST_PERSON.passphrase)
    desk.calls.take_in_journal(desk.actor)
    running = desk.calls.current(desk.actor)
    assert running is not None
    assert (running.seconds, running.timer.doubts, running.timer.idle) == (60 + 620 + 60, (), None)
    # Whoever pressed the button did not sign in: such time is estimated for ever.
    assert [(span.source, span.seconds) for span in running.timer.spans[:-1]] == [("timer", 60), ("estimated", 620)]
    assert events(desk)[-1]["idle_answers"] == ["keep"]


def test_behind_the_lock_an_unanswered_question_holds_the_time(
    desk: Desk, clock: FakeClock, after_a_crash: Callable[[], Desk]
) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    live(desk, clock, call.call_id, 60)
    touched = clock.monotonic_ns()
    desk.opened.ledger.lock()
    for _ in range(12 * 20):
        clock.advance(seconds=5)
        desk.call_journal.beat(call.token, touched)
    again = after_a_crash()
    (left,) = again.calls.recoverable(again.actor)
    assert (left.seconds, left.doubtful_seconds) == (60, 1200)


def test_a_journal_with_words_that_are_not_ours_is_passed_over(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    path = desk.opened.file.folder / "heartbeats.journal"
    at = clock.now().isoformat()
    for line in ("1 stop", "1 keep more", "x keep", "-1", "1" * 25):
        path.write_text(f"{call.token} {at} 5 boot-1 {line}\n", encoding="utf-8")
        assert desk.call_journal.beats() == ()
    path.write_text(f"{call.token} {at} 5 boot-1\n{call.token} {at} 6 boot-1 4 discard\n", encoding="utf-8")
    assert [(beat.touched_ns, beat.answer) for beat in desk.call_journal.beats()] == [(None, ""), (4, "discard")]


def test_the_clinics_own_minutes_hold_from_the_next_beat(desk: Desk, clock: FakeClock, at_desk: CallNow) -> None:
    desk.timer_policies.set_policy(desk.actor, TimerPolicy(1))
    assert be_away(desk, clock, at_desk, 60).timer.idle is not None
    with pytest.raises(ClinicError, match="no idle time"):
        answered = desk.calls.review(desk.actor, at_desk.call_id, "keep")
        desk.calls.review(desk.actor, answered.call_id, "keep")


def test_a_whole_note_and_an_idle_question_make_one_entry(desk: Desk, clock: FakeClock) -> None:
    call = desk.calls.start(desk.actor, add_patient(desk))
    be_away(desk, clock, call, 700)
    desk.calls.review(desk.actor, call.call_id, "keep")
    live(desk, clock, call.call_id, 100)
    desk.calls.stop(desk.actor, call.call_id)
    done = desk.calls.finish(desk.actor, call.call_id, WrapUp("reached", WHOLE_NOTE))
    assert [entry.seconds for entry in done.entries] == [800]
