"""What ready months may bring, by code and month: Medicare's estimate or the clinic's charges, never the two mixed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from app.rules.families import Line
from app.rules.month import Month
from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, Tone, Value, totals_of
from app.services.board.rows import READY, estimate_of
from app.services.figures.look import Look
from app.services.figures.words import month_words, short_month, span_words
from app.services.judging import Judged
from app.services.packet_gathering import charges_on

_ESTIMATE_NOTE = (
    "Estimates. They come from Medicare's national amounts of the year for each code, at the share paid to the "
    "practitioner's kind; locality, coinsurance and sequestration are not taken off. They are not what will be paid, "
    "and not the sum to charge."
)
_WHOLE_NOTE = "Of a month with one code whose amount is not known, no amount is counted, as on the board."
_CHARGES_NOTE = (
    "The clinic's own charges on the month's last day. They are what the claims say, not what will be paid. A code "
    "without a charge is listed as such."
)


_TONES: tuple[Tone, ...] = ("accent", "ready", "warn", "muted")


@dataclass(slots=True)
class _CodeSums:
    patients: int = 0
    units: int = 0
    cents: int = 0
    unknown: int = 0
    by_month: dict[Month, int] = field(default_factory=lambda: defaultdict(int))


def revenue(look: Look) -> Report:
    """Return the amounts of ready months (approved and exported ones were ready) by code and by month."""
    is_estimate = look.wanted.amounts == "estimate"
    amount = "Estimate" if is_estimate else "Charges"
    who = look.patients()
    codes: dict[str, _CodeSums] = defaultdict(_CodeSums)
    months = []
    labels: dict[str, str] = {}
    held = 0
    wanted = look.wanted.months
    for done, month in enumerate(wanted):
        look.step(done, len(wanted), short_month(month))
        judged = [each for each in look.judged(month, who) if each.result.verdict == READY]
        charges = {} if is_estimate else charges_on(look.session, month.last)
        ready = unknown = cents = 0
        for each in judged:
            ready += 1
            amounts = [(line, _amount(look, each, line, charges)) for line in each.result.would_bill]
            # As on the board: of a month with one amount unknown, none is known.
            is_known = all(known is not None for _, known in amounts)
            unknown += not is_known
            if is_known and each.hold is not None and each.packet_no is None:
                held += sum(known or 0 for _, known in amounts)
            for line, known in amounts:
                labels.setdefault(line.code, _label(look, line.code, month.last))
                sums = codes[line.code]
                sums.patients += 1
                sums.units += line.units
                if is_known and known is not None:
                    sums.cents += known
                    sums.by_month[month] += known
                    cents += known
                else:
                    sums.unknown += line.units
        months.append((month_words(month), ready, cents, unknown))
    code_columns = (
        ReportColumn("code", "Code", share=10),
        ReportColumn("label", "What", share=38),
        ReportColumn("patients", "Patient-months", "count", share=14),
        ReportColumn("units", "Units", "count", share=9),
        ReportColumn("unknown", "Units without amount", "count", share=14),
        ReportColumn("cents", amount, "money", share=14),
    )
    month_columns = (
        ReportColumn("month", "Month", share=24),
        ReportColumn("ready", "Ready months", "count", share=14),
        ReportColumn("cents", amount, "money", share=16),
        ReportColumn("unknown", "Without a known amount", "count", share=18),
    )
    by_code = tuple(
        (code, labels[code], sums.patients, sums.units, sums.unknown, sums.cents if sums.by_month else None)
        for code, sums in sorted(codes.items())
    )
    total = sum(sums.cents for sums in codes.values())
    lacking = sum(row[3] for row in months)
    code_table = ReportTable("By code", code_columns, by_code, empty="No month is ready in this time.")
    return Report(
        look.kind.key,
        f"{look.kind.title}: {'estimate' if is_estimate else 'the clinic’s charges'}",
        span_words(look.wanted.first, look.wanted.last),
        notes=(*look.unknown_months(), _ESTIMATE_NOTE if is_estimate else _CHARGES_NOTE, _WHOLE_NOTE),
        figures=(
            Figure("Expected (estimate)" if is_estimate else "Charges", total, "money"),
            Figure("Of this, held or not to be billed", held, "money", "warn" if held else ""),
            Figure("Ready months", sum(row[1] for row in months)),
            Figure("Without a known amount", lacking, tone="warn" if lacking else ""),
        ),
        charts=_charts(codes, wanted, amount),
        tables=(
            replace(code_table, totals=_code_totals(code_columns, by_code)),
            ReportTable("By month", month_columns, tuple(months), totals=totals_of(month_columns, months)),
        ),
    )


def _code_totals(columns: tuple[ReportColumn, ...], rows: tuple[tuple[Value, ...], ...]) -> tuple[Value, ...]:
    """Return the sums of units and money; patient-months are counted once a code, so they have no sum."""
    if not rows:
        return ()
    sums = list(totals_of(columns, rows))
    sums[2] = ""
    return tuple(sums)


def _amount(look: Look, each: Judged, line: Line, charges: Mapping[str, int]) -> int | None:
    if look.wanted.amounts == "charges":
        return charges[line.code] * line.units if line.code in charges else None
    on = each.result.date_of_service or each.case.month.last
    return estimate_of(each.case, (line,), on, look.book)


def _label(look: Look, code: str, on: date) -> str:
    found = look.book.code(code, on)
    return found.label if found is not None else ""


def _charts(codes: Mapping[str, _CodeSums], months: tuple[Month, ...], amount: str) -> tuple[Chart, ...]:
    known = {code: sums for code, sums in codes.items() if sums.cents}
    if not known:
        return ()
    if len(months) == 1:
        places = tuple(sorted(known))
        values = tuple(known[code].cents for code in places)
        return (Chart(f"{amount} by code", "bar", "money", places, (Series(amount, values),)),)
    largest = sorted(known, key=lambda code: -known[code].cents)[: len(_TONES)]
    series = [
        Series(code, tuple(known[code].by_month[month] for month in months), tone)
        for code, tone in zip(largest, _TONES, strict=False)
    ]
    others = [sums for code, sums in known.items() if code not in largest]
    if others:
        rest = tuple(sum(sums.by_month[month] for sums in others) for month in months)
        series.append(Series("Other codes", rest, "block"))
    places = tuple(short_month(month) for month in months)
    return (Chart(f"{amount} by month", "stacked", "money", places, tuple(series)),)
