"""What of the audit trail says that a copy left the encrypted file: which, as what, about whom and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_

from app.models import AuditEvent
from app.rules.report import in_ranges
from app.services.figures.words import plain

# Each is in the facts of some operation that lets a copy out; an operation that is added says `paper`, or `purpose`.
_HINTS = (
    *('"paper":', '"purpose":', '"made":', '"printed_again":', '"printed":', '"claims":', '"test_claims":'),
    *('"event":"print"', '"event":"copy"', '"event":"patient_copy"', '"event":"fhir_export"'),
)
_ACTIONS = {
    "case.export": ("A month as a case for the rules", "JSON", "operations"),
    "answer.make": ("Answer to an audit of a claim", "PDF", "payment"),
}
_PAPERS = {
    "preview": ("Draft of a month’s packet", "operations"),
    "readiness": ("Readiness report, all patients of the month", "operations"),
    "call_sheet": ("Call sheet", "treatment"),
    "explanation": ("Explanation of a patient’s month", "operations"),
    "void copy": ("Packet that was made void", "payment"),
    "original": ("Packet as it was first made", "payment"),
}
_EVENTS = {
    "print": ("Care plan", "PDF", "treatment"),
    "patient_copy": ("Patient’s copy of the care plan", "PDF", "treatment"),
    "fhir_export": ("Care plan as FHIR", "JSON", "treatment"),
    "copy": ("Call note, copied for the EHR", "Clipboard", "treatment"),
}

Patients = set[int] | str | int | None
"""Whom a copy is about: ids, ids in ranges, only how many, or None where nothing says."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A copy that left. `purpose` is a key of `kinds.PURPOSES`."""

    what: str
    form: str
    purpose: str
    patients: Patients


def may_be_leaving() -> ColumnElement[bool]:
    """Return the condition under which an event is worth a look."""
    return or_(AuditEvent.action.in_(_ACTIONS), *(AuditEvent.detail.contains(hint, autoescape=True) for hint in _HINTS))


def leaving_of(event: AuditEvent, facts: Mapping[str, Any], packets: Mapping[str, int]) -> Leaving | None:
    """Return what left by an event, None when nothing did. `packets` are patients by the numbers of their packets."""
    found = _what(event, facts)
    if found is None:
        return None
    what, form, purpose = found
    month = facts.get("month")
    said = f"{what}, {month}" if isinstance(month, str) else what
    return Leaving(said, form, purpose, _patients(event, facts, packets))


def concerns(patients: Patients, asked: set[int]) -> bool:
    """Whether a copy is, or may be, about one of those asked for."""
    if isinstance(patients, set):
        return not patients.isdisjoint(asked)
    if isinstance(patients, str):
        return any(in_ranges(each, patients) for each in asked)
    return bool(asked)  # a copy about many, of whom nothing says who they were


def number_of(patients: Patients) -> int:
    """Return how many patients a copy is about, 0 where it names none or nothing says."""
    if isinstance(patients, str):
        ends = (part.partition("-") for part in patients.split(",") if part)
        return sum(int(last or first) - int(first) + 1 for first, _, last in ends)
    return len(patients) if isinstance(patients, set) else patients or 0


def _what(event: AuditEvent, facts: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return what left, as what and why."""
    if "purpose" in facts and "form" in facts:
        form = {"print": "Print"}.get(str(facts["form"]), str(facts["form"]).upper())
        document = str(facts.get("document", "")).partition(":")[0]
        return str(facts.get("title") or plain(document) or "Document"), form, str(facts["purpose"])
    if event.action in _ACTIONS:
        return _ACTIONS[event.action]
    if isinstance(paper := facts.get("paper"), str):
        what, purpose = _PAPERS.get(paper, (plain(paper), "operations"))
        return what, "PDF", purpose
    if facts.get("event") in _EVENTS:
        return _EVENTS[facts["event"]]
    if facts.get("made") or facts.get("printed_again"):
        return "Month’s packets", "PDF", "payment"
    return _claims(facts)


def _claims(facts: Mapping[str, Any]) -> tuple[str, str, str] | None:
    for key, what, form in (
        ("claims", "Claims for the payer", "837P"),
        ("test_claims", "Claims for the payer, marked as a test", "837P"),
        ("printed", "Claims for the payer", "Print"),
    ):
        if facts.get(key):
            return what, form, "payment"
    return None


def _patients(event: AuditEvent, facts: Mapping[str, Any], packets: Mapping[str, int]) -> Patients:
    if event.patient_id is not None:
        return {event.patient_id}
    numbers: list[str] = []
    for key in ("made", "printed_again", "packet"):
        held = facts.get(key)
        numbers += held if isinstance(held, list) else [held] if isinstance(held, str) else []
    if numbers:
        return {packets[number] for number in numbers if number in packets}
    for key in ("patients", "printed_again", "claims", "test_claims", "printed"):
        held = facts.get(key)
        if isinstance(held, str | int):
            return held
    return None
