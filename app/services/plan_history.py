from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Call, CarePlan, CarePlanEvent, FollowUp, PlanFollowUp, PlanProgress, PlanSectionReview
from app.rules.care_plan import read_content
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.month import Month
from app.rules.plan_compare import SectionPair, compared
from app.rules.plan_items import item_ref, problems_of
from app.services.clinic_day import day_at, zone_of
from app.services.door import reads, writes
from app.services.patients import patient_of
from app.services.plan_follow_ups import PlanTask, plan_tasks
from app.services.plan_lookup import NoSuchPlan, a_version, last_signed
from app.services.plan_reviews import KEY, LONGEST_REVIEW_MONTHS, review_months, reviews_due
from app.services.plan_rows import PlanVersionRow, version_rows
from app.services.setting_store import put_setting
from app.services.staff import names_of_staff
from app.storage.ledger import Ledger, Reading, Work


@dataclass(frozen=True, slots=True)
class ProgressForm:
    """What was measured, on which day; `note` says more, of a correction why. `call_id`: during which call."""

    value: str = ""
    on: date | None = None
    note: str = ""
    call_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """Where a patient stood with a goal on a day. `is_corrected`: a later row took its place, and it counts no more."""

    id: int
    ref: str
    goal: str
    on: date
    value: str
    note: str
    by: str
    corrects_id: int | None
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal of the plan in force, and how far it has come: `entries` by day, the oldest first."""

    ref: str
    what: str
    now: str
    target: str
    by_when: str
    problems: tuple[str, ...]
    entries: tuple[ProgressRow, ...]

    @property
    def counted(self) -> tuple[ProgressRow, ...]:
        """The entries that stand."""
        return tuple(row for row in self.entries if not row.is_corrected and row.value)


@dataclass(frozen=True, slots=True)
class MonthWork:
    """What was done with a patient's plan in a month: each thing by its day, in words without a patient's name."""

    month: Month
    done: tuple[tuple[date, str], ...]


class NoSuchProgress(ClinicError):
    """There is no such entry, or it was corrected already."""

    def __init__(self) -> None:
        super().__init__("This entry was corrected in the meantime. Look at the goal again.")


class PlanHistory:
    """What happens with a signed plan between signatures: goals measured, work done, versions looked back at."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("care_plan.read")
    def goals(self, reading: Reading, patient_id: int) -> tuple[GoalRow, ...]:
        """Return the goals of the newest signed plan with all that was ever noted under them."""
        plan = last_signed(reading.session, patient_of(reading.session, patient_id).id)
        entries = _progress(reading.session, patient_id)
        items = [] if plan is None else [i for s in read_content(plan.content) if s.key == "goals" for i in s.items]
        return tuple(
            GoalRow(
                ref=item_ref(item),
                what=item.get("what", ""),
                now=item.get("from", ""),
                target=item.get("to", ""),
                by_when=item.get("by_when", ""),
                problems=problems_of(item),
                entries=tuple(entries.get(item_ref(item), ())),
            )
            for item in items
        )

    @writes("care_plan.draft")
    def record_progress(self, work: Work, patient_id: int, ref: str, form: ProgressForm) -> ProgressRow:
        """Note where the patient stands with a goal of the signed plan, which stays as it is.

        Raises `FieldFaults` (`on`, `value`, `note`) or `NoSuchPlan` where no signed plan has the goal.
        """
        patient_of(work.session, patient_id)
        return _noted(work, patient_id, ref, form)

    @writes("care_plan.draft")
    def correct_progress(self, work: Work, progress_id: int, form: ProgressForm) -> ProgressRow:
        """Put another entry in the place of a wrong one; without a value the wrong one is taken back.

        The note says why. Both stay on record. Raises `FieldFaults`, or `NoSuchProgress` for one corrected already.
        """
        row = work.session.get(PlanProgress, progress_id)
        later = select(PlanProgress.id).where(PlanProgress.corrects_id == progress_id)
        if row is None or work.session.scalar(later) is not None:
            raise NoSuchProgress
        return _noted(work, row.patient_id, row.goal_ref, form, row)

    @reads("care_plan.read")
    def tasks(self, reading: Reading, patient_id: int) -> tuple[PlanTask, ...]:
        """Return the follow-ups that the patient's plan made, the open ones first."""
        return plan_tasks(reading.session, patient_id, day_at(reading.session, reading.now))

    @reads("care_plan.read")
    def work_by_month(self, reading: Reading, patient_id: int) -> tuple[MonthWork, ...]:
        """Return what was done with the patient's plan by month, newest first: signed, looked at, measured, done."""
        done: defaultdict[Month, set[tuple[date, str]]] = defaultdict(set)
        for on, words in _work(reading.session, patient_id):
            done[Month.of(on)].add((on, words))
        return tuple(MonthWork(month, tuple(sorted(done[month], reverse=True))) for month in sorted(done, reverse=True))

    @reads("care_plan.read")
    def in_force_on(self, reading: Reading, patient_id: int, day: date) -> PlanVersionRow | None:
        """Return the version in force at the end of a day: the one signed last by then. None before the first."""
        plan = reading.session.scalar(
            select(CarePlan)
            .where(CarePlan.patient_id == patient_id, CarePlan.status != "draft", CarePlan.signed_on <= day)
            .order_by(CarePlan.signed_on.desc(), CarePlan.version.desc(), CarePlan.id.desc())
            .limit(1)
        )
        return None if plan is None else version_rows(reading.session, [plan])[0]

    @reads("care_plan.read")
    def compare(self, reading: Reading, old_id: int, new_id: int) -> tuple[SectionPair, ...]:
        """Return two versions, or a version and the draft, side by side. Raises `NoSuchPlan`."""
        old, new = a_version(reading.session, old_id), reading.session.get(CarePlan, new_id)
        if new is None or new.patient_id != old.patient_id:
            raise NoSuchPlan
        return compared(read_content(old.content), read_content(new.content))

    @reads("care_plan.read")
    def is_review_due(self, reading: Reading, patient_id: int) -> bool:
        """Whether the patient's plan was not looked through for as long as the clinic allows."""
        return patient_id in reviews_due(reading.session, day_at(reading.session, reading.now))

    @reads("clinic.read")
    def review_months(self, reading: Reading) -> int:
        """Return after how many months without a look a plan is to be reviewed."""
        return review_months(reading.session)

    @writes("clinic.edit")
    def set_review_months(self, work: Work, months: int) -> None:
        """Choose after how many months a plan is to be reviewed. Raises `FieldFaults` (`plan_review_months`)."""
        if not 1 <= months <= LONGEST_REVIEW_MONTHS:
            raise FieldFaults({KEY: f"Choose between 1 and {LONGEST_REVIEW_MONTHS} months."})
        put_setting(work.session, KEY, months)
        work.note(event=KEY, months=months)


def _noted(work: Work, patient_id: int, ref: str, form: ProgressForm, wrong: PlanProgress | None = None) -> ProgressRow:
    plan = last_signed(work.session, patient_id)
    items = [] if plan is None else [i for s in read_content(plan.content) if s.key == "goals" for i in s.items]
    words = next((item["what"] for item in items if item_ref(item) == ref), wrong.goal if wrong else None)
    if plan is None or words is None:
        raise NoSuchPlan
    check = FormCheck()
    needed = "" if wrong else "Write what was measured, such as 128/78."
    value = check.name("value", form.value, needed=needed)
    note = check.line("note", form.note, needed="Say why the entry was wrong." if wrong else "")
    today = day_at(work.session, work.now)
    on = check.day("on", form.on, needed="Choose the day.", latest=today) or today
    check.finish()
    call = work.session.get(Call, form.call_id) if form.call_id is not None else None
    if form.call_id is not None and (call is None or call.patient_id != patient_id):
        raise ClinicError("This entry would hang on a call of another patient.")
    row = PlanProgress(
        patient_id=patient_id,
        care_plan_id=plan.id,
        goal_ref=ref,
        goal=words,
        happened_on=on,
        value=value,
        note=note,
        call_id=form.call_id,
        corrects_id=wrong.id if wrong else None,
        by=work.actor.person_id,
        recorded_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.about(patient_id)
    work.note(event="goal_measured", plan=plan.id, progress=row.id, corrects=row.corrects_id)
    return next(each for each in _progress(work.session, patient_id)[ref] if each.id == row.id)


def _progress(session: Session, patient_id: int) -> dict[str, list[ProgressRow]]:
    names = names_of_staff(session)
    rows = session.scalars(
        select(PlanProgress)
        .where(PlanProgress.patient_id == patient_id)
        .order_by(PlanProgress.happened_on, PlanProgress.id)
    ).all()
    corrected = {row.corrects_id for row in rows}
    found: defaultdict[str, list[ProgressRow]] = defaultdict(list)
    for row in rows:
        found[row.goal_ref].append(
            ProgressRow(
                id=row.id,
                ref=row.goal_ref,
                goal=row.goal,
                on=row.happened_on,
                value=row.value,
                note=row.note,
                by=names.get(row.by, ""),
                corrects_id=row.corrects_id,
                is_corrected=row.id in corrected,
            )
        )
    return found


def _work(session: Session, patient_id: int) -> Iterable[tuple[date, str]]:
    zone = zone_of(session)
    plans = session.scalars(select(CarePlan).where(CarePlan.patient_id == patient_id, CarePlan.status != "draft")).all()
    names = {
        plan.id: f"version {plan.version}" if plan.version is not None else "the plan kept outside" for plan in plans
    }
    for plan in plans:
        if plan.signed_on is not None:
            yield plan.signed_on, f"Signed: {names[plan.id]}"
    for event in session.scalars(select(CarePlanEvent).where(CarePlanEvent.care_plan_id.in_(names))):
        said = "Reviewed" if event.kind == "reviewed" else "Copy given"
        yield event.happened_on, f"{said}: {names[event.care_plan_id]}"
    titles = {s.key: s.title for plan in plans for s in read_content(plan.content)}
    for look in session.scalars(select(PlanSectionReview).where(PlanSectionReview.care_plan_id.in_(names))):
        yield look.reviewed_on, f"Looked at, no change: {titles.get(look.section, look.section)}"
    for entries in _progress(session, patient_id).values():
        for row in entries:
            if row.value and not row.is_corrected:
                yield row.on, f"Measured: {row.goal}, {row.value}"
    closed = session.scalars(
        select(FollowUp)
        .join(PlanFollowUp, PlanFollowUp.follow_up_id == FollowUp.id)
        .where(PlanFollowUp.patient_id == patient_id, FollowUp.status == "done")
    )
    for task in closed:
        if task.closed_at is not None:
            yield task.closed_at.astimezone(zone).date(), f"Done: {task.what}"
