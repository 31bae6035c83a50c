"""When care plans are to be looked through again."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import CarePlan, CarePlanEvent
from app.rules.plan_items import months_later
from app.services.setting_store import own_setting

KEY = "plan_review_months"
REVIEW_MONTHS, LONGEST_REVIEW_MONTHS = 6, 12
"""CMS sets no interval (RULES.md §2.1); past twelve months a month carries a warning."""


def review_months(session: Session) -> int:
    """Return after how many months without a look a plan is to be reviewed."""
    own = own_setting(session, KEY)
    return own if isinstance(own, int) else REVIEW_MONTHS


def reviews_due(session: Session, today: date) -> frozenset[int]:
    """Return the patients whose plan was neither signed nor reviewed for so long; those without a plan are left out."""
    signed = session.execute(
        select(CarePlan.patient_id, func.max(CarePlan.signed_on))
        .where(CarePlan.status != "draft")
        .group_by(CarePlan.patient_id)
    )
    newest: dict[int, date | None] = {patient_id: day for patient_id, day in signed}  # noqa: C416 - rows are no pairs
    reviewed = session.execute(
        select(CarePlan.patient_id, func.max(CarePlanEvent.happened_on))
        .join(CarePlan, CarePlan.id == CarePlanEvent.care_plan_id)
        .where(CarePlanEvent.kind == "reviewed")
        .group_by(CarePlan.patient_id)
    )
    for patient_id, day in reviewed:
        known = newest.get(patient_id)
        newest[patient_id] = day if known is None or day > known else known
    months = review_months(session)
    return frozenset(
        patient_id for patient_id, day in newest.items() if day is None or months_later(day, months) <= today
    )
