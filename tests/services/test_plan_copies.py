"""Copies of a care plan: the patient's own paper, and the bundle that other software reads."""

import json
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from fhir.resources.R4B.allergyintolerance import AllergyIntolerance
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.condition import Condition
from fhir.resources.R4B.goal import Goal
from fhir.resources.R4B.medicationstatement import MedicationStatement
from fhir.resources.R4B.patient import Patient
from fhir.resources.R4B.practitioner import Practitioner
from pypdf import PdfReader

from app.rules.care_plan import SectionText
from app.services.chart_forms import AllergyForm, ConditionForm, MedicationForm
from app.services.desk import Desk
from app.services.plan_copies import NothingForThePatient
from app.services.plan_rows import PlanDraft
from tests.conftest import FIRST_PERSON
from tests.services.calling import add_patient, enrol
from tests.services.test_care_plans import whole

KINDS: dict[str, Any] = {
    "CarePlan": CarePlan,
    "Goal": Goal,
    "Condition": Condition,
    "MedicationStatement": MedicationStatement,
    "AllergyIntolerance": AllergyIntolerance,
    "Patient": Patient,
    "Practitioner": Practitioner,
}
HOSTILE = "<script>alert('x')</script> & \"quoted\""
SAID = {
    "patient_do": (
        {"what": "I check my blood pressure each day.", "es": "Me mido la presión cada día."},
        {"what": "I walk to the mailbox."},
    ),
    "patient_clinic": ({"what": "My nurse calls me each month.", "es": "Mi enfermera me llama cada mes."},),
    "patient_call": (
        {"what": "I feel dizzy when I stand.", "es": "Me mareo al pararme.", "whom": "clinic"},
        {"what": "My chest hurts.", "es": "Me duele el pecho.", "whom": "911"},
    ),
}


@pytest.fixture
def patient(desk: Desk) -> int:
    made = add_patient(desk)
    enrol(desk, made)
    desk.chart.add_condition(
        desk.actor, made, ConditionForm("Hypertension", "I10", confirmed=True, onset_on=date(2020, 3, 1))
    )
    desk.chart.add_medication(
        desk.actor, made, MedicationForm("Lisinopril 10 mg", dose="1 tablet", route="by mouth", frequency="once a day")
    )
    desk.chart.add_allergy(desk.actor, made, AllergyForm("Penicillin", reaction="rash", kind="medicine"))
    return made


def drafted(desk: Desk, patient: int, *, with_words: bool = True) -> PlanDraft:
    draft = desk.care_plans.draft(desk.actor, patient)
    sections: list[SectionText] = whole(draft)
    if with_words:
        sections = [replace(each, items=SAID[each.key]) if each.key in SAID else each for each in sections]
    sections = [replace(each, text=HOSTILE) if each.key == "prognosis" else each for each in sections]
    desk.care_plans.save_draft(desk.actor, draft.plan_id, sections, draft.mark)
    return desk.care_plans.draft(desk.actor, patient)


def signed(desk: Desk, patient: int) -> int:
    draft = drafted(desk, patient)
    return desk.care_plans.sign(desk.actor, patient, FIRST_PERSON.passphrase, draft.mark).plan_id


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_patients_copy_says_what_i_do_what_my_clinic_does_and_when_to_call(desk: Desk, patient: int) -> None:
    plan = signed(desk, patient)
    said = text_of(desk.plan_copies.patient_copy(desk.actor, plan, "en"))
    for words in (
        "What I do",
        "I check my blood pressure each day.",
        "My nurse calls me each month.",
        "Call my clinic",
    ):
        assert words in said
    assert said.index("Call 911") < said.index("Call my clinic"), "emergencies come first"
    assert "Lisinopril 10 mg: 1 tablet by mouth once a day" in said
    assert "script" not in said, "the clinician's words are not in it"
    assert "DRAFT" not in said


def test_in_spanish_what_has_no_spanish_is_printed_in_english_and_named(desk: Desk, patient: int) -> None:
    plan = signed(desk, patient)
    said = text_of(desk.plan_copies.patient_copy(desk.actor, plan, "es"))
    for words in ("Lo que hago yo", "Me mido la presión cada día.", "Llamar al 911", "I walk to the mailbox."):
        assert words in said
    reading = desk.plan_copies.reading(desk.actor, plan, "es")
    assert reading.untranslated == ("I walk to the mailbox.",)
    assert reading.is_easy


def test_hard_words_are_named(desk: Desk, patient: int) -> None:
    draft = drafted(desk, patient)
    hard = "Discontinue nonsteroidal antiinflammatory medications preceding nephrological consultation immediately."
    sections = [
        replace(each, items=(*SAID["patient_do"], {"what": hard})) if each.key == "patient_do" else each
        for each in draft.sections
    ]
    desk.care_plans.save_draft(desk.actor, draft.plan_id, sections, draft.mark)
    reading = desk.plan_copies.reading(desk.actor, draft.plan_id, "en")
    assert reading.hard == (hard,)


def test_a_plan_without_words_for_the_patient_says_what_to_do(desk: Desk, patient: int) -> None:
    draft = drafted(desk, patient, with_words=False)
    with pytest.raises(NothingForThePatient, match="from templates"):
        desk.plan_copies.patient_copy(desk.actor, draft.plan_id, "en")


def test_a_copy_of_a_draft_says_so(desk: Desk, patient: int) -> None:
    draft = drafted(desk, patient)
    assert "Draft, not signed" in text_of(desk.plan_copies.patient_copy(desk.actor, draft.plan_id, "en"))


def test_other_software_reads_the_plan_and_all_it_speaks_of(desk: Desk, patient: int) -> None:
    plan = signed(desk, patient)
    made = desk.plan_copies.fhir(desk.actor, plan)
    assert made == desk.plan_copies.fhir(desk.actor, plan), "the same version gives the same bytes"
    Bundle.model_validate_json(made)
    bundle = json.loads(made)
    read: dict[str, list[Any]] = {}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        read.setdefault(resource["resourceType"], []).append(KINDS[resource["resourceType"]].model_validate(resource))
    assert set(read) == set(KINDS)
    (care_plan,) = read["CarePlan"]
    assert (care_plan.status, care_plan.intent) == ("active", "plan")
    names = {entry["fullUrl"] for entry in bundle["entry"]}
    assert {each.reference for each in care_plan.goal} <= names
    assert {each.reference for each in care_plan.addresses} <= names
    assert care_plan.subject.reference in names
    assert read["Condition"][0].code.coding[0].code == "I10"
    assert read["Goal"][0].target[0].detailString == "130/80"
    assert care_plan.activity[0].detail.performer[0].display == "Ana Alvarez, RN"
    assert "<script>" not in care_plan.text.div
    assert "&lt;script&gt;" in care_plan.text.div


def test_an_older_version_is_not_called_active(desk: Desk, patient: int) -> None:
    first = signed(desk, patient)
    signed(desk, patient)
    plans = [
        entry["resource"]["status"]
        for entry in json.loads(desk.plan_copies.fhir(desk.actor, first))["entry"]
        if entry["resource"]["resourceType"] == "CarePlan"
    ]
    assert plans == ["revoked"]
