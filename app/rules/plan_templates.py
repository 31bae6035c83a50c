"""Care plan templates by condition, and one plan made of several: each line once, what pulls apart named."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.rules.identifiers import normalise_icd10
from app.rules.text import words_of

SECTIONS = (
    "prognosis",
    "goals",
    "symptoms",
    "interventions",
    "medications",
    "self_management",
    "community",
    "coordination",
    "review",
    "preventive",
    "cognitive",
    "functional",
    "environment",
    "caregiver",
    "advance_directives",
)
"""The elements of a plan that templates write in; the problem list and allergies come from the chart."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "goals": ("what", "from", "to", "by_when"),
    "interventions": ("what", "who", "due"),
    "community": ("what", "who"),
    "coordination": ("what", "purpose", "contact"),
    "preventive": ("what", "due"),
}
"""The fields of a line in a section of items; in every other section a line is one "text"."""

PARTS = ("do", "clinic", "call")
"""The patient's copy: what I do, what my clinic does, when to call and whom."""

ROLES = ("nurse", "coordinator", "practitioner")
WHOM = ("911", "988", "clinic")
SHARED = "shared"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of a plan. `id` is template.name, or shared.name where several templates have it.

    `fields` are those of `FIELDS`, with blanks such as {last_weight}. `every_months`: how often an intervention is due,
    0 when it happens. `measure`: what a goal measures. `red_flag`: a sign to act on at once.
    """

    id: str
    section: str
    fields: tuple[tuple[str, str], ...]
    role: str = ""
    every_months: int = 0
    measure: str = ""
    red_flag: bool = False

    def value(self, name: str) -> str:
        return dict(self.fields).get(name, "")


@dataclass(frozen=True, slots=True)
class PatientLine:
    """A line of the patient's copy in plain English and Spanish; `whom` to call, in the part "call" only."""

    id: str
    part: str
    en: str
    es: str
    whom: str = ""


@dataclass(frozen=True, slots=True)
class PlanTemplate:
    """What a plan usually says for a condition; `codes` are beginnings of its ICD-10-CM codes."""

    key: str
    title: str
    title_es: str
    codes: tuple[str, ...]
    sources: tuple[str, ...]
    lines: tuple[PlanLine, ...]
    patient_lines: tuple[PatientLine, ...]

    def fits(self, code: str) -> bool:
        """Whether a diagnosis code belongs to this template's condition."""
        return normalise_icd10(code).startswith(self.codes)


@dataclass(frozen=True, slots=True)
class Caution:
    """Lines that pull apart where one of `these` and one of `those` meet in a plan."""

    id: str
    these: frozenset[str]
    those: frozenset[str]
    says: str
    decide: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What pulls apart in a merged plan: a sentence, what is to be decided, and the ids of the lines it is about.

    `sides` holds the same ids by what they say: those of one side may stand together, those of two may not.
    """

    id: str
    says: str
    decide: str
    sides: tuple[tuple[str, ...], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(sorted({line for side in self.sides for line in side}))


@dataclass(frozen=True, slots=True)
class MergedLine:
    """A line, and the keys of the templates that asked for it."""

    line: PlanLine
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergedPatientLine:
    """A line of the patient's copy, and the keys of the templates that asked for it."""

    line: PatientLine
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergedPlan:
    """Several templates as one plan; `titles` of the conditions by key. Red flags stand first in their section."""

    titles: tuple[tuple[str, str], ...] = ()
    lines: tuple[MergedLine, ...] = ()
    patient_lines: tuple[MergedPatientLine, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateBook:
    """The templates that come with the program, by key, and what is known to pull apart between them."""

    templates: Mapping[str, PlanTemplate] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()


def merge(templates: Iterable[PlanTemplate], cautions: Sequence[Caution] = ()) -> MergedPlan:
    """Return the templates as one plan, whatever their order and however often one is given.

    Lines with one meaning (the same id, or the same words in the same section) stand once; nothing else is left out.
    Where a clinic changed a shared line in one template, both wordings stand, the later ones under `id~2`.
    """
    ordered = sorted({template.key: template for template in templates}.values(), key=lambda template: template.key)
    lines: dict[tuple[object, ...], tuple[PlanLine, list[str]]] = {}
    patient_lines: dict[tuple[object, ...], tuple[PatientLine, list[str]]] = {}
    for template in ordered:
        for line in template.lines:
            _, about = lines.setdefault(_meaning(line), (line, []))
            about.append(template.key)
        for said in template.patient_lines:
            _, about = patient_lines.setdefault(_said_meaning(said), (said, []))
            about.append(template.key)
    taken: set[str] = set()
    merged = [
        MergedLine(replace(line, id=_own_id(line.id, taken)), tuple(dict.fromkeys(about)))
        for line, about in lines.values()
    ]
    said_once = [
        MergedPatientLine(replace(said, id=_own_id(said.id, taken)), tuple(dict.fromkeys(about)))
        for said, about in patient_lines.values()
    ]
    return MergedPlan(
        titles=tuple((template.key, template.title) for template in ordered),
        lines=tuple(sorted(merged, key=lambda one: (SECTIONS.index(one.line.section), not one.line.red_flag))),
        patient_lines=tuple(
            sorted(said_once, key=lambda one: (PARTS.index(one.line.part), _whom_order(one.line.whom)))
        ),
        contradictions=tuple(_contradictions(merged, said_once, _ids(ordered), cautions)),
    )


def strike(merged: MergedPlan, dropped: Iterable[str]) -> MergedPlan:
    """Return a merged plan without the lines of those ids, and without the contradictions that are settled by it."""
    gone = frozenset(dropped)
    left = []
    for one in merged.contradictions:
        sides = tuple(side for side in (tuple(line for line in each if line not in gone) for each in one.sides) if side)
        if len(sides) > 1:
            left.append(replace(one, sides=sides))
    return replace(
        merged,
        lines=tuple(one for one in merged.lines if one.line.id not in gone),
        patient_lines=tuple(one for one in merged.patient_lines if one.line.id not in gone),
        contradictions=tuple(left),
    )


def due_words(every_months: int) -> str:
    """Return how often an intervention is due, for the plan."""
    if not every_months:
        return "When it happens"
    return "Every month" if every_months == 1 else f"Every {every_months} months"


def parse_template(table: Mapping[str, Any], shared: Mapping[str, Any]) -> PlanTemplate:
    """Return the template written in `table` (the parsed TOML), with the lines it uses of the `shared` table.

    Raise `ValueError` where a line is used that is not there, an id comes twice, or a section or field is unknown.
    """
    key = str(table["key"])
    used = [f"{SHARED}.{name}" for name in table.get("use", ())]
    shared_lines = {line.id: line for line in _plan_lines(SHARED, shared)}
    shared_said = {line.id: line for line in _patient_lines(SHARED, shared)}
    strange = [name for name in used if name not in shared_lines and name not in shared_said]
    if strange:
        raise ValueError(f"{key} uses {strange[0]}, which is not there")
    lines = [*_plan_lines(key, table), *(shared_lines[name] for name in used if name in shared_lines)]
    said = [*_patient_lines(key, table), *(shared_said[name] for name in used if name in shared_said)]
    ids = [*(line.id for line in lines), *(line.id for line in said)]
    if len(set(ids)) != len(ids):
        raise ValueError(f"{key} has a line twice")
    return PlanTemplate(
        key=key,
        title=str(table["title"]),
        title_es=str(table["title_es"]),
        codes=tuple(table["codes"]),
        sources=tuple(table["sources"]),
        lines=tuple(lines),
        patient_lines=tuple(said),
    )


def parse_cautions(table: Mapping[str, Any], known: Iterable[str]) -> tuple[Caution, ...]:
    """Return what pulls apart, as written in `table`. Raise `ValueError` where it names a line that is not `known`."""
    rows = [
        Caution(row["id"], frozenset(row["these"]), frozenset(row["those"]), row["says"], row["decide"])
        for row in table["contradiction"]
    ]
    strange = {line for row in rows for line in row.these | row.those} - set(known)
    if strange or len({row.id for row in rows}) != len(rows):
        raise ValueError(f"contradictions name {sorted(strange)}, or one comes twice")
    return tuple(rows)


def parse_template_book(tables: Mapping[str, Mapping[str, Any]]) -> TemplateBook:
    """Return the book made of parsed TOML tables by file name: "shared", "contradictions", and one for each key."""
    named = {name: table for name, table in tables.items() if name not in {SHARED, "contradictions"}}
    templates = {name: parse_template(table, tables[SHARED]) for name, table in sorted(named.items())}
    if any(template.key != name for name, template in templates.items()):
        raise ValueError("a template's key is not its file's name")
    return TemplateBook(templates, parse_cautions(tables["contradictions"], _ids(templates.values())))


def _ids(templates: Iterable[PlanTemplate]) -> set[str]:
    found: set[str] = set()
    for template in templates:
        found |= {line.id for line in template.lines} | {said.id for said in template.patient_lines}
    return found


def _plan_lines(owner: str, table: Mapping[str, Any]) -> Iterator[PlanLine]:
    for section in SECTIONS:
        for row in table.get(section, ()):
            names = FIELDS.get(section, ("text",)) if "text" not in row else ("text",)
            given = dict(row)
            line_id = given.pop("id")
            role, every = given.pop("role", ""), given.pop("every_months", 0)
            measure, red_flag = given.pop("measure", ""), given.pop("red_flag", False)
            if section == "interventions":
                if role not in ROLES:
                    raise ValueError(f"{owner}.{line_id} has no role")
                given |= {"who": f"{{{role}}}", "due": due_words(every)}
            if set(given) - set(names) or not given.get(names[0]):
                raise ValueError(f"{owner}.{line_id} has fields that {section} does not have, or no {names[0]}")
            fields = tuple((name, str(given[name])) for name in names if name in given)
            yield PlanLine(f"{owner}.{line_id}", section, fields, role, every, measure, red_flag)


def _patient_lines(owner: str, table: Mapping[str, Any]) -> Iterator[PatientLine]:
    for part in PARTS:
        for row in table.get(part, ()):
            whom = row.get("whom", "")
            if (part == "call") != (whom in WHOM):
                raise ValueError(f"{owner}.{row['id']} does not say whom to call")
            yield PatientLine(f"{owner}.{row['id']}", part, row["en"], row["es"], whom)


def _meaning(line: PlanLine) -> tuple[object, ...]:
    return (line.section, tuple((name, tuple(words_of(text))) for name, text in line.fields))


def _said_meaning(line: PatientLine) -> tuple[object, ...]:
    return (line.part, line.whom, tuple(words_of(line.en)), tuple(words_of(line.es)))


def _whom_order(whom: str) -> int:
    return WHOM.index(whom) if whom else 0


def _contradictions(
    merged: Sequence[MergedLine],
    said: Sequence[MergedPatientLine],
    ids: set[str],
    cautions: Sequence[Caution],
) -> Iterator[Contradiction]:
    listed = list(_cautioned(ids, cautions))
    yield from listed
    yield from _two_targets(merged, [frozenset(one.lines) for one in listed])
    wordings: defaultdict[str, list[str]] = defaultdict(list)
    for line_id in [one.line.id for one in merged] + [one.line.id for one in said]:
        wordings[line_id.partition("~")[0]].append(line_id)
    for line_id, found in sorted(wordings.items()):
        if len(found) > 1:
            yield Contradiction(
                f"wording:{line_id}",
                "Two templates say one thing in different words, because one was changed.",
                "Keep the wording you want.",
                tuple((each,) for each in found),
            )


def _cautioned(ids: set[str], cautions: Sequence[Caution]) -> Iterator[Contradiction]:
    for caution in cautions:
        these, those = caution.these & ids, caution.those & ids
        if these and those:
            yield Contradiction(caution.id, caution.says, caution.decide, (_sorted(these), _sorted(those - these)))


def _two_targets(merged: Sequence[MergedLine], listed: Sequence[frozenset[str]]) -> Iterator[Contradiction]:
    targets: defaultdict[str, list[PlanLine]] = defaultdict(list)
    for one in merged:
        if one.line.measure:
            targets[one.line.measure].append(one.line)
    for measure, lines in sorted(targets.items()):
        goals = frozenset(line.id for line in lines)
        by_target: defaultdict[str, list[str]] = defaultdict(list)
        for line in lines:
            by_target[line.value("to")].append(line.id)
        if len(by_target) > 1 and not any(goals <= known for known in listed):
            wanted = "; ".join(f"“{line.value('to')}”" for line in lines)
            sides = tuple(_sorted(side) for side in by_target.values())
            yield Contradiction(f"target:{measure}", f"Two targets for {measure}: {wanted}.", "Keep one.", sides)


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))


def _own_id(line_id: str, taken: set[str]) -> str:
    number, own = 1, line_id
    while own in taken:
        number += 1
        own = f"{line_id}~{number}"
    taken.add(own)
    return own
