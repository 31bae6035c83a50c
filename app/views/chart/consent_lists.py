"""The lists beside a patient's standing: every consent taken, and what happened when."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.services.enrolment_forms import ConsentRow
from app.services.enrolments import HistoryRow
from app.views.chart.rows_section import RowsSection
from app.views.patients.standing import day_words, moment_words
from app.views.table import Column
from app.views.theme import GRID
from app.views.widgets import Tone

_LEAST = 12 * GRID


def consents_section(zone: ZoneInfo) -> RowsSection[ConsentRow]:
    """Return the list of consents, the newest first; `zone` is the clinic's."""
    return RowsSection(
        _tr("Consents"),
        name="consents",
        columns=[
            Column(
                "given", _tr("Given"), lambda row: _given(row, zone), width=152, order=lambda row: str(row.given_on)
            ),
            Column("method", _tr("How"), lambda row: row.method.capitalize(), width=64),
            Column("told", _tr("Told"), _told, width=56),
            Column("for", _tr("For"), lambda row: row.practitioner, width=0),
            Column("by", _tr("Taken by"), lambda row: row.taken_by, width=112),
            Column("state", _tr("State"), _state, width=120, tone=_tone),
        ],
        row_id=lambda row: row.id,
        empty=_tr("No consent is recorded. It is needed before the first counted minute."),
        least_height=_LEAST,
    )


def history_section(zone: ZoneInfo) -> RowsSection[HistoryRow]:
    """Return the list of what happened to the patient's standing; `zone` is the clinic's."""
    return RowsSection(
        _tr("What happened"),
        name="standing_history",
        columns=[
            Column(
                "at",
                _tr("Recorded"),
                lambda row: moment_words(row.at.astimezone(zone)),
                width=160,
                order=lambda row: row.at,
            ),
            Column("on", _tr("Day"), lambda row: day_words(row.happened_on) if row.happened_on else "", width=96),
            Column("words", _tr("What"), lambda row: row.words, width=0, tip=lambda row: row.words),
            Column("by", _tr("By"), lambda row: row.by, width=120),
        ],
        row_id=lambda row: (row.at, row.what, row.words),
        empty=_tr("Nothing has happened yet."),
        least_height=_LEAST,
    )


def _given(row: ConsentRow, zone: ZoneInfo) -> str:
    return moment_words(row.given_at.astimezone(zone)) if row.given_at else day_words(row.given_on)


def _told(row: ConsentRow) -> str:
    told = (row.told_availability, row.told_cost_sharing, row.told_one_practitioner, row.told_right_to_stop)
    return f"{sum(told)} / 4"


def _state(row: ConsentRow) -> str:
    if row.revoked_on is not None:
        return _tr("Revoked {day}").format(day=day_words(row.revoked_on))
    if not row.in_force:
        return _tr("Replaced")
    return _tr("In force") if row.is_complete else _tr("Incomplete")


def _tone(row: ConsentRow) -> Tone:
    if row.revoked_on is not None:
        return Tone.BLOCK
    if not row.in_force:
        return Tone.NEUTRAL
    return Tone.READY if row.is_complete else Tone.WARN


def _tr(words: str) -> str:
    return QCoreApplication.translate("ConsentLists", words)
