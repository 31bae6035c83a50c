"""What the versions, the parts and the copies of a care plan are called on screen."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.rules.care_plan import PlanGap, SectionKind, SectionText
from app.services.plan_rows import COPY_METHODS, PlanVersionRow
from app.views.patients.standing import joined, moment_words
from app.views.widgets import Tone, format_date

_METHODS = {
    "paper": "On paper, by hand",
    "mail": "By mail",
    "portal": "Through the patient portal",
    "secure_message": "By secure message",
}


def copy_methods() -> list[tuple[str, str]]:
    """Return the ways in which a copy is given."""
    return [(key, _tr(_METHODS[key])) for key in COPY_METHODS]


def version_words(row: PlanVersionRow) -> str:
    """Return a version as the choice of versions names it."""
    signed = _tr("signed {day}").format(day=format_date(row.signed_on)) if row.signed_on else _tr("not signed")
    if row.kept_outside:
        return _tr("Kept outside CareLoop, {signed}").format(signed=signed)
    return _tr("Version {n}, {signed}").format(n=row.version, signed=signed)


def draft_words(number: int) -> str:
    """Return the draft as the choice of versions names it."""
    return _tr("Draft of version {n}").format(n=number)


def standing_words(row: PlanVersionRow, zone: ZoneInfo) -> str:
    """Return who signed a version and when, when it was reviewed and when a copy was given, and how."""
    signer = ", ".join(part for part in (row.signed_by, row.signer_credential) if part)
    parts = []
    if row.signed_at is not None:
        when = moment_words(row.signed_at.astimezone(zone))
        parts.append(_tr("Signed {when} by {signer}").format(when=when, signer=signer or "–"))
    elif row.signed_on is not None:
        parts.append(_tr("Signed {day}").format(day=format_date(row.signed_on)))
    else:
        parts.append(_tr("Not signed"))
    if row.last_reviewed_on is not None:
        parts.append(_tr("reviewed {day}").format(day=format_date(row.last_reviewed_on)))
    return joined((*parts, copy_words(row)))


def copy_words(row: PlanVersionRow) -> str:
    """Return whether the patient has a copy of a version."""
    if row.copy_given_on is None:
        return _tr("no copy given yet")
    how = dict(copy_methods()).get(row.copy_method, "").lower()
    given = _tr("copy given {day}").format(day=format_date(row.copy_given_on))
    return f"{given} {how}".strip()


def edited_words(by: str, at: datetime, zone: ZoneInfo) -> str:
    """Return who wrote a draft last."""
    return _tr("Written last by {name}, {when}").format(name=by or "–", when=moment_words(at.astimezone(zone)))


def state_of(kind: SectionKind, section: SectionText, gap: PlanGap | None) -> tuple[str, Tone]:
    """Return how a part of a draft stands."""
    written = section.text.strip() or any(text.strip() for item in section.items for text in item.values())
    if gap is not None:
        return (_tr("To complete") if written else _tr("Missing")), Tone.WARN
    if section.not_applicable.strip():
        return _tr("Not applicable"), Tone.NEUTRAL
    if section.text.strip() or any(text.strip() for item in section.items for text in item.values()):
        return _tr("Done"), Tone.READY
    return (_tr("Missing"), Tone.WARN) if kind.required else (_tr("Optional"), Tone.NEUTRAL)


def _tr(words: str) -> str:
    return QCoreApplication.translate("PlanWords", words)
