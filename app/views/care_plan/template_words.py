"""What the sections, roles and lines of templates are called on screen."""

from PySide6.QtCore import QCoreApplication

from app import assets
from app.rules.care_plan import parse_section_kinds
from app.rules.plan_templates import PARTS, SECTIONS, PatientLine, PlanLine, due_words

_FIELDS = {
    "what": "What",
    "from": "Now",
    "to": "Target",
    "by_when": "By when",
    "who": "Who",
    "due": "Due",
    "purpose": "What for",
    "contact": "How to reach them",
    "text": "Text",
    "en": "In English",
    "es": "In Spanish",
}


def section_titles() -> dict[str, str]:
    """Return the titles of the sections in which templates write, the patient's copy's parts with them, in order."""
    kinds = {kind.key: kind.title for kind in parse_section_kinds(assets.load_toml("care_plan_sections.toml"))}
    return {key: kinds[key] for key in SECTIONS} | {part: kinds[f"patient_{part}"] for part in PARTS}


def field_title(name: str) -> str:
    """Return what a field of a line is called."""
    return _tr(_FIELDS[name])


def roles() -> list[tuple[str, str]]:
    """Return the roles that interventions have."""
    return [("nurse", _tr("Nurse")), ("coordinator", _tr("Coordinator")), ("practitioner", _tr("Practitioner"))]


def whom() -> list[tuple[str, str]]:
    """Return whom a patient calls."""
    return [("911", "911"), ("988", "988"), ("clinic", _tr("The clinic"))]


def section_of(line: PlanLine | PatientLine) -> str:
    """Return the key of a line's section, or of its part of the patient's copy."""
    return line.section if isinstance(line, PlanLine) else line.part


def words_of_line(line: PlanLine | PatientLine) -> str:
    """Return a line as the list of a template's lines shows it."""
    if isinstance(line, PatientLine):
        return line.en
    shown = [text for name, text in line.fields if text and name not in ("who", "due")]
    return " · ".join(shown)


def extra_of_line(line: PlanLine | PatientLine) -> str:
    """Return what a line says besides its words: whose work, how often, that it is a warning sign, whom to call."""
    if isinstance(line, PatientLine):
        return dict(whom()).get(line.whom, "")
    parts = [dict(roles()).get(line.role, ""), due_words(line.every_months) if line.section == "interventions" else ""]
    parts.append(_tr("Warning sign") if line.red_flag else "")
    return " · ".join(part for part in parts if part)


def _tr(words: str) -> str:
    return QCoreApplication.translate("TemplateWords", words)
