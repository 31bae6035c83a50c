from pathlib import Path

import pytest

from app.rules.errors import ClinicError
from app.security.permissions import NotPermitted
from app.services.desk import Desk
from app.services.plan_rows import COPY_GIVEN
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.audit import events
from tests.services.calling import add_patient, colleague, ring
from tests.services.clinic_month import OCTOBER, bring_in, number_of, ready
from tests.services.test_care_plans import chart, sign_whole


def test_notes_and_plans_are_listed_newest_first(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    chart(desk, patient)
    plan_id = sign_whole(desk, patient)
    clock.advance(hours=1)
    ring(desk, clock, patient)
    (first,) = desk.notes.of_patient(desk.actor, patient)
    clock.advance(hours=1)
    parts = [*first.sections[:-1], ("Next step, and when", "Call on Friday")]
    second = desk.notes.amend(desk.actor, first.id, parts, "Another day")
    rows = desk.documents.of_patient(desk.actor, patient)
    assert [(row.key, row.is_void) for row in rows] == [
        (f"note-{second.id}", False),
        (f"note-{first.id}", True),
        (f"care_plan-{plan_id}", False),
    ]
    assert "no copy given yet" in rows[-1].detail
    desk.care_plans.record_copy_given(desk.actor, plan_id, rows[-1].at.date(), "paper")
    assert f"{COPY_GIVEN.replace('_', ' ')} " in desk.documents.of_patient(desk.actor, patient)[-1].detail
    office = colleague(desk, "Olga Office", "manager")
    assert desk.documents.of_patient(office, patient) == ()


def test_a_copy_that_leaves_is_noted_without_its_text(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    ring(desk, clock, patient)
    (row,) = desk.documents.of_patient(desk.actor, patient)
    desk.documents.leave(desk.actor, row, patient, "print", "treatment")
    event, facts = events(desk, "patient.open")[-1]
    assert (event.patient_id, facts["document"], facts["form"]) == (patient, row.key, "print")
    office = colleague(desk, "Olga Office", "manager")
    with pytest.raises(NotPermitted):
        desk.documents.leave(office, row, patient, "pdf", "treatment")
    with pytest.raises(ClinicError, match="no such packet"):
        desk.documents.packet(desk.actor, 99)


def test_a_packet_is_printed_again_as_it_was_first_made(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", ready("a"))
    out = tmp_path / "out"
    made = desk.month_end.make(desk.actor, OCTOBER, out, passphrase=FIRST_PERSON.passphrase)
    patient = number_of(desk, "a")
    row = next(row for row in desk.documents.of_patient(desk.actor, patient) if row.kind == "packet")
    assert (row.title, row.is_void) == ("Packet for October 2026", False)
    number = made.packets[0].packet_no
    assert number in row.detail
    assert desk.documents.packet(desk.actor, row.id) == (out / "packets" / f"{number}.pdf").read_bytes()
