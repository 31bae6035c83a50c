"""What claims, their states, happenings and deadlines are called on screen."""

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QCoreApplication

from app.rules.claim_facts import ORIGINAL, REPLACEMENT, VOID
from app.rules.claim_state import (
    ACCEPTED,
    AGAIN,
    DENIED,
    EXPORTED,
    PAID,
    READY,
    REJECTED,
    SUBMITTED,
    VOIDED,
    WRITTEN_OFF,
    Deadline,
)
from app.rules.claim_status import in_words
from app.rules.packet_facts import LineFacts
from app.services.claims.register import HistoryLine, RegisterRow
from app.views.widgets import Tone, format_date

SOON_DAYS = 30
_STATES: Mapping[str, tuple[str, Tone, str]] = {
    READY: ("To send", Tone.INFO, "file-pen"),
    AGAIN: ("To send again", Tone.INFO, "refresh-cw"),
    EXPORTED: ("In a file", Tone.NEUTRAL, "file-check"),
    SUBMITTED: ("Submitted", Tone.NEUTRAL, "send"),
    ACCEPTED: ("Accepted", Tone.READY, "circle-check"),
    REJECTED: ("Rejected", Tone.BLOCK, "octagon-x"),
    DENIED: ("Denied", Tone.BLOCK, "octagon-x"),
    PAID: ("Paid", Tone.READY, "check"),
    VOIDED: ("Taken back", Tone.NEUTRAL, "undo-2"),
    WRITTEN_OFF: ("Written off", Tone.NEUTRAL, "ban"),
}
_KINDS = {
    "exported": "Left",
    "submitted": "Submitted",
    "file_accepted": "File accepted",
    "file_rejected": "File rejected",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "denied": "Denied",
    "paid": "Paid",
    "resubmission": "To be sent again",
    "written_off": "Written off",
    "overpayment": "Possible overpayment",
    "overpayment_settled": "Overpayment settled",
}
_FREQUENCIES = {
    ORIGINAL: "As a new claim (1): what Medicare Part B takes",
    REPLACEMENT: "In place of the earlier claim (7): other payers",
    VOID: "To take the earlier claim back (8): other payers",
}
_DEADLINES = {"file": "File by {day}", "appeal": "Appeal by {day}", "return": "Return by {day}"}


def claim_state_words(row: RegisterRow) -> str:
    """Return a claim's state as it is called; one that cannot leave yet says so."""
    if row.gaps:
        return _tr("Not ready to send")
    if row.state == EXPORTED and row.on_paper:
        return _tr("Printed")
    return _tr(_STATES[row.state][0])


def claim_tone(row: RegisterRow) -> Tone:
    """Return the tone of a claim's state."""
    return Tone.WARN if row.gaps else _STATES[row.state][1]


def claim_icon(row: RegisterRow) -> str:
    """Return the icon of a claim's state."""
    return "triangle-alert" if row.gaps else _STATES[row.state][2]


def frequency_words(frequency: str) -> str:
    """Return how a claim is sent again, in words."""
    return _tr(_FREQUENCIES[frequency])


def deadline_words(deadline: Deadline | None) -> str:
    """Return what is due by when, or nothing."""
    return "" if deadline is None else _tr(_DEADLINES[deadline.what]).format(day=format_date(deadline.on))


def deadline_tone(deadline: Deadline | None, today: date) -> Tone:
    """Return how near a deadline is."""
    if deadline is None:
        return Tone.NEUTRAL
    left = (deadline.on - today).days
    if left < 0:
        return Tone.BLOCK
    return Tone.WARN if left <= SOON_DAYS or deadline.what == "return" else Tone.NEUTRAL


def line_words(lines: tuple[LineFacts, ...]) -> str:
    """Return the codes of a claim with their units."""
    return ", ".join(f"{line.code} ×{line.units}" for line in lines)


def code_words(codes: tuple[str, ...]) -> str:
    """Return a payer's codes, each with what CareLoop knows of its meaning."""
    said = ((code, in_words(code)) for code in codes)
    return "; ".join(f"{code}: {word}" if word else code for code, word in said)


def history_words(line: HistoryLine) -> tuple[str, str]:
    """Return what happened, and its details."""
    parts = (
        _tr("file {number}").format(number=f"{line.control_no:09d}")
        if line.kind == "exported" and line.control_no
        else "",
        frequency_words(line.frequency) if line.kind == "resubmission" and line.frequency else "",
        code_words(line.codes),
        _tr("payer's number {number}").format(number=line.payer_no) if line.payer_no else "",
        f"${line.cents // 100:,}.{line.cents % 100:02d}" if line.cents is not None else "",
        line.reason,
    )
    return _tr(_KINDS[line.kind]), " · ".join(part for part in parts if part)


def _tr(words: str) -> str:
    return QCoreApplication.translate("ClaimWords", words)
