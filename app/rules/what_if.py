"""A month as it would be if something were otherwise: for asking, never for keeping.

The rules judge the changed case as they judge any other. Nothing here is evidence, and nothing of it is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from app.rules.errors import ClinicError
from app.rules.month import day_begins, day_ends, second_of
from app.rules.month_case import (
    LONGEST_ENTRY_SECONDS,
    TOLD,
    Consent,
    MedicalDecisionMaking,
    MonthCase,
    OtherService,
    Role,
    TimeEntry,
)

Span = tuple[int, int]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAFF = "what if"
MOST_MINUTES = 600


class NoRoom(ClinicError):
    """There is no stretch of the month in which so much time would count."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is supposed. Minutes are added where they would count; the rest stands in place of what is on record.

    `consent_on` supposes a whole consent of that day for whoever bills; `mdm_level` decision making documented on the
    month's last day that counts; `service` another one beside CCM by `service_by` (of month_case.SERVICE_BY).
    """

    staff_minutes: int = 0
    practitioner_minutes: int = 0
    consent_on: date | None = None
    mdm_level: str = ""
    service: str = ""
    service_by: str = "same_practitioner"

    @property
    def is_nothing(self) -> bool:
        return self == WhatIf(service_by=self.service_by)


def supposed(case: MonthCase, what_if: WhatIf) -> MonthCase:
    """Return the case as it would be. Raises `NoRoom` where added time could not count, ValueError for a bad number."""
    for minutes in (what_if.staff_minutes, what_if.practitioner_minutes):
        if not 0 <= minutes <= MOST_MINUTES:
            raise ValueError(f"minutes must be 0 to {MOST_MINUTES}")
    changed = case
    if what_if.consent_on is not None:
        practitioner = case.billing_practitioner.id
        changed = replace(changed, consent=Consent(what_if.consent_on, "verbal", TOLD, practitioner, None))
    if what_if.mdm_level:
        documented = min(case.month.last, case.patient.died or case.month.last)
        changed = replace(changed, mdm=MedicalDecisionMaking(what_if.mdm_level, documented))
    if what_if.service:
        service = OtherService(what_if.service, case.month.first, what_if.service_by)
        changed = replace(changed, other_services=(*case.other_services, service))
    added: list[tuple[Role, int]] = [
        ("clinical_staff", what_if.staff_minutes * 60),
        ("practitioner", what_if.practitioner_minutes * 60),
    ]
    for role, seconds in added:
        changed = _with_time(changed, role, seconds)
    return changed


def open_stretches(case: MonthCase) -> list[Span]:
    """Return the stretches of the month, in seconds since 1970, in which new work of somebody new would count.

    After consent, in the patient's life, outside of stays, and where no other entry of the patient is.
    """
    begins, over = case.month.second_bounds(case.zone)
    consent = case.consent
    if consent is not None:
        given = consent.given
        begins = max(begins, second_of(given) if isinstance(given, datetime) else day_begins(given, case.zone))
    if case.patient.died is not None:
        over = min(over, day_ends(case.patient.died, case.zone))
    taken = [(second_of(entry.start), second_of(entry.end)) for entry in case.time]
    taken += [(day_begins(stay.from_on, case.zone), day_ends(stay.to_on, case.zone)) for stay in case.stays]
    return _without((begins, over), sorted(taken))


def _with_time(case: MonthCase, role: Role, seconds: int) -> MonthCase:
    if seconds == 0:
        return case
    used = {entry.id for entry in case.time}
    added: list[TimeEntry] = []
    left = seconds
    for start, end in _by_hours(open_stretches(case)):
        if left == 0:
            break
        taken = min(left, end - start)
        left -= taken
        name = next(name for number in count(1) if (name := f"what if {number}") not in used)
        used.add(name)
        added.append(TimeEntry(name, _at(start), _at(start + taken), _STAFF, role, "patient_call", "reached"))
    if left:
        raise NoRoom(
            "There is no time left in this month in which that much work would count: it lies before consent, "
            "after death, in a stay, or where other work already is."
        )
    return replace(case, time=(*case.time, *added))


def _by_hours(spans: Sequence[Span]) -> list[Span]:
    """Return the spans cut so that none is longer than an entry may be."""
    step = LONGEST_ENTRY_SECONDS
    return [(at, min(at + step, end)) for start, end in spans for at in range(start, end, step)]


def _without(whole: Span, taken: Sequence[Span]) -> list[Span]:
    """Return what of `whole` none of `taken`, in order of their starts, covers."""
    at, over = whole
    left = []
    for start, end in taken:
        if start > at:
            left.append((at, min(start, over)))
        at = max(at, end)
        if at >= over:
            break
    if at < over:
        left.append((at, over))
    return [(start, end) for start, end in left if start < end]


def _at(second: int) -> datetime:
    return _EPOCH + timedelta(seconds=second)
