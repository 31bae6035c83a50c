import json
from pathlib import Path

import pytest

from app.rules.readiness import readiness_from_json

CASES = json.loads(Path(__file__).with_name("month_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("stored", [worked["expect"] for worked in CASES], ids=lambda stored: stored["id"])
def test_a_stored_result_is_read_back_whole(stored: dict[str, object]) -> None:
    assert readiness_from_json(stored).to_json() == stored
