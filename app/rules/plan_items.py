"""What the rows of a care plan mean: which problem they serve, when they are due, how far a goal has come."""

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from app.rules.care_plan import Item, SectionText
from app.rules.text import words_of

REF = "ref"
"""The key under which a goal or an intervention keeps its name from version to version; it is never printed."""
NAMED = ("goals", "interventions")
"""The sections whose items go on from version to version: progress and follow-ups hang on them."""
ABOUT = "about"
EVERY_PROBLEM = "All problems"
_BETWEEN = "; "

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_EVERY = re.compile(r"every (\d{1,2}) months")
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_FIGURE = re.compile(rf"(?<![\w./])-?{_NUMBER}(?:/{_NUMBER})?(?![/\d])")
_BOUND = re.compile(
    r"(?:under|below|less than|over|above|more than|at least|at most|up to|no more than|[<>≤≥])\s*", re.IGNORECASE
)
_CHANGE = re.compile(r"\b(?:lower|higher|less|more)\b", re.IGNORECASE)
_TO_A_YEAR = {"monthly": 1, "every month": 1, "quarterly": 3, "twice a year": 6, "yearly": 12, "every year": 12}


def item_ref(item: Item) -> str:
    """Return what names a goal or an intervention in all versions: its own name, else one made of its words."""
    if item.get(REF):
        return item[REF]
    said = " ".join(words_of(next((item[key] for key in ("what", "text") if item.get(key)), "")))
    return "w" + hashlib.sha256(said.encode()).hexdigest()[:12]


def with_refs(section: SectionText) -> SectionText:
    """Return a section whose goals or interventions have their names, no two the same; other sections as they are."""
    if section.key not in NAMED:
        return section
    taken: set[str] = set()
    items: list[Item] = []
    for item in section.items:
        if item_says_something(item):
            ref = item_ref(item)
            number = 1
            while ref in taken:
                number += 1
                ref = f"{item_ref(item)}-{number}"
            taken.add(ref)
            items.append({**item, REF: ref})
        else:
            items.append(item)
    return SectionText(section.key, section.title, section.text, tuple(items), section.not_applicable, section.fields)


def item_says_something(item: Item) -> bool:
    """Whether a row holds anything that a person wrote."""
    return any(text.strip() for key, text in item.items() if key != REF)


def problems_of(item: Item) -> tuple[str, ...]:
    """Return the problems that an item is about, as it names them."""
    return _parts(item.get(ABOUT, ""))


def about_words(problems: Iterable[str]) -> str:
    """Return several problems as an item names them."""
    return _BETWEEN.join(dict.fromkeys(problems))


def is_about(item: Item, problem: str) -> bool:
    """Whether an item serves a problem, as the problem list names it."""
    wanted = _meaning(problem)
    return any(part == EVERY_PROBLEM or _meaning(part) == wanted for part in problems_of(item))


def renamed(items: Sequence[Item], before: str, now: str) -> tuple[Item, ...]:
    """Return items that name a problem by its new words."""
    return tuple(
        {**item, ABOUT: about_words(now if _meaning(part) == _meaning(before) else part for part in problems_of(item))}
        if is_about(item, before) and EVERY_PROBLEM not in problems_of(item)
        else item
        for item in items
    )


def day_of(text: str) -> date | None:
    """Return the day written as MM/DD/YYYY, None where it is no day."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[1]), int(found[2]))
    except ValueError:
        return None


def day_text(day: date) -> str:
    """Return a day as a plan writes it, MM/DD/YYYY."""
    return f"{day:%m/%d/%Y}"


def every_months(words: str) -> int:
    """Return how often something is due, in months, as `due_words` and people write it; 0 where they do not say."""
    said = " ".join(words.casefold().split())
    if said in _TO_A_YEAR:
        return _TO_A_YEAR[said]
    found = _EVERY.fullmatch(said)
    return int(found[1]) if found else 0


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_due(due_on: date, months: int, done_on: date) -> date:
    """Return when something that repeats is due again: the first of its days after the one on which it was done."""
    number = 1
    while months_later(due_on, number * months) <= done_on:
        number += 1
    return months_later(due_on, number * months)


def figures(value: str) -> tuple[Decimal, ...]:
    """Return the number of a measured value, "A1c 7.9 %", or its two where a stroke joins them: "152/90"."""
    found = _FIGURE.search(re.sub(r"\b[A-Za-z]\d\w*", " ", value))
    return () if found is None else tuple(Decimal(part.replace(",", "")) for part in found[0].split("/"))


def aimed_at(target: str) -> tuple[Decimal, ...]:
    """Return the level that a target names, as `figures` do; none for a change ("5 percent lower") or mere words."""
    said = _BOUND.sub("", target.strip())
    if not _FIGURE.match(said) or _CHANGE.search(said):
        return ()
    return figures(said)


def without_goal(problems: Iterable[Item], goals: Iterable[Item]) -> tuple[str, ...]:
    """Return the problems that are managed here and that no goal serves (RULES.md §2.1: one for each at least)."""
    kept = tuple(goals)
    return tuple(
        problem["what"]
        for problem in problems
        if problem.get("what")
        and not problem.get("no_goal")
        and not any(goal.get("what") and is_about(goal, problem["what"]) for goal in kept)
    )


def belongings(problem: str, sections: Mapping[str, SectionText]) -> tuple[tuple[str, int, str], ...]:
    """Return what belongs to a problem: (section, place in it, words) of its goals, interventions and medicines."""
    return tuple(
        (key, place, item.get("what", ""))
        for key in ("goals", "interventions", "medications")
        if key in sections
        for place, item in enumerate(sections[key].items)
        if item.get("what") and is_about(item, problem)
    )


@lru_cache(maxsize=4096)
def _meaning(text: str) -> tuple[str, ...]:
    # A long plan compares the same few names many times for every key that is typed.
    return tuple(words_of(text))


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in (each.strip() for each in text.split(_BETWEEN)) if part)
