"""What rows of a plan mean, and what a plan lacks because of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import assets
from app.rules.care_plan import SectionText, begun, parse_section_kinds
from app.rules.plan_gaps import gaps
from app.rules.plan_items import (
    about_words,
    aimed_at,
    belongings,
    day_of,
    day_text,
    every_months,
    figures,
    is_about,
    item_ref,
    months_later,
    next_due,
    problems_of,
    renamed,
    with_refs,
    without_goal,
)
from app.rules.plan_templates import due_words

KINDS = parse_section_kinds(assets.load_toml("care_plan_sections.toml"))
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(DAYS)
def test_a_day_reads_back_as_it_was_written(day: date) -> None:
    assert day_of(day_text(day)) == day


@pytest.mark.parametrize("text", ["", "13/01/2026", "02/30/2026", "2026-01-05", "soon", "1/5/26"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_of(text) is None


@given(st.integers(1, 60))
def test_how_often_reads_back_as_templates_write_it(months: int) -> None:
    assert every_months(due_words(months)) == months
    assert every_months(due_words(0)) == 0


@given(due=DAYS, months=st.integers(1, 24), late=st.integers(-400, 800))
def test_the_next_day_is_after_the_work_and_a_whole_number_of_periods_on(due: date, months: int, late: int) -> None:
    done = due + timedelta(days=late)
    found = next_due(due, months, done)
    assert found > max(done, due)
    number = 1
    while months_later(due, number * months) < found:
        assert months_later(due, number * months) <= done
        number += 1
    assert months_later(due, number * months) == found


def test_the_last_of_a_month_stays_the_last() -> None:
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert next_due(date(2026, 1, 31), 1, date(2026, 2, 28)) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("152/90", ("152", "90")),
        ("A1c 7.9 %", ("7.9",)),
        ("7.9", ("7.9",)),
        ("1,250 steps", ("1250",)),
        ("none", ()),
        ("182 lb", ("182",)),
        ("2 of 7 days, 1 night", ("2",)),
        ("12/01/2026", ()),
        ("-1.5 (T-score)", ("-1.5",)),
    ],
)
def test_a_measured_value_s_figures(value: str, wanted: tuple[str, ...]) -> None:
    assert figures(value) == tuple(map(Decimal, wanted))


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("under 130/80, or the target the practitioner sets", ("130", "80")),
        ("under 7 percent", ("7",)),
        ("150 minutes a week, in pieces as short as 10 minutes", ("150",)),
        ("at most 1 a day, none added at the table", ("1",)),
        ("5 percent lower", ()),
        ("falling less than 5 a year", ()),
        ("none for 3 months", ()),
        ("", ()),
    ],
)
def test_the_level_that_a_target_names(target: str, wanted: tuple[str, ...]) -> None:
    assert aimed_at(target) == tuple(map(Decimal, wanted))


def test_items_know_their_problems_also_after_one_was_renamed() -> None:
    goal = {"what": "BP", "about": about_words(["Hypertension (I10)", "Diabetes (E11.9)"])}
    assert problems_of(goal) == ("Hypertension (I10)", "Diabetes (E11.9)")
    assert is_about(goal, "diabetes  (e11.9)")
    assert not is_about(goal, "Gout")
    (now,) = renamed([goal], "Diabetes (E11.9)", "Diabetes, type 2 (E11.9)")
    assert problems_of(now) == ("Hypertension (I10)", "Diabetes, type 2 (E11.9)")
    assert is_about({"what": "x", "about": "All problems"}, "Gout")


def test_every_managed_problem_wants_a_goal() -> None:
    problems = [{"what": "Hypertension"}, {"what": "Gout", "no_goal": "quiet for years"}, {"what": "COPD"}]
    goals = [{"what": "BP", "about": "Hypertension"}, {"about": "COPD"}]
    assert without_goal(problems, goals) == ("COPD",)
    sections = {each.key: each for each in begun(KINDS, {})}
    plan = [
        SectionText("problems", "", items=tuple(problems)),
        SectionText("goals", "", items=({"what": "BP", "to": "130", "about": "Hypertension"},)),
    ]
    found = {gap.key: gap.sentence for gap in gaps(KINDS, {**sections, **{s.key: s for s in plan}}.values())}
    assert "“COPD”" in found["goals"]
    assert "“Gout”" not in found["goals"]
    plan[1] = SectionText("goals", "", not_applicable="Hospice")
    found = {gap.key: gap.sentence for gap in gaps(KINDS, {**sections, **{s.key: s for s in plan}}.values())}
    assert "goals" not in found


def test_what_belongs_to_a_problem() -> None:
    sections = {
        "goals": SectionText("goals", "", items=({"what": "BP", "about": "Hypertension"}, {"what": "A1c"})),
        "medications": SectionText("medications", "", items=({"what": "Lisinopril", "about": "Hypertension"},)),
    }
    assert belongings("Hypertension", sections) == (("goals", 0, "BP"), ("medications", 0, "Lisinopril"))


@given(st.lists(st.fixed_dictionaries({"what": st.sampled_from(["", "a", "b", " A "])}), max_size=5))
def test_names_are_given_once_and_stay(items: list[dict[str, str]]) -> None:
    once = with_refs(SectionText("goals", "", items=tuple(items)))
    refs = [item["ref"] for item in once.items if item["what"].strip()]
    assert len(set(refs)) == len(refs)
    assert with_refs(once) == once


def test_an_item_without_a_name_is_known_by_its_words() -> None:
    assert item_ref({"what": "Walk  more"}) == item_ref({"what": "walk more", "to": "20 min"})
    assert item_ref({"what": "Walk", "ref": "x"}) == "x"


def test_days_and_brackets_keep_a_plan_from_being_signed() -> None:
    row = {"what": "Call", "who": "[coordinator]", "due_on": "02/30/2027"}
    (gap,) = [g for g in gaps(KINDS, [SectionText("interventions", "", items=(row,))]) if g.key == "interventions"]
    assert "“02/30/2027”" in gap.sentence
    fixed = {**row, "due_on": "02/28/2027"}
    (gap,) = [g for g in gaps(KINDS, [SectionText("interventions", "", items=(fixed,))]) if g.key == "interventions"]
    assert gap.sentence.endswith("fill in [coordinator].")
