from pathlib import Path

import pytest
from sqlalchemy import text

from app.rules.field_faults import FieldFaults
from app.services.board.holds import MonthHeld, NotHeld, is_held, require_not_held
from app.services.desk import Desk
from app.storage.vault import open_engine
from tests.conftest import FIRST_PERSON
from tests.services.clinic_month import OCTOBER, bring_in, number_of, ready, together

PASSPHRASE = FIRST_PERSON.passphrase


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """Two patients who are ready for October, and one who is short."""
    bring_in(desk, tmp_path / "in", together(ready("a"), ready("b", day=6), ready("c", minutes=15, day=7)))
    return desk


def state(desk: Desk, patient: str) -> str:
    return next(row.state for row in desk.readiness.board(desk.actor, OCTOBER).rows if row.case_id == patient)


def held(desk: Desk, number: int) -> bool:
    with desk.opened.ledger.reading(desk.actor, "readiness.read") as reading:
        return is_held(reading.session, number, OCTOBER)


def test_a_held_month_is_neither_approved_nor_made_until_it_is_released(clinic: Desk, tmp_path: Path) -> None:
    a = number_of(clinic, "a")
    clinic.holds.hold(clinic.actor, a, OCTOBER, "Asked the family about a stay")
    assert state(clinic, "a") == "held"
    assert held(clinic, a)
    with pytest.raises(MonthHeld, match="Asked the family about a stay"):
        clinic.month_end.approve(clinic.actor, a, OCTOBER, PASSPHRASE)
    made = clinic.month_end.make(clinic.actor, OCTOBER, tmp_path / "out", passphrase=PASSPHRASE)
    assert [packet.patient_id for packet in made.packets] == [number_of(clinic, "b")]
    clinic.holds.release(clinic.actor, a, OCTOBER, "There was no stay")
    assert state(clinic, "a") == "ready"
    clinic.month_end.approve(clinic.actor, a, OCTOBER, PASSPHRASE)
    assert state(clinic, "a") == "approved"


def test_a_hold_changes_neither_verdict_nor_lines_nor_blockers(clinic: Desk) -> None:
    before = clinic.readiness.results(clinic.actor, OCTOBER)
    for patient in ("a", "c"):
        clinic.holds.mark_not_billed(clinic.actor, number_of(clinic, patient), OCTOBER, "Courtesy")
    assert clinic.readiness.results(clinic.actor, OCTOBER) == before
    row = next(row for row in clinic.readiness.board(clinic.actor, OCTOBER).rows if row.case_id == "a")
    assert (row.state, row.verdict) == ("not_billed", "ready")
    assert row.hold is not None
    assert (row.hold.reason, row.hold.by) == ("Courtesy", "Ana Alvarez")
    assert [line.code for line in row.lines] == ["99490"]


def test_every_step_needs_a_reason_and_the_right_state(clinic: Desk) -> None:
    a = number_of(clinic, "a")
    for empty in ("", "  \n"):
        with pytest.raises(FieldFaults):
            clinic.holds.hold(clinic.actor, a, OCTOBER, empty)
    with pytest.raises(NotHeld):
        clinic.holds.release(clinic.actor, a, OCTOBER, "x")
    clinic.holds.hold(clinic.actor, a, OCTOBER, "A question")
    with pytest.raises(MonthHeld):
        clinic.holds.hold(clinic.actor, a, OCTOBER, "Again")
    with pytest.raises(NotHeld):
        clinic.holds.take_back(clinic.actor, a, OCTOBER, "It was never this")
    clinic.holds.mark_not_billed(clinic.actor, a, OCTOBER, "The answer was no")
    clinic.holds.take_back(clinic.actor, a, OCTOBER, "The answer was yes")
    assert not held(clinic, a)
    acts = [each.act for each in clinic.holds.history(clinic.actor, a, OCTOBER)]
    assert acts == ["taken_back", "not_billed", "held"]


def test_a_closed_month_is_not_held_any_more(clinic: Desk, tmp_path: Path) -> None:
    a = number_of(clinic, "a")
    clinic.month_end.make(clinic.actor, OCTOBER, tmp_path / "out", passphrase=PASSPHRASE)
    with pytest.raises(NotHeld, match="closed"):
        clinic.holds.hold(clinic.actor, a, OCTOBER, "Too late")
    assert state(clinic, "a") == "exported"


def test_another_month_of_the_patient_is_not_touched(clinic: Desk) -> None:
    a = number_of(clinic, "a")
    clinic.holds.hold(clinic.actor, a, OCTOBER, "A question")
    with clinic.opened.ledger.reading(clinic.actor, "readiness.read") as reading:
        require_not_held(reading.session, a, OCTOBER.next)
        with pytest.raises(MonthHeld):
            require_not_held(reading.session, a, OCTOBER)


def test_a_hold_is_sealed_and_never_changed_behind_the_programs_back(clinic: Desk) -> None:
    clinic.holds.hold(clinic.actor, number_of(clinic, "a"), OCTOBER, "A question")
    assert clinic.integrity.check(clinic.actor).faults == ()
    engine = open_engine(clinic.opened.file.database, clinic.opened.file.key, guarded=False)
    with engine.connect() as connection:
        with pytest.raises(Exception, match="only ever added"):
            connection.execute(text("UPDATE month_hold SET act = 'released'"))
        connection.rollback()
        connection.execute(text("DROP TRIGGER month_hold_never_changed"))
        connection.execute(text("UPDATE month_hold SET act = 'released'"))
        connection.commit()
    engine.dispose()
    faults = clinic.integrity.check(clinic.actor).faults
    assert any("month_hold" in str(fault) for fault in faults)
