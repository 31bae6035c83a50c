import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assets import RESOURCES
from app.rules.care_plan import (
    SectionText,
    begun,
    content_json,
    in_order,
    item_line,
    parse_section_kinds,
    printed,
    read_content,
    tidied,
)
from app.rules.plan_gaps import gaps

KINDS = parse_section_kinds(tomllib.loads((RESOURCES / "care_plan_sections.toml").read_text("utf-8")))
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_the_elements_are_medicares() -> None:
    """The nine that MLN909188 lists, and each says where it is asked for."""
    assert [kind.key for kind in KINDS if kind.required] == [
        "problems",
        "prognosis",
        "goals",
        "symptoms",
        "interventions",
        "medications",
        "community",
        "coordination",
        "review",
    ]
    assert all(kind.source for kind in KINDS)
    assert all(kind.fields[0].required for kind in KINDS if kind.fields)


def test_a_section_listed_twice_is_refused() -> None:
    row = {"key": "a", "title": "A", "help": "", "source": ""}
    with pytest.raises(ValueError, match="twice"):
        parse_section_kinds({"section": [row, row]})


@given(
    st.lists(
        st.builds(
            SectionText,
            st.sampled_from([kind.key for kind in KINDS] + ["dropped"]),
            WORDS,
            WORDS,
            st.lists(st.dictionaries(WORDS, WORDS, max_size=3), max_size=3).map(tuple),
            WORDS,
            st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple),
        ),
        unique_by=lambda section: section.key,
    )
)
def test_content_reads_back_as_it_was_written(sections: list[SectionText]) -> None:
    content = content_json(sections)
    assert read_content(content) == tuple(sections)
    assert content_json(read_content(content)) == content
    ordered = in_order(KINDS, sections)
    assert [section.key for section in ordered][: len(KINDS)] == [kind.key for kind in KINDS]
    assert in_order(KINDS, ordered) == ordered
    assert gaps(KINDS, ordered) == gaps(KINDS, tidied(ordered))


def test_a_dropped_section_keeps_its_text() -> None:
    (kept,) = in_order(KINDS, [SectionText("dropped", "Dropped", "still here")])[len(KINDS) :]
    assert kept.text == "still here"
    assert in_order(KINDS, [SectionText("dropped", "Dropped")])[len(KINDS) :] == ()


def test_spaces_fill_nothing() -> None:
    empty = begun(KINDS, {})
    spaces = [replace(section, text="  \n", items=({"what": "  "},), not_applicable=" ") for section in empty]
    assert len(gaps(KINDS, spaces)) == 9
    assert printed(tidied(spaces)) == ()


def test_text_alone_is_no_measurable_goal() -> None:
    kinds = [kind for kind in KINDS if kind.key == "goals"]
    goal = {"what": "Walk", "to": "20 minutes a day"}
    for section, lacks in (
        (SectionText("goals", "", "Feel better"), True),
        (SectionText("goals", "", items=(goal,)), False),
        (SectionText("goals", "", items=({"what": "Walk"},)), True),
        (SectionText("goals", "", not_applicable="Hospice"), False),
    ):
        assert bool(gaps(kinds, [section])) == lacks


def test_an_item_is_one_line_that_names_its_parts() -> None:
    section = SectionText("goals", "", fields=(("what", "Goal"), ("from", "Now"), ("to", "Target")))
    assert item_line(section, {"what": "Walk", "to": "20 min"}) == "Walk · Target: 20 min"
    assert item_line(section, {"to": "20 min"}) == "Target: 20 min"
