"""What the verbs of `Calls` have in common: find a call of the person's, take a step with its timer, save it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import Clock
from app.models import Call, Person
from app.rules import timer as machine
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.rules.month_case import ACTIVITIES
from app.rules.timer import Choice, Moment, NotNow, TimerState
from app.services.call_rows import CallNow, call_now, store, timer_of
from app.services.clinic_day import zone_of
from app.services.overlap import require_free
from app.services.own_time import last_recorded, own_time
from app.services.timer_policies import timer_policy
from app.storage.journal import JournalBeat
from app.storage.ledger import Reading, Work

ON_THE_LOCKED_SCREEN = "Answered on the locked screen"
"""The reason written to time that was kept or discarded where nobody signs in to answer."""

Step = Callable[[TimerState, Moment], TimerState]


class NoSuchCall(ClinicError):
    """There is no call of this person with that number."""

    def __init__(self) -> None:
        super().__init__("This call is not one of yours. Open it again from the list.")


class LeftRunning(ClinicError):
    """The call was running when the program stopped, and what becomes of its time is not decided."""

    def __init__(self) -> None:
        super().__init__("This call was running when CareLoop stopped. Decide first what becomes of its time.")


def moment(work: Work, clock: Clock) -> Moment:
    """Return what all clocks say in this transaction."""
    return Moment(work.now, clock.monotonic_ns(), clock.boot_id())


def call_of(reading: Reading, call_id: int) -> Call:
    """Return a call of the signed-in person. Raises `NoSuchCall` or `LeftRunning`."""
    call = reading.session.get(Call, call_id)
    if call is None or call.person_id != reading.actor.person_id:
        raise NoSuchCall
    if _is_left_running(reading, call):
        raise LeftRunning
    return call


def recovered(work: Work, call_id: int) -> tuple[Call, TimerState]:
    """Return a call that a crash left running, closed at its last heartbeat. Raises `NoSuchCall` or `NotNow`."""
    call = work.session.get(Call, call_id)
    if call is None or call.person_id != work.actor.person_id:
        raise NoSuchCall
    timer = timer_of(work.session, call)
    if not _is_left_running(work, call):
        raise NotNow(timer.state)
    return call, machine.recover(timer)


def step(work: Work, clock: Clock, call_id: int, change: Step, event: str) -> CallNow:
    """Change a call's timer and save it; a gap that was noticed on the way is noted."""
    call = call_of(work, call_id)
    before = timer_of(work.session, call)
    after = change(before, moment(work, clock))
    note_doubts(work, before, after)
    return save(work, clock, call, after, event)


def note_doubts(work: Work, before: TimerState, after: TimerState) -> None:
    """Note a gap that a step noticed on its way."""
    fresh = [span for span in after.doubts if span not in before.doubts]
    if fresh:
        work.note(doubt=fresh[0].doubt, doubtful_seconds=sum(span.seconds for span in fresh))


def look(work: Work, clock: Clock, call_id: int, touched_ns: int | None) -> CallNow:
    """Beat, and note what that found out: a gap, or that it is to be asked whether anybody is there."""
    call = call_of(work, call_id)
    before, now = timer_of(work.session, call), moment(work, clock)
    after = looked(work.session, before, now, touched_ns)
    note_doubts(work, before, after)
    event = "gap"
    if after.idle is not None and after.is_held != before.is_held:
        event = "idle_held"
        work.note(seconds=after.idle_seconds_at(now.monotonic_ns))
    elif after.idle is not None and before.idle is None:
        event = "idle_asked"
    return save(work, clock, call, after, event)


def looked(session: Session, timer: TimerState, now: Moment, touched_ns: int | None) -> TimerState:
    """Return a running timer after a beat; with `touched_ns`, after a look whether anybody is there too."""
    beaten = machine.beat(timer, now)
    if touched_ns is None:
        return beaten
    return machine.watch(beaten, now, touched_ns, timer_policy(session).idle_seconds(beaten.activity))


def review(work: Work, clock: Clock, call_id: int, choice: Choice, reason: str) -> CallNow:
    """Answer the idle question and every gap that waits; how, and over how many seconds, is noted."""
    call = call_of(work, call_id)
    before, now = timer_of(work.session, call), moment(work, clock)
    beaten = machine.beat(before, now)
    waiting = sum(span.seconds for span in beaten.doubts)
    work.note(choice=choice, was_held=beaten.is_held, seconds=waiting + beaten.idle_seconds_at(now.monotonic_ns))
    return save(work, clock, call, machine.review(before, now, choice, reason=reason), f"idle_{choice}")


def go_on(work: Work, clock: Clock, call_id: int, event: str) -> CallNow:
    """Let a call that rests run; whatever else of this person runs is parked first."""
    call = call_of(work, call_id)
    timer = timer_of(work.session, call)
    if timer.state not in ("paused", "parked", "wrap_up"):
        raise NotNow(timer.state)
    set_aside(work, clock, without=call_id)
    return save(work, clock, call, machine.resume(timer, moment(work, clock), not_before(work)), event)


def set_aside(work: Work, clock: Clock, without: int = 0) -> None:
    """Park what of this person runs or is paused; what a crash left running, at its last heartbeat."""
    calls = work.session.scalars(
        select(Call).where(
            Call.person_id == work.actor.person_id, Call.state.in_(("running", "paused")), Call.id != without
        )
    )
    for call in calls.all():
        timer = timer_of(work.session, call)
        left = _is_left_running(work, call)
        parked = machine.recover(timer, "parked") if left else machine.park(timer, moment(work, clock))
        store(work.session, call, parked)
        work.note(parked=call.id)
    work.session.flush()  # before another one runs: the database allows one a person


def save(work: Work, clock: Clock, call: Call, timer: TimerState, event: str) -> CallNow:
    """Store a call's timer as this session's, note the event, and return the call."""
    store(work.session, call, timer)
    call.session = work.actor.session
    work.session.flush()
    work.about(call.patient_id)
    work.note(call=call.id, event=event, activity=timer.activity)
    return shown(work, clock, call)


def shown(reading: Reading, clock: Clock, call: Call) -> CallNow:
    """Return a call as screens see it."""
    return call_now(reading.session, call, clock.monotonic_ns(), reading.now, zone_of(reading.session))


def take_in(work: Work, clock: Clock, beats: Sequence[JournalBeat]) -> set[str]:
    """Apply a journal's beats to this person's running call; return the tokens whose beats are of no more use."""
    tokens = {each.token for each in beats}
    running = [
        call for call in work.session.scalars(select(Call).where(Call.state == "running")) if call.token in tokens
    ]
    now = moment(work, clock)
    for call in running:
        if call.person_id != work.actor.person_id:
            continue
        timer = timer_of(work.session, call)
        answers: list[str] = []
        for each in beats:
            if each.token == call.token and _is_news(timer, each, now):
                timer = looked(work.session, timer, each.at, each.touched_ns)
                if each.answer and (timer.idle is not None or timer.doubts):
                    timer = _answered_while_locked(timer, each)
                    answers.append(each.answer)
        store(work.session, call, timer)
        work.about(call.patient_id)
        work.note(call=call.id, event="journal", beats=sum(each.token == call.token for each in beats))
        if answers:
            work.note(idle_answers=answers)
    return tokens - {call.token for call in running if call.person_id != work.actor.person_id}


def not_before(work: Work) -> datetime | None:
    """Return where this person's recorded time ends when that is ahead of the clock."""
    person = work.session.get_one(Person, work.actor.person_id)
    return last_recorded(work.session, person.id, person.name, work.now)


def require_own_free(work: Work, call: Call, begins: datetime, ends: datetime) -> None:
    """Raise `TimeOverlaps` when the call's person recorded some of these seconds elsewhere."""
    person = work.session.get_one(Person, call.person_id)
    taken = own_time(work.session, person.id, person.name, begins, ends, without_call=call.id)
    require_free(begins, ends, taken, call.patient_id, zone_of(work.session))


def require_known(activity: str) -> None:
    """Raise `FieldFaults` unless `activity` is one of MONTH_CASE's words."""
    check = FormCheck()
    check.choice("activity", activity, ACTIVITIES, "Choose an activity from the list.")
    check.finish()


def tidy_reason(reason: str, needed: str = "") -> str:
    """Return a reason fit to be stored. `needed` is the sentence for an empty one; raises `FieldFaults` (`reason`)."""
    check = FormCheck()
    tidy = check.line("reason", reason, needed=needed)
    check.finish()
    return tidy


def _answered_while_locked(timer: TimerState, beat: JournalBeat) -> TimerState:
    """Take an answer that was given on the locked screen, where nobody says who they are."""
    choice: Choice = "keep" if beat.answer == "keep" else "discard"
    return machine.review(timer, beat.at, choice, reason=ON_THE_LOCKED_SCREEN, is_sure=False)


def _is_left_running(reading: Reading, call: Call) -> bool:
    return call.state == "running" and call.session != reading.actor.session


def _is_news(timer: TimerState, beat: JournalBeat, now: Moment) -> bool:
    """Whether a journal's beat lies between the last known one and now; an answer may come with the last one."""
    at = beat.at
    if timer.stretch is None or at.wall > now.wall + timedelta(seconds=machine.JUMP_SECONDS):
        return False
    if at.boot_id == now.boot_id and at.monotonic_ns > now.monotonic_ns:
        return False
    known_ns = timer.stretch.beat_ns
    return (
        at.boot_id != timer.stretch.boot_id
        or at.monotonic_ns > known_ns
        or (bool(beat.answer) and at.monotonic_ns == known_ns)
    )
