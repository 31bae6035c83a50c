"""What a printed call sheet is made of, frozen: for a day on which the computer cannot be asked.

Days and instants are written as in `packet_facts`; everything else is text as it is read.
"""

from dataclasses import dataclass

from app.rules.packet_facts import ClinicFacts, Making


@dataclass(frozen=True, slots=True)
class CallSheetRow:
    """A patient to call. `hours` are theirs in words, `why` the reason; `counted_seconds` of the month so far.

    `remarks` are further lines: what is open, what to be careful about.
    """

    name: str
    born_on: str
    phone: str
    phone_alternate: str
    hours: str
    language: str
    why: str
    owner: str
    counted_seconds: int | None = None
    seconds_to_go: int | None = None
    next_code: str | None = None
    last_contact_on: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallSheetDay:
    """A day's calls, whom to call first first. `closed_for` names a holiday; empty on a working day."""

    day: str
    rows: tuple[CallSheetRow, ...]
    closed_for: str = ""


@dataclass(frozen=True, slots=True)
class CallSheet:
    """The calls of one or more days. `whose` says whose patients they are; `numbers` whom to ring for help."""

    clinic: ClinicFacts
    making: Making
    whose: str
    days: tuple[CallSheetDay, ...]
    numbers: tuple[tuple[str, str], ...] = ()
