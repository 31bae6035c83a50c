"""Settings: the clinic's templates and when plans are reviewed, with real keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.services.desk import Desk
from app.views.care_plan.templates_section import TemplatesSection
from app.views.front_desk import FrontDesk
from app.views.settings.settings_page import SettingsPage
from app.views.theme import Theme
from tests.views.at_the_desk import come_in, focus, focus_on, is_shown, part, press, start, wait_for, words, write
from tests.views.clipping import clipped

CTRL = Qt.KeyboardModifier.ControlModifier
KEY = Qt.Key


@pytest.fixture
def section(qtbot: QtBot, front_desk: FrontDesk, clinic_folder: Path) -> TemplatesSection:
    """The templates in the settings of Ana, who holds every role."""
    start(qtbot, front_desk, clinic_folder)
    come_in(qtbot, front_desk)
    front_desk.window.go_to("settings")
    page = part(front_desk.window, "settings_page", SettingsPage)
    shown = page.open_section("templates")
    assert isinstance(shown, TemplatesSection)
    qtbot.waitUntil(lambda: len(shown.pane.table.rows) == 15)
    return shown


@pytest.fixture
def desk(section: TemplatesSection, front_desk: FrontDesk) -> Desk:
    assert front_desk.desk is not None
    return front_desk.desk


def open_template(qtbot: QtBot, section: TemplatesSection, key: str) -> None:
    section.pane.view.pick(key)
    section.pane.view.setFocus()
    press(qtbot, KEY.Key_Return)
    qtbot.waitUntil(lambda: section.editor is not None and section.editor.isVisible())


def test_a_line_is_changed_and_the_template_is_the_clinic_s_until_it_is_reset(
    qtbot: QtBot, section: TemplatesSection, desk: Desk
) -> None:
    open_template(qtbot, section, "copd")
    assert "GOLD" in words(section, "template_sources")
    assert section.editor is not None
    goal = next(row.line.id for row in section.editor.table.rows if row.line.id.startswith("copd."))
    section.editor.list.pick(goal)
    section.editor.list.setFocus()
    press(qtbot, KEY.Key_Return)
    wait_for(qtbot, section, "template_line_panel_save")
    line = QApplication.focusWidget()
    assert isinstance(line, QPlainTextEdit)
    line.selectAll()
    write(qtbot, "As our clinic says it.")
    press(qtbot, KEY.Key_S, CTRL)
    qtbot.waitUntil(lambda: "As our clinic says it." in str(desk.plan_templates.read(desk.actor, "copd")))
    qtbot.waitUntil(lambda: is_shown(section, "template_reset"))
    row = next(row for row in desk.plan_templates.templates(desk.actor) if row.key == "copd")
    assert (row.is_own, row.can_reset, row.changed_by) == (True, True, "Ana Alvarez")
    part(section, "template_reset", QPushButton).setFocus()
    press(qtbot, KEY.Key_Space)
    qtbot.waitUntil(lambda: focus() == "confirm_cancel")
    part(QApplication.activeWindow() or section, "confirm_action", QPushButton).click()
    qtbot.waitUntil(
        lambda: not any(row.is_own for row in desk.plan_templates.templates(desk.actor) if row.key == "copd")
    )
    qtbot.waitUntil(lambda: not is_shown(section, "template_reset"))


def test_a_line_is_taken_away_and_comes_back_with_undo(qtbot: QtBot, section: TemplatesSection, desk: Desk) -> None:
    open_template(qtbot, section, "copd")
    before = desk.plan_templates.read(desk.actor, "copd")
    assert section.editor is not None
    section.editor.list.setFocus()
    press(qtbot, KEY.Key_Return)
    wait_for(qtbot, section, "template_line_remove")
    part(section, "template_line_remove", QPushButton).click()
    qtbot.waitUntil(lambda: len(desk.plan_templates.read(desk.actor, "copd").lines) == len(before.lines) - 1)
    qtbot.waitUntil(lambda: section.editor is not None and len(section.editor.template.lines) == len(before.lines) - 1)
    assert section.editor is not None
    section.editor.list.setFocus()
    press(qtbot, KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: desk.plan_templates.read(desk.actor, "copd") == before)


def test_an_intervention_is_added_with_whose_work_it_is(qtbot: QtBot, section: TemplatesSection, desk: Desk) -> None:
    open_template(qtbot, section, "copd")
    assert section.editor is not None
    section.editor.section.set_value("interventions")
    part(section, "template_line_add", QPushButton).setFocus()
    press(qtbot, KEY.Key_Space)
    wait_for(qtbot, section, "template_line_panel_save")
    write(qtbot, "Ask about oxygen at night")
    press(qtbot, KEY.Key_Tab)
    press(qtbot, KEY.Key_Down)  # from nurse to coordinator
    focus_on(qtbot, section, "every_months")
    write(qtbot, "3")
    press(qtbot, KEY.Key_S, CTRL)
    qtbot.waitUntil(lambda: "oxygen at night" in str(desk.plan_templates.read(desk.actor, "copd")))
    added = next(line for line in desk.plan_templates.read(desk.actor, "copd").lines if line.id == "copd.own_1")
    assert (added.role, added.every_months, added.value("due")) == ("coordinator", 3, "Every 3 months")
    assert added.value("who") == "{coordinator}"


def test_a_template_of_the_clinic_s_own(qtbot: QtBot, section: TemplatesSection, desk: Desk) -> None:
    part(section, "templates_add", QPushButton).setFocus()
    press(qtbot, KEY.Key_Space)
    wait_for(qtbot, section, "template_new_panel_save")
    for text in ("Gout", "Gota", "M10, M1A"):
        write(qtbot, text)
        press(qtbot, KEY.Key_Tab)
    focus_on(qtbot, section, "outlook")
    write(qtbot, "Attacks can be made rare.")
    press(qtbot, KEY.Key_S, CTRL)
    qtbot.waitUntil(lambda: any(row.key == "gout" for row in desk.plan_templates.templates(desk.actor)))
    template = desk.plan_templates.read(desk.actor, "gout")
    assert (template.codes, template.lines[0].value("text")) == (("M10", "M1A"), "Attacks can be made rare.")


def test_a_wrong_code_is_named_beside_its_field(qtbot: QtBot, section: TemplatesSection) -> None:
    open_template(qtbot, section, "copd")
    part(section, "template_about", QPushButton).setFocus()
    press(qtbot, KEY.Key_Space)
    wait_for(qtbot, section, "template_about_panel_save")
    codes = part(section, "codes", QLineEdit)
    codes.setFocus()
    codes.selectAll()
    write(qtbot, "lungs")
    press(qtbot, KEY.Key_S, CTRL)
    qtbot.waitUntil(lambda: any("LUNGS" in label.text() for label in section.findChildren(QLabel) if label.isVisible()))


def test_the_months_between_reviews(qtbot: QtBot, section: TemplatesSection, front_desk: FrontDesk, desk: Desk) -> None:
    page = part(front_desk.window, "settings_page", SettingsPage)
    shown = page.open_section("plan_reviews")
    assert shown is not None
    field = part(shown, "plan_review_months", QLineEdit)
    qtbot.waitUntil(lambda: field.text() == "6")
    field.setFocus()
    field.selectAll()
    write(qtbot, "4")
    press(qtbot, KEY.Key_S, CTRL)
    qtbot.waitUntil(lambda: desk.plan_history.review_months(desk.actor) == 4)


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_clipped(qtbot: QtBot, section: TemplatesSection, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    qtbot.waitUntil(lambda: clipped(section) == [])
    open_template(qtbot, section, "heart_failure")
    qtbot.waitUntil(lambda: clipped(section) == [])
    assert section.editor is not None
    section.editor.list.setFocus()
    press(qtbot, KEY.Key_Return)
    wait_for(qtbot, section, "template_line_panel_save")
    qtbot.waitUntil(lambda: clipped(section) == [])
