"""The lists of the follow-ups page: what their columns say, and which row can be found by which words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.services.escalations import EscalationRow
from app.services.follow_up_rows import FollowUpRow
from app.services.incomplete_cycles import IncompleteCycle
from app.views.follow_ups.follow_up_panel import urgency_words
from app.views.table import Column
from app.views.widgets import Tone, format_date, format_time


def follow_up_columns() -> list[Column[FollowUpRow]]:
    """Return what is told of a follow-up."""
    return [
        Column("what", _tr("What is to be done"), lambda row: _line(row.what), width=0, tip=lambda row: row.what),
        Column("patient", _tr("Patient"), lambda row: row.patient, width=176),
        Column("due", _tr("Due"), due_words, width=176, order=lambda row: row.due_on, tone=due_tone),
        Column("urgency", _tr("Urgency"), lambda row: urgency_words(row.urgency), width=136),
        Column("owner", _tr("Whose"), lambda row: row.owner, width=120),
    ]


def closed_columns(zone: ZoneInfo) -> list[Column[FollowUpRow]]:
    """Return what is told of a follow-up that is done or not needed any more."""
    return [
        Column("what", _tr("What was to be done"), lambda row: _line(row.what), width=0, tip=lambda row: row.what),
        Column("patient", _tr("Patient"), lambda row: row.patient, width=176),
        Column("outcome", _tr("Outcome"), outcome_words, width=248, tip=lambda row: row.outcome),
        Column("closed", _tr("Closed"), lambda row: _moment(row.closed_at, zone), width=144, order=_closed_at),
        Column("by", _tr("By"), lambda row: row.closed_by, width=120),
    ]


def escalation_columns(zone: ZoneInfo) -> list[Column[EscalationRow]]:
    """Return what is told of an escalation."""
    return [
        Column("symptom", _tr("Worry"), lambda row: row.symptom, width=0, tip=lambda row: row.what),
        Column("patient", _tr("Patient"), lambda row: row.patient, width=176),
        Column("state", _tr("State"), escalation_words, width=184, tone=escalation_tone),
        Column(
            "due", _tr("Answer due"), lambda row: _moment(row.due_at, zone), width=144, order=lambda row: row.due_at
        ),
        Column("to", _tr("With"), lambda row: row.answered_by or row.to, width=120),
        Column("by", _tr("Raised by"), lambda row: row.raised_by, width=120),
    ]


def cycle_columns(zone: ZoneInfo) -> list[Column[IncompleteCycle]]:
    """Return what is told of a contact that was begun and not finished."""
    return [
        Column(
            "sentence", _tr("What is not finished"), lambda row: row.sentence, width=0, tip=lambda row: row.sentence
        ),
        Column("patient", _tr("Patient"), lambda row: row.patient, width=176),
        Column("since", _tr("Since"), lambda row: _moment(row.since, zone), width=152, order=lambda row: row.since),
        Column("person", _tr("Whose"), lambda row: row.person or _tr("anybody of the role"), width=144),
    ]


def detail(row: FollowUpRow | EscalationRow | IncompleteCycle, zone: ZoneInfo) -> str:
    """Return everything a row says, line by line."""
    if isinstance(row, IncompleteCycle):
        return row.sentence
    if isinstance(row, FollowUpRow):
        made = _tr("Written down by {name}, {moment}").format(name=row.made_by, moment=_moment(row.made_at, zone))
        outcome = _tr("Outcome: {words}").format(words=outcome_words(row)) if row.outcome else ""
        return "\n".join(part for part in (row.what, outcome, made) if part)
    said = _tr("Seen or said: {words}").format(words=row.what)
    now = _tr("Meanwhile: {words}").format(words=row.do_now) if row.status == "open" else ""
    answer = _tr("{name} answered: {words}").format(name=row.answered_by, words=row.answer) if row.answer else ""
    return "\n".join(part for part in (said, now, answer) if part)


def due_words(row: FollowUpRow) -> str:
    """Return until when, and how late it is."""
    day = format_date(row.due_on)
    return _tr("{day}, {n} d late").format(day=day, n=row.days_overdue) if row.is_overdue else day


def due_tone(row: FollowUpRow) -> Tone:
    """Return how grave that is."""
    if not row.is_overdue:
        return Tone.NEUTRAL
    return Tone.BLOCK if row.urgency == "urgent" else Tone.WARN


def outcome_words(row: FollowUpRow) -> str:
    """Return what came of a follow-up, or why it was not needed."""
    text = _line(row.outcome)
    return _tr("Not needed: {reason}").format(reason=text) if row.status == "cancelled" else text


def escalation_words(row: EscalationRow) -> str:
    """Return how an escalation stands."""
    if row.status == "open":
        return _tr("No answer: overdue") if row.is_overdue else _tr("Waits for answer")
    return {"answered": _tr("Answered: act on it"), "closed": _tr("Closed")}.get(row.status, _tr("Taken back"))


def escalation_tone(row: EscalationRow) -> Tone:
    """Return how grave that is."""
    if row.status == "open":
        return Tone.BLOCK if row.is_overdue else Tone.WARN
    return Tone.INFO if row.status == "answered" else Tone.NEUTRAL


def _closed_at(row: FollowUpRow) -> datetime:
    return row.closed_at or row.made_at


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{format_date(local.date())} {format_time(local.time())}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _tr(words: str) -> str:
    return QCoreApplication.translate("FollowUpLists", words)
