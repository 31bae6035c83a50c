"""Templates poured into a plan that may already say something: nothing written is lost or doubled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.rules.blanks import fill
from app.rules.care_plan import Item, SectionKind, SectionText, in_order
from app.rules.plan_items import ABOUT, EVERY_PROBLEM, REF, about_words, problems_of
from app.rules.plan_templates import SHARED, MergedLine, MergedPlan
from app.rules.text import words_of

_NAMED = frozenset({"prognosis", "symptoms"})  # sections in which a line says whose condition it is about


@dataclass(frozen=True, slots=True)
class PouredPlan:
    """A plan with the templates in it. `blanks`: what nobody knew yet, and stands in brackets.

    `left_alone`: keys of the sections marked as not applicable, into which nothing was written. `differing`: lines left
    out because the plan says something else under the same name, by section: "LDL cholesterol" with another target.
    """

    sections: tuple[SectionText, ...]
    blanks: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()
    differing: tuple[tuple[str, Item], ...] = ()


def pour(
    merged: MergedPlan,
    sections: Iterable[SectionText],
    kinds: Sequence[SectionKind],
    values: Mapping[str, str],
    problems: Mapping[str, Sequence[str]] | None = None,
) -> PouredPlan:
    """Return the plan with the merged templates' lines after what it says; pouring the same again changes nothing.

    `values` fill the lines' blanks; `problems` are the plan's own words for the conditions of each template. An item
    keeps its line's id under `REF`, so that it is known again after a person has changed its words. Lines for a section
    that `kinds` do not have are left out. The patient's lines go to the sections "patient_do", "patient_clinic" and
    "patient_call", where `kinds` have them: fields what, es, whom.
    """
    by_section = _rows(merged, problems or {})
    kinds_by_key = {kind.key: kind for kind in kinds}
    poured, left_alone = [], []
    news = _News()
    for section in in_order(kinds, sections):
        rows = by_section.get(section.key, [])
        if rows and section.not_applicable:
            left_alone.append(section.key)
            poured.append(section)
        elif rows and section.key in kinds_by_key:
            poured.append(_with_rows(section, kinds_by_key[section.key], rows, values, news))
        else:
            poured.append(section)
    return PouredPlan(tuple(poured), tuple(news.blanks), tuple(left_alone), tuple(news.differing))


@dataclass(slots=True)
class _News:
    """What is learnt while lines are poured."""

    blanks: dict[str, None] = field(default_factory=dict)
    differing: list[tuple[str, Item]] = field(default_factory=list)


def _rows(merged: MergedPlan, problems: Mapping[str, Sequence[str]]) -> dict[str, list[Item]]:
    titles = dict(merged.titles)
    rows: dict[str, list[Item]] = {}
    for one in merged.lines:
        own = [problem for key in one.about for problem in problems.get(key, ())]
        row = {**_row(one, titles), REF: one.line.id} | ({ABOUT: about_words(own)} if own else {})
        rows.setdefault(one.line.section, []).append(row)
    for said in merged.patient_lines:
        row = {"what": said.line.en, "es": said.line.es, "whom": said.line.whom, REF: said.line.id}
        rows.setdefault(f"patient_{said.line.part}", []).append(row)
    return rows


def _row(one: MergedLine, titles: Mapping[str, str]) -> Item:
    row = dict(one.line.fields)
    owner = one.line.id.partition(".")[0]
    if one.line.section in _NAMED and owner != SHARED:
        row["text"] = f"{titles.get(owner, owner)}: {row['text']}"
    return row


def _with_rows(
    section: SectionText, kind: SectionKind, rows: Sequence[Item], values: Mapping[str, str], news: _News
) -> SectionText:
    columns = [column.key for column in kind.fields]
    paragraphs = [section.text] if section.text.strip() else []
    said = {_meaning(paragraph) for paragraph in section.text.splitlines()}
    items: list[Item] = list(section.items)
    refs = {item[REF]: place for place, item in reversed(list(enumerate(items))) if item.get(REF)}
    meant = {_meaning(item.get(columns[0], "")): place for place, item in enumerate(items)} if columns else {}
    for row in rows:
        # A problem's words are a person's, in which no blank is looked for.
        given = {name: text for name, text in row.items() if name not in (REF, ABOUT)}
        filled = {name: fill(text, values) for name, text in given.items()}
        item = {name: filled[name].text for name in columns if name in filled and filled[name].text}
        if "text" in filled:
            text = filled["text"].text
            if _meaning(text) in said:
                continue
            said.add(_meaning(text))
            paragraphs.append(text)
        elif not columns or columns[0] not in item:
            continue
        else:
            place = refs.get(row[REF], meant.get(_meaning(item[columns[0]])))
            if place is None:
                place = _place_of(items, len(section.items), item)
            if place is not None:
                if place < len(section.items) and not _same_words(items[place], item):
                    news.differing.append((section.key, {**item, REF: row[REF]}))
                items[place] = _also_about(items[place], row, columns)
                continue
            items.append(_also_about({**item, REF: _free(row[REF], items)}, row, columns))
        news.blanks.update(dict.fromkeys(blank for each in filled.values() for blank in each.missing))
    return replace(section, text="\n".join(paragraphs), items=tuple(items))


def _place_of(items: Sequence[Item], since: int, item: Item) -> int | None:
    """Return where the same words were poured just now, from `since` on."""
    return next((place for place in range(since, len(items)) if _same_words(items[place], item)), None)


def _same_words(standing: Item, item: Item) -> bool:
    """Whether a standing item says what `item` says; what it says beyond that is a person's."""
    return all(standing.get(name, "") == text for name, text in item.items() if name not in (REF, ABOUT))


def _also_about(item: Item, row: Item, columns: Sequence[str]) -> Item:
    """Return an item that names the row's problems too."""
    if ABOUT not in columns or not row.get(ABOUT) or EVERY_PROBLEM in problems_of(item):
        return item
    return {**item, ABOUT: about_words((*problems_of(item), *problems_of(row)))}


def _free(ref: str, items: Sequence[Item]) -> str:
    taken = {item.get(REF) for item in items}
    number, free = 1, ref
    while free in taken:
        number += 1
        free = f"{ref}-{number}"
    return free


def _meaning(text: str) -> tuple[str, ...]:
    return tuple(words_of(text))
