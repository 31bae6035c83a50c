from datetime import date, timedelta

import pytest

from app.rules.errors import ClinicError
from app.security.permissions import NotPermitted
from app.services.cadence import CadenceForm
from app.services.desk import Desk
from app.services.follow_ups import FollowUpForm
from app.services.promises import PromiseForm
from tests.fake_clock import FakeClock
from tests.reports import reading
from tests.services.audit import events
from tests.services.calling import add_patient, colleague, ring
from tests.services.test_today import TODAY, join, work_on

HOUR = timedelta(hours=1)


@pytest.fixture
def week(desk: Desk, clock: FakeClock) -> dict[str, int]:
    """A week's patients by name; the clock says Monday, 23 November 2026, a little after 9 in Chicago."""
    people = {
        name: add_patient(desk, "X", name) for name in ("Late", "Planned", "Promised", "Asked", "Nothing", "Next")
    }
    join(desk, *people.values())
    work_on(desk, people["Late"], 18, day=2)
    desk.cadence.set_for(desk.actor, people["Late"], CadenceForm("high"))
    for name in ("Planned", "Promised", "Asked", "Nothing", "Next"):
        ring(desk, clock, people[name])
    desk.cadence.plan(desk.actor, people["Planned"], TODAY + timedelta(days=1))
    desk.cadence.plan(desk.actor, people["Promised"], TODAY + timedelta(days=1))
    soon = clock.now() + timedelta(days=1, hours=4)
    desk.promises.promise(desk.actor, people["Promised"], PromiseForm(soon, soon + HOUR))
    desk.follow_ups.add(desk.actor, people["Asked"], FollowUpForm("Lab result", TODAY + timedelta(days=2)))
    desk.cadence.set_for(desk.actor, people["Nothing"], CadenceForm(protocol="none"))
    return people


def test_each_day_has_whom_to_call_and_why_and_the_late_stand_on_today(desk: Desk, week: dict[str, int]) -> None:
    plan = desk.weekly_plan.week(desk.actor)
    assert (plan.monday, plan.unscheduled) == (TODAY, 1)
    found = {day.day: [(row.patient_id, row.why, row.is_due) for row in day.rows] for day in plan.days}
    assert found[TODAY] == [(week["Late"], ("Weekly call, 14 days late",), True)]
    tuesday = found[TODAY + timedelta(days=1)]
    assert tuesday[0] == (week["Promised"], ("Promised 1:05 PM to 2:05 PM", "Planned call"), True)
    assert tuesday[1] == (week["Planned"], ("Planned call",), True)
    assert found[TODAY + timedelta(days=2)] == [(week["Asked"], ("Follow-up: Lab result",), False)]
    thanksgiving = plan.days[3]
    assert (thanksgiving.is_working, thanksgiving.closed_for) == (False, "Thanksgiving Day")
    assert not plan.days[5].is_working
    assert plan.days[0].rows[0].month_seconds == 18 * 60
    later = desk.weekly_plan.week(desk.actor, date(2026, 12, 9))
    assert [day.day for day in later.days if day.rows] == [date(2026, 12, 7)]


def test_my_week_is_not_everybodys(desk: Desk, week: dict[str, int]) -> None:
    ben = colleague(desk, "Ben Okoro", "nurse")
    desk.cadence.set_owner(desk.actor, [week["Late"]], ben.person_id)
    assert desk.weekly_plan.week(desk.actor).days[0].rows == ()
    assert len(desk.weekly_plan.week(desk.actor, mine=False).days[0].rows) == 1


def test_the_call_sheet_has_all_that_is_needed_without_power(desk: Desk, week: dict[str, int]) -> None:
    pdf = desk.weekly_plan.call_sheet(desk.actor, days=7)
    text = reading.text(pdf)
    assert "Call sheet 11/23/2026 to 11/27/2026 · Patients of Ana Alvarez" in text
    assert text.index("Late, X") < text.index("Promised, X") < text.index("Planned, X") < text.index("Asked, X")
    assert "Weekly call, 14 days late" in text
    assert "18:00 2:00 to 99490" in text
    assert "The clinic is closed: Thanksgiving Day" in text
    assert "Began ________ Ended ________ Outcome" in text
    assert "Contains PHI" in text
    ((event, facts),) = events(desk, "call_sheet.print")
    assert (event.actor, facts["paper"], facts["patients"]) == ("ana", "call_sheet", 4)


def test_who_may_print_one_and_for_which_days(desk: Desk, week: dict[str, int]) -> None:
    manager, auditor = colleague(desk, "Dana Whitlock", "manager"), colleague(desk, "Iris Vance", "auditor")
    assert desk.weekly_plan.call_sheet(manager, mine=False).startswith(b"%PDF")
    with pytest.raises(NotPermitted):
        desk.weekly_plan.call_sheet(auditor)
    with pytest.raises(ClinicError, match="1 to 14 days"):
        desk.weekly_plan.call_sheet(desk.actor, days=15)
    with pytest.raises(ClinicError, match="today or later"):
        desk.weekly_plan.call_sheet(desk.actor, TODAY - timedelta(days=1))
