"""The month-end board of a whole clinic, beside the rules alone on the same months."""

from collections.abc import Iterator

from app import assets
from app.rules.evaluate import evaluate
from app.rules.month import Month
from app.services.desk import Desk
from app.services.month_case import gather
from tests.bench.stopwatch import best, line

OCTOBER = Month(2026, 10)


def lines(desk: Desk) -> Iterator[str]:
    """Yield one line."""
    actor, book = desk.actor, assets.load_rule_book()
    with desk.opened.ledger.reading(actor, "readiness.read") as reading:
        cases = [case for _, case in gather(reading.session, OCTOBER, "America/Chicago", "office")]
    ours = best(lambda: desk.readiness.board(actor, OCTOBER))
    rules = best(lambda: [evaluate(case, book) for case in cases])
    yield line(f"the board of {len(cases)} patients", ours, "rules alone", rules)
