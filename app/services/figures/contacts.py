"""Who was contacted: attempts, outcomes, and at which hours people are reached."""

from collections import Counter

from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, rate, totals_of
from app.services.contact_log import Contact, contacts_between
from app.services.figures.look import Look, Who
from app.services.figures.words import OUTCOMES, hour_words, span_words

_COLUMNS = (
    ReportColumn("patient", "Patient", share=24),
    ReportColumn("owner", "Calls", share=18),
    ReportColumn("contacts", "Attempts", "count", share=9),
    ReportColumn("reached", "Reached", "count", share=9),
    ReportColumn("last", "Last contact", "moment", share=17),
    ReportColumn("outcome", "Last outcome", share=14),
    ReportColumn("in_vain", "In vain since", "count", share=11),
)


def contacts(look: Look) -> Report:
    """Return the contacts of the months: by outcome, by hour, and a row for each enrolled or contacted patient."""
    who, staff = look.patients(), look.staff()
    found = {
        patient_id: rows
        for patient_id, rows in contacts_between(look.session, look.begins, look.over).items()
        if patient_id in who
    }
    everything = [contact for rows in found.values() for contact in rows]
    outcomes = Counter(contact.outcome for contact in everything)
    reached = sum(contact.reached for contact in everything)
    listed = [each for each in who.values() if each.patient_id in found or each.status == "enrolled"]
    rows = tuple(_row(each, found.get(each.patient_id, []), look, staff) for each in listed)
    order = [key for key in OUTCOMES if outcomes[key]]
    silent = sum(each.patient_id not in found for each in listed)
    unreached = sum(
        bool(found.get(each.patient_id)) and not any(one.reached for one in found[each.patient_id]) for each in listed
    )
    return Report(
        look.kind.key,
        look.kind.title,
        span_words(look.wanted.first, look.wanted.last),
        notes=(
            (
                "A contact is a call made here, or imported or typed time that says somebody was called. Whether "
                "somebody was reached is what the time entry says now. Hours are the clinic's."
            ),
        ),
        figures=(
            Figure("Attempts", len(everything)),
            Figure("Reached", reached),
            Figure("Reached rate", rate(reached, len(everything)), "rate"),
            Figure("Tried, not reached", unreached, tone="warn" if unreached else ""),
            Figure("Enrolled, never tried", silent, tone="warn" if silent else ""),
        ),
        charts=(
            Chart(
                "Outcomes",
                "bar",
                "count",
                tuple(OUTCOMES[key] for key in order),
                (Series("Contacts", tuple(outcomes[key] for key in order)),),
            ),
            *_hours_chart(look, everything),
        ),
        tables=(
            _hours_table(look, everything),
            ReportTable(
                "Patients",
                _COLUMNS,
                rows,
                totals=_totals(rows),
                about=tuple(each.patient_id for each in listed),
                note="In vain since: attempts after the last time the patient was reached, within these months.",
                empty="Nobody was contacted, and nobody is enrolled.",
            ),
        ),
        names_patients=bool(rows),
    )


def _row(who: Who, found: list[Contact], look: Look, staff: dict[int, str]) -> tuple[str | int | None, ...]:
    in_vain = 0
    for contact in reversed(found):
        if contact.reached:
            break
        in_vain += 1
    last = found[-1] if found else None
    return (
        who.name,
        staff.get(who.owner_id or 0),
        len(found),
        sum(contact.reached for contact in found),
        look.local(last.at) if last else None,
        OUTCOMES.get(last.outcome, last.outcome) if last else None,
        in_vain,
    )


def _totals(rows: tuple[tuple[str | int | None, ...], ...]) -> tuple[str | int | None, ...]:
    return (*totals_of(_COLUMNS, rows)[:-1], "") if rows else ()


def _by_hour(look: Look, found: list[Contact]) -> list[tuple[int, int, int]]:
    """Return (hour, attempts, reached) from the first to the last hour with an attempt."""
    tried: Counter[int] = Counter()
    reached: Counter[int] = Counter()
    for contact in found:
        hour = contact.at.astimezone(look.zone).hour
        tried[hour] += 1
        reached[hour] += contact.reached
    if not tried:
        return []
    return [(hour, tried[hour], reached[hour]) for hour in range(min(tried), max(tried) + 1)]


def _hours_chart(look: Look, found: list[Contact]) -> tuple[Chart, ...]:
    hours = _by_hour(look, found)
    if not hours:
        return ()
    return (
        Chart(
            "Reached rate by hour of the day",
            "bar",
            "rate",
            tuple(hour_words(hour) for hour, _, _ in hours),
            (Series("Reached", tuple(rate(reached, tried) for _, tried, reached in hours), "ready"),),
        ),
    )


def _hours_table(look: Look, found: list[Contact]) -> ReportTable:
    columns = (
        ReportColumn("hour", "Hour", share=20),
        ReportColumn("attempts", "Attempts", "count", share=12),
        ReportColumn("reached", "Reached", "count", share=12),
        ReportColumn("rate", "Reached rate", "rate", share=12),
    )
    hours = _by_hour(look, found)
    tried, reached = sum(each[1] for each in hours), sum(each[2] for each in hours)
    return ReportTable(
        "By hour",
        columns,
        tuple((hour_words(hour), many, answered, rate(answered, many)) for hour, many, answered in hours),
        totals=("All", tried, reached, rate(reached, tried)) if hours else (),
        empty="Nobody was called.",
    )
