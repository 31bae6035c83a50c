from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.rules import timer
from app.rules.call_time import TALKING, pieces
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.timer import LONGEST_DOUBT, Moment, NotNow, Span, TimerState

MORNING = datetime(2026, 11, 23, 15, 0, 0, 900_000, tzinfo=UTC)
SECOND_NS = 1_000_000_000


class Clocks:
    """The true time, and what the machine's clocks make of it."""

    def __init__(self, wall: datetime = MORNING) -> None:
        self.wall = wall
        self.monotonic_ns = 77_000_000_123
        self.boot = 1

    def now(self) -> Moment:
        return Moment(self.wall, self.monotonic_ns, f"boot-{self.boot}")

    def live(self, ns: int) -> None:
        self.wall += timedelta(microseconds=ns // 1000)
        self.monotonic_ns += ns

    def jump(self, span: timedelta) -> None:
        self.wall += span

    def sleep_uncounted(self, ns: int) -> None:
        """Sleep as on machines whose count stands still meanwhile."""
        self.wall += timedelta(microseconds=ns // 1000)

    def reboot(self, ns: int) -> None:
        self.live(ns)
        self.boot += 1
        self.monotonic_ns = 5


def seconds(count: float) -> int:
    return round(count * SECOND_NS)


def counted(states: Iterable[TimerState], *sources: str) -> int:
    return sum(
        span.seconds
        for state in states
        for span in state.spans
        if span.standing == "counted" and span.source in sources
    )


def live_with_beats(clocks: Clocks, call: TimerState, count: float, every: float = 5) -> TimerState:
    left = seconds(count)
    while left > 0:
        clocks.live(min(left, seconds(every)))
        left -= seconds(every)
        call = timer.beat(call, clocks.now())
    return call


def test_a_call_lasts_the_whole_seconds_lived_in_it() -> None:
    clocks = Clocks()
    call = live_with_beats(clocks, timer.start("patient_call", clocks.now()), 62.99)
    call = timer.stop(call, clocks.now())
    assert call.spans == (
        Span("patient_call", MORNING.replace(microsecond=0), MORNING.replace(microsecond=0) + timedelta(seconds=62)),
    )
    assert call.closed_seconds == 62
    assert timer.finish(call).state == "finished"


def test_a_pause_and_another_activity_cut_the_call_into_spans() -> None:
    clocks = Clocks()
    call = live_with_beats(clocks, timer.start("patient_call", clocks.now()), 10.5)
    call = timer.switch_activity(call, "medication_management", clocks.now())
    call = live_with_beats(clocks, call, 10.5)
    call = timer.pause(call, clocks.now())
    clocks.live(seconds(100))
    call = timer.resume(call, clocks.now())
    call = live_with_beats(clocks, call, 5)
    call = timer.stop(call, clocks.now())
    assert [(span.activity, span.seconds) for span in call.spans] == [
        ("patient_call", 10),
        ("medication_management", 11),  # the two halves are one second lived, and belong to one of the two
        ("medication_management", 5),
    ]
    assert call.spans[2].start - call.spans[1].end == timedelta(seconds=100)  # type: ignore[operator]


def test_the_running_seconds_are_told_without_a_change() -> None:
    clocks = Clocks()
    call = timer.start("patient_call", clocks.now())
    clocks.live(seconds(17.2))
    assert call.seconds_at(clocks.monotonic_ns) == 17
    assert call.closed_seconds == 0


@pytest.mark.parametrize(
    ("happens", "doubt", "doubtful"),
    [
        (lambda clocks: clocks.live(seconds(31)), "silence", 31),
        (lambda clocks: clocks.live(seconds(3 * 3600)), "silence", 3 * 3600),
        (lambda clocks: clocks.jump(timedelta(seconds=6)), "clock_jump", 6),
        (lambda clocks: clocks.jump(timedelta(days=365)), "clock_jump", 0),
        (lambda clocks: clocks.jump(timedelta(hours=-1)), "clock_jump", 0),
        (lambda clocks: clocks.sleep_uncounted(seconds(600)), "clock_jump", 600),
        (lambda clocks: clocks.reboot(seconds(20)), "new_boot", 20),
    ],
)
def test_a_gap_is_set_apart_and_never_billed_in_silence(
    happens: Callable[[Clocks], None], doubt: str, doubtful: int
) -> None:
    clocks = Clocks()
    call = live_with_beats(clocks, timer.start("patient_call", clocks.now()), 60)
    happens(clocks)
    assert timer.doubt_at(call, clocks.now()) == doubt
    call = timer.beat(call, clocks.now())
    call = live_with_beats(clocks, call, 15)
    call = timer.stop(call, clocks.now())
    assert call.closed_seconds == 75
    assert sum(span.seconds for span in call.doubts) == doubtful
    assert {span.doubt for span in call.doubts} <= {doubt}
    if doubtful:
        kept = timer.answer(call, keep=True, reason="I was talking")
        assert kept.closed_seconds == 75 + doubtful
        assert {span.source for span in kept.spans} == {"timer", "estimated"}
        assert timer.answer(call, keep=False).closed_seconds == 75


@pytest.mark.parametrize("strayed", [-5, 5])
def test_a_small_correction_of_the_wall_clock_is_no_question(strayed: int) -> None:
    clocks = Clocks()
    call = live_with_beats(clocks, timer.start("patient_call", clocks.now()), 60)
    clocks.jump(timedelta(seconds=strayed))
    call = timer.stop(live_with_beats(clocks, call, 60), clocks.now())
    assert call.closed_seconds == 120
    assert call.doubts == ()


def test_many_small_corrections_do_not_add_up_to_time() -> None:
    clocks = Clocks()
    call = timer.start("patient_call", clocks.now())
    for _ in range(100):
        call = live_with_beats(clocks, call, 5)
        clocks.jump(timedelta(seconds=4))
    call = timer.stop(call, clocks.now())
    assert call.closed_seconds <= 500
    assert call.doubts


def test_after_a_crash_the_call_is_kept_up_to_the_last_beat() -> None:
    clocks = Clocks()
    call = live_with_beats(clocks, timer.start("patient_call", clocks.now()), 63)
    clocks.reboot(seconds(600))
    accepted = timer.recover(call)
    assert accepted.state == "wrap_up"
    assert accepted.closed_seconds == 63
    assert accepted.spans[0].source == "recovered"
    ends = accepted.worked_to
    assert ends is not None
    with_gap = timer.add_estimate(accepted, ends, clocks.wall, "the power went, we talked on")
    assert with_gap.closed_seconds == 63 + 600
    assert with_gap.spans[-1].source == "estimated"
    resumed = timer.resume(accepted, clocks.now())
    resumed = timer.stop(live_with_beats(clocks, resumed, 10), clocks.now())
    assert resumed.closed_seconds == 73


def test_an_estimate_is_refused_where_it_cannot_be_true() -> None:
    clocks = Clocks()
    call = timer.start("patient_call", clocks.now())
    begins = call.spans[0].start
    with pytest.raises(ClinicError, match="end before it begins"):
        timer.add_estimate(call, begins, begins, "reason")
    with pytest.raises(ClinicError, match="longer than 8 hours"):
        timer.add_estimate(call, begins - LONGEST_DOUBT - timedelta(seconds=1), begins, "reason")
    with pytest.raises(ClinicError, match="overlaps"):
        timer.add_estimate(call, begins - timedelta(seconds=10), begins + timedelta(seconds=1), "reason")
    early = timer.add_estimate(call, begins - timedelta(seconds=90), begins, "I forgot to start")
    assert early.spans[-1].end is None
    assert timer.stop(early, clocks.now()).closed_seconds == 90


def test_what_cannot_be_done_now_is_refused_in_words() -> None:
    clocks = Clocks()
    running = timer.start("patient_call", clocks.now())
    paused = timer.pause(running, clocks.now())
    done = timer.finish(timer.stop(paused, clocks.now()))
    steps: list[tuple[TimerState, Callable[[], TimerState]]] = [
        (running, lambda: timer.resume(running, clocks.now())),
        (running, lambda: timer.finish(running)),
        (paused, lambda: timer.pause(paused, clocks.now())),
        (paused, lambda: timer.beat(paused, clocks.now())),
        (paused, lambda: timer.recover(paused)),
        (done, lambda: timer.stop(done, clocks.now())),
        (done, lambda: timer.discard(done, clocks.now())),
        (done, lambda: timer.park(done, clocks.now())),
    ]
    for call, step in steps:
        with pytest.raises(NotNow) as refused:
            step()
        assert refused.value.state == call.state
    with pytest.raises(ClinicError, match="no gap"):
        timer.answer(running, keep=True)


LIMIT = 180


def alone(clocks: Clocks, call: TimerState, count: float, touched_ns: int) -> TimerState:
    """Live with beats and looks while nobody touches anything."""
    for _ in range(round(count) // 5):
        clocks.live(seconds(5))
        call = timer.watch(timer.beat(call, clocks.now()), clocks.now(), touched_ns, LIMIT)
    return call


@pytest.mark.parametrize(("choice", "comes_to"), [("keep", 100 + 185 + 60), ("discard", 100 + 60), ("stop", 100)])
def test_idle_time_is_asked_about_and_exactly_it_is_discarded(choice: timer.Choice, comes_to: int) -> None:
    clocks = Clocks()
    call = live_with_beats(clocks, timer.start("record_review", clocks.now()), 100)
    touched = clocks.monotonic_ns
    call = alone(clocks, call, 175, touched)
    assert call.idle is None
    call = alone(clocks, call, 10, touched)
    assert call.idle_seconds_at(clocks.monotonic_ns) == 185
    assert not call.is_held
    assert call.seconds_at(clocks.monotonic_ns) == 285
    call = timer.review(call, clocks.now(), choice)
    assert call.doubts == ()
    if choice == "stop":
        assert call.state == "wrap_up"
    else:
        call = timer.stop(live_with_beats(clocks, call, 60), clocks.now())
    assert call.closed_seconds == comes_to
    assert {span.source for span in call.spans} == {"timer"}


def test_touches_put_the_question_off() -> None:
    clocks = Clocks()
    call = timer.start("record_review", clocks.now())
    for _ in range(10):
        call = alone(clocks, call, 170, clocks.monotonic_ns)
        assert call.idle is None


def test_an_unanswered_question_holds_what_it_asks_about_and_what_follows() -> None:
    clocks = Clocks()
    call = live_with_beats(clocks, timer.start("record_review", clocks.now()), 100)
    touched = clocks.monotonic_ns
    call = alone(clocks, call, LIMIT + 295, touched)
    assert not call.is_held
    call = alone(clocks, call, 5, clocks.monotonic_ns)  # a touch is no answer
    assert call.is_held
    assert call.seconds_at(clocks.monotonic_ns) == 100
    call = alone(clocks, call, 1000, touched)
    assert call.idle_seconds_at(clocks.monotonic_ns) == LIMIT + 1300
    dead = timer.recover(call)  # nobody ever answers: the program was closed or killed
    assert (dead.closed_seconds, [span.seconds for span in dead.doubts]) == (100, [LIMIT + 1300])
    kept = timer.stop(timer.review(call, clocks.now(), "keep"), clocks.now())
    assert kept.closed_seconds == 100 + LIMIT + 1300
    assert [span.source for span in kept.spans if span.seconds] == ["timer", "estimated"]


@pytest.mark.parametrize("how", [timer.pause, timer.park, timer.stop])
def test_whoever_rests_without_an_answer_leaves_a_doubt(how: Callable[[TimerState, Moment], TimerState]) -> None:
    clocks = Clocks()
    call = alone(clocks, timer.start("record_review", clocks.now()), 200, 0)
    call = how(call, clocks.now())
    assert (call.closed_seconds, [span.doubt for span in call.doubts]) == (0, ["idle"])
    assert call.doubts[0].seconds == 200


def test_a_sleep_behind_the_question_is_answered_with_it() -> None:
    clocks = Clocks()
    call = alone(clocks, timer.start("record_review", clocks.now()), 200, 0)
    clocks.live(seconds(3600))
    call = timer.watch(timer.beat(call, clocks.now()), clocks.now(), 0, LIMIT)
    assert [(span.doubt, span.seconds) for span in call.doubts] == [("idle", 200), ("silence", 3600)]
    assert timer.review(call, clocks.now(), "discard").closed_seconds == 0
    assert timer.review(call, clocks.now(), "stop").state == "wrap_up"


def test_what_somebody_unknown_keeps_is_estimated() -> None:
    clocks = Clocks()
    call = alone(clocks, timer.start("patient_call", clocks.now()), 200, 0)
    kept = timer.review(call, clocks.now(), "keep", reason="Kept on the locked screen", is_sure=False)
    assert (kept.spans[-2].source, kept.spans[-2].seconds) == ("estimated", 200)
    with pytest.raises(ClinicError, match="no idle time"):
        timer.review(kept, clocks.now(), "keep")


EDGES = (
    MORNING,
    datetime(2026, 12, 1, 5, 58, 30, 250_000, tzinfo=UTC),  # the month's end in Chicago
    datetime(2027, 1, 1, 4, 55, tzinfo=UTC),  # the year's end in New York
    datetime(2026, 11, 1, 6, 50, 0, 1, tzinfo=UTC),  # clocks go back, first day of a month
    datetime(2027, 3, 14, 7, 55, tzinfo=UTC),  # clocks go forward
)
ZONES = tuple(ZoneInfo(key) for key in ("America/Chicago", "America/New_York", "Pacific/Honolulu", "UTC"))


class Person(RuleBasedStateMachine):
    """One person's calls through pauses, switches, idle questions, crashes, sleep and wild clocks.

    The model is a stopwatch: the time really lived while a timer ran and the program was there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clocks = Clocks()
        self.calls: list[TimerState] = []
        self.lived_ns = 0
        self.begun = 0  # how often a timer began to run: each time may lose the part of a second
        self.is_wild = False  # whether a clock jumped, the machine slept, or the program died or fell silent
        self.touched_ns = 0

    @initialize(wall=st.sampled_from(EDGES))
    def begins(self, wall: datetime) -> None:
        self.clocks.wall = wall

    @property
    def running(self) -> int | None:
        return next((number for number, call in enumerate(self.calls) if call.state == "running"), None)

    @property
    def is_asked(self) -> bool:
        """Whether the running call waits for an answer."""
        call = self.calls[self.running] if self.running is not None else None
        return call is not None and (call.idle is not None or bool(call.doubts))

    def last_end(self) -> datetime | None:
        return max((call.worked_to for call in self.calls if call.worked_to is not None), default=None)

    def step(self, number: int, change: Callable[[TimerState], TimerState]) -> None:
        self.calls[number] = change(self.calls[number])

    def park_the_running(self) -> None:
        if self.running is not None:
            self.step(self.running, lambda call: timer.park(call, self.clocks.now()))

    def open_calls(self, *states: str) -> list[int]:
        return [number for number, call in enumerate(self.calls) if call.state in states]

    @rule(activity=st.sampled_from(["patient_call", "record_review"]))
    def start(self, activity: str) -> None:
        self.park_the_running()
        self.touched_ns = self.clocks.monotonic_ns
        self.begun += 1
        self.calls.append(timer.start(activity, self.clocks.now(), self.last_end()))

    @rule(ns=st.integers(0, 29 * SECOND_NS))
    def live(self, ns: int) -> None:
        """Less than would be a silence, and with the beat at its end."""
        self.pass_time(ns)
        if self.running is not None:
            self.step(self.running, lambda call: timer.beat(call, self.clocks.now()))

    @rule(ns=st.integers(25 * SECOND_NS, 40 * SECOND_NS))
    def falls_silent(self, ns: int) -> None:
        self.is_wild = self.is_wild or self.running is not None
        self.pass_time(ns)

    def pass_time(self, ns: int) -> None:
        self.clocks.live(ns)
        self.lived_ns += ns if self.running is not None else 0

    @rule()
    def touch(self) -> None:
        self.touched_ns = self.clocks.monotonic_ns

    @precondition(lambda self: self.running is not None)
    @rule(beats=st.integers(1, 200), ns=st.integers(4 * SECOND_NS, 6 * SECOND_NS))
    def is_away(self, beats: int, ns: int) -> None:
        """Beats and looks while nobody touches anything; when nobody could know, no more than the limit counts."""
        assert self.running is not None
        for _ in range(beats):
            self.pass_time(ns)
            self.step(self.running, lambda call: timer.beat(call, self.clocks.now()))
            limit = 600 if self.calls[self.running].activity in TALKING else 180
            self.step(self.running, lambda call: timer.watch(call, self.clocks.now(), self.touched_ns, limit))  # noqa: B023
        call, untouched = self.calls[self.running], self.clocks.monotonic_ns - self.touched_ns
        if not self.is_wild and untouched >= limit * SECOND_NS:
            assert call.idle is not None
        asked = call.idle_seconds_at(self.clocks.monotonic_ns)
        assert asked == 0 or asked >= limit
        assert call.is_held == (asked >= limit + timer.HELD_AFTER_SECONDS)

    @precondition(lambda self: self.is_asked)
    @rule(choice=st.sampled_from(["keep", "discard", "stop"]), is_sure=st.booleans())
    def review(self, choice: timer.Choice, is_sure: bool) -> None:
        assert self.running is not None
        number, at = self.running, self.clocks.monotonic_ns
        before = timer.beat(self.calls[number], self.clocks.now())
        idle = before.idle_seconds_at(at)
        waiting = sum(span.seconds for span in before.doubts)
        counting = before.seconds_at(at)
        held = before.is_held
        self.touched_ns = at
        self.step(number, lambda call: timer.review(call, self.clocks.now(), choice, is_sure=is_sure))
        after = self.calls[number]
        if choice == "keep":
            assert after.seconds_at(at) == counting + waiting + (idle if held else 0)
        else:
            assert after.seconds_at(at) == counting - (0 if held else idle)
        assert after.doubts == ()
        assert after.idle is None
        assert (after.state == "wrap_up") == (choice == "stop")

    @precondition(lambda self: self.running is not None)
    @rule(beats=st.integers(1, 30), ns=st.integers(4 * SECOND_NS, 6 * SECOND_NS))
    def work(self, beats: int, ns: int) -> None:
        assert self.running is not None
        for _ in range(beats):
            self.live(ns)
        self.touched_ns = self.clocks.monotonic_ns

    @rule(jump=st.one_of(st.integers(-5, 5), st.integers(-90_000, 90_000), st.just(31_536_000)), us=st.integers(0, 999))
    def wall_clock_jumps(self, jump: int, us: int) -> None:
        self.is_wild = self.is_wild or self.running is not None
        self.clocks.jump(timedelta(seconds=jump, microseconds=us))

    @rule(ns=st.integers(0, 3600 * SECOND_NS))
    def sleeps(self, ns: int) -> None:
        self.is_wild = self.is_wild or self.running is not None
        self.clocks.sleep_uncounted(ns)

    @precondition(lambda self: self.running is not None)
    @rule(activity=st.sampled_from(["patient_call", "education"]))
    def switch(self, activity: str) -> None:
        assert self.running is not None
        self.touched_ns = self.clocks.monotonic_ns
        self.step(self.running, lambda call: timer.switch_activity(call, activity, self.clocks.now()))

    @precondition(lambda self: self.running is not None)
    @rule(how=st.sampled_from([timer.pause, timer.park, timer.stop]))
    def rest(self, how: Callable[[TimerState, Moment], TimerState]) -> None:
        assert self.running is not None
        self.step(self.running, lambda call: how(call, self.clocks.now()))

    @precondition(lambda self: self.open_calls("paused", "parked", "wrap_up"))
    @rule(data=st.data())
    def take_up(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.open_calls("paused", "parked", "wrap_up")))
        self.park_the_running()
        self.begun += 1
        self.touched_ns = self.clocks.monotonic_ns
        self.step(number, lambda call: timer.resume(call, self.clocks.now(), self.last_end()))

    @precondition(lambda self: self.running is not None)
    @rule(ns=st.integers(0, 7200 * SECOND_NS), reboot=st.booleans(), accept=st.booleans())
    def crash(self, ns: int, reboot: bool, accept: bool) -> None:
        number = self.running
        assert number is not None
        self.is_wild = True
        self.begun += 1
        if reboot:
            self.clocks.reboot(ns)
        else:
            self.clocks.live(ns)
        self.touched_ns = self.clocks.monotonic_ns
        self.step(number, timer.recover)
        if not accept:
            self.step(number, lambda call: timer.resume(call, self.clocks.now(), self.last_end()))

    @precondition(lambda self: self.open_calls("wrap_up"))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.open_calls("wrap_up")))
        zone = data.draw(st.sampled_from(ZONES))
        spans = self.calls[number].spans
        made = pieces(spans, (), zone, self.clocks.wall)
        left = [span for span in spans if span.standing != "discarded"]
        assert sum(piece.seconds for piece in made) == sum(span.seconds for span in left)
        for piece in made:
            last = (piece.end - timedelta(seconds=1)).astimezone(zone)
            assert Month.of(piece.start.astimezone(zone).date()) == Month.of(last.date())
        sure = sum(piece.seconds for piece in made if piece.confirmed)
        assert sure <= sum(span.seconds for span in left if span.standing == "counted")
        self.step(number, timer.finish)

    @precondition(lambda self: any(call.doubts for call in self.calls))
    @rule(data=st.data(), keep=st.booleans())
    def answer(self, data: st.DataObject, keep: bool) -> None:
        number = data.draw(st.sampled_from([each for each, call in enumerate(self.calls) if call.doubts]))
        self.step(number, lambda call: timer.answer(call, keep=keep, reason="asked"))

    @invariant()
    def never_more_than_was_lived(self) -> None:
        recorded = counted(self.calls, "timer", "recovered")
        if self.running is not None:
            call = self.calls[self.running]
            recorded += call.seconds_at(self.clocks.monotonic_ns) - call.closed_seconds
        assert recorded * SECOND_NS <= self.lived_ns

    @invariant()
    def without_doubt_no_second_is_lost(self) -> None:
        """Counted, held or discarded, all that was lived is on record, but for a part of a second each beginning."""
        if self.is_wild:
            return
        recorded = sum(span.seconds for call in self.calls for span in call.spans)
        if self.running is not None:
            recorded += self.calls[self.running]._open_seconds_at(self.clocks.monotonic_ns)
        assert 0 <= self.lived_ns - recorded * SECOND_NS < max(self.begun, 1) * SECOND_NS

    @invariant()
    def spans_never_overlap(self) -> None:
        """Neither within a call nor between the calls of one person."""
        spans = sorted((span.start, span.end or span.start) for call in self.calls for span in call.spans)
        assert all(former[1] <= latter[0] for former, latter in pairwise(spans))

    @invariant()
    def at_most_one_timer_runs(self) -> None:
        assert len(self.open_calls("running")) <= 1
        for call in self.calls:
            assert (call.stretch is not None) == (call.state == "running")
            assert [span.end is None for span in call.spans] == [False] * (len(call.spans) - 1) + [
                call.state == "running"
            ]
            assert all(span.start.microsecond == 0 and span.seconds >= 0 for span in call.spans)
            assert all(span.seconds <= LONGEST_DOUBT.total_seconds() for span in call.doubts)


def test_no_second_is_invented_or_given_out_twice(rounds: Callable[[int, int], int]) -> None:
    run_state_machine_as_test(
        Person,
        settings=settings(max_examples=rounds(500, 3000), stateful_step_count=50, deadline=None),
    )
