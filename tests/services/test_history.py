import pytest

from app.security.permissions import NotPermitted
from app.services.desk import Desk
from app.services.patients import NoSuchPatient
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, colleague, enrol, ring


def test_what_was_done_is_told_newest_first_in_words(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    ring(desk, clock, add_patient(desk, "Other", "Patient"))
    rows = desk.history.of_patient(desk.actor, patient)
    assert [row.number for row in rows] == sorted((row.number for row in rows), reverse=True)
    assert [row.what for row in rows if row.what.startswith("Call ")] == ["Call saved", "Call stopped", "Call started"]
    assert rows[-1].what == "Add or change a patient"
    assert {row.who for row in rows} == {"Ana Alvarez"}
    saved = next(row for row in rows if row.what == "Call saved")
    assert "note added" in saved.detail
    assert "time added" in saved.detail
    everything = " ".join(f"{row.what} {row.detail}" for row in rows)
    assert "Monthly call" not in everything
    with pytest.raises(NoSuchPatient):
        desk.history.of_patient(desk.actor, 99)


def test_pages_follow_one_another_without_a_gap(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    for _ in range(4):
        ring(desk, clock, patient)
    whole = desk.history.of_patient(desk.actor, patient)
    paged: list[int] = []
    before = None
    while page := desk.history.of_patient(desk.actor, patient, before, 3):
        assert len(page) <= 3
        paged += [row.number for row in page]
        before = paged[-1]
    assert paged == [row.number for row in whole]


def test_who_looked_and_what_was_refused_is_for_who_reads_the_trail(desk: Desk) -> None:
    patient = add_patient(desk)
    enrol(desk, patient)
    desk.patients.open_chart(desk.actor, patient)
    nurse = colleague(desk, "Nia Nurse", "nurse")
    auditor = colleague(desk, "Otto Auditor", "auditor")
    with pytest.raises(NotPermitted):
        desk.history.of_patient(auditor, patient)
    mine = {row.what for row in desk.history.of_patient(desk.actor, patient)}
    hers = {row.what for row in desk.history.of_patient(nurse, patient)}
    assert mine - hers == {"Open a patient's chart"}
    assert hers <= mine
