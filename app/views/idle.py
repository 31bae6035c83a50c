"""How long nobody has touched the keyboard or the mouse."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from app.clock import Clock

LOOK_EVERY_MS = 1000
_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletMove,
        QEvent.Type.TabletPress,
    }
)


class IdleWatch(QObject):
    """Tells when the computer was left alone.

    `idled` is emitted once a second from the limit on until `stop` or a touch; `left` carries the whole minutes that
    remain, rounded up, when they change. What the program does by itself is no touch, and time asleep counts.
    """

    idled = Signal()
    left = Signal(int)

    def __init__(self, clock: Clock, parent: QObject) -> None:
        """Watch by `clock`; not before `start`."""
        super().__init__(parent)
        self._clock = clock
        self._limit_ns = 0
        self._touched_ns = 0
        self._shown = -1
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._on_timeout)

    def start(self, minutes: int) -> None:
        """Count from now to `minutes`."""
        self._limit_ns = minutes * 60_000_000_000
        self._touched_ns = self._clock.monotonic_ns()
        self._shown = -1
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
            app.installEventFilter(self)
        self._timer.start()
        self._on_timeout()

    @property
    def touched_ns(self) -> int:
        """The monotonic count at the last touch; while it does not watch, at the last one that it saw."""
        return self._touched_ns

    @property
    def idle_minutes(self) -> int:
        """Whole minutes since the last touch."""
        return (self._clock.monotonic_ns() - self._touched_ns) // 60_000_000_000

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.stop()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES and event.spontaneous():
            self._touched_ns = self._clock.monotonic_ns()
        return False

    def _on_timeout(self) -> None:
        remains = self._limit_ns - (self._clock.monotonic_ns() - self._touched_ns)
        minutes = max(-(-remains // 60_000_000_000), 0)
        if minutes != self._shown:
            self._shown = minutes
            self.left.emit(minutes)
        if remains <= 0:
            self.idled.emit()
