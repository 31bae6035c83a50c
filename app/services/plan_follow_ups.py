"""Follow-ups that the interventions of a signed care plan make, and the next ones of those that repeat."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import CarePlan, FollowUp, Person, PlanFollowUp
from app.rules.care_plan import Item, SectionText, read_content
from app.rules.plan_items import day_of, every_months, item_ref, next_due
from app.services.staff import is_caller, names_of_staff
from app.storage.ledger import Work

INTERVENTIONS = "interventions"
_PARTS = ("what", "who", "due", "due_on")


@dataclass(frozen=True, slots=True)
class PlanTask:
    """A follow-up of an intervention. `ref` names the intervention in all versions; `status` is a follow-up's."""

    ref: str
    follow_up_id: int
    what: str
    owner: str
    due_on: date
    status: str
    outcome: str
    is_overdue: bool


def staff_by_signature(session: Session) -> dict[str, Person]:
    """Return who works here and calls patients, by how a plan names them ("Ana Alvarez, RN"); namesakes are left out.

    The name alone is known too, where only one person has it.
    """
    people = [row for row in session.scalars(select(Person).where(Person.active)) if is_caller(row)]
    named = [(_known(name), person) for person in people for name in {signature(person), person.name}]
    how_many = Counter(name for name, _ in named)
    return {name: person for name, person in named if how_many[name] == 1}


def signature(person: Person) -> str:
    """Return a person as a plan names them."""
    return f"{person.name}, {person.credential}" if person.credential else person.name


def make_follow_ups(work: Work, plan: CarePlan, before: CarePlan | None) -> int:
    """Make a follow-up of each intervention of a newly signed plan that has a day and somebody who works here.

    What stands as it stood in the version `before` is left alone, done or not. An open follow-up follows a change of
    its intervention; one whose intervention is gone, or has no day any more, is cancelled. Returns how many were made.
    """
    items = {item_ref(item): item for item in _interventions(read_content(plan.content))}
    earlier = {item_ref(item): item for item in _interventions(read_content(before.content))} if before else {}
    staff = staff_by_signature(work.session)
    is_open = _open_ones(work.session, plan.patient_id)
    made = 0
    for ref, item in items.items():
        standing = is_open.pop(ref, None)
        if ref in earlier and all(earlier[ref].get(part, "") == item.get(part, "") for part in _PARTS):
            continue
        due_on, owner = day_of(item.get("due_on", "")), staff.get(_known(item.get("who", "")))
        if due_on is None or owner is None:
            _cancel(work, standing, plan)
        elif standing is not None:
            standing.what, standing.due_on, standing.owner_id = item["what"], due_on, owner.id
        else:
            _add(work, plan, ref=ref, what=item["what"], owner_id=owner.id, due_on=due_on)
            made += 1
    for left in is_open.values():
        _cancel(work, left, plan)
    return made


def follow_on(work: Work, done: FollowUp, today: date) -> None:
    """Make the next follow-up where the one that was done belongs to an intervention that repeats."""
    link = work.session.scalar(select(PlanFollowUp).where(PlanFollowUp.follow_up_id == done.id))
    plan = _in_force(work.session, done.patient_id) if link is not None else None
    if link is None or plan is None:
        return
    item = next((each for each in _interventions(read_content(plan.content)) if item_ref(each) == link.item_ref), None)
    months = every_months(item.get("due", "")) if item is not None else 0
    if item is None or not months or link.item_ref in _open_ones(work.session, done.patient_id):
        return
    due_on = next_due(done.due_on, months, today)
    _add(work, plan, ref=link.item_ref, what=item["what"], owner_id=done.owner_id, due_on=due_on, after_id=done.id)


def take_back_following(work: Work, opened_again: FollowUp) -> None:
    """Cancel the follow-up that came of one's being done, which it is not any more."""
    following = work.session.scalars(
        select(FollowUp)
        .join(PlanFollowUp, PlanFollowUp.follow_up_id == FollowUp.id)
        .where(PlanFollowUp.after_id == opened_again.id, FollowUp.status == "open")
    )
    for row in following:
        _close(work, row, "The one before it was opened again.")


def plan_tasks(session: Session, patient_id: int, today: date) -> tuple[PlanTask, ...]:
    """Return the follow-ups of a patient's plans, the open ones first, then the newest."""
    names = names_of_staff(session)
    rows = session.execute(
        select(PlanFollowUp.item_ref, FollowUp)
        .join(FollowUp, FollowUp.id == PlanFollowUp.follow_up_id)
        .where(PlanFollowUp.patient_id == patient_id)
        .order_by(FollowUp.status != "open", FollowUp.due_on.desc(), FollowUp.id.desc())
    )
    return tuple(
        PlanTask(
            ref=ref,
            follow_up_id=row.id,
            what=row.what,
            owner=names.get(row.owner_id, ""),
            due_on=row.due_on,
            status=row.status,
            outcome=row.outcome,
            is_overdue=row.status == "open" and row.due_on < today,
        )
        for ref, row in rows
    )


def _interventions(sections: Iterable[SectionText]) -> Sequence[Item]:
    return next((section.items for section in sections if section.key == INTERVENTIONS), ())


def _in_force(session: Session, patient_id: int) -> CarePlan | None:
    return session.scalar(
        select(CarePlan)
        .where(CarePlan.patient_id == patient_id, CarePlan.status == "signed")
        .order_by(CarePlan.version.desc())
        .limit(1)
    )


def _open_ones(session: Session, patient_id: int) -> dict[str, FollowUp]:
    rows = session.execute(
        select(PlanFollowUp.item_ref, FollowUp)
        .join(FollowUp, FollowUp.id == PlanFollowUp.follow_up_id)
        .where(PlanFollowUp.patient_id == patient_id, FollowUp.status == "open")
        .order_by(FollowUp.id)
    )
    return {ref: row for ref, row in rows}  # noqa: C416 - a row is no pair to mypy


def _add(
    work: Work, plan: CarePlan, *, ref: str, what: str, owner_id: int, due_on: date, after_id: int | None = None
) -> None:
    row = FollowUp(
        patient_id=plan.patient_id,
        what=what,
        owner_id=owner_id,
        due_on=due_on,
        priority="normal",
        urgency="routine",
        source="plan",
        made_at=work.now,
        made_by=work.actor.person_id,
        status="open",
    )
    work.session.add(row)
    work.session.flush()
    work.session.add(
        PlanFollowUp(
            patient_id=plan.patient_id, item_ref=ref, care_plan_id=plan.id, follow_up_id=row.id, after_id=after_id
        )
    )
    work.session.flush()


def _cancel(work: Work, row: FollowUp | None, plan: CarePlan) -> None:
    if row is not None:
        _close(work, row, f"No longer asked for in the care plan (version {plan.version}).")


def _close(work: Work, row: FollowUp, outcome: str) -> None:
    row.status, row.outcome = "cancelled", outcome
    row.closed_at, row.closed_by = work.now, work.actor.person_id
    work.session.flush()


def _known(name: str) -> str:
    return " ".join(name.casefold().split())
