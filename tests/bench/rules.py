"""Ten thousand patients' months judged in one call, beside reading the same text as JSON."""

import json
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from app import assets
from app.rules.case_json import parse_case
from app.rules.evaluate import evaluate
from tests.bench.stopwatch import best, line

CASES = Path(__file__).parents[1] / "rules" / "month_cases.json"


def measure(*, short: bool) -> Iterator[str]:
    """Yield one line."""
    many = 500 if short else 10_000
    worked = [each["case"] for each in json.loads(CASES.read_text(encoding="utf-8"))]
    text = json.dumps(list(islice(cycle(worked), many)))
    book = assets.load_rule_book()

    def judge() -> list[str]:
        return [json.dumps(evaluate(parse_case(case), book).to_json()) for case in json.loads(text)]

    times = 1 if short else 2
    yield line(f"{many:,} months judged", best(judge, times), "json.loads", best(lambda: json.loads(text)), "10 s")
