from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.rules import timer
from app.rules.errors import ClinicError
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


class Person(RuleBasedStateMachine):
    """One person's calls through pauses, switches, crashes, sleep and wild clocks, against the time really lived."""

    def __init__(self) -> None:
        super().__init__()
        self.clocks = Clocks()
        self.calls: list[TimerState] = []
        self.lived_ns = 0  # while a timer ran and the program was there

    @property
    def running(self) -> int | None:
        return next((number for number, call in enumerate(self.calls) if call.state == "running"), None)

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
        self.calls.append(timer.start(activity, self.clocks.now(), self.last_end()))

    @rule(ns=st.integers(0, 40 * SECOND_NS))
    def live(self, ns: int) -> None:
        self.clocks.live(ns)
        self.lived_ns += ns if self.running is not None else 0

    @precondition(lambda self: self.running is not None)
    @rule(beats=st.integers(1, 30), ns=st.integers(4 * SECOND_NS, 6 * SECOND_NS))
    def work(self, beats: int, ns: int) -> None:
        assert self.running is not None
        for _ in range(beats):
            self.live(ns)
            self.step(self.running, lambda call: timer.beat(call, self.clocks.now()))

    @rule(jump=st.one_of(st.integers(-5, 5), st.integers(-90_000, 90_000), st.just(31_536_000)), us=st.integers(0, 999))
    def wall_clock_jumps(self, jump: int, us: int) -> None:
        self.clocks.jump(timedelta(seconds=jump, microseconds=us))

    @rule(ns=st.integers(0, 3600 * SECOND_NS))
    def sleeps(self, ns: int) -> None:
        self.clocks.sleep_uncounted(ns)

    @precondition(lambda self: self.running is not None)
    @rule(activity=st.sampled_from(["patient_call", "education"]))
    def switch(self, activity: str) -> None:
        assert self.running is not None
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
        self.step(number, lambda call: timer.resume(call, self.clocks.now(), self.last_end()))

    @precondition(lambda self: self.running is not None)
    @rule(ns=st.integers(0, 7200 * SECOND_NS), reboot=st.booleans(), accept=st.booleans())
    def crash(self, ns: int, reboot: bool, accept: bool) -> None:
        number = self.running
        assert number is not None
        if reboot:
            self.clocks.reboot(ns)
        else:
            self.clocks.live(ns)
        self.step(number, timer.recover)
        if not accept:
            self.step(number, lambda call: timer.resume(call, self.clocks.now(), self.last_end()))

    @precondition(lambda self: self.open_calls("wrap_up"))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        self.step(data.draw(st.sampled_from(self.open_calls("wrap_up"))), timer.finish)

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
        settings=settings(max_examples=rounds(80, 1000), stateful_step_count=50, deadline=None),
    )
