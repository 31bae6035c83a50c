"""What a month stands to lose, and whom its last hours can still serve."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.assets import load_rule_book
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.board.last_days import LastDays, MonthOver
from app.services.board.leaks import CAUSES, LeakReport
from app.services.desk import Desk
from app.services.follow_ups import FollowUpForm
from tests.fake_clock import FakeClock
from tests.services.clinic_month import OCTOBER, bring_in, enrolled, entry, number_of, ready, together

NOVEMBER = Month(2026, 11)
NATIONAL = load_rule_book().payment("99490", OCTOBER.last)


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """One ready, one five minutes short, one without consent, one whose plan is not signed, one with doubtful time."""
    unsigned = {**ready("d", day=8), "enrolment": [enrolled("d", plan_signed_on="", plan_copy_given_on="")]}
    doubtful = {**ready("e", minutes=15, day=9)}
    files = together(
        ready("a"),
        ready("b", minutes=15, day=6),
        {**ready("c", day=7), "enrolment": [enrolled("c", consent_on="", consent_method="")]},
        unsigned,
        doubtful,
    )
    bring_in(desk, tmp_path / "in", files)
    return desk


def by_cause(report: LeakReport) -> dict[str, list[str]]:
    return {leak.cause: [row.name for row in leak.patients] for leak in report.leaks if leak.patients}


def test_each_cause_names_its_patients_minutes_and_estimate(clinic: Desk) -> None:
    report = clinic.leaks.of(clinic.actor, OCTOBER)
    assert tuple(leak.cause for leak in report.leaks) == CAUSES
    assert by_cause(report) == {
        "no_call_planned": ["Quill-b, Nora", "Quill-e, Nora"],
        "consent_pending": ["Quill-c, Nora"],
        "plan": ["Quill-d, Nora"],
    }
    short = report.leaks[0]
    assert (short.seconds, short.cents, short.unknown) == (2 * 15 * 60, 2 * (NATIONAL or 0), 0)
    assert short.patients[0].detail == "5:00 short; the month is over"
    assert (report.patients, report.cents) == (4, 4 * (NATIONAL or 0))


def test_a_patient_under_two_causes_counts_once_in_the_sum(desk: Desk, tmp_path: Path) -> None:
    both = enrolled("c", consent_on="", consent_method="", plan_signed_on="")
    bring_in(desk, tmp_path / "in", {**ready("c", day=7), "enrolment": [both]})
    report = desk.leaks.of(desk.actor, OCTOBER)
    assert set(by_cause(report)) == {"consent_pending", "plan"}
    assert (report.patients, report.seconds, report.cents) == (1, 1500, NATIONAL)


def test_held_and_not_billed_months_lose_nothing(clinic: Desk) -> None:
    clinic.holds.mark_not_billed(clinic.actor, number_of(clinic, "b"), OCTOBER, "A courtesy")
    clinic.holds.hold(clinic.actor, number_of(clinic, "d"), OCTOBER, "A question")
    assert by_cause(clinic.leaks.of(clinic.actor, OCTOBER)) == {
        "no_call_planned": ["Quill-e, Nora"],
        "consent_pending": ["Quill-c, Nora"],
    }


@pytest.fixture
def november(desk: Desk, tmp_path: Path, clock: FakeClock) -> Desk:
    """In November: two due by their protocol, one of them with an overdue clinical follow-up; one seen and not due."""
    day = datetime(2026, 11, 23, 15, tzinfo=UTC)
    clock.jump(days=(day - clock.now()).days)
    files = together(*(ready(each, minutes=12, day=at) for at, each in enumerate("abc", 5)))
    seen = [
        entry("t-n", "c", "2026-11-20T09:00:00-06:00", "2026-11-20T09:12:00-06:00"),
        *files["time"],
    ]
    bring_in(desk, tmp_path / "in", {**files, "time": seen})
    task = FollowUpForm("Weight", date(2026, 11, 24), urgency="urgent")
    desk.follow_ups.add(desk.actor, number_of(desk, "b"), task)
    return desk


def names(plan: LastDays) -> tuple[list[str], list[str], list[str]]:
    return tuple([row.name[6:7] for row in rows] for rows in (plan.served, plan.beyond, plan.let_go))  # type: ignore[return-value]


def test_the_last_hours_go_to_clinical_need_and_nothing_due_is_let_go(november: Desk) -> None:
    everybody = november.last_days.plan(november.actor, NOVEMBER, 8)
    assert names(everybody) == (["b", "a"], [], ["c"])
    assert everybody.served[0].why.startswith("Clinical follow-up")
    assert everybody.let_go[0].why == "Nothing due"
    assert everybody.seconds == 2 * 12 * 60
    none = november.last_days.plan(november.actor, NOVEMBER, 0)
    assert names(none) == ([], ["b", "a"], ["c"])


def test_minutes_wanting_change_neither_who_is_served_nor_the_order(november: Desk, tmp_path: Path) -> None:
    before = november.last_days.plan(november.actor, NOVEMBER, 8)
    more = [entry("t-z", "a", "2026-11-21T09:00:00-06:00", "2026-11-21T09:19:00-06:00", contact="none")]
    bring_in(november, tmp_path / "more", {"time": more})
    after = november.last_days.plan(november.actor, NOVEMBER, 8)
    assert names(after)[:2] == names(before)[:2]
    assert after.seconds == before.seconds


def test_a_held_month_keeps_nobody_from_being_served(november: Desk) -> None:
    november.holds.mark_not_billed(november.actor, number_of(november, "b"), NOVEMBER, "A courtesy")
    november.holds.hold(november.actor, number_of(november, "c"), NOVEMBER, "A question")
    assert names(november.last_days.plan(november.actor, NOVEMBER, 8)) == (["b", "a"], [], [])


def test_hours_are_planned_for_the_running_month_alone(november: Desk) -> None:
    with pytest.raises(MonthOver):
        november.last_days.plan(november.actor, OCTOBER, 8)
    for hours in (-1, 401):
        with pytest.raises(ClinicError, match="0 to 400"):
            november.last_days.plan(november.actor, NOVEMBER, hours)


def test_a_planned_call_stops_the_leak(november: Desk) -> None:
    assert by_cause(november.leaks.of(november.actor, NOVEMBER))["no_call_planned"] == ["Quill-c, Nora"]
    november.cadence.plan(november.actor, number_of(november, "c"), date(2026, 11, 25))
    assert "no_call_planned" not in by_cause(november.leaks.of(november.actor, NOVEMBER))


def test_overdue_follow_ups_are_named_without_their_text(november: Desk, clock: FakeClock) -> None:
    clock.jump(days=3)
    leak = next(leak for leak in november.leaks.of(november.actor, NOVEMBER).leaks if leak.cause == "follow_ups")
    assert [row.detail for row in leak.patients] == ["1 follow-up overdue, the oldest since Tue 11/24/2026"]


def test_unconfirmed_time_is_worth_what_it_would_add(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", ready("a", minutes=15))
    start = datetime(2026, 10, 12, 15, tzinfo=UTC)
    doubt(desk, number_of(desk, "a"), start)
    leak = next(leak for leak in desk.leaks.of(desk.actor, OCTOBER).leaks if leak.cause == "doubtful_time")
    assert [(row.seconds, row.cents) for row in leak.patients] == [(420, NATIONAL)]
    assert leak.patients[0].detail == "7:00 is not confirmed and does not count"


def doubt(desk: Desk, patient: int, start: datetime) -> None:
    """Put seven minutes on record that wait for somebody's word, as the timer does after an unanswered question."""
    from sqlalchemy import select  # noqa: PLC0415

    from app.models import TimeEntry  # noqa: PLC0415

    with desk.opened.ledger.writing(desk.actor, "time.write") as work:
        known = work.session.scalars(select(TimeEntry).where(TimeEntry.patient_id == patient)).one()
        columns = {
            column.key: getattr(known, column.key)
            for column in TimeEntry.__mapper__.column_attrs
            if column.key not in ("id", "import_id")
        }
        columns |= {"entry_id": "doubt", "start_at": start, "end_at": start + timedelta(minutes=7), "confirmed": False}
        work.session.add(TimeEntry(**columns))
    assert replace(desk.readiness.board(desk.actor, OCTOBER).rows[0]).excluded
