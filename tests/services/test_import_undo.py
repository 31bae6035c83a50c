"""Undoing an import: only while nothing stands on it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Approval, CarePlan, CarePlanEvent, Consent, PatientContact, TimeEntry
from app.rules.intake import Intake
from app.services.chart_forms import ConditionForm, ConfirmForm, MdmForm
from app.services.desk import Desk
from app.services.import_undo import UndoRefused
from app.services.patient_form import ContactForm, PatientForm
from app.storage.integrity import check
from tests.services.intakes import ALL_KINDS, CONDITION, ENROLMENT, PATIENT, entry
from tests.services.test_imports import stored

ANN = 1  # the imported patient's record


def confirm(desk: Desk) -> None:
    problem = next(row for row in desk.chart.conditions(desk.actor, ANN) if row.code_system == "snomed")
    desk.chart.confirm_condition(desk.actor, problem.id, ConfirmForm("E13.9", True, True))


def correct_an_entry(desk: Desk) -> None:
    with desk.opened.ledger.writing(desk.actor, "call.work") as work:
        first = work.session.scalars(select(TimeEntry)).one()
        values = {column.key: getattr(first, column.key) for column in TimeEntry.__table__.columns}
        corrected = {"id": None, "version": 2, "import_id": None, "note": "late", "reason": "typing mistake"}
        work.session.add(TimeEntry(**{**values, **corrected}))


def give_a_copy(desk: Desk) -> None:
    with desk.opened.ledger.writing(desk.actor, "care_plan.draft") as work:
        plan = work.session.scalars(select(CarePlan)).one()
        on = date(2026, 11, 1)
        work.session.add(CarePlanEvent(care_plan_id=plan.id, kind="copy_given", happened_on=on, recorded_at=work.now))


def approve(desk: Desk) -> None:
    with desk.opened.ledger.writing(desk.actor, "month.approve") as work:
        work.session.add(
            Approval(
                patient_id=ANN,
                month="2026-10",
                facts_hash="0" * 64,
                npi="1234567893",
                approver="Ana Alvarez",
                meaning="I attest",
                one_person_clinic=True,
                approved_at=work.now,
                person_id=1,
            )
        )


WORK: dict[str, tuple[Callable[[Desk], object], str]] = {
    "a contact": (
        lambda desk: desk.patients.edit(
            desk.actor, ANN, replace(desk.patients.form(desk.actor, ANN), contacts=(ContactForm("Tom"),))
        ),
        "1 contact",
    ),
    "a changed patient": (
        lambda desk: desk.patients.edit(desk.actor, ANN, replace(desk.patients.form(desk.actor, ANN), city="Berwyn")),
        "1 changed row",
    ),
    "a new condition": (lambda desk: desk.chart.add_condition(desk.actor, ANN, ConditionForm("Gout")), "1 condition"),
    "a confirmed problem": (confirm, "1 condition"),
    "a decision": (
        lambda desk: desk.chart.record_mdm(desk.actor, ANN, MdmForm("high", date(2026, 11, 1))),
        "1 decision-making record",
    ),
    "a revoked consent": (
        lambda desk: desk.enrolments.revoke(desk.actor, ANN, date(2026, 11, 20)),
        "2 changed rows",  # the consent, and the enrolment that ends with it
    ),
    "a corrected entry": (correct_an_entry, "1 corrected time entry"),
    "a copy given": (give_a_copy, "1 care plan review or copy"),
    "an approved month": (approve, "1 approval"),
    "a call": (lambda desk: desk.calls.start(desk.actor, ANN), "1 call"),
}


@pytest.mark.parametrize("work", WORK)
def test_work_that_stands_on_an_import_keeps_it(desk: Desk, work: str) -> None:
    desk.imports.run(desk.actor, ALL_KINDS)
    do, words = WORK[work]
    do(desk)
    before = stored(desk)
    with pytest.raises(UndoRefused) as refused:
        desk.imports.undo(desk.actor, 1)
    assert words in str(refused.value)
    assert stored(desk) == before


def test_looking_and_removing_do_not_keep_it(desk: Desk) -> None:
    before = stored(desk)
    desk.imports.run(desk.actor, ALL_KINDS)
    desk.patients.open_chart(desk.actor, ANN)
    desk.chart.remove_allergy(desk.actor, desk.chart.allergies(desk.actor, ANN)[0].id)
    desk.patients.add(desk.actor, PatientForm(given_name="Bea", family_name="Cole", born_on=date(1950, 1, 1)))
    removed = desk.imports.undo(desk.actor, 1)
    assert removed["patient"] == 1
    after = stored(desk)
    assert [row["given_name"] for row in after.pop("patient")] == ["Bea"]
    del before["patient"]
    assert after == before


def test_the_newest_goes_first(desk: Desk) -> None:
    desk.imports.run(desk.actor, Intake(patients=(PATIENT,)))
    desk.imports.run(desk.actor, Intake(conditions=(CONDITION,)))
    assert [row.is_newest for row in desk.imports.history(desk.actor)] == [True, False]
    with pytest.raises(UndoRefused, match="Import 2 was made after"):
        desk.imports.undo(desk.actor, 1)
    desk.imports.undo(desk.actor, 2)
    desk.imports.undo(desk.actor, 1)
    assert stored(desk, "patient", "condition") == {"patient": [], "condition": []}
    assert [row.undone_at is not None for row in desk.imports.history(desk.actor)] == [True, True]


def test_an_import_onto_patients_who_were_here_goes_though_they_were_called_since(desk: Desk) -> None:
    desk.imports.run(desk.actor, Intake(patients=(PATIENT,)))
    desk.imports.run(desk.actor, Intake(time_entries=(entry(),)))
    desk.calls.start(desk.actor, ANN)
    assert desk.imports.undo(desk.actor, 2) == {"time_entry": 1}


def test_an_approved_month_keeps_time_that_was_imported_onto_it(desk: Desk) -> None:
    desk.imports.run(desk.actor, Intake(patients=(PATIENT,)))
    desk.imports.run(desk.actor, Intake(time_entries=(entry(),)))
    approve(desk)
    with pytest.raises(UndoRefused, match="1 approval"):
        desk.imports.undo(desk.actor, 2)


def test_a_later_import_that_was_undone_is_no_work(desk: Desk) -> None:
    desk.imports.run(desk.actor, Intake(patients=(PATIENT,)))
    desk.imports.run(desk.actor, Intake(enrolments=(replace(ENROLMENT, coverage="none", died_on=date(2026, 10, 8)),)))
    desk.imports.undo(desk.actor, 2)
    assert desk.imports.undo(desk.actor, 1) == {"patient": 1}


def test_after_undoing_the_same_files_can_come_again_with_numbers_never_used(desk: Desk) -> None:
    desk.imports.run(desk.actor, ALL_KINDS)
    desk.imports.undo(desk.actor, 1)
    assert desk.imports.run(desk.actor, ALL_KINDS).plan.adds["patients"] == 1
    assert [row["id"] for row in stored(desk, "patient")["patient"]] == [2]
    assert check(desk.opened.file.engine, desk.opened.file.key).faults == ()


def test_rows_of_an_import_are_append_only_outside_its_undoing(desk: Desk) -> None:
    desk.imports.run(desk.actor, ALL_KINDS)
    for table in (TimeEntry, CarePlanEvent, CarePlan):
        with (
            pytest.raises(Exception, match=r"only ever added|never removed"),
            desk.opened.ledger.writing(desk.actor, "import.run") as work,
        ):
            work.session.delete(work.session.scalars(select(table)).first())
    with Session(desk.opened.file.engine) as session:
        assert session.scalars(select(Consent.given_at)).one() is None
        assert session.scalars(select(PatientContact)).all() == []
        assert session.scalars(select(TimeEntry.start_at)).one() == datetime(2026, 10, 5, 14, tzinfo=UTC)
