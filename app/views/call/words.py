"""What activities, outcomes and gaps are called on screen."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.rules.call_time import OUTCOMES
from app.rules.month_case import ACTIVITIES
from app.rules.note_marks import ADHERENCE
from app.rules.timer import Span
from app.services.reconciliations import STANDINGS
from app.views.keymap import OUTCOMES as OUTCOME_WORDS
from app.views.widgets import format_duration, format_time

_ACTIVITIES = {
    "patient_call": "Call with the patient",
    "caregiver_call": "Call with a caregiver",
    "clinician_coordination": "Coordination with clinicians",
    "agency_coordination": "Coordination with agencies",
    "medication_management": "Medication management",
    "care_plan": "Care plan",
    "record_review": "Record review",
    "education": "Education",
    "referral": "Referral",
    "transition": "Transition of care",
    "community_services": "Community services",
    "documentation": "Documentation",
    "scheduling": "Scheduling",
    "billing": "Billing",
    "clerical": "Clerical",
    "training": "Training",
    "travel": "Travel",
    "enrolment": "Enrolment",
}


def activities(counted: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """Return every activity with its words; those beside `counted`, where it is known, say that they never count."""
    without = _tr("{activity} (not counted)")
    return tuple(
        (key, without.format(activity=activity_words(key)) if counted and key not in counted else activity_words(key))
        for key in ACTIVITIES
    )


def activity_words(key: str) -> str:
    """Return what an activity is called."""
    return _tr(_ACTIVITIES.get(key, key.replace("_", " ").capitalize()))


def outcomes() -> tuple[tuple[str, str], ...]:
    """Return every outcome of a call with its words, in the order of Alt+1…6."""
    return tuple((key, _tr(words)) for key, words in zip(OUTCOMES, OUTCOME_WORDS, strict=True))


def outcome_words(key: str) -> str:
    """Return what an outcome is called; none is desk work."""
    return dict(outcomes()).get(key, _tr("Desk work"))


def adherence_answers() -> tuple[tuple[str, str], ...]:
    """Return the ways medicines are taken with their words, in the order of rules/note_marks.ADHERENCE."""
    words = ("Taking as prescribed", "Misses some", "Stopped", "Not asked")
    return tuple((key, _tr(said)) for key, said in zip(ADHERENCE, words, strict=True))


def medicine_standings() -> tuple[tuple[str, str], ...]:
    """Return what may be found of a medicine with its words, in the order of services/reconciliations.STANDINGS."""
    words = ("Taking as listed", "Not taking", "Taken otherwise", "Not known")
    return tuple((key, _tr(said)) for key, said in zip(STANDINGS, words, strict=True))


def gap_words(gaps: tuple[Span, ...], zone: ZoneInfo) -> tuple[str, str]:
    """Return the question about the gaps in a call, and how long they are together as m:ss; empty without one."""
    if not gaps:
        return "", ""
    seconds = format_duration(sum(gap.seconds for gap in gaps))
    first, last = gaps[0], gaps[-1]
    start = format_time(first.start.astimezone(zone).time())
    end = format_time((last.end or last.start).astimezone(zone).time())
    what = {
        "silence": _tr(
            "The computer was asleep or busy for {gap}, {start} to {end}. Were you working on this patient?"
        ),
        "clock_jump": _tr("The computer's clock jumped by {gap}, {start} to {end}. Were you working on this patient?"),
        "idle": _tr("Nobody touched CareLoop for {gap}, {start} to {end}. Were you working on this patient?"),
        "new_boot": _tr("The computer was started anew: {gap}, {start} to {end}. Were you working on this patient?"),
    }
    asked = what.get(last.doubt, what["silence"])
    return asked.format(gap=seconds, start=start, end=end), seconds


def saved_words(outcome: str, seconds: int, left_out: int) -> str:
    """Say what was saved of a call."""
    text = _tr("Saved: {outcome}, {time}").format(outcome=outcome_words(outcome), time=format_duration(seconds))
    if left_out:
        text += _tr("; {time} were recorded elsewhere already").format(time=format_duration(left_out))
    return text


def _tr(words: str) -> str:
    return QCoreApplication.translate("CallWords", words)
