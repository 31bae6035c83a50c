from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import CarePlan
from app.rules.errors import ClinicError


class NoSuchPlan(ClinicError):
    """There is no care plan with that number, or no draft of one."""

    def __init__(self) -> None:
        super().__init__("There is no such care plan. Open the patient's chart again.")


def draft_of(session: Session, patient_id: int) -> CarePlan | None:
    """Return the patient's draft, if there is one."""
    return session.scalar(
        select(CarePlan)
        .where(CarePlan.patient_id == patient_id, CarePlan.status == "draft")
        .order_by(CarePlan.id.desc())
        .limit(1)
    )


def a_draft(session: Session, plan_id: int) -> CarePlan:
    """Return a draft by its id, or raise `NoSuchPlan`."""
    plan = session.get(CarePlan, plan_id)
    if plan is None or plan.status != "draft":
        raise NoSuchPlan
    return plan


def a_version(session: Session, plan_id: int) -> CarePlan:
    """Return a signed or imported plan by its id, or raise `NoSuchPlan`."""
    plan = session.get(CarePlan, plan_id)
    if plan is None or plan.status == "draft":
        raise NoSuchPlan
    return plan


def last_signed(session: Session, patient_id: int) -> CarePlan | None:
    """Return the newest signed version, if there is one."""
    return session.scalar(
        select(CarePlan)
        .where(CarePlan.patient_id == patient_id, CarePlan.status == "signed")
        .order_by(CarePlan.version.desc())
        .limit(1)
    )


def next_version(session: Session, patient_id: int) -> int:
    """Return the number that the next version of the patient's plan gets."""
    query = select(func.max(CarePlan.version)).where(CarePlan.patient_id == patient_id)
    return (session.scalar(query) or 0) + 1
