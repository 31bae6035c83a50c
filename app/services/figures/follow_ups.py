"""Follow-ups and escalations: what is open and late, whose it is, and how long answers took."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from app.models import Escalation, FollowUp
from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, totals_of
from app.services.figures.look import Look, Who
from app.services.figures.words import plain, span_words

_OPEN = (
    ReportColumn("patient", "Patient", share=20),
    ReportColumn("what", "What", share=32),
    ReportColumn("owner", "Owner", share=15),
    ReportColumn("due", "Due", "day", share=11),
    ReportColumn("overdue", "Days overdue", "count", share=9),
    ReportColumn("urgency", "Urgency", share=9),
)
_OWNERS = (
    ReportColumn("owner", "Owner", share=26),
    ReportColumn("open", "Open", "count", share=10),
    ReportColumn("overdue", "Overdue", "count", share=10),
    ReportColumn("closed", "Closed", "count", share=10),
    ReportColumn("late", "Closed late", "count", share=10),
)
_ESCALATIONS = (
    ReportColumn("patient", "Patient", share=18),
    ReportColumn("symptom", "About", share=20),
    ReportColumn("to", "To", share=14),
    ReportColumn("raised", "Raised", "moment", share=16),
    ReportColumn("due", "To answer by", "moment", share=16),
    ReportColumn("took", "Answered after", "time", share=11),
    ReportColumn("standing", "Standing", share=12),
)


@dataclass(slots=True)
class _Tally:
    open: int = 0
    overdue: int = 0
    closed: int = 0
    late: int = 0


def follow_ups(look: Look) -> Report:
    """Return what is open now, and what was closed or raised in the months."""
    who, staff = look.patients(), look.staff()
    rows = [row for row in _follow_ups(look) if row.patient_id in who]
    escalations = [row for row in _escalations(look) if row.patient_id in who]
    tallies: dict[int, _Tally] = defaultdict(_Tally)
    for row in rows:
        tally = tallies[row.owner_id]
        if row.status == "open":
            tally.open += 1
            tally.overdue += row.due_on < look.today
        elif row.closed_at is not None:
            tally.closed += 1
            tally.late += look.day(row.closed_at) > row.due_on
    owners = sorted(tallies, key=lambda owner: staff[owner].casefold())
    by_owner = tuple(
        (staff[owner], tallies[owner].open, tallies[owner].overdue, tallies[owner].closed, tallies[owner].late)
        for owner in owners
    )
    open_rows = sorted((row for row in rows if row.status == "open"), key=lambda row: (row.due_on, row.id))
    overdue = sum(tally.overdue for tally in tallies.values())
    waits = [seconds for row in escalations if (seconds := _took(row)) is not None]
    unanswered = sum(row.status == "open" for row in escalations)
    return Report(
        look.kind.key,
        look.kind.title,
        span_words(look.wanted.first, look.wanted.last),
        notes=("Open ones are those open now, whenever they were made. Closed and raised ones are of these months.",),
        figures=(
            Figure("Open follow-ups", len(open_rows)),
            Figure("Overdue", overdue, tone="warn" if overdue else ""),
            Figure("Escalations", len(escalations)),
            Figure("Not answered yet", unanswered, tone="block" if unanswered else ""),
            Figure("Mean time to answer", sum(waits) // len(waits) if waits else None, "time"),
            Figure("Longest", max(waits, default=None), "time"),
        ),
        charts=(
            Chart(
                "Open follow-ups by owner",
                "stacked",
                "count",
                tuple(staff[owner] for owner in owners),
                (
                    Series("Overdue", tuple(tallies[owner].overdue for owner in owners), "warn"),
                    Series(
                        "In time", tuple(tallies[owner].open - tallies[owner].overdue for owner in owners), "accent"
                    ),
                ),
            ),
        )
        if by_owner
        else (),
        tables=(
            ReportTable("By owner", _OWNERS, by_owner, totals=totals_of(_OWNERS, by_owner), empty="No follow-ups."),
            ReportTable(
                "Open follow-ups",
                _OPEN,
                tuple(_open_row(row, look, who, staff) for row in open_rows),
                about=tuple(row.patient_id for row in open_rows),
                empty="Nothing is open.",
            ),
            ReportTable(
                "Escalations",
                _ESCALATIONS,
                tuple(_escalation(row, look, who, staff) for row in escalations),
                about=tuple(row.patient_id for row in escalations),
                empty="No escalation was raised in these months, and none is open.",
            ),
        ),
        names_patients=bool(open_rows or escalations),
    )


def _follow_ups(look: Look) -> list[FollowUp]:
    closed = (FollowUp.closed_at >= look.begins) & (FollowUp.closed_at < look.over)
    return list(look.session.scalars(select(FollowUp).where(or_(FollowUp.status == "open", closed))))


def _escalations(look: Look) -> list[Escalation]:
    raised = (Escalation.raised_at >= look.begins) & (Escalation.raised_at < look.over)
    query = select(Escalation).where(or_(Escalation.status == "open", raised), Escalation.status != "withdrawn")
    return list(look.session.scalars(query.order_by(Escalation.raised_at, Escalation.id)))


def _took(row: Escalation) -> int | None:
    """Return the whole seconds from raising to the answer."""
    return None if row.answered_at is None else int((row.answered_at - row.raised_at).total_seconds())


def _open_row(row: FollowUp, look: Look, who: dict[int, Who], staff: dict[int, str]) -> tuple[str | int | None, ...]:
    return (
        who[row.patient_id].name,
        row.what,
        staff[row.owner_id],
        row.due_on.isoformat(),
        max(0, (look.today - row.due_on).days),
        None if row.urgency == "none" else plain(row.urgency),
    )


def _escalation(
    row: Escalation, look: Look, who: dict[int, Who], staff: dict[int, str]
) -> tuple[str | int | None, ...]:
    to = staff.get(row.to_person_id or 0) or look.role_names.get(row.to_role, row.to_role)
    return (
        who[row.patient_id].name,
        row.symptom,
        to,
        look.local(row.raised_at),
        look.local(row.due_at),
        _took(row),
        _standing(row, look.now),
    )


def _standing(row: Escalation, now: datetime) -> str:
    if row.answered_at is not None:
        return "Answered late" if row.answered_at > row.due_at else "Answered in time"
    if row.status == "closed":
        return "Closed"
    return "Overdue" if now > row.due_at else "Waits"
