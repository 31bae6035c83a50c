from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.rules.counting import TimeCount
from app.rules.families import FamilyLines, Minutes
from app.rules.month import year_before
from app.rules.month_case import Condition, InitiatingVisit, MonthCase, OtherService
from app.rules.rule_book import MonthRules


@dataclass(frozen=True, slots=True)
class Facts:
    """A case with what was worked out of it: what every single rule looks at."""

    case: MonthCase
    rules: MonthRules
    count: TimeCount
    minutes: Minutes
    legal: tuple[FamilyLines, ...]
    chosen: FamilyLines | None

    @property
    def first(self) -> date:
        return self.case.month.first

    @property
    def last(self) -> date:
        return self.case.month.last

    def active_conditions(self) -> list[Condition]:
        """The conditions not resolved before the month."""
        first = self.first
        return [row for row in self.case.conditions if row.resolved_on is None or row.resolved_on >= first]

    def active_codes(self) -> set[str]:
        return {condition.icd10 for condition in self.active_conditions()}

    def services_in_month(self) -> Iterable[OtherService]:
        return (service for service in self.case.other_services if self.case.month.contains(service.on))

    def initiating_visit_needed(self) -> bool:
        """Tell whether a visit must open CCM; see `visit_is_needed`."""
        case = self.case
        return visit_is_needed(case.ccm_started_on, case.last_seen_on, patient_new=case.patient_new)

    def initiating_visit(self) -> InitiatingVisit | None:
        """The visit in the year up to and including the start, both ends within."""
        visit, start = self.case.initiating_visit, self.case.ccm_started_on
        return visit if visit is not None and year_before(start) <= visit.on <= start else None


def visit_is_needed(ccm_started_on: date, last_seen_on: date | None, *, patient_new: bool) -> bool:
    """Tell whether a visit must open CCM: a new patient, or none seen within one year before it started.

    CY2017 PFS final rule; MLN909188. Seen on the same calendar day a year earlier is within the year.
    """
    return patient_new or last_seen_on is None or last_seen_on < year_before(ccm_started_on)
