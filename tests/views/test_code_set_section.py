"""The diagnosis codes in the settings: what is in use, a newer year's file, and codes that are not in it."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app import assets
from app.services.chart_forms import ConditionForm
from app.services.desk import Desk
from app.services.patient_form import PatientForm
from app.views.front_desk import FrontDesk
from app.views.settings.code_set_section import CodeSetSection
from app.views.settings.settings_page import SettingsPage
from tests.rules.test_icd10_order_file import order_file
from tests.views.at_the_desk import choose_file, come_in, is_shown, part, start


@pytest.fixture
def section(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> CodeSetSection:
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    desk = front_desk.desk
    assert desk is not None
    add_old_code(desk)
    front_desk.window.go_to("settings")
    made = part(front_desk.window, "settings_page", SettingsPage).open_section("codes")
    assert isinstance(made, CodeSetSection)
    qtbot.waitUntil(lambda: bool(made.outdated.rows), timeout=20_000)
    return made


def add_old_code(desk: Desk) -> None:
    patient = desk.patients.add(
        desk.actor, PatientForm(given_name="Ann", family_name="Baker", born_on=date(1948, 3, 2))
    )
    desk.chart.add_condition(desk.actor, patient, ConditionForm("Type 2 diabetes", "E11", onset_on=date(2019, 1, 1)))


def said(section: CodeSetSection, name: str) -> str:
    return " ".join(label.text() for label in section.findChildren(QLabel) if label.objectName().startswith(name))


def test_what_is_in_use_and_which_charts_it_does_not_fit(section: CodeSetSection) -> None:
    assert "The codes of 2027 are in use, from 10/01/2026 to 09/30/2027." in said(section, "codes_standing")
    assert "Came with CareLoop" in said(section, "codes_source")
    assert not is_shown(section, "codes_own")
    assert section.outdated.words_at(0)[:4] == ("Baker, Ann", "E11", "Type 2 diabetes", "Too general")
    assert "E11.9" in section.outdated.words_at(0)[4]


def test_a_newer_official_file_is_loaded_and_put_back(
    qtbot: QtBot, section: CodeSetSection, front_desk: FrontDesk, tmp_path: Path
) -> None:
    path = tmp_path / "icd10cm-order-2028.txt"
    path.write_text("\n".join(order_file(assets.load_code_set())), encoding="utf-8")
    qtbot.mouseClick(part(section, "codes_load", QPushButton), Qt.MouseButton.LeftButton)
    choose_file(qtbot, front_desk.window, path)
    qtbot.waitUntil(lambda: "The codes of 2028 are in use" in said(section, "codes_standing"), timeout=30_000)
    qtbot.mouseClick(part(section, "codes_own", QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "The codes of 2027 are in use" in said(section, "codes_standing"), timeout=20_000)


def test_a_file_that_is_none_is_refused_in_a_sentence(
    qtbot: QtBot, section: CodeSetSection, front_desk: FrontDesk, tmp_path: Path
) -> None:
    path = tmp_path / "order.txt"
    path.write_text("not a code set")
    qtbot.mouseClick(part(section, "codes_load", QPushButton), Qt.MouseButton.LeftButton)
    choose_file(qtbot, front_desk.window, path)
    qtbot.waitUntil(lambda: is_shown(front_desk.window, "notice"), timeout=20_000)
    assert "The codes of 2027 are in use" in said(section, "codes_standing")
