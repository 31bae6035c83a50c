"""Who attested to a patient's month, and whether that still is the month they attested to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.models import Approval, ApprovalWithdrawal, Clinic, Practitioner
from app.rules.errors import ClinicError
from app.rules.families import Line
from app.rules.family_choice import NoSuchFamily, take_family
from app.rules.month import Month
from app.rules.packet_facts import ATTESTATION, NOT_MADE, ApprovalFacts, Making, PacketFacts
from app.rules.rule_book import RuleBook
from app.services.closing.paper_store import store_whole
from app.services.judging import Judged
from app.services.packet_gathering import local_iso, packet_facts
from app.storage.ledger import Work

_METHOD = "password entered again"


class NothingToWithdraw(ClinicError):
    """There is no approval that could be taken back."""

    def __init__(self) -> None:
        super().__init__("This month is not approved, or its packet is final: there is no approval to take back.")


@dataclass(frozen=True, slots=True)
class Standing:
    """A patient's month as it is now, and the approval bound to exactly these facts, where there is one.

    `facts` are with the family that the approval took, `recommended` those with the recommended one.
    """

    facts: PacketFacts
    recommended: PacketFacts
    approval: ApprovalFacts | None = None
    approval_id: int | None = None
    approver_id: int | None = None


def standing_approvals(
    session: Session, clinic: Clinic, judged: Sequence[Judged], book: RuleBook, making: Making = NOT_MADE
) -> dict[int, Standing]:
    """Return, by patient, the facts of the months given (all of one month) and the approvals that hold."""
    if not judged:
        return {}
    bound = newest_approvals(session, judged[0].case.month)
    own = {
        row.person_id: row.npi
        for row in session.execute(select(Practitioner.person_id, Practitioner.npi).where(Practitioner.person_id > 0))
    }
    found = {}
    for patient_id, facts in packet_facts(session, clinic, judged, book, making).items():
        row = bound.get(patient_id)
        taken = None if row is None else _as_taken(row, facts)
        if row is None or taken is None or row.facts_hash != taken.facts_hash():
            found[patient_id] = Standing(facts, facts)
            continue
        approval = approval_facts(row, clinic.time_zone, own.get(row.person_id))
        found[patient_id] = Standing(taken, facts, approval, row.id, row.person_id)
    return found


def approved_now(session: Session, clinic: Clinic, judged: Sequence[Judged], book: RuleBook) -> frozenset[int]:
    """Return the patients, of ready months not yet final, whose approval still holds."""
    asked = judged and newest_approvals(session, judged[0].case.month)
    open_months = [
        each
        for each in judged
        if asked and each.patient.id in asked and each.packet_no is None and each.result.verdict == "ready"
    ]
    standing = standing_approvals(session, clinic, open_months, book)
    return frozenset(patient_id for patient_id, each in standing.items() if each.approval is not None)


def families_taken(
    session: Session, judged: Sequence[Judged], approved: frozenset[int]
) -> dict[int, tuple[str, tuple[Line, ...]]]:
    """Return, by patient, family and lines of approved and closed months that bill other codes than recommended."""
    if not judged:
        return {}
    newest = newest_approvals(session, judged[0].case.month)
    found = {}
    for each in judged:
        row = newest.get(each.patient.id)
        if row is None or row.family is None or (each.packet_no is None and each.patient.id not in approved):
            continue
        for other in each.result.alternatives:
            if other.family == row.family:
                found[each.patient.id] = (row.family, other.lines)
    return found


def attest(work: Work, patient_id: int, facts: PacketFacts, *, one_person_clinic: bool) -> None:
    """Bind the person's attestation to a month's facts, which are kept under their hash to be compared with later."""
    digest = store_whole(work, facts.bound_json().encode("ascii"))
    choice = facts.choice
    work.about(patient_id)
    work.session.add(
        Approval(
            patient_id=patient_id,
            month=facts.month,
            facts_hash=digest,
            npi=facts.practitioner.npi,
            approver=work.actor.name,
            credential=work.actor.credential,
            meaning=ATTESTATION,
            one_person_clinic=one_person_clinic,
            approved_at=work.now,
            person_id=work.actor.person_id,
            family=choice.taken if choice else None,
            family_reason=choice.reason if choice else None,
        )
    )
    work.note(month=facts.month, facts=digest)
    if choice:
        work.note(family=choice.taken, instead_of=choice.recommended)


def take_back(work: Work, approval_id: int, reason: str) -> None:
    """Withdraw an approval; it stays on record with its reason."""
    approval = work.session.get_one(Approval, approval_id)
    work.about(approval.patient_id)
    work.session.add(
        ApprovalWithdrawal(
            approval_id=approval.id,
            reason=reason,
            withdrawn_at=work.now,
            withdrawn_by=work.actor.name,
            person_id=work.actor.person_id,
        )
    )
    work.note(month=approval.month, facts=approval.facts_hash)


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


def newest_approvals(session: Session, month: Month, patient_id: int | None = None) -> dict[int, Approval]:
    """Return, by patient, the newest approval of the month that was not taken back, whether it still holds or not."""
    rows = (
        select(Approval)
        .where(Approval.month == str(month), ~exists().where(ApprovalWithdrawal.approval_id == Approval.id))
        .order_by(Approval.id)
    )
    if patient_id is not None:
        rows = rows.where(Approval.patient_id == patient_id)
    return {row.patient_id: row for row in session.scalars(rows)}


def _as_taken(row: Approval, facts: PacketFacts) -> PacketFacts | None:
    try:
        return take_family(facts, row.family, row.family_reason or "")
    except NoSuchFamily:
        return None
