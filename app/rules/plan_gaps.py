"""What a care plan still lacks before a person may sign it (RULES.md §2.1)."""

import re
from collections.abc import Iterable, Mapping, Sequence

from app.rules.care_plan import PlanGap, SectionKind, SectionText, empty_section, tidied
from app.rules.plan_items import REF, day_of, without_goal

_BRACKETS = re.compile(r"\[[a-z]+(?: [a-z]+)*\]")
_FEW = 3


def gaps(kinds: Sequence[SectionKind], sections: Iterable[SectionText]) -> tuple[PlanGap, ...]:
    """Return what a version still lacks before it can be signed, in the order of the elements; one gap an element.

    A required element is filled, or marked as not applicable with a reason (RULES.md §2.1); every item that was begun
    says what its required fields ask, such as who is responsible for an intervention; every problem that is managed
    here has a goal; and nothing of a template is left in brackets.
    """
    written = {section.key: section for section in tidied(sections)}
    blanks: dict[str, list[str]] = {}
    for key, blank in unfilled(written.values()):
        blanks.setdefault(key, []).append(blank)
    found = []
    for kind in kinds:
        section = written.get(kind.key, empty_section(kind))
        said = (
            _lack(kind, section) or _goals_lack(kind, section, written) or _blanks_lack(kind, blanks.get(kind.key, ()))
        )
        if said:
            found.append(PlanGap(kind.key, kind.title, said))
    return tuple(found)


def unfilled(sections: Iterable[SectionText]) -> tuple[tuple[str, str], ...]:
    """Return what still stands in brackets, as `blanks.fill` leaves it: (section key, "[last weight]"), each once."""
    found = (
        (section.key, blank)
        for section in sections
        for text in (section.text, *(value for item in section.items for key, value in item.items() if key != REF))
        for blank in _BRACKETS.findall(text)
    )
    return tuple(dict.fromkeys(found))


def first_blank(text: str) -> tuple[int, int] | None:
    """Return where the first words in brackets stand in a text, as (begin, end), None where there are none."""
    found = _BRACKETS.search(text)
    return found.span() if found else None


def _lack(kind: SectionKind, section: SectionText) -> str:
    needed = [field for field in kind.fields if field.required]
    for item in section.items:
        for field in needed:
            if not item.get(field.key):
                name = item.get(kind.fields[0].key) or "one item"
                return f"{kind.title}: “{name}” needs {field.title.lower()}."
        for field in kind.fields:
            if field.kind == "day" and item.get(field.key) and day_of(item[field.key]) is None:
                name = item.get(kind.fields[0].key) or "one item"
                return f"{kind.title}: “{name}” needs a day written as MM/DD/YYYY, not “{item[field.key]}”."
    if not kind.required or section.not_applicable:
        return ""
    if kind.needs_item and not section.items:
        return f"{kind.title}: add at least one, or say why there is none."
    if not section.text and not section.items:
        return f"{kind.title}: fill it in, or say why it does not apply."
    return ""


def _goals_lack(kind: SectionKind, section: SectionText, written: Mapping[str, SectionText]) -> str:
    if kind.key != "goals" or section.not_applicable or "problems" not in written:
        return ""
    lacking = without_goal(written["problems"].items, section.items)
    if not lacking:
        return ""
    named = ", ".join(f"“{problem}”" for problem in lacking[:_FEW])
    if len(lacking) > _FEW:
        named += f" and {len(lacking) - _FEW} more"
    return f"{kind.title}: no goal for {named}. Add one for it, or say in the problem list why it has none."


def _blanks_lack(kind: SectionKind, blanks: Sequence[str]) -> str:
    if not blanks:
        return ""
    named = ", ".join(blanks[:_FEW])
    if len(blanks) > _FEW:
        named += f" and {len(blanks) - _FEW} more"
    return f"{kind.title}: fill in {named}."
