from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import CarePlan, CarePlanEvent, Practitioner
from app.rules.care_plan import (
    PlanGap,
    SectionKind,
    SectionText,
    begun,
    content_hash,
    content_json,
    in_order,
    read_content,
    tidied,
)
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.rules.papers import CarePlanPrint
from app.rules.plan_gaps import gaps
from app.rules.plan_items import with_refs
from app.security.permissions import Actor
from app.services.clinic_day import day_at
from app.services.door import composed, reads, writes
from app.services.patients import patient_of
from app.services.plan_follow_ups import make_follow_ups
from app.services.plan_lookup import NoSuchPlan, a_draft, a_version, draft_of, last_signed, next_version
from app.services.plan_rows import (
    COPY_GIVEN,
    COPY_METHODS,
    REVIEWED,
    PlanDraft,
    PlanVersion,
    PlanVersionRow,
    chart_items,
    is_intact,
    plan_print,
    version_rows,
)
from app.storage.ledger import Ledger, Reading, Work

MOST_ITEMS = 200


class PlanMoved(ClinicError):
    """The draft is no longer what the person saw when they began to type or to sign."""

    def __init__(self, by: str) -> None:
        super().__init__(
            f"{by} changed this draft in the meantime. Nothing was saved over it: copy what you wrote, "
            "open the draft again and put it in."
        )


class PlanIncomplete(ClinicError):
    """Elements that Medicare asks for are neither filled nor marked as not applicable; `gaps` names them."""

    def __init__(self, found: Sequence[PlanGap]) -> None:
        titles = "; ".join(gap.title for gap in found)
        super().__init__(f"The plan cannot be signed yet. Fill in, or say why it does not apply: {titles}.")
        self.gaps = tuple(found)


class CarePlans:
    """Care plans: one draft at most a patient, and signed versions that never change."""

    def __init__(
        self,
        ledger: Ledger,
        kinds: Sequence[SectionKind],
        *,
        verify_passphrase: Callable[[str], None],
        make_paper: Callable[[CarePlanPrint], bytes],
        program_version: str,
    ) -> None:
        self._ledger = ledger
        self._kinds = tuple(kinds)
        self._verify = verify_passphrase
        self._make_paper = make_paper
        self._program_version = program_version

    @writes("care_plan.draft")
    def draft(self, work: Work, patient_id: int) -> PlanDraft:
        """Return the patient's draft; where there is none, begin one from the last signed version or from the chart."""
        patient_of(work.session, patient_id)
        work.about(patient_id)
        plan = draft_of(work.session, patient_id)
        if plan is None:
            last = last_signed(work.session, patient_id)
            if last is not None:
                sections = in_order(self._kinds, read_content(last.content))
            else:
                sections = begun(self._kinds, chart_items(work.session, patient_id))
            plan = CarePlan(
                patient_id=patient_id,
                status="draft",
                content=content_json(sections),
                edited_by=work.actor.name,
                edited_at=work.now,
            )
            work.session.add(plan)
            work.session.flush()
            work.note(event="draft_begun", plan=plan.id, from_version=last.version if last is not None else None)
        return self._shown(work.session, plan)

    @reads("care_plan.read")
    def has_draft(self, reading: Reading, patient_id: int) -> bool:
        """Whether a plan of the patient is being written."""
        return draft_of(reading.session, patient_id) is not None

    @writes("care_plan.draft", audited=False)
    def save_draft(self, work: Work, plan_id: int, sections: Sequence[SectionText], mark: str) -> str:
        """Keep a draft as it is typed and return its new mark. Raises `FieldFaults` (by section key) or `PlanMoved`."""
        plan = a_draft(work.session, plan_id)
        if content_hash(plan.content) != mark:
            raise PlanMoved(plan.edited_by)
        content = content_json(in_order(self._kinds, _checked(sections)))
        if content != plan.content:
            plan.content = content
            plan.edited_by, plan.edited_at = work.actor.name, work.now
        return content_hash(content)

    @reads("care_plan.read")
    def missing(self, reading: Reading, patient_id: int) -> tuple[PlanGap, ...]:
        """Return what the patient's draft lacks before it can be signed. Raises `NoSuchPlan` where there is none."""
        plan = draft_of(reading.session, patient_id)
        if plan is None:
            raise NoSuchPlan
        return gaps(self._kinds, read_content(plan.content))

    @writes("care_plan.draft")
    def discard_draft(self, work: Work, plan_id: int) -> None:
        """Throw a draft away; signed versions stay."""
        plan = a_draft(work.session, plan_id)
        work.about(plan.patient_id)
        work.note(event="draft_discarded", plan=plan.id)
        work.session.delete(plan)

    @composed("care_plan.sign")
    def sign(self, actor: Actor, patient_id: int, passphrase: str, mark: str) -> PlanVersionRow:
        """Make the draft the next numbered version, signed by the person whose passphrase this is, and reviewed today.

        Interventions with a day and somebody of the clinic become that person's follow-ups with it.

        `mark` is the draft's as it was seen. Raises `PlanIncomplete`, `PlanMoved`, `NoSuchPlan` or `WrongPassphrase`.
        """
        self._require_complete(actor, patient_id, mark)
        self._verify(passphrase)
        return self._sign(actor, patient_id, mark)

    @reads("care_plan.read")
    def versions(self, reading: Reading, patient_id: int) -> tuple[PlanVersionRow, ...]:
        """Return the patient's signed and imported plans, the newest first."""
        patient_of(reading.session, patient_id)
        plans = reading.session.scalars(
            select(CarePlan)
            .where(CarePlan.patient_id == patient_id, CarePlan.status != "draft")
            .order_by(func.coalesce(CarePlan.version, 0).desc(), CarePlan.id.desc())
        )
        return version_rows(reading.session, plans)

    @reads("care_plan.read")
    def version(self, reading: Reading, plan_id: int) -> PlanVersion:
        """Return one version with its text. Raises `NoSuchPlan`."""
        plan = a_version(reading.session, plan_id)
        (row,) = version_rows(reading.session, [plan])
        return PlanVersion(row, read_content(plan.content), is_intact(reading.session, plan))

    @writes("care_plan.draft")
    def record_copy_given(self, work: Work, plan_id: int, on: date, method: str) -> None:
        """Record that the patient or caregiver was given a copy of this version. `method` is one of `COPY_METHODS`."""
        check = FormCheck()
        check.choice("method", method, COPY_METHODS, "Choose how the copy was given.")
        check.finish()
        _record(work, plan_id, COPY_GIVEN, on, method)

    @writes("care_plan.draft")
    def record_review(self, work: Work, plan_id: int, on: date) -> None:
        """Record that this version was looked through and stands."""
        _record(work, plan_id, REVIEWED, on, "")

    @writes("care_plan.read")
    def plan_print(self, work: Work, plan_id: int) -> CarePlanPrint:
        """Return a version, or the draft, as it is printed for a clinician; the printing is noted."""
        plan = work.session.get(CarePlan, plan_id)
        if plan is None:
            raise NoSuchPlan
        work.about(plan.patient_id)
        work.note(event="print", plan=plan.id, version=plan.version)
        return plan_print(work.session, plan, work.now, work.actor.name, self._program_version)

    @composed("care_plan.read")
    def paper(self, actor: Actor, plan_id: int) -> bytes:
        """Return the PDF of a version or the draft."""
        return self._make_paper(self.plan_print(actor, plan_id))

    @reads("care_plan.sign")
    def _require_complete(self, reading: Reading, patient_id: int, mark: str) -> None:
        self._signable(reading.session, patient_id, mark)

    @writes("care_plan.sign")
    def _sign(self, work: Work, patient_id: int, mark: str) -> PlanVersionRow:
        plan = self._signable(work.session, patient_id, mark)
        content = content_json(map(with_refs, tidied(read_content(plan.content))))
        before = last_signed(work.session, patient_id)
        today = day_at(work.session, work.now)
        npi = work.session.scalar(select(Practitioner.npi).where(Practitioner.person_id == work.actor.person_id))
        with work.session.no_autoflush:
            version = next_version(work.session, patient_id)
            plan.status, plan.version = "signed", version
            plan.content, plan.content_hash = content, content_hash(content)
            plan.signed_on, plan.signed_at = today, work.now
            plan.signed_by, plan.signer_credential = work.actor.name, work.actor.credential
            plan.signer_npi = npi or ""
        work.session.flush()
        _add_event(work, plan, REVIEWED, today, "")
        tasks = make_follow_ups(work, plan, before)
        work.about(patient_id)
        work.note(event="sign", plan=plan.id, version=plan.version, content_hash=plan.content_hash, follow_ups=tasks)
        (row,) = version_rows(work.session, [plan])
        return row

    def _signable(self, session: Session, patient_id: int, mark: str) -> CarePlan:
        plan = draft_of(session, patient_id)
        if plan is None:
            raise NoSuchPlan
        if content_hash(plan.content) != mark:
            raise PlanMoved(plan.edited_by)
        found = gaps(self._kinds, read_content(plan.content))
        if found:
            raise PlanIncomplete(found)
        return plan

    def _shown(self, session: Session, plan: CarePlan) -> PlanDraft:
        # Goals and interventions have their names from here on: what is typed over them does not make them others.
        sections = tuple(map(with_refs, in_order(self._kinds, read_content(plan.content))))
        return PlanDraft(
            plan_id=plan.id,
            patient_id=plan.patient_id,
            kinds=self._kinds,
            sections=sections,
            gaps=gaps(self._kinds, sections),
            mark=content_hash(plan.content),
            next_version=next_version(session, plan.patient_id),
            edited_by=plan.edited_by,
            edited_at=plan.edited_at,
        )


def _record(work: Work, plan_id: int, kind: str, on: date, method: str) -> None:
    plan = a_version(work.session, plan_id)
    check = FormCheck()
    if on > day_at(work.session, work.now):
        check.fault("on", "This day has not come yet.")
    # Only what was signed here: an imported plan's dates stand as they were written (shared data, README).
    if plan.status == "signed" and plan.signed_on is not None and on < plan.signed_on:
        check.fault("on", "This is before the plan was signed.")
    check.day("on", on)
    check.finish()
    _add_event(work, plan, kind, on, method)
    work.about(plan.patient_id)
    work.note(event=kind, plan=plan.id, version=plan.version)


def _add_event(work: Work, plan: CarePlan, kind: str, on: date, method: str) -> None:
    work.session.add(
        CarePlanEvent(
            care_plan_id=plan.id,
            kind=kind,
            happened_on=on,
            method=method,
            by=work.actor.name,
            recorded_at=work.now,
        )
    )
    work.session.flush()


def _checked(sections: Sequence[SectionText]) -> list[SectionText]:
    """Return the sections with text that may be stored; spaces stay while it is typed, and are tidied at signing."""
    check = FormCheck()
    for section in sections:
        check.note(section.key, section.text)
        check.line(section.key, section.not_applicable)
        if len(section.items) > MOST_ITEMS:
            check.fault(section.key, f"At most {MOST_ITEMS} items fit here.")
        for item in section.items:
            for text in item.values():
                check.line(section.key, text)
    check.finish()
    return [replace(section, text=section.text.replace("\r\n", "\n").replace("\r", "\n")) for section in sections]
