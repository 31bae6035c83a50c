from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.rules.field_faults import FieldFaults
from app.services.clinic_settings import ClinicForm, charge_cents
from app.services.desk import Desk
from app.services.note_sections import NoteSection, default_note_sections

LAKESIDE = ClinicForm(
    "Lakeside Family Clinic",
    "America/Chicago",
    "1 Elm St",
    "",
    "Cicero",
    "IL",
    "60804",
    "3125550142",
    "3125550199",
    "123456789",
    "1234567893",
    "rhc",
    "72",
)


def test_the_clinic_s_facts(desk: Desk) -> None:
    desk.clinic.edit_clinic(desk.actor, replace(LAKESIDE, state="illinois", tin="12-3456789", phone="(312) 555-0142"))
    assert desk.clinic.clinic(desk.actor) == LAKESIDE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("time_zone", "Mars/Olympus"),
        ("state", "XX"),
        ("zip", "1"),
        ("phone", "1"),
        ("after_hours_phone", "911"),
        ("tin", "12345678"),
        ("tin", "000000000"),
        ("group_npi", "1234567890"),
        ("setting", "home"),
        ("place_of_service", "99"),
    ],
)
def test_each_fact_is_checked(desk: Desk, field: str, value: str) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.clinic.edit_clinic(desk.actor, replace(LAKESIDE, **{field: value}))
    assert list(refused.value.faults) == [field]


def test_a_charge_holds_from_its_day_on(desk: Desk) -> None:
    desk.clinic.set_charge(desk.actor, "99490", date(2026, 1, 1), 9_000)
    newer = desk.clinic.set_charge(desk.actor, "99490", date(2026, 7, 1), 9_500)
    assert desk.clinic.set_charge(desk.actor, "99490", date(2026, 7, 1), 9_600) == newer
    days = (date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1))
    with Session(desk.opened.file.engine) as session:
        assert [charge_cents(session, "99490", day) for day in days] == [None, 9_000, 9_600]
        assert charge_cents(session, "99439", days[2]) is None
    first = desk.clinic.charges(desk.actor)[0]
    assert (first.code, first.cents, first.from_on) == ("99490", 9_600, date(2026, 7, 1))
    assert "20 minutes" in first.label
    desk.clinic.remove_charge(desk.actor, newer)
    assert [row.cents for row in desk.clinic.charges(desk.actor)] == [9_000]


@pytest.mark.parametrize(
    ("code", "cents", "field"), [("12345", 1, "code"), ("99490", -1, "cents"), ("99490", 10**9, "cents")]
)
def test_a_charge_is_checked(desk: Desk, code: str, cents: int, field: str) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.clinic.set_charge(desk.actor, code, date(2026, 1, 1), cents)
    assert list(refused.value.faults) == [field]


def test_only_known_codes_are_offered(desk: Desk) -> None:
    assert {"99490", "99439", "99487", "99489", "99491", "99437"} <= {code for code, _ in desk.clinic.codes(desk.actor)}


def test_note_sections_are_the_program_s_until_the_clinic_has_its_own(desk: Desk) -> None:
    first = desk.clinic.note_sections(desk.actor)
    assert first == default_note_sections()
    assert {"reason", "next_step"} <= {section.key for section in first if section.required}
    own = (replace(first[0], title="Why we called", required=False), NoteSection("", "Foot check", required=True))
    desk.clinic.set_note_sections(desk.actor, own)
    assert desk.clinic.note_sections(desk.actor) == (own[0], NoteSection("foot_check", "Foot check", required=True))
    desk.clinic.set_note_sections(desk.actor, first)
    assert desk.clinic.note_sections(desk.actor) == default_note_sections()


@pytest.mark.parametrize(
    "sections",
    [
        (),
        [NoteSection("a", " ", required=True)],
        [NoteSection("a", "A", required=True), NoteSection("b", "a", required=True)],
    ],
)
def test_note_sections_are_checked(desk: Desk, sections: list[NoteSection]) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.clinic.set_note_sections(desk.actor, sections)
    assert list(refused.value.faults) == ["note_sections"]


def test_unanswered_calls_are_clerical_until_the_clinic_says_otherwise(desk: Desk) -> None:
    assert desk.clinic.attempts_are_clerical(desk.actor)
    desk.clinic.set_attempts_are_clerical(desk.actor, clerical=False)
    assert not desk.clinic.attempts_are_clerical(desk.actor)
