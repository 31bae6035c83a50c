"""Who needed a call, who got it, and how long the others have waited. Never how fast anybody worked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.models import Enrolment, FollowUp, Patient
from app.rules.cadence import due_on
from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, Value, rate, totals_of
from app.services.cadence import anchor_of
from app.services.clinic_calendar import cadence_table, working_days
from app.services.contact_log import Contact, contacts_between
from app.services.figures.look import Look, Who
from app.services.figures.words import month_words

_LOOK_BACK = timedelta(days=400)
_NOBODY = "Nobody’s patient"
_OWNERS = (
    ReportColumn("owner", "Whose patients", share=24),
    ReportColumn("due", "Due", "count", share=10),
    ReportColumn("served", "Served", "count", share=10),
    ReportColumn("rate", "Served of due", "rate", share=12),
    ReportColumn("waiting", "Still waiting", "count", share=12),
    ReportColumn("days", "Days waited", "count", share=12),
    ReportColumn("longest", "Longest", "count", share=10),
    ReportColumn("follow_ups", "Overdue follow-ups", "count", share=14),
)
_WAITING = (
    ReportColumn("patient", "Patient", share=26),
    ReportColumn("owner", "Whose", share=20),
    ReportColumn("tier", "Risk", share=14),
    ReportColumn("due", "Due since", "day", share=13),
    ReportColumn("days", "Days overdue", "count", share=11),
    ReportColumn("attempts", "Attempts since", "count", share=11),
    ReportColumn("reached", "Last reached", "day", share=13),
)


@dataclass(frozen=True, slots=True)
class _Due:
    """A patient who was due: since when, and on which day they were reached, if they were."""

    who: Who
    tier: str
    since: date
    served_on: date | None
    last_reached_on: date | None
    attempts: int

    def days_overdue(self, until: date) -> int:
        return max(0, ((self.served_on or until) - self.since).days)


def need(look: Look) -> Report:
    """Return who came due by the month's end (or today) by their protocol, and whether they were reached in it."""
    month = look.wanted.first
    until = min(month.last, look.today)
    due = _due(look, until)
    staff = look.staff()
    late_tasks = _late_tasks(look, until)
    owners: dict[str, list[_Due]] = defaultdict(list)
    for each in due:
        owners[staff.get(each.who.owner_id or 0, _NOBODY)].append(each)
    names = sorted({*owners, *late_tasks}, key=lambda name: (name == _NOBODY, name.casefold()))
    rows = tuple(_owner_row(name, owners.get(name, []), late_tasks.get(name, 0), until) for name in names)
    waiting = sorted(
        (each for each in due if each.served_on is None), key=lambda each: (each.since, each.who.sort_name)
    )
    served = len(due) - len(waiting)
    longest = max((each.days_overdue(until) for each in waiting), default=0)
    return Report(
        look.kind.key,
        look.kind.title,
        f"{month_words(month)}, as of {until:%m/%d/%Y}",
        notes=(
            (
                "Due: by the patient's protocol of now, counted from the last time they were reached before the "
                "month. Served: somebody was reached in the month. Patients who need care come first here; how many "
                "calls somebody makes in an hour is not counted."
            ),
        ),
        figures=(
            Figure("Patients due", len(due)),
            Figure("Served", served),
            Figure("Served of due", rate(served, len(due)), "rate"),
            Figure("Still waiting", len(waiting), tone="warn" if waiting else ""),
            Figure("Longest wait, days", longest, tone="block" if longest > 14 else ""),
            Figure("Overdue follow-ups", sum(late_tasks.values()), tone="warn" if late_tasks else ""),
        ),
        charts=(
            Chart(
                "Patients due, by whose they are",
                "stacked",
                "count",
                tuple(names),
                (
                    Series(
                        "Served",
                        tuple(sum(one.served_on is not None for one in owners[name]) for name in names),
                        "ready",
                    ),
                    Series(
                        "Waiting", tuple(sum(one.served_on is None for one in owners[name]) for name in names), "warn"
                    ),
                ),
            ),
        )
        if names
        else (),
        tables=(
            ReportTable("By owner", _OWNERS, rows, totals=_totals(rows), empty="Nobody was due."),
            ReportTable(
                "Still waiting",
                _WAITING,
                tuple(
                    (
                        each.who.name,
                        staff.get(each.who.owner_id or 0),
                        each.tier,
                        each.since.isoformat(),
                        each.days_overdue(until),
                        each.attempts,
                        each.last_reached_on.isoformat() if each.last_reached_on else None,
                    )
                    for each in waiting
                ),
                about=tuple(each.who.patient_id for each in waiting),
                empty="Everybody who was due was reached.",
            ),
        ),
        names_patients=bool(waiting),
    )


def _due(look: Look, until: date) -> list[_Due]:
    session, month = look.session, look.wanted.first
    who = look.patients()
    table, working = cadence_table(session), working_days(session)
    tiers = {row.key: row.title for row in table.tiers}
    found: dict[int, list[Contact]] = contacts_between(session, look.begins - _LOOK_BACK, look.over)
    rows = session.execute(
        select(
            *(Patient.id, Patient.risk_tier, Patient.protocol, Patient.cadence_from, Patient.died_on),
            *(Enrolment.status, Enrolment.ccm_started_on, Enrolment.ended_on),
        ).join(Enrolment, Enrolment.patient_id == Patient.id)
    )
    due = []
    for row in rows:
        anchor = anchor_of(row.cadence_from, row.ccm_started_on)
        if row.id not in who or row.status == "declined" or anchor is None or anchor > until:
            continue
        if any(ended is not None and ended < month.first for ended in (row.ended_on, row.died_on)):
            continue
        reached = [look.day(contact.at) for contact in found.get(row.id, ()) if contact.reached]
        before = max((day for day in reached if day < month.first), default=None)
        protocol = table.protocol_of(row.risk_tier, row.protocol)
        since = due_on(protocol, anchor, before, working)
        if since is None or since > until:
            continue
        inside = [day for day in reached if month.contains(day)]
        if not inside and any(ended is not None and ended <= until for ended in (row.ended_on, row.died_on)):
            continue
        attempts = sum(
            not contact.reached and look.day(contact.at) >= max(since, month.first) for contact in found.get(row.id, ())
        )
        due.append(_Due(who[row.id], tiers.get(row.risk_tier, ""), since, min(inside, default=None), before, attempts))
    return due


def _late_tasks(look: Look, until: date) -> dict[str, int]:
    """Return, by owner's name, the open follow-ups that were due before a day, of the patients asked for."""
    who, staff = look.patients(), look.staff()
    counted: dict[str, int] = defaultdict(int)
    for row in look.session.execute(
        select(FollowUp.patient_id, FollowUp.owner_id).where(FollowUp.status == "open", FollowUp.due_on < until)
    ):
        if row.patient_id in who:
            counted[staff[row.owner_id]] += 1
    return dict(counted)


def _owner_row(name: str, due: list[_Due], late_tasks: int, until: date) -> tuple[Value, ...]:
    waiting = [each.days_overdue(until) for each in due if each.served_on is None]
    served = len(due) - len(waiting)
    return (
        *(name, len(due), served, rate(served, len(due)), len(waiting)),
        *(sum(waiting), max(waiting, default=None), late_tasks),
    )


def _totals(rows: tuple[tuple[Value, ...], ...]) -> tuple[Value, ...]:
    if not rows:
        return ()
    sums = list(totals_of(_OWNERS, rows))
    due, served = sums[1], sums[2]
    sums[3] = rate(served, due) if isinstance(due, int) and isinstance(served, int) else None
    sums[6] = max((value for row in rows if isinstance(value := row[6], int)), default=None)
    return tuple(sums)
