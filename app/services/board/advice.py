"""What the board warns of beside the rules: none of it changes a verdict, lines or blockers."""

from collections import defaultdict
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Patient
from app.rules.identifiers import mbi_is_valid
from app.rules.month import Month
from app.services.board.eligibility import asked_for
from app.services.board.reviews import waiting_for_review
from app.services.impossible_days import findings as impossible_days

IMPOSSIBLE_DAY = "W_IMPOSSIBLE_DAY"
ELIGIBILITY_NOT_ASKED = "W_ELIGIBILITY_NOT_ASKED"
NO_MBI, MBI_INVALID = "W_NO_MBI", "W_MBI_INVALID"
HAND_ENTERED = "W_HAND_ENTERED"


def advice(session: Session, month: Month, zone: ZoneInfo) -> Mapping[int, tuple[str, ...]]:
    """Return, by patient, the codes of the board's own warnings; every patient of the clinic is looked at."""
    found: dict[int, list[str]] = defaultdict(list)
    asked = asked_for(session, month)
    for patient_id, mbi in session.execute(select(Patient.id, Patient.mbi)):
        if not mbi:
            found[patient_id].append(NO_MBI)
        elif not mbi_is_valid(mbi):
            found[patient_id].append(MBI_INVALID)
        if patient_id not in asked:
            found[patient_id].append(ELIGIBILITY_NOT_ASKED)
    for patient_id in waiting_for_review(session, month, zone):
        found[patient_id].append(HAND_ENTERED)
    for odd in impossible_days(session, month):
        for patient_id in odd.patients:
            found[patient_id].append(IMPOSSIBLE_DAY)
    return {patient_id: tuple(sorted(set(codes))) for patient_id, codes in found.items()}
