"""The steps of the tour in their order."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QElapsedTimer

from app.rules.errors import ClinicError
from app.views.tour import bringing_in, calls, care_plan, demo, month_end, one_patient, opening
from app.views.tour.album import Album
from app.views.tour.clock import TourClock
from app.views.tour.hands import TourStopped
from app.views.tour.people import ZONE
from app.views.tour.stage import Stage, stage
from app.views.wiring import WireWindow

BEGIN = datetime(2026, 10, 1, 8, 0, tzinfo=ZONE)


@dataclass(frozen=True, slots=True)
class Step:
    """Something a person does, by name."""

    name: str
    walk: Callable[[Stage], None]


STEPS = (
    Step("Start the program on an empty machine", opening.welcome),
    Step("Name the clinic", opening.name_the_clinic),
    Step("Make the first person", opening.first_person),
    Step("Keep the recovery key", opening.recovery_key),
    Step("Write the letterhead", opening.letterhead),
    Step("Name who bills", opening.practitioner),
    Step("Add the nurse and the practitioner", opening.colleagues),
    Step("Say who signs as the practitioner", opening.who_signs),
    Step("Set a charge", opening.charge),
    Step("Keep only one's own roles", opening.own_roles),
    Step("Import the clinic's spreadsheets", bringing_in.history),
    Step("Add a patient by hand", one_patient.record),
    Step("Take her consent and enroll her", one_patient.consent),
    Step("Write down what she has and takes", one_patient.conditions),
    Step("Draft her care plan", care_plan.draft),
    Step("Call her", calls.first_call),
    Step("Call somebody who does not answer", calls.no_answer),
    Step("Sign the care plan", care_plan.sign),
    Step("Give her a copy", care_plan.give_copy),
    Step("Take another call in the middle of one", calls.another_rings),
    Step("Lock the screen while the timer runs", calls.lock),
    Step("Finish the call", calls.finish),
    Step("Call on other days until the month is ready", calls.two_more),
    Step("Import a colleague's minutes", bringing_in.october),
    Step("Look at the month", month_end.board),
    Step("Mend what is missing", month_end.mend),
    Step("Print the readiness report", month_end.report),
    Step("Approve the month", month_end.approve),
    Step("Make the packets", month_end.packets),
    Step("Make the demo clinic", demo.make),
    Step("Look around in it as a nurse", demo.nurse),
    Step("Look around in it as the office manager", demo.manager),
)


def run_tour(out: Path, wiring_of: WireWindow, steps: Sequence[Step] = STEPS) -> int:
    """Walk through `steps`, leave pictures and papers in `out`, say where they are, and return the exit code.

    0: the whole way was walked. 1: a step could not be done; its name is printed, with a picture of what was there.
    2: `out` cannot be used.
    """
    try:
        album = Album(out)
    except ClinicError as error:
        print(error)
        return 2
    print(f"No display: walking through a month instead. Pictures and papers go to {album.folder}", flush=True)
    with stage(album, wiring_of, TourClock(BEGIN)) as shown:
        for number, step in enumerate(steps, start=1):
            print(f"{number:2d} of {len(steps)}  {step.name}", end="", flush=True)
            took = QElapsedTimer()
            took.start()
            try:
                step.walk(shown)
                print(f"  ({took.elapsed() / 1000:.1f} s)", flush=True)
            except Exception as error:  # noqa: BLE001 - whatever stops the tour is told with the step's name
                return _stopped(shown, step, error)
    album.finish()
    print(f"{album.pictures} pictures in {album.folder}, papers in {album.papers}")
    return 0


def _stopped(shown: Stage, step: Step, error: Exception) -> int:
    with contextlib.suppress(ClinicError, TourStopped):
        path = shown.album.add(shown.desk.window, "stopped", f"The tour stopped at: {step.name}")
        print(f"What was there then: {path}")
    print(f"The tour stopped at: {step.name} ({error or type(error).__name__})")
    return 1
