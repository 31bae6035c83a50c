"""What a running timer costs the machine: ten real minutes of it in the real window, and an hour in leaps."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is loaded

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer

from app.clock import SystemClock
from app.compose import wiring_of_window
from app.services.demo import DemoPlan, create_demo
from app.views.call.call_desk import CallDesk
from app.views.call_bar import CallState
from app.views.tour.album import Album
from app.views.tour.clock import TourClock
from app.views.tour.hands import Key
from app.views.tour.run import BEGIN
from app.views.tour.stage import Stage, stage
from tests.bench.clinics import house
from tests.bench.stopwatch import line

MINUTE = 60


class RealClock(TourClock):
    """The machine's clocks, where a tour has its own."""

    def __init__(self) -> None:
        """Begin now."""
        super().__init__(BEGIN)
        self._real = SystemClock()

    def now(self) -> datetime:
        return self._real.now()

    def monotonic_ns(self) -> int:
        return self._real.monotonic_ns()

    def boot_id(self) -> str:
        return self._real.boot_id()


def measure(*, short: bool) -> Iterator[str]:
    """Yield the processor's time for a minute of a running timer, how memory grew, and the same of an hour in leaps."""
    seconds = 8 if short else 10 * MINUTE
    with _at_work(RealClock()) as shown:
        _spend(3)
        rest = _spend(seconds if short else MINUTE)
        calls = _call(shown)
        _spend(5 if short else 2 * MINUTE)  # what is loaded with the first calls is no growth
        shown.hands.press(Key.Key_Shift)
        before = _resident_kib()
        running = _spend(seconds)
        grown = _resident_kib() - before
        runs_on = calls.bar.state in (CallState.ON_CALL, CallState.IDLE_REVIEW)
    share = 100 * running / MINUTE
    yield line("Processor, a minute of a running timer", running, "the same window at rest", rest, "under 300.0 ms")
    yield f"  {share:.2f} % of one core over {seconds} s (promised: under 0.50 %); memory {grown:+d} KiB; on: {runs_on}"
    with _at_work(TourClock(BEGIN)) as shown:
        calls = _call(shown)
        shown.talk(1 if short else 30)
        before, began = _resident_kib(), time.process_time()
        shown.talk(10 if short else MINUTE)
        spent, grown = time.process_time() - began, _resident_kib() - before
        now = shown.clinic.calls.current(shown.clinic.actor)
        seconds = now.seconds if now is not None else 0
    beats = 12 * (10 if short else MINUTE)
    each = 1000 * spent / beats
    yield f"  {beats} heartbeats in leaps: {each:.1f} ms each; memory {grown:+d} KiB; {seconds} s on the timer"


@contextmanager
def _at_work(clock: TourClock) -> Iterator[Stage]:
    with TemporaryDirectory() as made:
        opened = house()
        folder = Path(made) / "data" / "demo"
        folder.parent.mkdir()
        told = create_demo(folder, opened, DemoPlan(patients=8, months=1))
        nurse = next(user.username for user in told.users if "Nurse" in user.roles)
        wiring = wiring_of_window(replace(opened, clock=clock), Path(made) / "data")
        with stage(Album(Path(made) / "album"), lambda _, __: wiring, clock) as shown:
            shown.desk.entrance.show_sign_in(folder)
            shown.hands.see("sign_in_username")
            shown.sign_in(nurse, told.password)
            shown.go_to("patients")
            yield shown


def _call(shown: Stage) -> CallDesk:
    shown.hands.tab_to("patients_list")
    calls = shown.desk.window.findChild(CallDesk)
    assert calls is not None
    shown.hands.press(Key.Key_F8)
    shown.hands.wait(lambda: shown.hands.is_shown("call_view"), "the call screen")
    shown.hands.settle()
    return calls


def _spend(seconds: float) -> float:
    """Let the program run, and return the processor seconds of this process that a minute of it takes."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    began, at = time.process_time(), time.monotonic()
    loop.exec()
    spent, passed = time.process_time() - began, time.monotonic() - at
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return spent / passed * MINUTE


def _resident_kib() -> int:
    """Return the memory this process holds now; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
