"""What states, places, owners, codes and months are called on the month-end board."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from app.reports import wording
from app.rules.families import Line
from app.rules.month import Month
from app.rules.packet_facts import LineFacts
from app.services.board.holds import HELD, NOT_BILLED
from app.services.readiness import APPROVED, BLOCKED, EXPORTED, READY, SHORT, BoardRow, FindingRow
from app.views.theme import Role
from app.views.widgets import Tone, format_date, format_duration, format_time

STATE_ICONS: Mapping[str, tuple[str, Role]] = {
    SHORT: ("clock", Role.WARN),
    BLOCKED: ("octagon-x", Role.BLOCK),
    READY: ("circle-check", Role.READY),
    APPROVED: ("signature", Role.READY),
    EXPORTED: ("file-check", Role.MUTED),
    HELD: ("circle-pause", Role.MUTED),
    NOT_BILLED: ("ban", Role.MUTED),
}
_STATES = {
    SHORT: "Short",
    BLOCKED: "Blocked",
    READY: "Ready",
    APPROVED: "Approved",
    EXPORTED: "Exported",
    HELD: "Held",
    NOT_BILLED: "Not billed",
}
_TONES = {
    SHORT: Tone.WARN,
    BLOCKED: Tone.BLOCK,
    READY: Tone.READY,
    APPROVED: Tone.READY,
    EXPORTED: Tone.NEUTRAL,
    HELD: Tone.NEUTRAL,
    NOT_BILLED: Tone.NEUTRAL,
}
_PLACES = {
    "care_plan": "Open care plan",
    "clinic": "Open clinic settings",
    "conditions": "Open conditions",
    "consent": "Open consent",
    "coverage": "Open coverage",
    "eligibility": "Record it",
    "enrolment": "Open enrolment",
    "mbi": "Open Medicare number",
    "mdm": "Open decision making",
    "patient": "Open patient details",
    "practitioner": "Open practitioner",
    "review": "Look it over",
    "services": "Open other services",
    "stays": "Open stays",
    "time": "Open time",
}


def state_words(state: str) -> str:
    """Return a state of the board as it is called."""
    return _tr(_STATES[state])


def state_tone(row: BoardRow) -> Tone:
    """Return the tone of a patient's state."""
    return _TONES[row.state]


def chip_words(row: BoardRow) -> str:
    """Return a patient's state as the chip says it: how much is wanting, or how many things."""
    said = state_words(row.state)
    if row.state == SHORT and row.seconds_to_go is not None:
        return f"{said} {format_duration(row.seconds_to_go)}"
    return f"{said} {len(row.blockers)}" if row.state == BLOCKED else said


def codes_words(lines: Sequence[Line | LineFacts]) -> str:
    """Return claim lines as codes with their units where there is more than one."""
    return ", ".join(line.code if line.units == 1 else f"{line.code} × {line.units}" for line in lines)


def to_go_words(row: BoardRow) -> str:
    """Return how much time leads to the next unit; empty when there is none to reach."""
    if row.seconds_to_go is None or row.next_code is None:
        return ""
    return _tr("{time} to go for {code}").format(time=format_duration(row.seconds_to_go), code=row.next_code)


def missing_words(row: BoardRow) -> str:
    """Return the first thing that is missing, in few words."""
    return wording.finding(row.blockers[0].code) if row.blockers else ""


def owner_words(found: FindingRow, roles: Mapping[str, str]) -> str:
    """Return whose a finding is: the role, and the person where one is meant."""
    role = roles.get(found.owner, found.owner)
    return f"{role}, {found.person}" if found.person else role


def place_words(place: str) -> str:
    """Return the words of the button that leads to where something is mended."""
    return _tr(_PLACES.get(place, "Open chart"))


def counted(count: int, one: str, many: str) -> str:
    """Return `one` or `many`, already translated, with the number put in for "{n}"."""
    return (one if count == 1 else many).format(n=f"{count:,}")


def month_words(month: Month) -> str:
    """Return a month as "October 2026"."""
    return wording.month_name(str(month))


def money_words(cents: int | None) -> str:
    """Return an amount as dollars with cents, or that it is not known."""
    return _tr("not known") if cents is None else wording.money(cents)


def moment_words(written: str | None) -> str:
    """Return a day, or an instant as its own clock had it, as MM/DD/YYYY h:mm AM; nothing recorded says so."""
    if not written:
        return _tr("not recorded")
    at = datetime.fromisoformat(written)
    day = format_date(at.date())
    return day if len(written) <= len("2026-10-14") else f"{day} {format_time(at.time())}"


def _tr(words: str) -> str:
    return QCoreApplication.translate("MonthEnd", words)
