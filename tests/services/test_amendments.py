"""Requests to amend a record, 45 CFR 164.526, through the service."""

from datetime import date

import pytest
from sqlalchemy import text

from app.rules.field_faults import FieldFaults
from app.services.amendments import AmendmentForm, AmendmentStanding
from app.services.desk import Desk
from app.storage.vault import open_engine
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient

ASKED = AmendmentForm(
    asked_on=date(2026, 11, 20),
    asked_by="Rosa Delgado",
    record="Care plan, allergies",
    change="I am not allergic to eggs.",
    reason="The test was negative.",
)


@pytest.fixture
def patient(desk: Desk) -> int:
    return add_patient(desk)


def test_a_request_is_due_sixty_days_after_it_came_and_once_thirty_later(
    desk: Desk, clock: FakeClock, patient: int
) -> None:
    row = desk.amendments.receive(desk.actor, patient, ASKED)
    assert (row.state, row.due_on, row.is_late) == ("open", date(2027, 1, 19), False)
    row = desk.amendments.extend(desk.actor, row.id, "The allergist has not answered.")
    assert (row.due_on, row.is_extended) == (date(2027, 2, 18), True)
    with pytest.raises(AmendmentStanding, match="once"):
        desk.amendments.extend(desk.actor, row.id, "Still waiting")
    clock.advance(days=90)
    (late,) = desk.amendments.waiting(desk.actor)
    assert late.is_late


def test_an_accepted_amendment_is_appended_and_who_was_informed_too(desk: Desk, patient: int) -> None:
    asked = desk.amendments.receive(desk.actor, patient, ASKED)
    desk.amendments.accept(desk.actor, asked.id, "Egg allergy removed: test of 10/02/2026 was negative.")
    row = desk.amendments.add_statement(desk.actor, asked.id, "informed", "Patient by letter; Dr. Hale.")
    assert row.state == "accepted"
    assert [(step.kind, step.by) for step in row.steps] == [("accepted", "Ana Alvarez"), ("informed", "Ana Alvarez")]
    assert desk.amendments.waiting(desk.actor) == ()
    with pytest.raises(AmendmentStanding, match="A decision stays"):
        desk.amendments.deny(desk.actor, asked.id, "accurate", "No.")
    with pytest.raises(AmendmentStanding):
        desk.amendments.add_statement(desk.actor, asked.id, "disagreement", "I disagree")


def test_a_denial_names_a_ground_of_the_law_and_carries_both_statements(desk: Desk, patient: int) -> None:
    asked = desk.amendments.receive(desk.actor, patient, ASKED)
    with pytest.raises(FieldFaults) as refused:
        desk.amendments.deny(desk.actor, asked.id, "too much work", "No time.")
    assert "basis" in refused.value.faults
    desk.amendments.deny(desk.actor, asked.id, "accurate", "The test was of 2019; that of 2026 was positive.")
    with pytest.raises(AmendmentStanding, match="answers a statement of disagreement"):
        desk.amendments.add_statement(desk.actor, asked.id, "rebuttal", "We disagree")
    desk.amendments.add_statement(desk.actor, asked.id, "disagreement", "It was negative.")
    row = desk.amendments.add_statement(desk.actor, asked.id, "rebuttal", "See the laboratory's report.")
    assert [step.kind for step in row.steps] == ["denied", "disagreement", "rebuttal"]
    assert row.steps[0].basis == "accurate"


def test_what_is_missing_is_said_for_every_field_and_nothing_is_kept(desk: Desk, patient: int) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.amendments.receive(desk.actor, patient, AmendmentForm())
    assert set(refused.value.faults) == {"asked_on", "asked_by", "record", "change"}
    assert desk.amendments.rows(desk.actor, patient) == ()


def test_a_request_is_never_changed_even_by_another_program(desk: Desk, patient: int) -> None:
    asked = desk.amendments.receive(desk.actor, patient, ASKED)
    desk.amendments.accept(desk.actor, asked.id, "Removed.")
    engine = open_engine(desk.opened.file.database, desk.opened.file.key, guarded=False)
    try:
        for statement in ("UPDATE amendment_request SET change = 'x'", "DELETE FROM amendment_event"):
            with engine.connect() as connection, pytest.raises(Exception, match="only ever added"):
                connection.execute(text(statement))
    finally:
        engine.dispose()
