"""The longest reports of a whole clinic, beside one board of it a month."""

from collections.abc import Iterator
from functools import partial

from app.rules.month import Month
from app.services.desk import Desk
from app.services.figures.kinds import Wanted
from tests.bench import clinics
from tests.bench.stopwatch import best, line

LAST = Month(2026, 10)
KEYS = ("contacts", "staff_time", "revenue", "years")


def measure(*, short: bool) -> Iterator[str]:
    """Yield a line a report over as many months as the clinic has."""
    months = 2 if short else 12
    with clinics.demo(10 if short else 240, months) as desk:
        yield from _lines(desk, months)


def _lines(desk: Desk, months: int) -> Iterator[str]:
    first = LAST
    for _ in range(months - 1):
        first = first.previous
    wanted, year, actor = Wanted(first, LAST), Wanted(LAST, LAST), desk.actor
    boards = best(lambda: [desk.readiness.board(actor, month) for month in wanted.months], 1)
    for key in KEYS:
        ours = best(partial(desk.reports.look, actor, key, year if key == "years" else wanted), 1)
        yield line(f"{key}: the report of {months} months", ours, "their boards", boards)
