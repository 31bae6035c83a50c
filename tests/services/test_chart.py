from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import Condition
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.chart import NoSuchRow
from app.services.chart_forms import (
    AllergyForm,
    ConditionForm,
    ConfirmForm,
    MdmForm,
    MedicationForm,
    ServiceForm,
    StayForm,
)
from app.services.desk import Desk
from app.services.patient_form import PatientForm
from app.services.patients import NoSuchPatient

TODAY = date(2026, 11, 23)
TOMORROW = date(2026, 11, 24)
DIABETES = ConditionForm("Type 2 diabetes", "e119", date(2020, 1, 1), None, True, True, True)


@pytest.fixture
def ann(desk: Desk) -> int:
    return desk.patients.add(desk.actor, PatientForm(given_name="Ann", family_name="Lee", born_on=date(1948, 3, 2)))


@pytest.fixture
def snomed(desk: Desk, ann: int) -> int:
    with Session(desk.opened.file.engine.execution_options(immediate=True)) as session:
        session.execute(
            insert(Condition),
            [
                {
                    "patient_id": ann,
                    "code_system": "snomed",
                    "code": "44054006",
                    "description": "Diabetes",
                    "onset_on": date(2019, 5, 1),
                }
            ],
        )
        session.commit()
    return desk.chart.conditions(desk.actor, ann)[0].id


def test_a_confirmed_condition_counts_and_a_code_has_one_form(desk: Desk, ann: int) -> None:
    desk.chart.add_condition(desk.actor, ann, DIABETES)
    (row,) = desk.chart.conditions(desk.actor, ann)
    assert (row.code, row.code_system, row.counts, row.is_imported) == ("E11.9", "icd10", True, False)


def test_nothing_counts_until_it_is_confirmed_with_both_flags(desk: Desk, ann: int) -> None:
    desk.chart.add_condition(desk.actor, ann, ConditionForm("Gout", "M10.9"))
    desk.chart.add_condition(
        desk.actor, ann, ConditionForm("Heart failure", "I50.22", confirmed=True, significant_risk=True)
    )
    desk.chart.add_condition(desk.actor, ann, ConditionForm("Tired"))
    assert [row.counts for row in desk.chart.conditions(desk.actor, ann)] == [False, False, False]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (ConditionForm(" ", "E11.9"), "description"),
        (ConditionForm("Gout", confirmed=True), "code"),
        (ConditionForm("Gout", "M"), "code"),
        (ConditionForm("Gout", "M10.9", date(2020, 1, 1), date(2019, 1, 1)), "resolved_on"),
        (ConditionForm("Gout", "M10.9", TOMORROW), "onset_on"),
        (ConditionForm("Go\nut", "M10.9"), "description"),
    ],
)
def test_conditions_are_checked(desk: Desk, ann: int, form: ConditionForm, field: str) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.chart.add_condition(desk.actor, ann, form)
    assert list(refused.value.faults) == [field]


def test_a_snomed_problem_stays_and_the_confirmed_condition_stands_beside_it(desk: Desk, ann: int, snomed: int) -> None:
    confirmed = desk.chart.confirm_condition(desk.actor, snomed, ConfirmForm("E11.9", True, True))
    first, second = desk.chart.conditions(desk.actor, ann)
    assert (first.id, first.code, first.counts, first.onset_on) == (confirmed, "E11.9", True, date(2019, 5, 1))
    assert (second.code, second.code_system, second.confirmed_as, second.counts) == (
        "44054006",
        "snomed",
        "E11.9",
        False,
    )
    with pytest.raises(ClinicError, match="Remove that one first"):
        desk.chart.remove_condition(desk.actor, snomed)
    with pytest.raises(FieldFaults, match="already"):
        desk.chart.confirm_condition(desk.actor, snomed, ConfirmForm("E11.9", True, True))
    with pytest.raises(FieldFaults):
        desk.chart.edit_condition(desk.actor, snomed, ConditionForm("Diabetes", "44054006", confirmed=True))
    desk.chart.edit_condition(desk.actor, snomed, ConditionForm("Diabetes", "44054006", resolved_on=TODAY))
    assert desk.chart.conditions(desk.actor, ann)[1].resolved_on == TODAY


def test_a_problem_without_a_code_is_confirmed_in_its_place(desk: Desk, ann: int) -> None:
    problem = desk.chart.add_condition(desk.actor, ann, ConditionForm("High pressure"))
    assert desk.chart.confirm_condition(desk.actor, problem, ConfirmForm("I10", True, True, "Hypertension")) == problem
    (row,) = desk.chart.conditions(desk.actor, ann)
    assert (row.code, row.description, row.counts) == ("I10", "Hypertension", True)
    with pytest.raises(FieldFaults):
        desk.chart.confirm_condition(desk.actor, problem, ConfirmForm("", True, True))


def test_a_code_counts_once_but_may_come_back_after_it_was_resolved(desk: Desk, ann: int) -> None:
    first = desk.chart.add_condition(desk.actor, ann, DIABETES)
    with pytest.raises(FieldFaults, match="already"):
        desk.chart.add_condition(desk.actor, ann, DIABETES)
    desk.chart.edit_condition(desk.actor, first, ConditionForm("Diabetes", "E11.9", None, TODAY, True, True, True))
    desk.chart.add_condition(desk.actor, ann, DIABETES)
    assert [row.counts for row in desk.chart.conditions(desk.actor, ann)] == [True, False]


@dataclass(frozen=True)
class Line:
    """A kind of line of a chart: one that can be kept, another to put in its place, and some that cannot be."""

    noun: str
    form: object
    other: object
    bad: list[tuple[object, str]]


LINES = [
    Line(
        "medication",
        MedicationForm("Metformin 500 mg", "860975", "one twice a day", "diabetes", date(2020, 1, 1)),
        MedicationForm("Metformin 1000 mg", stopped_on=TODAY),
        [
            (MedicationForm(""), "description"),
            (MedicationForm("A", started_on=TODAY, stopped_on=date(2020, 1, 1)), "stopped_on"),
        ],
    ),
    Line(
        "allergy",
        AllergyForm("Penicillin", reaction="rash"),
        AllergyForm("Penicillin", stopped_on=TODAY),
        [(AllergyForm(""), "description"), (AllergyForm("A", started_on=TOMORROW), "started_on")],
    ),
    Line(
        "stay",
        StayForm("inpatient", date(2026, 11, 1)),
        StayForm("snf_part_a", date(2026, 11, 1), date(2026, 11, 1)),
        [
            (StayForm("hotel", TODAY), "kind"),
            (StayForm(), "from_on"),
            (StayForm("inpatient", TODAY, date(2026, 1, 1)), "to_on"),
        ],
    ),
    Line(
        "service",
        ServiceForm("g0181", date(2026, 11, 1)),
        ServiceForm("99490", date(2026, 11, 2), "same_practice"),
        [
            (ServiceForm("99", TODAY), "code"),
            (ServiceForm("99490"), "performed_on"),
            (ServiceForm("99490", TODAY, "me"), "by"),
        ],
    ),
]


@pytest.mark.parametrize("line", LINES, ids=[line.noun for line in LINES])
def test_the_lists_of_a_chart(desk: Desk, ann: int, line: Line) -> None:
    noun, form, other, bad = line.noun, line.form, line.other, line.bad
    chart: Any = desk.chart
    rows: Callable[..., list[Any]] = getattr(chart, {"allergy": "allergies"}.get(noun, f"{noun}s"))
    add, edit, remove = (getattr(chart, f"{verb}_{noun}") for verb in ("add", "edit", "remove"))
    row_id = add(desk.actor, ann, form)
    (first,) = rows(desk.actor, ann)
    assert (first.id, first.is_imported) == (row_id, False)
    edit(desk.actor, row_id, other)
    (second,) = rows(desk.actor, ann)
    assert second != first
    for wrong, field in bad:
        with pytest.raises(FieldFaults) as refused:
            add(desk.actor, ann, wrong)
        assert list(refused.value.faults) == [field]
    assert rows(desk.actor, ann) == [second]
    remove(desk.actor, row_id)
    assert rows(desk.actor, ann) == []
    with pytest.raises(NoSuchRow):
        edit(desk.actor, row_id, other)
    with pytest.raises(NoSuchPatient):
        add(desk.actor, ann + 1, form)


def test_decision_making_is_recorded_newest_first(desk: Desk, ann: int) -> None:
    desk.chart.record_mdm(desk.actor, ann, MdmForm("moderate", date(2026, 11, 2)))
    desk.chart.record_mdm(desk.actor, ann, MdmForm("high", date(2026, 11, 3), "worse\ntoday"))
    assert [row.level for row in desk.chart.mdm(desk.actor, ann)] == ["high", "moderate"]
    for wrong in (MdmForm("low", None), MdmForm("low", TOMORROW), MdmForm("none", TODAY)):
        with pytest.raises(FieldFaults):
            desk.chart.record_mdm(desk.actor, ann, wrong)
