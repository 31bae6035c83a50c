from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from app.rules.errors import ClinicError

IntakeKind = Literal[
    "patients", "conditions", "medications", "allergies", "enrolment", "qualifying", "time", "stays", "services"
]


class FileRefused(ClinicError):
    """A file that cannot be read as a whole. It refuses the whole import; nothing is written.

    `file` is its name as the person gave it, `reason` what is wrong, `what_to_do` the way out; all are words to show.
    """

    def __init__(self, file: str, reason: str, what_to_do: str) -> None:
        super().__init__(f"{file} {reason} {what_to_do}".strip())
        self.file = file
        self.reason = reason
        self.what_to_do = what_to_do


@dataclass(frozen=True, slots=True, order=True)
class RowAt:
    """Where a row stands: the file's name and the physical line its record begins on (the header is line 1)."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Rejected:
    """A row that was not taken in. The reason names the column and the fault, never the cell's text."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read. `rows` counts its data rows, taken in or not; `encoding` is the one that fitted."""

    name: str
    sha256: str
    kind: IntakeKind
    rows: int
    encoding: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time (`at`, UTC, whole seconds) and the offset from UTC it was written with."""

    at: datetime
    offset_minutes: int

    @property
    def as_written(self) -> datetime:
        """The same instant on the clock it was written by."""
        return self.at.astimezone(timezone(timedelta(minutes=self.offset_minutes)))


@dataclass(frozen=True, slots=True)
class IntakePatient:
    """Who a patient is. Names and addresses are as written; empty text and None: not stated."""

    at: RowAt = field(compare=False)
    patient_id: str  # opaque: the id other files of the same clinic use
    mrn: str
    mbi: str  # upper case, without hyphens and spaces; not checked here
    prefix: str
    given_name: str
    family_name: str
    suffix: str
    born_on: date
    died_on: date | None
    sex: str  # female | male | other | unknown, empty: not stated
    coverage: str | None  # part_b | medicare_advantage | none
    address_line1: str
    address_line2: str
    city: str
    state: str
    zip: str  # 5 digits or 5-4
    phone: str
    phone_alternate: str
    language: str
    time_zone: str  # IANA name


@dataclass(frozen=True, slots=True)
class IntakeCondition:
    """A problem. `qualifying`: from the clinic's own list of what qualifies for CCM, so it counts as confirmed."""

    at: RowAt = field(compare=False)
    patient_id: str
    code_system: Literal["icd10", "snomed"]
    code: str  # as written
    description: str
    onset_on: date | None
    resolved_on: date | None
    qualifying: bool
    expected_12_months: bool | None  # None where not qualifying
    significant_risk: bool | None


@dataclass(frozen=True, slots=True)
class IntakeMedication:
    """A medicine; the code is RxNorm's where it is stated."""

    at: RowAt = field(compare=False)
    patient_id: str
    code: str
    description: str
    directions: str
    reason: str
    started_on: date | None
    stopped_on: date | None


@dataclass(frozen=True, slots=True)
class IntakeAllergy:
    """An allergy or intolerance."""

    at: RowAt = field(compare=False)
    patient_id: str
    code: str
    description: str
    reaction: str
    started_on: date | None
    stopped_on: date | None


@dataclass(frozen=True, slots=True)
class IntakeEnrolment:
    """A patient's standing in CCM as the clinic's spreadsheet has it; dates stand as written, also contradictions.

    Consent: `consent_at` when the instant is written, `consent_on` when only the day is; both None: no consent.
    Visit: none when `visit_on` is None. MDM: none when `mdm_level` is None.
    """

    at: RowAt = field(compare=False)
    patient_id: str
    billing_npi: str  # as written, checked by the rules
    billing_kind: str  # physician | np | pa | cns | cnm | other
    ccm_started_on: date
    new_patient: bool
    last_seen_on: date | None
    visit_on: date | None
    visit_code: str
    visit_ccm_discussed: bool
    consent_on: date | None
    consent_at: Instant | None
    consent_method: str | None  # verbal | written; never None with a consent
    told_availability: bool
    told_cost_sharing: bool
    told_one_practitioner: bool
    told_right_to_stop: bool
    consent_npi: str
    revoked_on: date | None
    plan_signed_on: date | None
    plan_reviewed_on: date | None
    plan_copy_given_on: date | None
    coverage: str | None  # part_b | medicare_advantage | none; None: not stated, the case's default is part_b
    mdm_level: str | None  # straightforward | low | moderate | high
    mdm_documented_on: date | None
    died_on: date | None
    has_plan: bool  # False: no care plan at all; True without dates: one that is unsigned

    @property
    def has_consent(self) -> bool:
        """Whether a consent is on record, revoked or not."""
        return self.consent_on is not None or self.consent_at is not None


@dataclass(frozen=True, slots=True)
class IntakeTimeEntry:
    """One interval of work: at least one second, at most eight hours. The words are MONTH_CASE's."""

    at: RowAt = field(compare=False)
    entry_id: str
    patient_id: str
    start: Instant
    end: Instant
    staff: str
    credential: str
    role: str
    activity: str
    contact: str
    works_in_us: bool
    used_for: str | None
    note: str
    signed: bool
    recorded_at: Instant | None


@dataclass(frozen=True, slots=True)
class IntakeStay:
    """A stay, both days included; `to_on` None: it goes on."""

    at: RowAt = field(compare=False)
    patient_id: str
    kind: str  # inpatient | snf_part_a
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class IntakeService:
    """A service billed for the patient by someone, under a code of any kind."""

    at: RowAt = field(compare=False)
    patient_id: str
    code: str
    performed_on: date
    by: str  # same_practitioner | same_practice | other


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything one import read. Rows are in the order of their files; rejections are sorted by file and line."""

    files: tuple[SourceFile, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    patients: tuple[IntakePatient, ...] = ()
    conditions: tuple[IntakeCondition, ...] = ()
    medications: tuple[IntakeMedication, ...] = ()
    allergies: tuple[IntakeAllergy, ...] = ()
    enrolments: tuple[IntakeEnrolment, ...] = ()
    time_entries: tuple[IntakeTimeEntry, ...] = ()
    stays: tuple[IntakeStay, ...] = ()
    services: tuple[IntakeService, ...] = ()
