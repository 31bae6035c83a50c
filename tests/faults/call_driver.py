"""A person at work until they are killed: `python -m tests.faults.call_driver FOLDER PATIENT BEAT_SECONDS HOW [SPEED]`.

Every acknowledged step is a line on standard output, written when the service has returned: its name, what it left the
call's spans at, and the monotonic count before it was asked for. With SPEED, all clocks run that many times faster.
"""

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from app.clock import SystemClock
from app.compose import house_of, open_desk
from app.security.slots import Argon2Cost
from app.services.call_rows import CallNow
from app.services.desk import Desk
from tests.conftest import FIRST_PERSON

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


class FastClock(SystemClock):
    """The machine's own clocks, running `speed` times faster; every process agrees on what they say."""

    def __init__(self, speed: int) -> None:
        self._speed = speed

    def now(self) -> datetime:
        return SINCE + (super().now() - SINCE) * self._speed

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() * self._speed


CLOCK = FastClock(int(sys.argv[5]) if __name__ == "__main__" and len(sys.argv) > 5 else 1)
PRESENT_NS = 60_000_000_000
DRAFT = "Says the left ankle swells in the evening; "


def main() -> None:
    folder, patient_id, beat_seconds, how = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    house = replace(house_of(CLOCK), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    desk = open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    if how == "talk":
        talk(desk, patient_id, beat_seconds)
    elif how == "leave":
        leave(desk, patient_id, beat_seconds)
    else:
        hurry(desk, patient_id)


def talk(desk: Desk, patient_id: int, beat_seconds: float) -> None:
    """One call: type, and beat as the program does."""
    asked = CLOCK.monotonic_ns()
    call = desk.calls.start(desk.actor, patient_id)
    said("start", call, asked)
    next_beat = time.monotonic() + beat_seconds
    for letters in count(1):
        typed = (DRAFT * (letters // len(DRAFT) + 1))[:letters]
        desk.calls.save_draft(desk.actor, call.call_id, {"symptoms": typed})
        said(f"draft {letters}", call, CLOCK.monotonic_ns())
        if time.monotonic() >= next_beat:
            next_beat += beat_seconds
            asked = CLOCK.monotonic_ns()
            said("beat", desk.calls.beat(desk.actor, call.call_id), asked)
        time.sleep(beat_seconds / 10)


def leave(desk: Desk, patient_id: int, beat_seconds: float) -> None:
    """Desk work, a minute of it touching the keyboard; then nobody is there, and the program beats on."""
    asked = CLOCK.monotonic_ns()
    call = desk.calls.start(desk.actor, patient_id, "record_review")
    said("start", call, asked)
    while True:
        time.sleep(beat_seconds)
        at = CLOCK.monotonic_ns()
        call = desk.calls.beat(desk.actor, call.call_id, min(at, asked + PRESENT_NS))
        said("held" if call.timer.is_held else "asked" if call.timer.idle is not None else "beat", call, at)


def hurry(desk: Desk, patient_id: int) -> None:
    """Every verb of a call, one after another, as fast as they go."""
    actor, calls = desk.actor, desk.calls
    for number in count():
        call = calls.start(actor, patient_id)
        said("start", call, CLOCK.monotonic_ns())
        said("switch", calls.switch_activity(actor, call.call_id, "education"), CLOCK.monotonic_ns())
        said("pause", calls.pause(actor, call.call_id), CLOCK.monotonic_ns())
        said("resume", calls.resume(actor, call.call_id), CLOCK.monotonic_ns())
        said("park", calls.park(actor, call.call_id), CLOCK.monotonic_ns())
        said("take_up", calls.take_up(actor, call.call_id), CLOCK.monotonic_ns())
        if number % 2:
            said("stop", calls.stop(actor, call.call_id), CLOCK.monotonic_ns())


def said(step: str, call: CallNow, asked_ns: int) -> None:
    sys.stdout.write(f"{step}|{call.call_id}|{call.timer.state}|{len(call.timer.spans)}|{asked_ns}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
