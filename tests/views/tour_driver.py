"""A tour in a process of its own: `python -m tests.views.tour_driver OUT WHICH`.

WHICH is `whole` (every step, with a small demo clinic), `first` (the first step alone), `stuck` (a step that looks for
what is not there) or `crash` (a step in which the program fails).
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is loaded

from PySide6.QtCore import QTimer

from app.clock import Clock
from app.compose import house_of, wiring_of_window
from app.security.slots import Argon2Cost
from app.services.demo import DemoPlan, create_demo
from app.views.tour.hands import TourStopped
from app.views.tour.run import STEPS, Step, run_tour
from app.views.tour.stage import Stage
from app.views.wiring import Tell, Wiring
from tests.canaries import sweep

SMALL = DemoPlan(patients=40, months=1)
CANARIES = ("Merriweather", "Abernathy", "Furosemide", "ankles a little swollen", "Prairie Heart")


def wiring_of(clock: Clock, data: Path) -> Wiring:
    """The program's own wiring, with passphrases at their lowest cost and a demo clinic of one month."""
    house = replace(house_of(clock), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    wired = wiring_of_window(house, data)

    def make(folder: Path, tell: Tell) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        create_demo(folder, house, SMALL, lambda done, total: tell(done, total, ""))

    return replace(wired, demo=replace(wired.demo, make=make))


def sweep_up(stage: Stage) -> None:
    """Look for what the tour wrote and read in every file but the spreadsheets it came from."""
    # In a home of its own, the folder for temporary files is the tour's alone, and is looked through as a whole.
    found = sweep(stage.machine.parent if Path.home() in stage.machine.parents else stage.machine, CANARIES)
    in_spreadsheets = {leak.file for leak in found if Path(leak.file).suffix == ".csv"}
    leaks = [leak for leak in found if leak.file not in in_spreadsheets]
    if leaks or not in_spreadsheets:
        raise TourStopped(f"plain text was left behind: {leaks}")


def stuck(stage: Stage) -> None:
    """Look for what is not there."""
    stage.hands.see("welcome_create")
    stage.hands.see("a_button_that_is_not_there", seconds=1)


def crash(stage: Stage) -> None:
    """Let an error of ours happen in the window."""
    QTimer.singleShot(0, lambda: 1 // 0)
    stage.hands.settle()


WALKS = {
    "whole": (*STEPS, Step("Look for plain text that was left behind", sweep_up)),
    "first": STEPS[:1],
    "stuck": (Step("Press what is not there", stuck),),
    "crash": (Step("Divide by zero", crash),),
}

if __name__ == "__main__":
    sys.exit(run_tour(Path(sys.argv[1]), wiring_of, WALKS[sys.argv[2]]))
