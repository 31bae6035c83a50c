"""The clinic's written rules for handing a worry on: to whom, by when, and what to do meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import assets
from app.models import Enrolment, Person, Practitioner
from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.text import words_of
from app.services.clinic_calendar import cadence_table, working_days
from app.services.clinic_day import zone_of
from app.services.setting_store import own_setting, put_setting
from app.services.staff import CALLERS, is_caller

BILLER = "biller"
"""In place of a role: the patient's own billing practitioner."""
MOST_RULES = 60
LONGEST_MINUTES = 7 * 24 * 60
_KEY = "escalation_rules"


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """What to do about a symptom. `key` stays when the words change; empty for a new rule.

    `to` is `BILLER` or one of `staff.CALLERS`; with `person_id` it goes to that person. It must be answered within
    `minutes` of being raised, or, with None, by the end of the next working day.
    """

    key: str
    symptom: str
    look_for: str
    do_now: str
    to: str = BILLER
    person_id: int | None = None
    minutes: int | None = None
    is_emergency: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """To whom an escalation goes: one person, or anybody of a role; and by when it must be answered."""

    role: str
    person_id: int | None
    due_at: datetime


def escalation_rules(session: Session) -> tuple[EscalationRule, ...]:
    """Return the clinic's rules in their order: its own, else those that come with the program."""
    own: Any = own_setting(session, _KEY)
    return default_rules() if own is None else tuple(EscalationRule(**row) for row in own)


@cache
def default_rules() -> tuple[EscalationRule, ...]:
    """Return the rules that come with the program."""
    return tuple(_shipped(row) for row in assets.load_toml("escalation_rules.toml")["rule"])


def put_rules(session: Session, rules: Sequence[EscalationRule]) -> None:
    """Keep the clinic's rules. Raises `FieldFaults` (`escalation_rules`)."""
    if not 1 <= len(rules) <= MOST_RULES:
        raise FieldFaults({"escalation_rules": f"There are between one and {MOST_RULES} rules."})
    kept: list[EscalationRule] = []
    for rule in rules:
        kept.append(_checked(session, rule, kept))
    put_setting(session, _KEY, None if tuple(kept) == default_rules() else [asdict(rule) for rule in kept])


def route(session: Session, rule: EscalationRule, patient_id: int, now: datetime) -> Route:
    """Return to whom a rule sends a patient's worry raised now.

    A person who left, and a billing practitioner who does not sign in, are replaced by everybody of their role.
    """
    role = "practitioner" if rule.to == BILLER else rule.to
    person_id = _biller(session, patient_id) if rule.to == BILLER and rule.person_id is None else rule.person_id
    if person_id is not None and not is_caller(session.get(Person, person_id)):
        person_id = None
    return Route(_manned(session, role) if person_id is None else role, person_id, _due_at(session, rule, now))


def _due_at(session: Session, rule: EscalationRule, now: datetime) -> datetime:
    if rule.minutes is not None:
        return now + timedelta(minutes=rule.minutes)
    zone = zone_of(session)
    day = working_days(session).after(now.astimezone(zone).date(), 1)
    return datetime.combine(day, cadence_table(session).closes_at, zone).astimezone(now.tzinfo)


def _manned(session: Session, role: str) -> str:
    """Return the role, or one that somebody holds: a small clinic has not every one."""
    held = {own for roles in session.scalars(select(Person.roles).where(Person.active)) for own in roles}
    return next((each for each in (role, "practitioner", "nurse", "coordinator") if each in held), role)


def _biller(session: Session, patient_id: int) -> int | None:
    return session.scalar(
        select(Practitioner.person_id)
        .join(Enrolment, Enrolment.practitioner_id == Practitioner.id)
        .where(Enrolment.patient_id == patient_id)
    )


def _shipped(row: Mapping[str, Any]) -> EscalationRule:
    by_when = dict(row)
    if by_when.pop("next_working_day", False) == ("minutes" in by_when):
        raise ValueError(f"the escalation rule {row['key']} needs minutes or the next working day")
    return EscalationRule(**by_when)


def _checked(session: Session, rule: EscalationRule, kept: Sequence[EscalationRule]) -> EscalationRule:
    field = "escalation_rules"
    check = FormCheck()
    symptom = check.line(field, rule.symptom, needed="Every rule needs a symptom.")
    look_for = check.note(field, rule.look_for)
    do_now = check.note(field, rule.do_now)
    if not do_now:
        check.fault(field, f"Say what is to be done at once: {symptom}.")
    check.choice(field, rule.to, (BILLER, *CALLERS), "Choose to whom it goes.")
    if rule.minutes is not None and not 1 <= rule.minutes <= LONGEST_MINUTES:
        check.fault(field, "An escalation is answered within a minute to seven days, or on the next working day.")
    if rule.person_id is not None and not is_caller(session.get(Person, rule.person_id)):
        check.fault(field, "Choose somebody who works here now, or a role.")
    if any(symptom.casefold() == other.symptom.casefold() for other in kept):
        check.fault(field, f"Two rules cannot be about the same: {symptom}.")
    check.finish()
    key = _free_key(rule.key or "_".join(words_of(symptom))[:40], {other.key for other in kept})
    return EscalationRule(
        key, symptom, look_for, do_now, rule.to, rule.person_id, rule.minutes, is_emergency=rule.is_emergency
    )


def _free_key(wanted: str, taken: set[str]) -> str:
    key, number = wanted or "rule", 2
    while key in taken:
        key, number = f"{wanted or 'rule'}_{number}", number + 1
    return key
