"""What is different between two looks at a patient's month, each difference named in words: was, is."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.rules.packet_facts import LineFacts, PacketFacts, PlanSection, TimeFacts

NOTHING = ""
BILLED = frozenset({"claim", "time", "consent", "conditions", "visit", "plan", "mdm", "stays", "services", "biller"})
"""Parts whose change can bear on what was billed; the others are names, addresses and the like."""
COUNTS_OTHERWISE = "Entry counts otherwise"
"""What changed is not the entry but how much of it counts: by a stay, a consent, other work. Nobody touched it."""


@dataclass(frozen=True, slots=True)
class FactChange:
    """One changed fact. `part` is a word of `PARTS`; `was` and `now` are as stored (ISO days, whole seconds, cents).

    An empty `was` or `now`: it was not on record. `by`, `at` and `why` are known where the record itself says them.
    """

    part: str
    what: str
    was: str
    now: str
    by: str = ""
    at: str = ""
    why: str = ""

    @property
    def bears_on_claim(self) -> bool:
        return self.part in BILLED


PARTS: Mapping[str, str] = {
    "claim": "Claim",
    "time": "Time",
    "consent": "Consent",
    "conditions": "Conditions",
    "visit": "Initiating visit",
    "plan": "Care plan",
    "mdm": "Decision making",
    "stays": "Stays",
    "services": "Other services",
    "biller": "Billing practitioner",
    "patient": "Patient",
    "clinic": "Clinic",
    "rules": "Rules",
}
_FIELDS: Mapping[str, str] = {
    "account_no": "account number",
    "claim_name": "name on claims",
    "mbi": "Medicare number",
    "born_on": "birth date",
    "died_on": "day of death",
    "npi": "NPI",
    "tin": "TIN",
    "group_npi": "group NPI",
    "g0506_on": "G0506 on",
    "ccm_discussed": "CCM was discussed",
    "ccm_started_on": "CCM started",
    "kept_outside": "kept outside CareLoop",
    "on": "day",
    "told": "what was told",
}


def fact_changes(was: PacketFacts, now: PacketFacts) -> tuple[FactChange, ...]:
    """Return every changed fact, the claim first. Both are of the same patient and month."""
    return (
        *_claim(was, now),
        *_time(was.time, now.time),
        *_one("consent", "Consent", was.consent, now.consent),
        *_keyed("conditions", "Condition", _by(was.conditions, "icd10"), _by(now.conditions, "icd10")),
        *_one("visit", "Visit", was.visit, now.visit),
        *_plan(was, now),
        *_one("mdm", "Decision making", was.mdm, now.mdm),
        *_keyed("stays", "Stay", _by(was.stays, "kind", "from_on"), _by(now.stays, "kind", "from_on")),
        *_keyed("services", "Service", _by(was.services, "code", "on", "by"), _by(now.services, "code", "on", "by")),
        *_plain("services", "Care elsewhere asked about", was.same_month_asked_on, now.same_month_asked_on),
        *_one("biller", "Biller", was.practitioner, now.practitioner),
        *_one("biller", "Supervising practitioner", was.supervising, now.supervising),
        *_one("patient", "Patient", was.patient, now.patient),
        *_one("clinic", "Clinic", was.clinic, now.clinic),
        *_plain("rules", "Version of the rules", was.rule_version, now.rule_version),
    )


def _claim(was: PacketFacts, now: PacketFacts) -> Iterator[FactChange]:
    then, here = was.readiness, now.readiness
    yield from _plain("claim", "Verdict", then.verdict, here.verdict)
    yield from _plain("claim", "Codes", _codes(then.lines), _codes(here.lines))
    yield from _plain("claim", "Charge", _charges(then.lines), _charges(here.lines))
    yield from _plain("claim", "Date of service", then.date_of_service, here.date_of_service)
    yield from _plain("claim", "Seconds of clinical staff", then.staff_seconds, here.staff_seconds)
    yield from _plain("claim", "Seconds of the practitioner", then.practitioner_seconds, here.practitioner_seconds)
    yield from _plain("claim", "What blocks it", " ".join(then.blockers), " ".join(here.blockers))
    yield from _plain("claim", "Warnings", " ".join(then.warnings), " ".join(here.warnings))
    yield from _one("claim", "Codes taken instead of the recommended ones", was.choice, now.choice)


def _time(was: Sequence[TimeFacts], now: Sequence[TimeFacts]) -> Iterator[FactChange]:
    before, after = ({entry.id: entry for entry in entries} for entries in (was, now))
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if old is None and new is not None:
            by, at = new.entered_by or new.person, new.recorded_at or new.end
            yield FactChange("time", "Entry added", NOTHING, _entry(new), by, at, new.entered_reason or NOTHING)
        elif new is None and old is not None:
            yield FactChange("time", "Entry no longer there", _entry(old), NOTHING)
        elif old is not None and new is not None:
            last = new.earlier[-1] if len(new.earlier) > len(old.earlier) else None
            by, at, why = (last.changed_by, last.changed_at, last.reason) if last else ("", "", "")
            what = "Entry withdrawn" if new.withdrawn and not old.withdrawn else "Entry changed"
            if replace(old, counted_seconds=0) == replace(new, counted_seconds=0, exclusions=old.exclusions):
                yield FactChange("time", COUNTS_OTHERWISE, _entry(old), _entry(new))
            elif _entry(old) != _entry(new):
                yield FactChange("time", what, _entry(old), _entry(new), by, at, why)
            else:
                yield from _fields("time", f"Entry of {old.start}", old, new, without=("earlier", "exclusions"))


def _entry(entry: TimeFacts) -> str:
    counted = "withdrawn" if entry.withdrawn else f"{entry.counted_seconds} s counted"
    return f"{entry.start} – {entry.end}, {entry.activity}, {entry.person}, {counted}"


def _plan(was: PacketFacts, now: PacketFacts) -> Iterator[FactChange]:
    old, new = was.care_plan, now.care_plan
    if old is None or new is None:
        yield from _one("plan", "Care plan", old, new)
        return
    yield from _fields("plan", "Care plan", old, new, without=("sections", "content_hash"))
    sections = [{section.title: section for section in plan.sections} for plan in (old, new)]
    for title in dict.fromkeys([*sections[0], *sections[1]]):
        yield from _plain(
            "plan", f"Section {title}", _section(sections[0].get(title)), _section(sections[1].get(title))
        )


def _section(section: PlanSection | None) -> str:
    if section is None:
        return NOTHING
    return " · ".join(part for part in (section.text, *section.items, section.not_applicable or "") if part)


def _one(part: str, what: str, was: object, now: object) -> Iterator[FactChange]:
    if was == now:
        return
    if was is None or now is None:
        yield FactChange(part, what, _whole(was), _whole(now))
    else:
        yield from _fields(part, what, was, now)


def _keyed(part: str, what: str, was: Mapping[str, object], now: Mapping[str, object]) -> Iterator[FactChange]:
    for key in dict.fromkeys([*was, *now]):
        yield from _one(part, f"{what} {key}", was.get(key), now.get(key))


def _fields(part: str, what: str, was: object, now: object, without: Sequence[str] = ()) -> Iterator[FactChange]:
    for name, old in _values(was).items():
        new = _values(now)[name]
        if name not in without and old != new:
            yield FactChange(part, f"{what}: {_FIELDS.get(name, name.replace('_', ' '))}", _said(old), _said(new))


def _plain(part: str, what: str, was: object, now: object) -> Iterator[FactChange]:
    if was != now:
        yield FactChange(part, what, _said(was), _said(now))


def _by(rows: Sequence[object], *names: str) -> dict[str, object]:
    """The rows by what tells them apart; the second of two alike has a number of its own."""
    found: dict[str, object] = {}
    for row in rows:
        key = named = " ".join(str(getattr(row, name)) for name in names)
        number = 2
        while key in found:
            key, number = f"{named} ({number})", number + 1
        found[key] = row
    return found


def _whole(value: object) -> str:
    if value is None:
        return NOTHING
    return ", ".join(f"{name.replace('_', ' ')} {_said(item)}" for name, item in _values(value).items() if _said(item))


def _values(value: object) -> dict[str, object]:
    assert dataclasses.is_dataclass(value)
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _said(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(_said(item) for item in value)
    return str(value)


def _codes(lines: Sequence[LineFacts]) -> str:
    return ", ".join(f"{line.code} ×{line.units}" for line in lines)


def _charges(lines: Sequence[LineFacts]) -> str:
    return ", ".join(f"{line.code} {line.charge_cents} ¢" for line in lines if line.charge_cents is not None)
