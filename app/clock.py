"""The one place that reads the time."""

import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Wall time for stamps, a suspend-aware monotonic count for durations."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        ...

    def monotonic_ns(self) -> int:
        """Return nanoseconds that never go back and, where the system can tell, go on while it sleeps."""
        ...

    def boot_id(self) -> str:
        """Return a token that stays the same while `monotonic_ns` values can be compared."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        # CLOCK_MONOTONIC stops while Linux sleeps; a slept hour must show as a gap, not vanish.
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        return time.monotonic_ns()

    def boot_id(self) -> str:
        return _boot_id()


@cache
def _boot_id() -> str:
    """Ask once: where it must be worked out, it would follow the wall clock whenever that is set."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return f"boot-{round(time.time() - time.monotonic())}"
