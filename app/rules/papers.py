"""What the other papers are made of, frozen: the bound month, the readiness report, the emergency kit, a care plan.

Days, instants, months, cents and seconds are written as in `packet_facts`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.rules.packet_facts import (
    VOID,
    CarePlanFacts,
    ClinicFacts,
    LineFacts,
    Making,
    PacketFacts,
    PatientFacts,
    PractitionerFacts,
    total_cents,
)

READY, BLOCKED, SHORT = "ready", "blocked", "short"


@dataclass(frozen=True, slots=True)
class NotBilled:
    """A patient of the month without a packet, and every reason in words."""

    patient: PatientFacts
    reasons: tuple[str, ...]
    pooled_seconds: int = 0


@dataclass(frozen=True, slots=True)
class NotClaimed:
    """A final packet of which no claim can leave in a file, and every reason in words."""

    patient: PatientFacts
    packet_no: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoundIndex:
    """The sheets before and after the bound packets of a month; its `making` is the bound document's own."""

    clinic: ClinicFacts
    month: str
    making: Making
    not_billed: tuple[NotBilled, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundTotals:
    """What the index sheet sums. `units` in order of code; `charge_cents` is `None` when any line has no charge."""

    patients: int
    pooled_seconds: int
    units: tuple[LineFacts, ...]
    charge_cents: int | None


def bound_totals(facts: Iterable[PacketFacts]) -> BoundTotals:
    """The totals of the packets bound together; void ones are left out."""
    counted = [each for each in facts if each.making.state != VOID]
    lines: dict[str, list[LineFacts]] = {}
    for each in counted:
        for line in each.readiness.lines:
            lines.setdefault(line.code, []).append(line)
    units = tuple(
        LineFacts(code, sum(line.units for line in same), total_cents(same)) for code, same in sorted(lines.items())
    )
    seconds = sum(each.readiness.pooled_seconds for each in counted)
    return BoundTotals(len(counted), seconds, units, total_cents(units))


@dataclass(frozen=True, slots=True)
class MissingThing:
    """What keeps a patient's month from being ready, in words, and who is to mend it."""

    text: str
    owner: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class ReadinessRow:
    """A patient on the board. `state` is ready, blocked or short (approved and exported months are ready).

    `lines` are the recommended family's; `expected_cents` is the estimate for them, `None` when it is not known.
    `seconds_to_go` leads to `next_code`. `status` is a word of its own when there is one (Approved, Exported, Held).
    """

    patient: PatientFacts
    state: str
    staff_seconds: int
    practitioner_seconds: int
    practitioner: PractitionerFacts | None = None
    lines: tuple[LineFacts, ...] = ()
    expected_cents: int | None = None
    next_code: str | None = None
    seconds_to_go: int | None = None
    missing: tuple[MissingThing, ...] = ()
    warnings: tuple[str, ...] = ()
    status: str | None = None

    @property
    def pooled_seconds(self) -> int:
        return self.staff_seconds + self.practitioner_seconds


@dataclass(frozen=True, slots=True)
class ReadinessReport:
    """Who is ready for a month, who is not, why, and who owns each."""

    clinic: ClinicFacts
    month: str
    making: Making
    rule_version: str
    rows: tuple[ReadinessRow, ...]


@dataclass(frozen=True, slots=True)
class EmergencyKit:
    """The recovery key on paper: its words in order. `fingerprint` tells two kits apart without the words."""

    clinic: ClinicFacts
    words: tuple[str, ...]
    made_at: str
    made_by: str
    program_version: str
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class CarePlanPrint:
    """A clinician's print of one version of a patient's care plan."""

    clinic: ClinicFacts
    patient: PatientFacts
    plan: CarePlanFacts
    making: Making
    practitioner: PractitionerFacts | None = None
    conditions: tuple[str, ...] = ()
