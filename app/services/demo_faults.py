"""What goes wrong in an invented month: the entries that do not count, are doubted, corrected, late or overlap."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from app.models import TimeEntry
from app.services.demo_calendar import workday, working_days
from app.services.demo_programme import VISIT_DAY, stay_of
from app.services.demo_texts import phrases
from app.services.demo_time import Doing, MonthOfWork


def spoil(work: MonthOfWork) -> None:
    """Do to the month what its story says. Earlier months are left alone."""
    story = work.chart.story
    if not work.is_recent:
        return
    if story.fault and work.days():
        FAULTS[story.fault](work)
    if story.stay:
        _during_the_stay(work)
    if story.died and story.ended == "through" and work.month == work.period.through:
        after = [day for day in working_days(work.month) if work.chart.over_on and day > work.chart.over_on]
        work.session(work.chart.nurse, after, Doing("documentation", 210))


def _unsigned(work: MonthOfWork) -> None:
    entry = _regular(work)
    if entry is not None:
        entry.signed = False


def _unconfirmed(work: MonthOfWork) -> None:
    # The nurse fell silent in the middle of a call; nobody has said yet whether the time stands.
    work.session(work.chart.nurse, work.days(), Doing("patient_call", 540, "reached", "recovered"), confirmed=False)


def _recovered(work: MonthOfWork) -> None:
    work.session(work.chart.nurse, work.days(), Doing("patient_call", 310, "reached", "recovered"))


def _before_consent(work: MonthOfWork) -> None:
    if work.month == work.period.through:
        work.session(work.chart.nurse, [workday(work.month, VISIT_DAY)], Doing("patient_call", 430, "reached"))


def _used_for(service: str, activity: str) -> Callable[[MonthOfWork], None]:
    def spoil_month(work: MonthOfWork) -> None:
        work.session(work.chart.nurse, work.days(), Doing(activity, 620, source="manual"), used_for=service)

    return spoil_month


def _in_the_visit(work: MonthOfWork) -> None:
    day = workday(work.month, VISIT_DAY)
    if day in work.days():
        work.session(
            work.biller(),
            [each for each in work.days() if each >= day],
            Doing("education", 480, source="manual"),
            used_for="visit",
        )


def _late(work: MonthOfWork) -> None:
    entry = work.session(work.chart.nurse, work.days(), Doing("record_review", 330, source="manual"))
    if entry is None:
        return
    late = entry.end_at + timedelta(hours=work.rng.randrange(75, 130))
    if work.period.happened(late.astimezone(work.period.zone).date()):
        entry.recorded_at = entry.written_at = late
        entry.note = phrases().reasons["late"]


def _overlap_staff(work: MonthOfWork) -> None:
    """Two people at once: a colleague joins in the middle of an entry, where one has nothing else to do."""
    for entry in list(work.entries):
        half = (entry.end_at - entry.start_at) // timedelta(seconds=2)
        for colleague in work.team.care:
            begins = entry.start_at + timedelta(seconds=half)
            if half >= 60 and colleague.name != entry.staff and work.rota.take(colleague.name, begins, 2 * half):
                work.typed(colleague, begins, Doing("education", 2 * half, source="manual"))
                return


def _overlap_patient(work: MonthOfWork) -> None:
    """One person on two patients at once. No timer allows that; it can only have come with a spreadsheet."""
    theirs = work.rota.somebody_elses(work.chart.nurse.name, work.days(), work.busy)
    if theirs is not None and work.period.happened(theirs[0].astimezone(work.period.zone).date()):
        doing = Doing("record_review", 300, source="imported")
        work.typed(work.chart.nurse, theirs[0] + timedelta(seconds=60), doing)


def _offshore(work: MonthOfWork) -> None:
    work.session(work.chart.nurse, work.days(), Doing("record_review", 720, source="imported"), works_in_us=False)


def _front_desk(work: MonthOfWork) -> None:
    work.session(work.team.clerk, work.days(), Doing("scheduling", 260, source="manual"))


def _corrected(work: MonthOfWork) -> None:
    entry = _regular(work)
    if entry is None:
        return
    right = entry.end_at
    entry.end_at = right + timedelta(seconds=95)
    work.again(entry, phrases().reasons["corrected"], end_at=right)


def _withdrawn(work: MonthOfWork) -> None:
    entry = work.session(work.chart.nurse, work.days(), Doing("referral", 400, source="manual"))
    if entry is not None:
        work.again(entry, phrases().reasons["withdrawn"], withdrawn=True)


def _during_the_stay(work: MonthOfWork) -> None:
    begins, ends = stay_of(work.period, work.month.first)
    inside = [day for day in working_days(work.month) if begins <= day <= ends]
    work.session(work.chart.nurse, inside, Doing("transition", 640))


def _regular(work: MonthOfWork) -> TimeEntry | None:
    """Return the month's last entry that counts."""
    return next((entry for entry in reversed(work.entries) if entry.activity != "clerical"), None)


FAULTS: Mapping[str, Callable[[MonthOfWork], None]] = {
    "unsigned": _unsigned,
    "unconfirmed": _unconfirmed,
    "recovered": _recovered,
    "before_consent": _before_consent,
    "used_for_tcm": _used_for("tcm", "transition"),
    "used_for_rpm": _used_for("rpm", "record_review"),
    "in_the_visit": _in_the_visit,
    "late": _late,
    "overlap_staff": _overlap_staff,
    "overlap_patient": _overlap_patient,
    "offshore": _offshore,
    "front_desk": _front_desk,
    "corrected": _corrected,
    "withdrawn": _withdrawn,
}
