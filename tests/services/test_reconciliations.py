from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.chart_forms import MedicationForm
from app.services.desk import Desk
from app.services.reconciliations import MedicinesChanged, ReconciledForm
from tests.fake_clock import FakeClock
from tests.services.audit import events
from tests.services.calling import add_patient


def medicines(desk: Desk, patient_id: int) -> list[int]:
    add = desk.chart.add_medication
    stopped = MedicationForm("Warfarin 5 mg", stopped_on=date(2026, 1, 1))
    add(desk.actor, patient_id, stopped)
    return [
        add(desk.actor, patient_id, MedicationForm(words, directions="once a day"))
        for words in ("Lisinopril 10 mg", "Metformin 500 mg")
    ]


def test_what_was_found_is_kept_in_the_words_of_that_day(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    first, second = medicines(desk, patient)
    call = desk.calls.start(desk.actor, patient)
    found = [ReconciledForm(first, "taking"), ReconciledForm(second, "changed", " half a tablet ")]
    row = desk.reconciliations.record(desk.actor, patient, found, call.call_id)
    desk.chart.edit_medication(desk.actor, second, MedicationForm("Metformin 850 mg"))
    desk.chart.remove_medication(desk.actor, first)
    clock.advance(days=30)
    (kept,) = desk.reconciliations.of_patient(desk.actor, patient)
    assert kept == row
    assert (kept.done_by, kept.credential, kept.call_id) == ("Ana Alvarez", "RN", call.call_id)
    assert [(each.description, each.standing, each.note) for each in kept.medicines] == [
        ("Lisinopril 10 mg", "taking", ""),
        ("Metformin 500 mg", "changed", "half a tablet"),
    ]
    facts = events(desk, "medication.reconcile")[-1][1]
    assert (facts["event"], facts["medicines"]) == ("reconcile", 2)
    assert "Metformin" not in str(facts)
    for statement in ("UPDATE reconciled_medication SET note = ''", "DELETE FROM reconciliation"):
        with pytest.raises(DatabaseError), desk.opened.file.engine.begin() as connection:
            connection.execute(text(statement))


def test_every_medicine_is_gone_through_or_none(desk: Desk) -> None:
    patient = add_patient(desk)
    first, second = medicines(desk, patient)
    record = desk.reconciliations.record
    for found in (
        [ReconciledForm(first, "taking")],
        [ReconciledForm(first, "taking"), ReconciledForm(first, "taking")],
        [ReconciledForm(first, "taking"), ReconciledForm(second + 9, "taking")],
    ):
        with pytest.raises(MedicinesChanged):
            record(desk.actor, patient, found)
    with pytest.raises(FieldFaults) as refused:
        record(desk.actor, patient, [ReconciledForm(first, "perhaps"), ReconciledForm(second, "changed")])
    assert set(refused.value.faults) == {str(first), str(second)}
    with pytest.raises(ClinicError, match="no medicine"):
        record(desk.actor, add_patient(desk, "Empty", "List"), [])
    other = desk.calls.start(desk.actor, add_patient(desk, "Other", "Patient"))
    both = [ReconciledForm(first, "taking"), ReconciledForm(second, "unknown")]
    with pytest.raises(ClinicError, match="another patient"):
        record(desk.actor, patient, both, other.call_id)
    assert desk.reconciliations.of_patient(desk.actor, patient) == ()
