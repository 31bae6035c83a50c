"""Finding patients as one types, on a real clinic."""

import shutil
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.compose import house_of, open_desk
from app.models import Patient
from app.security.slots import Argon2Cost
from app.services.desk import Desk
from app.services.patient_form import PatientForm
from app.services.patient_search import matching, search_text, sort_name
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock

JOSE = PatientForm(
    given_name="José",
    family_name="O’Brien-Núñez",
    born_on=date(1948, 3, 2),
    mrn="MRN-0012",
    mbi="1EG4-TE5-MK73",
    phone="(312) 555-0142",
    phone_alternate="773-555-9876",
)
GARCIA = PatientForm(given_name="Ana", family_name="García", born_on=date(1951, 12, 13), mrn="77", phone="312 555 0199")


@pytest.fixture(scope="module")
def clinic(pristine_clinic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = Path(shutil.copytree(pristine_clinic, tmp_path_factory.mktemp("search") / "clinic"))
    house = replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    desk = open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    for form in (JOSE, GARCIA):
        desk.patients.add(desk.actor, form)
    yield desk
    desk.close()


def found(desk: Desk, text: str) -> list[str]:
    ids = desk.patients.ids(desk.actor, text)
    rows = desk.patients.rows(desk.actor, ids)
    return [rows[patient_id].name for patient_id in ids]


@pytest.mark.parametrize(
    "text",
    [
        "jose", "JOSÉ", "jos", "obrien", "o'brien", "O’Brien", "nunez jose", "jose obr", "mrn-0012", "MRN0012", "0012",
        "1948-03-02", "1948-3-2", "1948-03", "1948-", "3/2/1948", "03/02/1948", "03/02", "3-2-1948", "3/2/19",
        "3125550142", "(312) 555-0142", "+1 312 555 0142", "555-0142", "5550142", "0142", "9876", "obrien 0142",
        "jose 3/2/1948", "1EG4-TE5-MK73", "1eg4te5mk73", "1EG4 TE5 MK73",
    ],
)  # fmt: skip
def test_all_the_ways_in_which_people_look_for_someone(clinic: Desk, text: str) -> None:
    assert found(clinic, text) == ["O’Brien-Núñez, José"]


@pytest.mark.parametrize(
    "text",
    [
        "%",
        "_",
        "jo_e",
        "j%e",
        "'",
        "'; DROP TABLE patient; --",
        '"',
        "*",
        "jose garcia",
        "rien",
        "\x00",
        "\ud800",
        "zz",
        "--",
    ],
)
def test_what_finds_nobody(clinic: Desk, text: str) -> None:
    assert found(clinic, text) == []


@pytest.mark.parametrize("part", ["1EG4", "TE5", "MK73", "EG4TE5MK7", "1EG4TE5MK7"])
def test_a_part_of_a_medicare_number_finds_nobody(clinic: Desk, part: str) -> None:
    assert found(clinic, part) == []


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_asking_for_nothing_shows_everybody_in_order(clinic: Desk, text: str) -> None:
    assert found(clinic, text) == ["García, Ana", "O’Brien-Núñez, José"]
    assert clinic.patients.find(clinic.actor, text) == []


def test_ten_thousand_words_are_no_burden(clinic: Desk) -> None:
    begun = time.monotonic()
    assert found(clinic, "jose " * 10_000) == ["O’Brien-Núñez, José"]
    assert found(clinic, " ".join(f"word{n}" for n in range(10_000))) == []
    assert time.monotonic() - begun < 2


@given(text=st.text(max_size=60))
def test_no_text_is_an_error(clinic: Desk, text: str) -> None:
    ids = clinic.patients.ids(clinic.actor, text)
    assert set(ids) <= set(clinic.patients.ids(clinic.actor))
    assert [hit.id for hit in clinic.patients.find(clinic.actor, text, 5)] in (ids[:5], [])


@given(
    given_name=st.text(st.characters(categories=["L", "M", "N", "Zs"]), min_size=1, max_size=12),
    family_name=st.text(st.characters(categories=["L"]), min_size=1, max_size=12),
)
def test_whoever_has_a_name_is_found_by_it_however_it_is_composed(
    clinic: Desk, given_name: str, family_name: str
) -> None:
    with Session(clinic.opened.file.engine) as session:
        session.execute(insert(Patient), [_row(0, given_name, family_name, date(1950, 1, 1))])
        for form in ("NFC", "NFD"):
            asked = unicodedata.normalize(form, f"{given_name} {family_name}")
            if sort_name(family_name, given_name):
                query = _ids_in(session, asked)
                assert any(external == "row0" for external in query), (form, asked)
        session.rollback()


def test_a_hundred_thousand_patients_are_searched_between_two_key_presses(clinic_folder: Path, desk: Desk) -> None:
    families = ["García", "O'Brien", "Smith-Jones", *(f"Family{n}" for n in range(3_000))]
    rows = [
        _row(n, f"Given{n * 7 % 2000}", families[n % len(families)], date(1930 + n % 40, 1 + n % 12, 1 + n % 28))
        for n in range(100_000)
    ]
    with Session(desk.opened.file.engine.execution_options(immediate=True)) as session:
        for start in range(0, len(rows), 10_000):
            session.execute(insert(Patient), rows[start : start + 10_000])
        session.commit()
    assert len(desk.patients.ids(desk.actor, "smith")) > 10
    begun = time.monotonic()
    for text in ("garcia", "smith jon", "0142", "1948-03", "given12 fam"):
        assert desk.patients.ids(desk.actor, text)
    each = (time.monotonic() - begun) / 5
    print(f"\nsearch of 100,000: {each * 1000:.0f} ms")
    begun = time.monotonic()
    ids = desk.patients.ids(desk.actor)
    assert list(desk.patients.rows(desk.actor, ids[50_000:50_200])) != []
    print(f"all ids and a block: {(time.monotonic() - begun) * 1000:.0f} ms")
    assert each < 0.25


def _ids_in(session: Session, text: str) -> list[str | None]:
    asked = matching(text)
    assert asked is not None
    return list(session.scalars(select(Patient.external_id).where(asked)))


def _row(number: int, given_name: str, family_name: str, born_on: date) -> dict[str, object]:
    phone = f"312555{number % 10_000:04d}"
    return {
        "external_id": f"row{number}",
        "given_name": given_name,
        "family_name": family_name,
        "born_on": born_on,
        "phone": phone,
        "sort_name": sort_name(family_name, given_name),
        "search_text": search_text(
            given_name=given_name,
            family_name=family_name,
            suffix="",
            mrn=f"M{number}",
            phones=(phone,),
            born_on=born_on,
        ),
        "added_at": datetime(2026, 11, 1, tzinfo=UTC),
    }
