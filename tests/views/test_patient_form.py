from collections.abc import Iterator
from datetime import date, time

import pytest
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from app.models import Patient
from app.services.patient_form import ContactForm
from app.services.patients import NoSuchPatient
from app.views.patients.patient_form import PatientFormView
from app.views.theme import Theme
from app.views.widgets import Confirm
from tests.views.clipping import clipped
from tests.views.patient_room import CTRL, KEY, PatientRoom, patient_room


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request) as made:
        yield made


def new_form(room: PatientRoom) -> PatientFormView:
    room.press(KEY.Key_N, CTRL)
    assert isinstance(room.shown, PatientFormView)
    return room.shown


def edit_form(room: PatientRoom, patient_id: int, focus: str = "") -> PatientFormView:
    form = PatientFormView(room.context, patient_id, focus)
    room.window.show_view(form)
    room.settle()
    return form


def test_a_patient_is_added_with_the_keyboard_alone(room: PatientRoom) -> None:
    new_form(room)
    room.write("Okafor")
    room.press(KEY.Key_Tab)
    room.write("Ngozi")
    for _ in range(3):
        room.press(KEY.Key_Tab)
    room.write("03091948")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    found = room.desk.patients.find(room.desk.actor, "okafor")
    assert [(hit.name, hit.born_on) for hit in found] == [("Okafor, Ngozi", date(1948, 3, 9))]
    room.qtbot.waitUntil(lambda: room.page.list.current_id == found[0].id)


def test_every_field_is_kept(room: PatientRoom) -> None:
    form = new_form(room)
    room.fill("family_name", "Baker")
    room.fill("given_name", "Ann")
    room.fill("suffix", "Jr.")
    room.fill("born_on", "1948-03-02")
    room.fill("mrn", "B-7")
    room.fill("mbi", "1eg4 te5 mk73")
    room.fill("phone", "(708) 555-0142")
    room.fill("address_line1", "1 Oak St")
    room.fill("city", "Joliet")
    form.form.field("state").set_value("IL")
    room.fill("zip", "604310001")
    room.fill("language", "Spanish")
    form.form.field("time_zone").set_value("America/Denver")
    room.fill("call_from", "9am")
    room.fill("call_until", "12:30 pm")
    room.find(QWidget, "call_days_tue").click()  # type: ignore[attr-defined]
    room.click("contact_add")
    room.fill("contact_1_name", "Jo Baker")
    room.fill("contact_1_relation", "daughter")
    room.fill("contact_1_phone", "708-555-0177")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    kept = room.desk.patients.form(room.desk.actor, room.desk.patients.ids(room.desk.actor)[0])
    assert (kept.mbi, kept.phone, kept.state, kept.zip) == ("1EG4TE5MK73", "7085550142", "IL", "60431-0001")
    assert (kept.time_zone, kept.language, kept.call_from, kept.call_until) == (
        "America/Denver",
        "Spanish",
        time(9),
        time(12, 30),
    )
    assert kept.call_days == ("tue",)
    assert kept.contacts == (ContactForm("Jo Baker", "daughter", "7085550177"),)


def test_faults_stand_beside_their_fields(room: PatientRoom) -> None:
    form = new_form(room)
    room.fill("family_name", "Baker")
    room.press(KEY.Key_S, CTRL)
    assert form.form.errors() == {"born_on": "Date of birth is needed."}
    room.fill("born_on", "03/02/1948")
    room.fill("mbi", "1EG4-TE5")
    room.fill("phone", "555-01")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: "mbi" in form.form.errors())
    assert "11 letters and digits" in form.form.errors()["mbi"]
    assert "ten digits" in form.form.errors()["phone"]
    assert room.desk.patients.count(room.desk.actor) == 0


def test_who_may_be_the_same_is_shown_before_and_again_on_saving(room: PatientRoom) -> None:
    there = room.add("Baker", "Ann", mrn="B-7")
    form = new_form(room)
    room.fill("family_name", "Baker")
    room.fill("given_name", "Ann")
    room.qtbot.waitUntil(form.duplicates.isVisible)
    assert "MRN B-7" in room.find(QLabel, f"duplicate_{there}").text()
    room.fill("born_on", "03/02/1948")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: form.panel.save_button.text() == "Save as a new patient")
    assert room.desk.patients.count(room.desk.actor) == 1
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: room.desk.patients.count(room.desk.actor) == 2)
    room.settle()


def test_nothing_typed_is_lost_unasked(room: PatientRoom) -> None:
    form = new_form(room)
    room.write("Bak")
    room.press(KEY.Key_Escape)
    asked = room.window.findChild(Confirm)
    assert asked is not None
    assert room.shown is form
    room.qtbot.keyClick(asked, KEY.Key_Escape)
    assert form.form.field("family_name").text() == "Bak"
    room.press(KEY.Key_Escape)
    asked = next(each for each in room.window.findChildren(Confirm) if each.isVisible())
    asked.action_button.click()
    room.qtbot.waitUntil(lambda: room.shown is not form)
    assert room.desk.patients.count(room.desk.actor) == 0


def test_an_untouched_form_closes_at_once(room: PatientRoom) -> None:
    form = new_form(room)
    room.press(KEY.Key_Escape)
    assert room.shown is not form
    assert not [each for each in room.window.findChildren(QDialog) if each.isVisible()]


def test_what_an_import_brought_may_stay_as_odd_as_it_came(room: PatientRoom) -> None:
    odd = room.add("Baker")
    with room.desk.opened.ledger.writing(room.desk.actor, "patient.edit") as work:
        row = work.session.get_one(Patient, odd)
        row.phone, row.state, row.mbi = "call the church", "Illinoise", "12"
    edit_form(room, odd)
    room.fill("city", "Joliet")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    kept = room.desk.patients.form(room.desk.actor, odd)
    assert (kept.city, kept.phone, kept.state, kept.mbi) == ("Joliet", "call the church", "Illinoise", "12")


def test_a_place_of_mending_is_focused(room: PatientRoom) -> None:
    form = edit_form(room, room.add("Baker"), "coverage")
    room.qtbot.waitUntil(lambda: form.form.field("coverage").hasFocus())
    assert not form.form.field("coverage").visibleRegion().isEmpty()


def test_a_patient_who_is_gone_is_said(room: PatientRoom) -> None:
    room.window.show_view(PatientFormView(room.context, 4711))
    room.qtbot.waitUntil(lambda: bool(room.errors))
    assert isinstance(room.errors.pop(), NoSuchPatient)


@pytest.mark.parametrize("scale", [100, 200])
def test_everything_has_room(room: PatientRoom, theme: Theme, scale: int) -> None:
    form = new_form(room)
    room.click("contact_add")
    theme.scale_text(scale)
    room.window.grab()
    room.qtbot.waitUntil(lambda: clipped(form) == [])
    assert room.find(QPushButton, "patient_record_save").isVisible()
