"""The text of an invented care plan, made of what the patient's conditions ask for."""

import json
from collections.abc import Iterator

from app.services.demo_charts import Chart
from app.services.demo_team import Member


def plan_content(chart: Chart, signer: Member) -> str:
    """Return the plan's sections as the care plan keeps them."""
    sections = [{"title": title, "text": text, "items": list(items)} for title, text, items in _sections(chart, signer)]
    return json.dumps(sections, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _sections(chart: Chart, signer: Member) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    named = [(each, each.description) for each in chart.illnesses]
    yield "Problems", "", tuple(description for _, description in named)
    yield "Expected outcome and prognosis", "", tuple(each.outcome for each, _ in named)
