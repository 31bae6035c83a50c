from hypothesis import given
from hypothesis import strategies as st

from app.rules.blanks import blank_fault, blanks_in, fill


def test_blanks_are_filled_once_and_what_is_missing_is_said() -> None:
    filled = fill("This is {nurse} from {clinic}, {callback_number}.", {"nurse": "{clinic}", "clinic": "Elm Clinic"})
    assert filled.text == "This is {clinic} from Elm Clinic, [callback number]."
    assert filled.missing == ("callback_number",)


def test_braces_that_are_no_blank_stay() -> None:
    assert fill("{ } {Nurse} {{nurse}", {"nurse": "Ana"}).text == "{ } {Nurse} {Ana"


def test_a_strange_blank_is_named_with_those_there_are() -> None:
    fault = blank_fault("Hello {patient_name}", ("nurse", "clinic"))
    assert fault == "There is no blank {patient_name} here. The blanks are {nurse}, {clinic}."
    assert blank_fault("Hello {nurse}", ("nurse", "clinic")) is None


@given(st.text(max_size=80), st.dictionaries(st.sampled_from(("nurse", "clinic")), st.text(max_size=20)))
def test_any_text_can_be_filled(text: str, values: dict[str, str]) -> None:
    filled = fill(text, values)
    assert set(filled.missing) == {name for name in blanks_in(text) if not values.get(name)}
    if not blanks_in(text):
        assert filled.text == text
