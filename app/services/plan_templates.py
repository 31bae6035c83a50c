import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import assets
from app.models import Condition, Enrolment, Person, Practitioner, Setting
from app.rules.care_plan import SectionKind, SectionText
from app.rules.errors import ClinicError
from app.rules.plan_pouring import PouredPlan, pour
from app.rules.plan_standing import with_draft, without_lines
from app.rules.plan_templates import ROLES, MergedPlan, PlanTemplate, merge, strike
from app.services.clinic_day import day_at
from app.services.door import reads, writes
from app.services.patients import patient_of
from app.services.setting_store import own_setting, put_setting
from app.services.template_forms import require_template, stored_template, template_as_stored
from app.storage.ledger import Ledger, Reading, Work

_PREFIX = "plan_template."
_CODED = re.compile(r"\(([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)\)\s*$")


class NoSuchTemplate(ClinicError):
    """The template is not there, or not any more."""

    def __init__(self) -> None:
        super().__init__("This template is not there any more. Choose another from the list.")


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template on the list. `is_own`: the clinic's, written by `changed_by`; `can_reset`: ours is under it."""

    key: str
    title: str
    codes: tuple[str, ...]
    sources: tuple[str, ...]
    lines: int
    is_own: bool
    can_reset: bool
    changed_by: str
    changed_on: date | None


@dataclass(frozen=True, slots=True)
class FittingTemplate:
    """A template for one of a patient's conditions. `is_sure`: by its code; else by what its words most likely mean."""

    key: str
    title: str
    condition: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class RolePeople:
    """Who holds a role, as a plan names them; `likely` where only one can be meant, else empty."""

    names: tuple[str, ...]
    likely: str


@dataclass(frozen=True, slots=True)
class PouringChoices:
    """What a person chose before templates are poured: lines struck out by their ids, and a name for a role."""

    dropped: frozenset[str] = frozenset()
    names: tuple[tuple[str, str], ...] = ()


class PlanTemplates:
    """Care plan templates by condition: those that come with the program, and the clinic's own in place of them."""

    def __init__(self, ledger: Ledger, kinds: Sequence[SectionKind]) -> None:
        self._ledger = ledger
        self._kinds = tuple(kinds)

    @reads("care_plan.read")
    def templates(self, reading: Reading) -> list[TemplateRow]:
        """Return all templates by title."""
        shipped = assets.load_plan_templates().templates
        own = _own(reading.session)
        rows = []
        for key, template in _templates(reading.session).items():
            kept = own.get(key)
            rows.append(
                TemplateRow(
                    *(key, template.title, template.codes, template.sources),
                    lines=len(template.lines) + len(template.patient_lines),
                    is_own=kept is not None,
                    can_reset=kept is not None and key in shipped,
                    changed_by=kept["changed_by"] if kept else "",
                    changed_on=date.fromisoformat(kept["changed_on"]) if kept else None,
                )
            )
        return sorted(rows, key=lambda row: row.title.casefold())

    @reads("care_plan.read")
    def read(self, reading: Reading, key: str) -> PlanTemplate:
        """Return a template as it is used. Raises `NoSuchTemplate`."""
        return _one(reading.session, key)

    @reads("care_plan.read")
    def fitting(self, reading: Reading, patient_id: int) -> list[FittingTemplate]:
        """Return the templates for a patient's conditions but the resolved ones, each once, the sure ones first."""
        patient_of(reading.session, patient_id)
        templates = _templates(reading.session)
        conditions = reading.session.scalars(
            select(Condition)
            .where(Condition.patient_id == patient_id, Condition.resolved_on.is_(None))
            .order_by(Condition.confirmed.desc(), Condition.id)
        ).all()
        found: dict[str, FittingTemplate] = {}
        for is_sure in (True, False):
            for row in conditions:
                if (row.code_system == "icd10" and bool(row.code)) != is_sure:
                    continue
                code = row.code if is_sure else _likely_code(row.description)
                for template in templates.values():
                    if code and template.fits(code):
                        fit = FittingTemplate(template.key, template.title, row.description, is_sure)
                        found.setdefault(template.key, fit)
        return list(found.values())

    @reads("care_plan.read")
    def merged(self, reading: Reading, keys: Iterable[str], sections: Sequence[SectionText] = ()) -> MergedPlan:
        """Return several templates as one plan, with what pulls apart in it, also from what a draft says already.

        Raises `NoSuchTemplate`.
        """
        return self._merged(reading.session, keys, sections)

    @reads("care_plan.draft")
    def people(self, reading: Reading, patient_id: int) -> dict[str, RolePeople]:
        """Return by role who may be meant by a template's nurse, coordinator and practitioner."""
        patient_of(reading.session, patient_id)
        return _people(reading.session, patient_id)

    @reads("care_plan.draft")
    def poured(
        self,
        reading: Reading,
        patient_id: int,
        keys: Iterable[str],
        sections: Sequence[SectionText],
        choices: PouringChoices | None = None,
    ) -> PouredPlan:
        """Return a draft's sections with the templates poured in after what is written; nothing is stored.

        The blanks for nurse, coordinator and practitioner hold the name chosen, else one where only one person can be
        meant. Goals and interventions name the problems of the draft's list that their template is about.
        """
        patient_of(reading.session, patient_id)
        choices = choices or PouringChoices()
        wanted = [_one(reading.session, key) for key in keys]
        # Without what the draft says itself: that stands where it stands.
        merged = strike(merge(wanted), choices.dropped)
        names = {role: found.likely for role, found in _people(reading.session, patient_id).items() if found.likely}
        kept = without_lines(sections, choices.dropped, _templates(reading.session).values())
        return pour(merged, kept, self._kinds, names | dict(choices.names), _problems(sections, wanted))

    @writes("template.edit")
    def save(self, work: Work, template: PlanTemplate) -> None:
        """Keep the clinic's own version of a template, or a template of its own under a new key. Raises `FieldFaults`.

        Plans already written stay as they are.
        """
        require_template(template)
        shipped = assets.load_plan_templates().templates.get(template.key)
        if template == shipped:
            put_setting(work.session, _PREFIX + template.key, None)
        else:
            today = day_at(work.session, work.now).isoformat()
            value = template_as_stored(template) | {"changed_by": work.actor.name, "changed_on": today}
            put_setting(work.session, _PREFIX + template.key, value)
        work.note(event="template", template=template.key, lines=len(template.lines))

    @writes("template.edit")
    def reset(self, work: Work, key: str) -> None:
        """Go back to the template that comes with the program; one of the clinic's own making is gone then."""
        if own_setting(work.session, _PREFIX + key) is None:
            raise NoSuchTemplate
        put_setting(work.session, _PREFIX + key, None)
        work.note(event="template_reset", template=key)

    def _merged(self, session: Session, keys: Iterable[str], sections: Sequence[SectionText]) -> MergedPlan:
        wanted = [_one(session, key) for key in keys]
        if sections:
            wanted = with_draft(wanted, sections, _templates(session).values())
        return merge(wanted, assets.load_plan_templates().cautions)


def _own(session: Session) -> dict[str, Any]:
    rows = session.scalars(select(Setting).where(Setting.key.startswith(_PREFIX, autoescape=True)))
    return {row.key.removeprefix(_PREFIX): row.value for row in rows}


def _templates(session: Session) -> dict[str, PlanTemplate]:
    own = {key: stored_template(value) for key, value in _own(session).items()}
    return dict(assets.load_plan_templates().templates) | own


def _one(session: Session, key: str) -> PlanTemplate:
    own: Any = own_setting(session, _PREFIX + key)
    if own is not None:
        return stored_template(own)
    shipped = assets.load_plan_templates().templates.get(key)
    if shipped is None:
        raise NoSuchTemplate
    return shipped


def _likely_code(description: str) -> str:
    found = assets.load_icd10_search().find(description, 1)
    return found[0].row.code if found and found[0].reason != "spelling" else ""


def _people(session: Session, patient_id: int) -> dict[str, RolePeople]:
    people = session.scalars(select(Person).where(Person.active).order_by(Person.name)).all()
    found = {}
    for role in ROLES:
        names = [_signed(person.name, person.credential) for person in people if role in person.roles]
        found[role] = RolePeople(tuple(dict.fromkeys(names)), names[0] if len(names) == 1 else "")
    practitioner = session.scalar(
        select(Practitioner)
        .join(Enrolment, Enrolment.practitioner_id == Practitioner.id)
        .where(Enrolment.patient_id == patient_id)
    )
    if practitioner is not None and practitioner.name:
        name = _signed(practitioner.name, practitioner.credential)
        found["practitioner"] = RolePeople(tuple(dict.fromkeys((name, *found["practitioner"].names))), name)
    return found


def _problems(sections: Iterable[SectionText], templates: Iterable[PlanTemplate]) -> dict[str, list[str]]:
    """Return by template's key the problems of the draft's list that it is about."""
    listed = [item["what"] for each in sections if each.key == "problems" for item in each.items if item.get("what")]
    codes = {words: _code_in(words) or _likely_code(words) for words in listed}
    return {
        template.key: [words for words in listed if codes[words] and template.fits(codes[words])]
        for template in templates
    }


def _code_in(words: str) -> str:
    found = _CODED.search(words)
    return found[1] if found else ""


def _signed(name: str, credential: str) -> str:
    return f"{name}, {credential}" if credential else name
