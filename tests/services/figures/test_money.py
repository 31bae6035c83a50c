"""Expected revenue is the board's estimate or the clinic's charges, to the cent, and never the two together."""

from datetime import date
from pathlib import Path

import pytest

from app.rules.month import Month
from app.services.desk import Desk
from app.services.figures.kinds import ReportRefused
from tests.services.clinic_month import DOCTOR, NURSE_PRACTITIONER, OCTOBER, bring_in, enrolled, ready, together
from tests.services.figures.asked import column, figure, look, table, total


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """Ready: one unit, one with an add-on, one billed by a nurse practitioner; and one short."""
    other = {"billing_npi": NURSE_PRACTITIONER, "billing_kind": "np", "consent_npi": NURSE_PRACTITIONER}
    by_np = ready("c", day=7) | {"enrolment": [enrolled("c", **other)]}
    files = together(ready("a"), ready("b", minutes=45, day=6), by_np, ready("d", minutes=12, day=8))
    bring_in(desk, tmp_path / "in", files)
    return desk


def test_the_estimate_is_the_boards_to_the_cent(clinic: Desk) -> None:
    rows = [row for row in clinic.readiness.board(clinic.actor, OCTOBER).rows if row.verdict == "ready"]
    known = [row.estimate_cents for row in rows if row.estimate_cents is not None]
    report = look(clinic, "revenue")
    assert len(rows) == 3
    assert known
    assert figure(report, "Expected (estimate)") == sum(known)
    assert total(table(report, "By code"), "cents") == sum(known)
    assert total(table(report, "By month"), "cents") == sum(known)
    assert figure(report, "Without a known amount") == len(rows) - len(known)


def test_an_estimate_says_that_it_is_one_wherever_it_stands(clinic: Desk) -> None:
    report = look(clinic, "revenue")
    assert report.title == "Expected revenue: estimate"
    assert {each.title for each in table(report, "By code").columns} >= {"Estimate"}
    assert all("Estimate" in chart.title for chart in report.charts)
    assert any("not what will be paid" in note for note in report.notes)


def test_charges_are_the_clinics_own_and_a_code_without_one_is_told(clinic: Desk) -> None:
    clinic.clinic.set_charge(clinic.actor, "99490", date(2026, 1, 1), 10_000)
    report = look(clinic, "revenue", amounts="charges")
    board = [row for row in clinic.readiness.board(clinic.actor, OCTOBER).rows if row.verdict == "ready"]
    assert figure(report, "Charges") == sum(row.charge_cents or 0 for row in board) == 20_000
    assert figure(report, "Without a known amount") == 1
    assert not any("Estimate" in each.title for part in report.tables for each in part.columns)
    units = dict(zip(column(table(report, "By code"), "code"), column(table(report, "By code"), "units"), strict=True))
    assert units == {"99439": 1, "99490": 3}


def test_one_practitioners_patients_alone(clinic: Desk) -> None:
    whole = figure(look(clinic, "revenue"), "Expected (estimate)")
    parts = [figure(look(clinic, "revenue", npi=npi), "Expected (estimate)") for npi in (DOCTOR, NURSE_PRACTITIONER)]
    assert all(isinstance(part, int) and part > 0 for part in parts)
    assert sum(int(part or 0) for part in parts) == whole


def test_the_year_counts_the_same_seconds_as_the_board(clinic: Desk) -> None:
    report = look(clinic, "years", Month(2026, 11))
    board = clinic.readiness.board(clinic.actor, OCTOBER)
    assert figure(report, "Time that counts 2026") == sum(row.pooled_seconds for row in board.rows)
    assert figure(report, "Served 2026, patient-months") == 4
    october = next(row for row in table(report, "By month").rows if row[0] == "October")
    assert october[:3] == ("October", 0, 4)
    assert len(table(report, "By month").rows) == 11


def test_a_range_that_cannot_be_answered_is_refused_with_a_sentence(clinic: Desk) -> None:
    with pytest.raises(ReportRefused, match="other way round"):
        look(clinic, "revenue", OCTOBER, first=Month(2026, 11))
    with pytest.raises(ReportRefused, match="at most 24 months"):
        look(clinic, "revenue", OCTOBER, first=Month(2023, 1))
    assert look(clinic, "disclosures", OCTOBER, first=Month(2020, 11)).key == "disclosures"  # six years
    with pytest.raises(ReportRefused, match="one month"):
        look(clinic, "readiness", OCTOBER, first=Month(2026, 9))


def test_months_whose_rules_are_not_known_are_left_out_and_said_so(clinic: Desk) -> None:
    report = look(clinic, "revenue", Month(2019, 2))
    assert figure(report, "Ready months") == 0
    assert any("not known" in note for note in report.notes)


def test_a_held_month_is_named_beside_the_sum_it_is_part_of(clinic: Desk) -> None:
    row = next(row for row in clinic.readiness.board(clinic.actor, OCTOBER).rows if row.case_id == "a")
    before = figure(look(clinic, "revenue"), "Expected (estimate)")
    clinic.holds.hold(clinic.actor, row.patient_id, OCTOBER, "The payer is asked.")
    report = look(clinic, "revenue")
    assert figure(report, "Of this, held or not to be billed") == row.estimate_cents
    assert figure(report, "Expected (estimate)") == before
