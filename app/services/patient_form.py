"""A patient's record as a person fills it in, and the checks it must pass before it is kept."""

from dataclasses import dataclass, replace
from datetime import date, time

from app.models import Patient
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.identifiers import (
    mbi_is_valid,
    normalise_mbi,
    normalise_phone,
    normalise_zip,
    phone_is_valid,
    state_code,
    zip_is_valid,
)
from app.rules.month_case import COVERAGES
from app.rules.text import LONGEST_NAME
from app.rules.time_zone import time_zone
from app.services.patient_search import search_text, sort_name

SEXES = ("female", "male", "other", "unknown")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OLDEST_YEARS = 125
MOST_CONTACTS = 20


@dataclass(frozen=True, slots=True)
class ContactForm:
    """A caregiver or relative. `may_discuss_care`: the patient allows us to talk about their care with them."""

    name: str
    relation: str = ""
    phone: str = ""
    may_discuss_care: bool = False


@dataclass(frozen=True, slots=True)
class PatientForm:
    """All that is kept of who a patient is. Empty text and None: not known. Names of fields are those of the faults.

    `sex` is one of `SEXES` or empty, `coverage` one of month_case.COVERAGES, `time_zone` an IANA name or empty for the
    clinic's, `call_days` some of `WEEKDAYS`, none meaning any day. A contact's fault is under `contacts`.
    """

    given_name: str = ""
    family_name: str = ""
    born_on: date | None = None
    prefix: str = ""
    suffix: str = ""
    died_on: date | None = None
    sex: str = ""
    mrn: str = ""
    mbi: str = ""
    coverage: str = "part_b"
    address_line1: str = ""
    address_line2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    phone_alternate: str = ""
    time_zone: str = ""
    language: str = ""
    call_from: time | None = None
    call_until: time | None = None
    call_days: tuple[str, ...] = ()
    contacts: tuple[ContactForm, ...] = ()


def checked(form: PatientForm, today: date, stands: PatientForm | None = None) -> PatientForm:
    """Return the form as it is kept: numbers in their one form, no spaces around text.

    `stands` is what is stored now: what an import brought in and nobody touched may stay as odd as it came.
    Raises `FieldFaults`.
    """
    check = FormCheck()
    tidy = replace(
        form,
        given_name=check.name("given_name", form.given_name),
        family_name=check.name("family_name", form.family_name),
        born_on=_birth(check, form, today),
        prefix=check.name("prefix", form.prefix),
        suffix=check.name("suffix", form.suffix),
        died_on=_death(check, form, today),
        sex=check.choice("sex", form.sex, ("", *SEXES), "Choose one of the list, or leave it open."),
        mrn=check.name("mrn", form.mrn),
        mbi=_mbi(check, form.mbi),
        coverage=check.choice("coverage", form.coverage, COVERAGES, "Choose the patient's Medicare coverage."),
        address_line1=check.line("address_line1", form.address_line1),
        address_line2=check.line("address_line2", form.address_line2),
        city=check.name("city", form.city),
        state=_state(check, form.state),
        zip=_zip(check, form.zip),
        phone=phone(check, "phone", form.phone),
        phone_alternate=phone(check, "phone_alternate", form.phone_alternate),
        time_zone=_zone(check, form.time_zone),
        language=check.name("language", form.language),
        call_days=tuple(day for day in WEEKDAYS if day in form.call_days),
        contacts=_contacts(check, form.contacts),
    )
    if not tidy.given_name and not tidy.family_name:
        check.fault("family_name", "Write at least one name.")
    if (form.call_from is None) != (form.call_until is None):
        check.fault("call_until", "Give both ends of the call window, or neither.")
    elif form.call_from is not None and form.call_until is not None and form.call_from >= form.call_until:
        check.fault("call_until", "The call window must end after it begins.")
    if set(form.call_days) - set(WEEKDAYS):
        check.fault("call_days", "Choose days of the week.")
    faults = {field: words for field, words in check.faults.items() if not _stands(field, form, stands)}
    if faults:
        raise FieldFaults(faults)
    # What may stay stays exactly as it is.
    return replace(tidy, **{field: getattr(form, field) for field in check.faults})


def columns_of(form: PatientForm) -> dict[str, object]:
    """Return a checked form as the columns of `patient`, with what it is found and ordered by."""
    names = {column.key for column in Patient.__table__.columns}
    columns = {field: getattr(form, field) for field in form.__slots__ if field in names}
    return columns | {"call_days": ",".join(form.call_days)} | found_by(form)


def found_by(form: PatientForm) -> dict[str, object]:
    """Return the columns by which a patient is searched and ordered; the birth date must be there."""
    if form.born_on is None:
        raise ValueError("a patient has a birth date")
    phones = (form.phone, form.phone_alternate)
    found = search_text(
        given_name=form.given_name,
        family_name=form.family_name,
        suffix=form.suffix,
        mrn=form.mrn,
        phones=phones,
        born_on=form.born_on,
    )
    return {"sort_name": sort_name(form.family_name, form.given_name), "search_text": found}


def phone(check: FormCheck, field: str, text: str) -> str:
    """Return a US telephone number's ten digits, or an empty text."""
    digits = normalise_phone(check.name(field, text))
    if digits and not phone_is_valid(digits):
        check.fault(field, "A US telephone number has ten digits, such as (312) 555-0142.")
    return digits


def _stands(field: str, form: PatientForm, stands: PatientForm | None) -> bool:
    return stands is not None and field != "born_on" and getattr(form, field) == getattr(stands, field)


def _birth(check: FormCheck, form: PatientForm, today: date) -> date | None:
    born = form.born_on
    if born is None:
        check.fault("born_on", "Give the date of birth.")
    elif born > today:
        check.fault("born_on", "This date of birth has not come yet.")
    elif born.year < today.year - OLDEST_YEARS:
        check.fault("born_on", f"This would make the patient older than {OLDEST_YEARS} years.")
    return born


def _death(check: FormCheck, form: PatientForm, today: date) -> date | None:
    died = form.died_on
    if died is not None and died > today:
        check.fault("died_on", "This date of death has not come yet.")
    elif died is not None and form.born_on is not None and died < form.born_on:
        check.fault("died_on", "The date of death is before the date of birth.")
    return died


def _mbi(check: FormCheck, text: str) -> str:
    mbi = normalise_mbi(check.name("mbi", text))
    if mbi and not mbi_is_valid(mbi):
        check.fault("mbi", _mbi_fault(mbi))
    return mbi


def _mbi_fault(mbi: str) -> str:
    if len(mbi) != 11:
        return f"A Medicare number has 11 letters and digits; this has {len(mbi)}."
    if wrong := sorted(set(mbi) & set("SLOIBZ")):
        return f"A Medicare number never holds S, L, O, I, B or Z; this holds {', '.join(wrong)}."
    return "This is not how Medicare numbers are built (such as 1EG4-TE5-MK73); compare it with the card."


def _state(check: FormCheck, text: str) -> str:
    given = check.name("state", text)
    code = state_code(given) if given else ""
    if code is None:
        check.fault("state", "This is not a state or territory of the United States.")
        return given
    return code


def _zip(check: FormCheck, text: str) -> str:
    code = normalise_zip(check.name("zip", text))
    if code and not zip_is_valid(code):
        check.fault("zip", "A ZIP code has five digits, or nine.")
    return code


def _zone(check: FormCheck, text: str) -> str:
    name = check.name("time_zone", text)
    if name:
        try:
            time_zone(name)
        except ClinicError as error:
            check.fault("time_zone", str(error))
    return name


def _contacts(check: FormCheck, contacts: tuple[ContactForm, ...]) -> tuple[ContactForm, ...]:
    if len(contacts) > MOST_CONTACTS:
        check.fault("contacts", f"At most {MOST_CONTACTS} contacts fit.")
    kept = []
    for contact in contacts:
        inner = FormCheck()
        tidy = ContactForm(
            inner.name("name", contact.name, needed="A contact needs a name."),
            inner.name("relation", contact.relation),
            phone(inner, "phone", contact.phone),
            contact.may_discuss_care,
        )
        if inner.faults:
            who = (
                f"{contact.name.strip()[:LONGEST_NAME]}: "
                if "name" not in inner.faults and contact.name.strip()
                else ""
            )
            check.fault("contacts", who + " ".join(inner.faults.values()))
        kept.append(tidy)
    return tuple(kept)
