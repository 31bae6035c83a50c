from pathlib import Path

import pytest

from app.assets import load_rule_book
from app.compose import open_desk
from app.reports.readiness import readiness_pdf
from app.rules.case_json import parse_case
from app.rules.evaluate import evaluate
from app.rules.month import Month
from app.security.permissions import NotPermitted
from app.services.desk import Desk
from app.services.founding import House
from app.services.judging import MonthUnknown
from app.services.people import PersonForm
from app.services.readiness import BoardRow, NoSuchCase
from tests.services.clinic_month import (
    NURSE_PRACTITIONER,
    OCTOBER,
    bring_in,
    enrolled,
    ready,
    together,
)

NURSES_PASSPHRASE = "four slow otters drift"


def rows(desk: Desk, month: Month = OCTOBER) -> dict[str, BoardRow]:
    return {row.case_id: row for row in desk.readiness.board(desk.actor, month).rows}


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """Three patients: one ready, one 5 minutes short, one without consent."""
    without_consent = ready("c", day=7) | {"enrolment": [enrolled("c", consent_on="", consent_method="")]}
    bring_in(desk, tmp_path / "in", together(ready("a"), ready("b", minutes=15, day=6), without_consent))
    return desk


def test_the_board_says_state_minutes_codes_and_what_is_missing(clinic: Desk) -> None:
    board = clinic.readiness.board(clinic.actor, OCTOBER)
    assert board.counts == {
        **dict.fromkeys(("short", "blocked", "ready"), 1),
        **dict.fromkeys(("approved", "exported", "held", "not_billed"), 0),
    }
    assert board.is_over
    assert [row.name for row in board.rows] == ["Quill-a, Nora", "Quill-b, Nora", "Quill-c, Nora"]
    a, b, c = board.rows
    assert (a.state, a.staff_seconds, a.next_code, a.seconds_to_go) == ("ready", 1500, "99439", 900)
    assert [(line.code, line.units) for line in a.lines] == [("99490", 1)]
    assert (b.state, b.lines, b.next_code, b.seconds_to_go) == ("short", (), "99490", 300)
    assert [(f.code, f.owner, f.place) for f in b.blockers] == [("TIME_LT_THRESHOLD", "nurse", "time")]
    assert (c.state, [f.code for f in c.blockers]) == ("blocked", ["NO_CONSENT"])
    assert c.blockers[0].sentence == load_rule_book().finding("NO_CONSENT").sentence
    assert [line.code for line in c.lines] == ["99490"]  # what it would come to, so that mending it is worth the while


def test_results_are_what_the_rules_say_of_each_exported_case(clinic: Desk) -> None:
    results = clinic.readiness.results(clinic.actor, OCTOBER)
    assert [result["id"] for result in results] == ["a", "b", "c"]
    for result in results:
        case = clinic.readiness.case(clinic.actor, str(result["id"]), OCTOBER)
        assert evaluate(parse_case(case), load_rule_book()).to_json() == result


def test_a_month_without_a_minute_is_short_and_one_before_the_rules_is_refused(clinic: Desk) -> None:
    assert {row.state for row in rows(clinic, Month(2026, 9)).values()} == {"short", "blocked"}
    with pytest.raises(MonthUnknown):
        clinic.readiness.board(clinic.actor, Month(2024, 12))
    assert not clinic.readiness.board(clinic.actor, Month(2026, 11)).is_over


def test_estimates_are_the_national_amounts_at_the_practitioners_share(desk: Desk, tmp_path: Path) -> None:
    of_np = ready("n", day=6) | {
        "enrolment": [enrolled("n", billing_npi=NURSE_PRACTITIONER, billing_kind="np", consent_npi=NURSE_PRACTITIONER)]
    }
    bring_in(desk, tmp_path / "in", together(ready("a"), of_np))
    found = rows(desk)
    national = load_rule_book().payment("99490", OCTOBER.last)
    assert national is not None
    assert found["a"].estimate_cents == national
    assert found["n"].estimate_cents == national * 85 // 100
    assert found["a"].charge_cents is None  # the clinic has set none: an estimate never stands in for it


def test_an_unknown_id_has_no_case(clinic: Desk) -> None:
    for unknown in ("z", "", "p1", "p99999999999999999999", "pp", "a' OR 1=1 --"):
        with pytest.raises(NoSuchCase):
            clinic.readiness.case(clinic.actor, unknown, OCTOBER)


def test_exporting_a_case_is_in_the_audit_trail_and_not_for_nurses(clinic: Desk, house: House) -> None:
    clinic.people.add(clinic.actor, PersonForm(name="Bo Lind", username="bo", roles=("nurse",)), NURSES_PASSPHRASE)
    folder = clinic.opened.file.folder
    clinic.close()
    nurse = open_desk(folder, "bo", NURSES_PASSPHRASE, house)
    try:
        assert len(nurse.readiness.results(nurse.actor, OCTOBER)) == 3
        with pytest.raises(NotPermitted):
            nurse.readiness.case(nurse.actor, "a", OCTOBER)
        with pytest.raises(NotPermitted):
            nurse.month_end.preview(nurse.actor, 1, OCTOBER)
        with pytest.raises(NotPermitted):
            nurse.month_end.approve(nurse.actor, 1, OCTOBER, NURSES_PASSPHRASE)
    finally:
        nurse.close()


def test_the_board_on_paper_says_the_same(clinic: Desk) -> None:
    report = clinic.readiness.report(clinic.actor, OCTOBER)
    assert [(row.patient.name, row.state, row.seconds_to_go) for row in report.rows] == [
        ("Nora Quill-a", "ready", 900),
        ("Nora Quill-b", "short", 300),
        ("Nora Quill-c", "blocked", 900),
    ]
    assert readiness_pdf(report) == readiness_pdf(report)
