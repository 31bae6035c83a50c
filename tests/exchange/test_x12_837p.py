from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openx12 import x837p

from app.exchange.x12_837p import write_837p
from app.rules.claim_facts import Address, ClaimFacts, Location, Party
from app.rules.claim_gaps import claim_gaps
from app.rules.errors import ProgramFault
from app.rules.packet_facts import LineFacts
from tests.exchange.claims import ENVELOPE, LINES, SAMPLE_CONDITIONS, claim, segments, validate

HOSTILE = [
    Party("O'Brien*HI*ABK:Z99~SE", "Con:nor^"),
    Party("Łódź-Okafor", "Ada"),
    Party("<b>Al</b>", "=HYPERLINK(1)"),
    Party("Nguyễn", "Trần"),
    Party("Strauß", "Jürgen"),
    Party("D’Angelo", "Mary–Jo"),
    Party("A\u0301vila", "Zoe\u0308"),
    Party("\u202eLee", "Ann\u200b"),
]


def balanced(data: bytes) -> None:
    """Our own checks, which the validator does not make: sums, counts, numbers."""
    found = segments(data)
    assert found[0][0] == "ISA"
    assert data[:106].decode("ascii").endswith("~")
    inside = found[2:-2]
    assert inside[-1] == ["SE", str(len(inside)), "0001"]
    assert found[1][6] == found[-2][2]
    assert found[0][13] == found[-1][2]
    total, claims, lines = 0, [], []
    charged = 0
    for segment in [*inside, ["CLM", "end", "0"]]:
        if segment[0] == "CLM":
            assert total == charged
            claims.append(segment[1])
            total, charged = in_cents(segment[2]), 0
        elif segment[0] == "SV1":
            charged += in_cents(segment[2])
        elif segment[0] == "REF" and segment[1] == "6R":
            lines.append(segment[2])
    assert len(set(claims)) == len(claims)
    assert len(set(lines)) == len(lines)
    levels = [segment for segment in inside if segment[0] == "HL"]
    assert [int(level[1]) for level in levels] == list(range(1, len(levels) + 1))


def in_cents(amount: str) -> int:
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or "0")


def accepted(*claims: ClaimFacts) -> bytes:
    data = write_837p(claims, ENVELOPE)
    balanced(data)
    assert validate(data).accepted
    return data


def test_one_claim_is_accepted_by_the_validator() -> None:
    data = accepted(claim())
    found = {segment[0]: segment for segment in segments(data)}
    assert found["CLM"][1:3] == ["2610-000001-1", "235.5"]
    assert found["CLM"][5:] == ["11:B:1", "Y", "A", "Y", "Y"]
    assert found["SBR"][9] == "MB"
    sold = [segment for segment in segments(data) if segment[0] == "SV1"]
    assert [each[1:5] for each in sold] == [["HC:99490", "95", "UN", "1"], ["HC:99439", "140.5", "UN", "2"]]
    assert validate(data).acknowledgement.count(b"IK5*A") == 1


def test_a_thousand_claims_with_hostile_names_are_accepted() -> None:
    claims = []
    for number in range(1, 1_001):
        made = claim(number)
        who = replace(made.subscriber, party=HOSTILE[number % len(HOSTILE)])
        claims.append(replace(made, subscriber=who))
    data = accepted(*claims)
    assert [segment[1] for segment in segments(data) if segment[0] == "CLM"] == [each.claim_no for each in claims]


@pytest.mark.parametrize("count", [1, 2, 4, 5, 12, 14])
def test_up_to_twelve_diagnoses_are_written(count: int) -> None:
    codes = (*SAMPLE_CONDITIONS, "Z79.4", "I48.91", "K21.9", "E03.9")[:count]
    made = claim(diagnoses=codes[:12])
    (written,) = [segment[1:] for segment in segments(accepted(made)) if segment[0] == "HI"]
    assert written[0].startswith("ABK:")
    assert [each.split(":")[1] for each in written] == [code.replace(".", "") for code in codes[:12]]
    assert all(each.startswith("ABF:") for each in written[1:])
    pointers = {segment[7] for segment in segments(accepted(made)) if segment[0] == "SV1"}
    assert pointers == {":".join(str(number) for number in range(1, min(count, 4) + 1))}


def test_an_independent_reader_finds_the_same_claims() -> None:
    made = [claim(1), claim(2, lines=(LineFacts("99491", 1, 12001),))]
    read = x837p.parse(accepted(*made).decode("ascii"))
    for each, found in zip(made, read.claims, strict=True):
        assert found["claim_number"] == each.claim_no
        assert round(found["amount"] * 100) == each.cents
        sold = [(one["cpt_code"], int(one["units"]), round(one["charge"] * 100)) for one in found["services"]]
        assert sold == [(line.code, line.units, line.charge_cents) for line in each.lines]
        assert [one["diagnosis_code"] for one in found["diagnoses"]] == [
            code.replace(".", "") for code in each.diagnoses
        ]
        assert {one["service_date"] for one in found["services"]} == {each.served_on}
    assert [who["id_value"] for who in read.patients] == [each.subscriber.mbi for each in made]


def test_somebody_with_but_one_name_is_sent_under_it() -> None:
    made = claim()
    data = accepted(replace(made, subscriber=replace(made.subscriber, party=Party("Suryani"))))
    (named,) = [segment for segment in segments(data) if segment[:2] == ["NM1", "IL"]]
    assert named[3:5] == ["SURYANI", ""]


def test_a_practitioner_known_by_npi_alone_is_named_by_it() -> None:
    made = claim()
    rendering = replace(made.rendering, party=Party("1234567893"), taxonomy="")
    data = accepted(replace(made, rendering=rendering))
    (named,) = [segment for segment in segments(data) if segment[:2] == ["NM1", "82"]]
    assert named == ["NM1", "82", "1", "1234567893", "", "", "", "", "XX", "1234567893"]


def test_one_who_bills_for_himself_is_not_named_twice() -> None:
    made = claim()
    billing = replace(made.billing, party=Party("Núñez", "José"), npi=made.rendering.npi)
    data = accepted(replace(made, billing=billing))
    assert [segment[1] for segment in segments(data) if segment[0] == "NM1"] == ["41", "40", "85", "IL", "PR"]


def test_a_place_of_service_elsewhere_and_two_billing_providers() -> None:
    place = Location("Prairie North", Address("1 North St", "", "Peoria", "IL", "616039999"), "1679576722")
    made = claim(1, location=place)
    other = claim(2)
    other = replace(other, billing=replace(other.billing, taxonomy="363LF0000X"))
    data = accepted(made, other, claim(3, location=replace(place, npi="")))
    assert len([segment for segment in segments(data) if segment[0] == "PRV" and segment[1] == "BI"]) == 2
    assert len([segment for segment in segments(data) if segment[:2] == ["NM1", "77"]]) == 2


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_replacement_names_the_claim_it_replaces(frequency: str) -> None:
    data = accepted(claim(frequency=frequency, original_no="1126001234567"))
    found = [segment for segment in segments(data) if segment[0] in {"CLM", "REF"}]
    assert found[1][5] == f"11:B:{frequency}"
    assert ["REF", "F8", "1126001234567"] in found


def test_what_has_a_gap_is_not_written() -> None:
    for made in (
        claim(subscriber=replace(claim().subscriber, mbi="")),
        claim(lines=(LineFacts("99490", 1, None),)),
        claim(diagnoses=()),
    ):
        assert claim_gaps(made)
        with pytest.raises(ProgramFault):
            write_837p([made], ENVELOPE)
    with pytest.raises(ProgramFault, match="same number"):
        write_837p([claim(1), claim(1)], ENVELOPE)
    with pytest.raises(ProgramFault):
        write_837p([], ENVELOPE)


@given(
    family=st.text(max_size=70),
    given_name=st.text(max_size=40),
    street=st.text(max_size=60),
    cents=st.integers(0, 10_000_000),
)
def test_no_text_can_break_a_file(family: str, given_name: str, street: str, cents: int) -> None:
    made = claim(lines=(LineFacts("99490", 1, cents), *LINES[1:]))
    who = replace(
        made.subscriber, party=Party(family, given_name), address=replace(made.subscriber.address, line1=street)
    )
    made = replace(made, subscriber=who)
    if claim_gaps(made):
        with pytest.raises(ProgramFault):
            write_837p([made], ENVELOPE)
        return
    plain = segments(write_837p([claim()], ENVELOPE))
    found = segments(write_837p([made], ENVELOPE))
    assert [segment[0] for segment in found] == [segment[0] for segment in plain]
    balanced(write_837p([made], ENVELOPE))
