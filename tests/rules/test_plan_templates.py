import re
import tomllib
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import assets
from app.rules.blanks import blanks_in
from app.rules.plan_templates import (
    FIELDS,
    SECTIONS,
    MergedPlan,
    PatientLine,
    PlanLine,
    PlanTemplate,
    TemplateBook,
    merge,
    parse_cautions,
    parse_template,
    parse_template_book,
    strike,
)
from app.rules.readability import ease_in_spanish, grade
from app.rules.text import line_fault, words_of

BOOK = assets.load_plan_templates()
ASKED_FOR = {
    "hypertension": "I10",
    "diabetes_type_2": "E11.65",
    "heart_failure": "I50.32",
    "copd": "J44.9",
    "asthma": "J45.40",
    "chronic_kidney_disease": "N18.31",
    "coronary_artery_disease": "I25.10",
    "atrial_fibrillation": "I48.20",
    "hyperlipidemia": "E78.5",
    "depression": "F33.1",
    "dementia": "G30.9",
    "osteoarthritis": "M17.0",
    "osteoporosis": "M81.0",
    "obesity": "E66.813",
    "hypothyroidism": "E03.9",
}
# What a plan must say before it can be signed.
REQUIRED = {
    section["key"] for section in assets.load_toml("care_plan_sections.toml")["section"] if "required" in section
}


def ids_of(templates: Collection[PlanTemplate]) -> set[str]:
    lines = {line.id for template in templates for line in template.lines}
    return lines | {line.id for template in templates for line in template.patient_lines}


keys = st.lists(st.sampled_from(sorted(BOOK.templates)), max_size=6)


@pytest.mark.parametrize(("key", "code"), ASKED_FOR.items())
def test_each_of_the_fifteen_conditions_has_a_template_found_by_its_code(key: str, code: str) -> None:
    assert BOOK.templates[key].fits(code)
    assert BOOK.templates[key].fits(code.replace(".", "").lower())
    assert not BOOK.templates[key].fits("Z00.00")


def test_every_code_of_a_template_is_the_beginning_of_a_code_of_the_year() -> None:
    codes = assets.load_code_set()
    lost = [(key, code) for key, t in BOOK.templates.items() for code in t.codes if not len(codes.places_under(code))]
    assert lost == []


@pytest.mark.parametrize("template", BOOK.templates.values(), ids=lambda template: template.key)
def test_a_template_says_something_in_every_element_that_must_be_filled(template: PlanTemplate) -> None:
    sections = Counter(line.section for line in template.lines)
    assert REQUIRED - {"problems"} <= set(sections)
    assert sections["goals"] >= 2 or template.key == "hyperlipidemia"
    assert all(line.value("to") and line.value("by_when") for line in template.lines if line.section == "goals")
    assert all(line.role and line.value("due") for line in template.lines if line.section == "interventions")
    assert any(line.red_flag for line in template.lines)
    assert len(template.sources) >= 2
    parts = Counter(line.part for line in template.patient_lines)
    assert min(parts["do"], parts["clinic"], parts["call"]) >= 3


@pytest.mark.parametrize("template", BOOK.templates.values(), ids=lambda template: template.key)
def test_the_patient_s_lines_are_easy_to_read_in_both_languages(template: PlanTemplate) -> None:
    assert grade(" ".join(line.en for line in template.patient_lines)) <= 4
    assert ease_in_spanish(" ".join(line.es for line in template.patient_lines)) >= 78
    # One line alone is judged with some slack, because one long word decides it.
    assert [line.en for line in template.patient_lines if grade(line.en) > 11 or len(words_of(line.en)) > 24] == []
    assert not any(blanks_in(line.en) | blanks_in(line.es) for line in template.patient_lines)


def test_every_line_can_be_kept_in_a_plan() -> None:
    texts = [
        text
        for template in BOOK.templates.values()
        for line in template.lines
        for text in (value for _, value in line.fields)
    ]
    assert [text for text in texts if line_fault(text)] == []
    assert [text for text in texts if re.search(r"\{(?![a-z_]+\})|(?<![a-z_])\}", text)] == []


def test_no_two_lines_of_a_section_say_the_same_under_two_names() -> None:
    said: dict[tuple[str, ...], str] = {}
    for template in BOOK.templates.values():
        for line in template.lines:
            wanted = line.value("to") if line.section == "goals" else ""
            meaning = (line.section, *words_of(line.fields[0][1]), wanted)
            assert said.setdefault(meaning, line.id) == line.id
        for patient_line in template.patient_lines:
            meaning = (patient_line.part, *words_of(patient_line.en))
            assert said.setdefault(meaning, patient_line.id) == patient_line.id


def test_every_shared_line_is_used() -> None:
    shared = assets.load_toml("care_plan_templates/shared.toml")
    written = {f"shared.{row['id']}" for rows in shared.values() for row in rows if isinstance(row, dict)}
    used = ids_of(BOOK.templates.values())
    assert written - used == set()


@given(keys=keys, data=st.data())
def test_merging_does_not_depend_on_order_or_repetition(keys: list[str], data: st.DataObject) -> None:
    templates = [BOOK.templates[key] for key in keys]
    merged = merge(templates, BOOK.cautions)
    assert merge(data.draw(st.permutations(templates)), BOOK.cautions) == merged
    assert merge(templates + templates[:2], BOOK.cautions) == merged


@given(keys=keys)
def test_merging_loses_and_doubles_nothing(keys: list[str]) -> None:
    templates = [BOOK.templates[key] for key in keys]
    merged = merge(templates, BOOK.cautions)
    asked = ids_of(templates)
    got = [one.line.id for one in merged.lines] + [one.line.id for one in merged.patient_lines]
    assert sorted(got) == sorted(asked)
    for one in merged.lines:
        assert set(one.about) == {t.key for t in templates if one.line in t.lines}
    assert dict(merged.titles) == {t.key: t.title for t in templates}


@given(keys=keys, more=keys)
def test_a_contradiction_stays_when_more_is_merged(keys: list[str], more: list[str]) -> None:
    few = merge([BOOK.templates[key] for key in keys], BOOK.cautions)
    many = merge([BOOK.templates[key] for key in (*keys, *more)], BOOK.cautions)
    found = {line for contradiction in many.contradictions for line in contradiction.lines}
    assert {line for contradiction in few.contradictions for line in contradiction.lines} <= found


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("heart_failure", "chronic_kidney_disease", "fluids"),
        ("hypertension", "chronic_kidney_disease", "potassium_in_food"),
        ("osteoarthritis", "chronic_kidney_disease", "nsaids"),
        ("osteoarthritis", "heart_failure", "nsaids"),
        ("obesity", "osteoporosis", "weight_and_bones"),
        ("obesity", "dementia", "weight_and_memory"),
        ("diabetes_type_2", "dementia", "tight_sugar_and_memory"),
        ("coronary_artery_disease", "atrial_fibrillation", "aspirin_and_thinner"),
        ("coronary_artery_disease", "hyperlipidemia", "target:LDL cholesterol"),
        ("asthma", "coronary_artery_disease", "beta_blocker_asthma"),
        ("osteoporosis", "hypothyroidism", "calcium_and_thyroid"),
        ("atrial_fibrillation", "heart_failure", "rate_drugs_and_heart"),
    ],
)
def test_what_pulls_apart_is_named(one: str, other: str, wanted: str) -> None:
    merged = merge([BOOK.templates[one], BOOK.templates[other]], BOOK.cautions)
    (found,) = [each for each in merged.contradictions if each.id == wanted]
    assert found.says
    assert found.decide
    assert len(found.sides) >= 2
    assert all(found.sides)
    settled = strike(merged, [line for side in found.sides[1:] for line in side])
    assert wanted not in [each.id for each in settled.contradictions]
    assert {line.line.id for line in settled.lines} < {line.line.id for line in merged.lines} or set(
        found.sides[1]
    ) <= {line.line.id for line in merged.patient_lines}
    there = {each.line.id for each in merged.lines} | {each.line.id for each in merged.patient_lines}
    assert set(found.lines) <= there


@pytest.mark.parametrize("key", sorted(BOOK.templates))
def test_a_template_alone_does_not_pull_apart(key: str) -> None:
    assert merge([BOOK.templates[key]], BOOK.cautions).contradictions == ()


def test_a_line_that_the_clinic_reworded_in_one_template_is_shown_twice_and_named() -> None:
    ours = BOOK.templates["hypertension"]
    reworded = replace(
        ours,
        lines=tuple(
            replace(line, fields=(("text", "No ibuprofen."),)) if line.id == "shared.no_nsaids" else line
            for line in ours.lines
        ),
    )
    merged = merge([reworded, BOOK.templates["heart_failure"]], BOOK.cautions)
    assert {"shared.no_nsaids", "shared.no_nsaids~2"} <= {one.line.id for one in merged.lines}
    assert "wording:shared.no_nsaids" in [each.id for each in merged.contradictions]


def test_the_same_words_under_two_names_stand_once() -> None:
    line = PlanLine("a.x", "prognosis", (("text", "Good  outlook."),))
    said = PatientLine("a.y", "do", "I walk.", "Camino.")
    a = PlanTemplate("a", "A", "A", ("A",), (), (line,), (said,))
    b = replace(
        a,
        key="b",
        lines=(replace(line, id="b.x", fields=(("text", "good outlook"),)),),
        patient_lines=(replace(said, id="b.y"),),
    )
    merged = merge([b, a])
    assert [(one.line.id, one.about) for one in merged.lines] == [("a.x", ("a", "b"))]
    assert [(one.line.id, one.about) for one in merged.patient_lines] == [("a.y", ("a", "b"))]


def test_nothing_merged_is_an_empty_plan() -> None:
    assert merge([], BOOK.cautions) == MergedPlan()


TABLE: dict[str, Any] = {"key": "x", "title": "X", "title_es": "X", "codes": ["X1"], "sources": []}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"use": ["nothing"]}, "uses shared.nothing"),
        ({"goals": [{"id": "a", "what": "x"}, {"id": "a", "what": "y"}]}, "a line twice"),
        ({"use": ["n", "n"]}, "a line twice"),
        ({"interventions": [{"id": "a", "what": "x"}]}, "no role"),
        ({"interventions": [{"id": "a", "what": "x", "role": "cook"}]}, "no role"),
        ({"goals": [{"id": "a", "to": "x"}]}, "no what"),
        ({"prognosis": [{"id": "a", "what": "x"}]}, "no text"),
        ({"goals": [{"id": "a", "what": "x", "colour": "red"}]}, "fields that goals does not have"),
        ({"call": [{"id": "a", "en": "x", "es": "x"}]}, "whom to call"),
        ({"do": [{"id": "a", "en": "x", "es": "x", "whom": "911"}]}, "whom to call"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(table: dict[str, Any], message: str) -> None:
    shared = {"prognosis": [{"id": "n", "text": "x"}]}
    with pytest.raises(ValueError, match=message):
        parse_template(TABLE | table, shared)


def test_a_contradiction_about_a_line_that_is_not_there_is_refused() -> None:
    row = {"id": "a", "these": ["x.a"], "those": ["x.b"], "says": "", "decide": ""}
    with pytest.raises(ValueError, match=r"x\.b"):
        parse_cautions({"contradiction": [row]}, ["x.a"])
    with pytest.raises(ValueError, match="key is not its file's name"):
        parse_template_book({"shared": {}, "contradictions": {"contradiction": []}, "y": TABLE})
    assert parse_template_book({"shared": {}, "contradictions": {"contradiction": []}}) == TemplateBook({}, ())


def test_templates_write_only_in_elements_of_the_plan() -> None:
    kinds = tomllib.loads((assets.RESOURCES / "care_plan_sections.toml").read_text("utf-8"))["section"]
    fields = {kind["key"]: tuple(field["key"] for field in kind.get("fields", ())) for kind in kinds}
    assert set(SECTIONS) <= set(fields)
    # What a plan has beyond a template (whose problem it is, the next day) is this patient's own.
    assert all(set(names) <= set(fields[section]) for section, names in FIELDS.items())
