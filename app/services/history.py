import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.models import AuditEvent, Person
from app.services.door import reads
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading

PAGE = 100
_TABLES = {
    "care_plan": "care plan",
    "care_plan_event": "care plan review or copy",
    "call_span": "",
    "follow_up": "follow-up",
    "mdm": "medical decision making",
    "note_filing": "note filed",
    "note_mark": "",
    "other_service": "service had elsewhere",
    "patient_contact": "contact",
    "plan_section_review": "care plan section looked at",
    "reconciled_medication": "",
    "reconciliation": "review of medicines",
    "time_entry": "time",
    "touch_point": "planned call",
    "setting": "",
}
_EVENTS = {
    "start": "Call started",
    "pause": "Call paused",
    "resume": "Call resumed",
    "take_up": "Call taken up again",
    "switch": "Activity changed",
    "park": "Call set aside",
    "stop": "Call stopped",
    "finish": "Call saved",
    "discard": "Call thrown away",
    "gap": "Gap in a call noticed",
    "gap_kept": "Gap in a call kept",
    "gap_discarded": "Gap in a call discarded",
    "set_start_back": "Start of a call set back",
    "journal": "Time of the locked screen taken in",
    "recover_accept": "Call recovered after a crash",
    "recover_resume": "Call recovered after a crash, and resumed",
    "recover_with_gap": "Call recovered after a crash, with its gap",
    "amend": "Note amended",
    "copy": "Note copied for the EHR",
    "patient_copy": "Patient's copy of the care plan made",
    "fhir_export": "Care plan written for other software",
    "copy_leaves": "Paper printed or saved",
    "filed": "Note marked as filed",
    "not_filed": "Note marked as not filed",
    "reconcile": "Medicines gone through",
    "section_reviewed": "Care plan section looked at, no change",
    "draft_begun": "Care plan draft begun",
    "draft_discarded": "Care plan draft thrown away",
    "copy_given": "Care plan copy given",
    "reviewed": "Care plan reviewed",
    "sign": "Care plan signed",
    "print": "Printed",
}
_OF_A_ROW = {
    "follow_up": {
        "add": "Follow-up added",
        "edit": "Follow-up changed",
        "done": "Follow-up closed",
        "cancelled": "Follow-up not needed any more",
        "reopen": "Follow-up opened again",
    },
    "escalation": {
        "raise": "Escalated",
        "answer": "Escalation answered",
        "closed": "Escalation closed",
        "withdrawn": "Escalation taken back",
    },
}
# What only tells that somebody looked: for those who may read the audit trail.
_LOOKS = ("patient.open", "audit.read")


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One thing that was done about a patient: when, by whom, what in words, and what it changed.

    `is_refused`: it was asked for and not allowed. Such rows, and who opened the chart, are only for those who may read
    the audit trail.
    """

    number: int
    at: datetime
    who: str
    what: str
    detail: str
    is_refused: bool


class History:
    """What was done about a patient, from the audit trail, in words. The trail holds no value of any field."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("patient.open")
    def of_patient(
        self, reading: Reading, patient_id: int, before: int | None = None, most: int = PAGE
    ) -> tuple[HistoryRow, ...]:
        """Return the newest rows, at most `most`; `before` is the number of the last one shown, for the page after it.

        Raises `NoSuchPatient`.
        """
        patient_of(reading.session, patient_id)
        query = select(AuditEvent).where(AuditEvent.patient_id == patient_id)
        if before is not None:
            query = query.where(AuditEvent.seq < before)
        if not self._ledger.may(reading.actor, "audit.read"):
            query = query.where(AuditEvent.outcome == "ok", AuditEvent.action.not_in(_LOOKS))
        people = {row.id: row.name for row in reading.session.execute(select(Person.id, Person.name))}
        events = reading.session.scalars(query.order_by(AuditEvent.seq.desc()).limit(most))
        names = self._ledger.permissions.names
        return tuple(
            HistoryRow(
                number=event.seq,
                at=event.at,
                who=people.get(event.actor_id or 0) or event.actor,
                what=_what(event.action, facts := json.loads(event.detail), names),
                detail=_detail(facts),
                is_refused=event.outcome != "ok",
            )
            for event in events
        )


def _what(action: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what was done: the event where it has a name of its own, else what the permission is called."""
    event = str(facts.get("event", ""))
    of_a_row = (words.get(event, "") for table, words in _OF_A_ROW.items() if table in facts)
    said = next(of_a_row, "") or _EVENTS.get(event, "") or names.get(action, action)
    return said[:1].upper() + said[1:]


def _detail(facts: Mapping[str, Any]) -> str:
    """Return which records were added, changed or removed, with the fields that changed, and how many of each."""
    changes = facts.get("changes")
    counted: Counter[str] = Counter()
    for change in changes if isinstance(changes, list) else ():
        table, how, fields = str(change[0]), str(change[2]), change[3] if len(change) > 3 else ()
        called = _TABLES.get(table, table.replace("_", " "))
        if called:
            which = ", ".join(str(field).replace("_", " ").removesuffix(" id") for field in fields)
            counted[f"{called} {how}" + (f" ({which})" if which else "")] += 1
    words = [line + (f", {count} times" if count > 1 else "") for line, count in counted.items()]
    return "; ".join(words)
