import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from app.cli import Wiring, main

TOUR = Path("build") / "tour"


def wire() -> Wiring:
    """Build what a command works with, once it is known that one is asked for."""
    from app.clock import SystemClock  # noqa: PLC0415 - `--help` and `evaluate` open no clinic and need none of this
    from app.compose import wiring_of_commands  # noqa: PLC0415 - as above

    return wiring_of_commands(SystemClock())


def start(arguments: Sequence[str]) -> int:
    """Open the window (no arguments, or `run` for the demo clinic), go on tour, or run a command."""
    from app.views.display import has_display  # noqa: PLC0415 - as above

    asked = list(arguments[:1])
    can_show = has_display(os.environ, sys.platform)
    if asked == ["tour"] and len(arguments) <= 2:
        return _tour(Path(arguments[1]) if len(arguments) == 2 else TOUR)
    if list(arguments) == ["run"] and not can_show:
        return _tour(TOUR)
    if not can_show or list(arguments) not in ([], ["run"]):
        signal.signal(signal.SIGTERM, _asked_to_end)
        return main(arguments, wire)
    return _window(demo=bool(asked))


def _asked_to_end(number: int, _: FrameType | None) -> NoReturn:
    """Leave by the way of all errors, so that unfinished papers and copies are cleared away."""
    sys.exit(128 + number)


def _window(*, demo: bool) -> int:
    from platformdirs import user_data_path  # noqa: PLC0415 - commands need no window

    from app.clock import SystemClock  # noqa: PLC0415 - as above
    from app.compose import house_of, wiring_of_window  # noqa: PLC0415 - as above
    from app.views.program import run_window  # noqa: PLC0415 - as above

    data = user_data_path("CareLoop", appauthor=False)
    return run_window(wiring_of_window(house_of(SystemClock()), data), demo=demo)


def _tour(out: Path) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is loaded
    from app.compose import house_of, wiring_of_window  # noqa: PLC0415 - commands need no window
    from app.views.tour import run_tour  # noqa: PLC0415 - as above

    return run_tour(out, lambda clock, data: wiring_of_window(house_of(clock), data))


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
