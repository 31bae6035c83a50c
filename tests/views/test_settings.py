from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from app.services.desk import Desk
from app.services.note_sections import default_note_sections
from app.services.people import PersonForm
from app.services.practitioners import PractitionerForm
from app.views.form_panel import FormPanel
from app.views.front_desk import FrontDesk
from app.views.preferences import PreferenceStore, ThemeChoice
from app.views.settings.settings_page import SettingsPage
from app.views.theme import DARK, Theme, colours
from tests.conftest import FIRST_PERSON
from tests.views.at_the_desk import (
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

NPI = "1999999901"
NURSE_PASSPHRASE = "four lanterns drift north"
ENTER, SPACE, TAB = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab


@pytest.fixture
def settings(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> SettingsPage:
    """The settings of Ana, who holds every role."""
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    front_desk.window.go_to("settings")
    return part(front_desk.window, "settings_page", SettingsPage)


@pytest.fixture
def at_desk(settings: SettingsPage, front_desk: FrontDesk) -> Desk:
    desk = front_desk.desk
    assert desk is not None
    return desk


def open_section(qtbot: QtBot, settings: SettingsPage, key: str) -> None:
    """Walk to a section with the arrow keys and go into it."""
    settings.list.setFocus()
    press(qtbot, Qt.Key.Key_Home)
    for _ in range(settings.keys.index(key)):
        press(qtbot, Qt.Key.Key_Down)
    assert is_shown(settings, {"notes": "notes_section"}.get(key, f"{key}_section"))
    settle(qtbot, settings)
    press(qtbot, ENTER)


def settle(qtbot: QtBot, settings: SettingsPage) -> None:
    qtbot.waitUntil(lambda: settings._context.tasks.is_idle)


def save(qtbot: QtBot, settings: SettingsPage, panel: str) -> None:
    focus_on(qtbot, settings, f"{panel}_save")
    press(qtbot, SPACE)
    settle(qtbot, settings)


def test_what_is_asked_of_a_role_is_there_and_nothing_else(qtbot: QtBot, settings: SettingsPage) -> None:
    assert settings.keys == (
        *("clinic", "people", "practitioners", "charges", "claims", "codes"),
        *("cadence", "owners", "holidays", "escalation", "scripts", "notes", "phrases", "timer"),
        *("templates", "plan_reviews", "passphrase", "computer", "backups", "check"),
    )


def test_a_nurse_is_added_and_signs_in(
    qtbot: QtBot, front_desk: FrontDesk, settings: SettingsPage, at_desk: Desk
) -> None:
    open_section(qtbot, settings, "people")
    focus_on(qtbot, settings, "people_add")
    press(qtbot, SPACE)
    write(qtbot, "Nina Park")
    focus_on(qtbot, settings, "credential")
    write(qtbot, "LPN")
    focus_on(qtbot, settings, "username")
    write(qtbot, "nina")
    focus_on(qtbot, settings, "role_nurse")
    press(qtbot, SPACE)
    focus_on(qtbot, settings, "passphrase_line")
    write(qtbot, "too short")
    focus_on(qtbot, settings, "person_panel_save")
    press(qtbot, SPACE)
    assert "at least 15" in words(settings, "passphrase_error")
    line = part(settings, "passphrase_line", QLineEdit)
    line.setFocus()
    line.selectAll()
    write(qtbot, NURSE_PASSPHRASE)
    save(qtbot, settings, "person_panel")
    assert not is_shown(settings, "side_panel")
    nurse = next(row for row in at_desk.people.rows(at_desk.actor) if row.username == "nina")
    assert (nurse.name, nurse.credential, nurse.roles, nurse.can_sign_in) == ("Nina Park", "LPN", ("nurse",), True)
    qtbot.waitUntil(lambda: settings._context.tasks.is_idle)

    front_desk.window.commands.run("sign_out")
    come_in(qtbot, front_desk, "nina", NURSE_PASSPHRASE)
    assert "settings" in front_desk.window.stack.keys
    front_desk.window.go_to("settings")
    assert part(front_desk.window, "settings_page", SettingsPage).keys == ("passphrase", "computer")
    assert not is_shown(front_desk.window, "lock_section")


def test_staff_who_do_not_sign_in_need_only_a_name(qtbot: QtBot, settings: SettingsPage, at_desk: Desk) -> None:
    open_section(qtbot, settings, "people")
    focus_on(qtbot, settings, "people_add")
    press(qtbot, SPACE)
    write(qtbot, "Pat Lindgren")
    focus_on(qtbot, settings, "signs_in_box")
    press(qtbot, SPACE)
    assert not is_shown(settings, "passphrase")
    assert not is_shown(settings, "roles")
    save(qtbot, settings, "person_panel")
    pat = next(row for row in at_desk.people.rows(at_desk.actor) if row.name == "Pat Lindgren")
    assert not pat.can_sign_in


def test_a_person_is_disabled_and_let_in_again(
    qtbot: QtBot, front_desk: FrontDesk, settings: SettingsPage, at_desk: Desk
) -> None:
    at_desk.people.add(at_desk.actor, PersonForm("Nina Park", "LPN", "nina", ("nurse",)), NURSE_PASSPHRASE)
    open_section(qtbot, settings, "people")
    focus_on(qtbot, settings, "people_list")
    press(qtbot, Qt.Key.Key_End)
    press(qtbot, ENTER)
    focus_on(qtbot, settings, "person_disable")
    press(qtbot, SPACE)
    wait_for(qtbot, front_desk.window, "confirm")
    qtbot.keyClick(part(front_desk.window, "confirm_action", QPushButton), SPACE)
    settle(qtbot, settings)
    (nina,) = [row for row in at_desk.people.rows(at_desk.actor) if row.username == "nina"]
    assert not nina.is_active
    front_desk.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)

    focus_on(qtbot, settings, "people_list")
    press(qtbot, Qt.Key.Key_End)
    press(qtbot, ENTER)
    focus_on(qtbot, settings, "person_enable")
    press(qtbot, SPACE)
    write(qtbot, "nine small boats at dusk")
    save(qtbot, settings, "passphrase_panel")
    front_desk.window.commands.run("sign_out")
    come_in(qtbot, front_desk, "nina", "nine small boats at dusk")


def test_nobody_can_disable_themselves(qtbot: QtBot, settings: SettingsPage) -> None:
    open_section(qtbot, settings, "people")
    focus_on(qtbot, settings, "people_list")
    press(qtbot, ENTER)
    assert is_shown(settings, "person_panel")
    assert not is_shown(settings, "person_disable")
    assert not is_shown(settings, "person_reset")


def test_the_last_administrator_stays_one(qtbot: QtBot, settings: SettingsPage) -> None:
    open_section(qtbot, settings, "people")
    focus_on(qtbot, settings, "people_list")
    press(qtbot, ENTER)
    focus_on(qtbot, settings, "role_admin")
    press(qtbot, SPACE)
    save(qtbot, settings, "person_panel")
    assert "administrator" in words(settings, "person_panel_banner_text")


def test_a_practitioner_with_a_wrong_npi_is_refused_and_with_a_right_one_added(
    qtbot: QtBot, settings: SettingsPage, at_desk: Desk
) -> None:
    open_section(qtbot, settings, "practitioners")
    focus_on(qtbot, settings, "practitioners_empty_action")
    press(qtbot, SPACE)
    write(qtbot, "Miriam Hale")
    focus_on(qtbot, settings, "npi")
    write(qtbot, "1999999902")
    assert "This is not an NPI" in words(settings, "npi_error")
    press(qtbot, Qt.Key.Key_Backspace)
    write(qtbot, "1")
    assert not is_shown(settings, "npi_error")
    save(qtbot, settings, "practitioner_panel")
    (row,) = at_desk.practitioners.rows(at_desk.actor)
    assert (row.name, row.npi, row.kind) == ("Miriam Hale", NPI, "physician")


def test_a_practitioner_twice_is_told_beside_the_number(qtbot: QtBot, settings: SettingsPage, at_desk: Desk) -> None:
    at_desk.practitioners.add(at_desk.actor, PractitionerForm("Miriam Hale", NPI))
    open_section(qtbot, settings, "practitioners")
    focus_on(qtbot, settings, "practitioners_add")
    press(qtbot, SPACE)
    write(qtbot, "M. Hale")
    focus_on(qtbot, settings, "npi")
    write(qtbot, NPI)
    save(qtbot, settings, "practitioner_panel")
    assert "is on the list already" in words(settings, "npi_error")


def test_a_charge_is_set_taken_away_and_put_back(
    qtbot: QtBot, front_desk: FrontDesk, settings: SettingsPage, at_desk: Desk
) -> None:
    open_section(qtbot, settings, "charges")
    focus_on(qtbot, settings, "charges_empty_action")
    press(qtbot, SPACE)
    write(qtbot, "99490")
    focus_on(qtbot, settings, "from_on")
    write(qtbot, "01/01/2026")
    focus_on(qtbot, settings, "cents")
    write(qtbot, "75.00")
    save(qtbot, settings, "charge_panel")
    stands = [(row.code, row.from_on, row.cents) for row in at_desk.clinic.charges(at_desk.actor)]
    assert stands == [("99490", date(2026, 1, 1), 7500)]

    focus_on(qtbot, settings, "charges_list")
    press(qtbot, ENTER)
    focus_on(qtbot, settings, "charge_remove")
    press(qtbot, SPACE)
    settle(qtbot, settings)
    assert at_desk.clinic.charges(at_desk.actor) == []
    press(qtbot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, settings)
    assert [(r.code, r.from_on, r.cents) for r in at_desk.clinic.charges(at_desk.actor)] == stands


def test_the_clinics_facts_are_changed_and_shown_in_the_status_line(
    qtbot: QtBot, front_desk: FrontDesk, settings: SettingsPage, at_desk: Desk
) -> None:
    open_section(qtbot, settings, "clinic")
    name = part(settings, "name", QLineEdit)
    name.setFocus()
    name.selectAll()
    write(qtbot, "Harbor Family Clinic")
    focus_on(qtbot, settings, "zip")
    write(qtbot, "5401")
    save(qtbot, settings, "clinic_panel")
    assert words(settings, "zip_error") == "A ZIP code has five digits, or nine."
    press(qtbot, Qt.Key.Key_Home)
    write(qtbot, "0")
    save(qtbot, settings, "clinic_panel")
    kept = at_desk.clinic.clinic(at_desk.actor)
    assert (kept.name, kept.zip) == ("Harbor Family Clinic", "05401")
    qtbot.waitUntil(lambda: words(front_desk.window, "status_clinic") == "Harbor Family Clinic")


def test_unsaved_changes_are_asked_about_before_the_page_is_left(
    qtbot: QtBot, front_desk: FrontDesk, settings: SettingsPage, at_desk: Desk
) -> None:
    open_section(qtbot, settings, "clinic")
    focus_on(qtbot, settings, "city")
    write(qtbot, "Burlington")
    front_desk.window.commands.run("sign_out")
    assert front_desk.desk is not None
    assert is_shown(front_desk.window, "confirm")
    qtbot.keyClick(part(front_desk.window, "confirm_action", QPushButton), SPACE)
    settle(qtbot, settings)
    assert part(settings, "city", QLineEdit).text() == ""
    front_desk.window.commands.run("sign_out")
    assert front_desk.desk is None


def test_ones_own_passphrase_is_changed(
    qtbot: QtBot, front_desk: FrontDesk, settings: SettingsPage, at_desk: Desk
) -> None:
    fresh = "nine small boats at dusk"
    open_section(qtbot, settings, "passphrase")
    focus_on(qtbot, settings, "old_passphrase_line")
    write(qtbot, "not mine at all")
    focus_on(qtbot, settings, "passphrase_line")
    write(qtbot, fresh)
    focus_on(qtbot, settings, "passphrase_again_line")
    write(qtbot, fresh)
    save(qtbot, settings, "own_passphrase_panel")
    assert words(settings, "old_passphrase_error") == "This is not your present passphrase."
    old = part(settings, "old_passphrase_line", QLineEdit)
    old.setFocus()
    old.selectAll()
    write(qtbot, FIRST_PERSON.passphrase)
    save(qtbot, settings, "own_passphrase_panel")
    assert "was changed" in words(front_desk.window, "notice_text")
    assert part(settings, "old_passphrase_line", QLineEdit).text() == ""
    front_desk.window.commands.run("sign_out")
    come_in(qtbot, front_desk, "ana", fresh)


def test_the_note_gets_another_part_and_loses_one(qtbot: QtBot, settings: SettingsPage, at_desk: Desk) -> None:
    before = default_note_sections()
    open_section(qtbot, settings, "notes")
    focus_on(qtbot, settings, "note_part_1_remove")
    press(qtbot, SPACE)
    focus_on(qtbot, settings, "note_part_add")
    press(qtbot, SPACE)
    write(qtbot, "Home safety")
    focus_on(qtbot, settings, f"note_part_{len(before)}_required")
    press(qtbot, SPACE)
    focus_on(qtbot, settings, f"note_part_{len(before)}_up")
    press(qtbot, SPACE)
    focus_on(qtbot, settings, "attempts_box")
    press(qtbot, SPACE)
    save(qtbot, settings, "notes_panel")
    kept = at_desk.clinic.note_sections(at_desk.actor)
    assert [section.title for section in kept] == [
        *(section.title for section in before[1:-1]),
        "Home safety",
        before[-1].title,
    ]
    assert kept[-2].required
    assert not at_desk.clinic.attempts_are_clerical(at_desk.actor)


def test_colours_and_text_size_change_at_once_and_are_kept(
    qtbot: QtBot, settings: SettingsPage, theme: Theme, preferences: PreferenceStore
) -> None:
    open_section(qtbot, settings, "computer")
    focus_on(qtbot, settings, "theme_0")
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Down)
    assert colours() == DARK
    focus_on(qtbot, settings, "text_scale_0")
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Down)
    assert theme.text_scale == 150
    kept = preferences.load()
    assert (kept.theme, kept.text_scale) == (ThemeChoice.DARK, 150)


def test_the_lock_takes_one_to_fifteen_minutes(qtbot: QtBot, settings: SettingsPage, at_desk: Desk) -> None:
    open_section(qtbot, settings, "computer")
    line = part(settings, "lock_after_minutes", QLineEdit)
    line.setFocus()
    line.selectAll()
    write(qtbot, "0")
    save(qtbot, settings, "lock_panel")
    assert "from 1 to 15" in words(settings, "lock_after_minutes_error")
    line.setFocus()
    line.selectAll()
    write(qtbot, "5")
    save(qtbot, settings, "lock_panel")
    assert at_desk.clinic.lock_after_minutes(at_desk.actor) == 5


def test_a_backup_is_made_and_its_moment_shown_in_the_clinics_time(
    qtbot: QtBot, settings: SettingsPage, at_desk: Desk, clinic_folder: Path
) -> None:
    settle(qtbot, settings)
    for made in (clinic_folder / "backups").iterdir():
        made.unlink()
    open_section(qtbot, settings, "backups")
    assert words(settings, "backups_state_text") == "There is no backup yet."
    focus_on(qtbot, settings, "backup_make")
    press(qtbot, SPACE)
    qtbot.waitUntil(lambda: "Newest" in words(settings, "backups_state_text"), timeout=20_000)
    assert words(settings, "backups_state_text") == "Newest verified backup: 11/23/2026 at 9:00 AM"
    assert len(list((clinic_folder / "backups").glob("*.careloop-backup"))) == 1


def test_a_sound_file_is_called_sound(qtbot: QtBot, settings: SettingsPage) -> None:
    open_section(qtbot, settings, "check")
    focus_on(qtbot, settings, "check_now")
    press(qtbot, SPACE)
    wait_for(qtbot, settings, "check_result")
    assert "Everything is as CareLoop wrote it" in words(settings, "check_result_text")


def test_a_row_changed_behind_its_back_is_named(qtbot: QtBot, settings: SettingsPage, at_desk: Desk) -> None:
    with at_desk.opened.file.engine.begin() as connection:
        connection.execute(text("UPDATE person SET name = 'Mallory' WHERE id = 1"))
    open_section(qtbot, settings, "check")
    focus_on(qtbot, settings, "check_now")
    press(qtbot, SPACE)
    wait_for(qtbot, settings, "check_found")
    assert "Sealed records: person 1 was changed" in words(settings, "check_found")


def test_every_section_has_room_at_double_text_and_names_for_all_controls(
    qtbot: QtBot, front_desk: FrontDesk, settings: SettingsPage, theme: Theme
) -> None:
    theme.scale_text(200)
    for key in settings.keys:
        settings.open_section(key)
        settle(qtbot, settings)
        qtbot.waitUntil(lambda: clipped(settings) == [])
        for control in settings.findChildren(QWidget):
            if control.isVisible() and isinstance(control, QLineEdit | QPushButton | QCheckBox):
                assert control.accessibleName(), control.objectName()
                assert control.objectName(), control.accessibleName()


def test_a_panel_is_saved_with_ctrl_s(qtbot: QtBot, settings: SettingsPage, at_desk: Desk) -> None:
    open_section(qtbot, settings, "people")
    focus_on(qtbot, settings, "people_list")
    press(qtbot, ENTER)
    part(settings, "person_panel", FormPanel)
    focus_on(qtbot, settings, "credential")
    write(qtbot, "RN, CCM")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, settings)
    assert at_desk.people.rows(at_desk.actor)[0].credential == "RN, CCM"
