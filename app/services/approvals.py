"""Who attested to a patient's month, and whether that still is the month they attested to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Approval, Clinic, Practitioner
from app.rules.month import Month
from app.rules.packet_facts import ApprovalFacts, Making, PacketFacts
from app.rules.rule_book import RuleBook
from app.services.judging import Judged
from app.services.packet_gathering import local_iso, packet_facts

_METHOD = "password entered again"
_NOT_MADE = Making("", "", "", "")  # outside of what an approval is bound to


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts of a patient's month as they are now, and the approval bound to exactly these, where there is one."""

    facts: PacketFacts
    approval: ApprovalFacts | None


def standing_approvals(
    session: Session, clinic: Clinic, judged: Sequence[Judged], book: RuleBook, making: Making = _NOT_MADE
) -> dict[int, Standing]:
    """Return, by patient, the facts of the months given (all of one month) and the approvals that hold."""
    if not judged:
        return {}
    bound = _newest(session, judged[0].case.month)
    own = {
        row.person_id: row.npi
        for row in session.execute(select(Practitioner.person_id, Practitioner.npi).where(Practitioner.person_id > 0))
    }
    found = {}
    for patient_id, facts in packet_facts(session, clinic, judged, book, making).items():
        row = bound.get(patient_id)
        holds = row is not None and row.facts_hash == facts.facts_hash()
        found[patient_id] = Standing(
            facts, approval_facts(row, clinic.time_zone, own.get(row.person_id)) if row is not None and holds else None
        )
    return found


def approved_now(session: Session, clinic: Clinic, judged: Sequence[Judged], book: RuleBook) -> frozenset[int]:
    """Return the patients, of ready months not yet final, whose approval still holds."""
    asked = judged and _newest(session, judged[0].case.month)
    open_months = [
        each
        for each in judged
        if asked and each.patient.id in asked and each.packet_no is None and each.result.verdict == "ready"
    ]
    standing = standing_approvals(session, clinic, open_months, book)
    return frozenset(patient_id for patient_id, each in standing.items() if each.approval is not None)


def approval_facts(row: Approval, zone: str, own_npi: str | None) -> ApprovalFacts:
    """Return an approval as papers have it."""
    return ApprovalFacts(
        name=row.approver,
        at=local_iso(row.approved_at, zone),
        for_npi=row.npi,
        credential=row.credential or None,
        npi=own_npi,
        one_person_clinic=row.one_person_clinic,
        method=_METHOD,
        statement=row.meaning,
    )


def _newest(session: Session, month: Month) -> dict[int, Approval]:
    rows = session.scalars(select(Approval).where(Approval.month == str(month)).order_by(Approval.id))
    return {row.patient_id: row for row in rows}
