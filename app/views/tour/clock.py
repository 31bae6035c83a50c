"""A clock that stands still until the tour lets time pass."""

from datetime import UTC, datetime, timedelta


class TourClock:
    """Both of a machine's clocks, moved together. A tour is the same on every day it is taken."""

    def __init__(self, now: datetime) -> None:
        """Begin at `now`, which must be aware."""
        self._began = now.astimezone(UTC)
        self._passed = timedelta()

    def now(self) -> datetime:
        return self._began + self._passed

    def monotonic_ns(self) -> int:
        return self._passed // timedelta(microseconds=1) * 1000

    def boot_id(self) -> str:
        return "tour"

    def let_pass(self, **span: float) -> None:
        """Let time pass: `let_pass(minutes=3)`."""
        self._passed += timedelta(**span)

    def let_pass_until(self, moment: datetime) -> None:
        """Let time pass until `moment`, which lies ahead."""
        if moment < self.now():
            raise ValueError("time does not go back")
        self._passed = moment.astimezone(UTC) - self._began
