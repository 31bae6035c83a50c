from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.services.clinic_settings import ClinicForm
from app.views.first_run.clinic_step import unused_folder
from app.views.first_run.wizard import FirstRun
from app.views.front_desk import FrontDesk
from app.views.recovery_key import first_wrong
from app.views.theme import Theme
from app.views.wiring import Wiring
from tests.views.at_the_desk import (
    choose_file,
    come_in,
    focus_on,
    is_shown,
    part,
    press,
    start,
    wait_for,
    words,
    write,
)
from tests.views.clipping import clipped

PASSPHRASE = "seven quiet herons wade"
NPI = "1999999901"
ENTER, TAB = Qt.Key.Key_Return, Qt.Key.Key_Tab


@pytest.fixture
def wizard(qtbot: QtBot, front_desk: FrontDesk) -> FirstRun:
    """The wizard, opened with keys from the welcome."""
    start(qtbot, front_desk)
    focus_on(qtbot, front_desk.window, "welcome_create")
    press(qtbot, Qt.Key.Key_Space)
    return part(front_desk.window, "first_run", FirstRun)


def fill_clinic(qtbot: QtBot, wizard: FirstRun) -> None:
    write(qtbot, "Lakeside Family Clinic")
    focus_on(qtbot, wizard, "clinic_zone")
    write(qtbot, "Central")
    focus_on(qtbot, wizard, "first_run_next")
    press(qtbot, Qt.Key.Key_Space)


def fill_person(qtbot: QtBot, wizard: FirstRun, again: str = PASSPHRASE) -> None:
    write(qtbot, "Ana Alvarez")
    focus_on(qtbot, wizard, "person_credential")
    write(qtbot, "MD")
    focus_on(qtbot, wizard, "person_username")
    write(qtbot, "Ana")
    focus_on(qtbot, wizard, "person_passphrase_line")
    write(qtbot, PASSPHRASE)
    focus_on(qtbot, wizard, "person_again_line")
    write(qtbot, again)
    press(qtbot, ENTER)


def key_on_screen(wizard: FirstRun) -> list[str]:
    """The words as a person copies them from the screen."""
    return [words(wizard, f"recovery_word_{number}").split(". ")[1] for number in range(1, 25)]


def to_typing_back(qtbot: QtBot, wizard: FirstRun) -> list[str]:
    fill_clinic(qtbot, wizard)
    fill_person(qtbot, wizard)
    key = key_on_screen(wizard)
    focus_on(qtbot, wizard, "first_run_next")
    press(qtbot, Qt.Key.Key_Space)
    return key


def make(qtbot: QtBot, wizard: FirstRun) -> list[str]:
    key = to_typing_back(qtbot, wizard)
    write(qtbot, " ".join(key))
    focus_on(qtbot, wizard, "first_run_next")
    press(qtbot, Qt.Key.Key_Space)
    wait_for(qtbot, wizard, "letterhead_step")
    return key


def test_from_an_empty_machine_to_work_and_back_in_again(
    qtbot: QtBot, front_desk: FrontDesk, wizard: FirstRun, wiring: Wiring
) -> None:
    window = front_desk.window
    key = make(qtbot, wizard)
    assert len(set(key)) > 12

    write(qtbot, "12 Harbor Road")
    focus_on(qtbot, wizard, "phone")
    write(qtbot, "802 555 0144")
    focus_on(qtbot, wizard, "tin")
    write(qtbot, "12-3456789")
    focus_on(qtbot, wizard, "first_run_next")
    press(qtbot, Qt.Key.Key_Space)

    wait_for(qtbot, wizard, "practitioners_step")
    qtbot.waitUntil(lambda: part(wizard, "npi", QWidget).hasFocus())  # she bills herself: only the number is missing
    write(qtbot, NPI)
    press(qtbot, ENTER)

    wait_for(qtbot, wizard, "finish_step")
    focus_on(qtbot, wizard, "finish_people")
    press(qtbot, Qt.Key.Key_Space)
    desk = front_desk.desk
    assert desk is not None
    assert not window.is_locked
    assert window.open_page == "settings"
    assert desk.opened.file.folder == wiring.clinics_folder / "Lakeside Family Clinic"
    assert desk.clinic.clinic(desk.actor) == ClinicForm(
        name="Lakeside Family Clinic",
        time_zone="America/Chicago",
        address_line1="12 Harbor Road",
        phone="8025550144",
        tin="123456789",
    )
    (biller,) = desk.practitioners.rows(desk.actor)
    assert (biller.name, biller.npi, biller.kind, biller.person) == ("Ana Alvarez", NPI, "physician", "Ana Alvarez")
    assert words(window, "status_clinic") == "Lakeside Family Clinic"

    window.commands.run("sign_out")
    come_in(qtbot, front_desk, "ana", PASSPHRASE)
    assert words(window, "status_person") == "Signed in: Ana Alvarez"


def test_setting_up_can_end_in_the_import_of_patients(qtbot: QtBot, front_desk: FrontDesk, wizard: FirstRun) -> None:
    make(qtbot, wizard)
    for step in ("practitioners_step", "finish_step"):
        focus_on(qtbot, wizard, "first_run_next")
        press(qtbot, Qt.Key.Key_Space)
        wait_for(qtbot, wizard, step)
        if step == "practitioners_step":  # she would have to give her number; she leaves it for later
            qtbot.waitUntil(lambda: part(wizard, "npi", QWidget).hasFocus())
    focus_on(qtbot, wizard, "finish_import")
    press(qtbot, Qt.Key.Key_Space)
    assert front_desk.window.open_page == "patients"
    assert is_shown(front_desk.window, "import_wizard")


def test_nothing_is_written_before_the_key_was_typed_back(qtbot: QtBot, wizard: FirstRun, wiring: Wiring) -> None:
    key = to_typing_back(qtbot, wizard)
    write(qtbot, " ".join(key[:23]))
    next_button = part(wizard, "first_run_next", QPushButton)
    assert not next_button.isEnabled()
    assert words(wizard, "recovery_told") == "23 of 24 words."
    assert not wiring.clinics_folder.exists()
    write(qtbot, " zebra ")
    assert words(wizard, "recovery_told") == "Word 24 is not as on the paper. Look at it again."
    assert not next_button.isEnabled()
    for _ in range(6):
        press(qtbot, Qt.Key.Key_Backspace)
    write(qtbot, key[23])
    assert words(wizard, "recovery_told") == "All 24 words are right."
    assert next_button.isEnabled()


def test_the_key_is_not_in_view_while_it_is_typed_back(qtbot: QtBot, wizard: FirstRun) -> None:
    to_typing_back(qtbot, wizard)
    assert not is_shown(wizard, "recovery_word_1")


def test_going_back_loses_nothing(qtbot: QtBot, wizard: FirstRun) -> None:
    key = to_typing_back(qtbot, wizard)
    write(qtbot, key[0])
    for expected in ("key_step", "person_step", "clinic_step"):
        focus_on(qtbot, wizard, "first_run_back")
        press(qtbot, Qt.Key.Key_Space)
        assert is_shown(wizard, expected)
    assert part(wizard, "clinic_name", QWidget).property("text") == "Lakeside Family Clinic"
    for _ in range(3):
        focus_on(qtbot, wizard, "first_run_next")
        press(qtbot, Qt.Key.Key_Space)
    assert part(wizard, "recovery_typed", QPlainTextEdit).toPlainText() == key[0]


def test_the_clinic_cannot_be_gone_back_on_once_it_is_made(qtbot: QtBot, wizard: FirstRun) -> None:
    make(qtbot, wizard)
    assert not is_shown(wizard, "first_run_back")
    assert not is_shown(wizard, "first_run_leave")


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("person_username", "ana alvarez", "no spaces"),
        ("person_passphrase_line", "too short", "at least 15"),
        ("person_passphrase_line", "passwordpassword", "common ones"),
    ],
)
def test_a_person_who_cannot_be_added_is_told_at_the_field(
    qtbot: QtBot, wizard: FirstRun, field: str, text: str, sentence: str
) -> None:
    fill_clinic(qtbot, wizard)
    focus_on(qtbot, wizard, field)
    write(qtbot, text)
    focus_on(qtbot, wizard, "first_run_next")
    press(qtbot, Qt.Key.Key_Space)
    assert is_shown(wizard, "person_step")
    assert sentence in words(wizard, f"{field.removesuffix('_line')}_error")


def test_two_different_passphrases_are_refused(qtbot: QtBot, wizard: FirstRun) -> None:
    fill_clinic(qtbot, wizard)
    fill_person(qtbot, wizard, again=PASSPHRASE + "!")
    assert words(wizard, "person_again_error") == "The two are not the same."
    assert is_shown(wizard, "person_step")


def test_a_wrong_npi_is_told_with_its_last_digit(qtbot: QtBot, wizard: FirstRun) -> None:
    make(qtbot, wizard)
    focus_on(qtbot, wizard, "first_run_next")
    press(qtbot, Qt.Key.Key_Space)
    wait_for(qtbot, wizard, "practitioners_step")
    qtbot.waitUntil(lambda: part(wizard, "npi", QWidget).hasFocus())
    write(qtbot, "199999990")
    assert not is_shown(wizard, "npi_error")
    write(qtbot, "2")
    assert "This is not an NPI" in words(wizard, "npi_error")


def test_leaving_asks_first_when_something_was_typed(qtbot: QtBot, front_desk: FrontDesk, wizard: FirstRun) -> None:
    write(qtbot, "Lakeside")
    focus_on(qtbot, wizard, "first_run_leave")
    press(qtbot, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: is_shown(wizard, "confirm"))
    button = part(wizard, "confirm_action", QPushButton)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    wait_for(qtbot, front_desk.window, "welcome")


def test_the_emergency_kit_is_a_pdf_with_the_words(qtbot: QtBot, wizard: FirstRun, tmp_path: Path) -> None:
    fill_clinic(qtbot, wizard)
    fill_person(qtbot, wizard)
    key = key_on_screen(wizard)
    target = tmp_path / "kit.pdf"
    focus_on(qtbot, wizard, "kit_save")
    press(qtbot, Qt.Key.Key_Space)
    choose_file(qtbot, wizard.window(), target)
    wait_for(qtbot, wizard, "kit_told")
    printed = " ".join(" ".join(page.extract_text() for page in PdfReader(target).pages).split())
    assert all(word in printed for word in key)
    assert "Lakeside Family Clinic" in printed
    assert "Ana Alvarez" in printed


def test_every_step_has_room_at_double_text(qtbot: QtBot, theme: Theme, wizard: FirstRun) -> None:
    theme.scale_text(200)
    fill_clinic(qtbot, wizard)
    qtbot.waitUntil(lambda: clipped(wizard) == [])
    fill_person(qtbot, wizard)
    qtbot.waitUntil(lambda: clipped(wizard) == [])


@pytest.mark.parametrize(
    ("typed", "is_typing", "number"),
    [
        ("", False, 0),
        ("one two", False, 0),
        ("one tw", True, 0),
        ("one tw", False, 2),
        ("one three", True, 2),
        ("on two", False, 1),
        ("one two three four", True, 4),
    ],
)
def test_the_first_wrong_word_is_named(typed: str, is_typing: bool, number: int) -> None:
    assert first_wrong(typed.split(), ("one", "two", "three"), is_typing=is_typing) == number


def test_a_folder_is_named_for_the_clinic_and_never_taken_twice(tmp_path: Path) -> None:
    assert unused_folder(tmp_path, 'St. "Anne" / West: Clinic').name == "St Anne  West Clinic"
    (tmp_path / "Clinic").mkdir()
    assert unused_folder(tmp_path, "??").name == "Clinic 2"
