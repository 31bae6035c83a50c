"""A year beside the year before: patients served, time that counts, and claims by code."""

from collections import Counter
from dataclasses import dataclass, field

from app.rules.month import Month
from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, Value, totals_of
from app.services.board.rows import READY
from app.services.figures.look import Look
from app.services.figures.words import MONTHS, month_words, short_month


@dataclass(slots=True)
class _MonthSums:
    served: int = 0
    seconds: int = 0
    ready: int = 0
    closed: int = 0
    codes: Counter[str] = field(default_factory=Counter)


def years(look: Look) -> Report:
    """Return the months of a year, as far as they have begun, each beside the same month of the year before."""
    year = look.wanted.first.year
    running = Month.of(look.today)
    months = [Month(year, number) for number in range(1, 13) if Month(year, number) <= running]
    who = look.patients()
    work = [Month(year - 1, month.month) for month in months] + months
    sums: dict[Month, _MonthSums] = {}
    for done, month in enumerate(work):
        look.step(done, len(work), short_month(month))
        sums[month] = _sums_of(look, month, frozenset(who))
    pairs = [(sums[Month(year - 1, month.month)], sums[month]) for month in months]
    columns = (
        ReportColumn("month", "Month", share=14),
        ReportColumn("served_before", f"Served {year - 1}", "count", share=12),
        ReportColumn("served", f"Served {year}", "count", share=12),
        ReportColumn("time_before", f"Counted {year - 1}", "time", share=14),
        ReportColumn("time", f"Counted {year}", "time", share=14),
        ReportColumn("ready_before", f"Ready {year - 1}", "count", share=11),
        ReportColumn("ready", f"Ready {year}", "count", share=11),
        ReportColumn("closed_before", f"Closed {year - 1}", "count", share=11),
        ReportColumn("closed", f"Closed {year}", "count", share=11),
    )
    rows = tuple(_row(month, *pair) for month, pair in zip(months, pairs, strict=True))
    before, now = _all([pair[0] for pair in pairs]), _all([pair[1] for pair in pairs])
    code_columns = (
        ReportColumn("code", "Code", share=12),
        ReportColumn("label", "What", share=40),
        ReportColumn("before", f"Units {year - 1}", "count", share=14),
        ReportColumn("now", f"Units {year}", "count", share=14),
        ReportColumn("change", "Change", "count", share=12),
    )
    codes = tuple(
        (
            code,
            _label(look, code, months[-1]),
            before.codes[code],
            now.codes[code],
            now.codes[code] - before.codes[code],
        )
        for code in sorted(before.codes | now.codes)
    )
    names = tuple(MONTHS.split()[month.month - 1][:3] for month in months)
    scope = f"{year} beside {year - 1}" + (f", to {month_words(months[-1])}" if months and len(months) < 12 else "")
    return Report(
        look.kind.key,
        look.kind.title,
        scope,
        notes=(
            (
                "Served: patients of whom at least one second counted in the month. Closed: months with a final "
                "packet. Claims are the codes of closed months. Both years are counted over the same months."
            ),
            *_unknown(look, work),
        ),
        figures=(
            Figure(f"Served {year}, patient-months", now.served),
            Figure(f"Served {year - 1}, patient-months", before.served),
            Figure(f"Time that counts {year}", now.seconds, "time"),
            Figure(f"Time that counts {year - 1}", before.seconds, "time"),
            Figure(f"Months closed {year}", now.closed),
            Figure(f"Months closed {year - 1}", before.closed),
        ),
        charts=(
            Chart(
                "Patients served by month",
                "line",
                "count",
                names,
                (
                    Series(str(year - 1), tuple(pair[0].served for pair in pairs), "muted"),
                    Series(str(year), tuple(pair[1].served for pair in pairs), "accent"),
                ),
            ),
            Chart(
                "Time that counts by month",
                "bar",
                "time",
                names,
                (
                    Series(str(year - 1), tuple(pair[0].seconds for pair in pairs), "muted"),
                    Series(str(year), tuple(pair[1].seconds for pair in pairs), "accent"),
                ),
            ),
        )
        if months
        else (),
        tables=(
            ReportTable("By month", columns, rows, totals=totals_of(columns, rows)),
            ReportTable(
                "Claims by code",
                code_columns,
                codes,
                totals=totals_of(code_columns, codes),
                empty="No month of these years is closed yet.",
            ),
        ),
    )


def _sums_of(look: Look, month: Month, ids: frozenset[int]) -> _MonthSums:
    sums = _MonthSums()
    for each in look.judged(month, ids):
        seconds = each.result.clinical_staff_seconds + each.result.practitioner_seconds
        sums.served += seconds > 0
        sums.seconds += seconds
        sums.ready += each.result.verdict == READY
        if each.packet_no is not None:
            sums.closed += 1
            for line in each.result.lines:
                sums.codes[line.code] += line.units
    return sums


def _all(months: list[_MonthSums]) -> _MonthSums:
    codes: Counter[str] = Counter()
    for each in months:
        codes.update(each.codes)
    return _MonthSums(
        sum(each.served for each in months),
        sum(each.seconds for each in months),
        sum(each.ready for each in months),
        sum(each.closed for each in months),
        codes,
    )


def _row(month: Month, before: _MonthSums, now: _MonthSums) -> tuple[Value, ...]:
    name = MONTHS.split()[month.month - 1]
    return (
        *(name, before.served, now.served, before.seconds, now.seconds),
        *(before.ready, now.ready, before.closed, now.closed),
    )


def _label(look: Look, code: str, month: Month) -> str:
    found = look.book.code(code, month.last)
    return found.label if found is not None else ""


def _unknown(look: Look, months: list[Month]) -> tuple[str, ...]:
    unknown = [month for month in months if not look.book.knows(month, look.clinic.setting)]
    if not unknown:
        return ()
    return (
        (
            f"The rules of {month_words(min(unknown))} to {month_words(max(unknown))} are not known to CareLoop: "
            "those months count as nothing here."
        ),
    )
