"""From the spans of a finished call to the time entries it becomes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.rules.month import Month
from app.rules.month_case import LONGEST_ENTRY_SECONDS, Contact
from app.rules.timer import JUMP_SECONDS, Source, Span

OUTCOMES = ("reached", "no_answer", "left_message", "wrong_number", "call_back", "declined")
TALKING = frozenset({"patient_call", "caregiver_call"})
"""Activities that are a try to speak to the patient or who cares for them; all others are desk work."""
ATTEMPT_ACTIVITY = "clerical"

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Piece:
    """A time entry to be: whole seconds within one month, at most 8 hours."""

    start: datetime
    end: datetime
    activity: str
    source: Source
    confirmed: bool = True
    reason: str = ""

    @property
    def seconds(self) -> int:
        return (self.end - self.start) // timedelta(seconds=1)


def contact_of(outcome: str) -> Contact:
    """Return an entry's contact by the call's outcome; desk work has no outcome and no contact."""
    if not outcome:
        return "none"
    return "reached" if outcome == "reached" else "attempt"


def activity_of(activity: str, outcome: str, *, attempts_are_clerical: bool) -> str:
    """Return the activity a span is written with: an attempt's talking time is clerical, by the clinic's setting.

    Ringing at an unanswered phone is no care management (Noridian: nothing is billed where contact was never made);
    chart work done in the same call under its own activity is (RULES.md T9).
    """
    attempt = contact_of(outcome) == "attempt" and activity in TALKING
    return ATTEMPT_ACTIVITY if attempt and attempts_are_clerical else activity


def pieces(spans: Iterable[Span], taken: Sequence[Stretch], zone: ZoneInfo, now: datetime) -> tuple[Piece, ...]:
    """Return the entries of a call, in order of time.

    Seconds that the person recorded elsewhere (`taken`) are left out. What was kept of an idle
    question, and the same work around it, is one entry. Spans are cut at the clinic's month ends and
    after 8 hours. What still is in doubt, lies beyond 8 hours of one span, or ahead of the clock, is unconfirmed.
    """
    made = []
    for span in _joined(spans):
        if span.end is None:
            continue
        latest_sure = min(now + timedelta(seconds=JUMP_SECONDS), span.start + timedelta(seconds=LONGEST_ENTRY_SECONDS))
        for start, end in _within_months(_without((span.start, span.end), taken), zone):
            sure = span.standing == "counted" and end <= latest_sure
            made.append(Piece(start, end, span.activity, span.source, sure, span.reason))
    return tuple(made)


def corrected(spans: Sequence[Span], seconds: int, reason: str) -> tuple[Span, ...]:
    """Return the spans of a call whose length a person corrected, all of them labelled as entered by hand.

    Less time is taken from the end; more is set before the beginning, as after a forgotten start. Open doubts fall.
    """
    ordered = sorted(spans, key=lambda span: span.start)
    left = seconds
    kept: list[Span] = []
    for span in ordered:
        took = min(left, span.seconds) if span.standing == "counted" else 0
        if took:
            kept.append(replace(span, end=span.start + timedelta(seconds=took), source="manual", reason=reason))
        left -= took
    if left and ordered:
        first = kept.pop(0) if kept else replace(ordered[0], end=ordered[0].start, standing="counted", doubt="")
        begins = first.start - timedelta(seconds=left)
        kept.insert(0, replace(first, start=begins, source="manual", reason=reason))
    return tuple(kept)


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if span.standing == "discarded":
            continue
        before = joined[-1] if joined else None
        asked = before is not None and "idle" in (before.doubt, span.doubt)
        if asked and before is not None and before.end == span.start and _label(before) == _label(span):
            joined[-1] = replace(before, end=span.end, doubt=span.doubt or before.doubt)
        else:
            joined.append(span)
    return joined


def _label(span: Span) -> tuple[str, ...]:
    return span.activity, span.source, span.standing, span.reason


def _without(span: Stretch, taken: Sequence[Stretch]) -> Iterator[Stretch]:
    start, end = span
    for other_start, other_end in sorted(taken):
        if start < other_start < end:
            yield start, other_start
        if other_start < end:
            start = max(start, other_end)
    if start < end:
        yield start, end


def _within_months(stretches: Iterable[Stretch], zone: ZoneInfo) -> Iterator[Stretch]:
    for start, end in stretches:
        cuts = [start]
        month = Month.of(start.astimezone(zone).date())
        while cuts[-1] < end:
            over = month.bounds(zone)[1]
            if over <= cuts[-1]:
                month = month.next
                continue
            cuts.append(min(end, over, cuts[-1] + timedelta(seconds=LONGEST_ENTRY_SECONDS)))
        yield from pairwise(cuts)
