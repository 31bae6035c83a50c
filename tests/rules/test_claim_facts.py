"""What a claim takes from a packet, how it is spelt, and what keeps it back."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.claim_facts import Address, Choices, Party, Sending, claim_facts, practitioner_party, read_address
from app.rules.claim_gaps import CLINIC, PACKET, PATIENT, PRACTITIONER, claim_gaps
from app.rules.claim_status import in_words, read_adjustment, read_remark
from app.rules.claim_text import claim_text, loses_letters
from app.rules.packet_facts import LineFacts, PractitionerFacts
from tests.exchange.claims import claim, ready_packet


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (("9 Orchard St", "Peoria, IL 61603"), Address("9 Orchard St", "", "Peoria", "IL", "61603")),
        (
            ("9 Elm St", "Apt 4", "St. Louis, MO 63101-0417"),
            Address("9 Elm St", "Apt 4", "St. Louis", "MO", "631010417"),
        ),
        (("1 A St", "Winston, Salem, NC 27101"), Address("1 A St", "", "Winston, Salem", "NC", "27101")),
        (("1 A St", "O'Fallon, IL"), Address("1 A St", "", "O'Fallon", "IL", "")),
        (("1 A St", "Peoria"), Address("1 A St", "", "Peoria", "", "")),
        (("Peoria, IL 61603",), Address("", "", "Peoria", "IL", "61603")),
        (("9 Orchard St",), Address("9 Orchard St")),
        ((), Address()),
    ],
)
def test_an_address_is_read_back_from_its_lines(lines: tuple[str, ...], address: Address) -> None:
    assert read_address(lines) == address


@pytest.mark.parametrize(
    ("name", "party"),
    [
        ("José Núñez", Party("Núñez", "José")),
        ("Dr. Ruth Hale, MD", Party("Hale", "Ruth")),
        ("Martin Luther King Jr.", Party("King", "Martin", "Luther")),
        ("Cher", Party("Cher")),
        ("MD", Party("MD")),
        ("Jonah Quill, MD, FACP", Party("Quill", "Jonah")),
        ("Van der Berg, FNP-C", Party("Berg", "Van", "der")),
        ("Hale, Ruth Ann, MD", Party("Hale", "Ruth", "Ann")),
        ("De La Cruz, Maria", Party("De La Cruz", "Maria")),
        (None, Party("1234567893")),
        ("", Party("1234567893")),
    ],
)
def test_a_practitioner_is_named_by_name_or_else_by_npi(name: str | None, party: Party) -> None:
    assert practitioner_party(PractitionerFacts("1234567893", name)) == party


@given(st.text(max_size=80))
def test_claim_text_is_of_few_letters_and_stays_as_it_is(text: str) -> None:
    written = claim_text(text)
    assert re.fullmatch(r"[A-Z0-9 '\-.,/&()#]*", written)
    assert claim_text(written) == written
    assert not loses_letters(written)


@pytest.mark.parametrize(
    ("text", "written", "loses"),
    [
        ("Łódź-Okafor", "LODZ-OKAFOR", False),
        ("O’Brien", "O'BRIEN", False),
        ("Straße", "STRASSE", False),
        ("Smith*~:^|Jones", "SMITH JONES", False),
        ("王小明", "", True),
        ("Иванов", "", True),
        ("  a \t b ", "A B", False),
    ],
)
def test_names_are_spelt_as_claims_can(text: str, written: str, loses: bool) -> None:
    assert claim_text(text) == written
    assert loses_letters(text) is loses


def test_a_ready_packet_has_no_gap() -> None:
    assert claim_gaps(claim()) == ()


def gaps_of(**changes: object) -> list[tuple[str, str]]:
    return [(gap.where, gap.text) for gap in claim_gaps(claim(1, **changes))]


def test_each_thing_that_is_missing_is_named_and_where_it_is_mended() -> None:
    made = claim()
    who, billing = made.subscriber, made.billing
    for changes, where, words in (
        ({"subscriber": replace(who, mbi="")}, PATIENT, "MBI"),
        ({"subscriber": replace(who, mbi="1SG4TE5MK73")}, PATIENT, "shape of an MBI"),
        ({"subscriber": replace(who, born_on="")}, PATIENT, "birth date"),
        ({"subscriber": replace(who, address=replace(who.address, city=""))}, PATIENT, "lacks: city"),
        ({"subscriber": replace(who, party=Party("王", "小"))}, PATIENT, "letters that a claim cannot write"),
        ({"subscriber": replace(who, party=Party("X" * 61, "A"))}, PATIENT, "longer than a claim has room for"),
        ({"coverage": "medicare_advantage"}, PATIENT, "not Medicare Part B"),
        ({"billing": replace(billing, tin="")}, CLINIC, "TIN"),
        ({"billing": replace(billing, npi="1234567890")}, CLINIC, "NPI is not valid"),
        ({"billing": replace(billing, taxonomy="")}, PRACTITIONER, "taxonomy"),
        ({"billing": replace(billing, address=replace(billing.address, zip="61602"))}, CLINIC, "nine digits"),
        (
            {"billing": replace(billing, address=replace(billing.address, line1="P.O. Box 9"))},
            CLINIC,
            "post office box",
        ),
        ({"rendering": replace(made.rendering, npi="1234567890")}, PRACTITIONER, "NPI is not valid"),
        ({"lines": (LineFacts("99490", 1, None),)}, PACKET, "no charge for 99490"),
        ({"lines": (LineFacts("99490", 1, 0),)}, PACKET, "nothing"),
        ({"lines": ()}, PACKET, "0 lines"),
        ({"diagnoses": ()}, PACKET, "no diagnosis"),
        ({"served_on": ""}, PACKET, "date of service"),
        ({"place_of_service": ""}, CLINIC, "place of service"),
        ({"setting": "fqhc"}, CLINIC, "837I"),
        ({"frequency": "7"}, "claim", "payer's number"),
    ):
        found = gaps_of(**changes)
        assert [each for each in found if each[0] == where and words in each[1]], (changes, found)


def test_a_clinic_without_a_group_number_bills_as_its_practitioner() -> None:
    packet = ready_packet()
    packet = replace(packet, clinic=replace(packet.clinic, group_npi=None))
    made = claim_facts(packet, Choices(taxonomy="261QP2300X"), Sending("2610-000001-1"))
    assert made.billing.party == Party("Núñez", "José")
    assert made.billing.npi == made.rendering.npi
    assert made.billing.taxonomy == "207Q00000X"


def test_a_claim_is_kept_and_read_again_as_it_was() -> None:
    made = claim()
    assert type(made).from_json(made.to_json()) == made


@pytest.mark.parametrize(
    ("text", "adjustment", "remark"),
    [
        ("CO-97", "CO-97", None),
        ("co97", "CO-97", None),
        ("97", "97", None),
        ("b20", "B20", None),
        ("PR 1", "PR-1", None),
        ("N386", None, "N386"),
        ("ma130", None, "MA130"),
        ("M76", None, "M76"),
        ("hello", None, None),
        ("CO-9999", None, None),
    ],
)
def test_codes_are_read_as_remittances_write_them(text: str, adjustment: str | None, remark: str | None) -> None:
    assert (read_adjustment(text), read_remark(text)) == (adjustment, remark)


def test_codes_have_words_of_our_own() -> None:
    assert in_words("CO-18") == "an exact duplicate of another claim"
    assert in_words("A7:500:IL") == "rejected: something is not valid"
    assert in_words("ZZ-9") == ""
