"""The text of an invented care plan, made of what the patient's conditions ask for."""

from collections.abc import Sequence
from functools import cache

from app import assets
from app.models import Allergy
from app.rules.care_plan import Item, SectionKind, SectionText, content_json, in_order, parse_section_kinds
from app.services.demo_charts import Chart
from app.services.demo_notes import filled
from app.services.demo_team import Member
from app.services.demo_texts import phrases

_OBSERVED = ("cognitive", "functional", "environment", "caregiver", "advance_directives")


def plan_content(chart: Chart, signer: Member, *, is_whole: bool) -> str:
    """Return the plan's content as it is stored. One that is not whole lacks its goals, so that it cannot be signed."""
    items = _items(chart, signer)
    texts = _texts(chart)
    if items["community"]:
        del texts["community"]
    if not is_whole:
        del items["goals"]
    keys = [kind.key for kind in _kinds() if kind.key in items or kind.key in texts]
    written = [SectionText(key, "", texts.get(key, ""), tuple(items.get(key, ()))) for key in keys]
    return content_json(in_order(_kinds(), written))


@cache
def _kinds() -> tuple[SectionKind, ...]:
    return parse_section_kinds(assets.load_toml("care_plan_sections.toml"))


def _items(chart: Chart, signer: Member) -> dict[str, Sequence[Item]]:
    ill, said, rng = chart.illnesses, phrases().plan, chart.rng
    who = [chart.nurse, signer]
    return {
        "problems": [
            {"what": each.description, "status": rng.choice(("stable", "better", "unsettled"))} for each in ill
        ],
        "goals": [{**each.goal, "by_when": "the next review", "about": each.description} for each in ill],
        "interventions": [
            {
                "what": each.intervention,
                "who": f"{who[number % 2].name}, {who[number % 2].credential}",
                "due": "each call",
                "about": each.description,
            }
            for number, each in enumerate(ill)
        ],
        "medications": [
            {"what": name, "directions": directions, "about": each.description}
            for each in ill
            for name, directions in each.medicines
            if name in chart.medicines
        ],
        "community": rng.sample(said["community"], rng.choice((0, 0, 1, 2))),
        "coordination": [each.coordination for each in ill if each.coordination],
        "allergies": [
            {"what": row.description, "reaction": row.reaction} for row in chart.rows if isinstance(row, Allergy)
        ],
        "preventive": said["preventive"],
    }


def _texts(chart: Chart) -> dict[str, str]:
    said = phrases().plan
    texts = {
        "prognosis": "\n".join(f"{each.description}: {each.outcome}" for each in chart.illnesses),
        "symptoms": "\n".join(each.symptoms for each in chart.illnesses),
        "medications": said["medications"],
        "community": said["no_community"],
        "coordination": said["coordination"],
        "review": said["review"],
    }
    return texts | {key: filled(chart, chart.rng.choice(said[key])) for key in _OBSERVED}
