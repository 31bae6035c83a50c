from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.models import Patient
from app.rules.field_faults import FieldFaults
from app.services.desk import Desk
from app.services.patient_form import ContactForm, PatientForm
from app.services.patients import NoSuchPatient
from tests.services.audit import events

ANN = PatientForm(
    given_name="Ann",
    family_name="O'Brien",
    suffix="Jr",
    born_on=date(1948, 3, 2),
    sex="female",
    mrn="A-1",
    mbi="1EG4-TE5-MK73",
    state="Illinois",
    zip="606011234",
    phone="(312) 555-0142",
    time_zone="America/New_York",
    call_from=time(9),
    call_until=time(17, 30),
    call_days=("fri", "mon"),
    contacts=(ContactForm("Tom <Jr> & Co", "son", "312-555-0100", may_discuss_care=True),),
)


def faults(desk: Desk, **changed: object) -> dict[str, str]:
    with pytest.raises(FieldFaults) as refused:
        desk.patients.add(desk.actor, replace(ANN, **changed))  # type: ignore[arg-type]
    return refused.value.faults


def test_what_is_added_comes_back_in_its_one_form(desk: Desk) -> None:
    patient_id = desk.patients.add(desk.actor, ANN)
    kept = desk.patients.form(desk.actor, patient_id)
    assert kept == replace(
        ANN,
        mbi="1EG4TE5MK73",
        state="IL",
        zip="60601-1234",
        phone="3125550142",
        call_days=("mon", "fri"),
        contacts=(ContactForm("Tom <Jr> & Co", "son", "3125550100", may_discuss_care=True),),
    )
    row = desk.patients.rows(desk.actor, [patient_id])[patient_id]
    assert (row.name, row.age, row.status, row.is_imported) == ("O'Brien, Ann Jr", 78, "", False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", "A\nB"),
        ("family_name", "x" * 101),
        ("family_name", "evil\u202egro"),
        ("born_on", None),
        ("born_on", date(2026, 11, 24)),
        ("born_on", date(1900, 1, 1)),
        ("died_on", date(1948, 3, 1)),
        ("died_on", date(2027, 1, 1)),
        ("sex", "other one"),
        ("coverage", "part_c"),
        ("mbi", "1EG4-TE5-MK7"),
        ("mbi", "1SG4-TE5-MK73"),
        ("mbi", "0EG4-TE5-MK73"),
        ("mbi", "١EG4-TE5-MK73"),
        ("state", "Ontario"),
        ("zip", "6060"),
        ("phone", "555-0142"),
        ("phone_alternate", "112 555 0142"),
        ("time_zone", "Chicago"),
        ("call_until", time(9)),
        ("call_until", None),
        ("call_days", ("someday",)),
        ("contacts", (ContactForm(" "),)),
        ("contacts", (ContactForm("Tom", phone="12"),)),
    ],
)
def test_each_field_is_checked_and_named(desk: Desk, field: str, value: object) -> None:
    found = faults(desk, **{field: value})
    assert list(found) == [field]
    assert found[field].endswith(".")
    assert desk.patients.count(desk.actor) == 0


def test_all_faults_come_at_once_and_one_name_is_enough(desk: Desk) -> None:
    assert set(faults(desk, given_name=" ", family_name="", zip="1", phone="2")) == {"family_name", "zip", "phone"}
    assert desk.patients.add(desk.actor, replace(ANN, given_name="")) > 0


def test_a_medicare_number_and_an_mrn_belong_to_one_patient(desk: Desk) -> None:
    first = desk.patients.add(desk.actor, ANN)
    assert set(faults(desk)) == {"mbi", "mrn"}
    desk.patients.edit(desk.actor, first, replace(ANN, city="Chicago"))  # their own are no fault
    assert desk.patients.form(desk.actor, first).city == "Chicago"


def test_an_edit_writes_down_which_fields_changed_and_none_of_their_values(desk: Desk) -> None:
    patient_id = desk.patients.add(desk.actor, ANN)
    desk.patients.edit(desk.actor, patient_id, replace(ANN, family_name="Okafor"))
    event, facts = events(desk, "patient.edit")[-1]
    changed = {(table, how): fields for table, _, how, fields, _ in facts["changes"]}
    assert changed == {("patient", "changed"): ["family_name", "search_text", "sort_name"]}
    assert event.patient_id == patient_id
    assert "Okafor" not in event.detail
    assert desk.patients.ids(desk.actor, "okafor") == [patient_id]
    assert desk.patients.ids(desk.actor, "obrien") == []


def test_contacts_are_replaced_as_a_whole(desk: Desk) -> None:
    patient_id = desk.patients.add(desk.actor, ANN)
    two = (ContactForm("Uma"), ContactForm("Vic", "friend"))
    desk.patients.edit(desk.actor, patient_id, replace(ANN, contacts=two))
    assert desk.patients.form(desk.actor, patient_id).contacts == two


def test_what_came_in_odd_may_stay_odd_until_somebody_touches_it(desk: Desk) -> None:
    patient_id = desk.patients.add(desk.actor, ANN)
    with Session(desk.opened.file.engine.execution_options(immediate=True)) as session:
        session.execute(update(Patient).values(phone="call the son", zip="606", call_days=""))
        session.commit()
    stands = desk.patients.form(desk.actor, patient_id)
    desk.patients.edit(desk.actor, patient_id, replace(stands, city="Cicero"))
    kept = desk.patients.form(desk.actor, patient_id)
    assert (kept.city, kept.phone, kept.zip) == ("Cicero", "call the son", "606")
    with pytest.raises(FieldFaults) as refused:
        desk.patients.edit(desk.actor, patient_id, replace(kept, phone="call the daughter"))
    assert list(refused.value.faults) == ["phone"]


@pytest.mark.parametrize(
    "other",
    [
        replace(ANN, born_on=date(1950, 1, 1), mbi="", mrn=""),  # the same name
        PatientForm(given_name="Ann", family_name="Smith", born_on=date(1948, 3, 2)),  # a name and the birth date
        PatientForm(given_name="Аnn", family_name="Other", born_on=date(1948, 3, 2)),  # a Cyrillic А
        PatientForm(given_name="X", family_name="Y", born_on=date(1960, 1, 1), mbi="1eg4 te5 mk73"),
    ],
)
def test_who_may_be_the_same_person_is_named(desk: Desk, other: PatientForm) -> None:
    patient_id = desk.patients.add(desk.actor, ANN)
    assert [hit.id for hit in desk.patients.possible_duplicates(desk.actor, other)] == [patient_id]


def test_somebody_else_is_no_duplicate(desk: Desk) -> None:
    desk.patients.add(desk.actor, ANN)
    for other in (
        PatientForm(given_name="Ann", family_name="Smith", born_on=date(1949, 3, 2)),
        PatientForm(given_name="Bea", family_name="Cole", born_on=date(1948, 3, 2)),
        PatientForm(),
    ):
        assert desk.patients.possible_duplicates(desk.actor, other) == []


def test_opening_a_chart_leaves_a_trace_without_a_name(desk: Desk) -> None:
    patient_id = desk.patients.add(desk.actor, replace(ANN, address_line1="1 Elm", city="Cicero"))
    card = desk.patients.open_chart(desk.actor, patient_id)
    assert card.address == ("1 Elm", "Cicero, IL 60601-1234")
    assert (card.local_zone, card.call_window) == ("America/New_York", (time(9), time(17, 30)))
    event, facts = events(desk, "patient.open")[-1]
    assert (event.patient_id, event.actor, facts) == (patient_id, "ana", {"event": "chart_opened"})


def test_a_patient_who_is_not_there(desk: Desk) -> None:
    for call in (desk.patients.form, desk.patients.open_chart):
        with pytest.raises(NoSuchPatient):
            call(desk.actor, 99)
    assert desk.patients.rows(desk.actor, [99]) == {}


def test_lists_are_filtered_by_standing_and_ordered(desk: Desk) -> None:
    young = desk.patients.add(desk.actor, PatientForm(given_name="A", family_name="B", born_on=date(1990, 1, 1)))
    old = desk.patients.add(desk.actor, ANN)
    patients, actor = desk.patients, desk.actor
    assert patients.ids(actor, order="born_on") == [old, young]
    assert patients.ids(actor, order="newest") == [old, young]
    assert patients.ids(actor, standing="not_enrolled") == [young, old]
    assert patients.ids(actor, standing="enrolled") == []
