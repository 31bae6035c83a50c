"""Professional claims as an X12 file: 837, implementation guide 005010X222A1 (RULES.md §5.4 has what goes where).

One interchange with one group and one transaction set, however many claims. Only what `claim_gaps` lets through is
written, and every element passes one door that keeps the delimiters out of the data.
"""

import re
from collections.abc import Iterator, Sequence

from app.rules.claim_facts import (
    MOST_CLAIMS,
    ORIGINAL,
    Address,
    Billing,
    ClaimFacts,
    Envelope,
    Location,
    Party,
    Rendering,
    Subscriber,
)
from app.rules.claim_gaps import claim_gaps
from app.rules.claim_text import claim_text
from app.rules.errors import ProgramFault

VERSION = "005010X222A1"
_DATA = re.compile(r"[A-Z0-9 '\-.,/&()#]*")
_ELEMENT, _COMPONENT, _REPEAT, _END = "*", ":", "^", "~"


def write_837p(claims: Sequence[ClaimFacts], envelope: Envelope) -> bytes:
    """Return the file with `claims` in their order, those of one billing provider together.

    Raises `ProgramFault` for a claim with a gap, two claims of one number, none at all or more than `MOST_CLAIMS`.
    """
    if not 1 <= len(claims) <= MOST_CLAIMS:
        raise ProgramFault(f"A claim file holds between 1 and {MOST_CLAIMS} claims; this would be {len(claims)}.")
    if len({claim.claim_no for claim in claims}) != len(claims):
        raise ProgramFault("Two claims of a file have the same number.")
    for claim in claims:
        if gaps := claim_gaps(claim):
            raise ProgramFault(f"Claim {claim.claim_no} cannot be written: {gaps[0].text}")
    control = str(envelope.control_no)
    at = envelope.made_at
    body = [
        _segment("ST", "837", "0001", VERSION),
        _segment("BHT", "0019", "00", control, f"{at:%Y%m%d}", f"{at:%H%M}", "CH"),
        _segment("NM1", "41", "2", _text(envelope.submitter_name, 60), "", "", "", "", "46", envelope.submitter_id),
        _segment("PER", "IC", _text(envelope.contact_name, 60), "TE", envelope.contact_phone),
        _segment("NM1", "40", "2", _text(envelope.receiver_name, 60), "", "", "", "", "46", envelope.receiver_id),
        *_providers(claims, envelope),
    ]
    body.append(_segment("SE", str(len(body) + 1), "0001"))
    segments = [
        _interchange(envelope),
        _segment(
            "GS",
            "HC",
            envelope.submitter_id,
            envelope.receiver_id,
            f"{at:%Y%m%d}",
            f"{at:%H%M}",
            control,
            "X",
            VERSION,
        ),
        *body,
        _segment("GE", "1", control),
        _segment("IEA", "1", f"{envelope.control_no:09d}"),
    ]
    return "".join(segments).encode("ascii")


def claim_at(data: bytes, position: int) -> str:
    """Return the number of the claim to which a segment of a file of ours belongs, or "" for one of none.

    `position` counts the segments of the transaction set from 1, as a 999 does.
    """
    names = [segment.split(_ELEMENT) for segment in data.decode("ascii").split(_END)][2:]
    levels = [at for at, segment in enumerate(names, 1) if segment[0] == "HL"]
    begins = max((at for at in levels if at <= position), default=0)
    ends = min((at for at in levels if at > position), default=len(names) + 1)
    return next((segment[1] for segment in names[begins - 1 : ends - 1] if begins and segment[0] == "CLM"), "")


def _interchange(envelope: Envelope) -> str:
    """The ISA segment, whose elements have fixed widths."""
    fixed = (
        "00",
        " " * 10,
        "00",
        " " * 10,
        envelope.sender_qualifier,
        f"{envelope.submitter_id:<15}",
        envelope.receiver_qualifier,
        f"{envelope.receiver_id:<15}",
        f"{envelope.made_at:%y%m%d}",
        f"{envelope.made_at:%H%M}",
        _REPEAT,
        "00501",
        f"{envelope.control_no:09d}",
        "0",
        "T" if envelope.is_test else "P",
        _COMPONENT,
    )
    segment = _ELEMENT.join(("ISA", *fixed)) + _END
    if len(segment) != 106:
        raise ProgramFault("The identifiers of sender or receiver do not fit into an interchange.")
    return segment


def _providers(claims: Sequence[ClaimFacts], envelope: Envelope) -> Iterator[str]:
    """Loops 2000A to 2400: each billing provider once, its claims beneath."""
    by_provider: dict[Billing, list[ClaimFacts]] = {}
    for claim in claims:
        by_provider.setdefault(claim.billing, []).append(claim)
    level = 0
    for billing, own in by_provider.items():
        level += 1
        provider = level
        yield _segment("HL", str(provider), "", "20", "1")
        yield _segment("PRV", "BI", "PXC", billing.taxonomy)
        yield _name("85", billing.party, "XX", billing.npi)
        yield from _address(billing.address)
        yield _segment("REF", "EI", billing.tin)
        for claim in own:
            level += 1
            yield _segment("HL", str(level), str(provider), "22", "0")
            yield from _subscriber(claim.subscriber, envelope)
            yield from _claim(claim)


def _subscriber(who: Subscriber, envelope: Envelope) -> Iterator[str]:
    yield _segment("SBR", "P", "18", "", "", "", "", "", "", "MB")
    yield _name("IL", who.party, "MI", who.mbi)
    yield from _address(who.address)
    yield _segment("DMG", "D8", _day(who.born_on), {"F": "F", "M": "M"}.get(who.sex, "U"))
    yield _segment("NM1", "PR", "2", _text(envelope.payer_name, 60), "", "", "", "", "PI", envelope.payer_id)


def _claim(claim: ClaimFacts) -> Iterator[str]:
    place = _composite(claim.place_of_service, "B", claim.frequency)
    accepts = "A" if claim.accept_assignment else "C"
    yield _segment("CLM", claim.claim_no, _amount(claim.cents), "", "", place, "Y", accepts, "Y", "Y")
    if claim.frequency != ORIGINAL:
        yield _segment("REF", "F8", _text(claim.original_no, 50))
    codes = (code.replace(".", "") for code in claim.diagnoses)
    yield _segment("HI", *(_composite("ABF" if at else "ABK", code) for at, code in enumerate(codes)))
    if claim.rendering.npi != claim.billing.npi:
        yield from _rendering(claim.rendering)
    if claim.location is not None:
        yield from _location(claim.location)
    pointers = _composite(*map(str, claim.pointers))
    for number, line in enumerate(claim.lines, 1):
        amount = _amount(line.charge_cents or 0)
        yield _segment("LX", str(number))
        yield _segment("SV1", _composite("HC", line.code), amount, "UN", str(line.units), "", "", pointers)
        yield _segment("DTP", "472", "D8", _day(claim.served_on))
        yield _segment("REF", "6R", line_no(claim, number))


def line_no(claim: ClaimFacts, number: int) -> str:
    """Return the number by which a payer speaks of one line of a claim."""
    return f"{claim.claim_no}-{number}"


def _rendering(rendering: Rendering) -> Iterator[str]:
    yield _name("82", rendering.party, "XX", rendering.npi)
    if rendering.taxonomy:
        yield _segment("PRV", "PE", "PXC", rendering.taxonomy)


def _location(location: Location) -> Iterator[str]:
    qualifier = "XX" if location.npi else ""
    yield _segment("NM1", "77", "2", _text(location.name, 60), "", "", "", "", qualifier, location.npi)
    yield from _address(location.address)


def _name(entity: str, party: Party, qualifier: str, number: str) -> str:
    if not party.is_person:
        return _segment("NM1", entity, "2", _text(party.family, 60), "", "", "", "", qualifier, number)
    names = (_text(party.family, 60), _text(party.given, 35), claim_text(party.middle)[:25].strip())
    return _segment("NM1", entity, "1", *names, "", "", qualifier, number)


def _address(address: Address) -> Iterator[str]:
    yield _segment("N3", _text(address.line1, 55), _text(address.line2, 55))
    yield _segment("N4", _text(address.city, 30), address.state, address.zip)


def _text(text: str, longest: int) -> str:
    plain = claim_text(text)
    if len(plain) > longest:
        raise ProgramFault(f"A text is longer than the {longest} signs that a claim file has room for.")
    return plain


def _amount(cents: int) -> str:
    """Whole cents as X12 writes decimals (type R): no sign for nothing behind the point, no zero at the end."""
    whole, part = divmod(cents, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".")


def _day(iso: str) -> str:
    return iso.replace("-", "")


class _Composite(str):
    """Elements already joined by the component separator."""

    __slots__ = ()


def _composite(*parts: str) -> _Composite:
    return _Composite(_COMPONENT.join(map(_checked, parts)))


def _segment(name: str, *elements: str) -> str:
    written = [each if isinstance(each, _Composite) else _checked(each) for each in elements]
    while written and not written[-1]:
        written.pop()
    return _ELEMENT.join((name, *written)) + _END


def _checked(element: str) -> str:
    if not _DATA.fullmatch(element):
        raise ProgramFault("A claim file would hold a sign that X12 does not allow there.")
    return element
