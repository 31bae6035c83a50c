from datetime import date

import pytest

from app.rules.blanks import blanks_in
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.clinic_settings import ClinicForm
from app.services.desk import Desk
from app.services.patient_form import PatientForm
from tests.services.calling import add_patient, enrol


def test_blanks_are_filled_for_who_is_on_the_line(desk: Desk) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    desk.clinic.edit_clinic(desk.actor, ClinicForm("Lakeside Family Clinic", "America/Chicago", phone="(312) 555-0142"))
    opening, voicemail, consent, letter = desk.scripts.filled(desk.actor, patient)
    assert (
        "Hello, this is Ana Alvarez, RN, from Lakeside Family Clinic. May I speak with Rosa Delgado" in opening.english
    )
    assert "de parte de Dr. Ito" in opening.spanish
    assert "(312) 555-0142" in voicemail.english
    assert "reach us at any hour at (312) 555-0142" in consent.english  # no other number on record
    assert letter.english.startswith("Dear Rosa,\n")
    assert [each.missing for each in (opening, voicemail, consent, letter)] == [()] * 4
    for script in (opening, voicemail, consent, letter):
        assert blanks_in(script.english) == blanks_in(script.spanish) == frozenset()


def test_what_is_not_on_record_shows_in_its_place(desk: Desk) -> None:
    _, voicemail, consent, _ = desk.scripts.filled(desk.actor, add_patient(desk))
    assert "call me back at [callback number]" in voicemail.english
    assert voicemail.missing == ("callback_number",)
    assert set(consent.missing) == {"practitioner", "callback_number", "after_hours_number"}


def test_a_voicemail_says_nothing_of_the_patient(desk: Desk) -> None:
    patient = desk.patients.add(
        desk.actor, PatientForm(given_name="Quintilla", family_name="Zabriskie", born_on=date(1948, 3, 2))
    )
    enrol(desk, patient)
    voicemail = next(each for each in desk.scripts.filled(desk.actor, patient) if each.key == "voicemail")
    for text in (voicemail.english, voicemail.spanish):
        for told in ("Quintilla", "Zabriskie", "Dr. Ito", "care", "cuidado", "Medicare"):
            assert told not in text
    with pytest.raises(FieldFaults, match=r"no blank \{patient_given\} here"):
        desk.scripts.set_script(desk.actor, "voicemail", "Hello {patient_given}", "Hola {nurse}")


def test_every_script_stands_in_two_languages_with_the_same_blanks(desk: Desk) -> None:
    known = set(desk.scripts.blanks(desk.actor))
    for script in desk.scripts.rows(desk.actor):
        assert blanks_in(script.english) <= set(script.blanks) <= known
        assert blanks_in(script.english) == blanks_in(script.spanish)
        assert not script.is_own
    consent = next(script for script in desk.scripts.rows(desk.actor) if script.key == "consent")
    for number in ("First", "Second", "Third", "Fourth"):
        assert number in consent.english


def test_the_clinics_own_words_stand_until_they_are_taken_back(desk: Desk) -> None:
    patient = add_patient(desk)
    desk.scripts.set_script(
        desk.actor, "opening", "  Hi {patient_given}\r\nhow are you? ", "¿Qué tal, {patient_given}?"
    )
    own = desk.scripts.rows(desk.actor)[0]
    assert (own.is_own, own.english) == (True, "Hi {patient_given}\nhow are you?")
    assert desk.scripts.filled(desk.actor, patient)[0].spanish == "¿Qué tal, Rosa?"
    with pytest.raises(FieldFaults) as refused:
        desk.scripts.set_script(desk.actor, "opening", "", "Hola {secreto}")
    assert set(refused.value.faults) == {"english", "spanish"}
    with pytest.raises(ClinicError, match="no such script"):
        desk.scripts.set_script(desk.actor, "closing", "Bye", "Adiós")
    desk.scripts.reset(desk.actor, "opening")
    assert not desk.scripts.rows(desk.actor)[0].is_own
