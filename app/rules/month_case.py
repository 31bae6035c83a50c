"""One patient's month as the rules see it, all of it JSON values (`case_json`) that can be replayed years later."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from app.rules.month import Month

SETTINGS = ("office", "facility", "rhc", "fqhc")
COVERAGES = ("part_b", "medicare_advantage", "none")
CONSENT_METHODS = ("verbal", "written")
# The four things a patient is told before agreeing: CY2015 and CY2017 PFS final rules; MLN909188.
TOLD = ("availability", "cost_sharing", "one_practitioner", "right_to_stop")
KINDS = ("physician", "np", "pa", "cns", "cnm", "other")
MDM_LEVELS = ("straightforward", "low", "moderate", "high")
ROLES = ("clinical_staff", "practitioner", "non_clinical")
CONTACTS = ("reached", "attempt", "none")
USED_FOR = ("visit", "rpm", "rtm", "bhi", "tcm", "pcm", "chi", "pin", "acp")
STAY_KINDS = ("inpatient", "snf_part_a")
SERVICE_BY = ("same_practitioner", "same_practice", "other")
ACTIVITIES = (
    "patient_call",
    "caregiver_call",
    "clinician_coordination",
    "agency_coordination",
    "medication_management",
    "care_plan",
    "record_review",
    "education",
    "referral",
    "transition",
    "community_services",
    "documentation",
    "scheduling",
    "billing",
    "clerical",
    "training",
    "travel",
    "enrolment",
)
LONGEST_ENTRY_SECONDS = 8 * 3600

Role = Literal["clinical_staff", "practitioner", "non_clinical"]
Contact = Literal["reached", "attempt", "none"]


@dataclass(frozen=True, slots=True)
class Patient:
    """`died` is the day of death, or None."""

    born: date
    died: date | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A chronic condition as confirmed for CCM; `icd10` is compared as written."""

    icd10: str
    expected_12_months: bool = True
    significant_risk: bool = True
    resolved_on: date | None = None


@dataclass(frozen=True, slots=True)
class InitiatingVisit:
    """The face-to-face visit that opened CCM, by its billing code."""

    on: date
    code: str
    ccm_discussed: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """`given` is an instant with an offset, or a bare date when only the day is known."""

    given: datetime | date
    method: str
    told: tuple[str, ...]
    practitioner: str
    revoked_on: date | None


@dataclass(frozen=True, slots=True)
class CarePlan:
    """The plan's days; None for what has not happened."""

    signed_on: date | None
    last_reviewed_on: date | None
    copy_given_on: date | None


@dataclass(frozen=True, slots=True)
class BillingPractitioner:
    """Who bills the month; `kind` is one of `KINDS`."""

    id: str
    npi: str
    kind: str


@dataclass(frozen=True, slots=True)
class MedicalDecisionMaking:
    """The level the practitioner gave it, one of `MDM_LEVELS`, and when that was documented."""

    level: str
    documented_on: date | None


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """A stretch of work on this patient; `start` and `end` have an offset, whole seconds, and are at most 8 h apart."""

    id: str
    start: datetime
    end: datetime
    staff: str
    role: Role
    activity: str
    contact: Contact = "none"
    works_in_us: bool = True
    used_for: str | None = None
    confirmed: bool = True
    signed: bool = True
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OtherPatientTime:
    """A stretch in which one of the same people worked on somebody else."""

    staff: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """Days as a hospital inpatient or in a Part A SNF stay, first and last included."""

    kind: str
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class OtherService:
    """A service billed beside CCM; `by` is one of `SERVICE_BY`, seen from the billing practitioner."""

    code: str
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class MonthCase:
    """All that the verdict on one patient's month depends on, beside the rule book."""

    month: Month
    time_zone: str
    patient: Patient
    conditions: tuple[Condition, ...]
    ccm_started_on: date
    last_seen_on: date | None
    consent: Consent | None
    care_plan: CarePlan | None
    billing_practitioner: BillingPractitioner
    time: tuple[TimeEntry, ...]
    id: str = ""
    setting: str = "office"
    coverage: str = "part_b"
    patient_new: bool = False
    initiating_visit: InitiatingVisit | None = None
    mdm: MedicalDecisionMaking | None = None
    other_patient_time: tuple[OtherPatientTime, ...] = ()
    stays: tuple[Stay, ...] = ()
    other_services: tuple[OtherService, ...] = ()
    already_billed: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
