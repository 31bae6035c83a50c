"""What of the templates stands in a draft already, so that new templates are held against it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from app.rules.care_plan import SectionText
from app.rules.plan_items import REF
from app.rules.plan_templates import FIELDS, PatientLine, PlanLine, PlanTemplate

_BLANK = re.compile(r"\{[a-z_]+\}")

DRAFT = "draft"
"""The key and title under which a draft's own lines are merged."""


def with_draft(
    wanted: Sequence[PlanTemplate], sections: Iterable[SectionText], known: Iterable[PlanTemplate]
) -> list[PlanTemplate]:
    """Return the wanted templates and one more, of the lines of `known` templates that stand in a draft.

    A line that stands says what the draft says, as a person may have changed it, and the wanted templates do not say it
    a second time.
    """
    standing = {line.id: line for line in _standing(tuple(sections), known)}
    if not standing:
        return list(wanted)
    said = {line.id: line for template in known for line in template.patient_lines}
    draft = PlanTemplate(
        key=DRAFT,
        title="Already in the plan",
        title_es="",
        codes=(),
        sources=(),
        lines=tuple(line for line in standing.values() if isinstance(line, PlanLine)),
        patient_lines=tuple(said[line_id] for line_id in standing if line_id in said),
    )
    new = [
        replace(
            template,
            lines=tuple(line for line in template.lines if line.id not in standing),
            patient_lines=tuple(line for line in template.patient_lines if line.id not in standing),
        )
        for template in wanted
    ]
    return [*new, draft]


def without_lines(
    sections: Iterable[SectionText], dropped: frozenset[str], known: Iterable[PlanTemplate]
) -> tuple[SectionText, ...]:
    """Return a draft without the lines of those ids, where it has them."""
    if not dropped:
        return tuple(sections)
    gone = [line for template in known for line in template.lines if line.id in dropped and line.value("text")]
    return tuple(
        replace(
            section,
            items=tuple(item for item in section.items if item.get(REF) not in dropped),
            text="\n".join(
                paragraph
                for paragraph in section.text.split("\n")
                if not any(line.section == section.key and _says(paragraph, line) for line in gone)
            ),
        )
        for section in sections
    )


def _standing(sections: Sequence[SectionText], known: Iterable[PlanTemplate]) -> Iterator[PlanLine | PatientLine]:
    templates = tuple(known)
    lines = {line.id: line for template in templates for line in template.lines}
    said = {line.id: line for template in templates for line in template.patient_lines}
    texts = [line for line in lines.values() if line.value("text")]
    for section in sections:
        for item in section.items:
            ref = item.get(REF, "")
            if ref in lines:
                names = FIELDS.get(section.key, ())
                yield replace(lines[ref], fields=tuple((name, item[name]) for name in names if item.get(name)))
            elif ref in said:
                yield said[ref]
        here = [line for line in texts if line.section == section.key]
        for paragraph in section.text.splitlines():
            yield from (line for line in here if _says(paragraph, line))


def _says(paragraph: str, line: PlanLine) -> bool:
    """Whether a paragraph is a template's line, its blanks filled or not, with or without the condition's name."""
    _, colon, rest = paragraph.partition(": ")
    pattern = _pattern(line.value("text"))
    return any(pattern.fullmatch(" ".join(said.split())) for said in (paragraph, rest if colon else "") if said.strip())


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in _BLANK.split(" ".join(text.split())))
    return re.compile(".+?".join(parts), re.IGNORECASE)
