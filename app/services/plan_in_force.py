"""Which version of a patient's care plan stands for a month, and the days that count for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from app.models import CarePlan, CarePlanEvent

PlanVersion = Row[int, int, str, int | None, date | None]


@dataclass(frozen=True, slots=True)
class StandingPlan:
    """The plan as a month sees it. `plan_id` is None where there is only a draft: a plan that nobody signed."""

    plan_id: int | None = None
    signed_on: date | None = None
    last_reviewed_on: date | None = None
    copy_given_on: date | None = None
    copy_method: str = ""


def standing_plans(session: Session, patients: Select[int], last: date) -> dict[int, StandingPlan]:
    """Return, by patient, the plan in force on `last`, the month's last day; patients without any plan are left out.

    In force is the version signed last by then; where none was, the first one signed, or an imported one that never
    was. A copy or a review of an earlier version counts on: what the patient holds is the plan, not
    its number.
    """
    versions: dict[int, list[PlanVersion]] = defaultdict(list)
    for row in session.execute(
        select(CarePlan.patient_id, CarePlan.id, CarePlan.status, CarePlan.version, CarePlan.signed_on)
        .where(CarePlan.patient_id.in_(patients))
        .order_by(CarePlan.patient_id, func.coalesce(CarePlan.version, 0), CarePlan.id)
    ):
        versions[row.patient_id].append(row)
    events: dict[int, list[tuple[str, date, str]]] = defaultdict(list)
    for event in session.execute(
        select(CarePlanEvent.care_plan_id, CarePlanEvent.kind, CarePlanEvent.happened_on, CarePlanEvent.method)
        .join(CarePlan, CarePlan.id == CarePlanEvent.care_plan_id)
        .where(CarePlan.patient_id.in_(patients))
        .order_by(CarePlanEvent.id)
    ):
        events[event.care_plan_id].append((event.kind, event.happened_on, event.method))
    return {patient_id: _standing(rows, events, last) for patient_id, rows in versions.items()}


def _standing(
    rows: Sequence[PlanVersion],
    events: dict[int, list[tuple[str, date, str]]],
    last: date,
) -> StandingPlan:
    kept = [row for row in rows if row.status != "draft"]
    if not kept:
        return StandingPlan()
    signed = [row for row in kept if row.signed_on is not None]
    in_time = [row for row in signed if row.signed_on <= last]
    if in_time:
        chosen = max(in_time, key=lambda row: (row.signed_on, row.version or 0, row.id))
    else:
        chosen = min(signed, key=lambda row: (row.signed_on, row.version or 0, row.id)) if signed else kept[-1]
    so_far = kept[: kept.index(chosen) + 1]
    happened = [event for row in so_far for event in events.get(row.id, ())]
    copies = [(on, method) for kind, on, method in happened if kind == "copy_given"]
    # Signing is looking the plan through. An imported plan's days count as they are written, and no other; who is
    # reminded of a review is asked elsewhere (plan_reviews), and there its signature counts too.
    reviews = [on for kind, on, _ in happened if kind == "reviewed"]
    reviews += [row.signed_on for row in so_far if row.status == "signed" and row.signed_on is not None]
    copy = _as_of(copies, last)
    reviewed = _as_of([(on, "") for on in reviews], last)
    return StandingPlan(
        chosen.id, chosen.signed_on, reviewed and reviewed[0], copy and copy[0], copy[1] if copy is not None else ""
    )


def _as_of(dated: Iterable[tuple[date, str]], last: date) -> tuple[date, str] | None:
    """Return the newest by the month's last day; where all came later, the first of them."""
    ordered = sorted(dated)
    by_then = [each for each in ordered if each[0] <= last]
    return by_then[-1] if by_then else next(iter(ordered), None)
