"""Files that nobody here wrote: 1,000 Synthea patients, and one clinic's own spreadsheets of a month."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

import pytest

from app.exchange.intake import read_folder_or_files
from app.rules.intake import Intake

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the data that the project did not make is not at {DATA}")


def plain(name: str) -> list[dict[str, str]]:
    """A file as Python's csv module alone reads it."""
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def distinct(rows: list[dict[str, str]]) -> int:
    return len({tuple(row.items()) for row in rows})


@pytest.fixture(scope="module")
def intake() -> Intake:
    begun = perf_counter()
    read = read_folder_or_files([DATA / "synthea_csv", DATA / "clinic_month"])
    assert perf_counter() - begun < 3
    return read


@needs_data
@pytest.mark.parametrize(
    ("name", "rows_of"),
    [
        ("synthea_csv/patients.csv", lambda intake: intake.patients),
        ("synthea_csv/conditions.csv", lambda intake: [c for c in intake.conditions if not c.qualifying]),
        ("synthea_csv/medications.csv", lambda intake: intake.medications),
        ("synthea_csv/allergies.csv", lambda intake: intake.allergies),
        ("clinic_month/enrolment.csv", lambda intake: intake.enrolments),
        ("clinic_month/qualifying.csv", lambda intake: [c for c in intake.conditions if c.qualifying]),
        ("clinic_month/time.csv", lambda intake: intake.time_entries),
        ("clinic_month/stays.csv", lambda intake: intake.stays),
        ("clinic_month/services.csv", lambda intake: intake.services),
    ],
)
def test_every_distinct_row_comes_in_once_and_every_other_is_named(
    intake: Intake, name: str, rows_of: Callable[[Intake], list[object]]
) -> None:
    rows = plain(name)
    base = name.rpartition("/")[2]
    assert len(rows_of(intake)) == distinct(rows)
    assert len([r for r in intake.rejected if r.file == base]) == len(rows) - distinct(rows)
    (file,) = (file for file in intake.files if file.name == base)
    assert (file.rows, file.encoding) == (len(rows), "utf-8")


@needs_data
def test_only_exact_duplicates_are_problems_before_the_clinic_is_asked(intake: Intake) -> None:
    assert {(r.file, r.reason.rpartition(" ")[0]) for r in intake.rejected} == {
        ("medications.csv", "is an exact duplicate of line")
    }
    lines = (DATA / "synthea_csv" / "medications.csv").read_text(encoding="utf-8").split("\n")
    for problem in intake.rejected:
        earlier = int(problem.reason.rpartition(" ")[2])
        assert lines[problem.line - 1] == lines[earlier - 1]


@needs_data
def test_the_allergies_of_unknown_patients_can_be_told_by_line(intake: Intake) -> None:
    known = {patient.patient_id for patient in intake.patients}
    unknown = [a.at.line for a in intake.allergies if a.patient_id not in known]
    rows = plain("synthea_csv/allergies.csv")
    assert unknown == [n for n, row in enumerate(rows, 2) if row["PATIENT"] not in known]
    assert (len(unknown), len(rows)) == (781, 1339)


@needs_data
def test_the_cells_of_patients_are_those_of_the_file(intake: Intake) -> None:
    for patient, row in zip(intake.patients, plain("synthea_csv/patients.csv"), strict=True):
        assert (patient.patient_id, patient.given_name, patient.family_name) == (row["ID"], row["FIRST"], row["LAST"])
        assert patient.born_on.isoformat() == row["BIRTHDATE"]
        assert (patient.died_on.isoformat() if patient.died_on else "") == row["DEATHDATE"]
        assert patient.zip == ("" if row["ZIP"] in ("", "0.0") else row["ZIP"].removesuffix(".0"))


@needs_data
def test_the_cells_of_time_entries_are_those_of_the_file(intake: Intake) -> None:
    for entry, row in zip(intake.time_entries, plain("clinic_month/time.csv"), strict=True):
        assert entry.start.as_written == datetime.fromisoformat(row["start"])
        assert entry.end.as_written.isoformat() == row["end"]
        assert (entry.entry_id, entry.staff, entry.role, entry.note) == tuple(
            row[name] for name in ("entry_id", "staff", "role", "note")
        )
        assert (entry.works_in_us, entry.signed) == (row["works_in_us"] == "yes", row["signed"] == "yes")
        assert (entry.used_for or "", entry.contact, entry.activity) == (
            row["used_for"],
            row["contact"],
            row["activity"],
        )


@needs_data
def test_the_cells_of_enrolments_are_those_of_the_file(intake: Intake) -> None:
    for enrolment, row in zip(intake.enrolments, plain("clinic_month/enrolment.csv"), strict=True):
        for name in ("last_seen_on", "visit_on", "revoked_on", "plan_signed_on", "plan_reviewed_on", "died_on"):
            on = getattr(enrolment, name)
            assert (on.isoformat() if on else "") == row[name]
        for name in ("told_availability", "told_cost_sharing", "new_patient", "has_plan"):
            assert getattr(enrolment, name) is (row[name] == "yes")
        assert (enrolment.consent_on.isoformat() if enrolment.consent_on else "") == row["consent_on"]
        assert (enrolment.mdm_level or "", enrolment.coverage) == (row["mdm_level"], row["coverage"])
