from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.call_time import Stretch, activity_of, contact_of, corrected, pieces
from app.rules.month import Month
from app.rules.month_case import ACTIVITIES, LONGEST_ENTRY_SECONDS
from app.rules.timer import Span

CHICAGO = ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
LATER = datetime(2027, 6, 1, tzinfo=UTC)


def span(start: datetime, seconds: int, activity: str = "patient_call") -> Span:
    return Span(activity, start, start + timedelta(seconds=seconds))


@st.composite
def stretches(draw: st.DrawFn) -> list[Stretch]:
    edges = sorted(draw(st.sets(st.integers(-40_000, 40_000), min_size=0, max_size=12)))
    at = [MIDNIGHT + timedelta(seconds=edge) for edge in edges]
    return list(zip(at[::2], at[1::2], strict=False))


@given(stretches(), stretches(), st.sampled_from(["America/Chicago", "UTC", "Asia/Kolkata", "America/St_Johns"]))
def test_pieces_hold_every_free_second_once(worked: list[Stretch], taken: list[Stretch], zone: str) -> None:
    made = pieces([Span("education", start, end) for start, end in worked], taken, ZoneInfo(zone), LATER)
    epoch = MIDNIGHT - timedelta(days=1)

    def seconds(spans: list[Stretch]) -> set[int]:
        return {
            second
            for start, end in spans
            for second in range(int((start - epoch).total_seconds()), int((end - epoch).total_seconds()))
        }

    got = [(piece.start, piece.end) for piece in made]
    assert seconds(got) == seconds(worked) - seconds(taken)
    assert sum(piece.seconds for piece in made) == len(seconds(got))
    assert all(former.end <= latter.start for former, latter in pairwise(made))
    for piece in made:
        assert 0 < piece.seconds <= LONGEST_ENTRY_SECONDS
        month = Month.of(piece.start.astimezone(ZoneInfo(zone)).date())
        assert month.bounds(ZoneInfo(zone))[0] <= piece.start < piece.end <= month.bounds(ZoneInfo(zone))[1]


def test_a_call_over_new_year_is_cut_at_the_clinics_midnight() -> None:
    new_year = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)
    made = pieces([span(new_year - timedelta(seconds=30), 90)], (), CHICAGO, LATER)
    assert [(piece.start, piece.seconds) for piece in made] == [
        (new_year - timedelta(seconds=30), 30),
        (new_year, 60),
    ]


@pytest.mark.parametrize(
    "clocks_change", [datetime(2026, 11, 1, 6, 30, tzinfo=UTC), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)]
)
def test_a_call_over_a_change_of_clocks_is_as_long_as_it_was(clocks_change: datetime) -> None:
    made = pieces([span(clocks_change, 3600)], (), CHICAGO, LATER)
    assert [piece.seconds for piece in made] == [3600]


def test_time_ahead_of_the_clock_is_unconfirmed() -> None:
    now = NOON + timedelta(seconds=60)
    made = pieces([span(NOON, 64), span(NOON + timedelta(seconds=64), 60)], (), CHICAGO, now)
    assert [piece.confirmed for piece in made] == [True, False]


def test_discarded_and_open_spans_become_nothing() -> None:
    gone = Span("patient_call", NOON, NOON + timedelta(seconds=60), standing="discarded")
    assert pieces([gone, Span("patient_call", NOON, None)], (), CHICAGO, LATER) == ()


@given(st.lists(st.integers(0, 900), min_size=1, max_size=6), st.integers(0, 480 * 60))
def test_a_correction_comes_to_exactly_what_was_said(lengths: list[int], seconds: int) -> None:
    spans, at = [], NOON
    for length in lengths:
        spans.append(span(at, length))
        at += timedelta(seconds=length + 7)
    kept = corrected(spans, seconds, "why")
    assert sum(each.seconds for each in kept) == seconds
    assert {each.source for each in kept} <= {"manual"}
    assert all(each.end is not None and each.end <= at for each in kept)
    ordered = sorted(kept, key=lambda each: each.start)
    assert all(former.end is not None and former.end <= latter.start for former, latter in pairwise(ordered))


def test_a_correction_never_turns_doubt_into_time() -> None:
    doubtful = Span("patient_call", NOON, NOON + timedelta(seconds=600), standing="doubtful", doubt="silence")
    (kept,) = corrected([doubtful, span(NOON + timedelta(seconds=600), 60)], 30, "why")
    assert (kept.start, kept.seconds) == (NOON + timedelta(seconds=600), 30)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_only_talking_of_an_attempt_turns_clerical(activity: str) -> None:
    talking = activity in ("patient_call", "caregiver_call")
    assert activity_of(activity, "no_answer", attempts_are_clerical=True) == ("clerical" if talking else activity)
    for outcome, clerical in (("no_answer", False), ("reached", True), ("", True)):
        assert activity_of(activity, outcome, attempts_are_clerical=clerical) == activity


def test_contact_follows_the_outcome() -> None:
    assert [contact_of(each) for each in ("", "reached", "no_answer", "left_message", "declined")] == [
        "none",
        "reached",
        "attempt",
        "attempt",
        "attempt",
    ]
