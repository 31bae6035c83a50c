"""What the call desk reads, each in one go on the database thread."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.services.call_rows import CallNow, RecoverableCall
from app.services.desk import Desk
from app.services.timer_policies import TimerPolicy
from app.views.call.bar_state import MonthTotal, read_month
from app.views.call.call_sheet import CallSheet, read_sheet


@dataclass(frozen=True, slots=True)
class OpenCalls:
    """The call of the bar, None where there is none, and this person's other open ones."""

    now: CallNow | None = None
    others: tuple[CallNow, ...] = ()

    def all(self) -> tuple[CallNow, ...]:
        return (() if self.now is None else (self.now,)) + self.others

    def call(self, call_id: int) -> CallNow | None:
        """Return an open call by its id."""
        return next((each for each in self.all() if each.call_id == call_id), None)

    def with_patient(self, patient_id: int) -> CallNow | None:
        """Return the open call with a patient, the bar's first."""
        return next((each for each in self.all() if each.patient_id == patient_id), None)

    def begun(self, call: CallNow) -> "OpenCalls":
        """Return them with `call` on the bar; what was there waits."""
        return OpenCalls(call, tuple(each for each in self.all() if each.call_id != call.call_id))


@dataclass(frozen=True, slots=True)
class AtSignIn:
    """What a person left open: their calls, one left by a crash, the month of the one on the bar.

    With it the clinic's zone, and its rules for the timer.
    """

    left_running: RecoverableCall | None
    calls: OpenCalls
    month: MonthTotal
    zone: ZoneInfo
    policy: TimerPolicy


@dataclass(frozen=True, slots=True)
class ForView:
    """All that a call's screen needs."""

    call: CallNow
    calls: OpenCalls
    sheet: CallSheet
    month: MonthTotal


def read_open(desk: Desk) -> OpenCalls:
    """Read the open calls."""
    return OpenCalls(desk.calls.current(desk.actor), desk.calls.parked(desk.actor))


def read_at_sign_in(desk: Desk) -> AtSignIn:
    """Read what was left open, after taking in the heartbeats of a locked screen."""
    left = desk.calls.recoverable(desk.actor)
    calls = read_open(desk)
    month = read_month(desk, calls.now) if calls.now is not None else MonthTotal()
    zone = ZoneInfo(desk.clinic.clinic(desk.actor).time_zone)
    policy = desk.timer_policies.policy(desk.actor)
    return AtSignIn(left[0] if left else None, calls, month, zone, policy)


def read_after_lock(desk: Desk) -> OpenCalls:
    """Take the locked time's heartbeats in before anything else looks at the timer, and read the open calls."""
    desk.calls.take_in_journal(desk.actor)
    now = desk.calls.current(desk.actor)
    if now is not None and now.timer.state == "running":
        desk.calls.beat(desk.actor, now.call_id)
    return read_open(desk)


def read_for_view(desk: Desk, call_id: int) -> ForView:
    """Read what the screen of an open call shows."""
    calls = read_open(desk)
    call = next(each for each in calls.all() if each.call_id == call_id)
    return ForView(call, calls, read_sheet(desk, call), read_month(desk, call))
