"""What lies before the demo clinic's people today: owners, tiers, follow-ups, escalations, promises, notes to file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from app import assets
from app.models import Call, Escalation, FollowUp, Note, NoteFiling, Promise, TouchPoint
from app.services.demo_calendar import Period, at, weekday
from app.services.demo_charts import Chart
from app.services.demo_notes import filled
from app.services.demo_team import Member, Team
from app.services.escalation_rules import EscalationRule, default_rules

_TIERS = {"high": 12, "rising": 25, "low": 48, "": 15}
_PROTOCOLS = {"": 94, "biweekly": 4, "none": 2}
_OWNED, _TODO, _DONE, _PLANNED, _FILED = 0.85, 0.16, 0.08, 0.85, 0.98  # shares of those who could have one
_DUE_IN = (0, -4, 2, -1, 8, 0, -7, 5, 1, 12)  # days from today, of one open follow-up after the other
_STATES = ("answered", "late", "open", "closed", "answered", "closed")
_HOURS = ((9, 11), (11, 13), (13, 15), (15, 17))  # one of them is now, whenever the clinic works
_PATIENTS_A_CASE = 30


@dataclass(frozen=True, slots=True)
class _Day:
    """Today's working day at the clinic, the one before, and what everything is drawn from."""

    period: Period
    today: date
    before: date
    callers: tuple[Member, ...]
    rng: Random
    said: dict[str, Any]

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return at(day, hour, minute, self.period.zone)


def plan_day(charts: Sequence[Chart], team: Team, period: Period, seed: str) -> None:
    """Give the patients owners and tiers, and the people something to do, as of the first day that is not over.

    Nothing here is dated on that day or later but what is still to be done.
    """
    today = weekday(period.until)
    before = period.until - timedelta(days=1)
    while before.weekday() > 4:
        before -= timedelta(days=1)
    callers = tuple(member for member in team.care if member.roles)
    rng = Random(f"{seed}/day")  # noqa: S311 - invented people, no secrets
    day = _Day(period, today, before, callers, rng, assets.load_toml("demo/day.toml"))
    active = [chart for chart in charts if _is_active(chart)]
    todo = count()
    for chart in active:
        _settle(chart, day)
        _plan_next(chart, day)
        _follow_ups(chart, day, todo)
    for chart in charts:
        _file_notes(chart, day)
    drawn = rng.sample(active, len(active))
    cases = max(2, len(active) // _PATIENTS_A_CASE) if len(active) > 3 else 0
    for number, chart in enumerate(drawn[:cases]):
        _escalate(chart, day, number)
    for number, chart in enumerate(drawn[cases : 2 * cases + 2] if cases else ()):
        _promise(chart, day, number)


def _is_active(chart: Chart) -> bool:
    enrolled = chart.story.status == "enrolled" and chart.started_on is not None and chart.over_on is None
    return enrolled and chart.patient.died_on is None


def _settle(chart: Chart, day: _Day) -> None:
    """Say how the patient is called and by whom."""
    rng = day.rng
    chart.patient.risk_tier = rng.choices(list(_TIERS), list(_TIERS.values()))[0]
    chart.patient.protocol = rng.choices(list(_PROTOCOLS), list(_PROTOCOLS.values()))[0]
    if rng.random() < _OWNED:
        chart.patient.owner_id = _caller(chart, day).person_id


def _plan_next(chart: Chart, day: _Day) -> None:
    """Plan the call after one in vain, as a wrap-up does; a few were forgotten, and show as not finished."""
    last = max((row for row in chart.rows if isinstance(row, Call)), key=lambda call: call.started_at, default=None)
    if last is None or last.outcome in ("", "reached") or last.finished_at is None or day.rng.random() > _PLANNED:
        return
    due_on = weekday(last.started_at.astimezone(day.period.zone).date() + timedelta(days=2))
    # Nobody lets a planned call lie for weeks.
    due_on = max(due_on, weekday(day.today - timedelta(days=day.rng.choice((0, 0, 1, 3)))))
    chart.then.append(
        TouchPoint(
            patient_id=chart.patient.id,
            due_on=due_on,
            call_id=last.id,
            planned_at=last.finished_at,
            planned_by=last.person_id,
        )
    )


def _follow_ups(chart: Chart, day: _Day, todo: Iterator[int]) -> None:
    rng = day.rng
    if rng.random() < _TODO:
        number = next(todo)
        due_on = day.today + timedelta(days=_DUE_IN[number % len(_DUE_IN)])
        # What fell on a weekend was due before it: late is late.
        due_on -= timedelta(days=max(0, due_on.weekday() - 4))
        chart.then.append(_follow_up(chart, day, due_on, number))
    if rng.random() < _DONE:
        due_on = weekday(day.before - timedelta(days=rng.randrange(2, 30)))
        row = _follow_up(chart, day, due_on, rng.randrange(10))
        row.status, row.outcome = "done", rng.choice(day.said["outcomes"])
        row.closed_at, row.closed_by = day.at(min(due_on, day.before), 16, rng.randrange(60)), row.owner_id
        chart.then.append(row)


def _follow_up(chart: Chart, day: _Day, due_on: date, number: int) -> FollowUp:
    known, owner = day.said["follow_ups"], _caller(chart, day)
    drawn = known[(3 * number + number // len(known)) % len(known)]  # not always the same text for the same day
    made_on = min(due_on, day.before) - timedelta(days=day.rng.randrange(1, 9))
    return FollowUp(
        patient_id=chart.patient.id,
        what=filled(chart, drawn["what"]),
        owner_id=owner.person_id,
        due_on=due_on,
        priority="high" if drawn["urgency"] == "urgent" else "normal",
        urgency=drawn["urgency"],
        source="other",
        made_at=day.at(made_on, 11, day.rng.randrange(60)),
        made_by=owner.person_id,
        status="open",
    )


def _escalate(chart: Chart, day: _Day, number: int) -> None:
    state = _STATES[number % len(_STATES)]
    drawn = day.said["escalations"][number % len(day.said["escalations"])]
    rule = next(rule for rule in default_rules() if rule.key == drawn["rule"])
    answerer = chart.biller.member
    if answerer is None:
        return
    raised_on = day.before if state != "closed" else weekday(day.before - timedelta(days=8))
    raised_at = day.at(raised_on, 13, day.rng.randrange(10, 50))
    row = _raised(chart, rule, drawn["what"], answerer, raised_at)
    row.raised_by = _caller(chart, day).person_id
    row.due_at = (
        day.at(day.today, 17) if state == "open" else raised_at + timedelta(minutes=min(rule.minutes or 60, 60))
    )
    if state in ("answered", "closed"):
        row.status, row.answer, row.answered_by = "answered", drawn["answer"], answerer.person_id
        row.answered_at = raised_at + timedelta(minutes=day.rng.randrange(12, 55))
    if state == "closed":
        row.status, row.outcome = "closed", drawn["outcome"]
        row.closed_at, row.closed_by = day.at(weekday(raised_on + timedelta(days=3)), 10, 20), row.raised_by
    chart.then.append(row)


def _raised(chart: Chart, rule: EscalationRule, what: str, answerer: Member, raised_at: datetime) -> Escalation:
    return Escalation(
        patient_id=chart.patient.id,
        rule_key=rule.key,
        symptom=rule.symptom,
        do_now=rule.do_now,
        is_emergency=rule.is_emergency,
        what=what,
        to_role="practitioner",
        to_person_id=answerer.person_id,
        raised_at=raised_at,
        status="open",
    )


def _promise(chart: Chart, day: _Day, number: int) -> None:
    """Promise a call: the first in a time that is over, the others one after another through today, then tomorrow."""
    if number == 0:
        on, (begins, ends) = day.before, (15, 16)
    elif number <= len(_HOURS):
        on, (begins, ends) = day.today, _HOURS[number - 1]
    else:
        on, (begins, ends) = weekday(day.today + timedelta(days=number - len(_HOURS))), _HOURS[number % len(_HOURS)]
    promised_at = day.at(day.before - timedelta(days=1), 14, 20)
    by = _caller(chart, day)
    reason = str(day.said["promises"][number % len(day.said["promises"])])
    chart.then.append(
        Promise(
            patient_id=chart.patient.id,
            from_at=day.at(on, begins),
            until_at=day.at(on, ends),
            person_id=by.person_id,
            reason=filled(chart, reason) if reason else "",
            made_at=promised_at,
            made_by=by.person_id,
            status="open",
        )
    )


def _file_notes(chart: Chart, day: _Day) -> None:
    """Put notes into the EHR, but some of the last days."""
    calls = {row.id: row.person_id for row in chart.rows if isinstance(row, Call)}
    since = day.at(day.before - timedelta(days=1), 0)
    for note in [row for row in chart.then if isinstance(row, Note)]:
        filed = note.signed_at < since if day.rng.random() < _FILED else False
        if filed and note.call_id in calls:
            chart.then.append(
                NoteFiling(
                    note_id=note.id, is_filed=True, at=note.signed_at + timedelta(minutes=6), by=calls[note.call_id]
                )
            )


def _caller(chart: Chart, day: _Day) -> Member:
    """Return who calls the patient: their nurse, or somebody who signs in where that is a name on entries alone."""
    known = chart.nurse if chart.nurse.roles else day.callers[chart.patient.id % len(day.callers)]
    return next((each for each in day.callers if each.person_id == chart.patient.owner_id), known)
