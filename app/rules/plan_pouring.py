"""Templates poured into a plan that may already say something: nothing written is lost or doubled."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.rules.blanks import fill
from app.rules.care_plan import Item, SectionKind, SectionText, in_order
from app.rules.plan_templates import SHARED, MergedLine, MergedPlan
from app.rules.text import words_of

_BRACKETS = re.compile(r"\[[a-z]+(?: [a-z]+)*\]")
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
) -> PouredPlan:
    """Return the plan with the merged templates' lines after what it says; pouring the same again changes nothing.

    `values` fill the lines' blanks. Lines for a section that `kinds` do not have are left out. The patient's lines go
    to the sections "patient_do", "patient_clinic" and "patient_call", where `kinds` have them: fields what, es, whom.
    """
    by_section = _rows(merged)
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


def unfilled(sections: Iterable[SectionText]) -> tuple[tuple[str, str], ...]:
    """Return what still stands in brackets, as `fill` leaves it: (section key, "[last weight]"), each once."""
    found = (
        (section.key, blank)
        for section in sections
        for text in (section.text, *(value for item in section.items for value in item.values()))
        for blank in _BRACKETS.findall(text)
    )
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class _News:
    """What is learnt while lines are poured."""

    blanks: dict[str, None] = field(default_factory=dict)
    differing: list[tuple[str, Item]] = field(default_factory=list)


def _rows(merged: MergedPlan) -> dict[str, list[Item]]:
    titles = dict(merged.titles)
    rows: dict[str, list[Item]] = {}
    for one in merged.lines:
        rows.setdefault(one.line.section, []).append(_row(one, titles))
    for said in merged.patient_lines:
        row = {"what": said.line.en, "es": said.line.es, "whom": said.line.whom}
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
    written = {_meaning(item.get(columns[0], "")): item for item in section.items} if columns else {}
    added: list[Item] = []
    for row in rows:
        filled = {name: fill(text, values) for name, text in row.items()}
        item = {name: filled[name].text for name in columns if name in filled and filled[name].text}
        if "text" in filled:
            text = filled["text"].text
            if _meaning(text) in said:
                continue
            said.add(_meaning(text))
            paragraphs.append(text)
        elif not columns or columns[0] not in item or item in added:
            continue
        elif same := written.get(_meaning(item[columns[0]])):
            if same != item:
                news.differing.append((section.key, item))
            continue
        else:
            added.append(item)
        news.blanks.update(dict.fromkeys(blank for each in filled.values() for blank in each.missing))
    return replace(section, text="\n".join(paragraphs), items=(*section.items, *added))


def _meaning(text: str) -> tuple[str, ...]:
    return tuple(words_of(text))
