import json
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.compose import open_desk
from app.models import Allergy, AuditEvent, CarePlan, CarePlanEvent, Condition, Medication
from app.rules.care_plan import SectionText, content_hash
from app.rules.field_faults import FieldFaults
from app.security.permissions import NotPermitted
from app.security.slots import WrongPassphrase
from app.services.care_plans import PlanIncomplete, PlanMoved
from app.services.desk import Desk
from app.services.founding import House
from app.services.people import PersonForm
from app.services.plan_lookup import NoSuchPlan
from app.services.plan_rows import PlanDraft
from app.storage.integrity import check
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, enrol

TODAY = date(2026, 11, 23)
GOAL = {"what": "Blood pressure", "from": "152/90", "to": "130/80", "by_when": "March", "about": "All problems"}
INTERVENTION = {"what": "Weigh every morning", "who": "Ana Alvarez, RN", "due": "daily"}


def chart(desk: Desk, patient_id: int) -> None:
    with desk.opened.ledger.writing(desk.actor, "chart.edit") as work:
        work.session.add_all(
            [
                Condition(
                    patient_id=patient_id, code_system="icd10", code="I10", description="Hypertension", confirmed=True
                ),
                Condition(patient_id=patient_id, code_system="snomed", code="73211009", description="Diabetes"),
                Condition(
                    patient_id=patient_id,
                    code_system="icd10",
                    code="E11.9",
                    description="Diabetes, healed",
                    confirmed=True,
                    resolved_on=date(2025, 1, 1),
                ),
                Medication(patient_id=patient_id, description="Lisinopril 10 mg", directions="once a day"),
                Medication(patient_id=patient_id, description="Lisinopril 10 mg", directions="once a day"),
                Medication(patient_id=patient_id, description="Stopped", stopped_on=date(2025, 1, 1)),
                Allergy(patient_id=patient_id, description="Penicillin", reaction="rash"),
            ]
        )


def whole(draft: PlanDraft) -> list[SectionText]:
    """Fill every required element that is not filled."""
    filled = []
    for section in draft.sections:
        lacks = any(gap.key == section.key for gap in draft.gaps)
        if section.key == "goals":
            filled.append(replace(section, items=(GOAL,)))
        elif section.key == "interventions":
            filled.append(replace(section, items=(INTERVENTION,)))
        elif section.key == "community":
            filled.append(replace(section, not_applicable="Lives with her daughter, nothing needed"))
        elif lacks:
            filled.append(replace(section, text=f"About {section.title.lower()}"))
        else:
            filled.append(section)
    return filled


def sign_whole(desk: Desk, patient_id: int) -> int:
    draft = desk.care_plans.draft(desk.actor, patient_id)
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, whole(draft), draft.mark)
    return desk.care_plans.sign(desk.actor, patient_id, FIRST_PERSON.passphrase, mark).plan_id


def test_a_first_draft_begins_with_what_the_chart_knows(desk: Desk) -> None:
    patient = add_patient(desk)
    chart(desk, patient)
    draft = desk.care_plans.draft(desk.actor, patient)
    by_key = {section.key: section for section in draft.sections}
    assert by_key["problems"].items == ({"what": "Hypertension (I10)"},)
    assert by_key["medications"].items == ({"what": "Lisinopril 10 mg", "directions": "once a day"},)
    assert by_key["allergies"].items == ({"what": "Penicillin", "reaction": "rash"},)
    assert draft.next_version == 1
    assert [gap.key for gap in draft.gaps] == [
        "prognosis",
        "goals",
        "symptoms",
        "interventions",
        "community",
        "coordination",
        "review",
    ]
    assert desk.care_plans.draft(desk.actor, patient) == draft  # there is one draft, not two


def test_every_required_element_is_asked_for_by_name(desk: Desk) -> None:
    patient = add_patient(desk)
    draft = desk.care_plans.draft(desk.actor, patient)
    assert len(draft.gaps) == 9  # RULES.md §2.1
    with pytest.raises(PlanIncomplete) as refused:
        desk.care_plans.sign(desk.actor, patient, FIRST_PERSON.passphrase, draft.mark)
    for gap in draft.gaps:
        assert gap.title in str(refused.value)
    filled = whole(draft)
    for left_out in range(len(filled)):
        sections = [
            replace(each, text="", items=(), not_applicable="") if number == left_out else each
            for number, each in enumerate(filled)
        ]
        mark = desk.care_plans.draft(desk.actor, patient).mark
        desk.care_plans.save_draft(desk.actor, draft.plan_id, sections, mark)
        missing = desk.care_plans.missing(desk.actor, patient)
        required = next(kind.required for kind in draft.kinds if kind.key == filled[left_out].key)
        assert [gap.key for gap in missing] == ([filled[left_out].key] if required else [])


def test_an_intervention_names_who_is_responsible(desk: Desk) -> None:
    patient = add_patient(desk)
    draft = desk.care_plans.draft(desk.actor, patient)
    sections = [
        replace(each, items=({"what": "Weigh every morning"},)) if each.key == "interventions" else each
        for each in whole(draft)
    ]
    desk.care_plans.save_draft(desk.actor, draft.plan_id, sections, draft.mark)
    (gap,) = desk.care_plans.missing(desk.actor, patient)
    assert gap.sentence == ("Planned interventions, and who is responsible: “Weigh every morning” needs responsible.")


def test_signing_makes_a_numbered_version_that_never_changes(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    plan_id = sign_whole(desk, patient)
    (row,) = desk.care_plans.versions(desk.actor, patient)
    assert (row.plan_id, row.version, row.signed_on, row.signed_at) == (plan_id, 1, TODAY, clock.now())
    assert (row.signed_by, row.signer_credential, row.last_reviewed_on) == ("Ana Alvarez", "RN", TODAY)
    version = desk.care_plans.version(desk.actor, plan_id)
    (goal,) = {section.key: section.items for section in version.sections}["goals"]
    assert {key: text for key, text in goal.items() if key != "ref"} == GOAL
    assert goal["ref"]
    with desk.opened.ledger.reading(desk.actor, "care_plan.read") as reading:
        stored = reading.session.get_one(CarePlan, plan_id)
        assert row.content_hash == content_hash(stored.content)
        events = [
            json.loads(event.detail)
            for event in reading.session.scalars(select(AuditEvent).where(AuditEvent.action == "care_plan.sign"))
        ]
    assert events[-1]["content_hash"] == row.content_hash
    with pytest.raises(NoSuchPlan):
        desk.care_plans.save_draft(desk.actor, plan_id, [], "")
    with pytest.raises(NoSuchPlan):
        desk.care_plans.discard_draft(desk.actor, plan_id)
    for statement in ("UPDATE care_plan SET content = '[]'", "DELETE FROM care_plan"):
        with pytest.raises(DatabaseError), desk.opened.file.engine.begin() as connection:
            connection.execute(text(statement))
    assert check(desk.opened.file.engine, desk.opened.file.key).faults == ()


def test_the_next_draft_begins_from_the_last_version(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    first = sign_whole(desk, patient)
    before = desk.care_plans.version(desk.actor, first)
    clock.advance(days=30)
    draft = desk.care_plans.draft(desk.actor, patient)
    assert (draft.next_version, draft.gaps) == (2, ())
    assert draft.sections == before.sections
    sections = [replace(each, text="Better") if each.key == "prognosis" else each for each in draft.sections]
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, sections, draft.mark)
    second = desk.care_plans.sign(desk.actor, patient, FIRST_PERSON.passphrase, mark)
    assert [(row.version, row.signed_on) for row in desk.care_plans.versions(desk.actor, patient)] == [
        (2, TODAY + timedelta(days=30)),
        (1, TODAY),
    ]
    assert desk.care_plans.version(desk.actor, first) == before
    assert second.content_hash != before.row.content_hash


def test_nothing_unseen_is_overwritten_or_signed(desk: Desk) -> None:
    patient = add_patient(desk)
    draft = desk.care_plans.draft(desk.actor, patient)
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, whole(draft), draft.mark)
    with pytest.raises(PlanMoved, match="Ana Alvarez changed this draft"):
        desk.care_plans.save_draft(desk.actor, draft.plan_id, draft.sections, draft.mark)
    with pytest.raises(PlanMoved):
        desk.care_plans.sign(desk.actor, patient, FIRST_PERSON.passphrase, draft.mark)
    desk.care_plans.sign(desk.actor, patient, FIRST_PERSON.passphrase, mark)


def test_signing_asks_for_the_signers_passphrase(desk: Desk) -> None:
    patient = add_patient(desk)
    draft = desk.care_plans.draft(desk.actor, patient)
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, whole(draft), draft.mark)
    with pytest.raises(WrongPassphrase):
        desk.care_plans.sign(desk.actor, patient, "not the passphrase", mark)
    assert desk.care_plans.versions(desk.actor, patient) == ()


def test_only_a_practitioner_signs(desk: Desk, house: House) -> None:
    desk.people.add(desk.actor, PersonForm("Ben Okafor", "RN", "ben", ("nurse",)), "nine brave otters nap")
    patient = add_patient(desk)
    draft = desk.care_plans.draft(desk.actor, patient)
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, whole(draft), draft.mark)
    folder = desk.opened.file.folder
    desk.close()
    ben = open_desk(folder, "ben", "nine brave otters nap", house)
    with pytest.raises(NotPermitted):
        ben.care_plans.sign(ben.actor, patient, "nine brave otters nap", mark)
    assert ben.care_plans.draft(ben.actor, patient).mark == mark  # but everybody drafts
    ben.close()


def test_a_practitioner_signs_with_their_npi(desk: Desk) -> None:
    patient = add_patient(desk)
    enrol(desk, patient, person_id=desk.actor.person_id)
    plan_id = sign_whole(desk, patient)
    assert desk.care_plans.version(desk.actor, plan_id).row.signer_npi == "1234567893"


def test_a_draft_survives_a_crash_and_keeps_what_was_typed(desk: Desk, house: House) -> None:
    patient = add_patient(desk)
    draft = desk.care_plans.draft(desk.actor, patient)
    typed = [replace(each, text="half a sen ") if each.key == "prognosis" else each for each in draft.sections]
    mark = desk.care_plans.save_draft(desk.actor, draft.plan_id, typed, draft.mark)
    folder = desk.opened.file.folder
    desk.opened.file.engine.dispose()
    desk.opened.file.holder.close()
    again = open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    kept = again.care_plans.draft(again.actor, patient)
    assert kept.mark == mark
    assert {section.key: section.text for section in kept.sections}["prognosis"] == "half a sen "
    again.close()


def test_hostile_text_is_refused_where_it_stands(desk: Desk) -> None:
    draft = desk.care_plans.draft(desk.actor, add_patient(desk))
    for wrong in (
        SectionText("goals", "Goals", items=({"what": "two\nlines"},)),
        SectionText("goals", "Goals", text="a\u202eb"),
        SectionText("goals", "Goals", items=({"what": "x"},) * 201),
        SectionText("goals", "Goals", not_applicable="x" * 501),
    ):
        with pytest.raises(FieldFaults) as refused:
            desk.care_plans.save_draft(desk.actor, draft.plan_id, [wrong], draft.mark)
        assert list(refused.value.faults) == ["goals"]


def test_copies_and_reviews_are_recorded_by_version_and_method(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    plan_id = sign_whole(desk, patient)
    clock.advance(days=10)
    for on, says in ((TODAY + timedelta(days=11), "not come yet"), (TODAY - timedelta(days=1), "before the plan")):
        with pytest.raises(FieldFaults, match=says):
            desk.care_plans.record_copy_given(desk.actor, plan_id, on, "paper")
    with pytest.raises(FieldFaults, match="how the copy"):
        desk.care_plans.record_copy_given(desk.actor, plan_id, TODAY, "owl")
    desk.care_plans.record_copy_given(desk.actor, plan_id, TODAY + timedelta(days=2), "mail")
    desk.care_plans.record_review(desk.actor, plan_id, TODAY + timedelta(days=10))
    (row,) = desk.care_plans.versions(desk.actor, patient)
    assert (row.copy_given_on, row.copy_method) == (TODAY + timedelta(days=2), "mail")
    assert row.last_reviewed_on == TODAY + timedelta(days=10)
    draft = desk.care_plans.draft(desk.actor, patient)
    with pytest.raises(NoSuchPlan):
        desk.care_plans.record_copy_given(desk.actor, draft.plan_id, TODAY, "paper")


def test_an_imported_plan_is_a_record_without_text_and_says_so(desk: Desk) -> None:
    patient = add_patient(desk)
    with desk.opened.ledger.writing(desk.actor, "import.run") as work:
        plan = CarePlan(
            patient_id=patient, status="imported", version=None, edited_at=work.now, signed_on=date(2026, 1, 5)
        )
        work.session.add(plan)
        work.session.flush()
        work.session.add(
            CarePlanEvent(care_plan_id=plan.id, kind="reviewed", happened_on=date(2025, 8, 1), recorded_at=work.now)
        )
    (row,) = desk.care_plans.versions(desk.actor, patient)
    assert (row.kept_outside, row.version, row.signed_on) == (True, None, date(2026, 1, 5))
    assert row.last_reviewed_on == date(2025, 8, 1)
    assert desk.care_plans.version(desk.actor, row.plan_id).sections == ()
    paper = desk.care_plans.plan_print(desk.actor, row.plan_id)
    assert (paper.plan.kept_outside, paper.plan.sections) == (True, ())
    draft = desk.care_plans.draft(desk.actor, patient)  # the clinic writes its own from here on
    assert (draft.next_version, len(draft.gaps)) == (1, 9)
    desk.care_plans.record_copy_given(desk.actor, row.plan_id, date(2025, 12, 1), "paper")


def test_the_paper_says_what_was_signed(desk: Desk) -> None:
    patient = add_patient(desk)
    chart(desk, patient)
    enrol(desk, patient)
    plan_id = sign_whole(desk, patient)
    paper = desk.care_plans.plan_print(desk.actor, plan_id)
    assert (paper.making.packet_id, paper.making.state) == ("CP-000001-v1", "final")
    assert paper.practitioner is not None
    by_title = {section.title: section for section in paper.plan.sections}
    assert by_title["Measurable treatment goals"].items == (
        "Blood pressure · Now: 152/90 · Target: 130/80 · By: March · For: All problems",
    )
    assert by_title["Community and social services"].not_applicable == "Lives with her daughter, nothing needed"
    assert "Cognitive assessment" not in by_title  # optional, and nothing was written
    words = "\n".join(
        page.extract_text() for page in PdfReader(BytesIO(desk.care_plans.paper(desk.actor, plan_id))).pages
    )
    for said in ("Rosa Delgado", "Weigh every morning", "Version 1", "Ana Alvarez"):
        assert said in words


def test_a_draft_prints_as_a_draft(desk: Desk) -> None:
    patient = add_patient(desk)
    draft = desk.care_plans.draft(desk.actor, patient)
    paper = desk.care_plans.plan_print(desk.actor, draft.plan_id)
    assert (paper.making.state, paper.plan.signed_at, paper.plan.version) == ("draft", None, None)


def test_a_discarded_draft_is_gone_and_the_signed_version_stands(desk: Desk) -> None:
    patient = add_patient(desk)
    sign_whole(desk, patient)
    draft = desk.care_plans.draft(desk.actor, patient)
    desk.care_plans.discard_draft(desk.actor, draft.plan_id)
    with pytest.raises(NoSuchPlan):
        desk.care_plans.missing(desk.actor, patient)
    assert len(desk.care_plans.versions(desk.actor, patient)) == 1
