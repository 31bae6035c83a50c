"""A clinic's own care plan template: how it is kept, and the checks it passes before."""

import re
from collections.abc import Mapping
from typing import Any

from app.rules.field_faults import FormCheck
from app.rules.plan_templates import FIELDS, PARTS, ROLES, SECTIONS, WHOM, PatientLine, PlanLine, PlanTemplate

MOST_LINES = 200
LONGEST_KEY = 60

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_LINE_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9][a-z0-9_]*")
_CODE = re.compile(r"[A-Z][0-9A-Z]{1,2}(\.[0-9A-Z]{0,4})?")


def template_as_stored(template: PlanTemplate) -> dict[str, Any]:
    """Return a template as the setting keeps it."""
    return {
        "key": template.key,
        "title": template.title,
        "title_es": template.title_es,
        "codes": list(template.codes),
        "sources": list(template.sources),
        "lines": [[getattr(line, name) for name in PlanLine.__slots__] for line in template.lines],
        "patient_lines": [[getattr(line, name) for name in PatientLine.__slots__] for line in template.patient_lines],
    }


def stored_template(value: Mapping[str, Any]) -> PlanTemplate:
    """Return the template that `template_as_stored` wrote."""
    return PlanTemplate(
        key=value["key"],
        title=value["title"],
        title_es=value["title_es"],
        codes=tuple(value["codes"]),
        sources=tuple(value["sources"]),
        lines=tuple(
            PlanLine(line_id, section, tuple((name, text) for name, text in fields), role, every, measure, red)
            for line_id, section, fields, role, every, measure, red in value["lines"]
        ),
        patient_lines=tuple(PatientLine(*row) for row in value["patient_lines"]),
    )


def require_template(template: PlanTemplate) -> None:
    """Raise `FieldFaults` unless the template can be kept; a line's fault is under its id."""
    check = FormCheck()
    if not _KEY.fullmatch(template.key) or len(template.key) > LONGEST_KEY:
        check.fault("key", "A template's key is made of small letters, digits and underscores.")
    check.name("title", template.title, needed="The template needs a title.")
    check.name("title_es", template.title_es, needed="The template needs a title in Spanish for the patient's copy.")
    for source in template.sources:
        check.line("sources", source)
    for code in template.codes:
        if not _CODE.fullmatch(code):
            check.fault("codes", f"“{code}” is not the beginning of an ICD-10-CM code, such as E11 or I50.2.")
    if not template.lines or len(template.lines) + len(template.patient_lines) > MOST_LINES:
        check.fault("lines", f"A template has between one and {MOST_LINES} lines.")
    ids = [*(line.id for line in template.lines), *(line.id for line in template.patient_lines)]
    if len(set(ids)) != len(ids):
        check.fault("lines", "Two lines have the same name.")
    for line in template.lines:
        _check_line(check, line)
    for said in template.patient_lines:
        _check_patient_line(check, said)
    check.finish()


def _check_line(check: FormCheck, line: PlanLine) -> None:
    names = [name for name, _ in line.fields]
    allowed = FIELDS.get(line.section, ("text",))
    if not _LINE_ID.fullmatch(line.id) or line.section not in SECTIONS:
        check.fault(line.id, "This line belongs to no section of a plan.")
    elif names != ["text"] and (not set(names) <= set(allowed) or len(set(names)) != len(names)):
        check.fault(line.id, "This line has a field that its section does not have.")
    if line.section == "interventions" and line.role not in ROLES:
        check.fault(line.id, "Choose whose work this is.")
    if line.every_months not in range(121):
        check.fault(line.id, "Choose how often this is due, in months.")
    check.line(line.id, line.measure)
    if not names:
        check.fault(line.id, "This line says nothing.")
    for number, (_, text) in enumerate(line.fields):
        check.line(line.id, text, needed="" if number else "This line says nothing.")


def _check_patient_line(check: FormCheck, line: PatientLine) -> None:
    if not _LINE_ID.fullmatch(line.id) or line.part not in PARTS:
        check.fault(line.id, "This line belongs to no part of the patient's copy.")
    if (line.part == "call") != (line.whom in WHOM):
        check.fault(line.id, "Choose whom to call: 911, 988 or the clinic.")
    check.line(line.id, line.en, needed="Say it in English.")
    check.line(line.id, line.es, needed="Say it in Spanish.")
