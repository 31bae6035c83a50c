import pytest

from app.rules.field_faults import FieldFaults
from app.services.chart_forms import MedicationForm
from app.services.desk import Desk
from app.services.spelling import load_speller, words_in
from tests.services.audit import events
from tests.services.calling import add_patient


@pytest.mark.parametrize(
    "word",
    [
        "metformin",
        "Lisinopril",
        "dyspnea",
        "orthopnea",
        "glucometer",
        "ketoacidosis",
        "patient's",
        "patient’s",
        "doesn't",
    ],
)
def test_words_of_care_are_right(word: str) -> None:
    assert load_speller().is_right(word)


@pytest.mark.parametrize("word", ["recieve", "swolen", "metfromin", "breathng", "teh"])
def test_slips_are_wrong_and_the_word_that_was_meant_is_offered(word: str) -> None:
    meant = {"recieve": "receive", "swolen": "swollen", "metfromin": "metformin", "breathng": "breathing", "teh": "the"}
    speller = load_speller()
    assert not speller.is_right(word)
    assert meant[word] in [each.lower() for each in speller.suggest(word)]


def test_the_clinics_own_words_are_offered_too() -> None:
    assert "alderhol" in load_speller().suggest("aldrehol", ["alderhol"])


def test_abbreviations_numbers_and_addresses_are_not_words() -> None:
    assert words_in("BP 120/80, COPD; 500mg twice a day @home don't Ana’s x") == [
        (23, "twice"),
        (31, "day"),
        (41, "don't"),
        (47, "Ana’s"),
    ]


def test_medicines_and_people_of_the_clinic_are_known(desk: Desk) -> None:
    assert "zyrpamide" not in desk.spelling.known(desk.actor)
    desk.chart.add_medication(desk.actor, add_patient(desk), MedicationForm("Zyrpamide 5 mg"))
    known = desk.spelling.known(desk.actor)
    assert {"zyrpamide", "alvarez"} <= known
    # A patient's name is known only where their own note is written.
    assert "delgado" not in known


def test_a_word_is_added_once_and_taken_out_again(desk: Desk) -> None:
    for word in ("Teachback", "teachback", "  TEACHBACK"):
        desk.spelling.add(desk.actor, word)
    assert desk.spelling.dictionary(desk.actor) == ("teachback",)
    assert "teachback" in desk.spelling.known(desk.actor)
    for wrong in ("two words", "500mg", "", "x" * 61):
        with pytest.raises(FieldFaults, match="single word"):
            desk.spelling.add(desk.actor, wrong)
    assert all("teachback" not in str(facts) for _, facts in events(desk, "dictionary.add"))
    desk.spelling.remove(desk.actor, "teachback")
    assert desk.spelling.dictionary(desk.actor) == ()
