"""A patient asks for the record to be amended: recorded, decided and answered, with keys, on the chart."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel

from app.views.chart.amendments_section import AmendmentsSection
from app.views.theme import Theme
from app.views.widgets import ChoiceField
from tests.views.clipping import clipped
from tests.views.patient_room import CTRL, KEY, PatientRoom, patient_room


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request) as made:
        yield made


@pytest.fixture
def section(room: PatientRoom) -> AmendmentsSection:
    """The requests of a patient, with one that was just recorded."""
    room.open_chart(room.add("Delgado", "Rosa"), "documents")
    room.click("amendments_receive")
    room.fill("asked_by", "Rosa Delgado")
    room.fill("record", "Allergies")
    room.fill("change", "I am not allergic to eggs.")
    room.press(KEY.Key_S, CTRL)
    shown = room.find(AmendmentsSection, "amendments_section")
    room.qtbot.waitUntil(lambda: len(shown.rows.table.rows) == 1)
    room.settle()
    return shown


def states(section: AmendmentsSection) -> list[str]:
    return [section.rows.table.words_at(at)[2] for at in range(len(section.rows.table.rows))]


def test_a_request_says_by_when_it_is_decided(section: AmendmentsSection) -> None:
    assert states(section) == ["Decide by 01/22/2027"]


def test_it_is_denied_on_a_ground_and_the_disagreement_appended(room: PatientRoom, section: AmendmentsSection) -> None:
    room.click("amendments_decide")
    answer = room.find(ChoiceField, "answer")
    answer.setFocus()
    room.press(KEY.Key_End)
    room.fill("words", "The test of 2026 was positive.")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: states(section) == ["Denied"])
    room.settle()
    room.click("amendments_append")
    room.fill("words", "It was negative.")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: "It was negative." in room.find(QLabel, "amendment_detail").text())
    told = room.find(QLabel, "amendment_detail").text()
    assert "Denied (It is accurate and complete)" in told
    assert "The patient disagrees" in told


def test_a_decision_without_words_is_asked_for_them(room: PatientRoom, section: AmendmentsSection) -> None:
    room.click("amendments_decide")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: bool(room.find(QLabel, "words_error").text()))
    assert states(section) == ["Decide by 01/22/2027"]


@pytest.mark.parametrize("scale", [100, 200])
def test_everything_has_room(room: PatientRoom, section: AmendmentsSection, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    room.qtbot.waitUntil(lambda: clipped(section) == [])
