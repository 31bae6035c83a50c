"""The timer of a call as a machine over frozen values: no clock, no storage; every instant is handed in.

How long is told by the monotonic count, where on the calendar by the wall clock, and neither is believed alone. Spans
are whole seconds: a stretch of the timer begins at the wall clock's whole second and lasts the whole seconds lived in
it, so that all spans together never exceed the time lived. Time over which the program was silent, or in which the
wall clock jumped, is set apart as doubtful and counts only when a person says so. So is time in which nobody touched
the program: it is asked about first (`watch`), and held apart when nobody answers.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from app.rules.errors import ClinicError

JUMP_SECONDS = 5
"""The wall clock may stray this far from the monotonic count; more is a jump (UX.md, Idle)."""
SILENCE_SECONDS = 30
"""Heartbeats come every 5 s; after this long without one the machine slept or the program hung."""
LONGEST_DOUBT = timedelta(hours=8)
"""No longer gap is offered: it is no work on one patient, and no entry may be longer (MONTH_CASE.md, Form)."""

HELD_AFTER_SECONDS = 300
"""An idle question unanswered for this long: the time asked about, and what follows, is held (UX.md, Idle)."""

State = Literal["idle", "running", "paused", "parked", "wrap_up", "finished", "discarded"]
Source = Literal["timer", "recovered", "estimated", "manual"]
Standing = Literal["counted", "doubtful", "discarded"]
Choice = Literal["keep", "discard", "stop"]
"""Of the idle question: keep, discard and go on, discard and stop."""

_SECOND_NS = 1_000_000_000
_WORDS = {
    "idle": "has not begun",
    "running": "is running",
    "paused": "is paused",
    "parked": "is parked",
    "wrap_up": "is waiting for its wrap-up",
    "finished": "is finished",
    "discarded": "was discarded",
}


class NotNow(ClinicError):
    """The call is in a state in which this cannot be done."""

    def __init__(self, state: State) -> None:
        super().__init__(f"This cannot be done now: the call {_WORDS[state]}.")
        self.state = state


@dataclass(frozen=True, slots=True)
class Moment:
    """What all clocks say at once: wall time (aware), the monotonic count, and the boot within which it counts."""

    wall: datetime
    monotonic_ns: int
    boot_id: str

    @property
    def second(self) -> datetime:
        """The wall clock's whole second, in UTC."""
        return self.wall.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole seconds with one activity; `end` is None while the timer runs in it.

    `source` is how it is known: timer, recovered (its end is the last heartbeat before a crash) or estimated (a
    person said so, for `reason`). Doubtful ones carry why in `doubt` and count only once kept. An open span with the
    doubt "idle" is being asked about, and with the standing "doubtful" is held because nobody answered.
    """

    activity: str
    start: datetime
    end: datetime | None
    source: Source = "timer"
    standing: Standing = "counted"
    doubt: str = ""  # silence | clock_jump | new_boot | idle
    reason: str = ""

    @property
    def seconds(self) -> int:
        """Whole seconds of a closed span; 0 while it is open."""
        return 0 if self.end is None else (self.end - self.start) // timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The timer running without a break since `at`, a whole second; what the clocks said then, and at the last beat."""

    at: datetime
    wall: datetime
    monotonic_ns: int
    boot_id: str
    beat_ns: int

    def second_at(self, monotonic_ns: int) -> datetime:
        """The whole second of the calendar that a monotonic count of this boot stands for."""
        return self.at + timedelta(seconds=(monotonic_ns - self.monotonic_ns) // _SECOND_NS)


@dataclass(frozen=True, slots=True)
class TimerState:
    """A call's timer. `stretch` is there exactly while it runs, and then the last span is open."""

    state: State = "idle"
    activity: str = ""
    spans: tuple[Span, ...] = ()
    stretch: Stretch | None = None

    @property
    def worked_to(self) -> datetime | None:
        """The last second known to have been reached: the last heartbeat's, or the latest end."""
        if self.stretch is not None:
            return self.stretch.second_at(self.stretch.beat_ns)
        return max((span.end for span in self.spans if span.end is not None), default=None)

    @property
    def doubts(self) -> tuple[Span, ...]:
        """The closed spans that wait for an answer."""
        return tuple(span for span in self.spans if span.standing == "doubtful" and span.end is not None)

    @property
    def idle(self) -> Span | None:
        """The open span of which it is asked whether anybody worked in it, None while nothing is asked."""
        return self.spans[-1] if self.stretch is not None and self.spans[-1].doubt == "idle" else None

    @property
    def is_held(self) -> bool:
        """Whether the open span waits for an answer and does not count meanwhile."""
        return self.idle is not None and self.idle.standing == "doubtful"

    @property
    def closed_seconds(self) -> int:
        """Seconds of the closed spans that count."""
        return sum(span.seconds for span in self.spans if span.standing == "counted")

    def seconds_at(self, monotonic_ns: int) -> int:
        """Seconds that count, with those of the running span up to a monotonic count of the same boot."""
        counts = self.stretch is not None and not self.is_held
        return self.closed_seconds + (self._open_seconds_at(monotonic_ns) if counts else 0)

    def idle_seconds_at(self, monotonic_ns: int) -> int:
        """Seconds that the idle question is about, 0 while nothing is asked."""
        return 0 if self.idle is None else self._open_seconds_at(monotonic_ns)

    def _open_seconds_at(self, monotonic_ns: int) -> int:
        if self.stretch is None:
            return 0
        running = self.stretch.second_at(max(monotonic_ns, self.stretch.beat_ns)) - self.spans[-1].start
        return running // timedelta(seconds=1)


def start(activity: str, now: Moment, not_before: datetime | None = None) -> TimerState:
    """Begin a call. `not_before` is where this person's last recorded time ends: no second is given out twice."""
    return _running(TimerState(activity=activity), now, not_before)


def beat(timer: TimerState, now: Moment) -> TimerState:
    """Note that the timer still runs. After a silence or a jump, the time since the last beat becomes doubtful."""
    stretch = _running_stretch(timer)
    doubt = doubt_at(timer, now)
    if not doubt:
        return replace(timer, stretch=replace(stretch, beat_ns=now.monotonic_ns))
    same_boot = stretch.boot_id == now.boot_id and now.monotonic_ns >= stretch.beat_ns
    begins = stretch.second_at(stretch.beat_ns)
    lived_to = stretch.second_at(now.monotonic_ns) if same_boot else begins
    ends = lived_to
    # A machine whose count stands still in its sleep shows the sleep as a jump forward: that gap may be kept too.
    if doubt != "silence" and begins < now.second <= begins + LONGEST_DOUBT:
        ends = max(lived_to, now.second)
    ends = min(ends, begins + LONGEST_DOUBT)
    closed = _closed(timer, begins)
    if ends > begins:
        gap = Span(timer.activity, begins, ends, standing="doubtful", doubt=doubt)
        closed = replace(closed, spans=(*closed.spans, gap))
    return _running(closed, now, ends)


def doubt_at(timer: TimerState, now: Moment) -> str:
    """Return what a beat now would find wrong (silence, clock_jump, new_boot), or an empty text."""
    stretch = _running_stretch(timer)
    if stretch.boot_id != now.boot_id:
        return "new_boot"
    lived = now.monotonic_ns - stretch.monotonic_ns
    strayed = (now.wall - stretch.wall) // timedelta(microseconds=1) * 1000 - lived
    if abs(strayed) > JUMP_SECONDS * _SECOND_NS or now.monotonic_ns < stretch.beat_ns:
        return "clock_jump"
    return "silence" if now.monotonic_ns - stretch.beat_ns > SILENCE_SECONDS * _SECOND_NS else ""


def watch(timer: TimerState, now: Moment, touched_ns: int, idle_seconds: int) -> TimerState:
    """Look whether the person is still there; to be asked after each beat, with the count at their last touch.

    After `idle_seconds` without one, the time since then is asked about. Once asked, only an answer ends it; after
    another five minutes without, it is held and does not count.
    """
    stretch = timer.stretch
    if stretch is None:
        return timer
    span = timer.spans[-1]
    if span.doubt == "idle":
        asked_for = timer.idle_seconds_at(now.monotonic_ns)
        if span.standing == "doubtful" or asked_for < idle_seconds + HELD_AFTER_SECONDS:
            return timer
        return replace(timer, spans=(*timer.spans[:-1], replace(span, standing="doubtful")))
    # Whatever began this span was somebody's act too.
    begun_ns = stretch.monotonic_ns + (span.start - stretch.at) // timedelta(microseconds=1) * 1000
    here_ns = min(max(touched_ns, begun_ns), now.monotonic_ns)
    if now.monotonic_ns - here_ns < idle_seconds * _SECOND_NS:
        return timer
    since = max(stretch.second_at(here_ns), span.start)
    before = (replace(span, end=since),) if since > span.start else ()
    return replace(timer, spans=(*timer.spans[:-1], *before, Span(timer.activity, since, None, doubt="idle")))


def review(timer: TimerState, now: Moment, choice: Choice, *, reason: str = "", is_sure: bool = True) -> TimerState:
    """Answer the idle question, and with it every gap that waits.

    Time kept in time stays the timer's; time that was held, or that is kept by somebody of whom it `is_sure` not who
    they are, is estimated for ever. Raises `ClinicError` when nothing is asked, `NotNow` when the timer does not run.
    """
    if timer.idle is None and not timer.doubts:
        raise ClinicError("There is no idle time to keep or discard.")
    beaten = beat(timer, now)
    open_span = beaten.idle
    if open_span is not None:
        ends = _running_stretch(beaten).second_at(now.monotonic_ns)
        source: Source = "timer" if is_sure and open_span.standing == "counted" else "estimated"
        answered = replace(open_span, end=ends, standing="counted", source=source, reason=reason)
        if choice != "keep":
            answered = replace(open_span, end=ends, standing="discarded", reason=reason)
        following = () if choice == "stop" else (Span(beaten.activity, ends, None),)
        beaten = replace(beaten, spans=(*beaten.spans[:-1], answered, *following))
        if choice == "stop":
            beaten = replace(beaten, state="wrap_up", stretch=None)
    elif choice == "stop":
        beaten = stop(beaten, now)
    return answer(beaten, keep=choice == "keep", reason=reason) if beaten.doubts else beaten


def pause(timer: TimerState, now: Moment) -> TimerState:
    """Let the timer rest."""
    return replace(_at_rest(timer, now), state="paused")


def resume(timer: TimerState, now: Moment, not_before: datetime | None = None) -> TimerState:
    """Go on with a call that is paused, parked, or was stopped too early."""
    if timer.state not in ("paused", "parked", "wrap_up"):
        raise NotNow(timer.state)
    return _running(timer, now, not_before)


def switch_activity(timer: TimerState, activity: str, now: Moment) -> TimerState:
    """Give the time from now on another activity."""
    if timer.state in ("paused", "parked"):
        return replace(timer, activity=activity)
    if activity == timer.activity:
        return beat(timer, now)
    beaten = beat(timer, now)
    ends = _running_stretch(beaten).second_at(now.monotonic_ns)
    closed = _closed(beaten, ends)
    return replace(closed, activity=activity, spans=(*closed.spans, Span(activity, ends, None)), stretch=beaten.stretch)


def park(timer: TimerState, now: Moment) -> TimerState:
    """Set the call aside, as when another patient rings."""
    return replace(timer if timer.state == "paused" else _at_rest(timer, now), state="parked")


def stop(timer: TimerState, now: Moment) -> TimerState:
    """End the call; its wrap-up is still to be written."""
    if timer.state in ("paused", "parked"):
        return replace(timer, state="wrap_up")
    return replace(_at_rest(timer, now), state="wrap_up")


def finish(timer: TimerState) -> TimerState:
    """Close the call: its wrap-up is saved."""
    if timer.state != "wrap_up":
        raise NotNow(timer.state)
    return replace(timer, state="finished")


def discard(timer: TimerState, now: Moment) -> TimerState:
    """Throw an open call's time away; its spans stay on record and count nowhere."""
    if timer.state not in ("running", "paused", "parked", "wrap_up"):
        raise NotNow(timer.state)
    rested = _at_rest(timer, now) if timer.state == "running" else timer
    return replace(rested, state="discarded", spans=tuple(replace(span, standing="discarded") for span in rested.spans))


def recover(timer: TimerState, state: Literal["wrap_up", "parked"] = "wrap_up") -> TimerState:
    """Close a call that a crash left running at its last heartbeat; that span is labelled recovered for ever."""
    stretch = _running_stretch(timer)
    closed = _closed(timer, stretch.second_at(stretch.beat_ns), source="recovered")
    return replace(closed, state=state)


def add_estimate(timer: TimerState, begins: datetime, ends: datetime, reason: str) -> TimerState:
    """Add time that a person vouches for: the gap after a crash, or the minutes before a forgotten start.

    Raises `ClinicError` when it is empty, longer than 8 hours, or overlaps time that is recorded already.
    """
    gap = Span(timer.activity, _whole(begins), _whole(ends), source="estimated", reason=reason)
    if gap.seconds <= 0:
        raise ClinicError("There is no time to add: it would end before it begins.")
    if gap.end is not None and gap.end - gap.start > LONGEST_DOUBT:
        raise ClinicError("That is longer than 8 hours. Add the time worked by hand, in parts.")
    for span in timer.spans:
        reaches = span.end if span.end is not None else datetime.max.replace(tzinfo=UTC)
        if gap.end is not None and gap.start < reaches and span.start < gap.end and span.standing != "discarded":
            raise ClinicError("That overlaps time that this call recorded already.")
    where = len(timer.spans) - (timer.stretch is not None)  # the open span stays the last
    return replace(timer, spans=(*timer.spans[:where], gap, *timer.spans[where:]))


def answer(timer: TimerState, *, keep: bool, reason: str = "") -> TimerState:
    """Answer every open doubt: keep the gaps as estimated time, or discard them."""
    if not timer.doubts:
        raise ClinicError("There is no gap to keep or discard.")
    standing: Standing = "counted" if keep else "discarded"
    source: Source = "estimated" if keep else "timer"
    return replace(
        timer,
        spans=tuple(
            replace(span, standing=standing, source=source, reason=reason) if span in timer.doubts else span
            for span in timer.spans
        ),
    )


def _running(timer: TimerState, now: Moment, not_before: datetime | None) -> TimerState:
    begins = max(each for each in (now.second, not_before, timer.worked_to) if each is not None)
    return replace(
        timer,
        state="running",
        spans=(*timer.spans, Span(timer.activity, begins, None)),
        stretch=Stretch(begins, now.wall, now.monotonic_ns, now.boot_id, now.monotonic_ns),
    )


def _at_rest(timer: TimerState, now: Moment) -> TimerState:
    beaten = beat(timer, now)
    return _closed(beaten, _running_stretch(beaten).second_at(now.monotonic_ns))


def _closed(timer: TimerState, ends: datetime, source: Source = "timer") -> TimerState:
    span = replace(timer.spans[-1], end=ends, source=source)
    if span.doubt == "idle":  # nobody answered: it waits as every gap does
        span = replace(span, standing="doubtful")
    return replace(timer, spans=(*timer.spans[:-1], span), stretch=None)


def _running_stretch(timer: TimerState) -> Stretch:
    if timer.stretch is None:
        raise NotNow(timer.state)
    return timer.stretch


def _whole(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)
