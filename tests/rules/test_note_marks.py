from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.rules.note_marks import ADHERENCE, ADHERENCE_WORDS, KINDS, Mark, divided, in_words, mark_key, says_something

KEYS = st.text(alphabet="abc_1", min_size=1, max_size=6)


@given(texts=st.dictionaries(KEYS, st.text(max_size=20)), sections=st.lists(KEYS, max_size=4), value=st.integers(1, 99))
def test_a_draft_comes_apart_into_what_it_was_made_of(texts: dict[str, str], sections: list[str], value: int) -> None:
    marks = {mark_key(section, kind): str(value) for section in sections for kind in KINDS}
    text, found = divided(texts | marks)
    assert text == texts
    assert {mark_key(mark.section, mark.kind): mark.value for mark in found} == marks


def test_a_mark_that_is_not_set_and_a_kind_that_nobody_knows_are_no_marks() -> None:
    assert divided({"a#no_change": "", "b#mood": "x", "c": "text"}) == ({"c": "text"}, ())


def test_a_part_is_said_in_text_or_by_a_mark_but_not_by_what_nobody_asked() -> None:
    asked = Mark("medications", "adherence", "misses_some")
    not_asked = Mark("medications", "adherence", "not_asked")
    assert says_something("reason", {"reason": "x"}, ())
    assert not says_something("reason", {"reason": " \n"}, ())
    assert says_something("medications", {}, (asked,))
    assert not says_something("medications", {}, (not_asked,))
    assert not says_something("reason", {}, (asked,))


def test_a_signed_part_says_marks_before_the_text() -> None:
    assert set(ADHERENCE_WORDS) == set(ADHERENCE)
    assert in_words("Refill due.", "misses_some", date(2026, 10, 5)) == (
        "Misses some doses. No change since 10/05/2026. Refill due."
    )
    assert in_words("", "", date(2026, 10, 5)) == "No change since 10/05/2026."
    assert in_words("Only text", "", None) == "Only text"
