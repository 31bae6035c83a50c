"""What the saved wrap-up of a call leaves behind: time entries, a signed note, an outcome."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.models import Call, Note, NoteMark, Person, TimeEntry
from app.rules import timer as machine
from app.rules.call_time import OUTCOMES, TALKING, activity_of, contact_of, corrected, pieces
from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.month_case import ACTIVITIES, LONGEST_ENTRY_SECONDS
from app.rules.note_marks import ADHERENCE, Mark, divided, in_words, says_something
from app.rules.timer import NotNow, Span, TimerState
from app.services.call_rows import draft_of, role_on, store
from app.services.clinic_settings import attempts_are_clerical
from app.services.entry_rows import EntryRow, entry_row, new_entry_id, offset_minutes
from app.services.note_sections import OWN_WORDS, NoteSection, note_sections
from app.services.overlap import require_free
from app.services.own_time import OwnTime, own_time
from app.storage.ledger import Work

_BY_HAND = ("manual", "estimated")
_MOST_MINUTES = LONGEST_ENTRY_SECONDS // 60


class NoteIncomplete(FieldFaults):
    """The note of a reached call lacks parts that the clinic requires; `faults` has a sentence for each by its key."""

    def __init__(self, missing: Sequence[NoteSection]) -> None:
        super().__init__({section.key: f"{section.title} is needed." for section in missing})
        titles = ", ".join(section.title for section in missing)
        self.args = (f"The note still needs: {titles}.",)


@dataclass(frozen=True, slots=True)
class WrapUp:
    """How a call ended.

    `outcome` is one of call_time.OUTCOMES, or empty for desk work in which nobody was rung. `activity` replaces the
    call's current one where given. `sections` are the note's, by key, with its marks (rules/note_marks.py); None takes
    the saved draft. `corrected_minutes` replace what the timer says, for a `reason`, and label the time as entered by
    hand.
    """

    outcome: str = ""
    sections: Mapping[str, str] | None = None
    activity: str | None = None
    corrected_minutes: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """What was saved. `left_out_seconds` were recorded by the same person elsewhere and not written a second time."""

    call_id: int
    patient_id: int
    note_id: int | None
    entries: tuple[EntryRow, ...]
    left_out_seconds: int

    @property
    def seconds(self) -> int:
        return sum(entry.seconds for entry in self.entries)


def write_up(work: Work, call: Call, timer: TimerState, wrap_up: WrapUp, zone: ZoneInfo) -> FinishedCall:
    """Save a wrap-up. Raises `FieldFaults`, `NoteIncomplete`, `NotNow` or `TimeOverlaps`; nothing is saved then."""
    if timer.state != "wrap_up":
        raise NotNow(timer.state)
    sections = note_sections(work.session)
    written = _checked(wrap_up, timer, draft_of(call), sections)
    marks = _marked(work.session, call.patient_id, written, zone)
    person = work.session.get_one(Person, call.person_id)
    if _is_corrected(wrap_up, timer) and timer.doubts:
        timer = machine.answer(timer, keep=False, reason=wrap_up.reason.strip())
    entries, left_out = _entries(work, call, timer, wrap_up, person=person, zone=zone)
    note = _note(work, call, _signed(written.texts, marks, sections), marks)
    store(work.session, call, machine.finish(timer))
    call.outcome, call.finished_at, call.draft = wrap_up.outcome, work.now, "{}"
    call.reason = wrap_up.reason.strip()
    work.session.flush()
    return FinishedCall(
        call_id=call.id,
        patient_id=call.patient_id,
        note_id=note.id if note is not None else None,
        entries=tuple(entry_row(entry) for entry in entries),
        left_out_seconds=left_out,
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """A note's text by key, and its marks."""

    texts: dict[str, str]
    marks: tuple[Mark, ...]


def _checked(wrap_up: WrapUp, timer: TimerState, draft: Mapping[str, str], sections: Sequence[NoteSection]) -> _Written:
    check = FormCheck()
    rang = any(span.activity in TALKING for span in timer.spans if span.standing != "discarded")
    check.choice("outcome", wrap_up.outcome, OUTCOMES if rang else ("", *OUTCOMES), "Choose how the call ended.")
    if wrap_up.activity is not None:
        check.choice("activity", wrap_up.activity, ACTIVITIES, "Choose an activity from the list.")
    if wrap_up.corrected_minutes is not None:
        if not 0 <= wrap_up.corrected_minutes <= _MOST_MINUTES:
            check.fault("corrected_minutes", f"Minutes are between 0 and {_MOST_MINUTES}.")
        needed = "Say why the minutes are not what the timer shows." if _is_corrected(wrap_up, timer) else ""
        check.line("reason", wrap_up.reason, needed=needed)
    typed, marks = divided(draft if wrap_up.sections is None else wrap_up.sections)
    written = {key: check.note(key, text) for key, text in typed.items()}
    for mark in marks:
        if mark.kind == "adherence":
            check.choice(mark.section, mark.value, ADHERENCE, "Choose from the list how medicines are taken.")
    check.finish()
    missing = [each for each in sections if each.required and not says_something(each.key, written, marks)]
    if wrap_up.outcome == "reached" and missing:
        raise NoteIncomplete(missing)
    if not wrap_up.outcome and not any(written.values()):
        raise FieldFaults({sections[0].key: "Write down what was done, in any part of the note."})
    return _Written(written, marks)


def _marked(session: Session, patient_id: int, written: _Written, zone: ZoneInfo) -> list[NoteMark]:
    """Return the marks as rows. Raises `FieldFaults` where an earlier note is not one of this patient's."""
    rows = []
    for mark in written.marks:
        if mark.kind == "adherence":
            rows.append(NoteMark(section=mark.section, kind=mark.kind, answer=mark.value))
            continue
        if mark.section in OWN_WORDS:
            raise FieldFaults({mark.section: "Say in your own words why this contact was made, and what comes next."})
        since = session.get(Note, int(mark.value)) if mark.value.isdecimal() else None
        if since is None or since.patient_id != patient_id:
            raise FieldFaults({mark.section: "There is no such earlier note of this patient. Mark it again."})
        on = since.signed_at.astimezone(zone).date()
        rows.append(NoteMark(section=mark.section, kind=mark.kind, since_note_id=since.id, since_on=on))
    return rows


def _is_corrected(wrap_up: WrapUp, timer: TimerState) -> bool:
    """Whether the minutes are other than the timer's; the same ones keep the timer's seconds."""
    return wrap_up.corrected_minutes is not None and wrap_up.corrected_minutes != timer.closed_seconds // 60


def _entries(
    work: Work, call: Call, timer: TimerState, wrap_up: WrapUp, *, person: Person, zone: ZoneInfo
) -> tuple[list[TimeEntry], int]:
    clerical = attempts_are_clerical(work.session)
    spans = [
        replace(span, activity=wrap_up.activity)
        if wrap_up.activity is not None and span.activity == timer.activity
        else span
        for span in timer.spans
        if span.standing != "discarded"
    ]
    spans = [
        replace(span, activity=activity_of(span.activity, wrap_up.outcome, attempts_are_clerical=clerical))
        for span in spans
    ]
    by_hand = _is_corrected(wrap_up, timer)
    if by_hand:
        spans = list(corrected(spans, (wrap_up.corrected_minutes or 0) * 60, wrap_up.reason.strip()))
    if not spans:
        return [], 0
    taken = _taken(work.session, call, person, spans)
    if by_hand:
        for span in spans:
            require_free(span.start, span.end or span.start, taken, call.patient_id, zone)
    made = pieces(spans, [(each.start, each.end) for each in taken], zone, work.now)
    role = role_on(work.session, person.id, call.patient_id)
    entries = [
        TimeEntry(
            entry_id=new_entry_id(piece.start),
            version=1,
            patient_id=call.patient_id,
            start_at=piece.start,
            end_at=piece.end,
            utc_offset_minutes=offset_minutes(piece.start, zone),
            staff=person.name,
            credential=person.credential,
            role=role,
            activity=piece.activity,
            contact=contact_of(wrap_up.outcome),
            confirmed=piece.confirmed,
            source=piece.source,
            recorded_at=work.now if piece.source in _BY_HAND else None,
            reason=piece.reason,
            written_at=work.now,
            written_by=person.name,
            call_id=call.id,
        )
        for piece in made
    ]
    work.session.add_all(entries)
    work.session.flush()
    return entries, sum(span.seconds for span in spans) - sum(piece.seconds for piece in made)


def _taken(session: Session, call: Call, person: Person, spans: Sequence[Span]) -> tuple[OwnTime, ...]:
    begins = min(span.start for span in spans)
    over = max(span.end or span.start for span in spans)
    return own_time(session, person.id, person.name, begins, over, without_call=call.id)


def _signed(texts: Mapping[str, str], marks: Sequence[NoteMark], sections: Sequence[NoteSection]) -> list[list[str]]:
    """Return the note's parts that say something as [title, text], their marks in words."""
    titles = {section.key: section.title for section in sections}
    # A part that the clinic dropped while the call ran keeps its text, under its key.
    titles |= {key: key for key in (*texts, *(mark.section for mark in marks)) if key not in titles}
    adherence = {mark.section: mark.answer for mark in marks if mark.kind == "adherence"}
    since = {mark.section: mark.since_on for mark in marks if mark.kind == "no_change"}
    said = [
        [title, in_words(texts.get(key, ""), adherence.get(key, ""), since.get(key))] for key, title in titles.items()
    ]
    return [part for part in said if part[1]]


def _note(work: Work, call: Call, text: Sequence[Sequence[str]], marks: Sequence[NoteMark]) -> Note | None:
    if not text:
        return None
    person = work.session.get_one(Person, call.person_id)
    content = json.dumps(text, ensure_ascii=False, separators=(",", ":"))
    note = Note(
        patient_id=call.patient_id,
        call_id=call.id,
        content=content,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
        author=person.name,
        credential=person.credential,
        signed_at=work.now,
    )
    work.session.add(note)
    work.session.flush()
    for mark in marks:
        mark.note_id = note.id
    work.session.add_all(marks)
    work.session.flush()
    return note
