"""Follow-ups as lists show them, and the queries behind the lists."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from app.models import FollowUp, Patient
from app.services.patients import display_name
from app.services.staff import names_of_staff

PRIORITIES = ("low", "normal", "high")
URGENCIES = ("none", "routine", "soon", "urgent")
"""How pressing it is clinically; "none" is an errand."""
SOURCES = ("call", "plan", "escalation", "other")

State = Literal["open", "overdue", "closed", "all"]


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """Something to be done for a patient. `status` is open, done or cancelled; `outcome` says what came of it, or why.

    `days_overdue` is 0 until the day after `due_on`. `priority`, `urgency` and `source` are words of the lists above.
    """

    id: int
    patient_id: int
    patient: str
    what: str
    owner_id: int
    owner: str
    due_on: date
    days_overdue: int
    priority: str
    urgency: str
    source: str
    call_id: int | None
    escalation_id: int | None
    made_at: datetime
    made_by: str
    status: str
    outcome: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""

    @property
    def is_overdue(self) -> bool:
        return self.days_overdue > 0

    @property
    def is_clinical(self) -> bool:
        return self.urgency != "none"


def follow_up_rows(
    session: Session,
    today: date,
    *,
    state: State = "open",
    patient_id: int | None = None,
    owner_id: int | None = None,
    follow_up_id: int | None = None,
) -> list[FollowUpRow]:
    """Return follow-ups: open ones first, of these the overdue, then by urgency, day and priority; closed ones last."""
    query = _query()
    if state in ("open", "overdue"):
        query = query.where(FollowUp.status == "open")
    if state == "overdue":
        query = query.where(FollowUp.due_on < today)
    if state == "closed":
        query = query.where(FollowUp.status != "open")
    for column, wanted in (
        (FollowUp.patient_id, patient_id),
        (FollowUp.owner_id, owner_id),
        (FollowUp.id, follow_up_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    pressing = {word: place for place, word in enumerate(reversed(URGENCIES))}
    first = {word: place for place, word in enumerate(reversed(PRIORITIES))}
    query = query.order_by(
        FollowUp.status != "open",
        FollowUp.closed_at.desc(),
        FollowUp.due_on >= today,
        case(pressing, value=FollowUp.urgency),
        FollowUp.due_on,
        case(first, value=FollowUp.priority),
        FollowUp.id,
    )
    names = names_of_staff(session)
    return [_row(found, names, today) for found in session.execute(query)]


def _query() -> Select[*tuple[Any, ...]]:
    return select(FollowUp, Patient.family_name, Patient.given_name, Patient.suffix).join(
        Patient, Patient.id == FollowUp.patient_id
    )


def _row(found: Any, names: dict[int, str], today: date) -> FollowUpRow:  # noqa: ANN401 - a row of the query above
    row: FollowUp = found[0]
    return FollowUpRow(
        id=row.id,
        patient_id=row.patient_id,
        patient=display_name(found[1], found[2], found[3]),
        what=row.what,
        owner_id=row.owner_id,
        owner=names[row.owner_id],
        due_on=row.due_on,
        days_overdue=max(0, (today - row.due_on).days) if row.status == "open" else 0,
        priority=row.priority,
        urgency=row.urgency,
        source=row.source,
        call_id=row.call_id,
        escalation_id=row.escalation_id,
        made_at=row.made_at,
        made_by=names[row.made_by],
        status=row.status,
        outcome=row.outcome,
        closed_at=row.closed_at,
        closed_by=names.get(row.closed_by or 0, ""),
    )
