from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic_ns = 1_000_000_000
        self._boot_id = "boot-1"

    def now(self) -> datetime:
        return self._now

    def monotonic_ns(self) -> int:
        return self._monotonic_ns

    def boot_id(self) -> str:
        return self._boot_id

    def advance(self, **span: float) -> None:
        """Let time pass on both clocks: `advance(minutes=3, seconds=20)`."""
        passed = timedelta(**span)
        self._now += passed
        self._monotonic_ns += passed // timedelta(microseconds=1) * 1000

    def jump(self, **span: float) -> None:
        """Set the wall clock forward or back while no time passes."""
        self._now += timedelta(**span)

    def reboot(self) -> None:
        """Start the machine anew."""
        self._boot_id += "+"
        self._monotonic_ns = 0
