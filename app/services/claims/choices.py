"""What the clinic chose for its claims: who sends them to whom, and how they are printed."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy.orm import Session

from app.models import Clinic
from app.rules.claim_facts import Address, Choices, Envelope, Location
from app.rules.claim_text import claim_text
from app.rules.field_faults import FormCheck
from app.rules.identifiers import normalise_phone, normalise_zip, npi_is_valid, phone_is_valid, state_code, zip_is_valid
from app.services.setting_store import own_setting, put_setting

KEY, OFFSETS_KEY = "claims", "cms1500_offsets"
MOST_TENTHS = 300
"""How far print is moved at most: 30 mm, in tenths."""

_IDENTIFIER = re.compile(r"[A-Z0-9][A-Z0-9 ]{1,14}")
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")


@dataclass(frozen=True, slots=True)
class ClaimForm:
    """How claims are made. Identifiers are those that the payer gave; an empty submitter name is the clinic's.

    `taxonomy` is the clinic's own; empty, each practitioner's stands for it. The place of service is empty when it is
    where the clinic bills from.
    """

    submitter_id: str = ""
    submitter_name: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    receiver_id: str = ""
    receiver_name: str = ""
    payer_id: str = ""
    payer_name: str = ""
    taxonomy: str = ""
    accept_assignment: bool = True
    place_name: str = ""
    place_npi: str = ""
    place_line1: str = ""
    place_city: str = ""
    place_state: str = ""
    place_zip: str = ""


@dataclass(frozen=True, slots=True)
class Offset:
    """How far a printer's print is moved on the form: right and down, in tenths of a millimetre."""

    right: int = 0
    down: int = 0


def claim_form(session: Session) -> ClaimForm:
    """Return what the clinic chose."""
    own = own_setting(session, KEY)
    if not isinstance(own, Mapping):
        return ClaimForm()
    known = {field.name for field in fields(ClaimForm)}
    return ClaimForm(**{name: value for name, value in own.items() if name in known})


def keep_claim_form(session: Session, form: ClaimForm) -> None:
    """Check and keep the choices. Raises `FieldFaults`."""
    put_setting(session, KEY, asdict(_checked(form)))


def offsets(session: Session) -> dict[str, Offset]:
    """Return, by printer, how far print is moved; "" is any printer without an offset of its own."""
    own = own_setting(session, OFFSETS_KEY)
    if not isinstance(own, Mapping):
        return {}
    return {str(name): Offset(int(pair[0]), int(pair[1])) for name, pair in own.items()}


def keep_offset(session: Session, printer: str, offset: Offset) -> None:
    """Keep how far a printer's print is moved. Raises `FieldFaults`."""
    check = FormCheck()
    name = check.name("printer", printer)
    if max(abs(offset.right), abs(offset.down)) > MOST_TENTHS:
        check.fault("offset", f"Print is moved by {MOST_TENTHS // 10} mm at most.")
    check.finish()
    kept = {**offsets(session), name: offset}
    put_setting(session, OFFSETS_KEY, {key: [each.right, each.down] for key, each in sorted(kept.items())})


def choices_of(form: ClaimForm) -> Choices:
    """Return what every claim takes from the choices."""
    location = None
    if form.place_name:
        zip_code = form.place_zip.replace("-", "")
        address = Address(form.place_line1, "", form.place_city, form.place_state, zip_code)
        location = Location(form.place_name, address, form.place_npi)
    return Choices(form.taxonomy, form.accept_assignment, location)


def missing_for_files(form: ClaimForm, clinic: Clinic) -> tuple[str, ...]:
    """Return what a claim file still needs of the clinic's choices, in words; empty when one can be made."""
    needed = (
        ("the submitter's identifier", form.submitter_id),
        ("the submitter's name", claim_text(form.submitter_name or clinic.name)),
        ("whom the payer may ask", claim_text(form.contact_name)),
        ("a telephone number for that", form.contact_phone or clinic.phone),
        ("the receiver's name", form.receiver_name),
        ("the receiver's identifier", form.receiver_id),
        ("the payer's name", form.payer_name),
        ("the payer's identifier", form.payer_id),
    )
    return tuple(words for words, value in needed if not value)


def envelope_of(form: ClaimForm, clinic: Clinic, control_no: int, made_at: datetime, *, is_test: bool) -> Envelope:
    """Return the envelope of a claim file; `made_at` is on the clinic's clock."""
    return Envelope(
        control_no=control_no,
        made_at=made_at,
        submitter_name=form.submitter_name or clinic.name,
        submitter_id=form.submitter_id,
        contact_name=form.contact_name,
        contact_phone=form.contact_phone or clinic.phone,
        receiver_name=form.receiver_name,
        receiver_id=form.receiver_id,
        payer_name=form.payer_name,
        payer_id=form.payer_id,
        is_test=is_test,
    )


def _checked(form: ClaimForm) -> ClaimForm:
    check = FormCheck()
    kept: dict[str, str | bool] = {"accept_assignment": form.accept_assignment}
    for name, value in asdict(form).items():
        if isinstance(value, str):
            kept[name] = check.name(name, value)
    for name in ("submitter_id", "receiver_id", "payer_id"):
        value = kept[name] = str(kept[name]).upper()
        if value and not _IDENTIFIER.fullmatch(value):
            check.fault(name, "An identifier has between two and fifteen letters and digits.")
    for name in ("submitter_name", "contact_name", "receiver_name", "payer_name", "place_name"):
        value = str(kept[name])
        if value and not 1 <= len(claim_text(value)) <= 60:
            check.fault(name, "A claim file has room for 60 letters here, and writes Latin ones.")
    phone = kept["contact_phone"] = normalise_phone(str(kept["contact_phone"]))
    if phone and not phone_is_valid(phone):
        check.fault("contact_phone", "A telephone number has ten digits, such as (309) 555-0142.")
    taxonomy = kept["taxonomy"] = str(kept["taxonomy"]).upper()
    if taxonomy and not _TAXONOMY.fullmatch(taxonomy):
        check.fault("taxonomy", "A taxonomy code has ten signs and ends in X, such as 261QP2300X.")
    _check_place(kept, check)
    check.finish()
    return ClaimForm(**kept)  # type: ignore[arg-type]


def _check_place(kept: dict[str, str | bool], check: FormCheck) -> None:
    parts = ("place_name", "place_line1", "place_city", "place_state", "place_zip")
    if not any(kept[name] for name in (*parts, "place_npi")):
        return
    for name in parts:
        if not kept[name]:
            check.fault(name, "A place of service has a name and a whole address.")
    state = str(kept["place_state"])
    kept["place_state"] = (state_code(state) or state) if state else ""
    if state and state_code(state) is None:
        check.fault("place_state", "This is not a state or territory of the United States.")
    kept["place_zip"] = normalise_zip(str(kept["place_zip"]))
    if kept["place_zip"] and not zip_is_valid(str(kept["place_zip"])):
        check.fault("place_zip", "A ZIP code has five digits, or nine.")
    npi = kept["place_npi"] = re.sub(r"[\s-]", "", str(kept["place_npi"]))
    if npi and not npi_is_valid(npi):
        check.fault("place_npi", "This is not an NPI: it has ten digits, the last of which checks the others.")
