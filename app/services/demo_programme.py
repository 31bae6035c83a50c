"""Invented patients in the programme: enrolment, consent, visit, care plan, decision making, stays, other services."""

from datetime import date, timedelta

from app.models import CarePlan, CarePlanEvent, Consent, Enrolment, Mdm, OtherService, Stay
from app.rules.care_plan import content_hash
from app.rules.month import Month
from app.services.demo_calendar import Period, at, weekday, workday
from app.services.demo_charts import Chart, Numbers
from app.services.demo_plan_text import plan_content
from app.services.demo_team import Biller, Member, Team
from app.services.demo_texts import phrases

VISIT_DAY = 5  # the working day of the month on which other services were had
_STAY_DAY, _STAY_LENGTH = 7, 4
_DECISION_DAY = 6
_COPY_METHODS = ("mail", "mail", "paper", "portal")


def enrol(chart: Chart, team: Team, period: Period, numbers: Numbers) -> None:
    """Put the patient into the programme as the story says, with everything that hangs on it."""
    story, rng = chart.story, chart.rng
    if story.status == "declined":
        _decline(chart, period)
        return
    started = _start(chart, period)
    if started is None or not story.status:
        return
    chart.started_on = started
    chart.over_on = _end(chart, period)
    if story.died:
        chart.patient.died_on = chart.over_on
    chart.rows.append(_enrolment(chart, started))
    if story.consent != "none":
        chart.rows.append(_consent(chart, team, started, period))
    if story.plan != "none":
        _plan(chart, team, period, numbers)
    for month in period.worked:
        if started <= month.last and (chart.over_on is None or month.first <= chart.over_on):
            _month(chart, month, period)
    if rng.random() < 0.05 and not story.stay:
        before = started - timedelta(days=rng.randrange(40, 300))
        chart.rows.append(
            Stay(patient_id=chart.patient.id, kind="inpatient", from_on=before, to_on=before + timedelta(4))
        )


def stay_of(period: Period, first: date) -> tuple[date, date]:
    """Return the days of the stay that a month beginning on `first` has in the stories that have one."""
    begins = workday(period.through if period.through.contains(first) else period.through.next, _STAY_DAY)
    return begins, begins + timedelta(days=_STAY_LENGTH)


def _month(chart: Chart, month: Month, period: Period) -> None:
    is_recent = month in period.recent
    if chart.story.mdm and (is_recent or chart.story.every_month):
        _decision(chart, workday(month, _DECISION_DAY), period)
    if is_recent:
        _elsewhere(chart, workday(month, VISIT_DAY), stay_of(period, month.first), period)


def _start(chart: Chart, period: Period) -> date | None:
    story, rng = chart.story, chart.rng
    if story.start == "through":
        return workday(period.through, 1)
    if story.start == "mid_through":
        return workday(period.through, 8)
    if story.start == "running":
        day = workday(period.through.next, 3)
        return day if period.running and period.happened(day) else None
    if story.plan == "stale":
        return weekday(period.through.last - timedelta(days=rng.randrange(420, 700)))
    if len(period.finished) > 1 and not story.every_month and not story.ended and rng.random() < 0.12:
        return workday(rng.choice(period.finished[:-1]), rng.randrange(1, 9))
    return weekday(period.first.previous.first - timedelta(days=rng.randrange(20, 540)))


def _end(chart: Chart, period: Period) -> date | None:
    if chart.story.ended == "through":
        return workday(period.through, 14)
    if chart.story.ended == "before":
        return workday(period.through.previous, 12)
    return None


def _decline(chart: Chart, period: Period) -> None:
    asked = workday(chart.rng.choice(period.finished), chart.rng.randrange(1, 20))
    chart.rows.append(
        Enrolment(
            patient_id=chart.patient.id,
            status="declined",
            practitioner_id=chart.biller.practitioner_id,
            ended_on=asked,
            ended_reason=chart.rng.choice(phrases().reasons["declined"]),
        )
    )


def _enrolment(chart: Chart, started: date) -> Enrolment:
    story, rng = chart.story, chart.rng
    row = Enrolment(
        patient_id=chart.patient.id,
        status=story.status,
        practitioner_id=chart.biller.practitioner_id,
        ccm_started_on=started,
        last_seen_on=started - timedelta(days=rng.randrange(3, 150)),
    )
    if story.status == "stopped":
        row.ended_on, row.ended_reason = chart.over_on, rng.choice(phrases().reasons["stopped"])
    if story.visit == "as_needed" and rng.random() < 0.75:
        return row
    visited = started - timedelta(days=rng.randrange(2, 40))
    if story.visit == "missing":
        row.last_seen_on = started - timedelta(days=500)
    elif story.visit == "wrong_code":
        row.last_seen_on = started - timedelta(days=450)
        row.visit_on, row.visit_code, row.visit_ccm_discussed = visited, "99211", True
    else:
        row.patient_new, row.last_seen_on = True, visited
        row.visit_on, row.visit_code = visited, rng.choice(("G0439", "99204", "99214"))
        row.visit_ccm_discussed = story.visit == "as_needed"
    return row


def _consent(chart: Chart, team: Team, started: date, period: Period) -> Consent:
    story, rng = chart.story, chart.rng
    given = at(started, rng.randrange(9, 16), rng.randrange(60), period.zone)
    npi = chart.biller.npi
    if story.consent == "other_practitioner":
        npi = next(each.npi for each in team.billers if each.npi != npi)
    return Consent(
        patient_id=chart.patient.id,
        given_on=started,
        given_at=None if story.consent == "day_only" else given,
        method="written" if rng.random() < 0.2 else "verbal",
        told_availability=True,
        told_cost_sharing=story.consent != "incomplete",
        told_one_practitioner=story.consent != "incomplete",
        told_right_to_stop=True,
        practitioner_npi=npi,
        taken_by=chart.nurse.name,
        revoked_on=chart.over_on if story.status == "stopped" else None,
        recorded_at=given + timedelta(minutes=4),
    )


def _plan(chart: Chart, team: Team, period: Period, numbers: Numbers) -> None:
    rng, story = chart.rng, chart.story
    started = chart.started_on or period.first.first
    signed_on = weekday(started + timedelta(days=rng.randrange(7)))
    if story.plan == "draft" or not period.happened(signed_on):
        chart.rows.append(_version(chart, team, period, started, numbers=numbers))
        return
    first = _version(chart, team, period, signed_on, 1, numbers=numbers)
    chart.rows.append(first)
    given_on = weekday(signed_on + timedelta(days=rng.randrange(6)))
    if story.plan != "no_copy" and period.happened(given_on):
        chart.then.append(_event(chart, first, "copy_given", given_on, period))
    if story.plan == "stale":
        return
    newest = first
    revised_on = weekday(period.through.first - timedelta(days=rng.randrange(10, 120)))
    if rng.random() < 0.25 and revised_on > signed_on + timedelta(days=90):
        newest = _version(chart, team, period, revised_on, 2, numbers=numbers)
        chart.rows.append(newest)
        chart.then.append(_event(chart, newest, "copy_given", weekday(revised_on + timedelta(days=1)), period))
    reviewed_on = weekday((newest.signed_on or signed_on) + timedelta(days=rng.randrange(120, 190)))
    while period.happened(reviewed_on) and (chart.over_on is None or reviewed_on < chart.over_on):
        chart.then.append(_event(chart, newest, "reviewed", reviewed_on, period))
        reviewed_on = weekday(reviewed_on + timedelta(days=rng.randrange(120, 190)))


def _version(
    chart: Chart, team: Team, period: Period, day: date, version: int | None = None, *, numbers: Numbers
) -> CarePlan:
    signer, npi = _signer(chart.biller, team)
    content = plan_content(chart, signer, is_whole=version is not None)
    edited = at(day, 11, chart.rng.randrange(60), period.zone)
    row = CarePlan(
        id=next(numbers.plan),
        patient_id=chart.patient.id,
        status="draft",
        content=content,
        edited_by=chart.nurse.name,
        edited_at=edited,
    )
    if version is not None:
        row.status, row.version, row.content_hash = "signed", version, content_hash(content)
        row.signed_on, row.signed_at = day, edited + timedelta(hours=4)
        row.signed_by, row.signer_credential, row.signer_npi = signer.name, signer.credential, npi
    return row


def _signer(biller: Biller, team: Team) -> tuple[Member, str]:
    """Return who signs the plan: the billing practitioner, or the first of those who work here."""
    for each in (biller, *team.billers):
        if each.member is not None:
            return each.member, each.npi
    raise ValueError("no practitioner works at the demo clinic")


def _event(chart: Chart, plan: CarePlan, kind: str, day: date, period: Period) -> CarePlanEvent:
    return CarePlanEvent(
        care_plan_id=plan.id,
        kind=kind,
        happened_on=day,
        method=chart.rng.choice(_COPY_METHODS) if kind == "copy_given" else "",
        by=chart.nurse.name,
        recorded_at=at(day, 16, chart.rng.randrange(60), period.zone),
    )


def _decision(chart: Chart, day: date, period: Period) -> None:
    if not period.happened(day):
        return
    chart.rows.append(
        Mdm(
            patient_id=chart.patient.id,
            level=chart.story.mdm,
            documented_on=day if chart.story.mdm_documented else None,
            note=phrases().reasons["mdm"][chart.story.mdm],
            recorded_at=at(day, 16, chart.rng.randrange(60), period.zone),
        )
    )


def _elsewhere(chart: Chart, day: date, stay: tuple[date, date], period: Period) -> None:
    story, patient_id = chart.story, chart.patient.id
    if story.service is not None and period.happened(day):
        code, by = story.service
        chart.rows.append(OtherService(patient_id=patient_id, code=code, performed_on=day, by=by))
    begins, ends = stay
    if story.stay and period.happened(begins):
        still_in = not period.happened(ends)
        chart.rows.append(
            Stay(patient_id=patient_id, kind=story.stay, from_on=begins, to_on=None if still_in else ends)
        )
