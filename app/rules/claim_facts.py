"""What one claim says, frozen: of a final packet, its lines as they are, and the numbers that claims alone need.

Days are ISO dates, money is whole cents. Text is as the record has it; `claim_text` is how it is written on a claim.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from app.rules import frozen_json
from app.rules.identifiers import normalise_mbi, normalise_tin, normalise_zip
from app.rules.packet_facts import ClinicFacts, LineFacts, PacketFacts, PatientFacts, PractitionerFacts

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
"""Claim frequency codes (NUBC, CLM05-3): a new claim; in place of an earlier one; to take an earlier one back."""
MOST_DIAGNOSES, MOST_POINTERS = 12, 4
MOST_CLAIMS = 5_000  # of one transaction set, as the guide recommends and Medicare enforces

_LAST_LINE = re.compile(r"(?P<city>.*?),?(?:(?:^|\s)(?P<state>[A-Z]{2}))?(?:(?:^|\s)(?P<zip>\d{5}(?:-\d{4})?))?")
_SUFFIX = re.compile(r"(JR|SR|II|III|IV|V|MD|DO|NP|PA|PA-C|FNP|FNP-BC|APRN|CNS|CNM|DNP|PHD)\.?", re.IGNORECASE)
_TITLE = re.compile(r"(DR|MR|MRS|MS|PROF)\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in the United States; parts that are not known are empty. `zip` is its digits."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody a claim names: a person by family and given names, or an organisation by `family` alone."""

    family: str
    given: str = ""
    middle: str = ""
    is_person: bool = True


@dataclass(frozen=True, slots=True)
class Billing:
    """Box 33 and loop 2010AA: who is paid."""

    party: Party
    npi: str
    tin: str
    taxonomy: str
    address: Address
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Box 24J and loop 2310B: who furnished the service."""

    party: Party
    npi: str
    taxonomy: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """Box 32 and loop 2310C: where it was furnished, when that is not where it is billed from."""

    name: str
    address: Address
    npi: str = ""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The patient, who with Medicare is always the insured."""

    party: Party
    born_on: str
    sex: str
    mbi: str
    address: Address
    account_no: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the clinic chose for all its claims."""

    taxonomy: str = ""
    accept_assignment: bool = True
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """One claim as it is sent: the same facts always give the same segments and the same boxes.

    `claim_no` is the number the payer gives back (CLM01, at most 20 signs, none of them a patient's). `original_no` is
    the payer's own number of the claim that this one replaces or takes back.
    """

    claim_no: str
    packet_no: str
    month: str
    subscriber: Subscriber
    billing: Billing
    rendering: Rendering
    diagnoses: tuple[str, ...]
    lines: tuple[LineFacts, ...]
    served_on: str
    place_of_service: str
    location: Location | None = None
    frequency: str = ORIGINAL
    original_no: str = ""
    accept_assignment: bool = True
    setting: str = "office"
    coverage: str = "part_b"
    signed_by: str = ""
    signed_on: str = ""

    @property
    def cents(self) -> int:
        """What all lines charge; a line without a charge, which `claim_gaps` names, adds nothing."""
        return sum(line.charge_cents or 0 for line in self.lines)

    @property
    def pointers(self) -> range:
        """The diagnoses, counted from 1, that each line points to."""
        return range(1, min(len(self.diagnoses), MOST_POINTERS) + 1)

    def to_json(self) -> str:
        return frozen_json.to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "ClaimFacts":
        return frozen_json.from_json(cls, text)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends the file to whom. `control_no` is never used twice; `made_at` is on the clinic's clock.

    The identifiers are those that the payer (for Medicare, the MAC) gave to the clinic. `is_test` marks a file of
    which nothing is paid.
    """

    control_no: int
    made_at: datetime
    submitter_name: str
    submitter_id: str
    contact_name: str
    contact_phone: str
    receiver_name: str
    receiver_id: str
    payer_name: str
    payer_id: str
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """What tells one sending of a claim from another."""

    claim_no: str
    frequency: str = ORIGINAL
    original_no: str = ""


def claim_facts(packet: PacketFacts, choices: Choices, sending: Sending) -> ClaimFacts:
    """Return the claim of a ready packet. What the packet does not say is left empty, for `claim_gaps` to name."""
    clinic, patient, biller = packet.clinic, packet.patient, packet.practitioner
    taxonomy = biller.taxonomy or ""
    approval = packet.approval
    return ClaimFacts(
        claim_no=sending.claim_no,
        packet_no=packet.making.packet_id,
        month=packet.month,
        subscriber=Subscriber(
            party=_patient(patient),
            born_on=patient.born_on or "",
            sex=patient.sex or "",
            mbi=normalise_mbi(patient.mbi or ""),
            address=read_address(patient.address),
            account_no=patient.account_no or patient.record_id,
            phone=patient.phone or "",
        ),
        billing=_billing(clinic, biller, choices),
        rendering=Rendering(practitioner_party(biller), biller.npi, taxonomy),
        diagnoses=packet.diagnosis_codes()[:MOST_DIAGNOSES],
        lines=packet.readiness.lines,
        served_on=packet.readiness.date_of_service or "",
        place_of_service=clinic.place_of_service or "",
        location=choices.location,
        frequency=sending.frequency,
        original_no=sending.original_no,
        accept_assignment=choices.accept_assignment,
        setting=clinic.setting,
        coverage=patient.coverage or "",
        signed_by=approval.name if approval else "",
        signed_on=approval.at[:10] if approval else "",
    )


def read_address(lines: tuple[str, ...]) -> Address:
    """Return the parts of an address as papers print it: one or two lines, then "City, ST 12345"."""
    if not lines:
        return Address()
    found = _LAST_LINE.fullmatch(lines[-1].strip())
    if found is None or (len(lines) == 1 and not (found["state"] or found["zip"])):
        return Address(*lines[:2])
    street = (*lines[:-1], "", "")
    zip_code = normalise_zip(found["zip"] or "").replace("-", "")
    return Address(street[0], street[1], found["city"] or "", found["state"] or "", zip_code)


def practitioner_party(practitioner: PractitionerFacts) -> Party:
    """Return a practitioner as a claim names them; one who is known by NPI alone is named by it."""
    head, _, tail = (practitioner.name or "").strip(" ,").partition(",")
    given = [word for word in tail.replace(",", " ").split() if not _is_credential(word, head)]
    if given:  # "Hale, Miriam, MD": the family name stands first
        return Party(head.strip(), given[0], " ".join(given[1:]))
    words = head.split()
    while len(words) > 1 and _TITLE.fullmatch(words[0]):
        words.pop(0)
    while len(words) > 1 and _SUFFIX.fullmatch(words[-1]):
        words.pop()
    if not words:
        return Party(practitioner.npi)
    if len(words) == 1:
        return Party(words[0])
    return Party(words[-1], words[0], " ".join(words[1:-1]))


def _is_credential(word: str, name: str) -> bool:
    """Tell whether a word behind a name and a comma is no part of it: known, or in capitals where the name is not."""
    return bool(_SUFFIX.fullmatch(word)) or (word.isupper() and not name.isupper())


def _patient(patient: PatientFacts) -> Party:
    family, _, rest = (patient.claim_name or patient.name).partition(", ")
    given, _, middle = rest.partition(", ")
    return Party(family, given, middle)


def _billing(clinic: ClinicFacts, biller: PractitionerFacts, choices: Choices) -> Billing:
    """The group; or, in a clinic without a group number, the practitioner."""
    is_group = bool(clinic.group_npi)
    return Billing(
        party=Party(clinic.name, is_person=False) if is_group else practitioner_party(biller),
        npi=clinic.group_npi or biller.npi,
        tin=normalise_tin(clinic.tin or ""),
        taxonomy=(choices.taxonomy or biller.taxonomy or "") if is_group else (biller.taxonomy or choices.taxonomy),
        address=read_address(clinic.address),
        phone="".join(sign for sign in clinic.phone or "" if sign.isdigit()),
    )
