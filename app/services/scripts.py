from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import assets
from app.models import Clinic, Enrolment, Patient, Person, Practitioner
from app.rules.blanks import blank_fault, fill
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.services.door import reads, writes
from app.services.local_words import phone_in_words
from app.services.month_case import paper_name
from app.services.patients import patient_of
from app.services.setting_store import own_setting, put_setting
from app.storage.ledger import Ledger, Reading, Work

_KEY = "scripts"
_EXAMPLE = {"patient_given": "Maria", "patient_name": "Maria Example"}


@dataclass(frozen=True, slots=True)
class Script:
    """Something to be said, in English and Spanish, with blanks in braces; `blanks` are those it may use.

    `when` says when it is read. `is_own`: the clinic put its own words in place of ours.
    """

    key: str
    title: str
    when: str
    blanks: tuple[str, ...]
    english: str
    spanish: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class FilledScript:
    """A script for the patient on the line. `missing` are the blanks for which nothing is on record."""

    key: str
    title: str
    when: str
    english: str
    spanish: str
    missing: tuple[str, ...] = ()


class Scripts:
    """The clinic's words on the telephone."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("clinic.read")
    def rows(self, reading: Reading) -> tuple[Script, ...]:
        """Return the scripts with their blanks, in order."""
        return scripts_of(reading.session)

    @reads("clinic.read")
    def blanks(self, reading: Reading) -> Mapping[str, str]:  # noqa: ARG002 - the door asks who looks
        """Return all blanks there are and what stands in each."""
        return dict(_shipped()["blanks"])

    @writes("clinic.edit")
    def set_script(self, work: Work, key: str, english: str, spanish: str) -> None:
        """Put the clinic's own words in place of ours. Raises `FieldFaults` (`english`, `spanish`)."""
        script = _named(work.session, key)
        check = FormCheck()
        texts = {}
        for field, text in (("english", english), ("spanish", spanish)):
            texts[field] = check.note(field, text)
            if not texts[field]:
                check.fault(field, "Write what is to be said.")
            elif wrong := blank_fault(texts[field], script.blanks):
                check.fault(field, wrong)
        check.finish()
        own = {row.key: [row.english, row.spanish] for row in scripts_of(work.session) if row.is_own}
        put_setting(work.session, _KEY, own | {key: [texts["english"], texts["spanish"]]})
        work.note(event="script", script=key)

    @writes("clinic.edit")
    def reset(self, work: Work, key: str) -> None:
        """Take the clinic's own words back; ours stand again."""
        _named(work.session, key)
        own = {row.key: [row.english, row.spanish] for row in scripts_of(work.session) if row.is_own and row.key != key}
        put_setting(work.session, _KEY, own or None)
        work.note(event="script_reset", script=key)

    @reads("clinic.read")
    def example(self, reading: Reading) -> Mapping[str, str]:
        """Return what stands in each blank for an invented patient, to see how a script will sound."""
        session = reading.session
        clinic, person = session.get_one(Clinic, 1), session.get_one(Person, reading.actor.person_id)
        practitioner = session.scalar(select(Practitioner.name).where(Practitioner.name != "").limit(1))
        return _EXAMPLE | {
            "clinic": clinic.name,
            "nurse": person.name,
            "credential": person.credential,
            "practitioner": practitioner or "",
            "callback_number": phone_in_words(clinic.phone),
            "after_hours_number": phone_in_words(clinic.after_hours_phone or clinic.phone),
        }

    @reads("call.work")
    def filled(self, reading: Reading, patient_id: int) -> tuple[FilledScript, ...]:
        """Return the scripts with the blanks filled for a patient and whoever is signed in. Raises `NoSuchPatient`."""
        values = spoken_values(reading, patient_of(reading.session, patient_id))
        found = []
        for script in scripts_of(reading.session):
            # What a script may not say is not given to it, whatever words are stored.
            allowed = {name: value for name, value in values.items() if name in script.blanks}
            english, spanish = fill(script.english, allowed), fill(script.spanish, allowed)
            missing = tuple(dict.fromkeys((*english.missing, *spanish.missing)))
            found.append(FilledScript(script.key, script.title, script.when, english.text, spanish.text, missing))
        return tuple(found)


@cache
def _shipped() -> dict[str, Any]:
    return assets.load_toml("scripts.toml")


def scripts_of(session: Session) -> tuple[Script, ...]:
    """Return the scripts in their order, the clinic's own words where it has any."""
    own: Any = own_setting(session, _KEY) or {}
    return tuple(
        Script(
            key=row["key"],
            title=row["title"],
            when=row["when"],
            blanks=tuple(row["blanks"]),
            english=own[row["key"]][0] if row["key"] in own else row["en"].strip(),
            spanish=own[row["key"]][1] if row["key"] in own else row["es"].strip(),
            is_own=row["key"] in own,
        )
        for row in _shipped()["script"]
    )


def _named(session: Session, key: str) -> Script:
    script = next((row for row in scripts_of(session) if row.key == key), None)
    if script is None:
        raise ClinicError("There is no such script. Open the list again.")
    return script


def spoken_values(reading: Reading, patient: Patient) -> dict[str, str]:
    """Return what stands in each blank for a patient and whoever is signed in; empty where nothing is on record."""
    session = reading.session
    clinic = session.get_one(Clinic, 1)
    person = session.get_one(Person, reading.actor.person_id)
    practitioner = session.scalar(
        select(Practitioner.name)
        .join(Enrolment, Enrolment.practitioner_id == Practitioner.id)
        .where(Enrolment.patient_id == patient.id)
    )
    return {
        "clinic": clinic.name,
        "nurse": person.name,
        "credential": person.credential,
        "patient_given": patient.given_name or patient.family_name,
        "patient_name": paper_name(patient.given_name, patient.family_name, patient.suffix),
        "practitioner": practitioner or "",
        "callback_number": phone_in_words(clinic.phone),
        "after_hours_number": phone_in_words(clinic.after_hours_phone or clinic.phone),
    }
