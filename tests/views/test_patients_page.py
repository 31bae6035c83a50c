from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.services.patients import PatientRow
from app.views.chart.chart_view import ChartView
from app.views.patients.patient_form import PatientFormView
from app.views.theme import Theme
from tests.views.clipping import clipped
from tests.views.patient_room import CTRL, KEY, PatientRoom, patient_room


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request) as made:
        yield made


def names(room: PatientRoom) -> list[str]:
    return [room.page.table.words_at(at)[0] for at in range(room.page.table.rowCount())]


def with_three(room: PatientRoom) -> list[int]:
    made = [room.add("Castro", "Luis", phone="7085550143"), room.add("Baker", "Ann", mrn="B-7"), room.add("Álvarez")]
    room.qtbot.waitUntil(lambda: room.page.table.rowCount() == 3)
    room.settle()
    return made


def test_an_empty_clinic_says_what_to_do_first(room: PatientRoom) -> None:
    said = room.find(QLabel, "patients_empty_text").text()
    assert "Import the clinic's spreadsheets" in said
    assert room.find(QPushButton, "patients_empty_action").text() == "Import files"
    assert not room.page.card.isVisible()
    room.press(KEY.Key_N, CTRL)
    assert isinstance(room.shown, PatientFormView)


def test_patients_are_found_as_one_types_and_opened_without_a_mouse(room: PatientRoom) -> None:
    with_three(room)
    assert names(room) == ["Álvarez, Ann", "Baker, Ann", "Castro, Luis"]
    room.press(KEY.Key_F, CTRL)
    room.write("bak")
    room.qtbot.waitUntil(lambda: names(room) == ["Baker, Ann"])
    room.press(KEY.Key_Down)
    assert room.page.list.hasFocus()
    baker = room.page.list.current_id
    room.press(KEY.Key_Return)
    assert isinstance(room.shown, ChartView)
    room.settle()
    assert room.chart.patient_id == baker
    room.press(KEY.Key_Escape)
    assert room.page.list.current_id == baker


@pytest.mark.parametrize("asked", ["alvarez", "B-7", "0143", "708-555-0143", "3/2/1948"])
def test_each_way_of_asking_finds_somebody(room: PatientRoom, asked: str) -> None:
    with_three(room)
    room.page.search.setFocus()
    room.write(asked)
    expected = {
        "alvarez": ["Álvarez, Ann"],
        "B-7": ["Baker, Ann"],
        "3/2/1948": ["Álvarez, Ann", "Baker, Ann", "Castro, Luis"],
    }
    room.qtbot.waitUntil(lambda: names(room) == expected.get(asked, ["Castro, Luis"]))


def test_nobody_found_says_how_to_ask(room: PatientRoom) -> None:
    with_three(room)
    room.page.search.setFocus()
    room.write("zzz")
    room.qtbot.waitUntil(lambda: room.page.table.rowCount() == 0)
    assert "Nobody is found" in room.find(QLabel, "patients_empty_text").text()
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: room.page.table.rowCount() == 3)


def test_f8_calls_the_selected_patient(room: PatientRoom) -> None:
    made = with_three(room)
    room.page.list.pick(made[0])
    room.page.list.setFocus()
    room.press(KEY.Key_F8)
    assert room.called == [made[0]]


def test_the_card_says_how_the_patient_stands_and_keeps_up(room: PatientRoom) -> None:
    patient = with_three(room)[1]
    room.page.list.pick(patient)
    room.settle()
    assert room.find(QLabel, "card_enrolled_text").text() == "Not enrolled yet"
    assert room.find(QLabel, "card_next_text").text() == "Ask for consent and enrol"
    room.enrol(patient, room.practitioner())
    room.qtbot.waitUntil(lambda: room.find(QLabel, "card_enrolled_text").text() == "Enrolled since 01/05/2026")
    assert room.find(QLabel, "card_consent_text").text() == "No consent recorded"
    assert "No consent to chronic care management" in room.find(QLabel, "card_next_text").text()
    room.qtbot.waitUntil(lambda: room.page.table.words_at(room.page.table.position_of(patient))[5] == "Enrolled")


def test_only_those_of_one_standing(room: PatientRoom) -> None:
    made = with_three(room)
    room.enrol(made[2], room.practitioner())
    room.settle()
    room.page.standing.set_value("enrolled")
    room.page.standing.edited.emit()
    room.qtbot.waitUntil(lambda: names(room) == ["Álvarez, Ann"])
    room.page.standing.set_value("not_enrolled")
    room.page.standing.edited.emit()
    room.qtbot.waitUntil(lambda: names(room) == ["Baker, Ann", "Castro, Luis"])


def test_a_click_on_the_head_sorts_in_the_database(room: PatientRoom) -> None:
    room.add("Old")
    room.add("Aa", "Z", born_on=date(1930, 1, 1))
    room.qtbot.waitUntil(lambda: room.page.table.rowCount() == 2)
    room.page.table.sort(1, Qt.SortOrder.AscendingOrder)
    room.qtbot.waitUntil(lambda: names(room) == ["Aa, Z", "Old, Ann"])
    room.page.table.sort(1, Qt.SortOrder.DescendingOrder)
    room.qtbot.waitUntil(lambda: names(room) == ["Old, Ann", "Aa, Z"])


def test_only_rows_in_view_are_read(room: PatientRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(420):
        room.add(f"Patient{number:04d}")
    room.qtbot.waitUntil(lambda: room.page.table.rowCount() == 420)
    asked: list[int] = []
    rows = room.desk.patients.rows

    def counted(actor: object, ids: Sequence[int]) -> dict[int, PatientRow]:
        asked.append(len(ids))
        return rows(actor, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(room.desk.patients, "rows", counted)
    room.page.list.pick(room.page.table.ids[0])
    room.press(KEY.Key_F5)
    room.qtbot.waitUntil(lambda: room.page.table.rowCount() == 420)
    room.settle()
    room.window.grab()
    assert asked
    assert max(asked) <= 200
    assert sum(asked) <= 400


def test_what_a_role_may_not_do_is_absent(request: pytest.FixtureRequest) -> None:
    with patient_room(request, roles=("auditor",)) as room:
        assert room.window.findChild(QWidget, "add_patient") is None
        assert room.window.findChild(QWidget, "import_files") is None
        assert not room.page.card.open_button.isVisible()
        room.press(KEY.Key_N, CTRL)
        room.press(KEY.Key_I, CTRL)
        assert room.page is room.shown


@pytest.mark.parametrize("scale", [100, 200])
def test_everything_has_room(room: PatientRoom, theme: Theme, scale: int) -> None:
    with_three(room)
    theme.scale_text(scale)
    room.window.grab()
    room.settle()
    room.qtbot.waitUntil(lambda: clipped(room.page) == [])
