"""What one patient-month packet is made of, frozen (RULES.md §5.3): text, whole numbers, yes and no, tuples of them.

Days are ISO dates (`2026-10-14`), instants ISO 8601 with an offset, a month is `2026-10`, money is whole cents and time
whole seconds. `None` (or an empty text) means "not recorded": papers say so and never guess.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from app.rules import frozen_json

DRAFT, FINAL, VOID = "draft", "final", "void"

ATTESTATION = (
    "I directed these chronic care management services, furnished under my general supervision or by me personally as "
    "the time log shows. The time shown was not counted for any other service, and the record supports the "
    "codes listed."
)
"""The statement signed (RULES.md §5.3 part 10); frozen into each approval, so that it prints as it was signed."""


@dataclass(frozen=True, slots=True)
class ClinicFacts:
    """The clinic as its letterhead and claims name it."""

    name: str
    time_zone: str
    address: tuple[str, ...] = ()
    phone: str | None = None
    tin: str | None = None
    group_npi: str | None = None
    setting: str = "office"
    place_of_service: str | None = None


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Whose month it is. `record_id` is the one printed on every page; `claim_name` is FAMILY, GIVEN, MIDDLE."""

    record_id: str
    name: str
    external_id: str | None = None
    mrn: str | None = None
    claim_name: str | None = None
    born_on: str | None = None
    died_on: str | None = None
    sex: str | None = None
    mbi: str | None = None
    coverage: str | None = None
    address: tuple[str, ...] = ()
    phone: str | None = None
    account_no: str | None = None


@dataclass(frozen=True, slots=True)
class PractitionerFacts:
    """Who bills. Known by NPI at least; a practitioner of whom only that is known is printed by NPI."""

    npi: str
    name: str | None = None
    credential: str | None = None
    kind: str | None = None
    taxonomy: str | None = None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A code and its units; `charge_cents` is the clinic's charge for all units, `None` when the clinic set none."""

    code: str
    units: int
    charge_cents: int | None = None


@dataclass(frozen=True, slots=True)
class AlternativeFacts:
    """Another family whose lines would have been legal."""

    family: str
    lines: tuple[LineFacts, ...]


@dataclass(frozen=True, slots=True)
class ExclusionFacts:
    """Seconds of one entry that do not count, and the reason code (`X_…`, MONTH_CASE.md)."""

    reason: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """The rules' result for the month (MONTH_CASE.md, Output). `lines` carry the charges and are empty unless ready."""

    verdict: str
    family: str | None
    lines: tuple[LineFacts, ...]
    date_of_service: str | None
    staff_seconds: int
    practitioner_seconds: int
    would_bill: tuple[LineFacts, ...] = ()
    alternatives: tuple[AlternativeFacts, ...] = ()
    next_code: str | None = None
    minutes_to_go: int | None = None
    blockers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def pooled_seconds(self) -> int:
        return self.staff_seconds + self.practitioner_seconds


@dataclass(frozen=True, slots=True)
class GateFacts:
    """One row of the gate sheet. `state` is pass, warn or block; an override carries who and why in one sentence."""

    group: str
    check: str
    state: str
    evidence: str = ""
    source: str = ""
    code: str | None = None
    override: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    """A qualifying condition: why it is expected to last, its risk, and who documented that."""

    icd10: str
    description: str = ""
    onset_on: str | None = None
    resolved_on: str | None = None
    expected_12_months: bool = True
    significant_risk: bool = True
    basis: str | None = None
    documented_by: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """The consent in force. `given` is an instant, or a bare day; `told` holds MONTH_CASE.md's four words."""

    given: str
    method: str
    told: tuple[str, ...]
    taken_by: str | None = None
    practitioner: str | None = None
    revoked_on: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """The initiating visit, or why none was needed. `on` is `None` when there is no visit on record."""

    needed: bool
    on: str | None = None
    code: str | None = None
    ccm_discussed: bool = False
    practitioner: str | None = None
    patient_new: bool = False
    last_seen_on: str | None = None
    ccm_started_on: str | None = None
    g0506_on: str | None = None


@dataclass(frozen=True, slots=True)
class PlanSection:
    """A section of the care plan: free text, then items. `not_applicable` is the reason it is empty on purpose."""

    title: str
    text: str = ""
    items: tuple[str, ...] = ()
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class CarePlanFacts:
    """The version of the plan in force. An imported plan is `kept_outside`: dates without text."""

    kept_outside: bool = False
    version: int | None = None
    author: str | None = None
    signed_at: str | None = None
    signed_by: str | None = None
    signed_credential: str | None = None
    reviewed_on: str | None = None
    review_due_on: str | None = None
    copy_given_on: str | None = None
    copy_method: str | None = None
    content_hash: str | None = None
    sections: tuple[PlanSection, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeVersionFacts:
    """An earlier version of an entry, as it read before `changed_by` replaced it, and why.

    One that was not `confirmed` was held back: nobody had said that the time was worked.
    """

    start: str
    end: str
    seconds: int
    activity: str
    contact: str
    description: str
    changed_at: str
    changed_by: str
    reason: str
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class TimeFacts:
    """One entry of the time log, its current version.

    `seconds` are those within the month, `counted_seconds` those that count; the rest is in `exclusions`, so that
    seconds = counted_seconds + the sum of exclusions. A withdrawn entry has all three 0 or empty and is printed struck
    through. `source` is timer, manual, estimated, recovered or imported. `entered_by` is set when somebody other than
    `person` wrote it, with `entered_reason`. `earlier` runs from the first version on. `after_close`: it came into the
    record after the month was closed.
    """

    id: str
    start: str
    end: str
    seconds: int
    counted_seconds: int
    person: str
    role: str
    activity: str
    source: str
    credential: str | None = None
    contact: str = "none"
    description: str = ""
    used_for: str | None = None
    signed: bool = True
    confirmed: bool = True
    recorded_at: str | None = None
    entered_by: str | None = None
    entered_reason: str | None = None
    withdrawn: bool = False
    exclusions: tuple[ExclusionFacts, ...] = ()
    earlier: tuple[TimeVersionFacts, ...] = ()
    after_close: bool = False


@dataclass(frozen=True, slots=True)
class ScopeFacts:
    """An element of the scope of service (RULES.md §2) and what the record shows of it; empty: not recorded."""

    element: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class StayFacts:
    """An inpatient or Part A SNF stay, both days included."""

    kind: str
    from_on: str
    to_on: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """Another billed service: its code, day and by whom (same_practitioner, same_practice, other)."""

    code: str
    on: str
    by: str


@dataclass(frozen=True, slots=True)
class MdmFacts:
    """Medical decision making by the billing practitioner in the month (99487)."""

    level: str
    documented_on: str | None = None
    practitioner: str | None = None
    problems: str | None = None
    data: str | None = None
    risk: str | None = None


@dataclass(frozen=True, slots=True)
class ChoiceFacts:
    """The family that the practitioner took instead of the recommended one, and why in their own words."""

    recommended: str
    taken: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """Who attested, for which practitioner, when, and the words attested to.

    `closed_by_same`: the same person made the packet, where nobody else there could have done one of the two.
    """

    name: str
    at: str
    for_npi: str
    credential: str | None = None
    npi: str | None = None
    one_person_clinic: bool = False
    method: str | None = None
    statement: str = ATTESTATION
    closed_by_same: bool = False


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """A row of the audit trail, already in words."""

    number: int
    at: str
    actor: str
    action: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """When, by whom and as what a paper was made. Frozen with the first making, so a reprint is the same page."""

    packet_id: str
    made_at: str
    made_by: str
    program_version: str
    state: str = DRAFT
    revision: int = 1
    superseded_by: int | None = None


NOT_MADE = Making("", "", "", "")
"""Of facts that no paper was made of yet."""


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """One patient's month, everything its packet says."""

    clinic: ClinicFacts
    patient: PatientFacts
    month: str
    practitioner: PractitionerFacts
    readiness: ReadinessFacts
    rule_version: str
    making: Making
    supervising: PractitionerFacts | None = None
    gates: tuple[GateFacts, ...] = ()
    scope: tuple[ScopeFacts, ...] = ()
    conditions: tuple[ConditionFacts, ...] = ()
    consent: ConsentFacts | None = None
    visit: VisitFacts | None = None
    care_plan: CarePlanFacts | None = None
    time: tuple[TimeFacts, ...] = ()
    stays: tuple[StayFacts, ...] = ()
    services: tuple[ServiceFacts, ...] = ()
    same_month_asked_on: str | None = None
    mdm: MdmFacts | None = None
    choice: ChoiceFacts | None = None
    approval: ApprovalFacts | None = None
    audit: tuple[AuditFacts, ...] = ()
    chain_head: str | None = None

    def to_json(self) -> str:
        """All of it as canonical JSON, to be stored with what was made."""
        return frozen_json.to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "PacketFacts":
        """The facts `to_json` wrote. Raises `frozen_json.FrozenJsonError`."""
        return frozen_json.from_json(cls, text)

    def facts_hash(self) -> str:
        """SHA-256 (hex) of what was billed and why, without how, when and by whom it was approved and made.

        A draft, its approval and the packet made of it share the hash exactly when nothing changed in between.
        """
        return hashlib.sha256(self.bound_json().encode("ascii")).hexdigest()

    def bound_json(self) -> str:
        """The canonical JSON that `facts_hash` is the hash of: what an approval is bound to."""
        return frozen_json.to_json(self, without=_MAKING_FIELDS)

    @classmethod
    def from_bound_json(cls, text: str) -> "PacketFacts":
        """The facts `bound_json` wrote, not made yet. Raises `frozen_json.FrozenJsonError`."""
        return cls.from_json(frozen_json.with_field(text, "making", NOT_MADE))

    def diagnosis_codes(self) -> tuple[str, ...]:
        """ICD-10-CM codes active in the month, each once; those documented as lasting and risky come first."""
        first = f"{self.month}-01"
        active = [each for each in self.conditions if each.resolved_on is None or each.resolved_on >= first]
        active.sort(key=lambda each: not (each.expected_12_months and each.significant_risk))
        return tuple(dict.fromkeys(each.icd10 for each in active))

    def discrepancies(self) -> tuple[str, ...]:
        """Where the log does not add up to the totals, in sentences without patient text; empty when sound."""
        found = [
            f"entry {number}: counted and excluded seconds are not its seconds"
            for number, row in enumerate(self.time, 1)
            if row.seconds != row.counted_seconds + sum(each.seconds for each in row.exclusions)
        ]
        practitioner = sum(row.counted_seconds for row in self.time if row.role == "practitioner")
        staff = sum(row.counted_seconds for row in self.time if row.role != "practitioner")
        if practitioner != self.readiness.practitioner_seconds:
            found.append("practitioner seconds of the log are not the month's")
        if staff != self.readiness.staff_seconds:
            found.append("staff seconds of the log are not the month's")
        return tuple(found)


def total_cents(lines: Iterable[LineFacts]) -> int | None:
    """The lines' charge together; unknown when one of them has none."""
    charges = [line.charge_cents for line in lines]
    known = [charge for charge in charges if charge is not None]
    return sum(known) if len(known) == len(charges) else None


_MAKING_FIELDS = frozenset({"making", "approval", "audit", "chain_head"})
