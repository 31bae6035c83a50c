"""What the call bar shows of a person's calls."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.rules.call_time import TALKING
from app.services.call_rows import CallNow, RecoverableCall
from app.services.desk import Desk
from app.views.call.words import activities, gap_words
from app.views.call_bar import CallBarState, CallState
from app.views.widgets import format_duration
from app.views.widgets.threshold_bar import STEPS


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """A patient's month without the open call: what counts toward its next step, and what can add to it.

    `counted` are the activities whose time can count, none for who is not in the programme; `staff_adds` says whether
    time of clinical staff adds to it, or the practitioner's alone.
    """

    patient_id: int = 0
    seconds: int = 0
    steps: tuple[int, ...] = STEPS
    counted: frozenset[str] = frozenset()
    staff_adds: bool = True


def read_month(desk: Desk, call: CallNow) -> MonthTotal:
    """Read the month of the call's patient, on the database thread."""
    glance = desk.overviews.month(desk.actor, call.patient_id, call.month)
    saved = desk.calls.month_seconds(desk.actor, call.patient_id, call.month)
    adds = glance.toward_seconds == glance.pooled_seconds
    return MonthTotal(call.patient_id, glance.toward_seconds, glance.steps, saved.counted_activities, adds)


def bar_state(
    now: CallNow | None,
    others: tuple[CallNow, ...],
    left_running: RecoverableCall | None,
    *,
    month: MonthTotal,
    monotonic_ns: int,
    zone: ZoneInfo,
) -> CallBarState:
    """Return the bar's state at a monotonic count; `month` is that of the call's patient, as saved."""
    waiting = tuple((call.call_id, _waiting_words(call)) for call in others)
    if now is None:
        if left_running is not None:
            return CallBarState(CallState.RECOVERED, left_running.patient, left_running.seconds, waiting=waiting)
        return CallBarState(CallState.IDLE, waiting=waiting)
    question, gap = gap_words(now.timer.doubts, zone)
    return CallBarState(
        state=_state(now),
        patient=now.patient,
        session_seconds=now.timer.seconds_at(monotonic_ns),
        month_seconds=month.seconds + _counting(now, month, monotonic_ns),
        steps=month.steps,
        activities=activities(month.counted),
        activity=now.timer.activity,
        waiting=waiting,
        question=question,
        gap=gap,
    )


def _state(call: CallNow) -> CallState:
    if call.timer.idle is not None:
        return CallState.IDLE_REVIEW
    if call.timer.state == "paused":
        return CallState.PAUSED
    if call.timer.state == "wrap_up":
        return CallState.WRAP_UP
    if call.month_closed:
        return CallState.MONTH_CLOSED
    return CallState.ON_CALL if call.timer.activity in TALKING else CallState.DESK


def _counting(call: CallNow, month: MonthTotal, monotonic_ns: int) -> int:
    """Return the seconds of an open call that may be added to the month's; the rules have the last word once saved."""
    adds = call.role == "practitioner" or (call.role == "clinical_staff" and month.staff_adds)
    if not adds or call.month_closed:
        return 0
    counted = month.counted
    closed = sum(s.seconds for s in call.timer.spans if s.standing == "counted" and s.activity in counted)
    running = call.timer.seconds_at(monotonic_ns) - call.timer.closed_seconds  # none while it is held
    return closed + (running if call.timer.activity in counted else 0)


def _waiting_words(call: CallNow) -> str:
    time = format_duration(call.timer.closed_seconds)
    words = _tr("{patient}: parked at {time}")
    if call.timer.state == "wrap_up":
        words = _tr("{patient}: wrap-up waits, {time}")
    elif call.timer.state == "paused":
        words = _tr("{patient}: paused at {time}")
    return words.format(patient=call.patient, time=time)


def _tr(words: str) -> str:
    return QCoreApplication.translate("CallBar", words)
