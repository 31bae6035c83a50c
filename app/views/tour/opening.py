"""First day, first hour: the office manager sets the clinic up."""

from PySide6.QtWidgets import QLabel

from app.views.tour.hands import CTRL, Key
from app.views.tour.people import CLINIC, DOCTOR, MANAGER, NURSE
from app.views.tour.stage import Stage


def welcome(stage: Stage) -> None:
    """Start the program on an empty machine."""
    stage.hands.see("welcome_create")
    stage.picture("welcome", "The first start, on an empty machine")
    stage.hands.tick("welcome_create")
    stage.hands.see("clinic_step")


def name_the_clinic(stage: Stage) -> None:
    """Name and time zone."""
    hands = stage.hands
    hands.fill("clinic_name", CLINIC)
    hands.tab_to("clinic_zone")
    hands.write("Central")
    stage.picture("first-run-clinic", "First run: the clinic's name, its time zone, and where it is kept")
    hands.tick("first_run_next")
    hands.see("person_step")


def first_person(stage: Stage) -> None:
    """The office manager, with a passphrase and its meter."""
    hands = stage.hands
    hands.fill("person_name", MANAGER.name)
    hands.fill("person_username", MANAGER.username)
    hands.fill("person_passphrase_line", MANAGER.passphrase)
    hands.fill("person_again_line", MANAGER.passphrase)
    hands.wait(lambda: "Checking" not in hands.read("passphrase_words"), "the passphrase to be judged")
    stage.picture("first-run-person", "First run: the first person, with a passphrase and its meter")
    hands.press(Key.Key_Return)
    hands.see("key_step")


def recovery_key(stage: Stage) -> None:
    """The recovery key: saved as a sheet to print, and typed back."""
    hands = stage.hands
    words = [hands.one(QLabel, f"recovery_word_{number}").text().split(". ")[1] for number in range(1, 25)]
    hands.tick("kit_save")
    hands.answer_file_dialog(stage.album.papers / "emergency-kit.pdf")
    hands.see("kit_told")
    stage.picture("first-run-recovery-key", "First run: the recovery key, saved as a sheet to print")
    hands.tick("first_run_next")
    hands.see("typed_back_step")
    hands.write(" ".join(words[:9]))
    stage.picture("first-run-typed-back", "First run: the key is typed back from the paper")
    hands.write(" " + " ".join(words[9:]))
    hands.tick("first_run_next")
    hands.see("letterhead_step")


def letterhead(stage: Stage) -> None:
    """What stands at the head of the clinic's papers."""
    hands = stage.hands
    for name, text in (
        ("address_line1", "214 Mill Street"),
        ("city", "Marlow"),
        ("zip", "50999"),
        ("phone", "515 555 0142"),
        ("after_hours_phone", "515 555 0143"),
        ("tin", "12-3456789"),
        ("group_npi", "1999999984"),
    ):
        hands.fill(name, text)
    hands.tab_to("state", back=True)
    hands.choose("state", "IA")
    stage.picture("first-run-letterhead", "First run: letterhead and billing numbers")
    hands.tick("first_run_next")
    hands.see("practitioners_step")


def practitioner(stage: Stage) -> None:
    """For whom the clinic bills; a wrong digit of the NPI is told at once."""
    hands = stage.hands
    hands.settle()
    hands.fill("name", DOCTOR.name)
    hands.fill("credential", DOCTOR.credential)
    hands.fill("npi", "1999999902")
    stage.picture("first-run-npi", "First run: an NPI with a wrong digit is told at once")
    hands.fill("npi", "1999999901")
    hands.tick("first_run_next")
    hands.see("finish_step")
    stage.picture("first-run-finish", "First run: the clinic is ready")


def colleagues(stage: Stage) -> None:
    """Add the nurse and the practitioner, each with their roles and a first passphrase."""
    hands = stage.hands
    hands.tick("finish_people")
    hands.see("settings_sections")
    hands.press(Key.Key_Down)
    hands.see("people_add")
    for worker in (NURSE, DOCTOR):
        hands.tick("people_add")
        hands.see("username")
        hands.fill("name", worker.name)
        hands.fill("credential", worker.credential)
        hands.fill("username", worker.username)
        for role in worker.roles:
            hands.tick(f"role_{role}")
        hands.fill("passphrase_line", worker.passphrase)
        hands.wait(lambda: "Checking" not in hands.read("passphrase_words"), "the passphrase to be judged")
        if worker is NURSE:
            stage.picture("settings-add-person", "Settings: the nurse is added, with roles and a first passphrase")
        hands.press(Key.Key_S, CTRL)
        hands.wait(lambda: not hands.is_shown("username"), "the person to be saved")
        hands.settle()
    stage.picture("settings-people", "Settings: who works here")


def who_signs(stage: Stage) -> None:
    """Say that the practitioner signs in as himself."""
    hands = stage.hands
    hands.tab_to("settings_sections", back=True)
    hands.press(Key.Key_Down)
    hands.tab_to("practitioners_list")
    hands.press(Key.Key_Return)
    hands.see("person_id")
    hands.choose("person_id", DOCTOR.name)
    stage.picture("settings-practitioner", "Settings: the practitioner, and who signs in as him")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("person_id"), "the practitioner to be saved")


def charge(stage: Stage) -> None:
    """What the clinic charges for the first twenty minutes."""
    hands = stage.hands
    hands.tab_to("settings_sections", back=True)
    hands.press(Key.Key_Down)
    hands.tick("charges_add" if hands.is_shown("charges_add") else "charges_empty_action")
    hands.see("cents")
    hands.choose("code", "99490")
    hands.fill("from_on", "10/01/2026")
    hands.fill("cents", "95.00")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("cents"), "the charge to be saved")
    hands.settle()
    stage.picture("settings-charge", "Settings: what the clinic charges")
    hands.tab_to("settings_sections", back=True)
    hands.press(Key.Key_Up)
    hands.settle()


def own_roles(stage: Stage) -> None:
    """The first person gives up the roles that are not hers."""
    hands = stage.hands
    hands.tab_to("settings_sections", back=True)
    hands.press(Key.Key_Up)
    hands.tab_to("people_list")
    hands.press(Key.Key_Home)
    hands.press(Key.Key_Return)
    hands.see("role_nurse")
    for role in ("nurse", "coordinator", "practitioner", "auditor"):
        hands.tick(f"role_{role}")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("role_nurse"), "the roles to be saved")
    hands.settle()
