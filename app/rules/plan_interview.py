"""The guided interview: questions read aloud, and what their answers make of the plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.rules.care_plan import Item, SectionKind, SectionText
from app.rules.plan_items import REF

_ASKED = "asked."


@dataclass(frozen=True, slots=True)
class Question:
    """A question in plain English and Spanish; `section` is where its answer goes, `label` what stands before it there.

    With `items`, each line of the answer is an item of the section instead.
    """

    key: str
    section: str
    label: str
    en: str
    es: str
    items: bool = False


def parse_questions(table: Mapping[str, Any], kinds: Sequence[SectionKind]) -> tuple[Question, ...]:
    """Return the questions of `table` (the parsed TOML) in the order of the plan's elements.

    Raise `ValueError` where one comes twice, or asks for a section or for items that there are not.
    """
    found = tuple(Question(**row) for row in table["question"])
    order = {kind.key: number for number, kind in enumerate(kinds)}
    with_items = {kind.key for kind in kinds if kind.fields}
    if len({one.key for one in found}) != len(found) or len({(one.section, one.label) for one in found}) != len(found):
        raise ValueError("a question of the interview comes twice")
    for one in found:
        if one.section not in order or (one.items and one.section not in with_items):
            raise ValueError(f"the question {one.key} has no place in the plan")
    return found


def answer_of(question: Question, section: SectionText) -> str:
    """Return what was answered so far, as it was typed."""
    if question.items:
        return "\n".join(item.get("what", "") for item in _asked(question, section.items))
    before = f"{question.label}: "
    return next((line.removeprefix(before) for line in section.text.splitlines() if line.startswith(before)), "")


def answered(question: Question, section: SectionText, answer: str) -> SectionText:
    """Return the section with this answer in place of an earlier one; an empty one takes it out again.

    A section that was marked as not applicable is, once it says something, applicable.
    """
    lines = [" ".join(line.split()) for line in answer.splitlines() if line.strip()]
    if question.items:
        changed = replace(section, items=_with_items(question, section.items, lines))
    else:
        changed = replace(section, text=_with_line(question, section.text, " ".join(lines)))
    return replace(changed, not_applicable="") if lines else changed


def _with_line(question: Question, text: str, answer: str) -> str:
    before = f"{question.label}: "
    lines = text.split("\n") if text else []
    place = next((number for number, line in enumerate(lines) if line.startswith(before)), None)
    said = [before + answer] if answer else []
    if place is None:
        return "\n".join([*lines, *said]) if said else text
    return "\n".join([*lines[:place], *said, *lines[place + 1 :]])


def _with_items(question: Question, items: Sequence[Item], lines: Sequence[str]) -> tuple[Item, ...]:
    earlier = list(_asked(question, items))
    # An item answered before keeps what was written beside it since, such as a goal's target.
    kept = [
        {**(earlier[number] if number < len(earlier) else {}), "what": line, REF: f"{_ASKED}{question.key}.{number}"}
        for number, line in enumerate(lines)
    ]
    others = [item for item in items if item not in earlier]
    return (*others, *kept)


def _asked(question: Question, items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(item for item in items if item.get(REF, "").startswith(f"{_ASKED}{question.key}."))
