"""Importing a clinic's files into a real clinic: what is taken, what is named, and what comes out again."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.compose import house_of, open_desk
from app.models import Base
from app.rules.errors import ClinicError
from app.rules.intake import FileRefused, Intake, Rejected, RowAt
from app.security.slots import Argon2Cost
from app.services.desk import Desk
from app.services.import_plan import NOT_HERE, STORED
from app.services.month_case import gather
from app.services.patient_form import PatientForm
from app.storage.integrity import check
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.audit import events
from tests.services.intakes import (
    ALL_KINDS,
    CONDITION,
    ENROLMENT,
    OCTOBER,
    PATIENT,
    QUALIFYING,
    ZONE,
    case_of,
    entry,
    in_one_order,
    intakes,
    source,
)

Rows = dict[str, list[dict[str, Any]]]

KEPT_BESIDE = {"audit_event", "import_batch", "import_file"}  # what an undone import leaves behind: its own history


def stored(desk: Desk, *tables: str) -> Rows:
    """Every row of every table that holds what the clinic knows, or of those named."""
    with Session(desk.opened.file.engine) as session:
        return {
            table.name: [dict(row._mapping) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name not in KEPT_BESIDE and (not tables or table.name in tables)
        }


@pytest.fixture(scope="module")
def lasting(pristine_clinic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A clinic for many examples, each of which leaves it as it was."""
    folder = Path(shutil.copytree(pristine_clinic, tmp_path_factory.mktemp("imports") / "clinic"))
    house = replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    desk = open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    desk.patients.add(desk.actor, PatientForm(given_name="Typed", family_name="By Hand", born_on=date(1950, 1, 1)))
    yield desk
    desk.close()


def test_every_kind_of_row_comes_in_and_says_where_it_is_from(desk: Desk) -> None:
    planned = desk.imports.plan(desk.actor, ALL_KINDS)
    assert stored(desk, "patient", "time_entry") == {"patient": [], "time_entry": []}
    result = desk.imports.run(desk.actor, ALL_KINDS)
    assert result.plan == planned
    assert dict(result.plan.adds) == {
        "patients": 1, "conditions": 1, "qualifying": 2, "medications": 1, "allergies": 1, "enrolment": 1,
        "practitioners": 1, "time": 1, "stays": 1, "services": 1,
    }  # fmt: skip
    rows = stored(desk)
    came = {name: len(found) for name, found in rows.items() if found and "import_id" in found[0]}
    assert came == {
        "patient": 1, "condition": 3, "medication": 1, "allergy": 1, "enrolment": 1, "practitioner": 1, "time_entry": 1,
        "stay": 1, "other_service": 1, "consent": 1, "care_plan": 1, "care_plan_event": 2, "mdm": 1,
    }  # fmt: skip
    assert {row["import_id"] for name in came for row in rows[name]} == {result.import_id}
    (patient,) = rows["patient"]
    assert (patient["state"], patient["phone"], patient["phone_alternate"]) == ("IL", "3125550142", "n/a")
    (time,) = rows["time_entry"]
    assert (time["source"], time["version"], time["confirmed"], time["utc_offset_minutes"]) == (
        "imported",
        1,
        True,
        -300,
    )
    assert rows["care_plan"][0]["status"] == "imported"
    assert check(desk.opened.file.engine, desk.opened.file.key).faults == ()


def test_the_audit_trail_says_how_much_came_and_nothing_of_whom(desk: Desk) -> None:
    desk.imports.run(desk.actor, replace(ALL_KINDS, files=(source("a"),)))
    event, facts = events(desk, "import.run")[-1]
    assert facts["counts"]["time"] == 1
    assert facts["files"] == [source("a").sha256]
    for text in ("Ann", "Lee", "Diabetes", "Metformin", "Feels well"):
        assert text not in event.detail


def test_rows_that_cannot_be_used_are_named_and_the_rest_is_taken(desk: Desk) -> None:
    intake = Intake(
        patients=(PATIENT,),
        conditions=(replace(CONDITION, patient_id="nobody", at=RowAt("conditions.csv", 7)),),
        enrolments=(ENROLMENT, replace(ENROLMENT, at=RowAt("enrolment.csv", 9))),
        time_entries=(replace(entry(patient_id="nobody"), at=RowAt("time.csv", 5)), entry("e2")),
        rejected=(Rejected("time.csv", 3, "“end” is not after the start"),),
    )
    result = desk.imports.run(desk.actor, intake)
    assert result.plan.problems == (
        Rejected("conditions.csv", 7, NOT_HERE),
        Rejected("enrolment.csv", 9, "the patient has an enrolment already"),
        Rejected("time.csv", 3, "“end” is not after the start"),
        Rejected("time.csv", 5, NOT_HERE),
    )
    assert dict(result.plan.adds) == {"patients": 1, "time": 1, "enrolment": 1, "practitioners": 1}
    assert result.import_id is not None
    assert desk.imports.problems(desk.actor, result.import_id) == result.plan.problems


def test_what_is_stored_already_is_named(desk: Desk) -> None:
    desk.imports.run(desk.actor, ALL_KINDS)
    other = replace(entry(), staff="Di Park")
    again = replace(ALL_KINDS, time_entries=(entry(), other), files=(source("another file"),))
    plan = desk.imports.plan(desk.actor, again)
    assert plan.adds_nothing
    reasons = [row.reason for row in plan.problems]
    assert reasons.count(STORED) == 8
    assert "“entry_id” is stored already with other content" in reasons
    assert "the patient is here already, as record 1" in reasons
    assert "the patient has an enrolment already" in reasons
    assert len(reasons) == 11


def test_the_same_file_is_known_again_and_only_its_problem_rows_are_tried(desk: Desk) -> None:
    file = source("enrolments", "enrolment.csv", "enrolment", 2)
    first = replace(ENROLMENT, at=RowAt("enrolment.csv", 2))
    second = replace(ENROLMENT, patient_id="p2", at=RowAt("enrolment.csv", 3))
    intake = Intake(files=(file,), patients=(PATIENT,), enrolments=(first, second))
    desk.imports.run(desk.actor, intake)
    again = desk.imports.run(desk.actor, replace(intake, patients=()))
    assert (again.import_id, again.plan.known_files, again.plan.known_rows) == (None, ("enrolment.csv",), 1)
    assert again.plan.problems == (Rejected("enrolment.csv", 3, NOT_HERE),)
    # The patient comes; the same bytes under another name bring the row that was missing.
    renamed = replace(
        intake,
        files=(replace(file, name="copy.csv"),),
        patients=(replace(PATIENT, patient_id="p2", given_name="Bea"),),
        enrolments=tuple(replace(row, at=RowAt("copy.csv", row.at.line)) for row in (first, second)),
    )
    third = desk.imports.run(desk.actor, renamed)
    assert dict(third.plan.adds) == {"patients": 1, "enrolment": 1}
    assert third.plan.problems == ()
    assert desk.imports.run(desk.actor, renamed).plan.adds_nothing


def test_a_row_of_a_known_file_that_was_changed_by_hand_does_not_come_back(desk: Desk) -> None:
    intake = Intake(
        files=(source("q", "q.csv"),), patients=(PATIENT,), conditions=(replace(QUALIFYING, at=RowAt("q.csv", 2)),)
    )
    desk.imports.run(desk.actor, intake)
    (row,) = desk.chart.conditions(desk.actor, 1)
    desk.chart.remove_condition(desk.actor, row.id)
    assert desk.imports.run(desk.actor, replace(intake, patients=())).plan.adds_nothing
    assert desk.chart.conditions(desk.actor, 1) == []


def test_a_patient_typed_by_hand_is_met_by_mrn_and_takes_the_files_id(desk: Desk) -> None:
    typed = PatientForm(given_name="Ann", family_name="Lee", born_on=date(1948, 3, 2), mrn="A-7")
    patient_id = desk.patients.add(desk.actor, typed)
    result = desk.imports.run(
        desk.actor, Intake(patients=(replace(PATIENT, mrn="A-7"),), time_entries=(entry(), entry("e2", "A-7", 60)))
    )
    assert [row.reason for row in result.plan.problems] == [f"the patient is here already, as record {patient_id}"]
    assert {row["patient_id"] for row in stored(desk, "time_entry")["time_entry"]} == {patient_id}
    assert result.import_id is not None
    desk.imports.undo(desk.actor, result.import_id)
    assert stored(desk, "patient")["patient"][0]["external_id"] is None


def test_coverage_and_death_come_from_the_enrolment_row_and_go_back_when_it_is_undone(desk: Desk) -> None:
    desk.imports.run(desk.actor, Intake(patients=(replace(PATIENT, died_on=date(2026, 10, 9)),)))
    row = replace(ENROLMENT, coverage="medicare_advantage", died_on=date(2026, 10, 8))
    result = desk.imports.run(desk.actor, Intake(enrolments=(row,)))
    assert (result.plan.patients_changed, len(result.plan.cautions)) == (1, 1)
    (patient,) = stored(desk, "patient")["patient"]
    assert (patient["coverage"], patient["died_on"]) == ("medicare_advantage", date(2026, 10, 8))
    desk.imports.undo(desk.actor, 2)
    (patient,) = stored(desk, "patient")["patient"]
    assert (patient["coverage"], patient["died_on"]) == ("part_b", date(2026, 10, 9))


def test_odd_patients_are_taken_with_a_word_of_caution(desk: Desk) -> None:
    intake = Intake(
        patients=(
            PATIENT,
            replace(PATIENT, patient_id="p2"),
            replace(PATIENT, patient_id="p3", given_name="Bea", mbi="123"),
            replace(PATIENT, patient_id="p4", given_name="Cy", born_on=date(2030, 1, 1)),
        )
    )
    plan = desk.imports.run(desk.actor, intake).plan
    assert plan.adds["patients"] == 4
    assert [row.reason for row in plan.cautions] == [
        "may be the same person as another row: same name and birth date",
        "the Medicare number is not built as one",
        "the birth date cannot be right",
    ]


def test_cancelling_writes_nothing(desk: Desk) -> None:
    def cancel(done: int, total: int, what: str) -> None:
        if what == "time entries":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.imports.run(desk.actor, ALL_KINDS, cancel)
    assert stored(desk, "patient", "time_entry") == {"patient": [], "time_entry": []}
    assert desk.imports.history(desk.actor) == []


def test_progress_goes_up_to_its_end(desk: Desk) -> None:
    told: list[tuple[int, int]] = []
    desk.imports.run(desk.actor, ALL_KINDS, lambda done, total, _: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_files_are_read_through_the_service_and_a_bad_one_refuses_all(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("ID,BIRTHDATE,FIRST,LAST\np1,1948-03-02,Ann,Lee\n")
    assert desk.imports.read(desk.actor, [tmp_path]).patients[0].given_name == "Ann"
    (tmp_path / "time.csv").write_text("")
    with pytest.raises(FileRefused):
        desk.imports.read(desk.actor, [tmp_path])


@given(intake=intakes())
@settings(max_examples=25)
def test_an_import_comes_in_once_and_goes_without_a_trace(lasting: Desk, intake: Intake) -> None:
    before = stored(lasting)
    result = lasting.imports.run(lasting.actor, intake)
    assert result.import_id is not None
    once = stored(lasting)
    again = lasting.imports.run(lasting.actor, intake)
    assert again.import_id is None
    assert stored(lasting) == once
    lasting.imports.undo(lasting.actor, result.import_id)
    assert stored(lasting) == before


@given(intake=intakes())
@settings(max_examples=25)
def test_the_month_case_of_what_is_stored_is_that_of_the_spreadsheet(lasting: Desk, intake: Intake) -> None:
    result = lasting.imports.run(lasting.actor, intake)
    assert result.import_id is not None
    try:
        with Session(lasting.opened.file.engine) as session:
            found = {ref.case_id: case for ref, case in gather(session, OCTOBER, ZONE, "office")}
        enrolled = {row.patient_id for row in intake.enrolments} - {"nobody"}
        assert set(found) == enrolled
        for patient_id in enrolled:
            assert in_one_order(found[patient_id]) == in_one_order(case_of(intake, patient_id))
    finally:
        lasting.imports.undo(lasting.actor, result.import_id)


def test_the_lasting_clinic_is_whole_after_all_that(lasting: Desk) -> None:
    assert check(lasting.opened.file.engine, lasting.opened.file.key).faults == ()
    assert not any(row.is_newest for row in lasting.imports.history(lasting.actor))


def test_there_must_be_something_to_undo(desk: Desk) -> None:
    with pytest.raises(ClinicError, match="undone already"):
        desk.imports.undo(desk.actor, 1)
    with pytest.raises(ClinicError, match="no such import"):
        desk.imports.problems(desk.actor, 1)
