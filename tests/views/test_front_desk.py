from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.services.desk import Desk
from app.services.people import PersonForm
from app.storage.vault import DATABASE_FILE
from app.views.display import has_display
from app.views.front_desk import FrontDesk
from app.views.preferences import PreferenceStore
from app.views.theme import Theme
from app.views.wiring import Wiring
from tests.conftest import FIRST_PERSON, RECOVERY_KEY
from tests.fake_clock import FakeClock
from tests.views.at_the_desk import (
    CANARY,
    CTRL,
    add_canary,
    choose_file,
    come_in,
    everything_in_view,
    focus,
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

NURSE = PersonForm("Nina Park", "LPN", "nina", ("nurse",))
NURSE_PASSPHRASE = "four lanterns drift north"
ENTER, TAB, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Space


def try_to_come_in(qtbot: QtBot, front_desk: FrontDesk, username: str, passphrase: str) -> str:
    """Sign in with keys where it is refused; return why."""
    line = part(front_desk.window, "sign_in_username", QLineEdit)
    line.setFocus()
    line.selectAll()
    write(qtbot, username)
    press(qtbot, TAB)
    write(qtbot, passphrase)
    press(qtbot, ENTER)
    wait_for(qtbot, front_desk.window, "sign_in_banner")
    assert front_desk.desk is None
    return words(front_desk.window, "sign_in_banner_text")


def test_signing_in_leads_to_the_pages_and_says_who_is_in(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path
) -> None:
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    window = front_desk.window
    assert window.open_page == "today"
    assert words(window, "status_person") == "Signed in: Ana Alvarez"
    assert words(window, "status_clinic") == "Lakeside Family Clinic"
    assert words(window, "status_lock") == "Locks in 10 min"


def test_enter_in_the_user_name_goes_on_to_the_passphrase(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path
) -> None:
    start(qtbot, front_desk, clinic_folder)
    write(qtbot, "ana")
    press(qtbot, ENTER)
    assert part(front_desk.window, "sign_in_passphrase_line", QLineEdit).hasFocus()


@pytest.mark.parametrize(
    ("username", "passphrase"),
    [("ana", "seven quiet herons wave"), ("nobody", FIRST_PERSON.passphrase), ("ana", FIRST_PERSON.passphrase + " ")],
)
def test_a_wrong_name_or_passphrase_says_the_same_and_can_be_typed_over(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, username: str, passphrase: str
) -> None:
    start(qtbot, front_desk, clinic_folder)
    told = try_to_come_in(qtbot, front_desk, username, passphrase)
    assert told == "The user name or the password is not right."
    line = part(front_desk.window, "sign_in_passphrase_line", QLineEdit)
    assert line.hasFocus()
    assert line.selectedText()
    assert line.echoMode() == QLineEdit.EchoMode.Password


def test_after_a_wrong_passphrase_the_right_one_opens(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> None:
    start(qtbot, front_desk, clinic_folder)
    try_to_come_in(qtbot, front_desk, "ana", "wrong")
    write(qtbot, FIRST_PERSON.passphrase)
    press(qtbot, ENTER)
    qtbot.waitUntil(lambda: front_desk.desk is not None and not front_desk.window.is_locked, timeout=20_000)


def test_a_clinic_that_is_open_elsewhere_says_so(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, desk: Desk
) -> None:
    assert desk.opened.file.folder == clinic_folder
    start(qtbot, front_desk, clinic_folder)
    told = try_to_come_in(qtbot, front_desk, "ana", FIRST_PERSON.passphrase)
    assert "open already" in told
    assert not is_shown(front_desk.window, "sign_in_banner_action")


def test_a_damaged_clinic_offers_a_backup(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> None:
    database = clinic_folder / DATABASE_FILE
    content = bytearray(database.read_bytes())
    content[100:4000] = bytes(3900)
    database.write_bytes(content)
    start(qtbot, front_desk, clinic_folder)
    told = try_to_come_in(qtbot, front_desk, "ana", FIRST_PERSON.passphrase)
    assert "damaged" in told
    qtbot.keyClick(part(front_desk.window, "sign_in_banner_action", QPushButton), SPACE)
    assert is_shown(front_desk.window, "restore")


def test_a_folder_that_is_no_clinic_is_refused_at_the_welcome(
    qtbot: QtBot, front_desk: FrontDesk, tmp_path: Path
) -> None:
    start(qtbot, front_desk)
    focus_on(qtbot, front_desk.window, "welcome_browse")
    press(qtbot, SPACE)
    choose_file(qtbot, front_desk.window, tmp_path)
    assert "does not hold a CareLoop clinic" in words(front_desk.window, "welcome_banner_text")


def test_the_clinic_opened_last_is_offered_first(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, preferences: PreferenceStore
) -> None:
    preferences.save(replace(preferences.load(), last_clinic=str(clinic_folder)))
    start(qtbot, front_desk)
    assert focus() == "welcome_last"
    press(qtbot, SPACE)
    assert is_shown(front_desk.window, "sign_in")


def test_a_clinic_that_is_gone_is_not_offered(
    qtbot: QtBot, front_desk: FrontDesk, tmp_path: Path, preferences: PreferenceStore
) -> None:
    preferences.save(replace(preferences.load(), last_clinic=str(tmp_path / "gone")))
    start(qtbot, front_desk)
    assert not is_shown(front_desk.window, "welcome_last")


def test_signing_in_is_remembered_for_the_next_start(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, preferences: PreferenceStore
) -> None:
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    kept = preferences.load()
    assert kept.last_clinic == str(clinic_folder)
    assert "ana" not in str(replace(kept, last_clinic="")).lower()


def test_each_role_sees_its_own_pages_settings_and_commands(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path
) -> None:
    window = front_desk.window
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    desk = front_desk.desk
    assert desk is not None
    desk.people.add(desk.actor, NURSE, NURSE_PASSPHRASE)
    desk.people.add(desk.actor, PersonForm("Ivo Reed", "", "ivo", ("admin",)), NURSE_PASSPHRASE)
    window.go_to("patients")
    assert {"patient.import", "patient.new"} <= {command.key for command in window.commands.answered()}
    window.commands.run("sign_out")

    come_in(qtbot, front_desk, "nina", NURSE_PASSPHRASE)
    assert "patients" in window.stack.keys
    window.go_to("patients")
    assert {"patient.import"}.isdisjoint(command.key for command in window.commands.answered())
    window.go_to("settings")
    assert "Backups" not in everything_in_view()
    assert "People" not in everything_in_view()
    window.commands.run("sign_out")

    come_in(qtbot, front_desk, "ivo", NURSE_PASSPHRASE)
    assert window.stack.keys == ("reports", "settings")
    assert {"patient.import", "patient.new", "call.toggle"}.isdisjoint(c.key for c in window.commands.answered())


def test_signing_out_gives_the_clinic_back_and_forgets_every_page(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, wiring: Wiring
) -> None:
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    front_desk.window.commands.run("sign_out")
    assert is_shown(front_desk.window, "sign_in")
    assert front_desk.window.stack.keys == ()
    for name in ("status_person", "status_clinic"):
        assert [label.text() for label in front_desk.window.findChildren(QLabel, name)] == [""]
    again = wiring.open_desk(clinic_folder, "ana", FIRST_PERSON.passphrase, lambda _: None)
    again.close()


def test_closing_the_window_gives_the_clinic_back(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, wiring: Wiring
) -> None:
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    assert front_desk.window.close()
    wiring.open_desk(clinic_folder, "ana", FIRST_PERSON.passphrase, lambda _: None).close()


def test_a_backup_is_made_at_the_first_sign_in_of_a_day_whoever_it_is(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, clock: FakeClock
) -> None:
    backups = clinic_folder / "backups"
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    desk = front_desk.desk
    assert desk is not None
    qtbot.waitUntil(lambda: words(front_desk.window, "status_backup") == "Backup: 11/23/2026", timeout=20_000)
    assert len(list(backups.glob("*.careloop-backup"))) == 1
    desk.people.add(desk.actor, NURSE, NURSE_PASSPHRASE)
    front_desk.window.commands.run("sign_out")

    clock.advance(hours=23)
    come_in(qtbot, front_desk, "nina", NURSE_PASSPHRASE)
    qtbot.waitUntil(lambda: words(front_desk.window, "status_backup") == "Backup: 11/23/2026", timeout=20_000)
    assert len(list(backups.glob("*.careloop-backup"))) == 1
    front_desk.window.commands.run("sign_out")

    clock.advance(hours=2)
    come_in(qtbot, front_desk, "nina", NURSE_PASSPHRASE)
    qtbot.waitUntil(lambda: words(front_desk.window, "status_backup") == "Backup: 11/24/2026", timeout=20_000)
    assert len(list(backups.glob("*.careloop-backup"))) == 2


def test_a_backup_that_cannot_be_written_turns_late_after_three_days(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, clock: FakeClock
) -> None:
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    qtbot.waitUntil(lambda: "Backup: 11/23/2026" in words(front_desk.window, "status_backup"), timeout=20_000)
    front_desk.window.commands.run("sign_out")
    backups = clinic_folder / "backups"
    made = next(backups.glob("*.careloop-backup"))
    (kept := clinic_folder / "aside").mkdir()
    made.rename(kept / made.name)
    backups.rmdir()
    backups.write_text("in the way")
    clock.advance(days=4)
    come_in(qtbot, front_desk)
    qtbot.waitUntil(lambda: words(front_desk.window, "status_backup") == "Backup late: none yet", timeout=20_000)
    assert "The daily backup cannot be written" in words(front_desk.window, "notice_text")


def test_the_recovery_key_lets_an_administrator_in_and_is_replaced(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, wiring: Wiring
) -> None:
    window = front_desk.window
    fresh = "nine small boats at dusk"
    start(qtbot, front_desk, clinic_folder)
    write(qtbot, "ana")
    focus_on(qtbot, window, "sign_in_recovery")
    press(qtbot, SPACE)
    write(qtbot, RECOVERY_KEY.replace("doctor", "docter", 1))
    focus_on(qtbot, window, "recovery_passphrase_line")
    write(qtbot, fresh)
    press(qtbot, ENTER)
    wait_for(qtbot, window, "recovery_banner")
    assert "Word 6" in words(window, "recovery_banner_text")

    part(window, "recovery_words_typed", QPlainTextEdit).setPlainText("")
    write(qtbot, RECOVERY_KEY)
    focus_on(qtbot, window, "recovery_button")
    press(qtbot, SPACE)
    wait_for(qtbot, window, "next_key")
    key = [words(window, f"recovery_word_{number}").split(". ")[1] for number in range(1, 25)]
    assert " ".join(key) != RECOVERY_KEY
    focus_on(qtbot, window, "next_key_next")
    press(qtbot, SPACE)
    assert not is_shown(window, "recovery_word_1")
    assert not part(window, "next_key_next", QPushButton).isEnabled()
    write(qtbot, " ".join(key))
    focus_on(qtbot, window, "next_key_next")
    press(qtbot, SPACE)
    qtbot.waitUntil(lambda: not window.is_locked)
    assert front_desk.desk is not None

    window.commands.run("sign_out")
    assert "not right" in try_to_come_in(qtbot, front_desk, "ana", FIRST_PERSON.passphrase)
    write(qtbot, fresh)
    press(qtbot, ENTER)
    qtbot.waitUntil(lambda: front_desk.desk is not None and not window.is_locked, timeout=20_000)


def test_closing_while_the_next_key_is_shown_gives_the_clinic_back(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, wiring: Wiring
) -> None:
    window = front_desk.window
    fresh = "nine small boats at dusk"
    start(qtbot, front_desk, clinic_folder)
    focus_on(qtbot, window, "sign_in_recovery")
    press(qtbot, SPACE)
    write(qtbot, RECOVERY_KEY)
    focus_on(qtbot, window, "recovery_username")
    write(qtbot, "ana")
    focus_on(qtbot, window, "recovery_passphrase_line")
    write(qtbot, fresh)
    press(qtbot, ENTER)
    wait_for(qtbot, window, "next_key")
    window.close()
    wiring.open_desk(clinic_folder, "ana", fresh, lambda _: None).close()


def test_a_backup_is_restored_into_a_new_folder(
    qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path, desk: Desk, wiring: Wiring
) -> None:
    made = desk.backups.make(desk.actor)
    window = front_desk.window
    wiring.clinics_folder.mkdir(parents=True)
    start(qtbot, front_desk)
    focus_on(qtbot, window, "welcome_restore")
    press(qtbot, SPACE)
    focus_on(qtbot, window, "restore_choose_backup")
    press(qtbot, SPACE)
    choose_file(qtbot, window, made.path)
    focus_on(qtbot, window, "restore_username")
    write(qtbot, "ana")
    focus_on(qtbot, window, "restore_passphrase_line")
    write(qtbot, "not the passphrase")
    focus_on(qtbot, window, "restore_button")
    press(qtbot, SPACE)
    wait_for(qtbot, window, "restore_banner")
    assert list(wiring.clinics_folder.iterdir()) == []

    line = part(window, "restore_passphrase_line", QLineEdit)
    line.setFocus()
    line.selectAll()
    write(qtbot, FIRST_PERSON.passphrase)
    focus_on(qtbot, window, "restore_button")
    press(qtbot, SPACE)
    wait_for(qtbot, window, "sign_in")
    assert "restored" in words(window, "sign_in_banner_text")
    write(qtbot, FIRST_PERSON.passphrase)
    press(qtbot, ENTER)
    qtbot.waitUntil(lambda: front_desk.desk is not None, timeout=20_000)
    assert front_desk.desk is not None
    assert front_desk.desk.opened.file.folder == wiring.clinics_folder / "Restored clinic"


def test_the_demo_clinic_is_made_once_and_opened_with_one_press(
    qtbot: QtBot, front_desk: FrontDesk, wiring: Wiring, clinic_folder: Path
) -> None:
    window = front_desk.window
    start(qtbot, front_desk)
    focus_on(qtbot, window, "welcome_demo")
    press(qtbot, SPACE)
    wait_for(qtbot, window, "sign_in_demo")
    assert wiring.demo.passphrase in words(window, "sign_in_demo")
    assert wiring.demo.folder.is_dir()
    made_at = (wiring.demo.folder / "clinic.keys").stat().st_mtime_ns
    focus_on(qtbot, window, "sign_in_as_rosa")
    press(qtbot, SPACE)
    qtbot.waitUntil(lambda: front_desk.desk is not None and not window.is_locked, timeout=20_000)
    assert words(window, "status_person") == "Signed in: Rosa Delgado"
    window.commands.run("sign_out")
    focus_on(qtbot, window, "sign_in_other")
    press(qtbot, SPACE)
    focus_on(qtbot, window, "welcome_demo")
    press(qtbot, SPACE)
    assert is_shown(window, "sign_in_demo")
    assert (wiring.demo.folder / "clinic.keys").stat().st_mtime_ns == made_at


def test_making_the_demo_clinic_can_be_cancelled_and_leaves_nothing(
    qtbot: QtBot, front_desk: FrontDesk, wiring: Wiring
) -> None:
    window = front_desk.window
    start(qtbot, front_desk)
    focus_on(qtbot, window, "welcome_demo")
    press(qtbot, SPACE)
    cancel = part(window, "welcome_progress_cancel", QPushButton)
    assert cancel.isEnabled()
    qtbot.keyClick(cancel, SPACE)
    qtbot.waitUntil(lambda: not is_shown(window, "welcome_busy"), timeout=60_000)
    assert is_shown(window, "welcome")
    assert not wiring.demo.folder.exists()


def test_ctrl_k_finds_a_patient_by_name(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> None:
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    add_canary(front_desk)
    press(qtbot, Qt.Key.Key_K, CTRL)
    write(qtbot, CANARY[:6].lower())
    qtbot.waitUntil(lambda: front_desk.window.search.is_open)
    assert CANARY in front_desk.window.search.hits.data(front_desk.window.search.hits.index(0))


def test_sign_in_has_room_at_double_text(
    qtbot: QtBot, front_desk: FrontDesk, theme: Theme, clinic_folder: Path
) -> None:
    theme.scale_text(200)
    start(qtbot, front_desk, clinic_folder)
    qtbot.waitUntil(lambda: clipped(front_desk.window) == [])
    focus_on(qtbot, front_desk.window, "sign_in_other")
    press(qtbot, SPACE)
    qtbot.waitUntil(lambda: clipped(front_desk.window) == [])


@pytest.mark.parametrize(
    ("environment", "platform", "answer"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "win32", False),
    ],
)
def test_a_display_is_told_from_none(environment: dict[str, str], platform: str, answer: bool) -> None:
    assert has_display(environment, platform) is answer
