"""What the record shows of the scope of service in a month (RULES.md §2): evidence where there is any, no guess."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, EligibilityCheck, Reconciliation
from app.rules.month import Month
from app.rules.packet_facts import CarePlanFacts, ScopeFacts, TimeFacts
from app.services.local_words import phone_in_words

_TRANSITIONS = frozenset({"transition", "referral"})
_COMMUNITY = frozenset({"community_services", "agency_coordination"})
_NEEDS = frozenset({"care_plan", "record_review"})


def reconciled_on(session: Session, patient_ids: Sequence[int], month: Month) -> dict[int, date]:
    """Return, by patient, the last day by the month's end on which medicines were gone through."""
    rows = session.execute(
        select(Reconciliation.patient_id, Reconciliation.done_on)
        .where(Reconciliation.patient_id.in_(patient_ids), Reconciliation.done_on <= month.last)
        .order_by(Reconciliation.done_on)
    )
    return {row.patient_id: row.done_on for row in rows}


def asked_on(session: Session, patient_ids: Sequence[int], month: Month) -> dict[int, date]:
    """Return, by patient, the last day of the month on which it was asked whether another practice gives such care."""
    rows = session.execute(
        select(EligibilityCheck.patient_id, EligibilityCheck.asked_on)
        .where(
            EligibilityCheck.patient_id.in_(patient_ids),
            EligibilityCheck.other_biller != "not_asked",
            EligibilityCheck.asked_on.between(month.first, month.last),
        )
        .order_by(EligibilityCheck.asked_on)
    )
    return {row.patient_id: row.asked_on for row in rows}


def scope_facts(
    clinic: Clinic, plan: CarePlanFacts | None, time: Sequence[TimeFacts], reconciled: date | None
) -> tuple[ScopeFacts, ...]:
    """Return each element of the scope of service with its evidence."""
    counted = [entry for entry in time if entry.counted_seconds]
    team = dict.fromkeys(
        ", ".join(part for part in (entry.person, entry.credential) if part) for entry in counted if entry.person
    )
    phone = phone_in_words(clinic.after_hours_phone)
    copy = plan.copy_given_on if plan is not None else None
    return (
        ScopeFacts("Structured record in certified EHR technology"),
        ScopeFacts("24/7 access to urgent care", f"After-hours telephone {phone}" if phone else ""),
        ScopeFacts("Continuity: who cared for the patient this month", "; ".join(team)),
        ScopeFacts("Care management: assessment of needs", _seconds(counted, _NEEDS)),
        ScopeFacts("Care management: medicines reconciled", f"{reconciled:%m/%d/%Y}" if reconciled else ""),
        ScopeFacts("Electronic care plan, copy given", _iso_in_words(copy)),
        ScopeFacts("Care transitions and referrals", _seconds(counted, _TRANSITIONS)),
        ScopeFacts("Home- and community-based coordination", _seconds(counted, _COMMUNITY)),
        ScopeFacts("Secure messages or a portal beside the telephone"),
    )


def _seconds(entries: Sequence[TimeFacts], activities: frozenset[str]) -> str:
    found = [entry for entry in entries if entry.activity in activities]
    seconds = sum(entry.counted_seconds for entry in found)
    return f"{len(found)} entries in the month, {seconds // 60}:{seconds % 60:02d}" if found else ""


def _iso_in_words(day: str | None) -> str:
    return f"{date.fromisoformat(day):%m/%d/%Y}" if day else ""
