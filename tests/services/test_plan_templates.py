import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from app import assets
from app.models import Condition
from app.rules.care_plan import SectionText
from app.rules.field_faults import FieldFaults
from app.rules.plan_gaps import gaps
from app.rules.plan_templates import PatientLine, PlanLine, PlanTemplate
from app.services.care_plans import PlanIncomplete
from app.services.chart_forms import ConditionForm
from app.services.desk import Desk
from app.services.patient_form import PatientForm
from app.services.people import PersonForm
from app.services.plan_templates import NoSuchTemplate, PouringChoices
from app.services.template_forms import stored_template, template_as_stored
from tests.conftest import FIRST_PERSON
from tests.services.audit import events

OWN = PlanTemplate(
    key="gout",
    title="Gout",
    title_es="Gota",
    codes=("M10", "M1A"),
    sources=("American College of Rheumatology 2020",),
    lines=(
        PlanLine("gout.outlook", "prognosis", (("text", "Attacks can be made rare."),)),
        PlanLine("gout.urate", "goals", (("what", "Uric acid"), ("to", "under 6")), measure="uric acid"),
    ),
    patient_lines=(PatientLine("gout.water", "do", "I drink water.", "Tomo agua."),),
)


def without_brackets(section: SectionText) -> SectionText:
    """Fill what stands in brackets, as somebody who knows does."""

    def known(text: str) -> str:
        return re.sub(r"\[[a-z ]+\]", "known", text)

    items = tuple({key: known(text) for key, text in item.items()} for item in section.items)
    return replace(section, text=known(section.text), items=items)


@pytest.fixture
def ann(desk: Desk) -> int:
    patient_id = desk.patients.add(
        desk.actor, PatientForm(given_name="Ann", family_name="Lee", born_on=date(1948, 3, 2))
    )
    for form in (
        ConditionForm("High blood pressure", "I10", confirmed=True),
        ConditionForm("Type 2 diabetes", "E11.22", confirmed=True),
        ConditionForm("Asthma, as a child", "J45.909", resolved_on=date(1970, 1, 1)),
        ConditionForm("congestive heart failure"),
        ConditionForm("Bursitis of the big toe"),
    ):
        desk.chart.add_condition(desk.actor, patient_id, form)
    with Session(desk.opened.file.engine.execution_options(immediate=True)) as session:
        session.add(Condition(patient_id=patient_id, code_system="snomed", code="84757009", description="Depression"))
        session.commit()
    return patient_id


def test_the_program_s_templates_are_on_the_list(desk: Desk) -> None:
    rows = desk.plan_templates.templates(desk.actor)
    assert [row.key for row in rows] == sorted(
        assets.load_plan_templates().templates,
        key=lambda key: desk.plan_templates.read(desk.actor, key).title.casefold(),
    )
    assert len(rows) == 15
    assert not any(row.is_own or row.can_reset or row.changed_by for row in rows)


def test_templates_fit_a_patient_s_conditions_by_code_and_by_words(desk: Desk, ann: int) -> None:
    fitting = desk.plan_templates.fitting(desk.actor, ann)
    assert [(each.key, each.is_sure) for each in fitting] == [
        ("hypertension", True),
        ("chronic_kidney_disease", True),  # E11.22 says both
        ("diabetes_type_2", True),
        ("heart_failure", False),
        ("depression", False),
    ]
    assert fitting[3].condition == "congestive heart failure"


def test_a_draft_is_filled_from_templates_and_can_be_signed(desk: Desk, ann: int) -> None:
    draft = desk.care_plans.draft(desk.actor, ann)
    keys = [each.key for each in desk.plan_templates.fitting(desk.actor, ann)]
    poured = desk.plan_templates.poured(desk.actor, ann, keys, draft.sections)
    # What nobody knows yet stands in brackets, and keeps the plan from being signed.
    assert {gap.key for gap in gaps(draft.kinds, poured.sections)} == {"goals", "self_management", "coordination"}
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, poured.sections, draft.mark)
    with pytest.raises(PlanIncomplete, match="Coordination"):
        desk.care_plans.sign(desk.actor, ann, FIRST_PERSON.passphrase, mark)
    filled = [without_brackets(section) for section in poured.sections]
    assert gaps(draft.kinds, filled) == ()
    interventions = next(section for section in poured.sections if section.key == "interventions")
    assert {item["who"] for item in interventions.items} == {"Ana Alvarez, RN"}  # she holds every role here
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, filled, mark)
    assert desk.care_plans.sign(desk.actor, ann, FIRST_PERSON.passphrase, mark).version == 1
    assert {"fluids", "potassium_in_food"} <= {
        each.id for each in desk.plan_templates.merged(desk.actor, keys).contradictions
    }


def test_the_clinic_keeps_its_own_version_until_it_goes_back(desk: Desk) -> None:
    ours = desk.plan_templates.read(desk.actor, "copd")
    desk.plan_templates.save(desk.actor, replace(ours, title="COPD, our way", lines=ours.lines[:5]))
    assert desk.plan_templates.read(desk.actor, "copd").title == "COPD, our way"
    (row,) = [row for row in desk.plan_templates.templates(desk.actor) if row.is_own]
    assert (row.key, row.can_reset, row.changed_by, row.changed_on) == ("copd", True, "Ana Alvarez", date(2026, 11, 23))
    merged = desk.plan_templates.merged(desk.actor, ["copd"])
    assert {one.line for one in merged.lines} == set(ours.lines[:5])
    assert events(desk, "template.edit")[0][1]["template"] == "copd"
    desk.plan_templates.reset(desk.actor, "copd")
    assert desk.plan_templates.read(desk.actor, "copd") == ours
    with pytest.raises(NoSuchTemplate):
        desk.plan_templates.reset(desk.actor, "copd")


def test_saving_the_program_s_own_words_is_going_back(desk: Desk) -> None:
    ours = desk.plan_templates.read(desk.actor, "copd")
    desk.plan_templates.save(desk.actor, replace(ours, title="Other"))
    desk.plan_templates.save(desk.actor, ours)
    assert not any(row.is_own for row in desk.plan_templates.templates(desk.actor))


def test_the_clinic_can_write_a_template_of_its_own(desk: Desk, ann: int) -> None:
    desk.plan_templates.save(desk.actor, OWN)
    desk.chart.add_condition(desk.actor, ann, ConditionForm("Gout", "M10.9"))
    assert "gout" in [each.key for each in desk.plan_templates.fitting(desk.actor, ann)]
    (row,) = [row for row in desk.plan_templates.templates(desk.actor) if row.key == "gout"]
    assert (row.is_own, row.can_reset, row.lines) == (True, False, 3)
    desk.plan_templates.reset(desk.actor, "gout")
    with pytest.raises(NoSuchTemplate):
        desk.plan_templates.read(desk.actor, "gout")


def test_a_template_reads_back_as_it_was_kept() -> None:
    for template in (*assets.load_plan_templates().templates.values(), OWN):
        assert stored_template(template_as_stored(template)) == template


@pytest.mark.parametrize(
    ("template", "field"),
    [
        (replace(OWN, key="Gout!"), "key"),
        (replace(OWN, title=" "), "title"),
        (replace(OWN, title_es=""), "title_es"),
        (replace(OWN, codes=("gout",)), "codes"),
        (replace(OWN, sources=("a\nb",)), "sources"),
        (replace(OWN, lines=()), "lines"),
        (replace(OWN, lines=OWN.lines * 2), "lines"),
        (replace(OWN, lines=(replace(OWN.lines[0], section="rhymes"),)), "gout.outlook"),
        (replace(OWN, lines=(replace(OWN.lines[0], fields=(("what", "x"),)),)), "gout.outlook"),
        (replace(OWN, lines=(replace(OWN.lines[0], fields=(("text", " "),)),)), "gout.outlook"),
        (replace(OWN, lines=(replace(OWN.lines[0], fields=(("text", "a\u202eb"),)),)), "gout.outlook"),
        (replace(OWN, lines=(replace(OWN.lines[0], fields=()),)), "gout.outlook"),
        (replace(OWN, lines=(replace(OWN.lines[1], section="interventions"),)), "gout.urate"),
        (replace(OWN, lines=(replace(OWN.lines[0], every_months=-1),)), "gout.outlook"),
        (replace(OWN, patient_lines=(replace(OWN.patient_lines[0], es=""),)), "gout.water"),
        (replace(OWN, patient_lines=(replace(OWN.patient_lines[0], part="call"),)), "gout.water"),
        (replace(OWN, patient_lines=(replace(OWN.patient_lines[0], part="sing"),)), "gout.water"),
    ],
)
def test_a_template_that_cannot_be_kept_says_why(desk: Desk, template: PlanTemplate, field: str) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.plan_templates.save(desk.actor, template)
    assert field in refused.value.faults
    assert len(desk.plan_templates.templates(desk.actor)) == 15


def test_every_template_of_ours_can_be_saved(desk: Desk) -> None:
    for key in assets.load_plan_templates().templates:
        template = desk.plan_templates.read(desk.actor, key)
        desk.plan_templates.save(desk.actor, replace(template, title=f"{template.title}."))
    assert all(row.is_own for row in desk.plan_templates.templates(desk.actor))


def test_goals_name_the_problems_of_the_list_that_they_are_for(desk: Desk, ann: int) -> None:
    draft = desk.care_plans.draft(desk.actor, ann)
    poured = desk.plan_templates.poured(desk.actor, ann, ["hypertension"], draft.sections)
    more = desk.plan_templates.poured(desk.actor, ann, ["diabetes_type_2"], poured.sections)
    goals = {item["what"]: item["about"] for s in more.sections if s.key == "goals" for item in s.items}
    assert goals["Home blood pressure, average of the week"] == "High blood pressure (I10); Type 2 diabetes (E11.22)"
    assert goals["Salty foods"] == "High blood pressure (I10)"
    at_once = desk.plan_templates.poured(desk.actor, ann, ["diabetes_type_2", "hypertension"], draft.sections)
    assert {item["what"]: item["about"] for s in at_once.sections if s.key == "goals" for item in s.items}[
        "Home blood pressure, average of the week"
    ].count(";") == 1


def test_a_template_added_to_a_draft_is_held_against_what_the_draft_says(desk: Desk, ann: int) -> None:
    draft = desk.care_plans.draft(desk.actor, ann)
    first = desk.plan_templates.poured(desk.actor, ann, ["chronic_kidney_disease"], draft.sections).sections
    found = desk.plan_templates.merged(desk.actor, ["heart_failure"], first).contradictions
    fluids = next(each for each in found if each.id == "fluids")
    heart, kidneys = fluids.sides
    assert all(line.startswith("heart_failure.") for line in heart)
    assert all(line.startswith("chronic_kidney_disease.") for line in kidneys)
    # The other side is struck out of the draft as well as out of what is poured.
    limit, drink = "Fluids: limited to", "Drinks through the day"
    for dropped, stays, gone in ((heart, drink, limit), (kidneys, limit, drink)):
        choices = PouringChoices(dropped=frozenset(dropped))
        plan = desk.plan_templates.poured(desk.actor, ann, ["heart_failure"], first, choices).sections
        left = desk.plan_templates.merged(desk.actor, [], plan).contradictions
        assert "fluids" not in [each.id for each in left]
        said = "\n".join(section.text for section in plan)
        assert stays in said
        assert gone not in said


def test_a_line_changed_in_the_draft_is_the_draft_s(desk: Desk, ann: int) -> None:
    draft = desk.care_plans.draft(desk.actor, ann)
    first = desk.plan_templates.poured(desk.actor, ann, ["hyperlipidemia"], draft.sections).sections
    changed = [
        replace(section, items=tuple({**item, "to": "under 55"} for item in section.items))
        if section.key == "goals"
        else section
        for section in first
    ]
    found = desk.plan_templates.merged(desk.actor, ["coronary_artery_disease"], changed).contradictions
    target = next(each for each in found if each.id == "target:LDL cholesterol")
    assert "“under 55”" in target.says


def test_a_role_that_several_hold_is_chosen(desk: Desk, ann: int) -> None:
    desk.people.add(desk.actor, PersonForm("Ben Okafor", "LPN", "ben", ("nurse",)), "nine brave otters nap")
    people = desk.plan_templates.people(desk.actor, ann)
    assert (people["nurse"].names, people["nurse"].likely) == (("Ana Alvarez, RN", "Ben Okafor, LPN"), "")
    assert people["coordinator"].likely == "Ana Alvarez, RN"
    draft = desk.care_plans.draft(desk.actor, ann)
    for names, who in (((), "[nurse]"), ((("nurse", "Ben Okafor, LPN"),), "Ben Okafor, LPN")):
        choices = PouringChoices(names=names)
        poured = desk.plan_templates.poured(desk.actor, ann, ["hypertension"], draft.sections, choices)
        rows = next(section for section in poured.sections if section.key == "interventions").items
        assert who in {item["who"] for item in rows}
