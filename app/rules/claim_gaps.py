"""What keeps a claim out of an 837P: what it lacks or what the guide 005010X222A1 has no room for, in sentences.

A gap changes neither the month's verdict nor its packet. Sentences name no patient.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.rules.claim_facts import MOST_DIAGNOSES, ORIGINAL, Address, ClaimFacts, Party
from app.rules.claim_text import claim_text, loses_letters
from app.rules.identifiers import US_STATES, icd10_is_shaped, mbi_is_valid, npi_is_valid, tin_is_valid

PATIENT, CLINIC, PRACTITIONER, PACKET, CLAIM = "patient", "clinic", "practitioner", "packet", "claim"
"""Where a gap is mended: the patient's details, the clinic's, the practitioner's, a reopened month, or the claim."""

MOST_LINES = 50  # of one claim, loop 2400
_LONGEST_FAMILY, _LONGEST_GIVEN, _LONGEST_STREET, _LONGEST_CITY = 60, 35, 55, 30
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
_POST_BOX = re.compile(r"\b(P\s*O|POST\s+OFFICE)\s*BOX\b|\bLOCK\s*BOX\b")


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing, as a sentence, and where it is mended. `on_paper`: a printed form lacks it too."""

    text: str
    where: str
    on_paper: bool = True


def claim_gaps(facts: ClaimFacts) -> tuple[Gap, ...]:
    """Return everything that keeps the claim out of an 837P; empty when it can be sent."""
    return (*_patient(facts), *_billing(facts), *_rendering(facts), *_service(facts))


def _patient(facts: ClaimFacts) -> Iterator[Gap]:
    who = facts.subscriber
    if facts.coverage != "part_b":
        yield Gap("The patient's coverage is not Medicare Part B, which is the only payer CareLoop bills.", PATIENT)
    if not who.mbi:
        yield Gap("The patient's Medicare number (MBI) is missing.", PATIENT)
    elif not mbi_is_valid(who.mbi):
        yield Gap("The patient's Medicare number does not have the shape of an MBI.", PATIENT)
    if not who.born_on:
        yield Gap("The patient's birth date is missing.", PATIENT)
    yield from _named(who.party, "patient", PATIENT)
    yield from _address(who.address, "patient's", PATIENT)


def _billing(facts: ClaimFacts) -> Iterator[Gap]:
    billing = facts.billing
    if facts.setting in {"rhc", "fqhc"}:
        yield Gap("A rural or federally qualified health center bills on the 837I, not on the 837P.", CLINIC)
    if not npi_is_valid(billing.npi):
        yield Gap("The billing provider's NPI is not valid.", CLINIC if not billing.party.is_person else PRACTITIONER)
    if not tin_is_valid(billing.tin):
        yield Gap("The clinic's taxpayer number (TIN) is missing.", CLINIC)
    if not billing.taxonomy:
        yield Gap(
            "The practitioner's taxonomy code is missing, and the clinic has none of its own.",
            PRACTITIONER,
            on_paper=False,
        )
    elif not _TAXONOMY.fullmatch(billing.taxonomy):
        yield Gap("The billing provider's taxonomy code does not have its shape.", PRACTITIONER, on_paper=False)
    yield from _named(billing.party, "billing provider", CLINIC)
    yield from _full_address(billing.address, "clinic's")
    if _POST_BOX.search(claim_text(f"{billing.address.line1} {billing.address.line2}").replace(".", " ")):
        yield Gap("The clinic's address is a post office box; an 837P needs the street.", CLINIC, on_paper=False)
    if facts.location is not None:
        yield from _full_address(facts.location.address, "place of service's")


def _rendering(facts: ClaimFacts) -> Iterator[Gap]:
    if not npi_is_valid(facts.rendering.npi):
        yield Gap("The practitioner's NPI is not valid.", PRACTITIONER)
    if facts.rendering.taxonomy and not _TAXONOMY.fullmatch(facts.rendering.taxonomy):
        yield Gap("The practitioner's taxonomy code does not have its shape.", PRACTITIONER, on_paper=False)
    yield from _named(facts.rendering.party, "practitioner", PRACTITIONER)


def _service(facts: ClaimFacts) -> Iterator[Gap]:
    yield from _lines(facts)
    if not facts.diagnoses:
        yield Gap("The packet has no diagnosis.", PACKET)
    if not all(icd10_is_shaped(code) for code in facts.diagnoses[:MOST_DIAGNOSES]):
        yield Gap("A diagnosis does not have the shape of an ICD-10-CM code.", PACKET)
    if not facts.served_on:
        yield Gap("The packet has no date of service.", PACKET)
    if not re.fullmatch(r"[0-9]{2}", facts.place_of_service):
        yield Gap("The clinic's place of service is missing.", CLINIC)
    if facts.frequency != ORIGINAL and not facts.original_no:
        yield Gap("The payer's number of the claim that this one replaces or takes back is missing.", CLAIM)


def _lines(facts: ClaimFacts) -> Iterator[Gap]:
    if not 1 <= len(facts.lines) <= MOST_LINES:
        yield Gap(f"The packet has {len(facts.lines)} lines; a claim has between one and {MOST_LINES}.", PACKET)
    for line in facts.lines:
        if line.charge_cents is None:
            yield Gap(f"The clinic had no charge for {line.code} when the month was closed.", PACKET)
        elif line.charge_cents == 0:
            yield Gap(f"The clinic's charge for {line.code} was nothing when the month was closed.", PACKET)


def _named(party: Party, whose: str, where: str) -> Iterator[Gap]:
    """A family name is needed; who has but one name has it there, and no given name is sent (NM104 is situational)."""
    family, given = claim_text(party.family), claim_text(party.given)
    if not family:
        yield Gap(f"The {whose}'s name is missing, or in letters that a claim cannot write.", where)
    elif any(map(loses_letters, (party.family, party.given))):
        yield Gap(f"The {whose}'s name holds letters that a claim cannot write.", where)
    if len(family) > _LONGEST_FAMILY or len(given) > _LONGEST_GIVEN:
        yield Gap(
            f"The {whose}'s name is longer than a claim has room for "
            f"({_LONGEST_FAMILY} letters for the family name, {_LONGEST_GIVEN} for the given name).",
            where,
        )


def _address(address: Address, whose: str, where: str) -> Iterator[Gap]:
    parts = (("street", address.line1), ("city", address.city), ("state", address.state), ("ZIP code", address.zip))
    missing = [name for name, part in parts if not claim_text(part)]
    if missing:
        yield Gap(f"The {whose} address lacks: {', '.join(missing)}.", where)
        return
    if address.state not in US_STATES:
        yield Gap(f"The {whose} state is not one of the United States.", where)
    if len(address.zip) not in (5, 9):
        yield Gap(f"The {whose} ZIP code has neither five digits nor nine.", where)
    city = len(claim_text(address.city))
    if max(len(claim_text(address.line1)), len(claim_text(address.line2))) > _LONGEST_STREET or city > _LONGEST_CITY:
        yield Gap(f"The {whose} address is longer than a claim has room for.", where)
    if city < 2:
        yield Gap(f"The {whose} city is too short for a claim.", where)


def _full_address(address: Address, whose: str) -> Iterator[Gap]:
    """As `_address`, and the nine digits that loops 2010AA and 2310C ask for."""
    gaps = tuple(_address(address, whose, CLINIC))
    yield from gaps
    if not gaps and len(address.zip) != 9:
        yield Gap(f"The {whose} ZIP code needs all nine digits in an 837P.", CLINIC, on_paper=False)
