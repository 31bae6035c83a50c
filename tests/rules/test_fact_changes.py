from dataclasses import replace

import pytest

from app.rules.fact_changes import PARTS, FactChange, fact_changes
from app.rules.family_choice import NoSuchFamily, ReasonNeeded, take_family
from app.rules.packet_facts import (
    AlternativeFacts,
    LineFacts,
    PacketFacts,
    ServiceFacts,
    StayFacts,
    TimeVersionFacts,
)
from tests.reports import samples


def only(was: PacketFacts, now: PacketFacts) -> FactChange:
    (change,) = fact_changes(was, now)
    assert change.part in PARTS
    return change


def test_nothing_changed_is_nothing_said_however_it_was_made() -> None:
    facts = samples.packet()
    later = replace(facts, making=replace(facts.making, packet_id="other", made_at="2027-01-01T00:00:00-06:00"))
    assert fact_changes(facts, later) == ()
    assert fact_changes(facts, replace(facts, approval=None, audit=(), chain_head=None)) == ()


def test_each_changed_fact_is_named_with_what_it_was_and_is() -> None:
    facts = samples.packet()
    assert facts.consent is not None
    revoked = replace(facts, consent=replace(facts.consent, revoked_on="2026-10-20"))
    assert only(facts, revoked) == FactChange("consent", "Consent: revoked on", "", "2026-10-20")
    moved = replace(facts, patient=replace(facts.patient, phone="(309) 555-0111"))
    change = only(facts, moved)
    assert (change.part, change.what, change.now, change.bears_on_claim) == (
        *("patient", "Patient: phone", "(309) 555-0111"),
        False,
    )
    gone = replace(facts, consent=None)
    assert only(facts, gone).now == ""
    stay = replace(facts, stays=(*facts.stays, StayFacts("inpatient", "2026-10-28", "2026-10-30")))
    change = only(facts, stay)
    assert (change.part, change.was, change.bears_on_claim) == ("stays", "", True)
    assert "2026-10-28" in change.now
    elsewhere = replace(facts, services=(*facts.services, ServiceFacts("99490", "2026-10-29", "other")))
    assert "99490" in only(facts, elsewhere).now


def test_a_changed_entry_says_who_changed_it_when_and_why() -> None:
    facts = samples.packet()
    entry = facts.time[0]
    earlier = TimeVersionFacts(
        *(entry.start, entry.end, entry.seconds, entry.activity, entry.contact, entry.description),
        *("2026-11-04T08:00:00-06:00", "Dana Whitfield", "stop pressed late"),
    )
    shorter = replace(
        entry,
        seconds=60,
        counted_seconds=60,
        exclusions=(),
        earlier=(*entry.earlier, earlier),
        end="2026-10-05T09:01:00-05:00",
    )
    change = only(facts, replace(facts, time=(shorter, *facts.time[1:])))
    assert (change.part, change.by, change.why) == ("time", "Dana Whitfield", "stop pressed late")
    assert "60 s counted" in change.now
    added = replace(entry, id="new", recorded_at="2026-11-20T10:00:00-06:00", entered_by="Rosa Vega")
    change = only(facts, replace(facts, time=(*facts.time, added)))
    assert (change.what, change.was, change.by, change.at) == (
        *("Entry added", "", "Rosa Vega", "2026-11-20T10:00:00-06:00"),
    )
    assert only(facts, replace(facts, time=facts.time[1:])).what == "Entry no longer there"


def test_two_alike_are_told_apart() -> None:
    facts = samples.packet()
    row = ServiceFacts("99495", "2026-10-03", "other")
    assert (
        only(replace(facts, services=(row,)), replace(facts, services=(row, row))).what
        == "Service 99495 2026-10-03 other (2)"
    )


def with_alternative() -> PacketFacts:
    facts = samples.packet()
    other = AlternativeFacts("practitioner", (LineFacts("99491", 1, 9_000),))
    return replace(facts, readiness=replace(facts.readiness, alternatives=(other,)))


def test_another_family_takes_a_reason_and_is_in_the_facts_that_are_approved() -> None:
    facts = with_alternative()
    taken = take_family(facts, "practitioner", " The work was my own ")
    assert [line.code for line in taken.readiness.lines] == ["99491"]
    assert taken.choice is not None
    assert (taken.choice.recommended, taken.choice.taken, taken.choice.reason) == (
        *("staff", "practitioner", "The work was my own"),
    )
    assert [other.family for other in taken.readiness.alternatives] == ["staff"]
    assert taken.facts_hash() != facts.facts_hash()
    assert PacketFacts.from_bound_json(taken.bound_json()).facts_hash() == taken.facts_hash()
    assert take_family(facts, "staff", "") == take_family(facts, None, "") == facts
    assert "Codes taken instead" in " ".join(change.what for change in fact_changes(facts, taken))


@pytest.mark.parametrize("reason", ["", "  ", "...", "\u202eevil", "x" * 301])
def test_a_reason_is_words_on_one_line(reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        take_family(with_alternative(), "practitioner", reason)


def test_a_family_that_is_not_legal_is_not_taken() -> None:
    with pytest.raises(NoSuchFamily):
        take_family(with_alternative(), "complex", "Because it pays more")
