"""The spreadsheets of the invented clinic, as an office would have kept them before: written by the tour itself."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.views.tour.people import ZONE

NPI = "1999999901"
STAFF = "Paula Reyes"


@dataclass(frozen=True, slots=True)
class Row:
    """One patient of the spreadsheets: who they are, what they have, what is wrong, and the minutes of October."""

    given: str
    family: str
    born_on: str
    sex: str
    conditions: tuple[str, ...]
    minutes: tuple[int, ...] = ()
    consent_on: str = "2026-08-12"
    signed_on: str = "2026-08-14"
    copy_on: str = "2026-08-14"
    coverage: str = "part_b"
    mdm: str = ""


PATIENTS = (
    Row("Lucille", "Abernathy", "1943-02-11", "F", ("I10", "E11.9")),
    Row("Clement", "Barrow", "1939-09-30", "M", ("J44.9", "I50.22"), (12, 13)),
    Row("Rita", "Castellano", "1951-06-04", "F", ("E11.42", "N18.31"), (16, 14, 15)),
    Row("Hugh", "Dunleavy", "1936-12-19", "M", ("I50.32", "E11.22", "N18.4"), (22, 21, 20), mdm="moderate"),
    Row("Norma", "Eastwick", "1946-03-27", "F", ("I48.20", "I10"), (11, 16), coverage="none"),
    Row("Otis", "Fairbanks", "1940-07-08", "M", ("M17.0", "I10"), (13, 10), consent_on=""),
    Row("Pearl", "Grantham", "1949-11-15", "F", ("F33.1", "E03.9"), (21,), signed_on="", copy_on=""),
    Row("Raymond", "Hollis", "1944-05-21", "M", ("G20.A1", "I10"), (9, 8)),
    Row("Sylvia", "Ingram", "1953-01-02", "F", ("J45.40", "E66.9"), (8,)),
    Row("Wendell", "Jessup", "1938-10-10", "M", ("I25.10", "E78.5")),
    Row("Beatrice", "Kirkland", "1947-08-23", "F", ("I63.9", "I10"), (14, 12)),
    Row("Amos", "Larkin", "1942-04-16", "M", ("E11.9", "H40.9"), (15, 9), copy_on=""),
)
_WORDS = {
    "I10": "Essential hypertension",
    "E11.9": "Type 2 diabetes mellitus",
    "E11.42": "Type 2 diabetes with polyneuropathy",
    "E11.22": "Type 2 diabetes with kidney disease",
    "J44.9": "Chronic obstructive pulmonary disease",
    "J45.40": "Moderate persistent asthma",
    "I50.22": "Chronic systolic heart failure",
    "I50.32": "Chronic diastolic heart failure",
    "N18.31": "Chronic kidney disease, stage 3a",
    "N18.4": "Chronic kidney disease, stage 4",
    "I48.20": "Chronic atrial fibrillation",
    "M17.0": "Osteoarthritis of both knees",
    "F33.1": "Recurrent depression, moderate",
    "E03.9": "Hypothyroidism",
    "G20.A1": "Parkinson's disease",
    "E66.9": "Obesity",
    "I25.10": "Coronary artery disease",
    "E78.5": "Hyperlipidemia",
    "I63.9": "After a stroke",
    "H40.9": "Glaucoma",
}
_MEDICINES = {
    "I10": ("Lisinopril 20 MG Oral Tablet", "1 tablet every morning"),
    "E11.9": ("Metformin 500 MG Oral Tablet", "1 tablet twice a day with meals"),
    "J44.9": ("Tiotropium 18 MCG Inhalation Capsule", "1 capsule inhaled once a day"),
    "I50.32": ("Furosemide 40 MG Oral Tablet", "1 tablet every morning"),
    "I48.20": ("Apixaban 5 MG Oral Tablet", "1 tablet twice a day"),
    "E78.5": ("Atorvastatin 40 MG Oral Tablet", "1 tablet at bedtime"),
}


def write_history(folder: Path) -> Path:
    """Write who is enrolled and what they have; two rows cannot be used, as in any office. Return the folder."""
    rows = list(enumerate(PATIENTS, start=1001))
    _write(
        folder / "patients.csv",
        ("patient_id", "MRN", "First name", "Last name", "DOB", "Sex", "Address", "City", "State", "ZIP", "Phone"),
        [
            (
                *(number, f"MC-{number}", row.given, row.family, row.born_on, row.sex, f"{number - 900} Orchard Lane"),
                *("Marlow", "IA", "50999", f"515-555-{number % 1000 + 100:04d}"),
            )
            for number, row in rows
        ]
        + [(1013, "MC-1013", "Vernon", "Mayhew", "1941-02-30", "M", "113 Orchard Lane", "Marlow", "IA", "50999", "")],
    )
    _write(
        folder / "enrolment.csv",
        (
            *("patient_id", "billing_npi", "billing_kind", "ccm_started_on", "new_patient", "last_seen_on", "visit_on"),
            *("visit_code", "visit_ccm_discussed", "consent_on", "consent_method", "told_availability"),
            *("told_cost_sharing", "told_one_practitioner", "told_right_to_stop", "consent_npi", "revoked_on"),
            *("plan_signed_on", "plan_reviewed_on", "plan_copy_given_on", "coverage", "mdm_level"),
            *("mdm_documented_on", "died_on", "has_plan"),
        ),
        [_enrolment(number, row) for number, row in rows],
    )
    _write(
        folder / "qualifying.csv",
        ("patient_id", "icd10", "description", "onset_on", "expected_12_months", "significant_risk"),
        [(number, code, _WORDS[code], "2019-04-02", "yes", "yes") for number, row in rows for code in row.conditions],
    )
    _write(
        folder / "medications.csv",
        ("patient_id", "Code", "Medication", "Directions", "Start", "Stop"),
        [
            (number, "", *_MEDICINES[code], "2024-03-11", "")
            for number, row in rows
            for code in row.conditions
            if code in _MEDICINES
        ]
        + [(1099, "", "Warfarin 5 MG Oral Tablet", "as directed", "2024-03-11", "")],
    )
    _write(
        folder / "allergies.csv",
        ("patient_id", "Code", "Allergen", "Reaction", "Noted"),
        [(1001, "", "Penicillin", "Hives", "1988-01-01"), (1004, "", "Sulfa drugs", "Rash", "2003-05-01")],
    )
    return folder


def write_october(folder: Path) -> Path:
    """Write the minutes that a colleague kept in a spreadsheet in October, and a stay. Return the folder."""
    entries = []
    for number, row in enumerate(PATIENTS, start=1001):
        for nth, minutes in enumerate(row.minutes):
            start = datetime(2026, 10, 5 + 7 * nth, 9, 10, tzinfo=ZONE) + timedelta(minutes=31 * (number - 1001))
            end = start + timedelta(minutes=minutes, seconds=7 * (number % 9))
            entries.append(
                (
                    *(f"PR-{number}-{nth + 1}", number, start.isoformat(), end.isoformat(), STAFF, "LPN"),
                    *("clinical_staff", "patient_call", "reached", "yes", "", "Monthly call", "yes", end.isoformat()),
                )
            )
    _write(
        folder / "time.csv",
        (
            *("entry_id", "patient_id", "start", "end", "staff", "credential", "role", "activity", "contact"),
            *("works_in_us", "used_for", "note", "signed", "recorded_at"),
        ),
        entries,
    )
    _write(
        folder / "stays.csv", ("patient_id", "kind", "from", "to"), [(1011, "inpatient", "2026-10-10", "2026-10-14")]
    )
    return folder


def _enrolment(number: int, row: Row) -> tuple[object, ...]:
    told = "yes" if row.consent_on else ""
    return (
        *(number, NPI, "physician", "2026-08-15", "no", "2026-06-02", "", "", "", row.consent_on),
        *("verbal" if row.consent_on else "", told, told, told, told, NPI if row.consent_on else "", ""),
        *(row.signed_on, row.signed_on, row.copy_on, row.coverage, row.mdm, "2026-10-06" if row.mdm else "", "", "yes"),
    )


def _write(path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)
