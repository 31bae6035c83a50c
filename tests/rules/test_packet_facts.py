from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.frozen_json import FrozenJsonError
from app.rules.packet_facts import LineFacts, PacketFacts
from app.rules.papers import bound_totals
from tests.reports import samples


@settings(max_examples=30, deadline=None)
@given(st.from_type(PacketFacts))
def test_any_facts_come_back_from_their_json(facts: PacketFacts) -> None:
    text = facts.to_json()
    again = PacketFacts.from_json(text)
    assert again == facts
    assert again.to_json() == text
    assert again.facts_hash() == facts.facts_hash()


def test_the_hash_is_of_the_month_and_not_of_the_making() -> None:
    facts = samples.packet()
    made_otherwise = replace(
        facts, making=replace(facts.making, state="draft", made_by="X"), approval=None, audit=(), chain_head=None
    )
    assert made_otherwise.facts_hash() == facts.facts_hash()
    assert replace(facts, rule_version="2026.2").facts_hash() != facts.facts_hash()
    assert replace(facts, time=facts.time[:2]).facts_hash() != facts.facts_hash()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "not JSON"),
        ("[]", "PacketFacts: an object"),
        ('{"surprise":1}', "unknown field 'surprise'"),
        ('{"month":"2026-10"}', "a field is missing"),
        ('{"month":7}', "PacketFacts.month: str"),
        ('{"time":{}}', "PacketFacts.time: a list"),
        ('{"readiness":{"staff_seconds":true}}', "PacketFacts.readiness.staff_seconds: int"),
        ('{"clinic":{"name":"A","time_zone":"B","address":["x",1]}}', "PacketFacts.clinic.address[1]: str"),
    ],
)
def test_json_that_does_not_fit_is_refused_by_field(text: str, named: str) -> None:
    with pytest.raises(FrozenJsonError) as refused:
        PacketFacts.from_json(text)
    assert named in str(refused.value)


def test_a_default_is_left_out_so_that_new_fields_change_no_old_hash() -> None:
    assert '"withdrawn"' not in samples.packet().to_json()
    assert '"one_person_clinic"' not in samples.packet().to_json()


def test_diagnoses_are_the_active_ones_the_documented_first() -> None:
    first, second = samples.conditions()
    facts = samples.packet(
        conditions=(
            replace(first, significant_risk=False),
            second,
            second,
            replace(first, icd10="J45.909", resolved_on="2026-09-30"),
            replace(first, icd10="N18.3", resolved_on="2026-10-01"),
        )
    )
    assert facts.diagnosis_codes() == ("I50.22", "N18.3", "E11.9")


def test_totals_leave_out_void_packets_and_know_what_they_do_not_know() -> None:
    one = samples.packet()
    void = replace(one, making=replace(one.making, state="void"))
    totals = bound_totals([one, one, void])
    assert (totals.patients, totals.pooled_seconds, totals.charge_cents) == (2, 5220, 23314)
    assert totals.units == (LineFacts("99439", 2, 10088), LineFacts("99490", 2, 13226))
    free = replace(one, readiness=replace(one.readiness, lines=(LineFacts("99490", 1),)))
    assert bound_totals([one, free]).charge_cents is None
    assert bound_totals([]).charge_cents == 0
