"""A signed note as text for the clinic's EHR."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import assets
from app.models import Call, Note, Patient, TimeEntry
from app.rules.blanks import blank_fault, blanks_in, fill
from app.rules.field_faults import FormCheck
from app.services.clinic_day import zone_of
from app.services.local_words import minutes_in_words
from app.services.month_case import newest_version, paper_name
from app.services.setting_store import own_setting, put_setting

_KEY = "ehr_note"
_NOT_RECORDED = "not recorded"
_MAY_BE_EMPTY = frozenset({"amended"})
_OUTCOMES = {
    "": "desk work",
    "reached": "reached",
    "no_answer": "no answer",
    "left_message": "message left",
    "wrong_number": "wrong number",
    "call_back": "call back",
    "declined": "declined",
}


def ehr_blanks() -> Mapping[str, str]:
    """Return the blanks that a layout may have, and what stands in each."""
    return dict(_shipped()["blanks"])


def ehr_layout(session: Session) -> str:
    """Return the clinic's layout, else the one that comes with the program."""
    own = own_setting(session, _KEY)
    return _default() if own is None else str(own)


def put_layout(session: Session, layout: str) -> None:
    """Keep the clinic's layout; an empty one takes it back. Raises `FieldFaults` (`layout`)."""
    check = FormCheck()
    kept = check.note("layout", layout)
    if wrong := blank_fault(kept, tuple(_shipped()["blanks"])):
        check.fault("layout", wrong)
    elif kept and "sections" not in blanks_in(kept):
        check.fault("layout", "The layout needs {sections}, or the note's text would be left out.")
    check.finish()
    put_setting(session, _KEY, None if kept in ("", _default()) else kept)


def ehr_text(session: Session, note: Note) -> str:
    """Return the note in the clinic's layout. Times are on the clinic's clock."""
    zone = zone_of(session)
    patient = session.get_one(Patient, note.patient_id)
    call = session.get(Call, note.call_id) if note.call_id is not None else None
    at = (call.started_at if call is not None else note.signed_at).astimezone(zone)
    sections = "\n".join(f"{title}: {text}" for title, text in json.loads(note.content) if text)
    values = {
        "date": f"{at:%m/%d/%Y}",
        "time": f"{at:%H:%M %Z}",
        "outcome": _OUTCOMES[call.outcome if call is not None else ""],
        "minutes": minutes_in_words(_seconds(session, note.call_id)),
        "patient": paper_name(patient.given_name, patient.family_name, patient.suffix),
        "born_on": f"{patient.born_on:%m/%d/%Y}",
        "mrn": patient.mrn,
        "sections": sections,
        "author": note.author,
        "credential": note.credential,
        "signed_at": f"{note.signed_at.astimezone(zone):%m/%d/%Y %H:%M %Z}",
        "amended": _amended(session, note),
    }
    shown = {key: value or ("" if key in _MAY_BE_EMPTY else _NOT_RECORDED) for key, value in values.items()}
    layout = ehr_layout(session)
    if not shown["amended"]:
        # A line that holds nothing but this goes with it.
        layout = "\n".join(line for line in layout.split("\n") if line.strip() != "{amended}")
        layout = layout.replace("{amended}", "")
    return fill(layout, shown).text.strip()


@cache
def _shipped() -> dict[str, Any]:
    return assets.load_toml("ehr_note.toml")


def _default() -> str:
    return str(_shipped()["template"]).strip()


def _amended(session: Session, note: Note) -> str:
    if note.amends_id is None:
        return ""
    before = session.get_one(Note, note.amends_id)
    signed = before.signed_at.astimezone(zone_of(session))
    return f"Amended: replaces the note of {signed:%m/%d/%Y %H:%M %Z}. Reason: {note.reason}"


def _seconds(session: Session, call_id: int | None) -> int:
    """Return the recorded seconds of a call, counted or not."""
    if call_id is None:
        return 0
    rows = session.execute(
        select(TimeEntry.start_at, TimeEntry.end_at).where(
            TimeEntry.call_id == call_id, ~TimeEntry.withdrawn, newest_version()
        )
    )
    return sum(int((row.end_at - row.start_at).total_seconds()) for row in rows)
