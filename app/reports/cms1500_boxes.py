"""What goes into the boxes of a CMS-1500 (02/12) for Medicare as the only payer (RULES.md §5.4), and where each begins.

The form is typed at ten signs and six lines to the inch. Line and column count from 1 as the form's own scale does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.rules.claim_facts import ORIGINAL, Address, ClaimFacts, Party
from app.rules.claim_text import claim_text
from app.rules.packet_facts import LineFacts

LINES_A_FORM = 6
SIGNATURE = "SIGNATURE ON FILE"


@dataclass(frozen=True, slots=True)
class Box:
    """A text in a box: its number and name on the form, where it begins, and how many signs there is room for."""

    number: str
    name: str
    line: int
    column: int
    room: int
    text: str

    @property
    def printed(self) -> str:
        """What fits of the text."""
        return self.text[: self.room].rstrip()

    @property
    def is_cut(self) -> bool:
        return len(self.text) > self.room


def forms_of(facts: ClaimFacts) -> list[tuple[LineFacts, ...]]:
    """Return the claim's lines, six to a form. Each form stands by itself, with a total of its own."""
    lines = facts.lines
    return [lines[first : first + LINES_A_FORM] for first in range(0, len(lines), LINES_A_FORM)] or [()]


def boxes(facts: ClaimFacts, lines: tuple[LineFacts, ...]) -> list[Box]:
    """Return the boxes of one form in the order of the form; those that CCM leaves blank are left out."""
    return [box for box in (*_above(facts), *_services(facts, lines), *_below(facts, lines)) if box.text]


def _above(facts: ClaimFacts) -> Iterator[Box]:
    who = facts.subscriber
    home = who.address
    year, month, day = _date(who.born_on)
    medicare = facts.coverage == "part_b"
    yield Box("1", "Medicare", 8, 1, 1, "X" if medicare else "")
    yield Box("1a", "Insured's number (MBI)", 8, 50, 17, who.mbi)
    yield Box("2", "Patient's name", 10, 1, 28, _name(who.party))
    yield Box("3", "Birth month", 10, 31, 2, month)
    yield Box("3", "Birth day", 10, 34, 2, day)
    yield Box("3", "Birth year", 10, 37, 4, year)
    yield Box("3", "Sex M", 10, 42, 1, "X" if who.sex == "M" else "")
    yield Box("3", "Sex F", 10, 47, 1, "X" if who.sex == "F" else "")
    yield Box("5", "Patient's street", 12, 1, 28, claim_text(f"{home.line1} {home.line2}").replace(".", ""))
    yield Box("5", "Patient's city", 14, 1, 20, claim_text(home.city))
    yield Box("5", "Patient's state", 14, 26, 2, home.state)
    yield Box("5", "Patient's ZIP", 16, 1, 10, _zip(home))
    phone = "".join(sign for sign in who.phone if sign.isdigit())[-10:]
    yield Box("5", "Patient's area code", 16, 15, 3, phone[:3])
    yield Box("5", "Patient's telephone", 16, 19, 7, phone[3:])
    yield Box("10a", "Employment: no", 20, 41, 1, "X")
    yield Box("10b", "Auto accident: no", 22, 41, 1, "X")
    yield Box("10c", "Other accident: no", 24, 41, 1, "X")
    yield Box("11", "Insured's policy group", 18, 50, 30, "NONE" if medicare else "")
    yield Box("12", "Patient's signature", 29, 7, 17, SIGNATURE)
    yield Box("13", "Insured's signature", 29, 55, 17, SIGNATURE)
    yield Box("20", "Outside lab: no", 36, 57, 1, "X")
    yield Box("21", "ICD indicator", 37, 42, 1, "0")
    for at, code in enumerate(facts.diagnoses):
        yield Box("21", f"Diagnosis {_letter(at)}", 38 + at // 4, 3 + 13 * (at % 4), 8, code.replace(".", ""))
    if facts.frequency != ORIGINAL:
        yield Box("22", "Resubmission code", 38, 50, 10, facts.frequency)
        yield Box("22", "Original reference", 38, 62, 15, claim_text(facts.original_no))


def _services(facts: ClaimFacts, lines: tuple[LineFacts, ...]) -> Iterator[Box]:
    year, month, day = _date(facts.served_on)
    pointer = "".join(_letter(number - 1) for number in facts.pointers)
    for number, line in enumerate(lines, 1):
        at = 42 + 2 * number
        since = ((1, "from month", month), (4, "from day", day), (7, "from year", year[2:]))
        until = ((10, "to month", month), (13, "to day", day), (16, "to year", year[2:]))
        for column, name, text in (*since, *until):
            yield Box("24A", f"Line {number} {name}", at, column, 2, text)
        yield Box("24B", f"Line {number} place", at, 19, 2, facts.place_of_service)
        yield Box("24D", f"Line {number} procedure", at, 25, 7, line.code)
        yield Box("24E", f"Line {number} pointer", at, 45, 4, pointer)
        yield Box("24F", f"Line {number} charge", at, 50, 8, _money(line.charge_cents))
        yield Box("24G", f"Line {number} units", at, 59, 3, str(line.units))
        yield Box("24J", f"Line {number} rendering NPI", at, 68, 10, facts.rendering.npi)


def _below(facts: ClaimFacts, lines: tuple[LineFacts, ...]) -> Iterator[Box]:
    billing = facts.billing
    year, month, day = _date(facts.signed_on)
    place = facts.location
    yield Box("25", "Federal tax number", 56, 1, 15, billing.tin)
    yield Box("25", "EIN", 56, 19, 1, "X" if billing.tin else "")
    yield Box("26", "Patient's account", 56, 23, 14, claim_text(facts.subscriber.account_no))
    yield Box("27", "Accept assignment: yes", 56, 38, 1, "X" if facts.accept_assignment else "")
    yield Box("27", "Accept assignment: no", 56, 43, 1, "" if facts.accept_assignment else "X")
    known = [line.charge_cents for line in lines if line.charge_cents is not None]
    yield Box("28", "Total charge", 56, 52, 8, _money(sum(known)) if len(known) == len(lines) else "")
    phone = billing.phone[-10:]
    yield Box("33", "Billing area code", 57, 66, 3, phone[:3])
    yield Box("33", "Billing telephone", 57, 70, 8, f"{phone[3:6]}-{phone[6:]}" if len(phone) == 10 else "")
    if place is not None:
        yield from _place("32", "Place of service", 23, claim_text(place.name), place.address)
    yield from _place("33", "Billing", 50, _name(billing.party), billing.address)
    yield Box("31", "Practitioner's signature", 60, 1, 21, claim_text(facts.signed_by) or _name(facts.rendering.party))
    yield Box("31", "Date signed", 61, 6, 8, f"{month} {day} {year[2:]}" if year else "")
    yield Box("32a", "Place of service NPI", 61, 23, 10, place.npi if place else "")
    yield Box("33a", "Billing NPI", 61, 50, 10, billing.npi)


def _place(number: str, whose: str, column: int, name: str, address: Address) -> Iterator[Box]:
    room = 25 if number == "32" else 28
    street = claim_text(f"{address.line1} {address.line2}").replace(".", "")
    yield Box(number, f"{whose} name", 58, column, room, name)
    yield Box(number, f"{whose} street", 59, column, room, street)
    city = " ".join(part for part in (claim_text(address.city), address.state, _zip(address)) if part)
    yield Box(number, f"{whose} city, state, ZIP", 60, column, room, city)


def _name(party: Party) -> str:
    given = (claim_text(party.given), claim_text(party.middle)[:1])
    return ", ".join(part for part in (claim_text(party.family), *given) if part)


def _zip(address: Address) -> str:
    return f"{address.zip[:5]}-{address.zip[5:]}" if len(address.zip) == 9 else address.zip


def _letter(at: int) -> str:
    return "ABCDEFGHIJKL"[at]


def _money(cents: int | None) -> str:
    """Dollars to the right of their room, a blank for the form's own line before the cents."""
    return "" if cents is None else f"{cents // 100:>5} {cents % 100:02d}"


def _date(iso: str) -> tuple[str, str, str]:
    year, _, rest = iso.partition("-")
    month, _, day = rest.partition("-")
    return year, month, day
