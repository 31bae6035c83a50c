"""Comparing two versions: nothing is lost, nothing is marked that is the same."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from app.rules.care_plan import SectionText, item_line
from app.rules.plan_compare import Run, compared, marked

WORDS = st.text(alphabet="ab 1.\té", max_size=12)
FIELDS = (("what", "Goal"), ("to", "Target"))
ITEMS = st.fixed_dictionaries({"what": WORDS, "to": WORDS, "ref": st.sampled_from(["r1", "r2", "r3", "r4"])})
PLANS = st.lists(
    st.builds(
        SectionText,
        key=st.sampled_from(["goals", "symptoms"]),
        title=st.just("T"),
        text=st.text(alphabet="ab \n", max_size=15),
        items=st.lists(ITEMS, max_size=4, unique_by=lambda item: item["ref"]).map(tuple),
        not_applicable=st.sampled_from(["", "Not needed"]),
        fields=st.just(FIELDS),
    ),
    max_size=2,
    unique_by=lambda section: section.key,
)


def said(sections: Iterable[SectionText]) -> dict[str, list[str]]:
    found = {}
    for section in sections:
        lines = [line for item in section.items if (line := item_line(section, item))]
        lines += [line for line in section.text.splitlines() if line.strip()]
        lines += [f"Does not apply: {section.not_applicable}"] if section.not_applicable else []
        if lines:
            found[section.key] = sorted(lines)
    return found


def joined(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)


@given(old=PLANS, new=PLANS)
def test_both_sides_together_say_what_both_versions_say(old: list[SectionText], new: list[SectionText]) -> None:
    pairs = compared(old, new)
    before = {p.key: sorted(joined(line.old) for line in p.lines if line.old) for p in pairs}
    after = {p.key: sorted(joined(line.new) for line in p.lines if line.new) for p in pairs}
    assert {key: lines for key, lines in before.items() if lines} == said(old)
    assert {key: lines for key, lines in after.items() if lines} == said(new)


@given(plan=PLANS)
def test_a_version_beside_itself_is_unchanged(plan: list[SectionText]) -> None:
    assert not any(pair.is_changed for pair in compared(plan, plan))


@given(old=WORDS, new=WORDS)
def test_a_line_s_marks_are_where_its_words_differ(old: str, new: str) -> None:
    line = marked(old, new)
    assert (joined(line.old), joined(line.new)) == (old, new)
    assert {run.mark for run in line.old} <= {"same", "removed"}
    assert {run.mark for run in line.new} <= {"same", "added"}
    assert [run.text for run in line.old if run.mark == "same"] == [r.text for r in line.new if r.mark == "same"]


def test_the_words_that_changed_are_marked_and_no_others() -> None:
    line = marked("Blood pressure under 140/90 in 3 months", "Blood pressure under 130/80 in 3 months")
    assert line.old[1:4] == (Run("140", "removed"), Run("/"), Run("90", "removed"))
    assert line.new[1:4] == (Run("130", "added"), Run("/"), Run("80", "added"))


def test_a_goal_is_known_again_by_its_name_though_every_word_changed() -> None:
    old = [SectionText("goals", "Goals", items=({"what": "Walk", "ref": "g"},), fields=FIELDS)]
    new = [SectionText("goals", "Goals", items=({"what": "Swimming", "ref": "g"},), fields=FIELDS)]
    (pair,) = compared(old, new)
    assert [(joined(line.old), joined(line.new)) for line in pair.lines] == [("Walk", "Swimming")]


def test_what_was_taken_out_stands_where_it_stood() -> None:
    old = [SectionText("symptoms", "S", "Weigh every day.\nCall when short of breath.\nRest.")]
    new = [SectionText("symptoms", "S", "Weigh every day.\nRest.")]
    (pair,) = compared(old, new)
    assert [joined(line.old) for line in pair.lines] == ["Weigh every day.", "Call when short of breath.", "Rest."]
    assert [line.is_changed for line in pair.lines] == [False, True, False]
