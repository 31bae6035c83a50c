import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel

from app.services.imports import ImportResult
from app.views.patients.import_wizard.check_step import CheckStep
from app.views.patients.import_wizard.columns_step import ColumnsStep
from app.views.patients.import_wizard.wizard import ImportWizard
from app.views.theme import Theme
from app.views.widgets import Confirm
from tests.views.clipping import clipped
from tests.views.patient_room import CTRL, KEY, PatientRoom, patient_room

SHARED = Path(__file__).parents[3] / "shared" / "data"

PATIENTS = """\
patient_id,given_name,family_name,born_on,mrn,phone
p1,Ann,Baker,1948-03-09,1001,708-555-0142
p2,Luis,Castro,1939-12-01,1002,
p3,Tom,Evers,not a day,1003,
"""
STAYS = "patient_id,kind,from,to\np1,inpatient,2026-11-02,2026-11-04\nnobody,inpatient,2026-11-02,\n"
ODD = """\
Chart No,Surname of patient,Called,Birthday,Tel
1001,Baker,Ann,3/9/1948,(708) 555-0142
1002,Castro,Luis,12/1/1939,
1003,=cmd(),Eve,13/45/1950,
"""


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "from the clinic"
    made.mkdir()
    (made / "patients.csv").write_text(PATIENTS, encoding="utf-8")
    (made / "stays.csv").write_text(STAYS, encoding="utf-8")
    (made / "readme.txt").write_text("not for us", encoding="utf-8")
    return made


def wizard(room: PatientRoom, *paths: Path) -> ImportWizard:
    room.press(KEY.Key_I, CTRL)
    shown = room.shown
    assert isinstance(shown, ImportWizard)
    if paths:
        shown.add_files(paths)
    room.settle()
    return shown


def checked(room: PatientRoom, shown: ImportWizard) -> CheckStep:
    shown.next_button.click()
    assert isinstance(shown.step, CheckStep)
    return shown.step


def counts(step: CheckStep) -> dict[str, str]:
    table = step.counts.model()
    return {table.index(at, 0).data(): table.index(at, 1).data() for at in range(table.rowCount())}


def imported(room: PatientRoom, shown: ImportWizard) -> CheckStep:
    checked(room, shown).import_button.click()
    room.settle()
    assert isinstance(shown.step, CheckStep)
    assert shown.step.objectName() == "import_done_step"
    return shown.step


def test_a_folder_is_recognised_and_nothing_is_changed_before_import(room: PatientRoom, folder: Path) -> None:
    shown = wizard(room, folder)
    assert [shown.files.files.words_at(at)[:3] for at in range(2)] == [
        ("patients.csv", "Patients", "3"),
        ("stays.csv", "Hospital and nursing stays", "2"),
    ]
    step = checked(room, shown)
    assert counts(step) == {"Patients": "2", "Hospital and nursing stays": "1"}
    assert "Nothing is changed yet" in step.banner.text()
    assert room.desk.patients.count(room.desk.actor) == 0
    problems = list(csv.reader(io.StringIO(step.list_as_csv().decode("utf-8-sig"))))
    assert [row[:3] for row in problems[1:]] == [["patients.csv", "4", "Left out"], ["stays.csv", "3", "Left out"]]


def test_import_and_undo_are_one_step_each(room: PatientRoom, folder: Path) -> None:
    shown = wizard(room, folder)
    step = imported(room, shown)
    assert step.banner.text() == "The import is made. 2 rows left out, listed below."
    assert room.desk.patients.count(room.desk.actor) == 2
    step.undo_button.click()
    room.settle()
    assert room.desk.patients.count(room.desk.actor) == 0
    assert shown.files.history.words_at(0)[5] == "Undone"
    assert not shown.files.undo_button.isVisible()


def test_the_newest_import_is_undone_from_the_history_after_asking(room: PatientRoom, folder: Path) -> None:
    imported(room, wizard(room, folder)).done_button.click()
    room.settle()
    assert room.page.table.rowCount() == 2
    shown = wizard(room)
    assert shown.files.history.words_at(0)[:2] == ("11/23/2026 9:00 AM", "Ana Alvarez")
    shown.files.undo_button.click()
    asked = next(each for each in room.window.findChildren(Confirm) if each.isVisible())
    assert room.desk.patients.count(room.desk.actor) == 2
    asked.action_button.click()
    room.qtbot.waitUntil(lambda: room.desk.patients.count(room.desk.actor) == 0)
    room.settle()


def test_the_same_files_twice_are_known_and_add_nothing(room: PatientRoom, folder: Path) -> None:
    imported(room, wizard(room, folder)).done_button.click()
    room.settle()
    step = checked(room, wizard(room, folder))
    assert "Imported before: patients.csv, stays.csv" in room.find(QLabel, "import_known").text()
    assert "nothing new" in step.banner.text()
    assert not step.import_button.isEnabled()


def test_unknown_columns_are_matched_by_hand(room: PatientRoom, tmp_path: Path) -> None:
    odd = tmp_path / "export.csv"
    odd.write_text(ODD, encoding="utf-8")
    shown = wizard(room, odd)
    assert not shown.next_button.isEnabled()
    assert "match the columns by hand" in shown.files.reason.text()
    shown.files.match_button.click()
    room.settle()
    step = shown.step
    assert isinstance(step, ColumnsStep)
    step.use_button.click()
    assert "Choose a column for" in step.banner.text()
    for field, header in (
        ("patient_id", "Chart No"),
        ("mrn", "Chart No"),
        ("family_name", "Surname of patient"),
        ("given_name", "Called"),
        ("born_on", "Birthday"),
        ("phone", "Tel"),
    ):
        step.form.field(field).set_value(header)
    step.use_button.click()
    room.settle()
    assert shown.files.files.words_at(0)[1:] == ("Patients", "3", "1 row cannot be used")
    done = imported(room, shown)
    assert counts(done) == {"Patients": "2"}
    rows = list(room.desk.patients.rows(room.desk.actor, room.desk.patients.ids(room.desk.actor)).values())
    assert sorted((row.name, row.mrn, row.phone) for row in rows) == [
        ("Baker, Ann", "1001", "7085550142"),
        ("Castro, Luis", "1002", ""),
    ]


def test_a_damaged_file_is_named_and_can_be_left_out(room: PatientRoom, folder: Path) -> None:
    (folder / "broken.csv").write_bytes(b"\x00\x01\x02\x00" * 200)
    shown = wizard(room, folder)
    assert not shown.next_button.isEnabled()
    assert shown.files.list.current_id == folder / "broken.csv"
    assert shown.files.reason.text()
    shown.files.remove_button.click()
    room.settle()
    assert shown.next_button.isEnabled()


def test_a_folder_without_csv_is_refused_in_words(room: PatientRoom, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    shown = wizard(room, empty)
    assert "no CSV file" in shown.files.reason.text()
    assert not shown.next_button.isEnabled()


def test_files_can_be_dropped(room: PatientRoom, folder: Path) -> None:
    shown = wizard(room)
    dragged = QMimeData()
    dragged.setUrls([QUrl.fromLocalFile(str(folder))])
    over = QDragEnterEvent(
        QPoint(20, 20), Qt.DropAction.CopyAction, dragged, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(shown.files, over)
    assert over.isAccepted()
    drop = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, dragged, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(shown.files, drop)
    room.settle()
    assert shown.files.files.rowCount() == 2


def test_the_list_of_problems_is_safe_to_open(room: PatientRoom, folder: Path, tmp_path: Path) -> None:
    bad = folder / "=1+1.csv"
    bad.write_text(STAYS, encoding="utf-8")
    step = checked(room, wizard(room, folder))
    saved = tmp_path / "problems.csv"
    step.save_list(saved)
    room.settle()
    rows = list(csv.reader(io.StringIO(saved.read_text(encoding="utf-8-sig"))))
    assert ["'=1+1.csv", "2"] in [row[:2] for row in rows] or ["'=1+1.csv", "3"] in [row[:2] for row in rows]
    assert all(not cell.startswith("=") for row in rows for cell in row)


def test_cancelling_leaves_nothing_behind(room: PatientRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = "".join(f"p{n},Ann,Baker{n},1948-03-09,{n},\n" for n in range(2_500))
    (tmp_path / "patients.csv").write_text(PATIENTS.splitlines()[0] + "\n" + many, encoding="utf-8")
    shown = wizard(room, tmp_path / "patients.csv")
    step = checked(room, shown)
    run = room.desk.imports.run

    def cancelled_midway(actor: object, intake: object, progress: object) -> ImportResult:
        def tell(done: int, total: int, what: str) -> None:
            if done > 1_000 and shown._job is not None:
                shown._job.cancel()  # what the Cancel button does, without leaving it to luck when it is pressed
            progress(done, total, what)  # type: ignore[operator]

        return run(actor, intake, tell)  # type: ignore[arg-type]

    monkeypatch.setattr(room.desk.imports, "run", cancelled_midway)
    step.import_button.click()
    room.settle()
    assert "cancelled; nothing was changed" in shown.banner.text()
    assert room.desk.patients.count(room.desk.actor) == 0
    assert room.desk.imports.history(room.desk.actor) == []


def test_a_running_import_is_not_left(room: PatientRoom, folder: Path) -> None:
    shown = wizard(room, folder)
    step = checked(room, shown)
    step.import_button.click()
    assert not shown.may_leave()
    room.settle()
    assert shown.may_leave()


@pytest.mark.parametrize("scale", [100, 200])
def test_everything_has_room(room: PatientRoom, theme: Theme, folder: Path, scale: int) -> None:
    theme.scale_text(scale)
    shown = wizard(room, folder)
    room.qtbot.waitUntil(lambda: clipped(shown) == [])
    checked(room, shown)
    room.qtbot.waitUntil(lambda: clipped(shown) == [])


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside this clone")
def test_a_real_clinic_s_folders_are_taken_in(room: PatientRoom) -> None:
    shown = wizard(room, SHARED / "synthea_csv", SHARED / "clinic_month")
    done = imported(room, shown)
    assert counts(done)["Patients"] == "1,000"
    assert counts(done)["Enrolment and consent"] == "180"
    assert "786 rows left out" in done.banner.text()
