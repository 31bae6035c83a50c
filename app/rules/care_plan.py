"""A care plan as a value: its elements (RULES.md §2.1), what is written under each, and what is still missing."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.rules.packet_facts import PlanSection

Item = Mapping[str, str]
"""A row under a section: what is written in each of its fields, by the field's key. Empty fields may be left out."""


PATIENT_COPY = ("patient_do", "patient_clinic", "patient_call")
"""The elements that hold the words of the patient's own copy; the clinician's paper leaves them out."""


@dataclass(frozen=True, slots=True)
class ItemField:
    """A column of a section's items; an item counts when its required ones are filled.

    `kind` says what is written in it: "" any words, "problem" which of the problems, "person" who, "day" a day as
    MM/DD/YYYY, "often" how often.
    """

    key: str
    title: str
    required: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SectionKind:
    """An element of the plan. `source` is where Medicare asks for it; `fill` the chart's list a first draft takes over.

    Sections without `fields` hold text alone. With `needs_item`, text alone does not fill it.
    """

    key: str
    title: str
    help: str
    source: str
    required: bool = False
    needs_item: bool = False
    fill: str = ""  # conditions | medications | allergies
    fields: tuple[ItemField, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionText:
    """What a plan says under one element. `not_applicable` is the reason it is empty on purpose.

    Titles are kept with the text, so that a signed version reads the same when the elements are renamed one day.
    """

    key: str
    title: str
    text: str = ""
    items: tuple[Item, ...] = ()
    not_applicable: str = ""
    fields: tuple[tuple[str, str], ...] = ()  # (key, title) of the items' columns


@dataclass(frozen=True, slots=True)
class PlanGap:
    """What keeps a plan from being signed: the section, and a sentence that says what it lacks."""

    key: str
    title: str
    sentence: str


def parse_section_kinds(table: Mapping[str, Any]) -> tuple[SectionKind, ...]:
    """Return the elements written in `table` (the parsed TOML). Raise `ValueError` where a key comes twice."""
    kinds = tuple(
        SectionKind(**{**row, "fields": tuple(ItemField(**field) for field in row.get("fields", ()))})
        for row in table["section"]
    )
    if len({kind.key for kind in kinds}) != len(kinds):
        raise ValueError("a care plan section is listed twice")
    return kinds


def begun(kinds: Sequence[SectionKind], chart: Mapping[str, Sequence[Item]]) -> tuple[SectionText, ...]:
    """Return an empty plan, filled where the chart knows; `chart` holds items by the name of the list."""
    return tuple(replace(empty_section(kind), items=tuple(chart.get(kind.fill, ()))) for kind in kinds)


def in_order(kinds: Sequence[SectionKind], sections: Iterable[SectionText]) -> tuple[SectionText, ...]:
    """Return a plan with every element of today in its place; sections that are no longer asked for keep their text."""
    written = {section.key: section for section in sections}
    known = [
        replace(written[kind.key], title=kind.title, fields=_columns(kind))
        if kind.key in written
        else empty_section(kind)
        for kind in kinds
    ]
    others = [section for key, section in written.items() if key not in {kind.key for kind in kinds}]
    return (*known, *(section for section in others if _says_something(section)))


def tidied(sections: Iterable[SectionText]) -> tuple[SectionText, ...]:
    """Return a plan without the spaces around its texts and without items that hold nothing."""
    return tuple(
        replace(
            section,
            text=section.text.strip(),
            not_applicable=section.not_applicable.strip(),
            items=tuple(item for item in map(_tidy_item, section.items) if item),
        )
        for section in sections
    )


def content_json(sections: Iterable[SectionText]) -> str:
    """Return a plan's content as canonical JSON, whose hash is what a signer signs."""
    rows = [
        {
            "key": section.key,
            "title": section.title,
            "text": section.text,
            "items": [dict(item) for item in section.items],
            "not_applicable": section.not_applicable,
            "fields": [list(column) for column in section.fields],
        }
        for section in sections
    ]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_content(content: str) -> tuple[SectionText, ...]:
    """Return the sections that `content_json` wrote; an imported plan has none."""
    return tuple(
        SectionText(
            key=row["key"],
            title=row["title"],
            text=row["text"],
            items=tuple(row["items"]),
            not_applicable=row["not_applicable"],
            fields=tuple((key, title) for key, title in row["fields"]),
        )
        for row in json.loads(content or "[]")
    )


def content_hash(content: str) -> str:
    """SHA-256 (hex) of a plan's content as stored."""
    return hashlib.sha256(content.encode()).hexdigest()


def printed(sections: Iterable[SectionText]) -> tuple[PlanSection, ...]:
    """Return a plan as a clinician's paper prints it, without the patient's words and elements that say nothing."""
    return tuple(
        PlanSection(
            title=section.title,
            text=section.text,
            items=tuple(item_line(section, item) for item in section.items),
            not_applicable=section.not_applicable or None,
        )
        for section in sections
        if _says_something(section) and section.key not in PATIENT_COPY
    )


def item_line(section: SectionText, item: Item) -> str:
    """Return an item as one line: its first field, then each other one with its title."""
    filled = [(key, title) for key, title in section.fields if item.get(key)]
    parts = [
        item[key] if number == 0 and key == section.fields[0][0] else f"{title}: {item[key]}"
        for number, (key, title) in enumerate(filled)
    ]
    return " · ".join(parts)


def _tidy_item(item: Item) -> dict[str, str]:
    return {key: text.strip() for key, text in item.items() if text.strip()}


def empty_section(kind: SectionKind) -> SectionText:
    """Return an element in which nothing is written."""
    return SectionText(kind.key, kind.title, fields=_columns(kind))


def _columns(kind: SectionKind) -> tuple[tuple[str, str], ...]:
    return tuple((field.key, field.title) for field in kind.fields)


def _says_something(section: SectionText) -> bool:
    return bool(section.text or section.items or section.not_applicable)
