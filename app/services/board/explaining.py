"""Why a patient's month can be billed or not, and what it would be if something were otherwise."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, OtherService, Patient, Practitioner
from app.rules.evaluate import evaluate, gather_facts
from app.rules.explanation import Explanation, ExplanationPaper, explained
from app.rules.g0506 import CODE as G0506
from app.rules.g0506 import g0506_blockers
from app.rules.month import Month
from app.rules.packet_facts import Making
from app.rules.rule_book import RuleBook
from app.rules.what_if import WhatIf, supposed
from app.security.permissions import Actor
from app.services.board.rows import estimate_cents
from app.services.door import composed, reads, writes
from app.services.gate_sheet import gate_sheet
from app.services.judging import Judged, clinic_of, judge
from app.services.packet_gathering import clinic_facts, local_iso, patient_facts, practitioner_facts
from app.services.readiness import NoSuchCase
from app.storage.ledger import Ledger, Reading, Work

NOTHING = WhatIf()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a month is, and what it would be: the second is None where nothing is supposed."""

    now: Explanation
    then: Explanation | None = None


class Explain:
    """Explains months. Nothing is stored by it, whatever is supposed."""

    def __init__(
        self,
        ledger: Ledger,
        book: RuleBook,
        *,
        program_version: str,
        make_paper: Callable[[ExplanationPaper], bytes],
    ) -> None:
        self._ledger = ledger
        self._book = book
        self._program_version = program_version
        self._make_paper = make_paper

    @reads("readiness.read")
    def month(self, reading: Reading, patient_id: int, month: Month, what_if: WhatIf = NOTHING) -> Answer:
        """Return the month explained, and as it would be. A closed month is explained by what was frozen with it.

        Raises `MonthUnknown`, `NoSuchCase`, or `NoRoom` where supposed time could not count.
        """
        _, each = _one(reading.session, patient_id, month, self._book)
        now = _explained(reading.session, each, self._book)
        if what_if.is_nothing:
            return Answer(now)
        return Answer(now, self._then(reading.session, each, what_if))

    @composed("readiness.read")
    def paper(self, actor: Actor, patient_id: int, month: Month, what_if: WhatIf = NOTHING, said: str = "") -> bytes:
        """Return the explanation as a PDF; `said` is what was supposed, in words. It is noted in the trail."""
        return self._make_paper(self._paper(actor, patient_id, month, what_if, said))

    @writes("readiness.read")
    def _paper(self, work: Work, patient_id: int, month: Month, what_if: WhatIf, said: str) -> ExplanationPaper:
        session = work.session
        clinic, each = _one(session, patient_id, month, self._book)
        shown = self._then(session, each, what_if) if not what_if.is_nothing else None
        explanation = shown or _explained(session, each, self._book)
        work.about(patient_id)
        work.note(month=str(month), paper="explanation", supposed=shown is not None)
        biller = session.get_one(Practitioner, each.patient.practitioner_id)
        making = Making(
            packet_id=f"CL-{month}-{patient_id:04d}-why",
            made_at=local_iso(work.now, clinic.time_zone),
            made_by=work.actor.name,
            program_version=self._program_version,
        )
        codes = {*(explanation.pcm.blockers if explanation.pcm else ()), *(explanation.g0506 or ())}
        return ExplanationPaper(
            clinic=clinic_facts(clinic),
            patient=patient_facts(session.get_one(Patient, patient_id)),
            practitioner=practitioner_facts(biller, each.case.billing_practitioner.kind),
            making=making,
            explanation=explanation,
            sentences={code: self._book.finding(code).sentence for code in sorted(codes)},
            supposed=said if shown is not None else "",
        )

    def _then(self, session: Session, each: Judged, what_if: WhatIf) -> Explanation:
        """Judge the month as supposed, by the rules of today; a frozen month is supposed on as it was frozen."""
        case = supposed(each.case, what_if)
        judged = replace(each, case=case, result=evaluate(case, self._book), packet_no=None)
        return replace(_explained(session, judged, self._book), is_supposed=True)


def _one(session: Session, patient_id: int, month: Month, book: RuleBook) -> tuple[Clinic, Judged]:
    clinic = clinic_of(session)
    judged = judge(session, clinic, month, book, [patient_id])
    if not judged:
        raise NoSuchCase("This patient was never enrolled: there is no month to explain.")
    return clinic, judged[0]


def _explained(session: Session, each: Judged, book: RuleBook) -> Explanation:
    facts = gather_facts(each.case, book)
    found = explained(facts, each.result, gate_sheet(facts, each.result, book), book)
    return replace(
        found,
        estimate_cents=estimate_cents(each.case, each.result, book),
        g0506=_g0506(session, each, book),
        packet_no=each.packet_no,
    )


def _g0506(session: Session, each: Judged, book: RuleBook) -> tuple[str, ...] | None:
    """Return what bars the month's G0506 by the biller, None where none is on record in the month."""
    own = [row.on for row in each.case.other_services if row.code == G0506 and row.by == "same_practitioner"]
    on = next((day for day in own if each.case.month.contains(day)), None)
    if on is None:
        return None
    days: list[date] = list(
        session.scalars(
            select(OtherService.performed_on).where(
                OtherService.patient_id == each.patient.id,
                OtherService.code == G0506,
                OtherService.by == "same_practitioner",
            )
        )
    )
    return g0506_blockers(gather_facts(each.case, book), on, days, book)
