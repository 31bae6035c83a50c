import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.identifiers import (
    US_STATES,
    icd10_is_shaped,
    mbi_is_valid,
    normalise_icd10,
    normalise_mbi,
    normalise_phone,
    normalise_tin,
    normalise_zip,
    npi_is_valid,
    phone_is_valid,
    state_code,
    tin_is_valid,
    zip_is_valid,
)


@pytest.mark.parametrize("npi", ["1234567893", "1245319599", "1679576722"])
def test_npis_whose_digits_check_are_valid(npi: str) -> None:
    assert npi_is_valid(npi)


@given(st.integers(0, 9), st.integers(1, 9), st.sampled_from(("1234567893", "1245319599")))
def test_no_single_wrong_digit_passes(place: int, shift: int, npi: str) -> None:
    wrong = npi[:place] + str((int(npi[place]) + shift) % 10) + npi[place + 1 :]
    assert not npi_is_valid(wrong)


@pytest.mark.parametrize("npi", ["", "123456789", "12345678933", "1234567893\n", "１２３４５６７８９３", "123456789O"])
def test_what_has_not_ten_digits_is_no_npi(npi: str) -> None:
    assert not npi_is_valid(npi)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("1EG4-TE5-MK73", True),
        ("1eg4te5mk73", True),
        ("1EG4 TE5 MK72", True),
        ("0EG4TE5MK73", False),
        ("1SG4TE5MK73", False),
        ("1EG4TE5MK7", False),
        ("1EG4TE5MK733", False),
        ("1EG4TE5OK73", False),
        ("123456789A", False),
    ],
)
def test_a_medicare_number_has_its_shape(text: str, *, valid: bool) -> None:
    assert mbi_is_valid(normalise_mbi(text)) == valid


@pytest.mark.parametrize(
    ("text", "code", "shaped"),
    [
        ("e119", "E11.9", True),
        ("I10", "I10", True),
        (" e11.65 ", "E11.65", True),
        ("S72.001A", "S72.001A", True),
        ("C4A.9", "C4A.9", True),
        ("U07.1", "U07.1", True),
        ("qa1790", "QA1.790", True),
        ("E1", "E1", False),
        ("44054006", "440.54006", False),
        ("E11.99999", "E11.99999", False),
        ("", "", False),
    ],
)
def test_a_diagnosis_code_has_its_shape(text: str, code: str, *, shaped: bool) -> None:
    assert normalise_icd10(text) == code
    assert icd10_is_shaped(code) == shaped


@pytest.mark.parametrize(
    ("text", "digits", "valid"),
    [
        ("(512) 555-0100", "5125550100", True),
        ("+1 512.555.0100", "5125550100", True),
        ("1-512-555-0100", "5125550100", True),
        ("112-555-0100", "1125550100", False),
        ("512-155-0100", "5121550100", False),
        ("555-0100", "5550100", False),
        ("512-555-0100 x3", "5125550100x3", False),
    ],
)
def test_a_telephone_number_is_of_the_north_american_plan(text: str, digits: str, *, valid: bool) -> None:
    assert normalise_phone(text) == digits
    assert phone_is_valid(digits) == valid


@pytest.mark.parametrize(
    ("text", "code", "valid"),
    [
        ("78701", "78701", True),
        ("787011234", "78701-1234", True),
        ("78701-1234", "78701-1234", True),
        ("7870", "7870", False),
    ],
)
def test_a_zip_code_has_five_or_nine_digits(text: str, code: str, *, valid: bool) -> None:
    assert normalise_zip(text) == code
    assert zip_is_valid(code) == valid


@pytest.mark.parametrize(
    ("text", "tin", "valid"),
    [
        ("12-3456789", "123456789", True),
        ("123456789", "123456789", True),
        ("12345678", "12345678", False),
        ("000000000", "000000000", False),
    ],
)
def test_a_taxpayer_number_has_nine_digits(text: str, tin: str, *, valid: bool) -> None:
    assert normalise_tin(text) == tin
    assert tin_is_valid(tin) == valid


def test_a_state_is_known_by_code_and_by_name() -> None:
    assert [state_code(text) for text in ("tx", " Texas ", "PUERTO RICO", "Ontario", "")] == [
        "TX",
        "TX",
        "PR",
        None,
        None,
    ]
    assert len(US_STATES) == 51 + 5 + 3
