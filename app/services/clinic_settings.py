import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Charge, Clinic, Setting
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.identifiers import (
    normalise_tin,
    normalise_zip,
    npi_is_valid,
    state_code,
    tin_is_valid,
    zip_is_valid,
)
from app.rules.month_case import SETTINGS
from app.rules.rule_book import RuleBook
from app.rules.text import words_of
from app.rules.time_zone import time_zone
from app.services.door import reads, writes
from app.services.note_sections import KEY as NOTE_SECTIONS
from app.services.note_sections import MOST_SECTIONS, NoteSection, as_stored, default_note_sections, note_sections
from app.services.patient_form import phone
from app.services.setting_store import put_setting
from app.storage.ledger import Ledger, Reading, Work

# CMS place of service code set; those a practice bills CCM from or beside.
PLACES_OF_SERVICE = {
    "11": "Office",
    "19": "Off campus-outpatient hospital",
    "22": "On campus-outpatient hospital",
    "02": "Telehealth, not in the patient's home",
    "10": "Telehealth in the patient's home",
    "12": "Home",
    "13": "Assisted living facility",
    "31": "Skilled nursing facility",
    "32": "Nursing facility",
    "49": "Independent clinic",
    "50": "Federally qualified health center",
    "72": "Rural health clinic",
}
ATTEMPTS_ARE_CLERICAL = "attempts_are_clerical"
LOCK_AFTER_MINUTES = "lock_after_minutes"
LOCK_AFTER, LONGEST_LOCK_AFTER = 10, 15  # SECURITY.md P5: from 1 to 15, never off
MOST_CENTS = 10_000_000


@dataclass(frozen=True, slots=True)
class ClinicForm:
    """The clinic as its letterhead and its claims name it. `setting` is one of month_case.SETTINGS.

    Telephone numbers and TIN are kept as digits, `place_of_service` as a key of `PLACES_OF_SERVICE`.
    """

    name: str
    time_zone: str
    address_line1: str = ""
    address_line2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    after_hours_phone: str = ""
    tin: str = ""
    group_npi: str = ""
    setting: str = "office"
    place_of_service: str = "11"


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """What the clinic charges for a unit of a code from a day on; `label` says what the code is."""

    id: int
    code: str
    label: str
    from_on: date
    cents: int


class ClinicSettings:
    """The clinic's own facts and choices."""

    def __init__(self, ledger: Ledger, book: RuleBook) -> None:
        self._ledger = ledger
        self._book = book

    @reads("clinic.read")
    def clinic(self, reading: Reading) -> ClinicForm:
        """Return the clinic's facts."""
        row = reading.session.get_one(Clinic, 1)
        return ClinicForm(**{field: getattr(row, field) for field in ClinicForm.__slots__})

    @writes("clinic.edit")
    def edit_clinic(self, work: Work, form: ClinicForm) -> None:
        """Change the clinic's facts. Raises `FieldFaults`."""
        row = work.session.get_one(Clinic, 1)
        for column, value in _clinic_values(form).items():
            if getattr(row, column) != value:
                setattr(row, column, value)

    @reads("clinic.read")
    def charges(self, reading: Reading) -> list[ChargeRow]:
        """Return all charges, by code, the newest first."""
        rows = reading.session.scalars(select(Charge).order_by(Charge.code, Charge.from_on.desc()))
        return [ChargeRow(row.id, row.code, self._label(row.code, row.from_on), row.from_on, row.cents) for row in rows]

    @reads("clinic.read")
    def codes(self, reading: Reading) -> list[tuple[str, str]]:
        """Return the codes that can be charged today, with what they are."""
        today = reading.now.date()
        found = {row.code: row.label for row in self._book.codes if self._book.code(row.code, today) is row}
        return sorted(found.items())

    @writes("clinic.edit")
    def set_charge(self, work: Work, code: str, from_on: date, cents: int) -> int:
        """Set what a unit of `code` costs from a day on, in place of a charge from that same day; return its id."""
        check = FormCheck()
        if not any(row.code == code for row in self._book.codes):
            check.fault("code", "This is none of the codes that CareLoop knows.")
        if not 0 <= cents <= MOST_CENTS:
            check.fault("cents", "A charge is between $0.00 and $100,000.00.")
        check.day("from_on", from_on)
        check.finish()
        row = work.session.scalar(select(Charge).where(Charge.code == code, Charge.from_on == from_on))
        if row is None:
            row = Charge(code=code, from_on=from_on, cents=cents)
            work.session.add(row)
        elif row.cents != cents:
            row.cents = cents
        work.session.flush()
        return row.id

    @writes("clinic.edit")
    def remove_charge(self, work: Work, charge_id: int) -> None:
        """Take a charge away; the one before it stands again."""
        row = work.session.get(Charge, charge_id)
        if row is not None:
            work.session.delete(row)

    @reads("clinic.read")
    def note_sections(self, reading: Reading) -> tuple[NoteSection, ...]:
        """Return the parts of a call note, in order."""
        return note_sections(reading.session)

    @writes("clinic.edit")
    def set_note_sections(self, work: Work, sections: Sequence[NoteSection]) -> None:
        """Change the parts of a call note; notes already signed keep theirs. Raises `FieldFaults` (`note_sections`)."""
        kept = _checked_sections(sections)
        put_setting(work.session, NOTE_SECTIONS, None if kept == default_note_sections() else as_stored(kept))

    @reads("clinic.read")
    def attempts_are_clerical(self, reading: Reading) -> bool:
        """Whether the time of an unanswered call is written as clerical, which never counts."""
        return attempts_are_clerical(reading.session)

    @writes("clinic.edit")
    def set_attempts_are_clerical(self, work: Work, *, clerical: bool) -> None:
        """Choose how the time of unanswered calls is written from now on; what is saved stays as it is."""
        put_setting(work.session, ATTEMPTS_ARE_CLERICAL, clerical)

    @reads("clinic.read")
    def lock_after_minutes(self, reading: Reading) -> int:
        """Return after how many minutes without a touch the screen locks itself."""
        own = reading.session.get(Setting, LOCK_AFTER_MINUTES)
        return LOCK_AFTER if own is None else int(own.value)

    @writes("lock.edit")
    def set_lock_after_minutes(self, work: Work, minutes: int) -> None:
        """Choose after how many minutes the screen locks itself. Raises `FieldFaults` (`lock_after_minutes`)."""
        if not 1 <= minutes <= LONGEST_LOCK_AFTER:
            raise FieldFaults({"lock_after_minutes": f"Choose between 1 and {LONGEST_LOCK_AFTER} minutes."})
        put_setting(work.session, LOCK_AFTER_MINUTES, minutes)

    def _label(self, code: str, on: date) -> str:
        row = self._book.code(code, on) or next((row for row in self._book.codes if row.code == code), None)
        return row.label if row is not None else ""


def charge_cents(session: Session, code: str, on: date) -> int | None:
    """Return what the clinic charges for a unit of `code` on a day, or None where it set nothing."""
    query = select(Charge.cents).where(Charge.code == code, Charge.from_on <= on)
    return session.scalar(query.order_by(Charge.from_on.desc()).limit(1))


def attempts_are_clerical(session: Session) -> bool:
    """Whether the time of an unanswered call is written as clerical."""
    own = session.get(Setting, ATTEMPTS_ARE_CLERICAL)
    return True if own is None else bool(own.value)


def _clinic_values(form: ClinicForm) -> dict[str, object]:
    check = FormCheck()
    state = check.name("state", form.state)
    values: dict[str, object] = {
        "name": check.name("name", form.name, needed="The clinic needs a name."),
        "time_zone": check.name("time_zone", form.time_zone, needed="Choose the clinic's time zone."),
        "address_line1": check.line("address_line1", form.address_line1),
        "address_line2": check.line("address_line2", form.address_line2),
        "city": check.name("city", form.city),
        "state": (state_code(state) or state) if state else "",
        "zip": normalise_zip(check.name("zip", form.zip)),
        "phone": phone(check, "phone", form.phone),
        "after_hours_phone": phone(check, "after_hours_phone", form.after_hours_phone),
        "tin": normalise_tin(check.name("tin", form.tin)),
        "group_npi": re.sub(r"[\s-]", "", check.name("group_npi", form.group_npi)),
        "setting": check.choice("setting", form.setting, SETTINGS, "Choose where the practice bills from."),
        "place_of_service": check.choice(
            "place_of_service", form.place_of_service, tuple(PLACES_OF_SERVICE), "Choose a place of service."
        ),
    }
    if "time_zone" not in check.faults:
        try:
            time_zone(str(values["time_zone"]))
        except ClinicError as error:
            check.fault("time_zone", str(error))
    if state and state_code(state) is None:
        check.fault("state", "This is not a state or territory of the United States.")
    if values["zip"] and not zip_is_valid(str(values["zip"])):
        check.fault("zip", "A ZIP code has five digits, or nine.")
    if values["tin"] and not tin_is_valid(str(values["tin"])):
        check.fault("tin", "A taxpayer number has nine digits, such as 12-3456789.")
    if values["group_npi"] and not npi_is_valid(str(values["group_npi"])):
        check.fault("group_npi", "This is not an NPI: it has ten digits, the last of which checks the others.")
    check.finish()
    return values


def _checked_sections(sections: Sequence[NoteSection]) -> tuple[NoteSection, ...]:
    if not 1 <= len(sections) <= MOST_SECTIONS:
        raise FieldFaults({"note_sections": f"A note has between one and {MOST_SECTIONS} sections."})
    kept: list[NoteSection] = []
    for section in sections:
        check = FormCheck()
        title = check.name("note_sections", section.title, needed="Every section of a note needs a title.")
        if any(title.casefold() == other.title.casefold() for other in kept):
            check.fault("note_sections", "Two sections of a note cannot have the same title.")
        check.finish()
        kept.append(NoteSection(_free_key(section.key or "_".join(words_of(title)), kept), title, section.required))
    return tuple(kept)


def _free_key(wanted: str, kept: Sequence[NoteSection]) -> str:
    taken = {section.key for section in kept}
    key, number = wanted or "section", 2
    while key in taken:
        key, number = f"{wanted or 'section'}_{number}", number + 1
    return key
