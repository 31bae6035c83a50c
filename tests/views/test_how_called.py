"""Risk tier, protocol and owner on the chart's overview, changed with keys and taken back."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from app.services.cadence import CadenceForm
from app.views.widgets import ChoiceField
from tests.views.at_the_desk import is_shown, part
from tests.views.clipping import clipped
from tests.views.patient_room import CTRL, KEY, PatientRoom, patient_room


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request) as made:
        yield made


def opened(room: PatientRoom) -> int:
    patient = room.add("Baker", mrn="B-7", phone="7085550142")
    room.enrol(patient, room.practitioner())
    room.open_chart(patient)
    room.settle()
    room.qtbot.waitUntil(lambda: said(room) != "")
    return patient


def said(room: PatientRoom) -> str:
    return part(room.window, "overview_called_text", QLabel).text()


def test_the_overview_says_how_the_patient_is_called(room: PatientRoom) -> None:
    opened(room)
    assert said(room).startswith("Monthly · Not judged yet · due ")
    assert not clipped(room.window)


def test_tier_and_owner_are_changed_and_taken_back(room: PatientRoom) -> None:
    patient, desk = opened(room), room.desk
    part(room.window, "overview_called_change", QPushButton).setFocus()
    room.press(KEY.Key_Return)
    assert is_shown(room.window, "cadence_form")
    part(room.window, "risk_tier", ChoiceField).set_value("high")
    part(room.window, "owner_id", ChoiceField).set_value(desk.actor.person_id)
    room.press(KEY.Key_S, CTRL)
    room.settle()
    after = desk.cadence.of(desk.actor, patient)
    assert after.form == CadenceForm("high", owner_id=desk.actor.person_id)
    room.qtbot.waitUntil(lambda: said(room).startswith("Weekly · High risk · due "))
    assert room.window.notice.text() == f"Gave the patient to {desk.actor.name}"
    room.press(KEY.Key_Z, CTRL)
    room.settle()
    assert desk.cadence.of(desk.actor, patient).form == CadenceForm()
