import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Enrolment, Person, Practitioner
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.rules.identifiers import npi_is_valid
from app.rules.month_case import KINDS
from app.services.door import reads, writes
from app.storage.ledger import Ledger, Reading, Work

_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")


@dataclass(frozen=True, slots=True)
class PractitionerForm:
    """A billing practitioner. `kind` is one of month_case.KINDS; `person_id` the person they sign in as, or None."""

    name: str = ""
    npi: str = ""
    kind: str = "physician"
    credential: str = ""
    taxonomy: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class PractitionerRow:
    """A billing practitioner. `name` is empty for one known by NPI alone; `shown` is the name, or else "NPI …"."""

    id: int
    name: str
    npi: str
    kind: str
    credential: str
    taxonomy: str
    person_id: int | None
    person: str
    patients: int
    npi_is_valid: bool
    is_imported: bool

    @property
    def shown(self) -> str:
        return self.name or f"NPI {self.npi}"


class Practitioners:
    """Those for whom CCM is billed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("clinic.read")
    def rows(self, reading: Reading) -> list[PractitionerRow]:
        """Return the billing practitioners, by name."""
        return practitioner_rows(reading.session)

    @writes("practitioner.edit")
    def add(self, work: Work, form: PractitionerForm) -> int:
        """Add a practitioner and return the id. Raises `FieldFaults`."""
        row = Practitioner(**_values(work.session, form, None))
        work.session.add(row)
        work.session.flush()
        return row.id

    @writes("practitioner.edit")
    def edit(self, work: Work, practitioner_id: int, form: PractitionerForm) -> None:
        """Change a practitioner. Raises `FieldFaults`."""
        row = practitioner_of(work.session, practitioner_id)
        for column, value in _values(work.session, form, row).items():
            if getattr(row, column) != value:
                setattr(row, column, value)


def practitioner_of(session: Session, practitioner_id: int) -> Practitioner:
    """Return the practitioner's row, or raise `ClinicError`."""
    row = session.get(Practitioner, practitioner_id)
    if row is None:
        raise ClinicError("This billing practitioner is not on the list. Choose another under Settings.")
    return row


def practitioner_rows(session: Session) -> list[PractitionerRow]:
    """Return the billing practitioners, by name; those known by NPI alone come last."""
    enrolled = (
        select(Enrolment.practitioner_id, func.count().label("patients"))
        .where(Enrolment.status == "enrolled")
        .group_by(Enrolment.practitioner_id)
    )
    counts = {row.practitioner_id: row.patients for row in session.execute(enrolled)}
    found = session.execute(select(Practitioner, Person.name).outerjoin(Person, Person.id == Practitioner.person_id))
    rows = [
        PractitionerRow(
            id=row.id,
            name=row.name,
            npi=row.npi,
            kind=row.kind,
            credential=row.credential,
            taxonomy=row.taxonomy,
            person_id=row.person_id,
            person=person or "",
            patients=counts.get(row.id, 0),
            npi_is_valid=npi_is_valid(row.npi),
            is_imported=row.import_id is not None,
        )
        for row, person in found
    ]
    return sorted(rows, key=lambda row: (not row.name, row.name.casefold(), row.npi))


def _values(session: Session, form: PractitionerForm, stands: Practitioner | None) -> dict[str, object]:
    check = FormCheck()
    npi = re.sub(r"[\s-]", "", check.name("npi", form.npi, needed="Give the NPI."))
    taxonomy = check.name("taxonomy", form.taxonomy).upper()
    values: dict[str, object] = {
        "name": check.name("name", form.name, needed="Give the name as it is to be printed."),
        "npi": npi,
        "kind": check.choice("kind", form.kind, KINDS, "Choose the kind of practitioner."),
        "credential": check.name("credential", form.credential),
        "taxonomy": taxonomy,
        "person_id": form.person_id,
    }
    if npi and not npi_is_valid(npi):
        check.fault("npi", "This is not an NPI: it has ten digits, the last of which checks the others.")
    if taxonomy and not _TAXONOMY.fullmatch(taxonomy):
        check.fault("taxonomy", "A taxonomy code has ten signs and ends in X, such as 207Q00000X.")
    own = stands.id if stands is not None else 0
    if session.scalar(select(Practitioner.id).where(Practitioner.npi == npi, Practitioner.id != own)):
        check.fault("npi", "A practitioner with this NPI is on the list already.")
    if form.person_id is not None:
        if session.get(Person, form.person_id) is None:
            check.fault("person_id", "This person is not on the list.")
        taken = select(Practitioner.id).where(Practitioner.person_id == form.person_id, Practitioner.id != own)
        if session.scalar(taken):
            check.fault("person_id", "This person is another practitioner already.")
    if check.faults:
        raise FieldFaults(check.faults)
    return values
