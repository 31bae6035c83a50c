"""From the key F8 to the running timer on screen, beside the service that writes it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is loaded

from app.compose import wiring_of_window
from app.services.demo import DemoPlan, create_demo
from app.views.call.call_desk import CallDesk
from app.views.call_bar import CallState
from app.views.tour.album import Album
from app.views.tour.clock import TourClock
from app.views.tour.hands import ALT, CTRL, Key
from app.views.tour.run import BEGIN
from app.views.tour.stage import Stage, stage
from tests.bench.clinics import house
from tests.bench.stopwatch import line


def measure(*, short: bool) -> Iterator[str]:
    """Yield two lines: the medians of several calls that nobody answers."""
    with TemporaryDirectory() as made:
        clock = TourClock(BEGIN)
        opened = house()
        folder = Path(made) / "data" / "demo"
        folder.parent.mkdir()
        told = create_demo(folder, opened, DemoPlan(patients=8 if short else 240, months=1))
        nurse = next(user.username for user in told.users if "Nurse" in user.roles)
        wiring = wiring_of_window(opened, Path(made) / "data")
        with stage(Album(Path(made) / "album"), lambda _, __: wiring, clock) as shown:
            shown.desk.entrance.show_sign_in(folder)
            shown.hands.see("sign_in_username")
            shown.sign_in(nurse, told.password)
            shown.go_to("patients")
            pressed = [_call(shown) for _ in range(3 if short else 20)]
            alone = [_start(shown) for _ in range(3 if short else 20)]
    running, shown_after = zip(*pressed, strict=True)
    yield line("F8 to the running timer in the call bar", median(running), "Calls.start alone", median(alone))
    yield line("F8 to the whole call screen", median(shown_after), "Calls.start alone", median(alone))


def _call(shown: Stage) -> tuple[float, float]:
    """Return the seconds until the timer runs, and until the call screen is there."""
    hands = shown.hands
    hands.tab_to("patients_list")
    calls = shown.desk.window.findChild(CallDesk)
    assert calls is not None
    began = time.perf_counter()
    hands.press(Key.Key_F8)
    hands.wait(lambda: calls.bar.state is CallState.ON_CALL, "the running timer")
    running = time.perf_counter() - began
    hands.wait(lambda: hands.is_shown("call_view"), "the call screen")
    shown_after = time.perf_counter() - began
    hands.press(Key.Key_2, ALT)
    hands.see("wrap_up_seconds")
    hands.press(Key.Key_Return, CTRL)
    hands.wait(lambda: not hands.is_shown("call_view"), "the call to be saved")
    return running, shown_after


def _start(shown: Stage) -> float:
    desk = shown.clinic
    began = time.perf_counter()
    call = desk.calls.start(desk.actor, 1)
    spent = time.perf_counter() - began
    desk.calls.discard(desk.actor, call.call_id, "measured")
    return spent
