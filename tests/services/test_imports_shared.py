"""Files that nobody here wrote: a thousand synthetic patients, and a clinic's own month over some of them."""

import csv
import json
import time
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app import assets
from app.rules.evaluate import evaluate
from app.rules.month import Month
from app.services.desk import Desk
from app.services.month_case import gather
from app.storage.integrity import check
from tests.services.test_imports import stored

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not (SHARED / "clinic_month").is_dir(), reason="the shared data is not beside this project"
)


def test_both_folders_come_in_quickly_and_go_again(desk: Desk) -> None:
    before = stored(desk)
    begun = time.monotonic()
    results = [
        desk.imports.run(desk.actor, desk.imports.read(desk.actor, [SHARED / folder]))
        for folder in ("synthea_csv", "clinic_month")
    ]
    seconds = time.monotonic() - begun
    print(f"\nboth folders: {seconds:.1f} s")
    assert seconds < 30
    synthea, month = (result.plan for result in results)
    with (SHARED / "synthea_csv" / "patients.csv").open(encoding="utf-8") as file:
        assert synthea.adds["patients"] == sum(1 for _ in csv.DictReader(file))
    unknown = [row for row in synthea.problems if row.file == "allergies.csv"]
    assert len(unknown) == 781
    assert month.problems == ()
    assert (month.adds["enrolment"], month.adds["practitioners"]) == (180, 2)
    again = desk.imports.run(desk.actor, desk.imports.read(desk.actor, [SHARED / "clinic_month"]))
    assert again.import_id is None
    assert len(again.plan.known_files) == 5
    assert check(desk.opened.file.engine, desk.opened.file.key).faults == ()
    for result in reversed(results):
        assert result.import_id is not None
        desk.imports.undo(desk.actor, result.import_id)
    assert stored(desk) == before


def test_what_comes_out_is_judged_as_the_spreadsheets_are(desk: Desk) -> None:
    for folder in ("synthea_csv", "clinic_month"):
        desk.imports.run(desk.actor, desk.imports.read(desk.actor, [SHARED / folder]))
    expected = json.loads((SHARED / "clinic_month" / "expected.json").read_text(encoding="utf-8"))
    with Session(desk.opened.file.engine) as session:
        cases = [case for _, case in gather(session, Month(2026, 10), "America/Chicago", "office")]
    assert {case.id for case in cases} == set(expected)
    for case in cases:
        result, wanted = evaluate(case, assets.load_rule_book()), expected[case.id]
        assert (result.verdict, list(result.blockers)) == (wanted["verdict"], wanted["blockers"])
        assert result.clinical_staff_seconds == wanted["seconds"]["clinical_staff"]
        assert result.practitioner_seconds == wanted["seconds"]["practitioner"]
