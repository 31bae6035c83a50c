"""A changed fact of a month in words a person reads: what, was → is, by whom and when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.reports import wording
from app.rules.fact_changes import PARTS, FactChange
from app.services.closing.month_state import MonthState
from app.views import safe_text
from app.views.month_end.words import moment_words, money_words
from app.views.widgets import Card, format_date, format_duration

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d|Z)")
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_SECONDS = re.compile(r"\b(\d+) s counted\b")
_CENTS = re.compile(r"\b(\d+) ¢")
_TERM = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_CODE = re.compile(r"\b[A-Z]\w*(?:_\w+)+\b")


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """One change in words; `by` is empty where it is not known who made it."""

    what: str
    difference: str
    by: str


def change_words(change: FactChange) -> ChangeWords:
    """Return a changed fact in words."""
    nothing = _tr("none") if change.part == "claim" else _tr("not on record")
    difference = _tr("was {was} → is {now}").format(
        was=_said(change, change.was) or nothing, now=_said(change, change.now) or nothing
    )
    by = ""
    if change.by:
        when = _tr(" on {when}").format(when=moment_words(change.at)) if change.at else ""
        why = f": {change.why}" if change.why else ""
        by = _tr("by {name}{when}{why}").format(name=change.by, when=when, why=why)
    return ChangeWords(f"{_tr(PARTS[change.part])} · {change.what}", difference, by)


def add_changes(card: Card, changes: Sequence[FactChange]) -> None:
    """Add changed facts to a card: what, was, is, by whom and when."""
    for change in changes:
        said = change_words(change)
        card.body.addWidget(safe_text.label(said.what, "strong"))
        card.body.addWidget(safe_text.label(said.difference))
        if said.by:
            card.body.addWidget(safe_text.label(said.by, "small"))


def closing_words(state: MonthState, zone: ZoneInfo) -> str:
    """Return where a month that was closed stands, in one or two sentences."""
    if state.is_closed and state.closed_at is not None:
        return _tr("Closed on {when} by {name}.").format(when=_moment(state.closed_at, zone), name=state.closed_by)
    if state.reopened_at is None:
        return ""
    agreed = _tr(", agreed by {name}").format(name=state.second_by) if state.second_by else ""
    return _tr("Opened again on {when} by {name}{agreed}: {reason}.").format(
        when=_moment(state.reopened_at, zone),
        name=state.reopened_by,
        agreed=agreed,
        reason=state.reason.rstrip("."),
    )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return moment_words(at.astimezone(zone).isoformat())


def _said(change: FactChange, text: str) -> str:
    if change.part == "claim" and change.what.startswith("Seconds") and text.isdecimal():
        return format_duration(int(text))
    text = _INSTANT.sub(lambda found: moment_words(found[0]), text)
    text = _DAY.sub(lambda found: format_date(datetime.fromisoformat(found[0]).date()), text)
    text = _SECONDS.sub(lambda found: _tr("{time} counted").format(time=format_duration(int(found[1]))), text)
    text = _CENTS.sub(lambda found: money_words(int(found[1])), text)
    text = _TERM.sub(lambda found: wording.words(found[0]), text)
    return _CODE.sub(lambda found: wording.finding(found[0]), text)


def _tr(words: str) -> str:
    return QCoreApplication.translate("ChangeWords", words)
