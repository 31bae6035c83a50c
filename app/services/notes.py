import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.models import Call, Note
from app.services.door import reads
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A signed note: its parts as (title, text), and the outcome of its call, empty for desk work."""

    id: int
    patient_id: int
    call_id: int | None
    sections: tuple[tuple[str, str], ...]
    author: str
    credential: str
    signed_at: datetime
    outcome: str = ""


class Notes:
    """The signed notes of calls and desk work."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("note.read")
    def of_patient(self, reading: Reading, patient_id: int, most: int = 200) -> tuple[NoteRow, ...]:
        """Return a patient's notes, the newest first, at most `most` of them. Raises `NoSuchPatient`."""
        patient_of(reading.session, patient_id)
        rows = reading.session.execute(
            select(Note, Call.outcome)
            .outerjoin(Call, Call.id == Note.call_id)
            .where(Note.patient_id == patient_id)
            .order_by(Note.signed_at.desc(), Note.id.desc())
            .limit(most)
        )
        return tuple(_row(note, outcome or "") for note, outcome in rows)


def _row(note: Note, outcome: str) -> NoteRow:
    return NoteRow(
        id=note.id,
        patient_id=note.patient_id,
        call_id=note.call_id,
        sections=tuple((str(title), str(text)) for title, text in json.loads(note.content)),
        author=note.author,
        credential=note.credential,
        signed_at=note.signed_at,
        outcome=outcome,
    )
