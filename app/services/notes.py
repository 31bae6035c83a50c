import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.models import Call, Note, NoteFiling, Patient
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.services.clinic_day import zone_of
from app.services.door import reads, writes
from app.services.ehr_note import ehr_blanks, ehr_layout, ehr_text, put_layout
from app.services.note_sections import note_sections
from app.services.patients import display_name, patient_of
from app.services.staff import names_of_staff
from app.storage.ledger import Ledger, Reading, Work

NOT_SPOKEN_TO = frozenset({"no_answer", "left_message", "wrong_number"})
"""Outcomes of a call after which its note holds nothing that the patient said."""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A signed note: its parts as (title, text), and the outcome of its call, empty for desk work.

    `amends_id` is the note that this one replaces, for `reason`; `is_amended`: a later one replaces this. `filed_at`
    and `filed_by` say that it was put into the EHR.
    """

    id: int
    patient_id: int
    call_id: int | None
    sections: tuple[tuple[str, str], ...]
    author: str
    credential: str
    signed_at: datetime
    outcome: str = ""
    patient: str = ""
    amends_id: int | None = None
    reason: str = ""
    is_amended: bool = False
    filed_at: datetime | None = None
    filed_by: str = ""

    @property
    def is_filed(self) -> bool:
        return self.filed_at is not None


@dataclass(frozen=True, slots=True)
class LastSaid:
    """What the newest note that speaks of a part says there, the day it was signed, and by whom."""

    note_id: int
    on: date
    text: str
    author: str


class NoSuchNote(ClinicError):
    """There is no note with that number."""

    def __init__(self) -> None:
        super().__init__("There is no such note. Open the list again.")


class NotYourNote(ClinicError):
    """Somebody else signed it."""

    def __init__(self, author: str) -> None:
        super().__init__(f"This note was signed by {author}, who alone may amend it.")


class AmendedSince(ClinicError):
    """A later note replaces it already."""

    def __init__(self) -> None:
        super().__init__("This note was amended since. Open the newest one and amend that.")


class Notes:
    """The signed notes of calls and desk work. None ever changes; an amendment is a new one in its place."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("note.read")
    def of_patient(self, reading: Reading, patient_id: int, most: int = 200) -> tuple[NoteRow, ...]:
        """Return a patient's notes, the newest first, at most `most` of them. Raises `NoSuchPatient`."""
        patient_of(reading.session, patient_id)
        return _rows(reading.session, _query().where(Note.patient_id == patient_id).limit(most))

    @reads("note.read")
    def note(self, reading: Reading, note_id: int) -> NoteRow:
        """Return one note as it stands. Raises `NoSuchNote`."""
        found = _rows(reading.session, _query().where(Note.id == note_id))
        if not found:
            raise NoSuchNote
        return found[0]

    @reads("note.read")
    def last_said(self, reading: Reading, patient_id: int, most: int = 24) -> Mapping[str, LastSaid]:
        """Return, by the key of each part of the clinic's note, what the newest note that speaks of it says.

        Parts of which none of the last `most` notes speaks are left out; an amended note is not asked, nor one of a
        call that reached nobody. Raises `NoSuchPatient`.
        """
        patient_of(reading.session, patient_id)
        zone = zone_of(reading.session)
        keys = {section.title: section.key for section in note_sections(reading.session)}
        found: dict[str, LastSaid] = {}
        for row in _rows(reading.session, _query().where(Note.patient_id == patient_id).limit(most)):
            # Who was not spoken to said nothing: "no change since" must lead to a day the patient was asked.
            is_asked = not row.is_amended and row.outcome not in NOT_SPOKEN_TO
            for title, text in row.sections if is_asked else ():
                if title in keys and text:
                    on = row.signed_at.astimezone(zone).date()
                    found.setdefault(keys[title], LastSaid(row.id, on, text, row.author))
        return found

    @reads("note.file")
    def unfiled_count(self, reading: Reading, *, mine: bool = True) -> int:
        """Return how many notes are not in the EHR yet."""
        query = select(func.count()).select_from(Note).where(_is_last(), _is_unfiled())
        if mine:
            query = query.outerjoin(Call, Call.id == Note.call_id).where(_is_mine(reading))
        return reading.session.scalar(query) or 0

    @reads("note.file")
    def newest_unfiled(self, reading: Reading) -> NoteRow | None:
        """Return the note that this person signed last and has not filed yet; None where all are."""
        query = _query().where(_is_last(), _is_unfiled(), _is_mine(reading)).limit(1)
        return next(iter(_rows(reading.session, query)), None)

    @reads("note.file")
    def unfiled(self, reading: Reading, *, mine: bool = True, most: int = 500) -> tuple[NoteRow, ...]:
        """Return the notes that are not in the EHR yet, the oldest first; of an amended one the newest alone."""
        query = _query().where(_is_last(), _is_unfiled())
        if mine:
            query = query.where(_is_mine(reading))
        return _rows(reading.session, query.order_by(None).order_by(Note.signed_at, Note.id).limit(most))

    @writes("note.amend")
    def amend(self, work: Work, note_id: int, sections: Sequence[tuple[str, str]], reason: str) -> NoteRow:
        """Sign a note in place of one of one's own; the earlier one stays on record.

        `sections` are its parts as (title, text). Raises `FieldFaults` (`reason`, or a title), `NoSuchNote`,
        `NotYourNote` or `AmendedSince`.
        """
        before = _note(work.session, note_id)
        if work.session.scalar(select(Note.id).where(Note.amends_id == note_id)) is not None:
            raise AmendedSince
        call = work.session.get(Call, before.call_id) if before.call_id is not None else None
        is_mine = call.person_id == work.actor.person_id if call is not None else before.author == work.actor.name
        if not is_mine:
            raise NotYourNote(before.author)
        text, kept_reason = _checked(sections, reason)
        content = json.dumps(text, ensure_ascii=False, separators=(",", ":"))
        if content == before.content:
            raise FieldFaults({"reason": "Nothing in the note was changed."})
        note = Note(
            patient_id=before.patient_id,
            call_id=before.call_id,
            amends_id=before.id,
            reason=kept_reason,
            content=content,
            content_hash=hashlib.sha256(content.encode()).hexdigest(),
            author=work.actor.name,
            credential=work.actor.credential,
            signed_at=work.now,
        )
        work.session.add(note)
        work.session.flush()
        work.about(note.patient_id)
        work.note(event="amend", note=note.id, amends=before.id)
        return _rows(work.session, _query().where(Note.id == note.id))[0]

    @writes("note.file")
    def copy_for_ehr(self, work: Work, note_id: int) -> str:
        """Return a note as text in the clinic's layout. It leaves the encrypted file, so the trail notes it."""
        note = _note(work.session, note_id)
        work.about(note.patient_id)
        work.note(event="copy", note=note.id)
        return ehr_text(work.session, note)

    @writes("note.file")
    def mark_filed(self, work: Work, note_id: int, *, filed: bool = True) -> NoteRow:
        """Say that a note was put into the EHR, or that this was said by mistake. Raises `NoSuchNote`."""
        note = _note(work.session, note_id)
        stands = _rows(work.session, _query().where(Note.id == note_id))[0]
        work.about(note.patient_id)
        if stands.is_filed == filed:
            return stands
        work.session.add(NoteFiling(note_id=note_id, is_filed=filed, at=work.now, by=work.actor.person_id))
        work.session.flush()
        work.note(event="filed" if filed else "not_filed", note=note.id)
        return _rows(work.session, _query().where(Note.id == note_id))[0]

    @reads("clinic.read")
    def ehr_layout(self, reading: Reading) -> tuple[str, Mapping[str, str]]:
        """Return the layout of copied notes, and the blanks it may have with what stands in each."""
        return ehr_layout(reading.session), ehr_blanks()

    @writes("clinic.edit")
    def set_ehr_layout(self, work: Work, layout: str) -> None:
        """Change the layout of copied notes; an empty one takes the change back. Raises `FieldFaults` (`layout`)."""
        put_layout(work.session, layout)


def _checked(sections: Sequence[tuple[str, str]], reason: str) -> tuple[list[list[str]], str]:
    check = FormCheck()
    kept_reason = check.line("reason", reason, needed="Say why the note is amended.")
    text = [
        [check.name(title, title, needed="Every part needs a title."), check.note(title, body)]
        for title, body in sections
    ]
    text = [[title, body] for title, body in text if body]
    if not text:
        check.fault("reason", "A note without any text cannot be signed.")
    check.finish()
    return text, kept_reason


def _note(session: Session, note_id: int) -> Note:
    note = session.get(Note, note_id)
    if note is None:
        raise NoSuchNote
    return note


def _newest_filing() -> Any:  # noqa: ANN401 - a scalar subquery, correlated to the note
    filing = aliased(NoteFiling)
    return select(func.max(filing.id)).where(filing.note_id == Note.id).correlate(Note).scalar_subquery()


def _is_last() -> Any:  # noqa: ANN401 - a condition
    later = aliased(Note)
    return ~exists().where(later.amends_id == Note.id)


def _is_unfiled() -> Any:  # noqa: ANN401 - a condition
    return ~exists().where(NoteFiling.id == _newest_filing(), NoteFiling.is_filed)


def _is_mine(reading: Reading) -> Any:  # noqa: ANN401 - a condition
    return (Call.person_id == reading.actor.person_id) | (Note.call_id.is_(None) & (Note.author == reading.actor.name))


def _query() -> Select[*tuple[Any, ...]]:
    later = aliased(Note)
    return (
        select(
            Note,
            Call.outcome,
            NoteFiling.is_filed,
            NoteFiling.at,
            NoteFiling.by,
            exists().where(later.amends_id == Note.id).label("is_amended"),
            *(Patient.family_name, Patient.given_name, Patient.suffix),
        )
        .join(Patient, Patient.id == Note.patient_id)
        .outerjoin(Call, Call.id == Note.call_id)
        .outerjoin(NoteFiling, NoteFiling.id == _newest_filing())
        .order_by(Note.signed_at.desc(), Note.id.desc())
    )


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> tuple[NoteRow, ...]:
    found = session.execute(query).all()
    names = names_of_staff(session) if any(row.is_filed for row in found) else {}
    return tuple(
        NoteRow(
            id=note.id,
            patient_id=note.patient_id,
            call_id=note.call_id,
            sections=tuple((str(title), str(text)) for title, text in json.loads(note.content)),
            author=note.author,
            credential=note.credential,
            signed_at=note.signed_at,
            outcome=outcome or "",
            patient=display_name(*name),
            amends_id=note.amends_id,
            reason=note.reason,
            is_amended=is_amended,
            filed_at=at if is_filed else None,
            filed_by=names.get(by, "") if is_filed else "",
        )
        for note, outcome, is_filed, at, by, is_amended, *name in found
    )
