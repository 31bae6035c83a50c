"""When the timer asks whether anybody is there, and for whom it starts with a chart: the clinic's own choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from sqlalchemy.orm import Session

from app.rules.call_time import TALKING
from app.rules.field_faults import FormCheck
from app.services.door import reads, writes
from app.services.setting_store import own_setting, put_setting
from app.storage.ledger import Ledger, Reading, Work

StartPolicy = Literal["at_once", "offer", "manual"]
"""On opening a chart the desk timer starts at once, is offered with one key, or starts only when asked for."""
START_POLICIES: tuple[StartPolicy, ...] = get_args(StartPolicy)
TIMED_ROLES = ("nurse", "coordinator", "practitioner")
"""Roles that time their work; for all others nothing ever starts."""

LONGEST_IDLE = 15
"""Minutes; idle time alone never reaches the twenty that are billed before somebody is asked (UX.md, Idle)."""
_DESK, _CALL, _START = "idle_desk_minutes", "idle_call_minutes", "start_policies"


def _default_starts() -> Mapping[str, StartPolicy]:
    return {"nurse": "offer", "coordinator": "offer", "practitioner": "manual"}


@dataclass(frozen=True, slots=True)
class TimerPolicy:
    """Whole minutes without a touch until it is asked whether anybody is there; `starts` by role of `TIMED_ROLES`."""

    idle_desk_minutes: int = 3
    idle_call_minutes: int = 10
    starts: Mapping[str, StartPolicy] = field(default_factory=_default_starts)

    def idle_seconds(self, activity: str) -> int:
        """Return the limit for an activity: who talks to somebody does not touch the keyboard."""
        return 60 * (self.idle_call_minutes if activity in TALKING else self.idle_desk_minutes)

    def start_for(self, roles: Iterable[str]) -> StartPolicy:
        """Return what opening a chart does for somebody with these roles: the readiest of theirs."""
        theirs = {self.starts[role] for role in roles if role in self.starts}
        return next((policy for policy in START_POLICIES if policy in theirs), "manual")


class TimerPolicies:
    """Reads and changes the clinic's choice."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("clinic.read")
    def policy(self, reading: Reading) -> TimerPolicy:
        """Return what holds."""
        return timer_policy(reading.session)

    @writes("clinic.edit")
    def set_policy(self, work: Work, policy: TimerPolicy) -> None:
        """Change it from now on. Raises `FieldFaults` by the names of `TimerPolicy`'s fields; a role by its own."""
        check = FormCheck()
        for key, minutes in ((_DESK, policy.idle_desk_minutes), (_CALL, policy.idle_call_minutes)):
            if not 1 <= minutes <= LONGEST_IDLE:
                check.fault(key, f"Choose between 1 and {LONGEST_IDLE} whole minutes.")
        for role in TIMED_ROLES:
            if policy.starts.get(role) not in START_POLICIES:
                check.fault(role, "Choose what opening a chart does.")
        check.finish()
        default = TimerPolicy()
        starts = {role: policy.starts[role] for role in TIMED_ROLES}
        for key, value, comes_with in (
            (_DESK, policy.idle_desk_minutes, default.idle_desk_minutes),
            (_CALL, policy.idle_call_minutes, default.idle_call_minutes),
            (_START, starts, default.starts),
        ):
            put_setting(work.session, key, None if value == comes_with else value)


def timer_policy(session: Session) -> TimerPolicy:
    """Return what the clinic chose, and for the rest what comes with the program."""
    default = TimerPolicy()
    starts = own_setting(session, _START)
    return TimerPolicy(
        _minutes(own_setting(session, _DESK), default.idle_desk_minutes),
        _minutes(own_setting(session, _CALL), default.idle_call_minutes),
        {**default.starts, **(starts if isinstance(starts, dict) else {})},
    )


def _minutes(own: object | None, default: int) -> int:
    return own if isinstance(own, int) and 1 <= own <= LONGEST_IDLE else default
