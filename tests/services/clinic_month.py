"""A small clinic's October 2026, brought in as its own files would be."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.exchange.intake import read_folder_or_files
from app.rules.month import Month
from app.services.desk import Desk

OCTOBER = Month(2026, 10)
DOCTOR, NURSE_PRACTITIONER = "1234567893", "1679576722"

PATIENT = {
    "ID": "",
    "BIRTHDATE": "1948-03-02",
    "DEATHDATE": "",
    "FIRST": "Nora",
    "LAST": "Quill",
    "GENDER": "F",
    "ADDRESS": "4 Elm Street",
    "CITY": "Aurora",
    "STATE": "Illinois",
    "ZIP": "60502",
}
ENROLMENT = {
    "patient_id": "",
    "billing_npi": DOCTOR,
    "billing_kind": "physician",
    "ccm_started_on": "2026-01-05",
    "new_patient": "no",
    "last_seen_on": "2025-12-11",
    "visit_on": "",
    "visit_code": "",
    "visit_ccm_discussed": "",
    "consent_on": "2026-01-05T10:20:00-06:00",
    "consent_method": "verbal",
    "told_availability": "yes",
    "told_cost_sharing": "yes",
    "told_one_practitioner": "yes",
    "told_right_to_stop": "yes",
    "consent_npi": DOCTOR,
    "revoked_on": "",
    "plan_signed_on": "2026-01-05",
    "plan_reviewed_on": "2026-08-14",
    "plan_copy_given_on": "2026-01-06",
    "coverage": "part_b",
    "mdm_level": "",
    "mdm_documented_on": "",
    "died_on": "",
    "has_plan": "yes",
}
QUALIFYING = {
    "patient_id": "",
    "icd10": "I10",
    "description": "Essential hypertension",
    "onset_on": "2019-06-03",
    "expected_12_months": "yes",
    "significant_risk": "yes",
}
ENTRY = {
    "entry_id": "",
    "patient_id": "",
    "start": "",
    "end": "",
    "staff": "Dana Whitfield",
    "credential": "RN",
    "role": "clinical_staff",
    "activity": "patient_call",
    "contact": "reached",
    "works_in_us": "yes",
    "used_for": "",
    "note": "Foot check taught back.",
    "signed": "yes",
    "recorded_at": "",
}

Rows = Sequence[Mapping[str, str]]


def patient(patient_id: str, **changes: str) -> dict[str, str]:
    """One row of patients.csv; the name tells patients apart."""
    return {**PATIENT, "ID": patient_id, "LAST": f"Quill-{patient_id}", **changes}


def enrolled(patient_id: str, **changes: str) -> dict[str, str]:
    """A row of enrolment.csv with which nothing blocks."""
    return {**ENROLMENT, "patient_id": patient_id, **changes}


def conditions(patient_id: str, *codes: str) -> list[dict[str, str]]:
    return [{**QUALIFYING, "patient_id": patient_id, "icd10": code} for code in codes or ("E11.9", "I10")]


def entry(entry_id: str, patient_id: str, start: str, end: str, **changes: str) -> dict[str, str]:
    """An entry from "05T09:00:00" to "05T09:20:00", October on the clinic's clock; or instants written whole."""
    span = {"start": instant(start), "end": instant(end)}
    return {**ENTRY, "entry_id": entry_id, "patient_id": patient_id, **span, **changes}


def instant(text: str) -> str:
    return text if len(text) > 11 else f"2026-10-{text}-05:00"


def ready(patient_id: str, minutes: int = 25, day: int = 5) -> dict[str, Rows]:
    """The files of a patient whose month is ready, by one call on a day of their own."""
    return {
        "patients": [patient(patient_id)],
        "enrolment": [enrolled(patient_id)],
        "qualifying": conditions(patient_id),
        "time": [entry(f"t-{patient_id}", patient_id, f"{day:02d}T09:00:00", f"{day:02d}T09:{minutes:02d}:00")],
    }


def together(*files: Mapping[str, Rows]) -> dict[str, Rows]:
    """Several patients' files as one clinic's."""
    names = {name for each in files for name in each}
    return {name: [row for each in files for row in each.get(name, ())] for name in names}


def bring_in(desk: Desk, folder: Path, files: Mapping[str, Rows]) -> None:
    """Import the files, all of whose rows must be taken."""
    write(folder, files)
    done = desk.imports.run(desk.actor, read_folder_or_files([folder]))
    assert done.plan.problems == ()


def write(folder: Path, files: Mapping[str, Rows]) -> None:
    """Write `<name>.csv` for each name."""
    folder.mkdir(exist_ok=True)
    for name, rows in files.items():
        if not rows:
            continue
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            table: Any = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)


def number_of(desk: Desk, patient_id: str) -> int:
    """The clinic's own number of a patient known by the id in their files."""
    board = desk.readiness.board(desk.actor, OCTOBER)
    return next(row.patient_id for row in board.rows if row.external_id == patient_id)
