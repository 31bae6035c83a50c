from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app import assets
from app.rules.care_plan import ItemField, SectionKind, SectionText, in_order, parse_section_kinds
from app.rules.plan_gaps import gaps, unfilled
from app.rules.plan_pouring import pour
from app.rules.plan_templates import merge

BOOK = assets.load_plan_templates()
KINDS = parse_section_kinds(assets.load_toml("care_plan_sections.toml"))
NAMES = {"nurse": "Ana Alvarez, RN", "practitioner": "Dr. Rao, MD", "coordinator": "Bo Lee"}
FOUR = ("hypertension", "diabetes_type_2", "heart_failure", "chronic_kidney_disease")

keys = st.lists(st.sampled_from(sorted(BOOK.templates)), max_size=4, unique=True)
drafts = st.lists(
    st.builds(
        SectionText,
        key=st.sampled_from([kind.key for kind in KINDS]),
        title=st.just(""),
        text=st.text(alphabet="ab \n{}", max_size=20),
        items=st.lists(st.dictionaries(st.just("what"), st.text(alphabet="ab {}", max_size=5)), max_size=2).map(tuple),
        not_applicable=st.sampled_from(["", "", "Not needed"]),
    ),
    max_size=5,
    unique_by=lambda section: section.key,
)


def by_key(sections: tuple[SectionText, ...]) -> dict[str, SectionText]:
    return {section.key: section for section in sections}


def test_four_templates_fill_every_element_but_the_problems() -> None:
    merged = merge([BOOK.templates[key] for key in FOUR], BOOK.cautions)
    poured = pour(merged, (), KINDS, NAMES)
    lacking = {gap.key: gap.sentence for gap in gaps(KINDS, poured.sections)}
    assert list(lacking) == ["problems", "goals", "self_management", "coordination"]
    assert "fill in [last" in lacking["goals"]
    plan = by_key(poured.sections)
    assert "{" not in "".join(section.text for section in poured.sections)
    assert {item["who"] for item in plan["interventions"].items} == set(NAMES.values())
    assert sum("Home blood pressure" in item["what"] for item in plan["goals"].items) == 1
    assert "Heart failure: Short of breath at rest" in plan["symptoms"].text
    assert {"last_result", "last_potassium", "pharmacy"} <= set(poured.blanks)
    assert not poured.left_alone
    assert not poured.differing


def test_red_flags_come_before_the_other_symptoms() -> None:
    merged = merge([BOOK.templates[key] for key in FOUR], BOOK.cautions)
    flags = [one.line.red_flag for one in merged.lines if one.line.section == "symptoms"]
    assert flags == sorted(flags, reverse=True)


def test_what_is_marked_as_not_applicable_is_left_alone() -> None:
    draft = [SectionText("community", "", not_applicable="Lives with her daughter")]
    poured = pour(merge([BOOK.templates["copd"]]), draft, KINDS, NAMES)
    assert poured.left_alone == ("community",)
    assert by_key(poured.sections)["community"].items == ()


def test_the_patient_s_lines_are_poured_where_the_plan_has_a_place_for_them() -> None:
    columns = (ItemField("what", "English"), ItemField("es", "Spanish"), ItemField("whom", "Whom"))
    kinds = (KINDS[0], SectionKind("patient_call", "When to call", "", "", fields=columns))
    poured = by_key(pour(merge([BOOK.templates["depression"]]), (), kinds, NAMES).sections)
    danger = next(item for item in poured["patient_call"].items if item["whom"] == "988")
    assert danger["what"].startswith("I think about dying")
    assert danger["es"].startswith("Pienso en morir")
    assert "patient_do" not in poured


@given(keys=keys, draft=drafts)
def test_pouring_twice_is_pouring_once_and_nothing_written_is_lost(keys: list[str], draft: list[SectionText]) -> None:
    merged = merge([BOOK.templates[key] for key in keys], BOOK.cautions)
    once = pour(merged, draft, KINDS, NAMES)
    twice = pour(merged, once.sections, KINDS, NAMES)
    assert twice.sections == once.sections
    assert twice.blanks == ()
    before = by_key(in_order(KINDS, draft))
    for section in once.sections:
        written = before[section.key]
        assert section.text.startswith(written.text) or not written.text.strip()
        assert section.items[: len(written.items)] == written.items
        assert section.not_applicable == written.not_applicable


@given(keys=keys)
def test_pouring_one_after_another_says_as_much_as_all_at_once_or_says_what_it_left_out(keys: list[str]) -> None:
    at_once = by_key(pour(merge([BOOK.templates[key] for key in keys]), (), KINDS, NAMES).sections)
    sections: tuple[SectionText, ...] = in_order(KINDS, ())
    left_out = set()
    for key in keys:
        poured = pour(merge([BOOK.templates[key]]), sections, KINDS, NAMES)
        sections = poured.sections
        left_out |= {(section, tuple(item.items())) for section, item in poured.differing}
    one_by_one = by_key(sections)
    for key, section in at_once.items():
        got = {(key, tuple(item.items())) for item in one_by_one[key].items}
        assert {(key, tuple(item.items())) for item in section.items} == got | {
            row for row in left_out if row[0] == key
        }


def test_a_goal_that_was_changed_by_hand_is_not_put_beside_itself() -> None:
    merged = merge([BOOK.templates["hyperlipidemia"]])
    sections = pour(merged, (), KINDS, NAMES).sections
    changed = [
        replace(section, items=tuple({**item, "to": "under 80"} for item in section.items))
        if section.key == "goals"
        else section
        for section in sections
    ]
    again = pour(merged, changed, KINDS, NAMES)
    assert list(again.sections) == changed
    assert ("goals", "LDL cholesterol") in [(section, item["what"]) for section, item in again.differing]


def test_two_targets_poured_at_once_both_stand_in_the_plan() -> None:
    keys = ("coronary_artery_disease", "hyperlipidemia")
    poured = pour(merge([BOOK.templates[key] for key in keys], BOOK.cautions), (), KINDS, NAMES)
    goals = by_key(poured.sections)["goals"].items
    assert len({goal["to"] for goal in goals if goal["what"] == "LDL cholesterol"}) == 2


@given(keys=keys)
def test_what_nobody_knew_yet_is_found_in_the_plan_until_it_is_filled(keys: list[str]) -> None:
    merged = merge([BOOK.templates[key] for key in keys])
    poured = pour(merged, (), KINDS, NAMES)
    assert {blank for _, blank in unfilled(poured.sections)} == {
        f"[{name.replace('_', ' ')}]" for name in poured.blanks
    }
    known = pour(merged, (), KINDS, NAMES | dict.fromkeys(poured.blanks, "known"))
    assert not unfilled(known.sections)
