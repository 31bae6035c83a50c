import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.readability import ease_in_spanish, english_syllables, grade, spanish_syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("cat", 1),
        ("salt", 1),
        ("make", 1),
        ("called", 1),
        ("started", 2),
        ("table", 2),
        ("doctor", 2),
        ("pharmacy", 3),
        ("medicine", 3),
        ("insulin", 3),
        ("pneumonia", 4),
        ("hospital", 3),
        ("clinic's", 2),
    ],
)
def test_syllables_of_english_words(word: str, syllables: int) -> None:
    assert english_syllables(word) == syllables


@pytest.mark.parametrize(
    ("palabra", "silabas"),
    [
        ("sal", 1),
        ("agua", 2),
        ("médico", 3),
        ("enfermera", 4),
        ("presión", 2),
        ("día", 2),
        ("quiero", 2),
        ("riñones", 3),
        ("ciudad", 2),
        ("vergüenza", 3),
        ("corazón", 3),
    ],
)
def test_syllables_of_spanish_words(palabra: str, silabas: int) -> None:
    assert spanish_syllables(palabra) == silabas


def test_a_hard_text_has_a_higher_grade_than_an_easy_one() -> None:
    easy = "I take my pills each day. I walk with my dog. I call the clinic if I feel sick."
    hard = (
        "Pharmacological optimization necessitates longitudinal reconciliation of antihypertensive medications, "
        "particularly when comorbid cardiovascular conditions complicate therapeutic decisions."
    )
    assert grade(easy) < 3
    assert grade(hard) > 18
    assert ease_in_spanish("Tomo mis pastillas. Camino con mi perro.") > ease_in_spanish(
        "La optimización farmacológica requiere la conciliación longitudinal de los medicamentos antihipertensivos."
    )


@given(st.text(max_size=80))
def test_any_text_has_a_grade(text: str) -> None:
    assert isinstance(grade(text), float)
    assert isinstance(ease_in_spanish(text), float)


def test_no_words_are_no_work() -> None:
    assert (grade("123 - !"), ease_in_spanish("")) == (0.0, 100.0)
