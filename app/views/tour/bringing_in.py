"""The office manager brings in what the clinic had in spreadsheets."""

from datetime import date
from pathlib import Path

from app.views.tour import spreadsheets
from app.views.tour.hands import CTRL, Key
from app.views.tour.people import MANAGER
from app.views.tour.stage import Stage


def history(stage: Stage) -> None:
    """Look at what the files would add and what is wrong in them, then import them."""
    hands = stage.hands
    stage.go_to("patients")
    stage.picture("patients-empty", "No patients yet, and what to do about it")
    _choose(stage, spreadsheets.write_history(stage.machine / "spreadsheets"))
    hands.see("import_file_reason")
    stage.picture("import-files", "Import: what each file was recognised as; one needs a person")
    hands.tick("match_columns")
    hands.see("import_columns_step")
    hands.choose("started_on", "Noted")
    stage.picture("import-columns", "Import: the columns of that file are matched by hand")
    hands.tick("use_columns")
    _wait_until_read(stage)
    hands.tick("import_next")
    hands.see("import_check_step")
    stage.picture("import-check", "Import: what would be added, and each row that cannot be used, with the reason")
    hands.tick("import_now")
    hands.see("import_done_step")
    stage.picture("import-done", "Import: done, and undone in one step if it was wrong")
    hands.tick("import_done")
    hands.see("patients_list")
    stage.picture("patients", "The patients, as the nurse will find them")
    stage.sign_out()


def october(stage: Stage) -> None:
    """At the end of the month: the minutes that a colleague kept in a spreadsheet."""
    hands = stage.hands
    stage.sign_in_at(16, 0, MANAGER, date(2026, 10, 30))
    stage.go_to("patients")
    _choose(stage, spreadsheets.write_october(stage.machine / "october"))
    _wait_until_read(stage)
    hands.tick("import_next")
    hands.see("import_check_step")
    hands.tick("import_now")
    hands.see("import_done_step")
    stage.picture("import-minutes", "Import: a colleague's minutes of October")
    hands.tick("import_done")
    hands.see("patients_list")
    stage.sign_out()


def _choose(stage: Stage, folder: Path) -> None:
    """Ctrl+I, and take a whole folder."""
    hands = stage.hands
    hands.press(Key.Key_I, CTRL)
    hands.see("choose_folder")
    hands.tick("choose_folder")
    hands.answer_file_dialog(folder)
    hands.see("import_files_list")


def _wait_until_read(stage: Stage) -> None:
    hands = stage.hands
    hands.see("import_next")
    hands.wait(lambda: hands.part("import_next").isEnabled(), "the files to be read")
