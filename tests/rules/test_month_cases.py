import json
from pathlib import Path
from typing import Any

import pytest

from tests.rules.case_forms import judged

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("month_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("worked", CASES, ids=[f"{worked['case']['id']} {worked['why'][:60]}" for worked in CASES])
def test_worked_case_comes_out_as_worked(worked: dict[str, Any]) -> None:
    assert judged(worked["case"]) == worked["expect"]


def test_there_are_cases_of_every_verdict() -> None:
    assert {worked["expect"]["verdict"] for worked in CASES} == {"ready", "short", "blocked"}
