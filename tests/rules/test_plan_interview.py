"""The interview's questions and what an answer does to the plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import assets
from app.rules.care_plan import SectionText, empty_section, parse_section_kinds
from app.rules.plan_interview import Question, answer_of, answered, parse_questions
from app.rules.readability import ease_in_spanish, grade
from app.rules.text import line_fault

KINDS = parse_section_kinds(assets.load_toml("care_plan_sections.toml"))
TABLE = assets.load_toml("plan_interview.toml")
QUESTIONS = parse_questions(TABLE, KINDS)
LINES = st.lists(st.text(alphabet="ab:1 ", max_size=8), max_size=3).map("\n".join)


def test_the_questions_reach_every_element_that_the_patient_can_speak_of() -> None:
    asked = {one.section for one in QUESTIONS}
    unasked = {kind.key for kind in KINDS if not kind.key.startswith("patient_")} - asked
    assert unasked == {"problems", "interventions"}  # the chart's and the clinic's own


@pytest.mark.parametrize("one", QUESTIONS, ids=lambda one: one.key)
def test_a_question_can_be_read_aloud_and_understood(one: Question) -> None:
    assert grade(one.en) <= 8
    assert ease_in_spanish(one.es) >= 65
    for text in (one.en, one.es, one.label):
        assert line_fault(text) is None


@given(one=st.sampled_from(QUESTIONS), first=LINES, then=LINES)
def test_the_last_answer_stands_and_nothing_else_changes(one: Question, first: str, then: str) -> None:
    kind = next(kind for kind in KINDS if kind.key == one.section)
    own = {"what": "Walk", "ref": "own"}
    before = SectionText(kind.key, kind.title, "Written before.", (own,) if kind.fields else ())
    twice = answered(one, answered(one, before, first), then)
    assert twice == answered(one, before, then)
    assert answered(one, twice, "") == before
    said = [" ".join(line.split()) for line in then.splitlines() if line.strip()]
    assert answer_of(one, twice) == ("\n" if one.items else " ").join(said)
    assert twice.text.startswith("Written before.")


def test_an_answered_goal_keeps_what_was_written_beside_it() -> None:
    one = next(question for question in QUESTIONS if question.key == "matters")
    section = answered(one, empty_section(next(kind for kind in KINDS if kind.key == "goals")), "Walk to church")
    (item,) = section.items
    with_target = SectionText("goals", "", items=({**item, "to": "on Sundays"},))
    (again,) = answered(one, with_target, "Walk to the church").items
    assert (again["what"], again["to"]) == ("Walk to the church", "on Sundays")


def test_what_did_not_apply_does_once_it_is_answered() -> None:
    one = next(question for question in QUESTIONS if question.key == "needs")
    section = answered(one, SectionText("community", "", not_applicable="none"), "No ride to the clinic")
    assert section.not_applicable == ""
    assert "No ride" in section.text


@pytest.mark.parametrize("change", [{"section": "nowhere"}, {"section": "symptoms", "items": True}, {"key": "needs"}])
def test_a_question_without_a_place_is_refused(change: dict[str, object]) -> None:
    rows = [dict(row) for row in TABLE["question"]]
    rows[0] |= change
    with pytest.raises(ValueError, match="question"):
        parse_questions({"question": rows}, KINDS)
