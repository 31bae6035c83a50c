"""Staff time by day, and the entries that were typed by hand or came late."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, Value, totals_of
from app.services.figures.look import Look
from app.services.figures.words import SOURCES, plain, short_month, span_words
from app.services.figures.worked import NO_CASE, Worked, worked_in

_DAYS = (
    ReportColumn("day", "Day", "day", share=12),
    ReportColumn("person", "Person", share=20),
    ReportColumn("worked", "Worked", "time", share=10),
    ReportColumn("counted", "Counted", "time", share=10),
    ReportColumn("not_counted", "Not counted", "time", share=10),
    ReportColumn("by_hand", "Typed by hand", "time", share=10),
    ReportColumn("estimated", "Estimated", "time", share=10),
    ReportColumn("late", "Late", "time", share=9),
    ReportColumn("unconfirmed", "Not confirmed", "time", share=10),
)
_PEOPLE = (_DAYS[1], *_DAYS[2:])
_REASONS = (
    ReportColumn("reason", "Why it does not count", share=60),
    ReportColumn("seconds", "Time", "time", share=12),
    ReportColumn("entries", "Entries", "count", share=10),
)
_LATE = (
    ReportColumn("start", "Work began", "moment", share=14),
    ReportColumn("person", "Person", share=14),
    ReportColumn("patient", "Patient", share=18),
    ReportColumn("activity", "Activity", share=17),
    ReportColumn("worked", "Worked", "time", share=11),
    ReportColumn("counted", "Counted", "time", share=11),
    ReportColumn("how", "How", share=17),
    ReportColumn("recorded", "Written", "moment", share=14),
    ReportColumn("days", "Days late", "count", share=9),
    ReportColumn("reason", "Reason given", share=19),
)


@dataclass(slots=True)
class _Sums:
    worked: int = 0
    counted: int = 0
    by_hand: int = 0
    estimated: int = 0
    late: int = 0
    unconfirmed: int = 0

    def cells(self) -> tuple[Value, ...]:
        left_out = self.worked - self.counted
        return (self.worked, self.counted, left_out, self.by_hand, self.estimated, self.late, self.unconfirmed)


def staff_time(look: Look) -> Report:
    """Return the seconds of each person and day, and why those that do not count do not."""
    entries = _entries(look)
    by_day: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    by_person: dict[str, _Sums] = defaultdict(_Sums)
    for entry in entries:
        for piece in entry.pieces:
            for sums in (by_day[piece.day.isoformat(), entry.staff], by_person[entry.staff]):
                _add(sums, entry, piece.worked, piece.counted)
    days = tuple((day, person, *by_day[day, person].cells()) for day, person in sorted(by_day))
    people = tuple((person, *by_person[person].cells()) for person in sorted(by_person, key=str.casefold))
    worked, counted = sum(each.worked for each in entries), sum(each.counted for each in entries)
    unconfirmed = sum(each.worked for each in entries if not each.confirmed)
    late = sum(each.worked for each in entries if each.is_late)
    return Report(
        look.kind.key,
        look.kind.title,
        span_words(look.wanted.first, look.wanted.last),
        notes=(
            *look.unknown_months(),
            (
                "Counted is what the rules count for a patient's month, each second once. Typed, estimated, late and "
                "unconfirmed time is part of the time worked, and one entry can be in several of them. Closed months "
                "stand as they were closed."
            ),
        ),
        figures=(
            Figure("Worked", worked, "time"),
            Figure("Counted", counted, "time"),
            Figure("Not counted", worked - counted, "time"),
            Figure("Late", late, "time", "warn" if late else ""),
            Figure("Not confirmed", unconfirmed, "time", "block" if unconfirmed else ""),
        ),
        charts=_day_chart(look, days),
        tables=(
            ReportTable("By person", _PEOPLE, people, totals=totals_of(_PEOPLE, people), empty="No time."),
            ReportTable(
                "By day",
                _DAYS,
                days,
                totals=_day_totals(days),
                empty="No time was worked in these months.",
            ),
            _why_not(look, entries),
        ),
    )


def late_time(look: Look) -> Report:
    """Return each entry that a timer did not write, or that was written more than 72 hours after the work."""
    who = look.patients()
    everybody = look.patients(everybody=True)
    entries = [
        each
        for each in _entries(look)
        if (each.is_late or each.is_by_hand or each.source == "recovered" or not each.confirmed)
        and each.patient_id in who
    ]
    rows = tuple(_late_row(each, look, everybody[each.patient_id].name) for each in entries)
    late = [each for each in entries if each.is_late]
    by_hand = [each for each in entries if each.is_by_hand]
    doubtful = [each for each in entries if not each.confirmed]
    return Report(
        look.kind.key,
        look.kind.title,
        span_words(look.wanted.first, look.wanted.last),
        notes=(
            *look.unknown_months(),
            (
                "Late: written more than 72 hours after the work ended. Time that is not confirmed does not count "
                "until somebody has looked at it."
            ),
        ),
        figures=(
            Figure("Late entries", len(late), tone="warn" if late else ""),
            Figure("Typed by hand", len(by_hand)),
            Figure("Typed, time", sum(each.worked for each in by_hand), "time"),
            Figure("Not confirmed", len(doubtful), tone="block" if doubtful else ""),
        ),
        charts=_late_chart(entries),
        tables=(
            ReportTable(
                "Entries",
                _LATE,
                rows,
                totals=totals_of(_LATE[:8], [row[:8] for row in rows]) + (("", "") if rows else ()),
                about=tuple(each.patient_id for each in entries),
                empty="Every entry was written by the timer, in time.",
            ),
        ),
        names_patients=bool(rows),
    )


def _entries(look: Look) -> list[Worked]:
    person = look.staff().get(look.wanted.person_id or 0)
    found: list[Worked] = []
    months = look.wanted.months
    for done, month in enumerate(months):
        look.step(done, len(months), short_month(month))
        found += [each for each in worked_in(look, month) if person is None or each.staff == person]
    return found


def _add(sums: _Sums, entry: Worked, worked: int, counted: int) -> None:
    sums.worked += worked
    sums.counted += counted
    sums.by_hand += worked if entry.source == "manual" else 0
    sums.estimated += worked if entry.source == "estimated" else 0
    sums.late += worked if entry.is_late else 0
    sums.unconfirmed += worked if not entry.confirmed else 0


def _day_totals(days: Sequence[tuple[Value, ...]]) -> tuple[Value, ...]:
    return totals_of(_DAYS, days)


def _day_chart(look: Look, days: Sequence[tuple[Value, ...]]) -> tuple[Chart, ...]:
    """Return counted and not counted time by day, or by month where there are more than one."""
    is_one = look.wanted.first == look.wanted.last
    places = {str(day): str(day)[8:].lstrip("0") for day, *_ in days} if is_one else {}
    if not is_one:
        places = {str(month): short_month(month) for month in look.wanted.months}
    counted: dict[str, int] = defaultdict(int)
    left_out: dict[str, int] = defaultdict(int)
    for day, _person, _worked, yes, no, *_ in days:
        key = str(day) if is_one else str(day)[:7]
        counted[key] += int(yes or 0)
        left_out[key] += int(no or 0)
    if not days:
        return ()
    return (
        Chart(
            "Time by day of the month" if is_one else "Time by month",
            "stacked",
            "time",
            tuple(places.values()),
            (
                Series("Counted", tuple(counted[key] for key in places), "ready"),
                Series("Not counted", tuple(left_out[key] for key in places), "muted"),
            ),
        ),
    )


def _why_not(look: Look, entries: Iterable[Worked]) -> ReportTable:
    seconds: dict[str, int] = defaultdict(int)
    number: dict[str, int] = defaultdict(int)
    for entry in entries:
        for reason, left_out in entry.left_out:
            seconds[reason] += left_out
            number[reason] += 1
    rows = tuple(
        (_reason(look, reason), seconds[reason], number[reason])
        for reason in sorted(seconds, key=lambda key: -seconds[key])
    )
    return ReportTable(
        "Not counted", _REASONS, rows, totals=totals_of(_REASONS, rows), empty="Every second worked counts."
    )


def _reason(look: Look, reason: str) -> str:
    if reason == NO_CASE:
        return "The patient is not enrolled."
    return look.book.finding(reason).sentence


def _late_row(entry: Worked, look: Look, patient: str) -> tuple[Value, ...]:
    how = [SOURCES[entry.source]]
    how += ["late"] if entry.is_late else []
    how += [] if entry.confirmed else ["not confirmed"]
    if entry.is_by_hand and entry.written_by and entry.written_by != entry.staff:
        how[0] += f" by {entry.written_by}"
    return (
        look.local(entry.start),
        entry.staff,
        patient,
        plain(entry.activity),
        entry.worked,
        entry.counted,
        ", ".join(how),
        look.local(entry.recorded_at),
        entry.waited // 86_400 if entry.is_late else None,
        entry.reason or None,
    )


def _late_chart(entries: Sequence[Worked]) -> tuple[Chart, ...]:
    people = sorted({each.staff for each in entries}, key=str.casefold)
    if not people:
        return ()

    def seconds(person: str, *, late: bool) -> int:
        return sum(each.worked for each in entries if each.staff == person and each.is_late == late)

    return (
        Chart(
            "Late and hand-entered time by person",
            "stacked",
            "time",
            tuple(people),
            (
                Series("Late", tuple(seconds(person, late=True) for person in people), "warn"),
                Series("Written in time", tuple(seconds(person, late=False) for person in people), "accent"),
            ),
        ),
    )
