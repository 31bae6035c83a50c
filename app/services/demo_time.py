"""One month's work on one invented patient: calls, desk work, notes and the time entries they leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from app.models import Call, CallSpan, Note, TimeEntry
from app.rules.call_time import TALKING, contact_of
from app.rules.month import Month
from app.rules.performer import performer_role
from app.services.demo_calendar import Period, Rota, workday, working_days
from app.services.demo_charts import Chart, Numbers
from app.services.demo_notes import call_note, desk_note, desk_text, hash_of
from app.services.demo_programme import VISIT_DAY, stay_of
from app.services.demo_team import Member, Team
from app.services.demo_texts import phrases
from app.services.entry_rows import offset_minutes

_DESK = (
    "medication_management",
    "medication_management",
    "record_review",
    "record_review",
    "care_plan",
    "education",
    "clinician_coordination",
    "agency_coordination",
    "referral",
    "community_services",
)
# Counted seconds of an earlier month, and how often each.
_ORDINARY = {(1225, 2320): 78, (2440, 3400): 14, (600, 1150): 8}
_AFTER_CALL = 35  # seconds until a wrap-up is saved


@dataclass(frozen=True, slots=True)
class Doing:
    """A piece of work: what and how long, how a call ended, and how its time is known (`TimeEntry.source`)."""

    activity: str
    seconds: int
    outcome: str = ""
    source: str = "timer"


@dataclass(slots=True)
class MonthOfWork:
    """The work of a month on one patient as it is written down. What is still to come takes its hours, but no rows."""

    chart: Chart
    month: Month
    period: Period
    team: Team
    rota: Rota
    numbers: Numbers
    busy: list[tuple[datetime, datetime]] = field(default_factory=list)
    entries: list[TimeEntry] = field(default_factory=list)

    @property
    def is_recent(self) -> bool:
        return self.month in self.period.recent

    @property
    def rng(self) -> Random:
        return self.chart.rng

    def days(self) -> list[date]:
        """Return the working days on which the patient is worked on: consented, here, alive."""
        chart, story = self.chart, self.chart.story
        stay = stay_of(self.period, self.month.first) if story.stay and self.is_recent else None
        return [
            day
            for day in working_days(self.month)
            if (chart.started_on is None or chart.started_on < day)
            and (chart.over_on is None or day < chart.over_on)
            and (stay is None or not stay[0] <= day <= stay[1])
        ]

    def biller(self) -> Member:
        """Return who does the practitioner's part: the billing one, or another where that one does not work here."""
        return next(each.member for each in (self.chart.biller, *self.team.billers) if each.member is not None)

    def ring(self, days: Sequence[date]) -> None:
        """Ring once in vain."""
        outcome = self.rng.choice(("no_answer", "no_answer", "left_message"))
        self.session(self.chart.nurse, days, Doing("patient_call", self.rng.randrange(14, 75), outcome))

    def session(self, staff: Member, days: Sequence[date], doing: Doing, **facts: object) -> TimeEntry | None:
        """Work on the patient on the first of `days` with room, and return the (first) entry, if it happened yet."""
        begins = self.rota.book(staff.name, days, doing.seconds, self.busy)
        self.busy.append((begins, begins + timedelta(seconds=doing.seconds)))
        if not self.period.happened(begins.astimezone(self.period.zone).date()):
            return None
        if doing.source in {"manual", "imported"}:
            return self.typed(staff, begins, doing, **facts)
        return self._timed(staff, begins, doing, facts)

    def typed(self, staff: Member, begins: datetime, doing: Doing, **facts: object) -> TimeEntry:
        """Write down an entry that no timer took."""
        ends = begins + timedelta(seconds=doing.seconds)
        recorded = ends + timedelta(minutes=self.rng.randrange(3, 120))
        given: dict[str, object] = {
            "activity": doing.activity,
            "source": doing.source,
            "note": desk_text(self.chart, doing.activity),
            "recorded_at": recorded if doing.source == "manual" else None,
            "written_at": recorded,
        }
        return self._entry(staff, begins, ends, given | facts)

    def again(self, entry: TimeEntry, reason: str, **changes: object) -> None:
        """Write the next version of an entry."""
        kept = {column.key: getattr(entry, column.key) for column in TimeEntry.__table__.columns if column.key != "id"}
        kept |= {"version": entry.version + 1, "reason": reason, "written_at": entry.written_at + timedelta(minutes=50)}
        self.entries.append(TimeEntry(**kept | changes))

    def _timed(self, staff: Member, begins: datetime, doing: Doing, facts: dict[str, object]) -> TimeEntry:
        ends = begins + timedelta(seconds=doing.seconds)
        saved = ends + timedelta(seconds=self.rng.randrange(8, _AFTER_CALL))
        call = Call(
            id=next(self.numbers.call),
            token=f"{self.rng.getrandbits(128):032x}",
            patient_id=self.chart.patient.id,
            person_id=staff.person_id,
            session="",
            state="finished",
            activity=doing.activity,
            started_at=begins,
            beat_at=ends,
            outcome=doing.outcome,
            finished_at=saved,
        )
        self.chart.rows.append(call)
        self._sign_note(staff, call, saved)
        is_attempt = contact_of(doing.outcome) == "attempt"
        is_estimated = doing.source == "estimated"
        known: dict[str, object] = {
            "source": doing.source,
            "contact": contact_of(doing.outcome),
            "recorded_at": saved if is_estimated else None,
            "reason": phrases().reasons["estimated"] if is_estimated else "",
            "written_at": saved,
            "call_id": call.id,
        }
        made = []
        for start, end, activity in self._spans(begins, ends, doing):
            span = CallSpan(call_id=call.id, activity=activity, start_at=start, end_at=end, source=doing.source)
            if facts.get("confirmed") is False:
                span.standing, span.doubt = "doubtful", "silence"
            self.chart.then.append(span)
            known["activity"] = "clerical" if is_attempt else activity
            made.append(self._entry(staff, start, end, known | facts))
        return made[0]

    def _sign_note(self, staff: Member, call: Call, saved: datetime) -> None:
        if contact_of(call.outcome) == "attempt":
            return
        text = call_note(self.chart) if call.outcome else desk_note(desk_text(self.chart, call.activity))
        self.chart.then.append(
            Note(
                id=next(self.numbers.note),
                patient_id=self.chart.patient.id,
                call_id=call.id,
                content=text,
                content_hash=hash_of(text),
                author=staff.name,
                credential=staff.credential,
                signed_at=saved,
            )
        )

    def _spans(self, begins: datetime, ends: datetime, doing: Doing) -> list[tuple[datetime, datetime, str]]:
        """Return a call's stretches: longer ones end in writing it up, under an activity of its own."""
        is_short = doing.seconds < 300 or self.rng.random() < 0.4
        if doing.activity not in TALKING or doing.outcome != "reached" or is_short:
            return [(begins, ends, doing.activity)]
        writes = ends - timedelta(seconds=self.rng.randrange(45, 120))
        return [(begins, writes, doing.activity), (writes, ends, "documentation")]

    def _entry(self, staff: Member, begins: datetime, ends: datetime, facts: dict[str, object]) -> TimeEntry:
        bills = self.chart.biller.member is staff
        known: dict[str, object] = {
            "entry_id": f"{begins:%y%m%d}-{next(self.numbers.entry):08x}",
            "version": 1,
            "patient_id": self.chart.patient.id,
            "start_at": begins,
            "end_at": ends,
            "utc_offset_minutes": offset_minutes(begins, self.period.zone),
            "staff": staff.name,
            "credential": staff.credential,
            "role": performer_role(staff.roles, staff.credential, bills_for_patient=bills),
            "contact": "none",
            "works_in_us": True,
            "note": "",
            "confirmed": True,
            "signed": True,
            "withdrawn": False,
            "reason": "",
            "written_by": staff.name,
        }
        entry = TimeEntry(**known | facts)
        self.entries.append(entry)
        return entry


def work_month(work: MonthOfWork) -> None:
    """Do a month's work on a patient as the story says, or as an ordinary month."""
    story, rng, days = work.chart.story, work.chart.rng, work.days()
    if not days:
        return
    staff_seconds, practitioner_seconds = _amounts(work)
    for _ in range(story.attempts if work.is_recent and story.attempts else rng.choice((0, 0, 0, 1, 1, 2))):
        work.ring(_from(days, rng))
    _staff_sessions(work, days, staff_seconds)
    for seconds in _parts(practitioner_seconds, 1100, rng):
        is_call = story.reached and rng.random() < 0.5
        doing = Doing("patient_call", seconds, "reached") if is_call else Doing("record_review", seconds)
        work.session(work.biller(), _from(days, rng), doing)


def _staff_sessions(work: MonthOfWork, days: Sequence[date], seconds: int) -> None:
    story, rng, chart = work.chart.story, work.chart.rng, work.chart
    parts = _parts(seconds, 620, rng)
    # The month's first work is a call; the rest follows from it.
    begins = sorted(rng.choice(days) for _ in parts)
    for number, (part, day) in enumerate(zip(parts, begins, strict=True)):
        staff = chart.nurse if rng.random() < 0.8 else rng.choice(work.team.care)
        on = _first(day, days)
        if number == 0 and work.is_recent and story.fault == "in_the_visit":
            on = _first(workday(work.month, VISIT_DAY), days)
        if number == 0 and story.consent == "day_only" and chart.started_on and work.month.contains(chart.started_on):
            on = [chart.started_on, *days]
        if story.reached and (number == 0 or rng.random() < 0.35):
            who = "caregiver_call" if chart.relation != "the family" and rng.random() < 0.2 else "patient_call"
            source = "estimated" if rng.random() < 0.03 else "timer"
            work.session(staff, on, Doing(who, part, "reached", source))
        else:
            source = "manual" if rng.random() < 0.15 else "timer"
            work.session(staff, on, Doing(rng.choice(_DESK), part, source=source))


def _amounts(work: MonthOfWork) -> tuple[int, int]:
    """Return the counted seconds of staff and of the practitioner."""
    story, rng = work.chart.story, work.chart.rng
    if work.is_recent or story.every_month:
        return _between(story.seconds, rng), _between(story.practitioner_seconds, rng)
    return _between(rng.choices(list(_ORDINARY), weights=list(_ORDINARY.values()))[0], rng), 0


def _between(ends: tuple[int, int], rng: Random) -> int:
    return rng.randrange(ends[0], ends[1] + 1)


def _parts(seconds: int, usual: int, rng: Random) -> list[int]:
    """Return `seconds` in parts of about the usual length, none of them very short."""
    number = max(1, round(seconds / usual)) if seconds else 0
    weights = [rng.uniform(0.6, 1.4) for _ in range(number)]
    parts = [int(seconds * weight / sum(weights)) for weight in weights]
    if parts:
        parts[0] += seconds - sum(parts)
    return parts


def _from(days: Sequence[date], rng: Random) -> list[date]:
    """Return the days from a drawn one on, and then those before it."""
    return _first(rng.choice(days), days)


def _first(day: date, days: Sequence[date]) -> list[date]:
    return [each for each in days if each >= day] + [each for each in days if each < day]
