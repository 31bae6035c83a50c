"""The last day: the board, a blocker mended, approvals, packets, the report."""

from datetime import date

from PySide6.QtWidgets import QToolButton

from app.views.tour.hands import CTRL, Key
from app.views.tour.people import DOCTOR, MANAGER
from app.views.tour.stage import Stage


def board(stage: Stage) -> None:
    """Who is ready, who is not, and why; F7 walks what is missing."""
    hands = stage.hands
    stage.sign_in_at(8, 30, MANAGER, date(2026, 11, 2))
    stage.go_to("month_end")
    hands.see("month_list")
    _wait_for_count(stage, "blocked", 4)
    stage.picture("month-end", "The month-end board of October, on November 2")
    hands.press(Key.Key_F7)
    stage.picture("month-end-blocker", "F7: the first missing thing, whose it is, and the way to mend it")


def mend(stage: Stage) -> None:
    """Walk to a patient whose coverage nobody asked about, and mend it."""
    hands = stage.hands
    for _ in range(40):
        if "Eastwick" in hands.read("month_patient"):
            break
        hands.press(Key.Key_F7)
        hands.settle()
    hands.press(Key.Key_Return)
    hands.see("coverage")
    hands.choose("coverage", "Medicare Part B")
    stage.picture("month-end-mend", "Enter opens the place where it is mended")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("coverage"), "the patient to be saved")
    while not hands.is_shown("month_list"):
        hands.press(Key.Key_Escape)
        hands.settle()
    _wait_for_count(stage, "blocked", 3)
    stage.picture("month-end-mended", "Esc: back on the same row, which is ready now")


def report(stage: Stage) -> None:
    """The readiness report, to print."""
    hands = stage.hands
    hands.tick("month_report")
    paper = stage.album.papers / "readiness-2026-10.pdf"
    hands.answer_file_dialog(paper)
    hands.wait(paper.is_file, "the report")
    stage.sign_out()


def approve(stage: Stage) -> None:
    """The practitioner reads each patient's month and attests to it."""
    hands = stage.hands
    stage.sign_in_at(12, 30, DOCTOR)
    stage.go_to("month_end")
    hands.see("month_list")
    hands.press(Key.Key_F9)
    hands.see("approve_sign")
    stage.picture("approve", "F9: the practitioner reads one patient's month after the other")
    first = True
    while hands.is_shown("approve_sign"):
        hands.press(Key.Key_F9)
        hands.write(DOCTOR.passphrase)
        if first:
            stage.picture("approve-sign", "… and attests to it with his passphrase")
            first = False
        hands.press(Key.Key_F9)
        hands.settle()
    stage.picture("approved", "Every month that is ready is approved")
    hands.press(Key.Key_Space)
    hands.see("month_list")
    _wait_for_count(stage, "ready", 0)
    stage.picture("month-end-approved", "The board says who is approved")
    stage.sign_out()


def packets(stage: Stage) -> None:
    """The manager makes the packets."""
    hands = stage.hands
    stage.sign_in_at(14, 0, MANAGER)
    stage.go_to("month_end")
    hands.see("month_list")
    hands.tick("month_make")
    hands.see("make_outlook")
    hands.fill("make_folder", str(stage.album.papers / "2026-10"))
    stage.picture("packets", "What will be made, and where")
    hands.tick("make_button")
    hands.see("make_result")
    stage.picture("packets-made", "The packets are made, each with its checksum in the manifest")
    hands.tick("make_done")
    hands.see("month_list")
    _wait_for_count(stage, "approved", 0)
    stage.picture("month-end-exported", "The board at the end of the month's work")
    stage.sign_out()


def _wait_for_count(stage: Stage, state: str, count: int) -> None:
    """Wait until the board counts so many patients in a state."""
    hands = stage.hands
    hands.wait(
        lambda: hands.one(QToolButton, f"month_state_{state}").text().endswith(f" {count}"),
        f"{count} {state} on the board",
    )
