import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.text import LONGEST_NAME, fold, line_fault, lookalike, note_fault, tidy_note, words_of


@pytest.mark.parametrize(
    "name", ["O'Brien", "O’Brien", "José", "<b>Al</b>", "{0} %s", "=1+1", "Nguyễn Thị", "王小明", "שרה"]
)
def test_names_that_people_have_or_try_are_kept(name: str) -> None:
    assert line_fault(name, LONGEST_NAME) is None


@pytest.mark.parametrize(
    "text",
    [
        "a\nb",
        "a\tb",
        "a\x00b",
        "a\x1bb",
        "a\x9fb",
        "a\u202eb",
        "a\u2066b",
        "a\u200fb",
        "a\u2028b",
        "\ufeffa",
        "a\ud800",
    ],
)
def test_what_would_break_or_turn_a_line_is_refused(text: str) -> None:
    assert line_fault(text)


def test_a_flood_of_marks_is_refused_and_vietnamese_is_not() -> None:
    assert line_fault("Z" + "\u0301" * 10)
    assert line_fault(unicodedata.normalize("NFD", "Nguyễn Thị Ế")) is None


def test_a_note_has_lines_and_tabs_but_no_escapes() -> None:
    assert note_fault("one\n\ttwo") is None
    assert note_fault("one\x1b[31m")
    assert note_fault("x" * 64_001)
    assert tidy_note("  one\r\ntwo\rthree\n") == "one\ntwo\nthree"


def test_nothing_is_cut_silently() -> None:
    assert "101" in str(line_fault("x" * 101, LONGEST_NAME))
    assert line_fault("x" * 100, LONGEST_NAME) is None


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("José", "jose"),
        ("O’BRIEN", "obrien"),
        ("Straße", "strasse"),
        ("Søren Łukasz", "soren lukasz"),
        ("so\u00adft", "soft"),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(max_size=40))
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(max_size=40))
def test_folded_words_hold_letters_and_digits_alone_and_fold_to_themselves(text: str) -> None:
    words = words_of(text)
    assert all(word and all(sign.isalnum() for sign in word) for word in words)
    assert words_of(" ".join(words)) == words


def test_a_cyrillic_name_looks_like_its_latin_twin() -> None:
    assert lookalike("Ана Соре") == lookalike("Aha Cope")
    assert lookalike("Ana") != lookalike("Anna")


def test_a_form_names_each_field_that_is_wrong_once() -> None:
    check = FormCheck()
    assert check.name("name", "  Ann \u00a0") == "Ann"
    check.line("street", "a\x00b")
    check.fault("street", "never said")
    check.name("city", " ", needed="Give the city.")
    with pytest.raises(FieldFaults) as refused:
        check.finish()
    assert set(refused.value.faults) == {"street", "city"}
    assert refused.value.faults["city"] == "Give the city."
    assert "never said" not in str(refused.value)
