import pytest

from app.rules.field_faults import FieldFaults
from app.services.desk import Desk
from app.services.note_sections import NoteSection


def test_every_section_of_the_shipped_note_has_phrases(desk: Desk) -> None:
    phrases = desk.phrases.by_section(desk.actor)
    assert list(phrases) == [section.key for section in desk.clinic.note_sections(desk.actor)]
    assert all(phrases.values())


def test_a_clinic_writes_its_own_and_a_trailing_space_stays(desk: Desk) -> None:
    shipped = desk.phrases.by_section(desk.actor)["goals"]
    desk.phrases.set_section(desk.actor, "goals", ["  Walks daily ", "", "Walks daily ", "Reached: "])
    assert desk.phrases.by_section(desk.actor)["goals"] == ("Walks daily ", "Reached: ")
    assert desk.phrases.by_section(desk.actor)["reason"] != ()
    desk.phrases.set_section(desk.actor, "goals", shipped)
    assert desk.phrases.by_section(desk.actor)["goals"] == shipped
    desk.phrases.set_section(desk.actor, "goals", [])
    assert desk.phrases.by_section(desk.actor)["goals"] == ()


def test_phrases_follow_the_sections_of_the_note(desk: Desk) -> None:
    desk.clinic.set_note_sections(desk.actor, (NoteSection("", "Feet", required=True),))
    assert desk.phrases.by_section(desk.actor) == {"feet": ()}
    with pytest.raises(FieldFaults, match="no such section"):
        desk.phrases.set_section(desk.actor, "goals", ["x"])
    for wrong in (["a\nb"], ["x" * 301], ["x"] * 41):
        with pytest.raises(FieldFaults):
            desk.phrases.set_section(desk.actor, "feet", wrong)
