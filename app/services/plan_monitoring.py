from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Call, CarePlan, PlanSectionReview
from app.rules.care_plan import SectionText, printed, read_content
from app.rules.errors import ClinicError
from app.security.permissions import Actor
from app.services.clinic_day import day_at
from app.services.door import composed, reads, writes
from app.services.patients import patient_of
from app.services.plan_in_force import standing_plans
from app.services.plan_lookup import a_version
from app.services.plan_rows import PlanVersionRow, version_rows
from app.services.staff import names_of_staff
from app.storage.ledger import Ledger, Reading, Work

RecordReview = Callable[[Actor, int, date], None]


@dataclass(frozen=True, slots=True)
class SectionLook:
    """When a section was last looked at and stood, and by whom."""

    on: date
    by: str


@dataclass(frozen=True, slots=True)
class MonitoredPlan:
    """The plan in force with what it says, and by section key when it was last looked at.

    `sections` are those that say something. `has_draft`: a new version is being written.
    """

    row: PlanVersionRow
    sections: tuple[SectionText, ...]
    looks: Mapping[str, SectionLook]
    has_draft: bool
    today: date

    def is_due(self, key: str) -> bool:
        """Whether a section was not looked at today."""
        look = self.looks.get(key)
        return look is None or look.on < self.today


class PlanMonitoring:
    """Reading the plan in force with the patient, section by section.

    Once every section was looked at on one day, the whole plan is recorded as reviewed on it, through `record_review`.
    """

    def __init__(self, ledger: Ledger, record_review: RecordReview) -> None:
        self._ledger = ledger
        self._record_review = record_review

    @reads("care_plan.read")
    def in_force(self, reading: Reading, patient_id: int) -> MonitoredPlan | None:
        """Return the patient's plan in force, None where nothing was signed or brought in. Raises `NoSuchPatient`."""
        patient_of(reading.session, patient_id)
        today = day_at(reading.session, reading.now)
        standing = standing_plans(
            reading.session, select(CarePlan.patient_id).where(CarePlan.patient_id == patient_id), today
        ).get(patient_id)
        if standing is None or standing.plan_id is None:
            return None
        return _shown(reading.session, reading.session.get_one(CarePlan, standing.plan_id), today)

    @composed("care_plan.draft")
    def no_change(self, actor: Actor, plan_id: int, section: str, call_id: int | None = None) -> MonitoredPlan:
        """Record that a section was looked at and stands. Raises `NoSuchPlan` or `ClinicError`."""
        plan = self._look(actor, plan_id, section, call_id)
        if all(not plan.is_due(each.key) for each in plan.sections) and plan.row.last_reviewed_on != plan.today:
            self._record_review(actor, plan_id, plan.today)
            plan = self._again(actor, plan_id)
        return plan

    @writes("care_plan.draft")
    def _look(self, work: Work, plan_id: int, section: str, call_id: int | None) -> MonitoredPlan:
        plan = a_version(work.session, plan_id)
        today = day_at(work.session, work.now)
        if section not in {each.key for each in _says(plan)}:
            raise ClinicError("This plan says nothing under that section. Open the plan again.")
        if call_id is not None:
            call = work.session.get(Call, call_id)
            if call is None or call.patient_id != plan.patient_id:
                raise ClinicError("This look at the plan would hang on a call of another patient.")
        work.about(plan.patient_id)
        if _shown(work.session, plan, today).is_due(section):
            work.session.add(
                PlanSectionReview(
                    care_plan_id=plan.id,
                    section=section,
                    call_id=call_id,
                    reviewed_on=today,
                    by=work.actor.person_id,
                    recorded_at=work.now,
                )
            )
            work.session.flush()
            work.note(event="section_reviewed", plan=plan.id, section=section)
        return _shown(work.session, plan, today)

    @reads("care_plan.read")
    def _again(self, reading: Reading, plan_id: int) -> MonitoredPlan:
        plan = a_version(reading.session, plan_id)
        return _shown(reading.session, plan, day_at(reading.session, reading.now))


def _shown(session: Session, plan: CarePlan, today: date) -> MonitoredPlan:
    (row,) = version_rows(session, [plan])
    names = names_of_staff(session)
    looks = {
        look.section: SectionLook(look.reviewed_on, names.get(look.by, ""))
        for look in session.scalars(
            select(PlanSectionReview)
            .where(PlanSectionReview.care_plan_id == plan.id)
            .order_by(PlanSectionReview.reviewed_on, PlanSectionReview.id)
        )
    }
    drafts = select(func.count()).where(CarePlan.patient_id == plan.patient_id, CarePlan.status == "draft")
    return MonitoredPlan(row, _says(plan), looks, bool(session.scalar(drafts)), today)


def _says(plan: CarePlan) -> tuple[SectionText, ...]:
    sections = read_content(plan.content) if plan.status == "signed" else ()
    return tuple(each for each in sections if printed([each]))
