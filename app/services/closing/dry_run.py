"""What a close would do, told beforehand: counts, sums, who gets no packet and why, what is different from before."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.rules.fact_changes import FactChange, fact_changes
from app.rules.month import Month
from app.rules.packet_facts import FINAL, LineFacts, PacketFacts
from app.rules.papers import bound_totals
from app.services.making import Plan


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A patient who gets no packet, and every reason in words."""

    patient_id: int
    name: str
    reasons: tuple[str, ...]
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Different:
    """A packet that takes the place of an earlier one, and what is different."""

    patient_id: int
    name: str
    packet_no: str
    instead_of: str
    changes: tuple[FactChange, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What closing the month now would make; nothing is written. `as_made` packets are printed as they were.

    `units` are the codes' units and charges in sum, `charge_cents` None when a code has no charge.
    """

    month: Month
    new: int
    as_made: int
    voids: int
    pooled_seconds: int
    units: tuple[LineFacts, ...]
    charge_cents: int | None
    left_out: tuple[LeftOut, ...]
    different: tuple[Different, ...]
    changed_since: int

    @property
    def packets(self) -> int:
        return self.new + self.as_made


def outlook(month: Month, plan: Plan, earlier: Mapping[int, tuple[str, str]]) -> DryRun:
    """Return what a plan comes to. `earlier` is, by patient, number and facts of the packet made before."""
    finals = [sheet for sheet in plan.sheets if sheet.facts.making.state == FINAL]
    totals = bound_totals(sheet.facts for sheet in finals)
    left_out = zip(plan.left_out, plan.bound.index.not_billed, strict=True)
    different = []
    for sheet in finals:
        if sheet.kept is None and sheet.patient_id in earlier:
            number, facts = earlier[sheet.patient_id]
            changes = fact_changes(PacketFacts.from_json(facts), sheet.facts)
            different.append(Different(sheet.patient_id, sheet.facts.patient.name, sheet.number, number, changes))
    return DryRun(
        month=month,
        new=sum(sheet.kept is None for sheet in finals),
        as_made=sum(sheet.kept is not None for sheet in finals),
        voids=len(plan.void),
        pooled_seconds=totals.pooled_seconds,
        units=totals.units,
        charge_cents=totals.charge_cents,
        left_out=tuple(
            LeftOut(each.patient.id, row.patient.name, row.reasons, each.result.verdict == "ready")
            for each, row in left_out
        ),
        different=tuple(different),
        changed_since=sum(sheet.changed_since for sheet in finals),
    )
